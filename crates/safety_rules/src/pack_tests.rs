use crate::lexicon::Term;
use crate::words::words;
use crate::{Facts, Level, NewNames, Pack, PackError, Sex, Table, Value, assess};

fn problem(text: &str) -> String {
    let error = Pack::parse(&[("mine.toml", text)]).expect_err("a broken pack");
    error.to_string()
}

const SOURCE: &str = "[source.s]\ntitle = \"T\"\norganisation = \"O\"\nyear = 2020\n[field]\na = { fr = \"a\", en = \"a\" }\n";

fn rule(when: &str) -> String {
    format!(
        "{SOURCE}[[rule]]\nid = \"r\"\nkind = \"red_flag\"\nlevel = \"red\"\nsource = \"s\"\n\
         fr = \"F\"\nen = \"E\"\nwhen = {when}\n"
    )
}

#[test]
fn a_broken_pack_says_where_and_what_to_change() {
    for (when, expected) in [
        (
            "{ field = \"b\", above = 1 }",
            "mine.toml: r: there is no field `b`; add it under [field.b]",
        ),
        (
            "{ says = \"x\" }",
            "mine.toml: r: there are no words `x`; add them under [words.x]",
        ),
        (
            "{ drug = \"x\" }",
            "mine.toml: r: there is no medicine or class `x`; add it under [drug] or [class]",
        ),
        (
            "{ holds = \"x\" }",
            "mine.toml: r: there is no condition `x`; add it under [condition]",
        ),
        (
            "{ age_from = \"16\" }",
            "mine.toml: r: `16` is no age; write \"60d\", \"2m\" or \"16y\"",
        ),
        (
            "{ all = [] }",
            "mine.toml: r: a list of conditions is empty; name at least one",
        ),
        (
            "{ field = \"a\" }",
            "mine.toml: r: a field takes either `is`, or below, above, at_least, at_most",
        ),
    ] {
        assert_eq!(problem(&rule(when)), expected);
    }
    assert!(problem(&rule("{ field = \"a\", sex = \"F\" }")).contains("exactly one of"));
    assert!(problem(&rule("{ fields = \"a\" }")).contains("unknown field `fields`"));
    let twice = rule("{ sex = \"F\" }");
    let more = twice.replacen(SOURCE, "", 1);
    let error = Pack::parse(&[("one.toml", &twice), ("two.toml", &more)]).expect_err("twice");
    assert_eq!(
        (error.file.as_str(), error.place.as_str()),
        ("two.toml", "r")
    );
    let circle = "[condition]\na = { holds = \"b\" }\nb = { not = { holds = \"a\" } }\n";
    assert!(problem(circle).contains("rests on itself"));
}

#[test]
fn a_missing_value_is_unknown_and_a_zero_is_one() {
    let pack = |when: &str| Pack::parse(&[("p", &rule(when))]).expect("a pack");
    let fired = |when: &str, facts: &Facts| !assess(&pack(when), facts).findings.is_empty();
    let empty = Facts::new(None, Sex::Unknown);
    let zero = empty.clone().with("a", Value::Number(0.0));
    assert!(!fired("{ field = \"a\", below = 1 }", &empty));
    assert!(!fired("{ not = { field = \"a\", below = 1 } }", &empty));
    assert!(fired("{ unless = { field = \"a\", below = 1 } }", &empty));
    assert!(fired("{ field = \"a\", below = 1 }", &zero));
    assert!(!fired("{ field = \"a\", is = false }", &empty));
    let no = empty.with("a", Value::Bool(false));
    assert!(fired("{ field = \"a\", is = false }", &no));
    assert!(fired("{ not = { field = \"a\", is = true } }", &no));
}

#[test]
fn a_name_means_one_medicine() {
    let pack = Pack::shipped();
    for substance in &pack.substances {
        for name in [&substance.name.fr, &substance.name.en] {
            let meant: Vec<&str> = pack
                .lexicon
                .find(&words(name))
                .into_iter()
                .filter_map(|found| match found.term {
                    Term::Substance(at) => Some(pack.substances[at].id.as_str()),
                    Term::Words(_) => None,
                })
                .filter(|id| *id != substance.id)
                .collect();
            assert!(meant.is_empty(), "{name} also means {meant:?}");
        }
    }
}

#[test]
fn texts_keep_french_typography() {
    for (file, text) in crate::pack::SHIPPED {
        for line in text.lines().filter(|line| line.contains("fr = ")) {
            for wrong in [" :", " ;", " ?", " !", " %", "'"] {
                let french = line
                    .split("fr = \"")
                    .nth(1)
                    .and_then(|rest| rest.split('"').next())
                    .unwrap_or_default();
                assert!(!french.contains(wrong), "{file}: `{wrong}` in {french}");
            }
        }
    }
}

#[test]
fn each_source_is_accounted_for() {
    let licences = include_str!("../../../docs/data-sources.md");
    let pack = Pack::shipped();
    let rules = pack.rules.iter().map(|rule| &rule.source);
    let rows = pack.interactions.iter().map(|row| &row.source);
    for source in rules.chain(rows) {
        assert!(
            licences.contains(&source.title),
            "docs/data-sources.md doesn't say what may ship of: {}",
            source.title
        );
    }
}

const HEADER: &str = "a,b,severity,effect_fr,effect_en,action_fr,action_en,source_title,source_organisation,source_year,source_url\n";

fn treated(pack: &Pack, text: &str) -> Vec<(String, Level)> {
    let facts = Facts::new(None, Sex::Unknown).with("traitement", Value::Text(text.to_owned()));
    assess(pack, &facts)
        .findings
        .into_iter()
        .map(|found| (found.rule, found.level))
        .collect()
}

fn table(text: &str, new_names: NewNames) -> Result<Pack, Vec<PackError>> {
    Pack::shipped().with_interactions_csv(&Table {
        name: "Ma table",
        text,
        new_names,
    })
}

#[test]
fn a_clinic_brings_its_own_interactions() {
    let rows = format!(
        "{HEADER}Doliprane,artemisinin_act,major,\"Effet, un.\",,Espacez.,,Ma table,Ma clinique,2026,\n\
         Kinkeliba,paracétamol,contraindicated,Effet.,,Évitez.,,Ma table,Ma clinique,2026,\n"
    );
    let pack = table(&rows, NewNames::Taken).expect("a table");
    assert_eq!(pack.brought(), ["Kinkeliba"]);
    assert!(treated(Pack::shipped(), "Doliprane + Coartem").is_empty());
    assert_eq!(
        treated(&pack, "Doliprane + Coartem"),
        [(
            "Ma table.2.paracetamol+artemisinin_act".to_owned(),
            Level::Yellow
        )]
    );
    assert_eq!(treated(&pack, "kinkéliba et Efferalgan")[0].1, Level::Red);
    let semicolons = rows.replace("\"Effet, un.\"", "Effet").replace(',', ";");
    assert!(table(&semicolons, NewNames::Taken).is_ok());
    // A table on top of another's: both are there, each with its own name.
    let more = pack.with_interactions_csv(&Table {
        name: "Autre",
        text: &rows.replace("major", "moderate"),
        new_names: NewNames::Refused,
    });
    let both = treated(&more.expect("known now"), "Doliprane + Coartem");
    assert_eq!(both[1].0, "Autre.2.paracetamol+artemisinin_act");
}

#[test]
fn a_name_that_no_medicine_has_is_refused_unless_it_is_wanted() {
    let rows = format!(
        "{HEADER}Kinkeliba,aspirine,major,E.,,F.,,T,O,2026,\n\
         warfarina,aspirine,major,E.,,F.,,T,O,2026,\n\
         kinkeliba,Kinkeliba,major,E.,,F.,,T,O,2026,\n\
         zinc doliprane,aspirine,major,E.,,F.,,T,O,2026,\n"
    );
    let told = table(&rows, NewNames::Refused).expect_err("two new names");
    let told: Vec<String> = told.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "Ma table: line 2: no medicine is called `Kinkeliba`: correct it, or allow new names",
            "Ma table: line 3: no medicine is called `warfarina`, but `warfarine` is known: correct it, or allow new names",
            "Ma table: line 4: `kinkeliba` and `Kinkeliba` are one medicine, which this row would never warn of; \
             name the other one",
            "Ma table: line 5: no medicine is called `zinc doliprane`, but `sulfate de zinc` is known: correct it, or \
             allow new names",
        ]
    );
}

#[test]
fn a_new_name_takes_no_rule_from_the_medicines_inside_it() {
    let rows = format!("{HEADER}Warfarine Untel,Kinkeliba,moderate,E.,,F.,,T,O,2026,\n");
    let pack = table(&rows, NewNames::Taken).expect("a table");
    let text = "Warfarine Untel + ibuprofène";
    let shipped = treated(Pack::shipped(), text);
    assert!(!shipped.is_empty());
    assert_eq!(treated(&pack, text), shipped);
    let same = format!("{HEADER}Warfarine Untel,warfarine,moderate,E.,,F.,,T,O,2026,\n");
    assert!(table(&same, NewNames::Taken).is_err());
    // A row that a later pack cannot take does not silence the others.
    let (pack, broken) = Pack::shipped().with_sound_interactions(&Table {
        name: "Ma table",
        text: &format!("{same}Zinc,Doliprane,major,E.,,F.,,T,O,2026,\n"),
        new_names: NewNames::Taken,
    });
    assert_eq!((broken.len(), broken[0].place.as_str()), (1, "line 2"));
    assert_eq!(treated(&pack, "Zinc, Doliprane").len(), 1);
}

#[test]
fn a_broken_table_says_which_lines() {
    let problems = |rows: &str| -> Vec<String> {
        let broken = table(&format!("{HEADER}{rows}"), NewNames::Refused).expect_err("broken");
        broken.iter().map(ToString::to_string).collect()
    };
    let good = "aspirine,warfarine,major,E.,,F.,,T,O,2026,\n";
    let mut all = good.to_owned();
    let expected = [
        ("aspirine,warfarine,bad,E.,,F.,,T,O,2026,\n", "`bad`"),
        (
            "aspirine,warfarine,major,,,F.,,T,O,2026,\n",
            "`effect_fr` is empty",
        ),
        ("aspirine,warfarine,major,E.,,F.,,T,O,x,\n", "column 10: "),
        (
            "aspirine,ab,major,E.,,F.,,T,O,2026,\n",
            "`ab` is no medicine's name",
        ),
        ("aspirine,warfarine\n", "2 values for 11 columns"),
        (
            "aspirine,warfarine,major,E.,,F.,,T,O,2026,javascript:x\n",
            "`source_url` is no address",
        ),
        (
            "aspirine,Aspirine,major,E.,,F.,,T,O,2026,\n",
            "are one medicine",
        ),
    ];
    for (row, _) in expected {
        all.push_str(row);
    }
    // One class against itself is two medicines of it.
    all.push_str("nsaid,nsaid,major,E.,,F.,,T,O,2026,\n");
    let told = problems(&all);
    assert_eq!(told.len(), expected.len(), "{told:?}");
    for (at, ((_, part), told)) in expected.iter().zip(&told).enumerate() {
        assert!(
            told.contains(&format!("line {}: ", at + 3)) && told.contains(part),
            "{told}"
        );
    }
    let open = good.replace("E.", "\"E.");
    let open = problems(&format!("{open}{good}{}", good.replace("F.", "F.\"")));
    assert!(open.len() == 1 && open[0].contains("line 2: "), "{open:?}");
    let last = problems(&format!(
        "{}{good}",
        good.replace("2026,", "2026,\"https://x.org")
    ));
    assert!(
        last.len() == 1 && last[0].contains("close its quote"),
        "{last:?}"
    );
    let short = table("a,b,severity\n", NewNames::Refused).expect_err("columns are missing");
    assert_eq!((short.len(), short[0].place.as_str()), (8, "line 1"));
}
