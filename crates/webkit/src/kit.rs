use std::{fmt, sync::Arc, time::Duration};

use kernel::{Clock, Rng};

use crate::{Authenticator, Budgets, FirstAnswers, Policy, TrustedProxies, limits::Limits};

/// What the common middleware needs to know.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The product's name, shown where no clinic is known.
    pub product: &'static str,
    /// Where people reach the product, without a trailing slash.
    pub public_url: String,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: TrustedProxies,
    /// A request without an answer after this long is answered with 503.
    pub deadline: Duration,
    /// The largest body a route accepts unless it says otherwise.
    pub body_limit: usize,
    /// How much one caller may ask for.
    pub budgets: Budgets,
    /// The page where people sign in.
    pub sign_in: &'static str,
    /// Where people sign out (a form posts there); `None` shows no button.
    pub sign_out: Option<&'static str>,
}

impl Settings {
    /// The usual settings: 30 seconds, 1 MiB, nobody trusted, [`Budgets::default`].
    #[must_use]
    pub fn new(product: &'static str, public_url: &str) -> Self {
        Self {
            product,
            public_url: public_url.trim_end_matches('/').to_owned(),
            trusted_proxies: TrustedProxies::default(),
            deadline: Duration::from_secs(30),
            body_limit: 1024 * 1024,
            budgets: Budgets::default(),
            sign_in: "/sign-in",
            sign_out: Some("/sign-out"),
        }
    }

    /// Whether people come over TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// Host and port of the public URL.
    pub(crate) fn authority(&self) -> &str {
        let rest = self
            .public_url
            .split_once("://")
            .map_or("", |(_, rest)| rest);
        rest.split('/').next().unwrap_or_default()
    }
}

/// One entry of the navigation, shown to those whom the policy admits.
#[derive(Debug, Clone, Copy)]
pub struct NavEntry {
    /// Where it leads.
    pub href: &'static str,
    /// The key of its label.
    pub label: &'static str,
    /// Who sees it.
    pub policy: Policy,
    /// Other addresses whose pages belong to it.
    pub also: &'static [&'static str],
}

/// What the web layer needs from the product.
pub struct KitParts {
    /// The settings.
    pub settings: Settings,
    /// Finds out who calls.
    pub authenticator: Box<dyn Authenticator>,
    /// Keeps the answers to calls with an `Idempotency-Key`; without it the
    /// header is not heeded.
    pub first_answers: Option<Box<dyn FirstAnswers>>,
    /// The navigation, in the order it is shown.
    pub nav: Vec<NavEntry>,
    /// Time.
    pub clock: Clock,
    /// Chance.
    pub rng: Rng,
}

/// The web layer's parts, shared; cheap to clone.
#[derive(Clone)]
pub struct Kit(Arc<Inner>);

struct Inner {
    parts: KitParts,
    limits: Limits,
}

impl Kit {
    /// Shares the parts.
    #[must_use]
    pub fn new(parts: KitParts) -> Self {
        let limits = Limits::new(&parts.settings.budgets, &parts.clock);
        Self(Arc::new(Inner { parts, limits }))
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.0.parts.settings
    }

    pub(crate) fn authenticator(&self) -> &dyn Authenticator {
        self.0.parts.authenticator.as_ref()
    }

    pub(crate) fn first_answers(&self) -> Option<&dyn FirstAnswers> {
        self.0.parts.first_answers.as_deref()
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    pub(crate) fn nav(&self) -> &[NavEntry] {
        &self.0.parts.nav
    }

    pub(crate) fn rng(&self) -> &Rng {
        &self.0.parts.rng
    }
}

impl fmt::Debug for Kit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kit")
            .field("settings", &self.0.parts.settings)
            .finish_non_exhaustive()
    }
}
