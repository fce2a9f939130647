use std::collections::BTreeMap;

use kernel::{Rng, Timestamp, Zone};
use proptest::prelude::*;

use crate::{
    Category, Channel, Decision, Facts, Form, Reason, TemplateState, decide, property_config,
};

const HOUR: i64 = 3_600_000_000;
/// 2026-03-01T12:00:00Z
const NOON: i64 = 1_772_366_400_000_000;

fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros)
}

fn facts() -> Facts {
    Facts {
        now: at(NOON),
        channel: Channel::Whatsapp,
        category: Category::Reminder,
        last_inbound: None,
        opted_out: false,
        minute_of_day: 12 * 60,
        expires_at: None,
        template: None,
        bad_address: false,
        no_device: false,
        has_other_way: false,
        money_from: None,
    }
}

/// Moments close to `now`, often exactly on a rule's edge.
fn moment(now: i64) -> impl Strategy<Value = Option<Timestamp>> {
    let edges = prop::sample::select(vec![-24 * HOUR, -24 * HOUR + 1, -24 * HOUR - 1, 0, -1, 1]);
    prop_oneof![
        1 => Just(None),
        2 => edges.prop_map(move |d| Some(at(now + d))),
        3 => (-72 * HOUR..72 * HOUR).prop_map(move |d| Some(at(now + d))),
    ]
}

fn any_facts() -> impl Strategy<Value = Facts> {
    let now = NOON..NOON + 800 * 24 * HOUR;
    let zone = prop::sample::select(vec![
        "Africa/Dakar",
        "Africa/Douala",
        "Africa/Kinshasa",
        "Africa/Lubumbashi",
        "Asia/Kolkata",
    ]);
    (now, zone).prop_flat_map(|(now, zone)| {
        let minute_of_day = at(now).minute_of_day(&Zone::named(zone).unwrap());
        (
            prop::sample::select(Channel::ALL.to_vec()),
            prop::sample::select(Category::ALL.to_vec()),
            moment(now),
            any::<bool>(),
            moment(now),
            prop::option::of(prop::sample::select(TemplateState::ALL.to_vec())),
            any::<[bool; 3]>(),
            prop::option::of(1..40 * 24 * HOUR),
        )
            .prop_map(
                move |(
                    channel,
                    category,
                    last_inbound,
                    opted_out,
                    expires_at,
                    template,
                    [bad_address, no_device, has_other_way],
                    no_money_for,
                )| Facts {
                    now: at(now),
                    channel,
                    category,
                    last_inbound,
                    opted_out,
                    minute_of_day,
                    expires_at,
                    template,
                    bad_address,
                    no_device,
                    has_other_way,
                    money_from: no_money_for.map(|wait| at(now + wait)),
                },
            )
    })
}

// One oracle per rule, from the spec's sentences, on raw numbers.

fn lost_its_use(f: &Facts) -> bool {
    matches!(f.expires_at, Some(end) if f.now.micros() >= end.micros())
}

fn must_not_hear(f: &Facts) -> bool {
    f.opted_out && !["security", "answer"].contains(&f.category.as_str())
}

fn wrote_within_a_day(f: &Facts) -> bool {
    matches!(f.last_inbound, Some(last) if f.now.micros() - last.micros() < 24 * HOUR)
}

fn at_night(minute: i64) -> bool {
    let hour = minute / 60;
    matches!(hour, 21..=23 | 0..=6)
}

fn may_wake_him(f: &Facts) -> bool {
    let awaited = ["security", "answer"].contains(&f.category.as_str());
    awaited && (f.channel.as_str() != "voice" || f.category.as_str() == "security")
}

fn must_save(f: &Facts) -> bool {
    f.money_from.is_some() && f.category.as_str() == "broadcast"
}

/// What the rules forbid does not come out, and what comes out has its reason.
fn assert_allowed(f: &Facts) {
    match decide(f) {
        Decision::Send(form) => assert_may_go(f, form),
        Decision::WaitUntil(until, reason) => assert_waits(f, until, reason),
        Decision::FallBack(reason) => {
            assert!(f.has_other_way && !lost_its_use(f), "{f:?}");
            assert_refused(f, reason);
            let of_the_way = [Reason::OptedOut, Reason::WindowClosed, Reason::NoDevice];
            assert!(of_the_way.contains(&reason), "{reason}: {f:?}");
        }
        Decision::Refuse(reason) => {
            assert_refused(f, reason);
            let of_the_way = [Reason::OptedOut, Reason::WindowClosed, Reason::NoDevice];
            assert!(!f.has_other_way || !of_the_way.contains(&reason), "{f:?}");
        }
    }
}

fn assert_may_go(f: &Facts, form: Form) {
    assert!(!lost_its_use(f), "{f:?}");
    assert!(!must_not_hear(f) && !f.bad_address && !f.no_device, "{f:?}");
    assert!(!must_save(f), "{f:?}");
    assert!(
        may_wake_him(f) || !at_night(f.minute_of_day.into()),
        "{f:?}"
    );
    let allowed = match (f.channel, form) {
        (Channel::Sms, Form::Sms)
        | (Channel::Voice, Form::Voice)
        | (Channel::Push, Form::Push)
        | (Channel::Email, Form::Email) => true,
        (Channel::Whatsapp, Form::Session) => wrote_within_a_day(f),
        // Never a template where a session text would do.
        (Channel::Whatsapp, Form::Template) => {
            !wrote_within_a_day(f) && f.template.map(TemplateState::as_str) == Some("approved")
        }
        _ => false,
    };
    assert!(allowed, "{form} for {f:?}");
}

fn assert_waits(f: &Facts, until: Timestamp, reason: Reason) {
    if reason == Reason::OverBudget {
        assert!(must_save(f) && f.money_from == Some(until), "{f:?}");
        assert!(!lost_its_use(f) && !must_not_hear(f), "{f:?}");
        return;
    }
    assert_eq!(reason, Reason::QuietHours);
    assert!(
        !may_wake_him(f) && at_night(f.minute_of_day.into()),
        "{f:?}"
    );
    assert!(!lost_its_use(f) && !must_not_hear(f), "{f:?}");
    // It ends at 07:00:00 local, within the next ten hours, before expiry.
    let waited = until.micros() - f.now.micros();
    assert!(waited > 0 && waited <= 10 * HOUR, "{f:?}");
    assert_eq!(until.micros() % 60_000_000, 0);
    let minutes = until.micros() / 60_000_000 - f.now.micros() / 60_000_000;
    assert_eq!(
        (i64::from(f.minute_of_day) + minutes) % 1440,
        7 * 60,
        "{f:?}"
    );
    assert!(f.expires_at.is_none_or(|end| end > until), "{f:?}");
}

fn assert_refused(f: &Facts, reason: Reason) {
    match reason {
        Reason::Expired => assert!(lost_its_use(f), "{f:?}"),
        Reason::OptedOut => assert!(must_not_hear(f), "{f:?}"),
        Reason::BadAddress => assert!(f.bad_address, "{f:?}"),
        Reason::NoDevice => assert!(f.no_device, "{f:?}"),
        Reason::WindowClosed => {
            assert_eq!(f.channel, Channel::Whatsapp);
            assert!(!wrote_within_a_day(f), "{f:?}");
            assert_ne!(f.template, Some(TemplateState::Approved), "{f:?}");
        }
        Reason::ExpiresOvernight => {
            assert!(
                !may_wake_him(f) && at_night(f.minute_of_day.into()),
                "{f:?}"
            );
            let left = f.expires_at.map(|end| end.micros() - f.now.micros());
            assert!(left.is_some_and(|left| left <= 10 * HOUR), "{f:?}");
        }
        other => panic!("{other} is no reason to refuse: {f:?}"),
    }
}

/// One of a million: everything that the decision looks at, drawn evenly, every second
/// moment on the edge of a rule.
fn drawn(rng: &Rng) -> Facts {
    fn one<T: Copy>(rng: &Rng, of: &[T]) -> T {
        of[usize::try_from(rng.below(of.len() as u64)).unwrap()]
    }
    let now = NOON + i64::try_from(rng.below(24 * 3600)).unwrap() * 1_000_000;
    let moment = |from: &[i64]| match rng.below(4) {
        0 => None,
        1 => Some(at(
            now + i64::try_from(rng.below(144)).unwrap() * HOUR - 72 * HOUR
        )),
        _ => Some(at(now + one(rng, from) + one(rng, &[-1, 0, 1]))),
    };
    let templates: Vec<_> = TemplateState::ALL
        .iter()
        .map(|state| Some(*state))
        .collect();
    Facts {
        now: at(now),
        channel: one(rng, Channel::ALL),
        category: one(rng, Category::ALL),
        last_inbound: moment(&[-24 * HOUR, 0]),
        opted_out: rng.below(3) == 0,
        // Dakar lies on UTC.
        minute_of_day: at(now).minute_of_day(&Zone::utc()),
        expires_at: moment(&[0, 10 * HOUR, HOUR]),
        template: one(rng, &[templates, vec![None]].concat()),
        bad_address: rng.below(5) == 0,
        no_device: rng.below(5) == 0,
        has_other_way: rng.below(2) == 0,
        money_from: (rng.below(2) == 0).then(|| at(now + one(rng, &[1, HOUR, 20 * 24 * HOUR]))),
    }
}

#[test]
fn a_million_decisions_break_no_rule() {
    let rng = Rng::seeded(20_261_122);
    let mut seen = BTreeMap::new();
    for _ in 0..1_000_000 {
        let facts = drawn(&rng);
        assert_allowed(&facts);
        let decision = decide(&facts);
        let kind = match decision {
            Decision::Send(_) => "send",
            Decision::WaitUntil(..) => "wait",
            Decision::FallBack(_) => "fall back",
            Decision::Refuse(_) => "refuse",
        };
        *seen.entry((kind, decision.reason())).or_insert(0_u32) += 1;
    }
    // Every outcome there is was among them, none by accident.
    let of = |kind| seen.iter().filter(move |((of, _), _)| *of == kind);
    assert_eq!(of("send").count(), Form::ALL.len(), "{seen:?}");
    assert_eq!(
        (of("wait").count(), of("fall back").count()),
        (2, 3),
        "{seen:?}"
    );
    assert_eq!(of("refuse").count(), 6, "{seen:?}");
    assert!(seen.values().all(|count| *count > 500), "{seen:?}");
}

proptest! {
    #![proptest_config(property_config())]

    #[test]
    fn forbidden_outcomes_never_occur(f in any_facts()) {
        assert_allowed(&f);
    }

    /// The other direction: nothing that may go is held back.
    #[test]
    fn what_may_go_goes(f in any_facts()) {
        let allowed = !lost_its_use(&f)
            && !must_not_hear(&f)
            && !f.bad_address
            && !f.no_device
            && !must_save(&f)
            && (may_wake_him(&f) || !at_night(f.minute_of_day.into()))
            && (f.channel != Channel::Whatsapp
                || wrote_within_a_day(&f)
                || f.template == Some(TemplateState::Approved));
        prop_assert_eq!(matches!(decide(&f), Decision::Send(_)), allowed);
    }

    /// Waiting leads somewhere: in the morning it is not told to wait again.
    #[test]
    fn nobody_waits_twice(f in any_facts()) {
        if let Decision::WaitUntil(until, reason) = decide(&f) {
            // A month may begin at night: its morning is waited for then.
            let money_from = f.money_from.filter(|_| reason != Reason::OverBudget);
            let later = Facts { now: until, minute_of_day: 7 * 60, money_from, ..f };
            prop_assert!(!matches!(decide(&later), Decision::WaitUntil(..)));
        }
    }

    #[test]
    fn a_minute_beyond_the_day_is_taken_round_it(f in any_facts(), minute in any::<u16>()) {
        let odd = Facts { minute_of_day: minute, ..f };
        let even = Facts { minute_of_day: minute % 1440, ..f };
        prop_assert_eq!(decide(&odd), decide(&even));
    }
}

#[test]
fn the_window_closes_at_24_hours_sharp() {
    let wrote = |ago| Facts {
        last_inbound: Some(at(NOON - ago)),
        template: Some(TemplateState::Approved),
        ..facts()
    };
    assert_eq!(decide(&wrote(24 * HOUR - 1)), Decision::Send(Form::Session));
    assert_eq!(decide(&wrote(24 * HOUR)), Decision::Send(Form::Template));
    assert_eq!(
        decide(&Facts {
            template: Some(TemplateState::Paused),
            ..wrote(24 * HOUR)
        }),
        Decision::Refuse(Reason::WindowClosed)
    );
}

#[test]
fn night_is_from_nine_to_seven() {
    let sms = |minute_of_day| {
        decide(&Facts {
            channel: Channel::Sms,
            minute_of_day,
            ..facts()
        })
    };
    assert_eq!(sms(20 * 60 + 59), Decision::Send(Form::Sms));
    assert_eq!(sms(7 * 60), Decision::Send(Form::Sms));
    assert_eq!(
        sms(21 * 60),
        Decision::WaitUntil(at(NOON + 10 * HOUR), Reason::QuietHours)
    );
    assert_eq!(
        sms(6 * 60 + 59),
        Decision::WaitUntil(at(NOON + HOUR / 60), Reason::QuietHours)
    );
}

#[test]
fn a_night_that_outlives_the_message_is_refused_at_once() {
    let doomed = Facts {
        channel: Channel::Sms,
        minute_of_day: 22 * 60,
        expires_at: Some(at(NOON + 9 * HOUR)),
        ..facts()
    };
    assert_eq!(decide(&doomed), Decision::Refuse(Reason::ExpiresOvernight));
    let code = Facts {
        category: Category::Security,
        opted_out: true,
        ..doomed
    };
    assert_eq!(decide(&code), Decision::Send(Form::Sms));
    assert_eq!(decide(&code).reason(), Reason::Sms);
}

#[test]
fn nobody_is_called_at_night_but_for_his_account() {
    let call = |category, minute_of_day| {
        decide(&Facts {
            channel: Channel::Voice,
            category,
            minute_of_day,
            ..facts()
        })
    };
    for category in Category::ALL {
        assert_eq!(call(*category, 12 * 60), Decision::Send(Form::Voice));
        let night = match category {
            Category::Security => Decision::Send(Form::Voice),
            _ => Decision::WaitUntil(at(NOON + 9 * HOUR), Reason::QuietHours),
        };
        assert_eq!(call(*category, 22 * 60), night, "{category}");
    }
    assert_eq!(call(Category::Answer, 12 * 60).reason(), Reason::Voice);
}

#[test]
fn a_link_goes_by_mail_at_night_but_not_to_a_refused_address() {
    let link = Facts {
        channel: Channel::Email,
        category: Category::Security,
        minute_of_day: 2 * 60,
        opted_out: true,
        ..facts()
    };
    assert_eq!(decide(&link), Decision::Send(Form::Email));
    assert_eq!(decide(&link).reason(), Reason::Email);
    let refused = Facts {
        bad_address: true,
        ..link
    };
    assert_eq!(decide(&refused), Decision::Refuse(Reason::BadAddress));
}

#[test]
fn a_notification_has_no_window_and_needs_a_device() {
    let push = Facts {
        channel: Channel::Push,
        has_other_way: true,
        ..facts()
    };
    assert_eq!(decide(&push), Decision::Send(Form::Push));
    assert_eq!(decide(&push).reason(), Reason::Push);
    let gone = Facts {
        no_device: true,
        ..push
    };
    assert_eq!(decide(&gone), Decision::FallBack(Reason::NoDevice));
    let alone = Facts {
        has_other_way: false,
        ..gone
    };
    assert_eq!(decide(&alone), Decision::Refuse(Reason::NoDevice));
    let night = Facts {
        minute_of_day: 22 * 60,
        ..push
    };
    let morning = Decision::WaitUntil(at(NOON + 9 * HOUR), Reason::QuietHours);
    assert_eq!(decide(&night), morning);
}

#[test]
fn only_what_goes_to_many_waits_for_money() {
    let month = at(NOON + 20 * 24 * HOUR);
    for category in Category::ALL {
        let decision = decide(&Facts {
            channel: Channel::Sms,
            category: *category,
            expires_at: Some(at(NOON + HOUR)),
            money_from: Some(month),
            ..facts()
        });
        let expected = match category {
            Category::Broadcast => Decision::WaitUntil(month, Reason::OverBudget),
            _ => Decision::Send(Form::Sms),
        };
        assert_eq!(decision, expected, "{category}");
    }
}
