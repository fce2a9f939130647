use std::time::Duration;

use kernel::{Id, Timestamp};
use proptest::prelude::*;

use crate::{
    outreach::{
        model::{
            Audience, Broadcast, BroadcastRow, BroadcastStatus, BroadcastsSought, DeliveryState,
            Exclusion, Tally, Topic,
        },
        rules::broadcasts::{born_between, calling_code, minutes, room, slice, without_numbers},
    },
    patients::api::Gender,
};

fn row() -> BroadcastRow {
    BroadcastRow {
        id: Id::from_uuid(uuid::Uuid::nil()),
        title: "Conseil".to_owned(),
        content: "Buvez".to_owned(),
        topic: Topic::Info,
        target_gender: None,
        target_age_min: None,
        target_age_max: None,
        pace: 600,
        scheduled_at: None,
        started_at: None,
        gathered_at: None,
        expires_at: None,
        paused_at: None,
        cancelled_at: None,
        created_by: None,
        created_at: Timestamp::from_micros(0),
        updated_at: Timestamp::from_micros(0),
        version: 1,
        armed: false,
        dead: false,
    }
}

fn started() -> BroadcastRow {
    BroadcastRow {
        started_at: Some(Timestamp::from_micros(1)),
        ..row()
    }
}

fn tally(states: &[(DeliveryState, i64)]) -> Tally {
    Tally {
        states: states.to_vec(),
        excluded: vec![(Exclusion::OptedOut, 3)],
    }
}

#[test]
fn how_it_stands_follows_from_its_times_and_its_messages() {
    use BroadcastStatus as Status;
    use DeliveryState::{Delivered, Failed, Pending, Refused, Sending, Sent, Simulated};
    let at = Some(Timestamp::from_micros(2));
    let armed = |row: BroadcastRow| BroadcastRow { armed: true, ..row };
    let dead = BroadcastRow {
        dead: true,
        ..started()
    };
    let paused = BroadcastRow {
        paused_at: at,
        ..started()
    };
    let cancelled = BroadcastRow {
        cancelled_at: at,
        ..started()
    };
    for (row, states, expected) in [
        (row(), vec![], Status::Draft),
        (armed(row()), vec![], Status::Scheduled),
        (armed(started()), vec![], Status::Sending),
        (armed(started()), vec![(Sent, 2)], Status::Sending),
        (started(), vec![(Sent, 2), (Pending, 1)], Status::Sending),
        (started(), vec![(Sent, 2), (Sending, 1)], Status::Sending),
        (started(), vec![(Sent, 2), (Delivered, 1)], Status::Sent),
        (started(), vec![(Sent, 2), (Failed, 1)], Status::Partial),
        (started(), vec![(Sent, 2), (Simulated, 1)], Status::Partial),
        (started(), vec![(Simulated, 2)], Status::Simulated),
        (
            started(),
            vec![(Simulated, 2), (Refused, 1)],
            Status::Simulated,
        ),
        (started(), vec![(Failed, 2), (Refused, 1)], Status::Failed),
        (started(), vec![], Status::Failed),
        (dead, vec![(Sent, 2), (Pending, 1)], Status::Failed),
        (paused, vec![(Sent, 2), (Pending, 1)], Status::Paused),
        (cancelled, vec![(Sent, 2)], Status::Cancelled),
    ] {
        let found = Broadcast::new(row, tally(&states));
        assert_eq!(found.status, expected, "{states:?}");
        assert_eq!(
            found.is_open(),
            matches!(expected, Status::Draft | Status::Scheduled)
        );
    }
}

#[test]
fn a_title_is_found_by_its_letters_and_signs() {
    let sought = |part: Option<&str>| BroadcastsSought {
        status: None,
        title: part.map(str::to_owned),
    };
    let title = "Été : 100 % moustiquaires_A";
    for part in [
        None,
        Some(""),
        Some("  "),
        Some("ETE"),
        Some("é"),
        Some(" % "),
        Some("_a"),
    ] {
        assert!(sought(part).names(title), "{part:?}");
    }
    for part in ["hiver", "1_0", "Été%", "\\"] {
        assert!(!sought(Some(part)).names(title), "{part}");
    }
}

#[test]
fn what_the_simulator_took_is_never_counted_as_sent() {
    use DeliveryState::{
        Cancelled, Delivered, Expired, Failed, Pending, Refused, Sending, Sent, Simulated,
    };
    let all = [
        Pending, Sending, Sent, Delivered, Failed, Expired, Cancelled, Refused, Simulated,
    ];
    let one_each: Vec<_> = all.iter().map(|state| (*state, 1)).collect();
    let tally = tally(&one_each);
    let counts = [
        tally.addressed(),
        tally.waiting(),
        tally.sent(),
        tally.failed(),
        tally.attempted(),
        tally.left_out(),
    ];
    assert_eq!(counts, [9, 2, 2, 4, 3, 3]);
}

#[test]
fn ages_are_those_of_the_records() {
    let between = |min, max, today: &str| {
        let audience = Audience {
            gender: Some(Gender::Female),
            age_min: min,
            age_max: max,
        };
        born_between(&audience, today)
    };
    let is_in = |(before, last): &(String, String), birth: &str| {
        birth > before.as_str() && birth <= last.as_str()
    };
    let grown = between(Some(18), None, "2026-05-17");
    assert!(
        is_in(&grown, "2008-05-17") && !is_in(&grown, "2008-05-18") && is_in(&grown, "1900-01-01")
    );
    let small = between(None, Some(4), "2026-05-17");
    assert!(
        is_in(&small, "2021-05-18") && !is_in(&small, "2021-05-17") && is_in(&small, "2026-05-17")
    );
    let leap = between(Some(1), None, "2025-02-28");
    assert!(
        !is_in(&leap, "2024-02-29") && is_in(&leap, "2024-02-28"),
        "a year old on 1 March"
    );
    let on_leap_day = between(Some(1), Some(1), "2024-02-29");
    assert!(
        is_in(&on_leap_day, "2023-02-28")
            && !is_in(&on_leap_day, "2023-03-01")
            && is_in(&on_leap_day, "2022-03-01")
    );
    let all = between(None, None, "2026-05-17");
    assert!(is_in(&all, "1900-01-01") && is_in(&all, "2026-05-17"));
}

#[test]
fn calling_codes_are_told_apart() {
    for (number, code) in [
        ("+221771234567", "+221"),
        ("+243812345601", "+243"),
        ("+237671234501", "+237"),
        ("+33612345678", "+33"),
        ("+27821234567", "+27"),
        ("+12025550123", "+1"),
        ("+79123456789", "+7"),
        ("+355672123456", "+355"),
    ] {
        assert_eq!(calling_code(number), code, "{number}");
    }
}

#[test]
fn a_turn_is_about_a_second_and_a_great_pace_no_great_heap() {
    assert_eq!(slice(600), (10, Duration::from_secs(1)));
    assert_eq!(slice(1), (1, Duration::from_secs(60)));
    assert_eq!(slice(6000), (100, Duration::from_secs(1)));
    assert_eq!((room(1), room(600), room(6000)), (32, 32, 100));
    assert_eq!(
        (
            minutes(0, 600),
            minutes(1, 600),
            minutes(600, 600),
            minutes(601, 600)
        ),
        (0, 1, 1, 2)
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    /// Whatever the pace, a turn takes no more than its share of a minute.
    #[test]
    fn turns_keep_the_pace(pace in 1..=6000_i64) {
        let (messages, pause) = slice(pace);
        let share = f64::from(u32::try_from(messages).unwrap()) / pause.as_secs_f64() * 60.0;
        let pace = f64::from(u32::try_from(pace).unwrap());
        prop_assert!((share - pace).abs() / pace < 0.001, "{} a minute", share);
        prop_assert!(pause <= Duration::from_secs(60) && messages >= 1);
    }
}

#[test]
fn what_programs_say_is_kept_without_numbers() {
    for (said, kept) in [
        ("failed (63016)", "failed (63016)"),
        ("+221772000001 is not valid", "+… is not valid"),
        ("to 77 200 00 01, HTTP 400", "to …, HTTP 400"),
        ("77-200-00-01.", "…."),
        ("3 of 12", "3 of 12"),
        ("", ""),
    ] {
        assert_eq!(without_numbers(said), kept, "{said}");
    }
}
