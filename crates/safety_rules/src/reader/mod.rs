//! Reads the files of a pack and checks that they fit together.

mod conditions;

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::facts::AgeLimit;
use crate::finding::{Source, Text};
use crate::inputs;
use crate::language::Language;
use crate::lexicon::{Lexicon, Term};
use crate::pack::{
    Allergy, CrossReaction, Interaction, Pack, PackError, Rule, Substance, Usual, Words,
};
use crate::wire::{
    AllergyWire, CrossWire, FileWire, InteractionWire, RuleWire, SubstanceWire, TextWire, UsualWire,
};
use crate::words::phrase_words;

/// The group of the texts that name the medicines a patient takes.
const MEDICINES: &str = "medicines";

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
                .chain(&language.loose_negations)
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
