use kernel::Locale;
use safety_rules::{Applies, Assessment, Band, Finding, Kind, Level};
use serde::Serialize;
use utoipa::ToSchema;

/// What the safety rules say of a record.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"niveau": "rouge", "news2": {"applicable": "oui", "score": 7, "complet": true, "risque": "eleve", "points": [{"champ": "spo2", "points": 3}], "manquants": []}, "constats": [{"regle": "spo2-basse", "niveau": "rouge", "type": "drapeau_rouge", "texte": "Oxygène à donner tout de suite.", "raisons": ["SpO₂ 88 %"], "source": {"titre": "Pocket book", "organisation": "WHO", "annee": 2013, "url": null}, "champs": ["spo2"]}], "donnees_manquantes": ["conscience"]}))]
pub(in crate::care) struct EvaluationBody {
    /// `vert`, `jaune` or `rouge`: the highest level of all findings.
    niveau: &'static str,
    /// The early warning score of adults.
    news2: News2Body,
    /// What fired, the most urgent first.
    constats: Vec<FindingBody>,
    /// Fields that could change the answer and are empty.
    donnees_manquantes: Vec<String>,
}

/// NEWS2 (Royal College of Physicians, 2017).
#[derive(Debug, Serialize, ToSchema)]
struct News2Body {
    /// `oui`, `non_enfant`, `non_grossesse` or `age_inconnu`.
    applicable: &'static str,
    /// The sum of what is known; null when nothing is.
    score: Option<u8>,
    /// Whether all seven measurements are there.
    complet: bool,
    /// `aucun`, `faible`, `faible_moyen`, `moyen` or `eleve`.
    risque: &'static str,
    /// The points of each measurement.
    points: Vec<PointsBody>,
    /// The measurements that are missing.
    manquants: Vec<&'static str>,
}

/// The points of one measurement.
#[derive(Debug, Serialize, ToSchema)]
struct PointsBody {
    /// The form's key.
    champ: &'static str,
    /// 0 to 3.
    points: u8,
}

/// One rule that fired.
#[derive(Debug, Serialize, ToSchema)]
struct FindingBody {
    /// Its name in the rule pack.
    regle: String,
    /// `vert`, `jaune` or `rouge`.
    niveau: &'static str,
    /// `score`, `pediatrie`, `drapeau_rouge`, `allergie`, `interaction`, `contre_indication` or `valeur`.
    r#type: &'static str,
    /// What it means and what to do.
    texte: String,
    /// What made it fire, with the values.
    raisons: Vec<String>,
    /// Where the rule comes from.
    source: SourceBody,
    /// The fields it rests on.
    champs: Vec<String>,
}

/// Where a rule comes from.
#[derive(Debug, Serialize, ToSchema)]
struct SourceBody {
    /// The document.
    titre: String,
    /// Who published it.
    organisation: String,
    /// When.
    annee: u16,
    /// Where to read it.
    url: Option<String>,
}

/// A value that is accepted and unusual for the age.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::care) struct WarningBody {
    /// The form's key.
    champ: String,
    /// What is unusual, with the value.
    message: String,
}

/// The contract's word for a level.
pub(in crate::care) const fn level_word(level: Level) -> &'static str {
    match level {
        Level::Green => "vert",
        Level::Yellow => "jaune",
        Level::Red => "rouge",
    }
}

impl EvaluationBody {
    pub(in crate::care) fn new(assessment: &Assessment, locale: Locale) -> Self {
        let news2 = &assessment.news2;
        let points = news2.points.iter().map(|part| PointsBody {
            champ: part.key,
            points: part.points,
        });
        let findings = assessment.findings.iter();
        Self {
            niveau: level_word(assessment.level),
            news2: News2Body {
                applicable: applies(news2.applies),
                score: news2.score,
                complet: news2.complete,
                risque: band(news2.band),
                points: points.collect(),
                manquants: news2.missing.clone(),
            },
            constats: findings
                .filter(|finding| finding.kind != Kind::Limit)
                .map(|finding| FindingBody::new(finding, locale))
                .collect(),
            donnees_manquantes: assessment.missing.clone(),
        }
    }
}

impl WarningBody {
    pub(in crate::care) fn all(assessment: &Assessment, locale: Locale) -> Vec<Self> {
        let unusual = assessment.findings.iter();
        let unusual = unusual.filter(|finding| finding.kind == Kind::Limit);
        unusual
            .map(|finding| {
                let reasons = finding.reasons.iter().map(|text| text.in_locale(locale));
                let reasons: Vec<_> = reasons.collect();
                Self {
                    champ: finding.fields.first().cloned().unwrap_or_default(),
                    message: match reasons.is_empty() {
                        true => finding.text.in_locale(locale).to_owned(),
                        false => reasons.join(" · "),
                    },
                }
            })
            .collect()
    }
}

impl FindingBody {
    fn new(finding: &Finding, locale: Locale) -> Self {
        let reasons = finding.reasons.iter();
        Self {
            regle: finding.rule.clone(),
            niveau: level_word(finding.level),
            r#type: kind(finding.kind),
            texte: finding.text.in_locale(locale).to_owned(),
            raisons: reasons
                .map(|text| text.in_locale(locale).to_owned())
                .collect(),
            source: SourceBody {
                titre: finding.source.title.clone(),
                organisation: finding.source.organisation.clone(),
                annee: finding.source.year,
                url: finding.source.url.clone(),
            },
            champs: finding.fields.clone(),
        }
    }
}

const fn applies(applies: Applies) -> &'static str {
    match applies {
        Applies::Yes => "oui",
        Applies::Child => "non_enfant",
        Applies::Pregnant => "non_grossesse",
        Applies::AgeUnknown => "age_inconnu",
    }
}

const fn band(band: Band) -> &'static str {
    match band {
        Band::None => "aucun",
        Band::Low => "faible",
        Band::LowMedium => "faible_moyen",
        Band::Medium => "moyen",
        Band::High => "eleve",
    }
}

const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::EarlyWarning => "score",
        Kind::Paediatric => "pediatrie",
        Kind::RedFlag => "drapeau_rouge",
        Kind::Allergy => "allergie",
        Kind::Interaction => "interaction",
        Kind::Contraindication => "contre_indication",
        Kind::Limit => "valeur",
    }
}

/// What the rules say of a form that is being filled in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"evaluation": {"niveau": "vert", "news2": {"applicable": "oui", "score": 0, "complet": true, "risque": "aucun", "points": [], "manquants": []}, "constats": [], "donnees_manquantes": []}, "warnings": []}))]
pub(in crate::care) struct CheckedBody {
    /// What the safety rules say.
    evaluation: EvaluationBody,
    /// Values that are accepted and unusual for the age.
    warnings: Vec<WarningBody>,
}

impl CheckedBody {
    pub(in crate::care) fn new(assessment: &Assessment, locale: Locale) -> Self {
        Self {
            evaluation: EvaluationBody::new(assessment, locale),
            warnings: WarningBody::all(assessment, locale),
        }
    }
}
