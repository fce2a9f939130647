use proptest::prelude::*;

use crate::{Encoding, Segments, gsm7_wording, property_config, segments};

/// The code table as the standard prints it, by code point, so that a slip in
/// the production strings shows.
const TABLE: [u32; 127] = [
    0x40, 0xA3, 0x24, 0xA5, 0xE8, 0xE9, 0xF9, 0xEC, 0xF2, 0xC7, 0x0A, 0xD8, 0xF8, 0x0D, 0xC5, 0xE5,
    0x394, 0x5F, 0x3A6, 0x393, 0x39B, 0x3A9, 0x3A0, 0x3A8, 0x3A3, 0x398, 0x39E, 0xC6, 0xE6, 0xDF,
    0xC9, 0x20, 0x21, 0x22, 0x23, 0xA4, 0x25, 0x26, 0x27, 0x28, 0x29, 0x2A, 0x2B, 0x2C, 0x2D, 0x2E,
    0x2F, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3A, 0x3B, 0x3C, 0x3D, 0x3E,
    0x3F, 0xA1, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4A, 0x4B, 0x4C, 0x4D, 0x4E,
    0x4F, 0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5A, 0xC4, 0xD6, 0xD1, 0xDC,
    0xA7, 0xBF, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6A, 0x6B, 0x6C, 0x6D, 0x6E,
    0x6F, 0x70, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7A, 0xE4, 0xF6, 0xF1, 0xFC,
    0xE0,
];
const ESCAPED: [u32; 10] = [0x0C, 0x5E, 0x7B, 0x7D, 0x5C, 0x5B, 0x7E, 0x5D, 0x7C, 0x20AC];

/// The independent way: write the text out as the radio would, then cut.
fn naive(text: &str) -> Segments {
    const ESC: u16 = 0xFFFF;
    let mut septets = Vec::new();
    let mut gsm = true;
    for c in text.chars() {
        let code = u32::from(c);
        if TABLE.contains(&code) {
            septets.push(1);
        } else if ESCAPED.contains(&code) {
            septets.extend([ESC, 1]);
        } else {
            gsm = false;
        }
    }
    let (encoding, units, single, part) = if gsm {
        (Encoding::Gsm7, septets, 160, 153)
    } else {
        (Encoding::Ucs2, text.encode_utf16().collect(), 70, 67)
    };
    let opens_a_pair = |unit: u16| match encoding {
        Encoding::Gsm7 => unit == ESC,
        Encoding::Ucs2 => (0xD800..0xDC00).contains(&unit),
    };
    let mut rest = &units[..];
    let mut segments = 0;
    while !rest.is_empty() {
        let mut cut = if units.len() <= single {
            rest.len()
        } else {
            part.min(rest.len())
        };
        if cut < rest.len() && opens_a_pair(rest[cut - 1]) {
            cut -= 1;
        }
        rest = &rest[cut..];
        segments += 1;
    }
    Segments {
        encoding,
        units: units.len(),
        segments,
    }
}

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-zA-Z0-9 .,!?'éèàùÉ\n]{0,40}",
        2 => "[\\[\\]{}~^|€\\\\]{0,12}",
        1 => "[çêâîôûëïœ’«»…\u{a0}\u{202f}–—°µ²½]{0,6}",
        1 => "[😀👍🏽🇸🇳✅]{0,6}",
        1 => "\\PC{0,10}",
        1 => "[ɛɔŋƴߞߊ\u{7eb}مرحبا]{0,6}",
        1 => "[0-9]{140,170}",
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(property_config())]

    #[test]
    fn counts_as_the_radio_does(text in text()) {
        prop_assert_eq!(segments(&text), naive(&text));
    }

    #[test]
    fn a_wording_is_stable_and_never_dearer_per_character(text in text()) {
        let worded = gsm7_wording(&text);
        prop_assert_eq!(&gsm7_wording(&worded), &worded);
        if segments(&text).encoding == Encoding::Gsm7 {
            prop_assert_eq!(&worded, &text);
        }
        // What is left over for UCS-2 is what has no Latin spelling at all.
        for c in worded.chars().filter(|c| crate::gsm7::septets(*c).is_none()) {
            prop_assert!(!"çêâîôûëïœ’«»…\u{a0}\u{202f}–—°µ²½😀👍✅".contains(c), "{c:?} stayed");
        }
    }
}

#[test]
fn the_limits_are_the_specs() {
    let count = |text: &str| {
        let s = segments(text);
        (s.encoding, s.units, s.segments)
    };
    let gsm = Encoding::Gsm7;
    let ucs = Encoding::Ucs2;
    assert_eq!(count(""), (gsm, 0, 0));
    assert_eq!(count(&"a".repeat(160)), (gsm, 160, 1));
    assert_eq!(count(&"a".repeat(161)), (gsm, 161, 2));
    assert_eq!(count(&"a".repeat(306)), (gsm, 306, 2));
    assert_eq!(count(&"a".repeat(307)), (gsm, 307, 3));
    assert_eq!(count(&"ê".repeat(70)), (ucs, 70, 1));
    assert_eq!(count(&"ê".repeat(71)), (ucs, 71, 2));
    assert_eq!(count(&"ê".repeat(134)), (ucs, 134, 2));
    assert_eq!(count(&"ê".repeat(135)), (ucs, 135, 3));
    assert_eq!(count(&"€".repeat(80)), (gsm, 160, 1));
    // 306 septets, but 153 is odd: each part loses one and a third is needed.
    assert_eq!(count(&"€".repeat(153)), (gsm, 306, 3));
    // 134 code units, but 67 is odd: the same for surrogate pairs.
    assert_eq!(count(&"😀".repeat(67)), (ucs, 134, 3));
    // ç is not in the alphabet although Ç is (3GPP TS 23.038, 0x09).
    assert_eq!(count("Ça"), (gsm, 2, 1));
    assert_eq!(count("ça"), (ucs, 2, 1));
    for one in ["{", "}", "[", "]", "\\", "~", "^", "|", "€"] {
        assert_eq!(count(one), (gsm, 2, 1), "{one}");
    }
    for one in ["ê", "â", "î", "ô", "û", "ë", "ï", "œ", "’", "«", "…", "`"] {
        assert_eq!(count(one), (ucs, 1, 1), "{one}");
    }
}

#[test]
fn proposes_a_wording_that_fits_the_alphabet() {
    for (text, wording) in [
        ("L’hôpital vous attend…", "L'hopital vous attend..."),
        ("« Bonjour » ça va ?", "\"Bonjour\" ca va ?"),
        ("«\u{a0}Bonjour\u{a0}», dit-il", "\"Bonjour\", dit-il"),
        ("Cœur, ŒDÈME, Noël", "Coeur, OEDEME, Noel"),
        ("10\u{202f}000\u{a0}FCFA — à payer", "10 000 FCFA - à payer"),
        ("e\u{301}te\u{301}", "été"),
        ("Merci 😊", "Merci"),
        ("Bien 👍🏽 reçu", "Bien recu"),
        (
            "N° 4, 38,5 °C, angle de 90°",
            "No 4, 38,5 C, angle de 90 deg",
        ),
        ("500 µg, 5 µL, 10 µm", "500 mcg, 5 mcL, 10 um"),
        // Superscripts and fractions must not melt into the number before them.
        (
            "10⁹/L, 25 kg/m², 1½ comprimé",
            "10^9/L, 25 kg/m2, 1 1/2 comprimé",
        ),
        ("≥ 5 × 2 ≠ 3", ">= 5 x 2 <> 3"),
        ("Kpɔ́ Ŋɛ", "Kpo Ne"),
        ("1️⃣ Oui", "1 Oui"),
        ("\u{5d8}\u{5bc}🤀\u{a3c}", "\u{5d8}\u{a3c}\u{5bc}"),
        // No Latin spelling: left for a person to decide, and for UCS-2.
        ("ߞߊ߬ مرحبا", "ߞߊ߬ مرحبا"),
    ] {
        assert_eq!(gsm7_wording(text), wording, "{text}");
    }
}
