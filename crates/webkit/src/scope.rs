use axum::http::Method;

/// What a token of limited powers must hold to call a route. People who sign in
/// themselves hold every power of their role; a token that somebody delegated, or
/// that a program got, holds only the scopes written in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// No limited token may call it, whatever it holds.
    Closed,
    /// `read:area` to look, `write:area` to change; `manage:area` gives both. Who
    /// may change and not look is answered with the id of what he changed.
    Area(&'static str),
    /// Only `manage:area`: to look and to change.
    Manage(&'static str),
    /// Exactly this scope, e.g. `patients:check`; the handler says what it shows.
    Exact(&'static str),
}

impl Scope {
    /// The key of the text that says what a scope lets a program do.
    #[must_use]
    pub fn text_key(scope: &str) -> String {
        format!("scope-{}", scope.replace(':', "-"))
    }

    /// The scope that this method needs; none opens a closed route.
    #[must_use]
    pub fn needed(self, method: &Method) -> Option<String> {
        match self {
            Self::Closed => None,
            Self::Area(area) if method.is_safe() => Some(format!("read:{area}")),
            Self::Area(area) => Some(format!("write:{area}")),
            Self::Manage(area) => Some(format!("manage:{area}")),
            Self::Exact(scope) => Some(scope.to_owned()),
        }
    }

    /// Whether a token that holds `scopes` may call this method.
    #[must_use]
    pub fn admits(self, method: &Method, scopes: &[String]) -> bool {
        let held = |wanted: &str| scopes.iter().any(|scope| scope == wanted);
        match self {
            Self::Closed => false,
            Self::Area(area) => {
                self.needed(method).is_some_and(|scope| held(&scope))
                    || held(&format!("manage:{area}"))
            }
            Self::Manage(_) | Self::Exact(_) => {
                self.needed(method).is_some_and(|scope| held(&scope))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limited_token_does_what_it_holds_and_nothing_else() {
        let admits = |scope: Scope, method: Method, held: &str| {
            let held: Vec<String> = held.split_whitespace().map(str::to_owned).collect();
            scope.admits(&method, &held)
        };
        let tickets = Scope::Area("ticket");
        for (scope, method, held, expected) in [
            (tickets, Method::GET, "read:ticket", true),
            (tickets, Method::GET, "write:ticket", false),
            (tickets, Method::POST, "read:ticket", false),
            (tickets, Method::POST, "read:queue write:ticket", true),
            (tickets, Method::DELETE, "manage:ticket", true),
            (tickets, Method::GET, "manage:ticket", true),
            (tickets, Method::GET, "read:tickets", false),
            (tickets, Method::GET, "", false),
            (
                Scope::Manage("tenant"),
                Method::GET,
                "read:tenant write:tenant",
                false,
            ),
            (Scope::Manage("tenant"), Method::GET, "manage:tenant", true),
            (
                Scope::Exact("patients:check"),
                Method::POST,
                "patients:check",
                true,
            ),
            (
                Scope::Exact("patients:check"),
                Method::POST,
                "write:patients",
                false,
            ),
            (Scope::Closed, Method::GET, "manage:ticket", false),
        ] {
            assert_eq!(
                admits(scope, method.clone(), held),
                expected,
                "{scope:?} {method} {held}"
            );
        }
    }
}
