//! Reading `application/x-www-form-urlencoded` so that faults can be named.

use kernel::Problem;
use serde::de::DeserializeOwned;

use super::{fields, malformed};

/// Reads `T` from pairs. A pair with an empty value counts as not sent: that
/// is how browsers send a field nobody filled in.
pub(super) fn parse<T: DeserializeOwned>(raw: &[u8], left_out: &[&str]) -> Result<T, Problem> {
    if std::str::from_utf8(&percent_decoded(raw)).is_err() {
        return Err(malformed("not-utf8"));
    }
    let mut filled = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(raw) {
        if name.contains('\0') || value.contains('\0') {
            return Err(malformed("nul-character"));
        }
        if !value.is_empty() && !left_out.contains(&name.as_ref()) {
            filled.append_pair(&name, &value);
        }
    }
    let filled = filled.finish();
    let reader = serde_urlencoded::Deserializer::new(form_urlencoded::parse(filled.as_bytes()));
    serde_path_to_error::deserialize(reader).map_err(|error| {
        let field = fields::fault(&error.path().to_string(), &error.inner().to_string());
        Problem::fields(vec![field])
    })
}

/// The bytes behind the percent signs; `+` and malformed escapes are left,
/// since only the encoding of the text is judged by it.
fn percent_decoded(raw: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((&byte, tail)) = rest.split_first() {
        let escape = if byte == b'%' { escaped(tail) } else { None };
        decoded.push(escape.unwrap_or(byte));
        rest = if escape.is_some() { &tail[2..] } else { tail };
    }
    decoded
}

/// The pairs of a urlencoded body as bytes, in their order.
pub(super) fn decoded_pairs(raw: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let pieces = raw
        .split(|byte| *byte == b'&')
        .filter(|piece| !piece.is_empty());
    pieces
        .map(|piece| {
            let end = piece
                .iter()
                .position(|byte| *byte == b'=')
                .unwrap_or(piece.len());
            let value = piece.get(end + 1..).unwrap_or_default();
            (component(&piece[..end]), component(value))
        })
        .collect()
}

fn component(raw: &[u8]) -> Vec<u8> {
    let spaced: Vec<u8> = raw
        .iter()
        .map(|byte| if *byte == b'+' { b' ' } else { *byte })
        .collect();
    percent_decoded(&spaced)
}

fn escaped(tail: &[u8]) -> Option<u8> {
    let digit = |at: usize| char::from(*tail.get(at)?).to_digit(16);
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}
