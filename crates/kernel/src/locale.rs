crate::words! {
    /// A language that every text of the product exists in. Others come by
    /// adding a folder under `i18n/` and a variant here.
    pub enum Locale {
        /// French, the default.
        Fr = "fr",
        /// English.
        En = "en",
    }
}

impl Locale {
    /// The best of our languages for an `Accept-Language` header (RFC 9110,
    /// 12.5.4): the highest `q` wins, then the first named; French otherwise.
    #[must_use]
    pub fn from_accept_language(header: &str) -> Self {
        header
            .split(',')
            .filter_map(|range| {
                let mut parts = range.split(';');
                let tag = parts.next()?.trim();
                let primary = tag.split('-').next()?.to_ascii_lowercase();
                let quality = parts
                    .find_map(|p| p.trim().strip_prefix("q=")?.parse::<f32>().ok())
                    .unwrap_or(1.0);
                Some((Self::parse(&primary)?, quality))
            })
            .filter(|(_, quality)| *quality > 0.0)
            .reduce(|best, next| if next.1 > best.1 { next } else { best })
            .map_or(Self::Fr, |(locale, _)| locale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn picks_the_preferred_language_we_speak() {
        for (header, expected) in [
            ("", Locale::Fr),
            ("en", Locale::En),
            ("en-GB,fr;q=0.9", Locale::En),
            ("de, fr;q=0.4, en;q=0.8", Locale::En),
            ("en;q=0, fr;q=0.1", Locale::Fr),
            ("sw", Locale::Fr),
            ("en;q=nonsense", Locale::En),
        ] {
            assert_eq!(Locale::from_accept_language(header), expected, "{header}");
        }
    }
}
