//! The vignettes of `tests/vignettes/*.toml`: what must and must not fire.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use safety_rules::{Age, Assessment, Facts, Level, Pack, Sex, Value, assess};
use serde::Deserialize;

/// The keys whose words come from a closed list; all other words are texts.
const CLOSED: [&str; 9] = [
    "conscience",
    "enceinte",
    "tabac",
    "alcool",
    "etat",
    "febrile",
    "coloration_bulbaire",
    "coloration_palpebrale",
    "tension_arterielle",
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    vignette: Vec<Vignette>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vignette {
    name: String,
    years: Option<u32>,
    days: Option<u32>,
    sex: Option<String>,
    facts: BTreeMap<String, Given>,
    #[serde(default)]
    fires: Vec<String>,
    #[serde(default)]
    must_not: Vec<String>,
    level: Option<Level>,
}

#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum Given {
    Bool(bool),
    Number(f64),
    Words(String),
}

impl Vignette {
    fn facts(&self) -> Facts {
        let age = match (self.years, self.days) {
            (None, None) => None,
            (Some(years), None) => Some(Age::about(years)),
            (years, Some(days)) => Some(Age::exact(years.unwrap_or(days * 4 / 1461), days)),
        };
        let sex = match self.sex.as_deref() {
            Some("F") => Sex::Female,
            Some("M") => Sex::Male,
            _ => Sex::Unknown,
        };
        let mut facts = Facts::new(age, sex);
        for (key, given) in &self.facts {
            let value = match given.clone() {
                Given::Bool(yes) => Value::Bool(yes),
                Given::Number(number) => Value::Number(number),
                Given::Words(words) if CLOSED.contains(&key.as_str()) => Value::Word(words),
                Given::Words(words) => Value::Text(words),
            };
            facts.set(key, value);
        }
        facts
    }

    /// What is not as the vignette says.
    fn faults(&self, given: &Assessment) -> Vec<String> {
        let fired: BTreeSet<&str> = given.findings.iter().map(|one| one.rule.as_str()).collect();
        let mut faults = Vec::new();
        for rule in self
            .fires
            .iter()
            .filter(|rule| !fired.contains(rule.as_str()))
        {
            faults.push(format!("{}: {rule} must fire, fired: {fired:?}", self.name));
        }
        for rule in self
            .must_not
            .iter()
            .filter(|rule| fired.contains(rule.as_str()))
        {
            faults.push(format!("{}: {rule} must not fire", self.name));
        }
        if self.level.is_some_and(|level| level != given.level) {
            faults.push(format!(
                "{}: the level is {:?}, fired: {fired:?}",
                self.name, given.level
            ));
        }
        faults
    }
}

fn vignettes() -> Vec<Vignette> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vignettes");
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder of vignettes") {
        let path = entry.expect("an entry").path();
        let text = std::fs::read_to_string(&path).expect("a vignette file");
        let file: File =
            toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        all.extend(file.vignette);
    }
    all
}

#[test]
fn each_vignette_fires_what_it_must_and_nothing_it_must_not() {
    let all = vignettes();
    assert!(all.len() >= 60, "{} vignettes", all.len());
    let faults: Vec<String> = all
        .iter()
        .flat_map(|vignette| vignette.faults(&assess(Pack::shipped(), &vignette.facts())))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn each_rule_has_a_vignette_and_a_near_miss() {
    let all = vignettes();
    let named = |of: fn(&Vignette) -> &Vec<String>| -> BTreeSet<&str> {
        all.iter().flat_map(of).map(String::as_str).collect()
    };
    let (fires, must_not) = (named(|one| &one.fires), named(|one| &one.must_not));
    let known: BTreeSet<&str> = Pack::shipped().rule_ids().into_iter().collect();
    let without: Vec<&str> = known
        .iter()
        .filter(|rule| !fires.contains(*rule))
        .copied()
        .collect();
    assert!(
        without.is_empty(),
        "add a vignette where these fire: {without:?}"
    );
    let without: Vec<&str> = known
        .iter()
        .filter(|rule| !must_not.contains(*rule))
        .copied()
        .collect();
    assert!(without.is_empty(), "add a near miss of these: {without:?}");
    let unknown: Vec<&&str> = fires
        .union(&must_not)
        .filter(|rule| !known.contains(**rule))
        .collect();
    assert!(
        unknown.is_empty(),
        "the pack has no such rules: {unknown:?}"
    );
}

#[test]
fn a_near_miss_is_near() {
    // It names the rule, and holds at least one key that the firing one holds.
    let all = vignettes();
    for miss in &all {
        for rule in &miss.must_not {
            let near = all.iter().any(|other| {
                other.fires.contains(rule)
                    && other.facts.keys().any(|key| miss.facts.contains_key(key))
            });
            assert!(near, "{}: {rule} fires on other keys only", miss.name);
        }
    }
}

#[test]
fn an_assessment_is_quick() {
    // A figure for whoever looks at the output; nothing depends on it.
    let all: Vec<Facts> = vignettes().iter().map(Vignette::facts).collect();
    let began = std::time::Instant::now();
    for facts in &all {
        let _ = assess(Pack::shipped(), facts);
    }
    let each = began.elapsed() / u32::try_from(all.len()).expect("few vignettes");
    eprintln!("{} vignettes, {each:?} each", all.len());
}
