use kernel::{Id, Problem, Zone};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::care::model::{Citation, EncounterId, EncounterMark, NewCitation, Source};

/// Filters of the list of references.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
pub(in crate::care) struct ReferenceFilter {
    /// Of this record.
    fiche: Option<String>,
    /// From 1.
    #[serde(rename = "page")]
    _page: Option<i64>,
    /// 1 to 100.
    #[serde(rename = "page_size")]
    _page_size: Option<i64>,
}

impl ReferenceFilter {
    /// The record.
    ///
    /// # Errors
    /// 400 for what is no id.
    pub(in crate::care) fn encounter(&self) -> Result<Option<EncounterId>, Problem> {
        EncounterId::asked(self.fiche.as_deref(), "fiche")
    }
}

/// A reference to be added; whether it is verified is for a person to say afterwards.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"fiche": "01980000-0000-7000-8000-000000000000", "title": "Severe malaria", "source": "pubmed", "url": "https://pubmed.ncbi.nlm.nih.gov/24417540/", "authors": "White NJ et al.", "year": 2014, "journal": "Lancet"}))]
pub(in crate::care) struct ReferenceInput {
    /// The record; where the path names one, it may be left out.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(in crate::care) fiche: Option<Id<EncounterMark>>,
    /// At most 500 characters.
    title: String,
    /// An address of the web, http or https.
    #[serde(default)]
    url: Option<String>,
    /// pubmed, cinahl, has, cochrane or other.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    source: Option<Source>,
    /// At most 500 characters.
    #[serde(default)]
    authors: Option<String>,
    /// From 1800 to next year.
    #[serde(default)]
    year: Option<i64>,
    /// At most 500 characters.
    #[serde(default)]
    journal: Option<String>,
}

impl ReferenceInput {
    /// The record that path or body name.
    ///
    /// # Errors
    /// 400 when neither does, or both do differently.
    pub(in crate::care) fn of(&self, path: Option<EncounterId>) -> Result<EncounterId, Problem> {
        match (path, self.fiche) {
            (Some(path), Some(body)) if path != body => {
                Err(Problem::invalid("fiche", "another-record"))
            }
            (path, body) => path
                .or(body)
                .ok_or_else(|| Problem::invalid("fiche", "required")),
        }
    }
}

impl From<ReferenceInput> for NewCitation {
    fn from(input: ReferenceInput) -> Self {
        Self {
            title: input.title,
            url: input.url,
            source: input.source,
            authors: input.authors,
            year: input.year,
            journal: input.journal,
        }
    }
}

/// What a record leans on.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "01980000-0000-7000-8000-000000000000", "fiche": "01980000-0000-7000-8000-000000000001", "title": "Severe malaria", "url": "https://pubmed.ncbi.nlm.nih.gov/24417540/", "source": "pubmed", "authors": "White NJ et al.", "year": 2014, "journal": "Lancet", "verified": true, "verified_by": "01980000-0000-7000-8000-000000000002", "verified_by_name": "Awa Diop", "verified_at": "2026-03-01T09:30:00+00:00", "created_at": "2026-03-01T09:30:00+00:00"}))]
pub(in crate::care) struct ReferenceBody {
    /// UUIDv7.
    id: String,
    /// The record.
    fiche: String,
    /// The work's title.
    title: String,
    /// Where it can be read.
    url: Option<String>,
    /// Where it was found.
    source: String,
    /// Who wrote it.
    authors: Option<String>,
    /// When it came out.
    year: Option<i64>,
    /// Where it came out.
    journal: Option<String>,
    /// Whether a person looked it up and found that it is there and says so.
    verified: bool,
    /// Who.
    verified_by: Option<String>,
    /// His name.
    verified_by_name: Option<String>,
    /// RFC 3339 in the clinic's zone.
    verified_at: Option<String>,
    /// RFC 3339 in the clinic's zone.
    created_at: String,
}

impl ReferenceBody {
    pub(in crate::care) fn new(c: &Citation, zone: &Zone) -> Self {
        Self {
            id: c.id.to_string(),
            fiche: c.encounter_id.to_string(),
            title: c.title.clone(),
            url: c.url.clone(),
            source: c.source.to_string(),
            authors: c.authors.clone(),
            year: c.year,
            journal: c.journal.clone(),
            verified: c.verified_at.is_some(),
            verified_by: c.verified_by.map(|id| id.to_string()),
            verified_by_name: c.verified_name.clone(),
            verified_at: c.verified_at.map(|at| at.rfc3339(zone)),
            created_at: c.created_at.rfc3339(zone),
        }
    }
}

webkit::page_body! {
    /// A page of references.
    #[schema(example = json!({"count": 0, "next": null, "previous": null, "results": []}))]
    pub(in crate::care) struct ReferencePage {
        /// Rows in the whole list.
        count,
        /// The references, newest first.
        results: Vec<ReferenceBody>,
    }
}
