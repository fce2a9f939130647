mod broadcasts;

use std::time::Duration;

use kernel::{Locale, Timestamp};
use proptest::prelude::*;
use send_rules::{Encoding, segments};
use webkit::Texts;

use super::rules::{Times, one_segment};

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

#[test]
fn times_make_sense_or_are_named() {
    let now = at("2027-03-03T09:00:00Z");
    let ahead = |seconds: u64| Some(now.plus(Duration::from_secs(seconds)));
    let ago = |seconds: u64| now.minus(Duration::from_secs(seconds));
    let hour = 3600;
    let check = |scheduled_at, appointment_at, expires_at| {
        let times = Times {
            scheduled_at,
            appointment_at,
            expires_at,
        };
        let expiry = times.check(now);
        expiry.map_err(|faults| {
            let named = faults.into_iter().map(|fault| (fault.field, fault.code));
            named.collect::<Vec<_>>()
        })
    };
    let wrong = |field: &str, code| Err(vec![(field.to_owned(), code)]);
    assert_eq!(
        check(now, None, None),
        Ok(now.plus(Duration::from_secs(24 * hour)))
    );
    assert_eq!(check(now, ahead(hour), None), Ok(ahead(hour).unwrap()));
    assert_eq!(
        check(now, ahead(2 * hour), ahead(hour)),
        Ok(ahead(hour).unwrap())
    );
    let late = ago(300).plus(Duration::from_secs(24 * hour));
    assert_eq!(check(ago(300), None, None), Ok(late));
    assert_eq!(
        check(ago(301), None, None),
        wrong("scheduled_time", "reminder-over")
    );
    assert_eq!(
        check(ago(2 * hour), None, ahead(hour)),
        Ok(ahead(hour).unwrap())
    );
    assert_eq!(
        check(ago(2 * hour), ahead(hour), None),
        Ok(ahead(hour).unwrap())
    );
    assert_eq!(
        check(ago(2 * hour), None, Some(ago(hour))),
        wrong("expires_at", "reminder-over")
    );
    assert_eq!(
        check(ago(2 * hour), Some(ago(hour)), None),
        wrong("appointment_time", "reminder-over")
    );
    let both = check(ahead(hour).unwrap(), ahead(60), ahead(60));
    assert_eq!(both.unwrap_err().len(), 2);
}

/// As the texts put it together where everything is as long as it may be.
fn render(texts: Texts) -> impl Fn(&str, &str) -> String {
    move |name, reason| {
        let when = [("day", &"31/12/2027" as _), ("time", &"10:30" as _)];
        let details = format!(". {}", texts.with("reminder-note-when", &when));
        let you = texts.get("reminder-note-you");
        let name = if name.is_empty() { &you } else { name };
        let values = [
            ("name", &name as _),
            ("reason", &reason as _),
            ("details", &details as _),
        ];
        send_rules::gsm7_wording(&texts.with("notice-reminder-note", &values))
    }
}

/// The text of an SMS with as much of both as it holds.
fn sms(name: &str, reason: &str, render: impl Fn(&str, &str) -> String) -> String {
    let (name, reason) = one_segment(name, reason, &render);
    render(&name, &reason)
}

fn assert_fits(text: &str) {
    let size = segments(text);
    assert_eq!(
        (size.encoding, size.segments),
        (Encoding::Gsm7, 1),
        "{text}"
    );
    assert!(!text.contains('⟦') && !text.contains("  "), "{text}");
}

#[test]
fn what_a_shared_phone_shows_fits_one_segment() {
    for locale in Locale::ALL {
        let clinic = (
            "clinic",
            &"Centre de santé communautaire Sainte-Thérèse" as _,
        );
        assert_fits(&Texts::new(*locale).with("notice-reminder-note-shared", &[clinic]));
    }
}

#[test]
fn a_short_text_stays_whole_and_a_long_one_ends_at_a_word() {
    let french = render(Texts::new(Locale::Fr));
    let text = sms("Jane Doe", "Visite de suivi", &french);
    assert!(
        text.starts_with("Rappel pour Jane Doe : Visite de suivi. "),
        "{text}"
    );
    let text = sms("Ñoño ආයුබෝවන් Çelik", "Visite", &french);
    assert!(
        text.starts_with("Rappel pour Ñoño Çelik : Visite"),
        "{text}"
    );
    let text = sms("ආයුබෝවන්", "Visite", &french);
    assert!(text.starts_with("Rappel pour vous : Visite"), "{text}");
    let name = "Marie-Antoinette Aïssatou Ndèye Khady Coumba Ndiaye Mbacké Diouf";
    let reason = "Consultation de suivi annuel avec le docteur de la clinique, à la salle 12 de l’accueil, le matin";
    let text = sms(name, reason, &french);
    assert!(
        text.starts_with("Rappel pour Marie-Antoinette : Consultation de suivi"),
        "{text}"
    );
    assert_fits(&text);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(10_000) })]

    /// Whatever names people have, in whatever letters.
    #[test]
    fn a_reminder_is_one_sms(
        name in "[\\PC]{0,40}( [A-ZÀ-Ÿa-zà-ÿ’'-]{1,30}){0,8}",
        reason in "[a-zà-ÿ€{}|]{0,30}( [\\PC]{1,20}){0,12}",
        english in any::<bool>(),
    ) {
        let locale = if english { Locale::En } else { Locale::Fr };
        let text = sms(&name, &reason, render(Texts::new(locale)));
        let size = segments(&text);
        prop_assert_eq!((size.encoding, size.segments), (Encoding::Gsm7, 1), "{}", text);
    }
}
