//! Sentences as clinicians type them: does a rule hear what is said?

use crate::{Age, Facts, Pack, Sex, Value, assess};

fn fires(key: &str, text: &str, rule: &str) -> bool {
    let facts = Facts::new(Some(Age::about(54)), Sex::Male)
        .with("hypertendu", Value::Bool(true))
        .with(key, Value::Text(text.to_owned()));
    assess(Pack::shipped(), &facts)
        .findings
        .iter()
        .any(|found| found.rule == rule)
}

fn chest_pain(text: &str) -> bool {
    fires("motif_consultation", text, "chest_pain.risk")
}

#[test]
fn it_is_heard_however_it_is_typed() {
    for text in [
        "douleur thoracique",
        "DOULEURS THORACIQUES",
        "Douleur-thoracique",
        "dlr tho",
        "douleur intense thoracique",
        "doulleur thoracique",
        "douleur thoraciqe",
        "douleur dans la poitrine",
        "Mal à la poitrine depuis hier",
        "toux; douleur thoracique",
        "précordialgies",
        "precordialgie",
        "chest pain",
        "fièvre et douleur thoracique",
    ] {
        assert!(chest_pain(text), "{text}");
    }
}

#[test]
fn it_is_not_heard_where_it_is_denied() {
    for text in [
        "pas de douleur thoracique",
        "nie toute douleur thoracique",
        "aucune douleur thoracique",
        "sans douleur thoracique",
        "Absence de douleur thoracique",
        "ne se plaint pas de douleur thoracique",
        "pas de fièvre ni de douleur thoracique",
        "pas de fièvre, de toux, ni de douleur thoracique",
        "pas de toux ou douleur thoracique",
        "no chest pain",
        "denies chest pain",
        "no cough or chest pain",
        "douleur thoracique : non",
        "douleur thoracique absente",
        "douleur thoracique (-)",
        "douleur thoracique = 0",
        "chest pain: no",
        "jamais de douleur thoracique",
        "n'a pas d'antécédent de douleur thoracique",
        "ne présente pas de douleur thoracique",
        "ne ressent pas de douleur thoracique",
        "il n'y a pas de douleur thoracique",
        "n'a jamais eu de douleur thoracique",
        "does not have chest pain",
    ] {
        assert!(!chest_pain(text), "{text}");
    }
}

#[test]
fn a_denial_ends_where_its_clause_does() {
    for text in [
        "pas de fièvre, douleur thoracique depuis hier",
        "pas de fièvre mais douleur thoracique",
        "pas de fièvre. Douleur thoracique",
        "pas de fièvre\ndouleur thoracique",
        "pas de toux et douleur thoracique",
        "no fever but chest pain",
        "no fever, chest pain since yesterday",
        "sans doute douleur thoracique",
        "pas calmée par le paracétamol, douleur thoracique",
        "douleur thoracique non calmée",
        "douleur thoracique pas améliorée par le repos",
        "non seulement toux, aussi douleur thoracique",
        "ne mange pas douleur thoracique depuis hier",
        "ne dort pas, douleur thoracique",
        "pas de fièvre il a une douleur thoracique",
        "vu avec sa mère : douleur thoracique",
    ] {
        assert!(chest_pain(text), "{text}");
    }
}

#[test]
fn what_others_have_had_is_theirs() {
    let stroke = |text| fires("histoire_maladie", text, "stroke");
    for text in [
        "sa mère a eu un AVC",
        "Père décédé d'un AVC",
        "ATCD familiaux : HTA, AVC",
        "AVC chez le père",
        "brother had a stroke",
        "peur d'un AVC",
        "risque d'AVC expliqué",
        "ATCD d'AVC en 2015",
        "ATCD : HTA, AVC en 2015",
        "frère hémiplégique, père AVC",
    ] {
        assert!(!stroke(text), "{text}");
    }
    for text in [
        "son frère dit qu'il a une hémiplégie",
        "AVC depuis ce matin",
        "ATCD HTA, AVC ce matin",
        "ATCD : HTA. AVC ce matin",
        "amené par sa mère pour hémiplégie",
        "paralysie faciale droite",
    ] {
        assert!(stroke(text), "{text}");
    }
}

#[test]
fn a_reason_quotes_the_record() {
    let facts = Facts::new(Some(Age::about(30)), Sex::Female)
        .with(
            "motif_consultation",
            Value::Text("Morsure  de Serpent !".into()),
        )
        .with("spo2", Value::Number(88.0))
        .with("temperature", Value::Number(38.5));
    let given = assess(Pack::shipped(), &facts);
    let reasons = |rule: &str| {
        let found = given.findings.iter().find(|one| one.rule == rule);
        found.map(|one| (one.reasons[0].fr.clone(), one.fields.clone()))
    };
    assert_eq!(
        reasons("snakebite"),
        Some((
            "motif\u{a0}: «\u{a0}Morsure  de Serpent\u{a0}»".to_owned(),
            vec!["motif_consultation".to_owned()]
        ))
    );
    assert_eq!(
        reasons("spo2.low"),
        Some(("SpO2\u{a0}88\u{a0}%".to_owned(), vec!["spo2".to_owned()]))
    );
}

#[test]
fn ordinary_records_raise_nothing() {
    for text in [
        "Toux sèche et rhume depuis 3 jours, pas de dyspnée, mange bien.",
        "Renouvellement d'ordonnance, se sent bien, aucune plainte.",
        "Lombalgies mécaniques après effort, sans irradiation ni déficit.",
        "Prurit du scalp, pas de fièvre, pas de notion de contage.",
        "Contrôle HTA. Ni céphalées, ni vertiges, ni troubles visuels.",
        "Plaie superficielle de la main, lavée, saine.",
        "Rage de dents depuis hier",
        "Check-up, no complaints, denies chest pain, shortness of breath or headache.",
        "Le patient tient assis, répond bien, urine normalement, boit bien.",
    ] {
        let facts = Facts::new(Some(Age::about(30)), Sex::Unknown)
            .with("histoire_maladie", Value::Text(text.to_owned()));
        let given = assess(Pack::shipped(), &facts);
        let fired: Vec<&str> = given.findings.iter().map(|one| one.rule.as_str()).collect();
        assert!(fired.is_empty(), "{text}: {fired:?}");
    }
}
