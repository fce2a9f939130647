//! Axum glue without a domain: policy-carrying routes, problems, extractors,
//! forms, live events, texts, assets and the OpenAPI document.
//!
//! A product registers its routes in [`Routes`], where each needs a
//! [`Policy`]; [`Routes::build`] gives the router, the registry and the
//! OpenAPI document, and [`harden`] puts the common middleware around it.
//! Handlers return `Result<_, Fault>`; whatever [`kernel::Problem`] they give
//! back is shown to the caller as JSON or as a page, in his language.

mod addr;
pub mod assets;
mod auth;
mod body;
mod cookies;
mod csrf;
mod download;
mod facts;
mod guard;
pub mod i18n;
mod kit;
mod limits;
pub mod live;
mod middleware;
mod once;
pub mod openapi;
mod page_body;
mod policy;
mod problem;
mod routes;
mod scope;
mod shell;
#[cfg(test)]
mod testing;
mod write_only;

pub use addr::{ClientAddr, TrustedProxies};
pub use auth::{
    Authenticator, BoxFuture, Caller, Credentials, MaybeCaller, Principal, Via, safe_next,
};
pub use body::{
    Form, IfMatch, JsonBody, JsonOrNothing, PageLinks, Paging, Part, PathId, PathIds, Query,
    RawForm, Upload, version_tag,
};
pub use cookies::{PageCookie, SessionCookie};
pub use download::{Download, Wanted};
pub use facts::RequestId;
pub use i18n::{Texts, Value};
pub use kit::{Kit, KitParts, NavEntry, Settings};
pub use limits::{Budgets, Rate};
pub use middleware::{UNSEEN, harden, log_panics, policy_with_form_to};
pub use once::{FirstAnswers, KeptAnswer, KeyedCall, Secret};
pub use policy::Policy;
pub use problem::{Fault, FieldTexts, ProblemTexts, in_form, status};
pub use routes::{ApiInfo, Built, Kind, OauthInfo, RouteInfo, Routes};
pub use scope::Scope;
pub use shell::{NavItem, Shell, render};
pub use utoipa_axum::routes;
