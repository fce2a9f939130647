use crate::{Problem, ProblemKind};

/// The versions of an object that a caller has seen and means to change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Expected {
    /// Whatever it is by now.
    #[default]
    Any,
    /// One of these; none of them when the caller named no version of ours.
    OneOf(Vec<i64>),
}

impl Expected {
    /// Reads `If-Match` (RFC 9110, 13.1.1). Weak tags count as ours; tags that we
    /// never gave match no version.
    #[must_use]
    pub fn from_if_match(tags: &str) -> Self {
        let tags = tags.split(',').map(str::trim);
        if tags.clone().any(|tag| tag == "*") {
            return Self::Any;
        }
        let version = |tag: &str| tag.trim_start_matches("W/").trim_matches('"').parse().ok();
        Self::OneOf(tags.filter_map(version).collect())
    }

    /// The version that a form was shown with, where it says one.
    #[must_use]
    pub fn seen(version: Option<i64>) -> Self {
        version.map_or(Self::Any, |version| Self::OneOf(vec![version]))
    }

    /// Whether the object's present version is one the caller has seen.
    ///
    /// # Errors
    /// [`ProblemKind::Stale`], 412, when somebody changed the object since.
    pub fn check(&self, version: i64) -> Result<(), Problem> {
        match self {
            Self::OneOf(seen) if !seen.contains(&version) => Err(Problem::new(ProblemKind::Stale)),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_version_that_was_seen_is_changed() {
        for (tags, ours) in [
            ("*", true),
            ("\"3\"", true),
            ("W/\"3\"", true),
            ("\"2\", \"3\"", true),
            ("\"2\"", false),
            ("\"abc\"", false),
            ("", false),
        ] {
            assert_eq!(
                Expected::from_if_match(tags).check(3).is_ok(),
                ours,
                "{tags}"
            );
        }
        assert!(Expected::Any.check(3).is_ok());
    }
}
