//! What holds for any record.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::Config;
use safety_rules::{Age, Facts, Kind, Pack, Sex, Value, assess};

fn config() -> Config {
    let cases = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|value| value.parse().ok())
        .unwrap_or(500);
    Config {
        failure_persistence: None,
        ..Config::with_cases(cases)
    }
}

const TEXTS: [&str; 5] = [
    "motif_consultation",
    "histoire_maladie",
    "autres_antecedents",
    "traitement",
    "medicament_allergique",
];

/// Pieces that sentences are made of, so that rules and cues meet.
const PIECES: [&str; 34] = [
    "douleur thoracique",
    "pas de",
    "sans",
    "ni",
    "sa mère a eu",
    "fièvre",
    "raideur de la nuque",
    "diarrhée",
    "yeux enfoncés",
    ",",
    ".",
    ";",
    " et ",
    "mais",
    "aucun",
    "convulsion",
    "(-)",
    ":",
    "non",
    "Augmentin 1 g",
    "warfarine",
    "ibuprofène",
    "arrêt de",
    "pénicilline",
    "quinine 600",
    "Coartem",
    "enceinte",
    "saigne",
    "AVC",
    "veut mourir",
    "38,5",
    "ATCD",
    "œdème",
    "si",
];

fn sentence() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => vec(select(PIECES.to_vec()), 0..14).prop_map(|pieces| pieces.join(" ")),
        1 => any::<String>(),
    ]
}

fn age() -> impl Strategy<Value = Option<Age>> {
    prop_oneof![
        Just(None),
        (0u32..110).prop_map(|years| Some(Age::about(years))),
        (0u32..36_000).prop_map(|days| Some(Age::exact(days * 4 / 1461, days))),
    ]
}

/// Adults, and people of unknown age: a child's normal differs by age.
fn grown() -> impl Strategy<Value = Option<Age>> {
    prop_oneof![
        Just(None),
        (16u32..110).prop_map(|years| Some(Age::about(years))),
    ]
}

prop_compose! {
    fn record(ages: impl Strategy<Value = Option<Age>>)(
        age in ages,
        sex in select(vec![Sex::Female, Sex::Male, Sex::Unknown]),
        texts in vec(sentence(), TEXTS.len()),
        numbers in vec(proptest::option::of(prop_oneof![4 => 0.0..250.0f64, 1 => any::<f64>()]), 5),
        pressure in proptest::option::of((0u32..320, 0u32..220)),
        allergic in proptest::option::of(any::<bool>()),
        conscious in proptest::option::of(select(vec!["alerte", "confusion", "voix", "x"])),
    ) -> Facts {
        let mut facts = Facts::new(age, sex);
        for (key, text) in TEXTS.iter().zip(texts) {
            facts.set(key, Value::Text(text));
        }
        let keys = ["spo2", "pouls", "temperature", "frequence_respiratoire", "poids"];
        for (key, number) in keys.iter().zip(numbers) {
            if let Some(number) = number {
                facts.set(key, Value::Number(number));
            }
        }
        if let Some((systolic, diastolic)) = pressure {
            facts.set("tension_arterielle", Value::Word(format!("{systolic}/{diastolic}")));
        }
        if let Some(allergic) = allergic {
            facts.set("allergie_medicamenteuse", Value::Bool(allergic));
        }
        if let Some(word) = conscious {
            facts.set("conscience", Value::Word(word.to_owned()));
        }
        facts
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_record_can_be_assessed(facts in record(age())) {
        let given = assess(Pack::shipped(), &facts);
        let highest = given.findings.iter().map(|one| one.level).max().unwrap_or_default();
        prop_assert_eq!(given.level, highest);
        prop_assert_eq!(assess(Pack::shipped(), &facts), given);
    }

    #[test]
    fn a_normal_value_never_raises_the_level(facts in record(grown()), which in 0usize..6) {
        let (key, value) = [
            ("spo2", Value::Number(98.0)),
            ("pouls", Value::Number(72.0)),
            ("temperature", Value::Number(36.8)),
            ("frequence_respiratoire", Value::Number(16.0)),
            ("conscience", Value::Word("alerte".to_owned())),
            ("tension_arterielle", Value::Word("124/76".to_owned())),
        ][which].clone();
        let mut before = facts;
        before.remove(key);
        // The shock index is decided by two values; one of them has to be new.
        match key {
            "pouls" => before.remove("tension_arterielle"),
            "tension_arterielle" => before.remove("pouls"),
            _ => {}
        }
        let level = assess(Pack::shipped(), &before).level;
        let after = before.with(key, value);
        prop_assert!(assess(Pack::shipped(), &after).level <= level);
    }

    #[test]
    fn without_its_allergies_a_record_has_no_more_findings(facts in record(age())) {
        let before = assess(Pack::shipped(), &facts);
        let mut without = facts;
        without.remove("medicament_allergique");
        without.set("allergie_medicamenteuse", Value::Bool(false));
        let after = assess(Pack::shipped(), &without);
        for found in &after.findings {
            let known = before.findings.iter().any(|one| one.rule == found.rule);
            prop_assert!(known, "{} is new", found.rule);
        }
        let count = |given: &safety_rules::Assessment| {
            given.findings.iter().filter(|one| one.kind == Kind::Allergy).count()
        };
        prop_assert!(count(&after) <= count(&before));
    }
}
