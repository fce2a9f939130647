use serde::{Deserialize, Deserializer};

/// A field of a PATCH body: absent (keep), `null` (clear) or a value.
///
/// Use with `#[serde(default)]` on the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Patch<T> {
    /// The field was not sent: keep what is there.
    #[default]
    Keep,
    /// The field was `null`: clear it.
    Clear,
    /// The field has a new value.
    Set(T),
}

impl<T> Patch<T> {
    /// What the field holds afterwards.
    pub fn apply(self, current: Option<T>) -> Option<T> {
        match self {
            Self::Keep => current,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Clear, Self::Set))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_absent_null_and_value_apart() {
        #[derive(Deserialize)]
        struct Body {
            #[serde(default)]
            email: Patch<String>,
        }
        let read = |json: &str| serde_json::from_str::<Body>(json).unwrap().email;
        assert_eq!(read("{}"), Patch::Keep);
        assert_eq!(read(r#"{"email":null}"#), Patch::Clear);
        assert_eq!(read(r#"{"email":"a"}"#), Patch::Set("a".into()));
        assert_eq!(Patch::Keep.apply(Some(1)), Some(1));
        assert_eq!(Patch::Clear.apply(Some(1)), None);
        assert_eq!(Patch::Set(2).apply(Some(1)), Some(2));
    }
}
