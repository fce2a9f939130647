//! Prices and what messages cost, on the wire and in forms. Sums are decimal texts, so
//! that no fraction of a cent is lost on the way.

use kernel::{FieldError, Problem};
use send_rules::{Amount, Currency, Form};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    messaging::model::{Budget, CostLine, Costs, Price},
    patients::api::PatientId,
};

/// A sum that somebody typed.
///
/// # Errors
/// 400 naming `field`.
pub(in crate::messaging) fn amount(field: &'static str, text: &str) -> Result<Amount, Problem> {
    let amount = text.parse();
    amount.map_err(|_| Problem::invalid(field, "not-an-amount"))
}

/// A form named in an address or chosen on a page.
///
/// # Errors
/// 404 for one that we do not know.
pub(in crate::messaging) fn form_named(word: &str) -> Result<Form, Problem> {
    let form = Form::parse(word).filter(|form| Form::PRICED.contains(form));
    form.ok_or_else(Problem::not_found)
}

/// How a clinic counts what messages cost.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"currency": "XOF", "cap": "25000", "version": 1}))]
pub(in crate::messaging) struct BudgetBody {
    /// `XOF`, `XAF`, `CDF`, `USD` or `EUR`; null as long as the clinic does not count.
    currency: Option<String>,
    /// What a month's messages may cost before those to many wait for the next month; null for no limit.
    cap: Option<String>,
    /// Counts changes. Also the ETag.
    version: i64,
}

impl From<Option<Budget>> for BudgetBody {
    fn from(budget: Option<Budget>) -> Self {
        Self {
            version: budget.as_ref().map_or(0, |budget| budget.version),
            cap: budget
                .as_ref()
                .and_then(|budget| budget.cap)
                .map(|cap| cap.to_string()),
            currency: budget.map(|budget| budget.currency.to_string()),
        }
    }
}

/// How a clinic wants to count.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"currency": "XOF", "cap": "25000"}))]
pub(in crate::messaging) struct BudgetInput {
    /// `XOF`, `XAF`, `CDF`, `USD` or `EUR`.
    currency: String,
    /// Up to nine digits and six decimals; null for no limit.
    #[serde(default)]
    cap: Option<String>,
}

impl BudgetInput {
    /// What is wanted.
    ///
    /// # Errors
    /// 400 naming `currency` or `cap`.
    pub(in crate::messaging) fn read(&self) -> Result<(Currency, Option<Amount>), Problem> {
        let currency = Currency::parse(&self.currency);
        let words: Vec<&str> = Currency::ALL.iter().map(|word| word.as_str()).collect();
        let wrong = || {
            let choices = words.join(", ");
            let fault = FieldError::new("currency", "not-a-choice").with("choices", choices);
            Problem::fields(vec![fault])
        };
        let cap = self.cap.as_deref().filter(|cap| !cap.trim().is_empty());
        Ok((
            currency.ok_or_else(wrong)?,
            cap.map(|cap| amount("cap", cap)).transpose()?,
        ))
    }
}

/// What a form costs to a country.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"form": "sms", "country": "SN", "price": "24.5"}))]
pub(in crate::messaging) struct PriceBody {
    /// `sms` (by the segment), `call`, `session` or `template` (WhatsApp, free text and approved text), or `email`.
    form: String,
    /// ISO 3166-1, or `other` for the countries without a price of their own.
    country: String,
    /// In the clinic's currency.
    price: String,
}

impl From<&Price> for PriceBody {
    fn from(price: &Price) -> Self {
        Self {
            form: price.form.to_string(),
            country: price.country.clone(),
            price: price.price.to_string(),
        }
    }
}

/// A price as it is set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"price": "24.5"}))]
pub(in crate::messaging) struct PriceInput {
    /// Up to nine digits and six decimals.
    pub(in crate::messaging) price: String,
}

/// What messages of one kind cost together.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"category": "reminder", "form": "sms", "currency": "XOF", "messages": 120, "priced": 120, "amount": "2940"}))]
pub(in crate::messaging) struct CostBody {
    /// What they were for.
    category: String,
    /// How they went.
    form: String,
    /// The currency at the time.
    currency: String,
    /// How many the provider took.
    messages: i64,
    /// Of these, those whose price was known.
    priced: i64,
    /// What these cost.
    amount: String,
}

impl From<&CostLine> for CostBody {
    fn from(line: &CostLine) -> Self {
        Self {
            category: line.category.to_string(),
            form: line.form.to_string(),
            currency: line.currency.to_string(),
            messages: line.messages,
            priced: line.priced,
            amount: line.amount.to_string(),
        }
    }
}

/// What a month's messages cost.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"month": "2026-03", "total": "2940", "currency": "XOF", "cap": "25000", "unpriced": 0, "lines": [{"category": "reminder", "form": "sms", "currency": "XOF", "messages": 120, "priced": 120, "amount": "2940"}]}))]
pub(in crate::messaging) struct CostsBody {
    /// `YYYY-MM`, in the clinic's zone.
    month: String,
    /// In the clinic's present currency.
    total: String,
    /// That currency; null as long as the clinic does not count.
    currency: Option<String>,
    /// What the month's messages may cost before those to many wait.
    cap: Option<String>,
    /// Messages whose price was not known: they cost more than is said here.
    unpriced: i64,
    /// By what they were for and how they went.
    lines: Vec<CostBody>,
}

impl From<Costs> for CostsBody {
    fn from(costs: Costs) -> Self {
        let budget = costs.budget.as_ref();
        Self {
            total: costs.total().to_string(),
            unpriced: costs.unpriced(),
            currency: budget.map(|budget| budget.currency.to_string()),
            cap: budget
                .and_then(|budget| budget.cap)
                .map(|cap| cap.to_string()),
            lines: costs.lines.iter().map(CostBody::from).collect(),
            month: costs.month,
        }
    }
}

/// Which costs are wanted.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
pub(in crate::messaging) struct CostFilter {
    /// `YYYY-MM`; the present month when nothing is said.
    month: String,
    /// Only messages to this patient.
    patient_id: String,
}

impl CostFilter {
    pub(in crate::messaging) fn month(&self) -> Option<&str> {
        Some(self.month.as_str()).filter(|month| !month.is_empty())
    }

    /// The patient, where one is asked for.
    ///
    /// # Errors
    /// 400 naming `patient_id`.
    pub(in crate::messaging) fn patient(&self) -> Result<Option<PatientId>, Problem> {
        PatientId::asked(Some(&self.patient_id), "patient_id")
    }
}

/// Which month a page shows, and what was done just now.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::messaging) struct CostQuery {
    pub(in crate::messaging) month: String,
    pub(in crate::messaging) done: String,
}

/// Currency and limit as they were typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::messaging) struct BudgetForm {
    pub(in crate::messaging) currency: String,
    pub(in crate::messaging) cap: String,
    pub(in crate::messaging) version: Option<i64>,
}

impl BudgetForm {
    pub(in crate::messaging) fn of(budget: Option<&Budget>) -> Self {
        Self {
            currency: budget
                .map_or(Currency::Xof, |budget| budget.currency)
                .to_string(),
            cap: budget
                .and_then(|budget| budget.cap)
                .map_or_else(String::new, |cap| cap.to_string()),
            version: Some(budget.map_or(0, |budget| budget.version)),
        }
    }

    /// What is wanted.
    ///
    /// # Errors
    /// 400 naming `currency` or `cap`.
    pub(in crate::messaging) fn read(&self) -> Result<(Currency, Option<Amount>), Problem> {
        let input = BudgetInput {
            currency: self.currency.clone(),
            cap: Some(self.cap.clone()),
        };
        input.read()
    }
}

/// A price as it was typed, or one to be forgotten.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::messaging) struct PriceForm {
    pub(in crate::messaging) form: String,
    pub(in crate::messaging) country: String,
    pub(in crate::messaging) price: String,
}
