//! What people want to be written about, on the wire and in forms.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{FieldError, Problem, Zone};
use send_rules::{Category, Cell, Channel, cells};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    messaging::model::{ConsentLine, NumberConsent, PatientConsent, Wish},
    patients::api::Wording,
};

/// One kind of message by one way.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"channel": "sms", "category": "reminder"}))]
pub(in crate::messaging) struct CellBody {
    /// `whatsapp`, `sms`, `voice` or `push`.
    channel: String,
    /// `notification`, `reminder`, `result`, `advice` or `broadcast`.
    category: String,
}

impl CellBody {
    fn new((channel, category): Cell) -> Self {
        Self {
            channel: channel.to_string(),
            category: category.to_string(),
        }
    }

    fn read(&self) -> Result<Cell, Problem> {
        let wrong = |field| Problem::invalid(field, "not-a-choice");
        let channel = Channel::parse_phone(&self.channel);
        let channel = channel.ok_or_else(|| wrong("channel"))?;
        let category = Category::parse(&self.category).filter(|category| !category.is_awaited());
        Ok((channel, category.ok_or_else(|| wrong("category"))?))
    }
}

/// What is wanted on a number: these kinds and no others. Codes and answers to his own
/// questions always come.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"phone": "+221771234567", "wanted": [{"channel": "sms", "category": "reminder"}], "wording": "covert"}))]
pub(in crate::messaging) struct ConsentInput {
    /// One of his numbers, E.164.
    phone: String,
    /// None ends them all.
    wanted: Vec<CellBody>,
    /// `covert`: messages say only that the clinic has something for him; `overt`: for whom
    /// and when. Left out: as before.
    wording: Option<String>,
}

impl ConsentInput {
    /// What is wanted.
    ///
    /// # Errors
    /// 400 naming the wrong field.
    pub(in crate::messaging) fn read(self) -> Result<Wish, Problem> {
        Ok(Wish {
            wanted: self
                .wanted
                .iter()
                .map(CellBody::read)
                .collect::<Result<_, _>>()?,
            wording: self.wording.as_deref().map(wording).transpose()?,
            phone: self.phone,
        })
    }
}

fn wording(word: &str) -> Result<Wording, Problem> {
    Wording::parse(word).ok_or_else(|| {
        let fault = FieldError::new("wording", "not-a-choice").with("choices", "covert, overt");
        Problem::fields(vec![fault])
    })
}

/// One line of the ledger.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"channel": "sms", "category": "reminder", "wanted": false, "source": "desk", "noted_by": "Mariama Diallo", "at": "2026-03-01T09:30:00+00:00"}))]
pub(in crate::messaging) struct ConsentLineBody {
    /// The way it is about; null for every way.
    channel: Option<String>,
    /// The kind it is about; null for every kind.
    category: Option<String>,
    /// Whether he wants them.
    wanted: bool,
    /// `whatsapp` or `sms` for a keyword, `page`, `link`, `desk`, or `provider` for what it told us.
    source: String,
    /// Who of the staff wrote it down, or he himself.
    noted_by: Option<String>,
    /// RFC 3339 in the clinic's zone.
    at: String,
}

impl ConsentLineBody {
    fn new(line: &ConsentLine, zone: &Zone) -> Self {
        Self {
            channel: line.choice.channel.map(|it| it.to_string()),
            category: line.choice.category.map(|it| it.to_string()),
            wanted: line.choice.wanted,
            source: line.source.to_string(),
            noted_by: line.noted_by.clone(),
            at: line.at.rfc3339(zone),
        }
    }
}

/// What is wanted on one number.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"phone": "+221771234567", "shared": false, "wording": "overt", "wanted": [{"channel": "sms", "category": "reminder"}], "history": []}))]
pub(in crate::messaging) struct NumberConsentBody {
    /// E.164.
    phone: String,
    /// Whether others have it too: which kinds are wanted holds for them as well.
    shared: bool,
    /// How much messages to the patient say there: `covert` or `overt`.
    wording: Option<String>,
    /// The kinds of messages that may go to it.
    wanted: Vec<CellBody>,
    /// The newest fifty decisions, the newest first.
    history: Vec<ConsentLineBody>,
}

/// What is wanted on each number of a patient.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "01980000-0000-7000-8000-000000000000", "numbers": [{"phone": "+221771234567", "shared": false, "wording": "overt", "wanted": [{"channel": "sms", "category": "reminder"}], "history": []}]}))]
pub(in crate::messaging) struct ConsentBody {
    /// The patient.
    id: String,
    /// The primary one first.
    numbers: Vec<NumberConsentBody>,
}

impl ConsentBody {
    pub(in crate::messaging) fn new(consent: &PatientConsent, zone: &Zone) -> Self {
        let line = |line: &ConsentLine| ConsentLineBody::new(line, zone);
        let number = |number: &NumberConsent| NumberConsentBody {
            phone: number.phone.as_e164().to_owned(),
            shared: number.shared,
            wording: number.wording.map(|it| it.to_string()),
            wanted: cells()
                .filter(|it| number.wants(it))
                .map(CellBody::new)
                .collect(),
            history: number.history.iter().map(line).collect(),
        };
        Self {
            id: consent.patient.to_string(),
            numbers: consent.numbers.iter().map(number).collect(),
        }
    }
}

/// Ticks come as `want-<channel>-<category>=on`: a form of ours names no field twice.
#[derive(Debug, Deserialize)]
pub struct ConsentForm {
    /// The number, where there may be several.
    #[serde(default)]
    phone: String,
    /// Whether messages say for whom and when; the choice is not on every form.
    #[serde(default)]
    wording: String,
    /// Said by the button that ends them all, or takes them all up again.
    #[serde(default)]
    all: String,
    #[serde(flatten)]
    ticks: BTreeMap<String, String>,
}

impl ConsentForm {
    /// The kinds that are wanted.
    ///
    /// # Errors
    /// 400 for a tick that the form does not have.
    pub fn wanted(&self) -> Result<BTreeSet<Cell>, Problem> {
        match self.all.as_str() {
            "in" => return Ok(cells().collect()),
            "out" => return Ok(BTreeSet::new()),
            _ => {}
        }
        let cell = |name: &String| {
            let cell = name.strip_prefix("want-").and_then(|it| it.split_once('-'));
            let (channel, category) = cell.unwrap_or_default();
            CellBody {
                channel: channel.to_owned(),
                category: category.to_owned(),
            }
            .read()
        };
        self.ticks.keys().map(cell).collect()
    }

    /// What is wanted on the number that it names.
    ///
    /// # Errors
    /// As [`ConsentForm::wanted`]; 400 for another wording.
    pub(in crate::messaging) fn read(self) -> Result<Wish, Problem> {
        let chosen = Some(self.wording.as_str()).filter(|word| !word.is_empty());
        Ok(Wish {
            wanted: self.wanted()?,
            wording: chosen.map(wording).transpose()?,
            phone: self.phone,
        })
    }
}
