//! Lafiya's shared vocabulary, without any I/O.
//!
//! Everything here can be used from a pure rule, a test or a handler alike:
//! typed identifiers, time and chance as parameters, phone numbers, the
//! languages we speak, the one error type that reaches people, pages of lists
//! and a wrapper that keeps patient data out of logs.

pub mod column;
mod context;
mod email;
mod id;
mod locale;
mod page;
mod patch;
mod phone;
mod problem;
mod redacted;
mod rng;
pub mod text;
mod time;
mod version;
mod words;

pub use serde;

pub use context::{Actor, Ctx, Role};
pub use email::{EmailAddress, EmailError};
pub use id::{Id, TenantId, User, UserId};
pub use locale::Locale;
pub use page::{Page, PageRequest};
pub use patch::Patch;
pub use phone::{Country, Phone, PhoneError};
pub use problem::{FieldError, Problem, ProblemKind};
pub use redacted::Redacted;
pub use rng::Rng;
pub use time::{Clock, Timestamp, Zone, day_month_year};
pub use version::Expected;
