use std::{fmt, ops::Deref};

/// A name, a number or a text of a patient: usable, but never shown by
/// `Debug` or `Display`, so that it cannot slip into a log.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Redacted<T>(pub T);

impl<T> Deref for Redacted<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Redacted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl<T> fmt::Display for Redacted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_shows_its_content() {
        let name = Redacted("Aminata");
        assert_eq!(
            format!("{name} {name:?} {:?}", Some(&name)),
            "[redacted] [redacted] Some([redacted])"
        );
        assert_eq!(name.len(), 7);
    }
}
