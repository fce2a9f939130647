use kernel::{Country, FieldError, Locale};
use serde_json::{Map, Value as Json, json};

use crate::{Content, Context, Form, Value, Writer};

fn with(writer: Writer) -> Context<'static> {
    Context {
        writer,
        country: Country::parse("CD").expect("a country"),
        today: "2026-11-21",
    }
}

fn object(value: Json) -> Map<String, Json> {
    match value {
        Json::Object(map) => map,
        _ => panic!("an object"),
    }
}

fn apply(input: Json, writer: Writer) -> Result<Content, Vec<FieldError>> {
    let form = Form::fiche();
    form.apply(&Content::blank(form), &object(input), with(writer))
}

fn code(input: Json) -> (String, &'static str) {
    let errors = apply(input, Writer::Doctor).expect_err("an error");
    assert_eq!(errors.len(), 1, "{errors:?}");
    (errors[0].field.clone(), errors[0].code)
}

#[test]
fn the_form_has_the_fields_of_the_contract() {
    let form = Form::fiche();
    for key in [
        "nom",
        "etat_civil",
        "tension_arterielle",
        "nycturie",
        "lien_soeur",
        "trauma_deces_enfant",
        "capacite_psychologique_score",
        "examen_gynecologique",
        "hypothese_patient_medecin",
        "recommandations",
    ] {
        assert!(form.field(key).is_some(), "{key}");
    }
    assert!(form.fields().count() >= 104, "{}", form.fields().count());
    let required = form.fields().filter(|field| field.required).count();
    assert_eq!(required, 17);
    let doctors: Vec<_> = form.fields().filter(|field| field.doctor).collect();
    assert_eq!(doctors.len(), 4);
}

#[test]
fn labels_are_written_as_their_language_asks() {
    for field in Form::fiche().fields() {
        for text in [&field.label.fr, &field.label.en] {
            assert!(
                !text.trim().is_empty() && !text.contains('\''),
                "{}",
                field.key
            );
        }
    }
}

#[test]
fn an_absent_key_keeps_and_null_clears() {
    let form = Form::fiche();
    let first = apply(
        json!({"poumons": "râles", "etat_civil": "Marié(e)"}),
        Writer::Anyone,
    )
    .expect("content");
    let second = form
        .apply(
            &first,
            &object(json!({"etat_civil": null, "coeur": "régulier"})),
            with(Writer::Anyone),
        )
        .expect("content");
    assert_eq!(second.text("poumons"), Some("râles"));
    assert_eq!(second.text("coeur"), Some("régulier"));
    // Back to what a new record has.
    assert_eq!(second.text("etat_civil"), Some("Célibataire"));
    assert_eq!(second.differences(&first), ["coeur", "etat_civil"]);
    let third = form
        .apply(
            &second,
            &object(json!({"poumons": null})),
            with(Writer::Anyone),
        )
        .expect("content");
    assert_eq!(third.text("poumons"), None);
}

#[test]
fn a_zero_and_a_no_are_answers() {
    let content = apply(
        json!({"cephalees": false, "capacite_physique_score": 0}),
        Writer::Anyone,
    )
    .expect("content");
    assert_eq!(content.flag("cephalees"), Some(false));
    assert_eq!(content.number("capacite_physique_score"), Some(0.0));
    assert_eq!(content.flag("vertiges"), None);
    assert_eq!(content.flag("hypertendu"), Some(false));
}

#[test]
fn each_value_is_held_to_its_field() {
    for (key, good, bad, why) in [
        ("temperature", json!(30), json!(29.9), "outside"),
        ("temperature", json!(45), json!(45.1), "outside"),
        ("spo2", json!(40), json!(101), "outside"),
        ("poids", json!(0.3), json!(0.2), "outside"),
        ("pouls", json!(250), json!(251), "outside"),
        ("frequence_respiratoire", json!(4), json!(3), "outside"),
        (
            "frequence_respiratoire",
            json!(90),
            json!("90"),
            "wrong-type",
        ),
        (
            "tension_arterielle",
            json!("300/200"),
            json!("301/200"),
            "pressure-outside",
        ),
        (
            "tension_arterielle",
            json!("40/20"),
            json!("39/20"),
            "pressure-outside",
        ),
        (
            "tension_arterielle",
            json!("120/80"),
            json!("80/120"),
            "pressure-upside-down",
        ),
        (
            "tension_arterielle",
            json!("120 / 80"),
            json!("120/120"),
            "pressure-upside-down",
        ),
        (
            "tension_arterielle",
            json!("12/8"),
            json!("douze"),
            "not-a-pressure",
        ),
        ("sexe", json!("F"), json!("X"), "not-a-choice"),
        (
            "tabac",
            json!("tres_souvent"),
            json!("toujours"),
            "not-a-choice",
        ),
        (
            "nom",
            json!("a".repeat(100)),
            json!("a".repeat(101)),
            "too-long",
        ),
        (
            "date_naissance",
            json!("2026-11-21"),
            json!("2026-11-22"),
            "in-the-future",
        ),
        (
            "date_naissance",
            json!("1901-01-01"),
            json!("1900-12-31"),
            "too-long-ago",
        ),
        (
            "date_naissance",
            json!("2024-02-29"),
            json!("2023-02-29"),
            "not-a-date",
        ),
        (
            "telephone",
            json!("0812345678"),
            json!("12"),
            "no-such-number",
        ),
        ("hypertendu", json!(true), json!("oui"), "wrong-type"),
    ] {
        let content = apply(json!({ key: good }), Writer::Doctor);
        assert!(content.is_ok(), "{key} {content:?}");
        assert_eq!(code(json!({ key: bad })), (key.to_owned(), why));
    }
    assert_eq!(
        code(json!({"nomm": "x"})),
        ("nomm".to_owned(), "unknown-field")
    );
}

#[test]
fn what_is_kept_is_in_one_spelling() {
    let content = apply(
        json!({"telephone": "081 234 56 78", "tension_arterielle": "12/8", "nom": "  Mbuyi\nwa ", "histoire_maladie": "a\r\nb\u{0}"}),
        Writer::Anyone,
    )
    .expect("content");
    assert_eq!(content.text("telephone"), Some("+243812345678"));
    assert_eq!(content.text("tension_arterielle"), Some("120/80"));
    assert_eq!(content.text("nom"), Some("Mbuyi wa"));
    assert_eq!(content.text("histoire_maladie"), Some("a\nb"));
}

#[test]
fn only_doctors_conclude() {
    for key in [
        "diagnostic",
        "traitement",
        "examen_complementaire",
        "recommandations",
    ] {
        let errors = apply(json!({ key: "x" }), Writer::Anyone).expect_err("refused");
        assert_eq!(
            (errors[0].field.as_str(), errors[0].code),
            (key, "doctor-only")
        );
        // Clearing is writing too.
        assert!(apply(json!({ key: null }), Writer::Anyone).is_err());
        assert!(apply(json!({ key: "x" }), Writer::Doctor).is_ok());
    }
}

#[test]
fn an_age_stands_for_a_date_nobody_knows() {
    let content = apply(
        json!({"date_naissance_approx": true, "age": 30}),
        Writer::Anyone,
    )
    .expect("content");
    assert_eq!(content.text("date_naissance"), Some("1996-01-01"));
    assert_eq!(
        code(json!({"age": 30})),
        ("age".to_owned(), "age-needs-approximate")
    );
    assert_eq!(
        code(json!({"date_naissance_approx": true, "age": 126})),
        ("age".to_owned(), "outside")
    );
}

#[test]
fn what_is_missing_is_named_in_the_forms_order() {
    let form = Form::fiche();
    let missing = form.missing(&Content::blank(form));
    assert_eq!(missing.len(), 17);
    assert_eq!(missing[0].field, "nom");
    assert!(missing.iter().all(|error| error.code == "required"));
}

#[test]
fn values_are_shown_as_people_write_them() {
    let form = Form::fiche();
    let content = apply(
        json!({"temperature": 38.5, "poids": 70.0, "tension_arterielle": "120/80", "sexe": "F", "febrile": "Oui", "date_naissance": "1990-05-01"}),
        Writer::Anyone,
    )
    .expect("content");
    let shown = |key, locale| {
        content
            .shown(form.field(key).expect("a field"), locale)
            .expect("a value")
    };
    assert_eq!(shown("temperature", Locale::Fr), "38,5\u{a0}°C");
    assert_eq!(shown("temperature", Locale::En), "38.5\u{a0}°C");
    assert_eq!(shown("poids", Locale::Fr), "70\u{a0}kg");
    assert_eq!(shown("tension_arterielle", Locale::Fr), "120/80\u{a0}mmHg");
    assert_eq!(shown("sexe", Locale::Fr), "Féminin");
    assert_eq!(shown("hypertendu", Locale::En), "No");
    assert_eq!(shown("date_naissance", Locale::Fr), "01/05/1990");
}

#[test]
fn content_survives_the_database() {
    let content = apply(
        json!({"temperature": 38.5, "patient": false, "nom": "Mbuyi"}),
        Writer::Anyone,
    )
    .expect("content");
    let text = serde_json::to_string(&content).expect("json");
    assert_eq!(
        serde_json::from_str::<Content>(&text).expect("content"),
        content
    );
}

#[test]
fn a_form_that_cannot_work_is_refused() {
    for (fields, why) in [
        (
            r#"{ key = "a", kind = "flag", fr = "a", en = "a" }"#,
            "a flag has a default",
        ),
        (
            r#"{ key = "a", kind = "choice", fr = "a", en = "a" }"#,
            "needs `choices`",
        ),
        (
            r#"{ key = "a", kind = "number", fr = "a", en = "a" }"#,
            "needs `range`",
        ),
        (
            r#"{ key = "a", kind = "colour", fr = "a", en = "a" }"#,
            "no kind `colour`",
        ),
        (
            r#"{ key = "a", kind = "line", fr = "a", en = "a", by = "nurse" }"#,
            "`by` is",
        ),
        (
            r#"{ key = "a", kind = "flag", fr = "a", en = "a", default = "yes" }"#,
            "default is not accepted",
        ),
        (
            r#"{ key = "a", kind = "line", fr = "a", en = "a" }, { key = "a", kind = "line", fr = "a", en = "a" }"#,
            "stands twice",
        ),
    ] {
        let text = format!(
            "version = 1\n[[section]]\nkey = \"s\"\nfr = \"s\"\nen = \"s\"\nfields = [{fields}]"
        );
        let error = Form::parse(&text).expect_err("refused").to_string();
        assert!(error.contains(why), "{error}");
    }
}

proptest::proptest! {
    #[test]
    fn nothing_typed_breaks_a_field(key in 0_usize..115, text in ".{0,200}", number in proptest::num::f64::ANY) {
        let form = Form::fiche();
        let field = form.fields().nth(key % form.fields().count()).expect("a field");
        for value in [json!(text), json!(number), json!([text]), json!(null)] {
            if let Ok(content) = apply(json!({ &field.key: value }), Writer::Doctor)
                && let Some(value) = content.get(&field.key)
            {
                proptest::prop_assert!(value.fits(&field.kind));
                let again = apply(json!({ &field.key: value }), Writer::Doctor).expect("kept as it was kept");
                // What is kept is accepted and kept the same when it is sent back.
                proptest::prop_assert_eq!(again.get(&field.key), Some(value as &Value));
            }
        }
    }
}
