//! Names the field that serde stumbled over. Serde only says it in words, and
//! those may repeat what the caller sent: they are read here and kept nowhere.

use kernel::FieldError;

/// The fault of the field at `path` (`.` for the whole) from serde's sentence.
pub(super) fn fault(path: &str, sentence: &str) -> FieldError {
    let path = if path == "." { "" } else { path };
    if let Some(name) = quoted_after(sentence, "unknown field ") {
        return FieldError::new(child(path, name), "unknown-field");
    }
    if let Some(name) = quoted_after(sentence, "missing field ") {
        return FieldError::new(child(path, name), "required");
    }
    if let Some(name) = quoted_after(sentence, "duplicate field ") {
        return FieldError::new(child(path, name), "duplicate-field");
    }
    if sentence.starts_with("unknown variant ") {
        let choices = choices(sentence).join(", ");
        return FieldError::new(path, "not-a-choice").with("choices", choices);
    }
    if let Some(rest) = sentence.strip_prefix("invalid type: ") {
        return wrong_type(path, rest);
    }
    if let Some(rest) = sentence.strip_prefix("invalid value: ") {
        let number = rest.starts_with("integer") || rest.starts_with("floating point");
        let code = if number { "out-of-range" } else { "malformed" };
        return FieldError::new(path, code);
    }
    unparsed(path, sentence)
}

fn wrong_type(path: &str, rest: &str) -> FieldError {
    if rest.starts_with("null") {
        return FieldError::new(path, "required");
    }
    let expected = rest
        .rsplit_once("expected ")
        .map_or("", |(_, expected)| expected);
    FieldError::new(path, "wrong-type").with("expected", type_word(expected))
}

/// What the standard parsers say about text that is no number or truth value.
fn unparsed(path: &str, sentence: &str) -> FieldError {
    let wrong = |word: &str| FieldError::new(path, "wrong-type").with("expected", word);
    if sentence.starts_with("number too ") {
        FieldError::new(path, "out-of-range")
    } else if sentence.starts_with("invalid digit") || sentence.starts_with("invalid float") {
        wrong("number")
    } else if sentence.contains("`true` or `false`") {
        wrong("boolean")
    } else {
        FieldError::new(path, "malformed")
    }
}

/// The word for a type that `field-wrong-type` chooses its sentence by.
fn type_word(expected: &str) -> &'static str {
    let expected = expected.split(" at line ").next().unwrap_or_default();
    const NUMBERS: [&str; 12] = [
        "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "usize", "isize", "f32", "f64",
    ];
    if NUMBERS.contains(&expected) {
        "number"
    } else if expected.contains("string")
        || expected.contains("str") && !expected.contains("struct")
    {
        "text"
    } else if expected.contains("bool") {
        "boolean"
    } else if expected.contains("sequence") || expected.contains("tuple") {
        "list"
    } else if expected.contains("struct") || expected.contains("map") {
        "object"
    } else {
        "other"
    }
}

/// The name between backticks right after `start`.
fn quoted_after<'a>(sentence: &'a str, start: &str) -> Option<&'a str> {
    sentence
        .strip_prefix(start)?
        .strip_prefix('`')?
        .split('`')
        .next()
}

/// The words between backticks after `expected`.
fn choices(sentence: &str) -> Vec<&str> {
    let expected = sentence
        .rsplit_once("expected ")
        .map_or("", |(_, expected)| expected);
    expected.split('`').skip(1).step_by(2).collect()
}

/// A field inside the object at `path`; an unknown one is already named there.
fn child(path: &str, name: &str) -> String {
    match path {
        "" => name.to_owned(),
        path if path == name || path.ends_with(&format!(".{name}")) => path.to_owned(),
        path => format!("{path}.{name}"),
    }
}
