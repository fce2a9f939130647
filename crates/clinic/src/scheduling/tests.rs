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
        "series",
        "series-cancelled",
    ];
    let keys = steps.map(|step| format!("notice-appointment-{step}"));
    let others = [
        "reminder-digit",
        "reminder-shared",
        "answer-coming",
        "answer-off",
        "answer-off-already",
        "waiting-offer",
        "booking-code",
    ];
    let others = others.map(|other| format!("notice-{other}"));
    for key in keys.into_iter().chain(others) {
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

#[test]
fn the_short_link_of_a_reminder_fits_one_segment() {
    let clinic = "Centre de santé communautaire Sainte-Thérèse";
    let address = "https://rdv.therese-sante.cd:8";
    assert_eq!(address.len(), 30);
    let link = format!("{address}/r/{}", "z".repeat(11));
    for locale in [Locale::Fr, Locale::En] {
        let arguments = [
            ("clinic", &clinic as _),
            ("link", &link as _),
            ("day", &"31/12/2027" as _),
            ("time", &"10:30" as _),
            ("count", &12 as _),
        ];
        for key in ["notice-reminder-link", "notice-reminder-each"] {
            let text = Texts::new(locale).with(key, &arguments);
            let size = segments(&text);
            assert!(text.ends_with(&link), "{text}");
            assert_eq!(
                (size.encoding, size.segments),
                (Encoding::Gsm7, 1),
                "{text}"
            );
        }
    }
}
