//! The alphabet of 3GPP TS 23.038 (formerly GSM 03.38), clause 6.2.1.

/// The default alphabet's characters beyond ASCII letters and digits, 0x00–0x7F
/// without ESC. Each takes one septet.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà";

/// The extension table: ESC and one more septet each. FORM FEED (0x0A of the
/// table) belongs to it too.
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// How many septets a character takes: 1, or 2 from the extension table, or
/// `None` when it forces UCS-2.
pub(crate) fn septets(c: char) -> Option<usize> {
    if c.is_ascii_alphanumeric() || BASIC.contains(c) {
        Some(1)
    } else if EXTENSION.contains(c) {
        Some(2)
    } else {
        None
    }
}
