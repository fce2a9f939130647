//! Reads the files of a pack and checks that they fit together.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::condition::{Compare, Condition};
use crate::context::is_derived;
use crate::facts::{AgeLimit, Sex};
use crate::finding::{Source, Text};
use crate::inputs;
use crate::language::Language;
use crate::lexicon::{Lexicon, Term};
use crate::pack::{
    Allergy, CrossReaction, Interaction, Pack, PackError, Rule, Substance, Usual, Words,
};
use crate::wire::{
    AllergyWire, ConditionWire, CrossWire, FileWire, InteractionWire, IsWire, OneOrMore, RuleWire,
    SubstanceWire, TextWire, UsualWire,
};
use crate::words::phrase_words;

/// The group of the texts that name the medicines a patient takes.
const MEDICINES: &str = "medicines";
/// The condition that says who is pregnant.
const PREGNANT: &str = "pregnant";

type Read<T> = Result<T, PackError>;

/// An entry of a pack, for messages.
#[derive(Clone, Copy)]
struct Place<'a> {
    file: &'a str,
    entry: &'a str,
}

impl Place<'_> {
    fn wrong(self, problem: impl Into<String>) -> PackError {
        PackError {
            file: self.file.to_owned(),
            place: self.entry.to_owned(),
            problem: problem.into(),
        }
    }
}

/// What rules refer to by name.
#[derive(Default)]
struct Names {
    sources: HashMap<String, Source>,
    groups: HashMap<String, Vec<String>>,
    keys: HashSet<String>,
    words: HashMap<String, usize>,
    conditions: HashMap<String, usize>,
    substances: HashMap<String, usize>,
}

pub(crate) fn read(files: &[(&str, &str)]) -> Read<Pack> {
    let mut parsed = Vec::new();
    for (file, text) in files {
        let wire: FileWire = toml::from_str(text).map_err(|error| PackError {
            file: (*file).to_owned(),
            place: "TOML".to_owned(),
            problem: error.to_string(),
        })?;
        parsed.push((*file, wire));
    }
    Reader::new(&parsed).read()
}

struct Reader<'a> {
    files: &'a [(&'a str, FileWire)],
    names: Names,
    ids: HashSet<String>,
    pack: Pack,
}

impl<'a> Reader<'a> {
    fn new(files: &'a [(&'a str, FileWire)]) -> Self {
        Self {
            files,
            names: Names::default(),
            ids: HashSet::new(),
            pack: empty(),
        }
    }

    fn read(mut self) -> Read<Pack> {
        self.names()?;
        self.language();
        self.words()?;
        self.substances()?;
        self.conditions()?;
        for (file, wire) in self.files {
            self.file(file, wire)?;
        }
        Ok(self.pack)
    }

    fn names(&mut self) -> Read<()> {
        for (file, wire) in self.files {
            for (id, source) in &wire.source {
                let known = self.names.sources.insert(id.clone(), source.clone());
                once((file, id), known.is_none())?;
            }
            for (id, field) in &wire.field {
                self.names.keys.insert(id.clone());
                let known = self.pack.fields.insert(id.clone(), field.clone());
                once((file, id), known.is_none())?;
            }
            for (id, keys) in &wire.group {
                let known = self.names.groups.insert(id.clone(), keys.clone());
                once((file, id), known.is_none())?;
            }
            self.pack.asked.extend(wire.asked.iter().cloned());
            if let Some(text) = &wire.unusual {
                self.pack.unusual = text.into();
            }
        }
        self.pack.medicines = self
            .names
            .groups
            .get(MEDICINES)
            .cloned()
            .unwrap_or_default();
        Ok(())
    }

    fn language(&mut self) {
        let found = self
            .files
            .iter()
            .find_map(|(_, wire)| wire.language.as_ref());
        if let Some(language) = found {
            self.pack.language = Language::new(language);
            let barriers = language
                .negations
                .iter()
                .chain(&language.close_negations)
                .chain(&language.turns)
                .chain(&language.joins);
            self.pack.lexicon = Lexicon::new(
                language.fillers.iter().map(String::as_str),
                barriers.map(String::as_str),
            );
        }
    }

    fn words(&mut self) -> Read<()> {
        for (file, wire) in self.files {
            for (id, words) in &wire.words {
                let place = Place { file, entry: id };
                let keys = self
                    .names
                    .groups
                    .get(&words.group)
                    .cloned()
                    .ok_or_else(|| {
                        place.wrong(format!(
                            "there is no group `{}`; add it under [group]",
                            words.group
                        ))
                    })?;
                let at = self.pack.words.len();
                let known = self.names.words.insert(id.clone(), at);
                once((file, id), known.is_none())?;
                for phrase in &words.phrases {
                    self.phrase(place, phrase, Term::Words(at))?;
                }
                self.pack.words.push(Words {
                    keys,
                    feared: words.feared,
                    past: words.past,
                });
            }
        }
        Ok(())
    }

    fn phrase(&mut self, place: Place<'_>, phrase: &str, term: Term) -> Read<()> {
        if self.pack.lexicon.add(phrase, term) {
            return Ok(());
        }
        Err(place.wrong(format!(
            "`{phrase}` holds only words that are skipped; name something"
        )))
    }

    fn substances(&mut self) -> Read<()> {
        let mut entries: Vec<(&str, &String, &SubstanceWire)> = Vec::new();
        for (file, wire) in self.files {
            let all = wire.class.iter().chain(&wire.drug);
            entries.extend(all.map(|(id, wire)| (*file, id, wire)));
        }
        for (at, (file, id, wire)) in entries.iter().enumerate() {
            let known = self.names.substances.insert((*id).clone(), at);
            once((file, id), known.is_none())?;
            let place = Place { file, entry: id };
            for name in [&wire.fr, &wire.en].into_iter().chain(&wire.names) {
                self.phrase(place, name, Term::Substance(at))?;
            }
        }
        let parents = self.parents(&entries)?;
        for (at, (_, id, wire)) in entries.iter().enumerate() {
            self.pack.substances.push(Substance {
                id: (*id).clone(),
                name: Text::new(&wire.fr, &wire.en),
                kinds: closure(at, &parents),
                allergy: wire.allergy,
            });
        }
        Ok(())
    }

    fn parents(&self, entries: &[(&str, &String, &SubstanceWire)]) -> Read<Vec<Vec<usize>>> {
        entries
            .iter()
            .map(|(file, id, wire)| {
                let place = Place { file, entry: id };
                wire.of.iter().map(|of| self.substance(place, of)).collect()
            })
            .collect()
    }

    fn substance(&self, place: Place<'_>, id: &str) -> Read<usize> {
        self.names.substances.get(id).copied().ok_or_else(|| {
            place.wrong(format!(
                "there is no medicine or class `{id}`; add it under [drug] or [class]"
            ))
        })
    }

    fn source(&self, place: Place<'_>, id: &str) -> Read<Source> {
        self.names.sources.get(id).cloned().ok_or_else(|| {
            place.wrong(format!(
                "there is no source `{id}`; add it under [source.{id}]"
            ))
        })
    }

    fn key(&self, place: Place<'_>, key: &str) -> Read<String> {
        if self.names.keys.contains(key) {
            return Ok(key.to_owned());
        }
        Err(place.wrong(format!(
            "there is no field `{key}`; add it under [field.{key}]"
        )))
    }

    /// Named conditions may use those that stand before them by name, in the
    /// order of their names' first letters only by chance: so all are named
    /// first, and a circle is refused.
    fn conditions(&mut self) -> Read<()> {
        let mut entries = Vec::new();
        for (file, wire) in self.files {
            for (id, condition) in &wire.condition {
                let at = entries.len();
                let known = self.names.conditions.insert(id.clone(), at);
                once((file, id), known.is_none())?;
                entries.push((*file, id, condition));
            }
        }
        for (file, entry, condition) in &entries {
            let read = self.condition(Place { file, entry }, condition)?;
            self.pack.named.push(read);
        }
        for (at, (file, entry, _)) in entries.iter().enumerate() {
            if self.reaches(at, at, entries.len()) {
                let place = Place { file, entry };
                return Err(place.wrong("it rests on itself; break the circle of `holds`"));
            }
        }
        self.pack.pregnant = self.names.conditions.get(PREGNANT).copied();
        Ok(())
    }

    fn reaches(&self, from: usize, wanted: usize, steps: usize) -> bool {
        steps > 0
            && self.pack.named[from].parts().iter().any(|part| match part {
                Condition::Holds(at) => *at == wanted || self.reaches(*at, wanted, steps - 1),
                _ => false,
            })
    }

    fn condition(&self, place: Place<'_>, wire: &ConditionWire) -> Read<Condition> {
        let kinds = [
            wire.all.is_some(),
            wire.any.is_some(),
            wire.count.is_some() || wire.of.is_some(),
            wire.not.is_some(),
            wire.unless.is_some(),
            wire.holds.is_some(),
            wire.field.is_some(),
            wire.says.is_some(),
            wire.age_from.is_some() || wire.age_below.is_some(),
            wire.sex.is_some(),
            wire.drug.is_some(),
        ];
        if kinds.iter().filter(|kind| **kind).count() != 1 {
            return Err(place.wrong(
                "a condition holds exactly one of all, any, count with of, not, unless, holds, \
                 field, says, age_from/age_below, sex, drug",
            ));
        }
        let parts = |parts: &[ConditionWire]| -> Read<Vec<Condition>> {
            if parts.is_empty() {
                return Err(place.wrong("a list of conditions is empty; name at least one"));
            }
            parts
                .iter()
                .map(|part| self.condition(place, part))
                .collect()
        };
        if let Some(all) = &wire.all {
            return Ok(Condition::All(parts(all)?));
        }
        if let Some(any) = &wire.any {
            return Ok(Condition::Any(parts(any)?));
        }
        if let (Some(count), Some(of)) = (wire.count, &wire.of) {
            return Ok(Condition::Count(count, parts(of)?));
        }
        if let Some(not) = &wire.not {
            return Ok(Condition::Not(Box::new(self.condition(place, not)?)));
        }
        if let Some(unless) = &wire.unless {
            return Ok(Condition::Unless(Box::new(self.condition(place, unless)?)));
        }
        self.simple(place, wire)
    }

    fn simple(&self, place: Place<'_>, wire: &ConditionWire) -> Read<Condition> {
        if let Some(name) = &wire.holds {
            return match self.names.conditions.get(name) {
                Some(at) => Ok(Condition::Holds(*at)),
                None => Err(place.wrong(format!(
                    "there is no condition `{name}`; add it under [condition]"
                ))),
            };
        }
        if let Some(key) = &wire.field {
            return self.field(place, wire, self.key(place, key)?);
        }
        if let Some(sets) = &wire.says {
            return self.says(place, sets);
        }
        if wire.age_from.is_some() || wire.age_below.is_some() {
            return Ok(Condition::Age {
                from: age_limit(place, wire.age_from.as_deref())?,
                below: age_limit(place, wire.age_below.as_deref())?,
            });
        }
        if let Some(drug) = &wire.drug {
            let substance = self.substance(place, drug)?;
            return Ok(Condition::Drug(substance, wire.dose_mg_at_least));
        }
        match wire.sex.as_deref() {
            Some("F") => Ok(Condition::Sex(Sex::Female)),
            Some("M") => Ok(Condition::Sex(Sex::Male)),
            _ => Err(place.wrong("write sex = \"F\" or sex = \"M\", and count together with of")),
        }
    }

    fn field(&self, place: Place<'_>, wire: &ConditionWire, key: String) -> Read<Condition> {
        let compare = Compare {
            key,
            below: wire.below,
            above: wire.above,
            at_least: wire.at_least,
            at_most: wire.at_most,
        };
        let limits = [wire.below, wire.above, wire.at_least, wire.at_most];
        match (&wire.is, limits.iter().any(Option::is_some)) {
            (None, true) => Ok(Condition::Number(compare)),
            (Some(_), _) if is_derived(&compare.key) => {
                Err(place.wrong("a derived number takes below, above, at_least or at_most"))
            }
            (Some(IsWire::Bool(wanted)), false) => Ok(Condition::Bool(compare.key, *wanted)),
            (Some(IsWire::Words(words)), false) => {
                Ok(Condition::Word(compare.key, words.as_slice().to_vec()))
            }
            _ => Err(place.wrong("a field takes either `is`, or below, above, at_least, at_most")),
        }
    }

    fn says(&self, place: Place<'_>, sets: &OneOrMore<String>) -> Read<Condition> {
        let sets: Read<Vec<usize>> = sets
            .as_slice()
            .iter()
            .map(|id| self.set(place, id))
            .collect();
        Ok(Condition::Says(sets?))
    }

    fn set(&self, place: Place<'_>, id: &str) -> Read<usize> {
        self.names.words.get(id).copied().ok_or_else(|| {
            place.wrong(format!(
                "there are no words `{id}`; add them under [words.{id}]"
            ))
        })
    }

    fn file(&mut self, file: &str, wire: &FileWire) -> Read<()> {
        for rule in &wire.rule {
            self.rule(
                Place {
                    file,
                    entry: &rule.id,
                },
                rule,
            )?;
        }
        for row in &wire.usual {
            let id = format!("usual.{}.{}", row.field, row.from);
            self.usual(Place { file, entry: &id }, row)?;
        }
        for row in &wire.cross_reaction {
            let id = format!("cross.{}.{}", row.allergy, row.drug);
            self.cross(Place { file, entry: &id }, row)?;
        }
        for row in &wire.interaction {
            let id = format!("{}+{}", row.a, row.b);
            self.interaction(Place { file, entry: &id }, row)?;
        }
        if let Some(wire) = &wire.allergy {
            self.pack.allergy = Some(self.allergy(
                Place {
                    file,
                    entry: "allergy",
                },
                wire,
            )?);
        }
        Ok(())
    }

    fn new_id(&mut self, place: Place<'_>) -> Read<String> {
        once(
            (place.file, place.entry),
            self.ids.insert(place.entry.to_owned()),
        )?;
        Ok(place.entry.to_owned())
    }

    fn rule(&mut self, place: Place<'_>, wire: &RuleWire) -> Read<()> {
        let rule = Rule {
            id: self.new_id(place)?,
            kind: wire.kind,
            level: wire.level,
            source: self.source(place, &wire.source)?,
            text: Text::new(&wire.fr, &wire.en),
            when: self.condition(place, &wire.when)?,
        };
        self.pack.rules.push(rule);
        Ok(())
    }

    fn usual(&mut self, place: Place<'_>, wire: &UsualWire) -> Read<()> {
        let from = age_limit(place, Some(&wire.from))?;
        let row = Usual {
            id: self.new_id(place)?,
            key: self.key(place, &wire.field)?,
            from: from.ok_or_else(|| place.wrong("name the age it starts from"))?,
            below: age_limit(place, wire.below.as_deref())?,
            low: wire.low,
            high: wire.high,
            source: self.source(place, &wire.source)?,
        };
        self.pack.usual.push(row);
        Ok(())
    }

    fn cross(&mut self, place: Place<'_>, wire: &CrossWire) -> Read<()> {
        let row = CrossReaction {
            id: self.new_id(place)?,
            allergy: self.substance(place, &wire.allergy)?,
            drug: self.substance(place, &wire.drug)?,
            level: wire.level,
            source: self.source(place, &wire.source)?,
            text: Text::new(&wire.fr, &wire.en),
        };
        self.pack.cross_reactions.push(row);
        Ok(())
    }

    fn interaction(&mut self, place: Place<'_>, wire: &InteractionWire) -> Read<()> {
        let row = Interaction {
            id: self.new_id(place)?,
            a: self.substance(place, &wire.a)?,
            b: self.substance(place, &wire.b)?,
            severity: wire.severity,
            source: self.source(place, &wire.source)?,
            text: Text::new(
                format!("{} {}", wire.effect.fr, wire.action.fr),
                format!("{} {}", wire.effect.en, wire.action.en),
            ),
        };
        self.pack.interactions.push(row);
        Ok(())
    }

    fn allergy(&self, place: Place<'_>, wire: &AllergyWire) -> Read<Allergy> {
        for key in [inputs::ALLERGIC, inputs::ALLERGENS, inputs::TREATMENT] {
            self.key(place, key)?;
        }
        Ok(Allergy {
            source: self.source(place, &wire.source)?,
            words: self.set(place, &wire.words)?,
            nothing: wire
                .nothing
                .iter()
                .flat_map(|word| phrase_words(word))
                .collect(),
            same: (&wire.same).into(),
            class: (&wire.class).into(),
            unnamed: (&wire.unnamed).into(),
            unknown: (&wire.unknown).into(),
        })
    }
}

impl From<&TextWire> for Text {
    fn from(wire: &TextWire) -> Self {
        Self::new(&wire.fr, &wire.en)
    }
}

fn empty() -> Pack {
    Pack {
        fields: BTreeMap::new(),
        asked: HashSet::new(),
        language: Language::default(),
        lexicon: Lexicon::default(),
        words: Vec::new(),
        named: Vec::new(),
        pregnant: None,
        rules: Vec::new(),
        unusual: Text::new("{value}", "{value}"),
        usual: Vec::new(),
        substances: Vec::new(),
        medicines: Vec::new(),
        allergy: None,
        cross_reactions: Vec::new(),
        interactions: Vec::new(),
        brought: Vec::new(),
    }
}

fn once((file, entry): (&str, &str), is_new: bool) -> Read<()> {
    if is_new {
        return Ok(());
    }
    Err(Place { file, entry }.wrong("this name stands twice; give one of them another"))
}

fn age_limit(place: Place<'_>, text: Option<&str>) -> Read<Option<AgeLimit>> {
    text.map(|text| {
        AgeLimit::parse(text).ok_or_else(|| {
            place.wrong(format!(
                "`{text}` is no age; write \"60d\", \"2m\" or \"16y\""
            ))
        })
    })
    .transpose()
}

/// Itself and all it belongs to, directly or not.
fn closure(of: usize, parents: &[Vec<usize>]) -> Vec<usize> {
    let mut found = vec![of];
    let mut at = 0;
    while at < found.len() {
        for parent in &parents[found[at]] {
            if !found.contains(parent) {
                found.push(*parent);
            }
        }
        at += 1;
    }
    found
}
