//! The form's keys and words that the built-in scores read. All other keys
//! stand in the rule pack.

pub(crate) const RESPIRATORY_RATE: &str = "frequence_respiratoire";
pub(crate) const SPO2: &str = "spo2";
pub(crate) const OXYGEN: &str = "oxygene";
pub(crate) const TEMPERATURE: &str = "temperature";
pub(crate) const BLOOD_PRESSURE: &str = "tension_arterielle";
pub(crate) const PULSE: &str = "pouls";
pub(crate) const CONSCIOUSNESS: &str = "conscience";
/// The word of [`CONSCIOUSNESS`] for a patient who is fully awake.
pub(crate) const ALERT: &str = "alerte";
/// The words of [`CONSCIOUSNESS`] for new confusion, voice, pain, unresponsive.
pub(crate) const NOT_ALERT: [&str; 4] = ["confusion", "voix", "douleur", "aucune"];
/// What is missing when the age is.
pub(crate) const AGE: &str = "age";

/// Whether medicines are said to cause allergies, and which.
pub(crate) const ALLERGIC: &str = "allergie_medicamenteuse";
pub(crate) const ALLERGENS: &str = "medicament_allergique";
/// The treatment that the doctor proposes.
pub(crate) const TREATMENT: &str = "traitement";
