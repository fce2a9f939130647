use kernel::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::identity::model::{FactorState, Required};

/// How the caller's second factor stands.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"enabled": true, "required": false, "recovery_codes_left": 10}))]
pub(in crate::identity) struct FactorBody {
    /// Whether he has one.
    enabled: bool,
    /// Whether a clinic of his asks for one.
    required: bool,
    /// How many recovery codes he has not used.
    recovery_codes_left: i64,
}

impl From<FactorState> for FactorBody {
    fn from(state: FactorState) -> Self {
        Self {
            enabled: state.enabled,
            required: state.required,
            recovery_codes_left: state.codes_left,
        }
    }
}

/// What an application for codes needs.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "uri": "otpauth://totp/…"}))]
pub(in crate::identity) struct EnrolmentBody {
    /// Base 32, to be typed.
    pub(in crate::identity) secret: String,
    /// To be followed, or shown as a QR code.
    pub(in crate::identity) uri: String,
}

/// A code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"code": "287082"}))]
pub(in crate::identity) struct CodeInput {
    /// The application's six digits, or, but for setting up, a recovery code.
    pub(in crate::identity) code: String,
}

/// Password and code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"password": "un long mot de passe", "code": "287082"}))]
pub(in crate::identity) struct RemovalInput {
    /// The password.
    pub(in crate::identity) password: String,
    /// The application's six digits, or a recovery code.
    pub(in crate::identity) code: String,
}

/// Recovery codes, shown this once.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"recovery_codes": ["abcd-efgh-jkmn-pqrs"]}))]
pub(in crate::identity) struct RecoveryCodesBody {
    /// Each is good for one sign-in.
    pub(in crate::identity) recovery_codes: Vec<String>,
}

/// Who must have a second factor.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"required": "admins"}))]
pub(in crate::identity) struct RuleBody {
    /// `none`, `admins` or `staff`.
    pub(in crate::identity) required: String,
}

impl RuleBody {
    pub(in crate::identity) fn new(rule: Required) -> Self {
        Self {
            required: rule.to_string(),
        }
    }

    pub(in crate::identity) fn rule(&self) -> Result<Required, Problem> {
        Required::parse(&self.required).ok_or_else(|| {
            let choices = Required::ALL.iter().map(|word| word.as_str());
            let choices: Vec<_> = choices.collect();
            let error = kernel::FieldError::new("required", "not-a-choice");
            Problem::fields(vec![error.with("choices", choices.join(", "))])
        })
    }
}
