use kernel::Locale;
use send_rules::{Encoding, segments};
use webkit::Texts;

#[test]
fn every_message_fits_one_segment_with_a_long_name() {
    let clinic = "Centre de santé communautaire Sainte-Thérèse";
    let links = [
        "https://rdv.sante-therese.example/my/appointments",
        "https://rdv.sante-therese.example/b/sainte-therese",
    ];
    let steps = [
        "requested",
        "assigned",
        "confirmed",
        "declined",
        "cancelled",
        "rescheduled",
        "changed",
        "no-show",
        "shared",
    ];
    let keys = steps.map(|step| format!("notice-appointment-{step}"));
    let others = ["notice-reminder", "notice-waiting-offer", "notice-booking-code"];
    let keys = keys.into_iter().chain(others.map(str::to_owned));
    for key in keys {
        for locale in [Locale::Fr, Locale::En] {
            for (count, link) in [(1, links[0]), (2, links[0]), (1, links[1]), (2, links[1])] {
                let text = Texts::new(locale).with(
                    &key,
                    &[
                        ("clinic", &clinic),
                        ("link", &link),
                        ("day", &"31/12/2027"),
                        ("time", &"10:30"),
                        ("until", &"10:45"),
                        ("count", &count),
                        ("code", &"123456"),
                    ],
                );
                let size = segments(&text);
                assert!(!text.contains('⟦'), "{text}");
                assert_eq!(
                    (size.encoding, size.segments),
                    (Encoding::Gsm7, 1),
                    "{text}"
                );
            }
        }
    }
}
