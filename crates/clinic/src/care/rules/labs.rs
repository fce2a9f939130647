//! What may be added to a record beside its form, by whom and until when. Pure.

use clinical_form::Content;
use kernel::{Ctx, FieldError, Problem, Role, UserId};

use crate::care::{
    model::{Encounter, NewCitation, Observation},
    policy,
};

/// Longest name of an analysis, in characters.
const LONGEST_ANALYSIS: usize = 200;
/// Longest result, in characters.
const LONGEST_VALUE: usize = 200;
/// Longest unit, in characters.
const LONGEST_UNIT: usize = 50;
/// Longest range, in characters.
const LONGEST_RANGE: usize = 300;
/// Longest remark on a result or a file, in characters.
const LONGEST_REMARK: usize = 2000;
/// Longest title or list of authors, in characters.
const LONGEST_TITLE: usize = 500;
/// Longest address, in characters.
const LONGEST_URL: usize = 2000;
/// The first year of a reference.
const FIRST_YEAR: i64 = 1800;

/// Whether something may be added: anybody who may open the record until it is
/// signed; then only who may sign or runs the clinic, since results come late.
///
/// # Errors
/// 409 `already-signed`.
pub(in crate::care) fn may_add(ctx: &Ctx, record: &Encounter) -> Result<(), Problem> {
    let late = matches!(
        policy::role(ctx),
        Some(Role::Practitioner | Role::Admin | Role::SuperAdmin)
    );
    match record.signed_version {
        Some(_) if !late => Err(Problem::conflict("already-signed")),
        _ => Ok(()),
    }
}

/// Whether what `by` added may be changed or taken away: never under a
/// signature; patients and doctors only what they added themselves.
///
/// # Errors
/// 409 `already-signed`; 403.
pub(in crate::care) fn may_change(
    ctx: &Ctx,
    record: &Encounter,
    by: Option<UserId>,
) -> Result<(), Problem> {
    if record.signed_version.is_some() {
        return Err(Problem::conflict("already-signed"));
    }
    match policy::role(ctx) {
        Some(Role::Patient | Role::Practitioner) if by != ctx.actor.user() => {
            Err(Problem::forbidden())
        }
        _ => Ok(()),
    }
}

/// Trims a result's texts and names everything that is wrong with it.
///
/// # Errors
/// 400 naming every wrong field.
pub(in crate::care) fn check_result(
    o: &mut Observation,
    record: &Content,
    today: &str,
) -> Result<(), Problem> {
    let mut errors = Vec::new();
    required(
        "type_analyse",
        &mut o.analysis,
        LONGEST_ANALYSIS,
        &mut errors,
    );
    required("valeur", &mut o.value, LONGEST_VALUE, &mut errors);
    optional("unite", &mut o.unit, LONGEST_UNIT, &mut errors);
    optional(
        "valeurs_normales",
        &mut o.normal,
        LONGEST_RANGE,
        &mut errors,
    );
    optional(
        "laboratoire",
        &mut o.laboratory,
        LONGEST_ANALYSIS,
        &mut errors,
    );
    optional("commentaire", &mut o.comment, LONGEST_REMARK, &mut errors);
    if let Err(code) = day(&mut o.taken_on, record.text("date_naissance"), today) {
        errors.push(FieldError::new("date_prelevement", code));
    }
    done(errors)
}

fn done(errors: Vec<FieldError>) -> Result<(), Problem> {
    match errors.is_empty() {
        true => Ok(()),
        false => Err(Problem::fields(errors)),
    }
}

/// A day between somebody's birth and today, as `YYYY-MM-DD`.
fn day(text: &mut String, born: Option<&str>, today: &str) -> Result<(), &'static str> {
    if text.trim().is_empty() {
        return Err("required");
    }
    let read: jiff::civil::Date = text.trim().parse().map_err(|_| "not-a-date")?;
    // The parser also takes other spellings; this one sorts.
    *text = read.to_string();
    if text.as_str() > today {
        return Err("in-the-future");
    }
    match born {
        Some(born) if text.as_str() < born => Err("before-birth"),
        _ => Ok(()),
    }
}

fn required(field: &str, text: &mut String, longest: usize, errors: &mut Vec<FieldError>) {
    *text = text.trim().to_owned();
    if text.is_empty() {
        errors.push(FieldError::new(field, "required"));
    }
    short(field, text, longest, errors);
}

fn optional(field: &str, text: &mut Option<String>, longest: usize, errors: &mut Vec<FieldError>) {
    let trimmed = text.as_deref().map(str::trim).unwrap_or_default();
    *text = (!trimmed.is_empty()).then(|| trimmed.to_owned());
    short(field, text.as_deref().unwrap_or_default(), longest, errors);
}

fn short(field: &str, text: &str, longest: usize, errors: &mut Vec<FieldError>) {
    if text.chars().count() > longest {
        errors.push(FieldError::new(field, "too-long").with("max", longest));
    }
}

/// Trims a reference's texts and names everything that is wrong with it.
///
/// # Errors
/// 400 naming every wrong field.
pub(in crate::care) fn check_citation(c: &mut NewCitation, today: &str) -> Result<(), Problem> {
    let mut errors = Vec::new();
    required("title", &mut c.title, LONGEST_TITLE, &mut errors);
    optional("authors", &mut c.authors, LONGEST_TITLE, &mut errors);
    optional("journal", &mut c.journal, LONGEST_TITLE, &mut errors);
    optional("url", &mut c.url, LONGEST_URL, &mut errors);
    if c.url.as_deref().is_some_and(|url| !is_web_address(url)) {
        errors.push(FieldError::new("url", "not-a-web-address"));
    }
    let this_year: i64 = today
        .get(..4)
        .and_then(|year| year.parse().ok())
        .unwrap_or_default();
    // Journals print next year's issues early.
    if c.year
        .is_some_and(|year| !(FIRST_YEAR..=this_year + 1).contains(&year))
    {
        errors.push(FieldError::new("year", "out-of-range"));
    }
    done(errors)
}

/// Whether it is an address that a page may link to: nothing but the web, with
/// a host, without a name or password in it, and nothing that is not written out.
fn is_web_address(url: &str) -> bool {
    let lower = url.to_ascii_lowercase();
    let rest = lower
        .strip_prefix("https://")
        .or_else(|| lower.strip_prefix("http://"));
    let Some(rest) = rest else {
        return false;
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let strange = |c: char| c.is_whitespace() || c.is_control() || "\"'<>\\`{}|^".contains(c);
    let named = host.contains('.') && !host.starts_with('.') && !host.contains('@');
    named && !url.contains(strange)
}

/// A remark that may be left out.
///
/// # Errors
/// 400 when it is too long.
pub(in crate::care) fn remark(
    field: &str,
    mut text: Option<String>,
) -> Result<Option<String>, Problem> {
    let mut errors = Vec::new();
    optional(field, &mut text, LONGEST_REMARK, &mut errors);
    done(errors).map(|()| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_to_the_web_and_nowhere_else() {
        for good in [
            "https://pubmed.ncbi.nlm.nih.gov/12345/",
            "http://www.has-sante.fr/jcms/c_1?x=1#y",
            "HTTPS://doi.org/10.1016/S0140-6736(20)30183-5",
        ] {
            assert!(is_web_address(good), "{good}");
        }
        for bad in [
            "javascript:alert(1)",
            "data:text/html,x",
            "ftp://a.example/",
            "//a.example/",
            "https://",
            "https:///x",
            "https://localhost",
            "https://a@b.example/",
            "https://a.example/ x",
            "https://a.example/\"onclick",
            "java\nscript:x",
            "a.example",
        ] {
            assert!(!is_web_address(bad), "{bad}");
        }
    }

    #[test]
    fn a_sample_is_taken_between_birth_and_today() {
        let day = |text: &str| {
            let mut text = text.to_owned();
            day(&mut text, Some("1990-05-17"), "2026-03-01").map(|()| text)
        };
        assert_eq!(day(" 2026-03-01 "), Ok("2026-03-01".to_owned()));
        assert_eq!(day("1990-05-17"), Ok("1990-05-17".to_owned()));
        assert_eq!(day("2026-03-02"), Err("in-the-future"));
        assert_eq!(day("1990-05-16"), Err("before-birth"));
        assert_eq!(day("2026-02-30"), Err("not-a-date"));
        assert_eq!(day(" "), Err("required"));
    }
}
