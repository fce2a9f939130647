use crate::gsm7::septets;

kernel::words! {
    /// How the characters of an SMS are packed.
    pub enum Encoding {
        /// The 7-bit alphabet of 3GPP TS 23.038.
        Gsm7 = "gsm7",
        /// Two bytes a character (UTF-16 on the air), for everything else.
        Ucs2 = "ucs2",
    }
}

impl Encoding {
    /// Units in a message of one segment: 140 bytes hold 160 septets or 70
    /// UTF-16 code units (3GPP TS 23.040, TP-User-Data).
    #[must_use]
    pub const fn single(self) -> usize {
        match self {
            Self::Gsm7 => 160,
            Self::Ucs2 => 70,
        }
    }

    /// Units in each segment of a longer message, after the six bytes of the
    /// concatenation header (3GPP TS 23.040, 9.2.3.24.1).
    #[must_use]
    pub const fn part(self) -> usize {
        match self {
            Self::Gsm7 => 153,
            Self::Ucs2 => 67,
        }
    }

    /// Units one character takes; 2 for extension characters and for what
    /// UTF-16 writes as a surrogate pair. Neither is ever cut in two.
    fn width(self, c: char) -> usize {
        match self {
            Self::Gsm7 => septets(c).unwrap_or(1),
            Self::Ucs2 => c.len_utf16(),
        }
    }
}

/// What a text costs to send by SMS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Segments {
    /// How it is packed; one foreign character decides for the whole text.
    pub encoding: Encoding,
    /// Septets or UTF-16 code units.
    pub units: usize,
    /// Messages charged by the operator; 0 for an empty text.
    pub segments: usize,
}

/// Counts a text as it would go out, without changing it.
///
/// 160 septets or 70 code units fit one segment, longer texts are cut into
/// parts of 153 or 67 (`spec/messaging.md`).
#[must_use]
pub fn segments(text: &str) -> Segments {
    let encoding = if text.chars().all(|c| septets(c).is_some()) {
        Encoding::Gsm7
    } else {
        Encoding::Ucs2
    };
    let units: usize = text.chars().map(|c| encoding.width(c)).sum();
    let segments = match units {
        0 => 0,
        units if units <= encoding.single() => 1,
        _ => parts(text, encoding),
    };
    Segments {
        encoding,
        units,
        segments,
    }
}

/// Packs characters greedily: one that does not fit any more opens the next part.
fn parts(text: &str, encoding: Encoding) -> usize {
    let (parts, _) = text.chars().fold((1, 0), |(parts, used), c| {
        let width = encoding.width(c);
        if used + width > encoding.part() {
            (parts + 1, width)
        } else {
            (parts, used + width)
        }
    });
    parts
}
