//! Files as answers: parts of them, no second time, under their names.

use std::ops::Range;

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use kernel::{Problem, ProblemKind};

use crate::Fault;

/// Nothing in a file may run or load anything, should a browser show it all the same.
const LOCKED_UP: HeaderValue =
    HeaderValue::from_static("default-src 'none'; sandbox; frame-ancestors 'none'");
const UNKNOWN: HeaderValue = HeaderValue::from_static("application/octet-stream");
/// It is a person's: only his own browser may keep it, and asks each time.
const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-cache");

/// A stored file that is to be given.
#[derive(Debug, Clone, Copy)]
pub struct Download<'a> {
    /// A digest of the bytes, in letters and digits.
    pub digest: &'a str,
    /// Bytes.
    pub size: u64,
    /// What they are.
    pub content_type: &'a str,
    /// What it is saved as, in any script.
    pub name: &'a str,
    /// Whether a browser shows it, or saves it.
    pub inline: bool,
}

/// What of a file a caller wants (RFC 9110, 13 and 14).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// All of it.
    Whole,
    /// One part, which lies inside of it and is not empty.
    Part(Range<u64>),
    /// Nothing: he has it.
    Nothing,
}

impl Download<'_> {
    /// Reads what is wanted from a request's headers. Several parts at once, and
    /// ranges that cannot be read, get the whole, as the RFC allows.
    ///
    /// # Errors
    /// 416 for a part outside of the file.
    pub fn wanted(&self, headers: &HeaderMap) -> Result<Wanted, Fault> {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        if text(header::IF_NONE_MATCH).is_some_and(|tags| self.is_among(tags)) {
            return Ok(Wanted::Nothing);
        }
        // A part of another version is of no use to whoever has the rest of that.
        let current = text(header::IF_RANGE).is_none_or(|tag| tag.trim() == self.tag());
        let range = text(header::RANGE).filter(|_| current).and_then(one_range);
        match range {
            None => Ok(Wanted::Whole),
            Some(range) => self.part(range).map(Wanted::Part).ok_or_else(outside),
        }
    }

    fn tag(&self) -> String {
        format!("\"{}\"", self.digest)
    }

    fn is_among(&self, tags: &str) -> bool {
        let ours = self.tag();
        let plain = |tag: &str| tag.trim().trim_start_matches("W/") == ours;
        tags.trim() == "*" || tags.split(',').any(plain)
    }

    fn part(&self, range: OneRange) -> Option<Range<u64>> {
        let part = match range {
            OneRange::From(first, last) => {
                let end = last.map_or(self.size, |last| last.saturating_add(1).min(self.size));
                first..end
            }
            OneRange::Last(length) => self.size.saturating_sub(length)..self.size,
        };
        (!part.is_empty()).then_some(part)
    }

    /// The bytes to read for it.
    #[must_use]
    pub fn bytes(&self, wanted: &Wanted) -> Range<u64> {
        match wanted {
            Wanted::Whole => 0..self.size,
            Wanted::Part(part) => part.clone(),
            Wanted::Nothing => 0..0,
        }
    }

    /// The answer with these bytes. A body that fails cuts the connection off,
    /// which the caller notices by the length it was told.
    #[must_use]
    pub fn answer(&self, wanted: &Wanted, body: Body) -> Response {
        let mut response = match wanted {
            Wanted::Nothing => StatusCode::NOT_MODIFIED.into_response(),
            Wanted::Whole => body.into_response(),
            Wanted::Part(_) => (StatusCode::PARTIAL_CONTENT, body).into_response(),
        };
        let headers = response.headers_mut();
        let mut set = |name, value: Option<HeaderValue>| {
            value.map(|value| headers.insert(name, value));
        };
        set(header::ETAG, HeaderValue::from_str(&self.tag()).ok());
        set(header::CACHE_CONTROL, Some(PRIVATE));
        if *wanted == Wanted::Nothing {
            return response;
        }
        let kind = HeaderValue::from_str(self.content_type).unwrap_or(UNKNOWN);
        let bytes = self.bytes(wanted);
        set(header::CONTENT_TYPE, Some(kind));
        set(
            header::CONTENT_LENGTH,
            Some((bytes.end - bytes.start).into()),
        );
        set(
            header::CONTENT_DISPOSITION,
            Some(disposition(self.name, self.inline)),
        );
        set(header::CONTENT_SECURITY_POLICY, Some(LOCKED_UP));
        set(
            header::ACCEPT_RANGES,
            Some(HeaderValue::from_static("bytes")),
        );
        if let Wanted::Part(part) = wanted {
            let place = format!("bytes {}-{}/{}", part.start, part.end - 1, self.size);
            set(header::CONTENT_RANGE, HeaderValue::from_str(&place).ok());
        }
        response
    }
}

fn outside() -> Fault {
    Problem::new(ProblemKind::BadRange).into()
}

enum OneRange {
    From(u64, Option<u64>),
    Last(u64),
}

/// `bytes=0-99`, `bytes=100-`, `bytes=-100`.
fn one_range(text: &str) -> Option<OneRange> {
    let (unit, range) = text.split_once('=')?;
    let (first, last) = range.trim().split_once('-')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        // Longer than any file, as the RFC wants it understood.
        digits.then(|| text.parse().unwrap_or(u64::MAX))
    };
    match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => Some(OneRange::From(first, Some(last))),
        (Some(first), None) if last.is_empty() => Some(OneRange::From(first, None)),
        (None, Some(length)) if first.is_empty() => Some(OneRange::Last(length)),
        _ => None,
    }
}

/// RFC 6266 with the name twice: in plain letters, and whole (RFC 8187).
fn disposition(name: &str, inline: bool) -> HeaderValue {
    let way = if inline { "inline" } else { "attachment" };
    let plain = |c: char| {
        let good = c.is_ascii_alphanumeric() || " -_.()".contains(c);
        if good { c } else { '_' }
    };
    let plain: String = name.chars().map(plain).collect();
    let mut whole = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~!#$&+^`|".contains(&byte) {
            whole.push(char::from(byte));
        } else {
            whole.push_str(&format!("%{byte:02X}"));
        }
    }
    let value = format!("{way}; filename=\"{plain}\"; filename*=UTF-8''{whole}");
    HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: Download<'static> = Download {
        digest: "abc",
        size: 1000,
        content_type: "application/pdf",
        name: "Résultat \"d’Awa\".pdf",
        inline: false,
    };

    fn wanted(headers: &[(header::HeaderName, &str)]) -> Result<Wanted, u16> {
        let pairs = headers.iter().cloned();
        let headers = pairs.map(|(name, value)| (name, HeaderValue::from_str(value).unwrap()));
        FILE.wanted(&headers.collect())
            .map_err(|fault| fault.problem().status())
    }

    #[test]
    fn a_range_is_what_the_rfc_says() {
        use Wanted::{Part, Whole};
        for (range, expected) in [
            ("bytes=0-0", Ok(Part(0..1))),
            ("bytes=0-99", Ok(Part(0..100))),
            ("Bytes = 10-19", Ok(Part(10..20))),
            ("bytes=990-", Ok(Part(990..1000))),
            ("bytes=990-5000", Ok(Part(990..1000))),
            ("bytes=0-99999999999999999999999", Ok(Part(0..1000))),
            ("bytes=-1", Ok(Part(999..1000))),
            ("bytes=-5000", Ok(Part(0..1000))),
            ("bytes=0-", Ok(Part(0..1000))),
            ("bytes=1000-", Err(416)),
            ("bytes=1000-1001", Err(416)),
            ("bytes=99999999999999999999999-", Err(416)),
            ("bytes=-0", Err(416)),
            ("bytes=5-4", Ok(Whole)),
            ("bytes=-", Ok(Whole)),
            ("bytes=a-b", Ok(Whole)),
            ("bytes=+1-2", Ok(Whole)),
            ("bytes=0-1,5-6", Ok(Whole)),
            ("lines=0-1", Ok(Whole)),
            ("bytes", Ok(Whole)),
            ("", Ok(Whole)),
        ] {
            assert_eq!(wanted(&[(header::RANGE, range)]), expected, "{range:?}");
        }
    }

    #[test]
    fn who_has_it_gets_nothing() {
        for (tags, has) in [
            ("\"abc\"", true),
            ("W/\"abc\"", true),
            ("\"x\", \"abc\"", true),
            ("*", true),
            ("\"x\"", false),
            ("abc", false),
        ] {
            let expected = if has {
                Wanted::Nothing
            } else {
                Wanted::Part(0..1)
            };
            let range = (header::RANGE, "bytes=0-0");
            assert_eq!(
                wanted(&[(header::IF_NONE_MATCH, tags), range]),
                Ok(expected),
                "{tags}"
            );
        }
        for (tag, expected) in [
            ("\"abc\"", Wanted::Part(0..1)),
            ("\"x\"", Wanted::Whole),
            ("W/\"abc\"", Wanted::Whole),
        ] {
            let headers = [(header::IF_RANGE, tag), (header::RANGE, "bytes=0-0")];
            assert_eq!(wanted(&headers), Ok(expected), "{tag}");
        }
    }

    #[test]
    fn an_answer_says_what_it_holds() {
        let part = FILE.answer(&Wanted::Part(10..20), Body::from("0123456789"));
        assert_eq!(part.status(), 206);
        let header = |name: &str| part.headers()[name].to_str().unwrap();
        assert_eq!(header("content-range"), "bytes 10-19/1000");
        assert_eq!(header("content-length"), "10");
        assert_eq!(header("etag"), "\"abc\"");
        assert_eq!(
            header("content-disposition"),
            "attachment; filename=\"R_sultat _d_Awa_.pdf\"; filename*=UTF-8''R%C3%A9sultat%20%22d%E2%80%99Awa%22.pdf"
        );
        assert!(header("content-security-policy").contains("sandbox"));
        let nothing = FILE.answer(&Wanted::Nothing, Body::empty());
        assert_eq!(nothing.status(), 304);
        assert!(
            nothing
                .headers()
                .get("content-length")
                .is_none_or(|length| length == "0")
        );
        let whole = FILE.answer(&Wanted::Whole, Body::empty());
        assert_eq!(
            (whole.status().as_u16(), &whole.headers()["content-length"]),
            (200, &HeaderValue::from(1000))
        );
    }
}
