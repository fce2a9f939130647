//! The chart, value by value: every boundary and the value before it.

use crate::{Age, Applies, Band, Facts, Level, News2, Pack, Sex, Value, assess};

fn adult() -> Facts {
    Facts::new(Some(Age::about(40)), Sex::Female)
}

fn scored(facts: &Facts) -> News2 {
    assess(Pack::shipped(), facts).news2
}

fn number(key: &str, value: f64) -> Option<u8> {
    scored(&adult().with(key, Value::Number(value))).score
}

fn word(key: &str, value: &str) -> Option<u8> {
    scored(&adult().with(key, Value::Word(value.to_owned()))).score
}

fn all_points(key: &str, chart: &[(f64, u8)]) {
    for (value, points) in chart {
        assert_eq!(number(key, *value), Some(*points), "{key} {value}");
    }
}

#[test]
fn respiration_as_in_the_chart() {
    all_points(
        "frequence_respiratoire",
        &[
            (4.0, 3),
            (8.0, 3),
            (9.0, 1),
            (11.0, 1),
            (12.0, 0),
            (20.0, 0),
            (21.0, 2),
            (24.0, 2),
            (25.0, 3),
            (60.0, 3),
        ],
    );
}

#[test]
fn saturation_as_in_scale_one() {
    all_points(
        "spo2",
        &[
            (60.0, 3),
            (91.0, 3),
            (92.0, 2),
            (93.0, 2),
            (94.0, 1),
            (95.0, 1),
            (96.0, 0),
            (100.0, 0),
        ],
    );
}

#[test]
fn pulse_as_in_the_chart() {
    all_points(
        "pouls",
        &[
            (30.0, 3),
            (40.0, 3),
            (41.0, 1),
            (50.0, 1),
            (51.0, 0),
            (90.0, 0),
            (91.0, 1),
            (110.0, 1),
            (111.0, 2),
            (130.0, 2),
            (131.0, 3),
            (200.0, 3),
        ],
    );
}

#[test]
fn temperature_as_in_the_chart() {
    all_points(
        "temperature",
        &[
            (34.0, 3),
            (35.0, 3),
            (35.1, 1),
            (36.0, 1),
            (36.1, 0),
            (38.0, 0),
            (38.1, 1),
            (39.0, 1),
            (39.1, 2),
            (42.0, 2),
        ],
    );
}

#[test]
fn systolic_pressure_as_in_the_chart() {
    for (systolic, points) in [
        (80, 3),
        (90, 3),
        (91, 2),
        (100, 2),
        (101, 1),
        (110, 1),
        (111, 0),
        (219, 0),
        (220, 3),
        (250, 3),
    ] {
        let written = format!("{systolic}/50");
        assert_eq!(
            word("tension_arterielle", &written),
            Some(points),
            "{written}"
        );
    }
    assert_eq!(word("tension_arterielle", "50/120"), None);
    assert_eq!(word("tension_arterielle", "high"), None);
}

#[test]
fn oxygen_and_consciousness_as_in_the_chart() {
    let oxygen = |given| scored(&adult().with("oxygene", Value::Bool(given))).score;
    assert_eq!((oxygen(false), oxygen(true)), (Some(0), Some(2)));
    assert_eq!(word("conscience", "alerte"), Some(0));
    for other in ["confusion", "voix", "douleur", "aucune"] {
        assert_eq!(word("conscience", other), Some(3), "{other}");
    }
    assert_eq!(word("conscience", "?"), None);
}

/// Every measurement; together they score nothing.
fn healthy() -> Facts {
    adult()
        .with("frequence_respiratoire", Value::Number(16.0))
        .with("spo2", Value::Number(98.0))
        .with("oxygene", Value::Bool(false))
        .with("tension_arterielle", Value::Word("135/76".to_owned()))
        .with("pouls", Value::Number(72.0))
        .with("conscience", Value::Word("alerte".to_owned()))
        .with("temperature", Value::Number(36.8))
        .with("febrile", Value::Word("Non".to_owned()))
}

#[test]
fn a_healthy_adult_scores_nothing_and_is_green() {
    let given = assess(Pack::shipped(), &healthy());
    assert_eq!(given.level, Level::Green);
    assert!(given.findings.is_empty(), "{:?}", given.findings);
    assert!(given.missing.is_empty(), "{:?}", given.missing);
    assert_eq!(given.news2.score, Some(0));
    assert_eq!(given.news2.band, Band::None);
    assert!(given.news2.complete);
}

#[test]
fn bands_and_levels_follow_the_sum() {
    type Case = (&'static [(&'static str, f64)], u8, Band, Level);
    let cases: [Case; 6] = [
        (&[("pouls", 91.0)], 1, Band::Low, Level::Green),
        (
            &[("pouls", 111.0), ("frequence_respiratoire", 21.0)],
            4,
            Band::Low,
            Level::Green,
        ),
        (&[("pouls", 131.0)], 3, Band::LowMedium, Level::Yellow),
        (
            &[
                ("pouls", 111.0),
                ("frequence_respiratoire", 21.0),
                ("temperature", 38.1),
            ],
            5,
            Band::Medium,
            Level::Yellow,
        ),
        (
            &[
                ("pouls", 111.0),
                ("frequence_respiratoire", 21.0),
                ("temperature", 39.1),
            ],
            6,
            Band::Medium,
            Level::Yellow,
        ),
        (
            &[
                ("pouls", 111.0),
                ("frequence_respiratoire", 21.0),
                ("temperature", 39.1),
                ("spo2", 95.0),
            ],
            7,
            Band::High,
            Level::Red,
        ),
    ];
    for (values, score, band, level) in cases {
        let facts = values.iter().fold(healthy(), |facts, (key, value)| {
            facts.with(key, Value::Number(*value))
        });
        let given = assess(Pack::shipped(), &facts);
        assert_eq!(given.news2.score, Some(score), "{values:?}");
        assert_eq!(given.news2.band, band, "{values:?}");
        assert_eq!(given.level, level, "{values:?}: {:?}", given.findings);
    }
}

#[test]
fn an_incomplete_score_says_what_is_missing_and_still_fires() {
    let facts = adult()
        .with("frequence_respiratoire", Value::Number(26.0))
        .with("pouls", Value::Number(115.0))
        .with("temperature", Value::Number(39.4));
    let given = assess(Pack::shipped(), &facts);
    assert_eq!(given.news2.score, Some(7));
    assert!(!given.news2.complete);
    assert_eq!(
        given.news2.missing,
        ["spo2", "oxygene", "tension_arterielle", "conscience"]
    );
    assert!(given.missing.contains(&"spo2".to_owned()));
    assert_eq!(given.level, Level::Red);
    let high = given
        .findings
        .iter()
        .find(|one| one.rule == "news2.high")
        .expect("it fires");
    assert_eq!(high.reasons[0].fr, "NEWS2\u{a0}7");
    assert_eq!(
        high.fields,
        ["frequence_respiratoire", "pouls", "temperature"]
    );
}

#[test]
fn nothing_known_is_no_zero() {
    let given = scored(&adult());
    assert_eq!(given.score, None);
    assert_eq!(given.missing.len(), 7);
}

#[test]
fn the_score_is_for_people_of_sixteen_who_are_not_pregnant() {
    let at = |age, pregnant: &str| {
        let mut facts = Facts::new(age, Sex::Female).with("pouls", Value::Number(135.0));
        facts.set("enceinte", Value::Word(pregnant.to_owned()));
        scored(&facts)
    };
    assert_eq!(at(Some(Age::about(15)), "non").applies, Applies::Child);
    assert_eq!(at(Some(Age::about(16)), "non").applies, Applies::Yes);
    assert_eq!(at(Some(Age::about(30)), "inconnu").applies, Applies::Yes);
    assert_eq!(at(Some(Age::about(30)), "oui").applies, Applies::Pregnant);
    assert_eq!(at(Some(Age::about(30)), "oui").score, None);
    assert_eq!(at(None, "non").applies, Applies::AgeUnknown);
    let by_week = Facts::new(Some(Age::about(30)), Sex::Female)
        .with("semaines_grossesse", Value::Number(12.0));
    assert_eq!(scored(&by_week).applies, Applies::Pregnant);
}
