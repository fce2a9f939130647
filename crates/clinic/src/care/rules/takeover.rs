//! What a new record takes over, so that nobody types twice what is known.

use clinical_form::{Content, Form, Value};

use crate::patients::api::{Gender, Record};

/// The sections that describe the person, not the day.
const LASTING: [&str; 2] = ["identite", "antecedents"];
/// Lasting facts in other sections.
const USUAL_MEDICINES: &str = "medicaments_en_cours";

/// What the next record starts from: who he is, his history and what he usually
/// takes; never what was measured, found or concluded.
pub(in crate::care) fn taken_over(latest: &Content) -> Content {
    let form = Form::fiche();
    let mut content = Content::blank(form);
    let sections = form.sections.iter();
    let lasting = sections.filter(|section| LASTING.contains(&section.key.as_str()));
    let keys = lasting.flat_map(|section| section.fields.iter().map(|field| field.key.as_str()));
    for key in keys.chain([USUAL_MEDICINES]) {
        content.set(key, latest.get(key).cloned());
    }
    content
}

/// The same from what the clinic knows of a patient without a record.
pub(in crate::care) fn of_patient(record: &Record) -> Content {
    let mut content = Content::blank(Form::fiche());
    let mut set = |key: &str, text: Option<&str>| {
        let text = text.map(str::trim).filter(|text| !text.is_empty());
        content.set(key, text.map(|text| Value::Text(text.to_owned())));
    };
    let patient = &record.patient;
    let last = patient.last_name.trim();
    let (first_word, others) = last.split_once(' ').unwrap_or((last, ""));
    set("nom", Some(first_word));
    set("postnom", Some(others));
    set("prenom", Some(&patient.first_name));
    set("date_naissance", patient.birth_date.as_deref());
    set("sexe", patient.gender.map(Gender::as_str));
    let phone = record.phone();
    set("telephone", Some(&phone));
    let address = patient.address.as_deref().unwrap_or_default();
    let parts: Vec<&str> = address.split(',').collect();
    match parts.as_slice() {
        [street, district, town] => {
            set("avenue", Some(street));
            set("quartier", Some(district));
            set("commune", Some(town));
        }
        _ => set("avenue", Some(address)),
    }
    set("contact_nom", patient.emergency_contact.as_deref());
    set("contact_telephone", patient.emergency_phone.as_deref());
    set("medicament_allergique", patient.allergies.as_deref());
    set("autres_antecedents", patient.medical_history.as_deref());
    set(USUAL_MEDICINES, patient.current_medications.as_deref());
    if content.text("medicament_allergique").is_some() {
        content.set("allergie_medicamenteuse", Some(Value::Flag(true)));
    }
    content
}
