//! What is known about the request being answered: set once by the layer that
//! first sees it, completed as it passes, read by every part that answers.

use std::sync::{Arc, OnceLock};

use axum::{
    extract::{FromRequestParts, Request},
    http::{Extensions, HeaderMap, Uri, header, request::Parts},
};
use kernel::{Locale, Problem};

use crate::{Fault, Kind, Kit, Principal, addr::Origin, cookies, routes::Pattern};

/// The cookie with the language chosen in this browser.
pub(crate) const LANGUAGE_COOKIE: &str = "lang";

#[derive(Clone)]
pub(crate) struct Facts(Arc<Inner>);

struct Inner {
    kit: Kit,
    request_id: String,
    origin: Origin,
    uri: Uri,
    accept: Accept,
    htmx: bool,
    languages: Languages,
    pattern: OnceLock<Arc<Pattern>>,
    principal: OnceLock<Arc<Principal>>,
    csrf: OnceLock<String>,
    problem: OnceLock<&'static str>,
}

/// What the caller wants back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Accept {
    Html,
    Json,
    Events,
    Anything,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Languages {
    /// By `?lang=`, which is then remembered.
    asked: Option<Locale>,
    /// By the cookie that remembers it.
    remembered: Option<Locale>,
    /// By `Accept-Language`.
    accepted: Option<Locale>,
}

impl Facts {
    pub(crate) fn new(kit: Kit, request: &Request, request_id: String) -> Self {
        let headers = request.headers();
        let trusted = &kit.settings().trusted_proxies;
        Self(Arc::new(Inner {
            request_id,
            origin: Origin::of(request.extensions(), headers, trusted),
            uri: request.uri().clone(),
            accept: Accept::of(headers),
            htmx: headers.contains_key("hx-request"),
            languages: Languages::of(request.uri(), headers),
            pattern: OnceLock::new(),
            principal: OnceLock::new(),
            csrf: OnceLock::new(),
            problem: OnceLock::new(),
            kit,
        }))
    }

    /// The facts of the request with these extensions. They are missing only
    /// when a router is served without [`crate::harden`].
    pub(crate) fn of(extensions: &Extensions) -> Result<Self, Fault> {
        let missing = || Problem::internal("the router is served without webkit::harden").into();
        extensions.get::<Self>().cloned().ok_or_else(missing)
    }

    pub(crate) fn kit(&self) -> &Kit {
        &self.0.kit
    }

    pub(crate) fn request_id(&self) -> &str {
        &self.0.request_id
    }

    pub(crate) fn origin(&self) -> Origin {
        self.0.origin
    }

    pub(crate) fn uri(&self) -> &Uri {
        &self.0.uri
    }

    /// Whether htmx asks, which swaps parts of a page.
    pub(crate) fn is_htmx(&self) -> bool {
        self.0.htmx
    }

    pub(crate) fn set_pattern(&self, pattern: Arc<Pattern>) {
        let _ = self.0.pattern.set(pattern);
    }

    pub(crate) fn pattern(&self) -> Option<&Pattern> {
        self.0.pattern.get().map(AsRef::as_ref)
    }

    pub(crate) fn set_principal(&self, mut principal: Principal) {
        principal.ctx.locale = self.locale_for(Some(principal.ctx.locale));
        let _ = self.0.principal.set(Arc::new(principal));
    }

    pub(crate) fn principal(&self) -> Option<Arc<Principal>> {
        self.0.principal.get().cloned()
    }

    pub(crate) fn set_csrf(&self, token: String) {
        let _ = self.0.csrf.set(token);
    }

    /// The token that forms of this page must repeat; empty when there is none.
    pub(crate) fn csrf(&self) -> &str {
        self.0.csrf.get().map_or("", String::as_str)
    }

    pub(crate) fn set_problem(&self, code: &'static str) {
        let _ = self.0.problem.set(code);
    }

    pub(crate) fn problem(&self) -> Option<&'static str> {
        self.0.problem.get().copied()
    }

    /// The kind of the route; an unknown path is judged by its looks.
    pub(crate) fn kind(&self) -> Kind {
        match self.pattern() {
            Some(pattern) => pattern.kind,
            None if self.0.uri.path().starts_with("/api/") => Kind::Api,
            None => Kind::Page,
        }
    }

    /// Whether a problem is shown as a page.
    pub(crate) fn wants_html(&self) -> bool {
        let readable = matches!(self.0.accept, Accept::Html | Accept::Anything);
        self.kind() == Kind::Page && readable
    }

    /// The language of the answer.
    pub(crate) fn locale(&self) -> Locale {
        match self.0.principal.get() {
            Some(principal) => principal.ctx.locale,
            None => self.locale_for(None),
        }
    }

    /// On a page the choice made in this browser comes first, then the
    /// person's own; an API caller says what he wants in each request.
    fn locale_for(&self, own: Option<Locale>) -> Locale {
        let languages = self.0.languages;
        let order = match self.kind() {
            Kind::Page => [
                languages.asked,
                languages.remembered,
                own,
                languages.accepted,
            ],
            Kind::Api | Kind::Plain => [languages.accepted, own, None, None],
        };
        order.into_iter().flatten().next().unwrap_or(Locale::Fr)
    }

    /// The language to remember in this browser, when a page was asked for in one.
    pub(crate) fn language_to_remember(&self) -> Option<Locale> {
        let languages = self.0.languages;
        let new = languages.asked != languages.remembered;
        languages.asked.filter(|_| new && self.kind() == Kind::Page)
    }
}

impl Accept {
    fn of(headers: &HeaderMap) -> Self {
        let text =
            |value: &header::HeaderValue| value.to_str().unwrap_or_default().to_ascii_lowercase();
        let accept = headers.get(header::ACCEPT).map(text).unwrap_or_default();
        if accept.contains("text/html") {
            Self::Html
        } else if accept.contains("text/event-stream") {
            Self::Events
        } else if accept.contains("json") {
            Self::Json
        } else {
            Self::Anything
        }
    }
}

impl Languages {
    fn of(uri: &Uri, headers: &HeaderMap) -> Self {
        let query = uri.query().unwrap_or_default();
        let asked = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == "lang");
        let accepted = headers
            .get(header::ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok());
        Self {
            asked: asked.and_then(|(_, value)| Locale::parse(&value)),
            remembered: cookies::read(headers, LANGUAGE_COOKIE)
                .and_then(|value| Locale::parse(&value)),
            accepted: accepted.map(Locale::from_accept_language),
        }
    }
}

/// The id under which this request stands in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(pub String);

impl<S: Send + Sync> FromRequestParts<S> for RequestId {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        Ok(Self(Facts::of(&parts.extensions)?.request_id().to_owned()))
    }
}
