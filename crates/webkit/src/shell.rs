use std::sync::Arc;

use askama::Template;
use axum::{extract::FromRequestParts, http::request::Parts, response::Html};
use kernel::{Locale, Problem, ProblemKind, Role};

use crate::{Fault, NavEntry, Principal, Texts, assets, facts::Facts, i18n::IntoValue};

/// One link of the navigation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NavItem {
    /// Where it leads.
    pub href: &'static str,
    /// Its label in the page's language.
    pub label: String,
    /// Whether the page shown lies under it.
    pub current: bool,
}

/// The same page in another language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherLanguage {
    /// The language's code.
    pub lang: &'static str,
    /// Its own name.
    pub name: &'static str,
    /// The page in it.
    pub href: String,
}

/// What `layout/base.html` needs; every page has one as its field `shell`.
#[derive(Debug, Clone)]
pub struct Shell {
    /// The texts of the page's language.
    pub texts: Texts,
    /// Who is signed in.
    pub principal: Option<Arc<Principal>>,
    /// Where he can go.
    pub nav: Vec<NavItem>,
    /// The token that forms must repeat.
    pub csrf: String,
    /// The path of this page, without the query.
    pub path: String,
    /// The language's code.
    pub lang: &'static str,
    /// The product's name.
    pub product: &'static str,
    /// Where to sign out.
    pub sign_out: Option<&'static str>,
    /// This page in the other languages.
    pub other_languages: Vec<OtherLanguage>,
}

impl Shell {
    pub(crate) fn of(facts: &Facts) -> Self {
        let settings = facts.kit().settings();
        let texts = Texts::new(facts.locale());
        let principal = facts.principal();
        let path = facts.uri().path();
        Self {
            texts,
            nav: nav(facts.kit().nav(), principal.as_deref(), path, texts),
            principal,
            csrf: facts.csrf().to_owned(),
            path: path.to_owned(),
            lang: texts.locale.as_str(),
            product: settings.product,
            sign_out: settings.sign_out,
            other_languages: other_languages(texts.locale, path, facts.uri().query()),
        }
    }

    /// A shell without a request, to render templates in tests.
    #[must_use]
    pub fn sample(locale: Locale, principal: Option<Principal>, entries: &[NavEntry]) -> Self {
        let texts = Texts::new(locale);
        let principal = principal.map(Arc::new);
        let path = entries.first().map_or("/", |entry| entry.href);
        Self {
            texts,
            nav: nav(entries, principal.as_deref(), path, texts),
            principal,
            csrf: "0123456789abcdef".to_owned(),
            path: path.to_owned(),
            lang: locale.as_str(),
            product: "Lafiya",
            sign_out: Some("/sign-out"),
            other_languages: other_languages(locale, path, None),
        }
    }

    /// The text of a key: `{{ shell.t("inbox-title") }}`.
    #[must_use]
    pub fn t(&self, key: &str) -> String {
        self.texts.get(key)
    }

    /// A text with one variable: `{{ shell.t1("inbox-unread", "count", unread) }}`.
    pub fn t1(&self, key: &str, name: &str, value: impl IntoValue) -> String {
        self.texts.with(key, &[(name, &value)])
    }

    /// "Page 2 of 5".
    #[must_use]
    pub fn position(&self, links: &crate::PageLinks) -> String {
        let (page, pages) = (("page", links.number), ("pages", links.pages));
        self.t2("common-page", page, pages)
    }

    /// A text with two variables.
    pub fn t2(
        &self,
        key: &str,
        (name, value): (&str, impl IntoValue),
        (other_name, other): (&str, impl IntoValue),
    ) -> String {
        self.texts
            .with(key, &[(name, &value), (other_name, &other)])
    }

    /// What a role is called.
    #[must_use]
    pub fn role(&self, role: &Role) -> String {
        self.texts.get(&format!("role-{role}"))
    }

    /// The address of an asset: `{{ shell.asset("app.css") }}`.
    #[must_use]
    pub fn asset(&self, path: &str) -> String {
        assets::url(path)
    }

    /// The clinic's name, or the product's where no clinic is known.
    #[must_use]
    pub fn place(&self) -> &str {
        let principal = self.principal.as_deref();
        principal.map_or(self.product, |principal| &principal.tenant_name)
    }

    /// Who is signed in, on a page that needs somebody.
    ///
    /// # Errors
    /// 401 on a page that anybody may see.
    pub fn caller(&self) -> Result<&Principal, Problem> {
        let nobody = || Problem::new(ProblemKind::Unauthenticated);
        self.principal.as_deref().ok_or_else(nobody)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Shell {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        Facts::of(&parts.extensions).map(|facts| Self::of(&facts))
    }
}

/// The entries this person may use; the one with the longest matching path
/// is the current one.
fn nav(
    entries: &[NavEntry],
    principal: Option<&Principal>,
    path: &str,
    texts: Texts,
) -> Vec<NavItem> {
    let shown = entries.iter().filter(|entry| match principal {
        Some(principal) => entry.policy.allows(principal.role()),
        None => !entry.policy.needs_caller(),
    });
    let current = shown
        .clone()
        .filter_map(|entry| Some((reach(path, entry)?, entry.href)))
        .max()
        .map(|(_, href)| href);
    shown
        .map(|entry| NavItem {
            href: entry.href,
            label: texts.get(entry.label),
            current: current == Some(entry.href),
        })
        .collect()
}

/// How long the longest address of an entry is that the page lies under.
fn reach(path: &str, entry: &NavEntry) -> Option<usize> {
    let addresses = std::iter::once(&entry.href).chain(entry.also);
    let under = addresses.filter(|address| lies_under(path, address));
    under.map(|address| address.len()).max()
}

fn lies_under(path: &str, href: &str) -> bool {
    let (path, href) = (path.trim_end_matches('/'), href.trim_end_matches('/'));
    let rest = path.strip_prefix(href);
    rest.is_some_and(|rest| rest.is_empty() || (!href.is_empty() && rest.starts_with('/')))
}

fn other_languages(locale: Locale, path: &str, query: Option<&str>) -> Vec<OtherLanguage> {
    let others = Locale::ALL.iter().filter(|other| **other != locale);
    others
        .map(|other| OtherLanguage {
            lang: other.as_str(),
            name: match other {
                Locale::Fr => "Français",
                Locale::En => "English",
            },
            href: in_language(*other, path, query.unwrap_or_default()),
        })
        .collect()
}

fn in_language(locale: Locale, path: &str, query: &str) -> String {
    let kept = form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key != "lang");
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(kept)
        .append_pair("lang", locale.as_str())
        .finish();
    format!("{path}?{query}")
}

/// Renders a page.
///
/// # Errors
/// 500 when the template itself fails.
pub fn render(template: &impl Template) -> Result<Html<String>, Fault> {
    let html = template
        .render()
        .map_err(|error| Problem::internal(format!("a template: {error}")))?;
    Ok(Html(html))
}

#[cfg(test)]
mod tests;
