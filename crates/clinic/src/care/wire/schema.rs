//! The schema of a record, made from the form.

use std::borrow::Cow;

use clinical_form::{Field, Form, Kind};
use serde_json::json;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Ref, RefOr, Schema,
        schema::{
            AdditionalProperties, ArrayBuilder, KnownFormat, Object, ObjectBuilder, SchemaFormat,
            SchemaType, Type,
        },
    },
};

use super::{
    input::{AmendInput, RecordInput},
    record::RecordBody,
};

/// Keys of a record beside the form: name, type, what it says, whether an input may say it.
const ABOUT: &[(&str, Type, &str, bool)] = &[
    ("id", Type::String, "UUIDv7.", false),
    (
        "numero_dossier",
        Type::String,
        "CONS-YYYYMMDD-NNN, by the clinic's calendar.",
        false,
    ),
    (
        "patient_id",
        Type::String,
        "The patient. In an input: one who is known already.",
        true,
    ),
    ("user", Type::String, "The account of the patient.", true),
    ("date_consultation", Type::String, "YYYY-MM-DD.", false),
    ("heure_debut", Type::String, "HH:MM.", false),
    (
        "heure_fin",
        Type::String,
        "HH:MM, once it is signed.",
        false,
    ),
    (
        "created_at",
        Type::String,
        "RFC 3339 in the clinic's zone.",
        false,
    ),
    (
        "updated_at",
        Type::String,
        "RFC 3339 in the clinic's zone.",
        false,
    ),
    (
        "status",
        Type::String,
        "en_analyse, analyse_terminee, analyse_echouee, valide_medecin or rejete_medecin.",
        false,
    ),
    ("status_display", Type::String, "The state in words.", false),
    (
        "is_patient_distance",
        Type::Boolean,
        "Whether the patient is not there in person.",
        true,
    ),
    (
        "diagnostic_ia",
        Type::String,
        "What the analysis proposes; never shown to patients.",
        false,
    ),
    (
        "analyse_erreur",
        Type::String,
        "Why the analysis failed.",
        false,
    ),
    (
        "assigned_medecin",
        Type::String,
        "The doctor it was given to.",
        true,
    ),
    ("assigned_medecin_nom", Type::String, "His name.", false),
    ("medecin_validateur", Type::String, "Who signed it.", false),
    ("medecin_validateur_nom", Type::String, "His name.", false),
    (
        "date_validation",
        Type::String,
        "RFC 3339 in the clinic's zone.",
        false,
    ),
    (
        "signature_medecin",
        Type::String,
        "What the doctor types as his signature.",
        true,
    ),
    (
        "commentaire_rejet",
        Type::String,
        "Why it was refused.",
        true,
    ),
    ("version", Type::Integer, "Grows with every change.", false),
    (
        "version_signee",
        Type::Integer,
        "The newest version that is signed.",
        false,
    ),
];

fn one(kind: Type, text: &str) -> ObjectBuilder {
    let types = SchemaType::from_iter([kind, Type::Null]);
    ObjectBuilder::new()
        .schema_type(types)
        .description(Some(text))
}

fn of_field(field: &Field) -> Object {
    let text = match field.unit() {
        "" => format!("{}.", field.label.en),
        unit => format!("{}, {unit}.", field.label.en),
    };
    match &field.kind {
        Kind::Flag { .. } => one(Type::Boolean, &text).build(),
        Kind::Number { min, max, .. } => one(Type::Number, &text)
            .minimum(Some(*min))
            .maximum(Some(*max))
            .build(),
        Kind::Choice(choices) => {
            let words = choices.iter().map(|choice| json!(choice.word));
            let words = words.chain([serde_json::Value::Null]);
            one(Type::String, &text).enum_values(Some(words)).build()
        }
        Kind::Text { max, .. } => one(Type::String, &text).max_length(Some(*max)).build(),
        Kind::Date => one(Type::String, &text)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)))
            .build(),
        Kind::Phone => one(Type::String, &text).build(),
        Kind::Pressure => one(Type::String, &format!("{text} SSS/DD."))
            .pattern(Some("^[0-9]{2,3}/[0-9]{2,3}$"))
            .build(),
    }
}

/// All keys, or those an input may have.
fn object(all: bool) -> ObjectBuilder {
    let mut object = ObjectBuilder::new();
    for (key, kind, text, writable) in ABOUT {
        if all || *writable {
            object = object.property(*key, one(kind.clone(), text));
        }
    }
    for field in Form::fiche().fields() {
        object = object.property(&field.key, of_field(field));
    }
    object.property(
        "age",
        one(
            Type::Integer,
            "Whole years; in an input only with date_naissance_approx.",
        ),
    )
}

fn strict(object: ObjectBuilder) -> ObjectBuilder {
    object.additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)))
}

impl PartialSchema for RecordBody {
    fn schema() -> RefOr<Schema> {
        let example = json!({"id": "01980000-0000-7000-8000-000000000000", "numero_dossier": "CONS-20260301-001", "status": "en_analyse", "nom": "Mbuyi", "postnom": "wa Kalonji", "prenom": "Aimée", "age": 36, "temperature": 38.5, "version": 1});
        let object = object(true)
            .property("evaluation", Ref::from_schema_name("EvaluationBody"))
            .property(
                "warnings",
                ArrayBuilder::new().items(Ref::from_schema_name("WarningBody")),
            )
            .description(Some(
                "A consultation record; what the rules say of it to staff who open one.",
            ));
        object.examples([example]).build().into()
    }
}

impl ToSchema for RecordBody {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("RecordBody")
    }
}

impl PartialSchema for RecordInput {
    fn schema() -> RefOr<Schema> {
        let example = json!({"nom": "Mbuyi", "postnom": "wa Kalonji", "prenom": "Aimée", "date_naissance": "1990-05-17", "telephone": "0812345678", "occupation": "Commerçante", "avenue": "Kasa-Vubu 12", "quartier": "Matonge", "commune": "Kalamu", "contact_nom": "Paul Mbuyi", "contact_telephone": "0812345679", "contact_adresse": "Kasa-Vubu 12", "etat": "Conservé", "capacite_physique": "Top", "capacite_psychologique": "Top", "febrile": "Non", "tegument": "Normal", "motif_consultation": "Toux", "temperature": 37.2});
        let object = object(false).description(Some("The form's fields; null clears one."));
        strict(object).examples([example]).build().into()
    }
}

impl ToSchema for RecordInput {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("RecordInput")
    }
}

impl PartialSchema for AmendInput {
    fn schema() -> RefOr<Schema> {
        let mut object = ObjectBuilder::new()
            .description(Some("Why, and any field of the form."))
            .property(
                "reason",
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .description(Some("At most 2 000 characters.")),
            )
            .required("reason");
        for field in Form::fiche().fields() {
            object = object.property(&field.key, of_field(field));
        }
        let example = json!({"reason": "Résultat du laboratoire", "diagnostic": "Paludisme grave"});
        strict(object).examples([example]).build().into()
    }
}

impl ToSchema for AmendInput {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("AmendInput")
    }
}
