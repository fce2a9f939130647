//! The conditions of the pack's files.

use super::{Place, Read, Reader, age_limit, once};
use crate::condition::{Compare, Condition};
use crate::context::is_derived;
use crate::facts::Sex;
use crate::wire::{ConditionWire, IsWire, OneOrMore};

/// The condition that says who is pregnant.
const PREGNANT: &str = "pregnant";

impl Reader<'_> {
    /// All names first, then what they stand for, so that conditions may use each
    /// other in any order; a circle is refused.
    pub(super) fn conditions(&mut self) -> Read<()> {
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

    pub(super) fn condition(&self, place: Place<'_>, wire: &ConditionWire) -> Read<Condition> {
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
}
