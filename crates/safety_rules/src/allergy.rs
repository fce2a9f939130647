//! The proposed treatment against the allergies of the record.

use crate::assess::finding;
use crate::condition::Reason;
use crate::context::{Context, Hit, Mention};
use crate::finding::{Finding, Kind, Level, Text};
use crate::inputs;
use crate::language::Status;
use crate::lexicon::Term;
use crate::pack::{ALLERGY_CLASS, ALLERGY_SAME, ALLERGY_UNKNOWN, ALLERGY_UNNAMED, Allergy, Pack};
use crate::words::{Gap, words};

/// What an allergy says against a medicine.
struct Against<'p> {
    rule: &'p str,
    level: Level,
    text: &'p Text,
    source: &'p crate::finding::Source,
}

/// Compares each medicine of the treatment with each allergen.
pub(crate) fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(allergy) = &context.pack.allergy else {
        return Vec::new();
    };
    let allergens = allergens(context, allergy);
    let mut found = Vec::new();
    let treatment = context
        .medicines
        .iter()
        .filter(|medicine| medicine.key == inputs::TREATMENT);
    for medicine in treatment {
        found.extend(against(context, allergy, &allergens, medicine));
    }
    found.extend(without_a_known_name(context, allergy, &allergens));
    found
}

/// The medicines and classes that the record names as causes of allergies.
fn allergens<'c, 'a>(context: &'c Context<'a>, allergy: &Allergy) -> Vec<(usize, &'c Hit<'a>)> {
    let announced = |hit: &Hit<'_>| {
        context.hits.iter().any(|words| {
            words.term == Term::Words(allergy.words)
                && !matches!(words.status, Status::Denied | Status::OfOthers)
                && (words.text, words.key) == (hit.text, hit.key)
                && words.last < hit.first
                && context.texts[hit.text][words.last + 1..=hit.first]
                    .iter()
                    .all(|word| word.gap != Gap::Sentence)
        })
    };
    context
        .hits
        .iter()
        .filter_map(|hit| match hit.term {
            Term::Substance(substance) => Some((substance, hit)),
            Term::Words(_) => None,
        })
        .filter(|(_, hit)| !matches!(hit.status, Status::Denied | Status::OfOthers))
        .filter(|(_, hit)| hit.key == inputs::ALLERGENS || announced(hit))
        .collect()
}

/// The worst that any allergen says against a medicine.
fn against(
    context: &Context<'_>,
    allergy: &Allergy,
    allergens: &[(usize, &Hit<'_>)],
    medicine: &Mention<'_>,
) -> Option<Finding> {
    let (allergen, hit, against) = allergens
        .iter()
        .filter_map(|(allergen, hit)| {
            let against = compare(context.pack, allergy, *allergen, medicine.substance)?;
            Some((*allergen, hit, against))
        })
        .reduce(|worst, next| {
            if next.2.level > worst.2.level {
                next
            } else {
                worst
            }
        })?;
    let names = (
        context.pack.name(allergen),
        context.pack.name(medicine.substance),
    );
    let reasons = vec![
        context.written(hit.key, hit.written),
        context.written(medicine.key, medicine.written),
    ];
    Some(finding(
        (against.rule, against.level, Kind::Allergy),
        filled(against.text, names),
        reasons,
        against.source,
    ))
}

fn filled(text: &Text, (allergen, drug): (&Text, &Text)) -> Text {
    Text::new(
        text.fr
            .replace("{allergen}", &allergen.fr)
            .replace("{drug}", &drug.fr),
        text.en
            .replace("{allergen}", &allergen.en)
            .replace("{drug}", &drug.en),
    )
}

fn compare<'p>(
    pack: &'p Pack,
    allergy: &'p Allergy,
    allergen: usize,
    medicine: usize,
) -> Option<Against<'p>> {
    let built_in = |rule, text| Against {
        rule,
        level: Level::Red,
        text,
        source: &allergy.source,
    };
    if pack.is_a(medicine, allergen) || pack.is_a(allergen, medicine) {
        return Some(built_in(ALLERGY_SAME, &allergy.same));
    }
    let shares_class = pack.substances[allergen]
        .kinds
        .iter()
        .any(|kind| pack.substances[*kind].allergy && pack.is_a(medicine, *kind));
    if shares_class {
        return Some(built_in(ALLERGY_CLASS, &allergy.class));
    }
    pack.cross_reactions
        .iter()
        .filter(|row| pack.is_a(allergen, row.allergy) && pack.is_a(medicine, row.drug))
        .max_by_key(|row| row.level)
        .map(|row| Against {
            rule: &row.id,
            level: row.level,
            text: &row.text,
            source: &row.source,
        })
}

/// An allergy without a name, or with one that the table does not know: a
/// person has to compare.
fn without_a_known_name(
    context: &Context<'_>,
    allergy: &Allergy,
    allergens: &[(usize, &Hit<'_>)],
) -> Option<Finding> {
    let treatment = context.facts.words(inputs::TREATMENT)?;
    let named = context
        .facts
        .words(inputs::ALLERGENS)
        .filter(|text| names_something(text, allergy));
    let Some(text) = named else {
        let is_allergic = context.facts.bool(inputs::ALLERGIC) == Some(true);
        return (is_allergic && allergens.is_empty()).then(|| {
            let reasons = vec![
                context.answered(inputs::ALLERGIC, true),
                treatment_reason(context),
            ];
            reminder(ALLERGY_UNNAMED, &allergy.unnamed, reasons, allergy)
        });
    };
    if context
        .hits
        .iter()
        .any(|hit| hit.key == inputs::ALLERGENS && matches!(hit.term, Term::Substance(_)))
    {
        return None;
    }
    let reasons = vec![
        context.written(inputs::ALLERGENS, text.trim()),
        treatment_reason(context),
    ];
    if let Some(name) = literal(text, treatment) {
        let name = Text::new(&name, &name);
        return Some(finding(
            (ALLERGY_SAME, Level::Red, Kind::Allergy),
            filled(&allergy.same, (&name, &name)),
            reasons,
            &allergy.source,
        ));
    }
    Some(reminder(
        ALLERGY_UNKNOWN,
        &allergy.unknown,
        reasons,
        allergy,
    ))
}

fn treatment_reason(context: &Context<'_>) -> Reason {
    let label = context.pack.label(inputs::TREATMENT);
    Reason {
        text: label,
        fields: vec![inputs::TREATMENT.to_owned()],
    }
}

fn reminder(rule: &str, text: &Text, reasons: Vec<Reason>, allergy: &Allergy) -> Finding {
    finding(
        (rule, Level::Yellow, Kind::Allergy),
        text.clone(),
        reasons,
        &allergy.source,
    )
}

/// Whether the text is more than "aucun", "RAS", "néant".
fn names_something(text: &str, allergy: &Allergy) -> bool {
    words(text)
        .iter()
        .any(|word| !allergy.nothing.contains(&word.folded))
}

/// The fewest letters of a word that is compared as it stands.
const TELLING: usize = 5;

/// A word of the allergens that stands in the treatment as well.
fn literal(allergens: &str, treatment: &str) -> Option<String> {
    let treatment = words(treatment);
    words(allergens)
        .into_iter()
        .find(|word| {
            word.folded.len() >= TELLING
                && treatment.iter().any(|other| other.folded == word.folded)
        })
        .map(|word| allergens[word.from..word.to].to_owned())
}
