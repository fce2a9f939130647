//! Pure decisions about who wrote.

use kernel::{Timestamp, text};

use super::model::{ConversationRow, NewEvent, QUESTION_LASTS};
use crate::patients::api::{PatientId, Summary};

/// To whom a message belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Match {
    /// The number is this patient's alone, or he said that he holds it.
    Patient(PatientId),
    /// The number is shared and this message answers "who is writing?".
    Answered(PatientId),
    /// The number is shared: the question must be asked or is waiting.
    Ask,
    /// The number resembles this patient's only; a person must confirm.
    Propose(PatientId),
    /// Nobody we know.
    Unknown,
}

/// Decides from the exact matches, the look-alikes and what the number's own
/// conversation knows. Two thirds of the valid Senegalese mobiles have a valid
/// French twin with the same last nine digits: a look-alike is never believed.
pub(super) fn match_sender(
    exact: &[Summary],
    alike: &[Summary],
    known: Option<&ConversationRow>,
    body: &str,
    now: Timestamp,
) -> Match {
    match exact {
        [] => propose(alike, known),
        [only] => Match::Patient(only.id),
        several => among(several, known, body, now),
    }
}

fn propose(alike: &[Summary], known: Option<&ConversationRow>) -> Match {
    match alike {
        [only] if known.and_then(|known| known.refused_patient) != Some(only.id) => {
            Match::Propose(only.id)
        }
        _ => Match::Unknown,
    }
}

fn among(
    several: &[Summary],
    known: Option<&ConversationRow>,
    body: &str,
    now: Timestamp,
) -> Match {
    let Some(known) = known else {
        return Match::Ask;
    };
    let speaks = known.speaker_until.is_some_and(|until| until > now);
    let speaker = known
        .speaker
        .filter(|who| speaks && several.iter().any(|p| p.id == *who));
    if let Some(speaker) = speaker {
        return Match::Patient(speaker);
    }
    let asked = known
        .asked_at
        .is_some_and(|at| now.since(at) < QUESTION_LASTS);
    let chosen = asked.then(|| choice(body, several.len())).flatten();
    chosen
        .and_then(|index| several.get(index))
        .map_or(Match::Ask, |who| Match::Answered(who.id))
}

/// The index a digit such as `2`, ` 2.` or `2)` chooses among `count`.
fn choice(body: &str, count: usize) -> Option<usize> {
    let digits = body.trim().trim_end_matches(['.', ')', '!']).trim();
    let number: usize = digits.parse().ok()?;
    (1..=count).contains(&number).then(|| number - 1)
}

/// Whether a browser may show a file of this type, found in its bytes, under
/// our address. Only what it draws or plays itself and what can hold no script.
pub(super) fn is_shown(content_type: &str) -> bool {
    matches!(
        content_type,
        "image/png" | "image/jpeg" | "image/gif" | "image/webp" | "video/mp4"
    ) || content_type.starts_with("audio/")
}

/// The end of a file's name, for those who save it.
pub(super) fn extension(content_type: &str) -> &str {
    match content_type {
        "image/jpeg" => "jpg",
        "image/png" | "image/gif" | "image/webp" | "image/heif" | "video/mp4" | "video/webm"
        | "application/pdf" | "application/zip" | "audio/ogg" | "audio/amr" | "audio/aac" => {
            content_type.split('/').nth(1).unwrap_or("bin")
        }
        "audio/mpeg" => "mp3",
        "audio/m4a" | "audio/mp4" => "m4a",
        "video/3gpp" => "3gp",
        "text/plain" => "txt",
        "application/msword" => "doc",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => "docx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "xlsx",
        _ => "bin",
    }
}

/// What an event is found by: its text, its numbers and the provider's id, folded.
pub(super) fn searched(event: &NewEvent) -> String {
    let NewEvent {
        content,
        sender,
        recipient,
        external_id,
        ..
    } = event;
    text::fold(&format!("{content} {sender} {recipient} {external_id}"))
}

/// Patterns for words as they are and, since people write numbers in groups,
/// without spaces. Folded text holds no wildcards.
pub(super) fn patterns(words: &str) -> (String, String) {
    let folded = text::fold(words);
    (
        format!("%{folded}%"),
        format!("%{}%", folded.replace(' ', "")),
    )
}

#[cfg(test)]
mod rule_tests {
    use kernel::{Id, Locale};
    use uuid::Uuid;

    use super::*;
    use crate::inbox::model::{ConversationId, ConversationStatus};

    fn patient(number: u128) -> Summary {
        Summary {
            id: Id::from_uuid(Uuid::from_u128(number)),
            first_name: "Awa".into(),
            last_name: "Diop".into(),
            locale: Locale::Fr,
            status: crate::patients::api::Status::Active,
            birth_date: None,
        }
    }

    fn conversation() -> ConversationRow {
        ConversationRow {
            id: ConversationId::from_uuid(Uuid::from_u128(9)),
            patient_id: None,
            first_name: None,
            last_name: None,
            phone: "+221771234567".parse().unwrap(),
            channel: send_rules::Channel::Whatsapp,
            status: ConversationStatus::Open,
            assigned_to: None,
            unread: 0,
            last_entry_at: Timestamp::from_micros(0),
            restricted: false,
            preview: String::new(),
            proposed_patient: None,
            refused_patient: None,
            asked_at: None,
            speaker: None,
            speaker_until: None,
            version: 1,
        }
    }

    #[test]
    fn a_look_alike_is_only_ever_proposed() {
        let now = Timestamp::from_micros(0);
        let (one, two) = (patient(1), patient(2));
        let alike = |list: &[Summary], known: Option<&ConversationRow>| {
            match_sender(&[], list, known, "", now)
        };
        assert_eq!(
            alike(std::slice::from_ref(&one), None),
            Match::Propose(one.id)
        );
        assert_eq!(
            alike(&[one.clone(), two], None),
            Match::Unknown,
            "ambiguous"
        );
        let refused = ConversationRow {
            refused_patient: Some(one.id),
            ..conversation()
        };
        assert_eq!(
            alike(&[one], Some(&refused)),
            Match::Unknown,
            "refused once, not proposed again"
        );
    }

    #[test]
    fn a_shared_phone_asks_and_believes_for_a_while() {
        let now = Timestamp::from_micros(1_000_000_000_000);
        let both = [patient(1), patient(2)];
        let asked = ConversationRow {
            asked_at: Some(now),
            ..conversation()
        };
        let decide =
            |known: &ConversationRow, body: &str| match_sender(&both, &[], Some(known), body, now);
        assert_eq!(
            match_sender(&both, &[], None, "2", now),
            Match::Ask,
            "not asked yet"
        );
        assert_eq!(
            decide(&conversation(), "2"),
            Match::Ask,
            "a number nobody asked for"
        );
        assert_eq!(decide(&asked, " 2. "), Match::Answered(both[1].id));
        for wrong in [
            "3",
            "0",
            "-1",
            "deux",
            "2 comprimés",
            "99999999999999999999999",
        ] {
            assert_eq!(decide(&asked, wrong), Match::Ask, "{wrong}");
        }
        let old = ConversationRow {
            asked_at: Some(now.minus(QUESTION_LASTS)),
            ..conversation()
        };
        assert_eq!(decide(&old, "2"), Match::Ask);
        let until = Some(now.plus(std::time::Duration::from_secs(1)));
        let speaks = ConversationRow {
            speaker: Some(both[0].id),
            speaker_until: until,
            ..asked.clone()
        };
        assert_eq!(decide(&speaks, "2"), Match::Patient(both[0].id));
        let silent = ConversationRow {
            speaker_until: Some(now),
            ..speaks.clone()
        };
        assert_eq!(decide(&silent, "bonjour"), Match::Ask);
        let stranger = ConversationRow {
            speaker: Some(patient(7).id),
            ..speaks
        };
        assert_eq!(
            decide(&stranger, "bonjour"),
            Match::Ask,
            "no longer of this household"
        );
    }

    #[test]
    fn one_owner_is_believed() {
        let one = patient(1);
        let now = Timestamp::from_micros(0);
        assert_eq!(
            match_sender(std::slice::from_ref(&one), &[patient(2)], None, "", now),
            Match::Patient(one.id)
        );
    }
}
