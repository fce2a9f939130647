//! Two medicines of one patient against each other.

use std::collections::HashSet;

use crate::assess::finding;
use crate::context::{Context, Mention};
use crate::finding::{Finding, Kind, Text};
use crate::pack::Interaction;

/// Every row of the table of which two different medicines are taken or
/// proposed, once, with all the medicines that meet it.
pub(crate) fn check(context: &Context<'_>) -> Vec<Finding> {
    let pack = context.pack;
    let mentioned = context.medicines.iter();
    let kinds: HashSet<usize> = mentioned
        .flat_map(|found| pack.substances[found.substance].kinds.iter().copied())
        .collect();
    // A table of a clinic has tens of thousands of rows.
    let meant = |row: &&Interaction| kinds.contains(&row.a) && kinds.contains(&row.b);
    let rows = pack.interactions.iter().filter(meant);
    rows.filter_map(|row| fired(context, row)).collect()
}

fn fired(context: &Context<'_>, row: &Interaction) -> Option<Finding> {
    let pairs = pairs(context, row);
    let (a, b) = pairs.first()?;
    let (a, b) = (
        context.pack.name(a.substance),
        context.pack.name(b.substance),
    );
    let text = Text::new(
        capital(&format!("{} + {}\u{a0}: {}", a.fr, b.fr, row.text.fr)),
        capital(&format!("{} + {}: {}", a.en, b.en, row.text.en)),
    );
    let reasons = pairs
        .iter()
        .flat_map(|(a, b)| [a, b])
        .map(|found| context.written(found.key, found.written))
        .collect();
    Some(finding(
        (&row.id, row.severity.level(), Kind::Interaction),
        text,
        reasons,
        &row.source,
    ))
}

type Pair<'c, 'a> = (&'c Mention<'a>, &'c Mention<'a>);

fn pairs<'c, 'a>(context: &'c Context<'a>, row: &Interaction) -> Vec<Pair<'c, 'a>> {
    let is = |found: &Mention<'_>, kind| context.pack.is_a(found.substance, kind);
    let mut pairs: Vec<Pair<'c, 'a>> = Vec::new();
    for a in context.medicines.iter().filter(|found| is(found, row.a)) {
        for b in context.medicines.iter().filter(|found| is(found, row.b)) {
            // A name and its own class, or a medicine and what it holds, are one.
            let is_one = is(a, b.substance) || is(b, a.substance);
            let is_known = pairs
                .iter()
                .any(|(x, y)| (x.substance, y.substance) == (b.substance, a.substance));
            if !is_one && !is_known {
                pairs.push((a, b));
            }
        }
    }
    pairs
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + letters.as_str()
    })
}
