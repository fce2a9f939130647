//! What may stand at the top of a clinic's documents. Pure.

use bytes::Bytes;
use file_rules::Kind;
use kernel::{FieldError, Problem};

use crate::care::model::{Letterhead, Logo, NewLetterhead};

/// Largest picture, in bytes: it is in every document.
pub(in crate::care) const LARGEST_LOGO: usize = 512 * 1024;
/// Most pixels of a picture: it is printed 15 mm high.
const MOST_PIXELS: u64 = 4_000_000;
/// Longest address, in characters.
const LONGEST_ADDRESS: usize = 300;
/// Most lines of an address.
const MOST_LINES: usize = 5;
/// Longest number to call, in characters.
const LONGEST_PHONE: usize = 60;
/// Longest e-mail address, in characters.
const LONGEST_EMAIL: usize = 254;

/// The letterhead after a change.
///
/// # Errors
/// 400 naming every wrong field.
pub(in crate::care) fn letterhead(
    before: Letterhead,
    new: NewLetterhead,
) -> Result<Letterhead, Problem> {
    let mut errors = Vec::new();
    let mut text = |field: &str, text: Option<String>, longest: usize| {
        let text = text.map(|text| text.trim().replace("\r\n", "\n"));
        let text = text.filter(|text| !text.is_empty());
        if text
            .as_ref()
            .is_some_and(|text| text.chars().count() > longest)
        {
            errors.push(FieldError::new(field, "too-long").with("max", longest));
        }
        text
    };
    let address = text("address", new.address, LONGEST_ADDRESS);
    let phone = text("phone", new.phone, LONGEST_PHONE);
    let email = text("email", new.email, LONGEST_EMAIL);
    if address
        .as_ref()
        .is_some_and(|text| text.lines().count() > MOST_LINES)
    {
        errors.push(FieldError::new("address", "too-many-lines").with("max", MOST_LINES));
    }
    if email.as_ref().is_some_and(|email| !is_email(email)) {
        errors.push(FieldError::new("email", "malformed"));
    }
    let (logo, logo_type) = match new.logo {
        Logo::Keep => (before.logo, before.logo_type),
        Logo::None => (None, None),
        Logo::New(bytes) => match picture(&bytes) {
            Ok((clean, kind)) => (Some(clean), Some(kind.content_type().to_owned())),
            Err(error) => {
                errors.push(error);
                (None, None)
            }
        },
    };
    if !errors.is_empty() {
        return Err(Problem::fields(errors));
    }
    Ok(Letterhead {
        address,
        phone,
        email,
        logo,
        logo_type,
        version: before.version + 1,
    })
}

fn is_email(text: &str) -> bool {
    let parts = text.split_once('@');
    let whole = |(name, host): (&str, &str)| !name.is_empty() && host.contains('.');
    parts.is_some_and(whole) && !text.contains(char::is_whitespace)
}

/// What is kept of a picture: nothing that a camera wrote beside it.
fn picture(bytes: &Bytes) -> Result<(Vec<u8>, Kind), FieldError> {
    let too_large = || FieldError::new("logo", "logo-too-large").with("max", LARGEST_LOGO / 1024);
    if bytes.len() > LARGEST_LOGO {
        return Err(too_large());
    }
    let accepted = file_rules::look(bytes).map_err(|_| FieldError::new("logo", "logo-kind"))?;
    match accepted.pixels {
        Some((width, height)) if u64::from(width) * u64::from(height) > MOST_PIXELS => {
            Err(too_large())
        }
        Some(_) => Ok((accepted.content().to_vec(), accepted.kind)),
        None => Err(FieldError::new("logo", "logo-kind")),
    }
}
