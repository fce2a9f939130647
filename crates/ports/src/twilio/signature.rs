//! Twilio's request signature
//! (<https://www.twilio.com/docs/usage/webhooks/webhooks-security>).
//!
//! `X-Twilio-Signature` is Base64(HMAC-SHA1(auth token, URL + parameters)). The
//! URL is the one that Twilio was told to call, with its query string exactly
//! as sent; it comes from configuration, never from proxy headers.
//! The parameters are all of the POST body, names sorted by bytes, name and
//! value after one another without a separator. A name that occurs several
//! times contributes each different value once, in sorted order (as Twilio's
//! own validators do). JSON bodies are not signed themselves: their SHA-256
//! stands in the query parameter `bodySHA256`, which the URL's signature covers.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use subtle::{Choice, ConstantTimeEq};

/// The signature of a form request.
#[must_use]
pub fn sign(auth_token: &str, url: &str, params: &[(String, String)]) -> String {
    let mut pairs: Vec<(&str, &str)> = params
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    pairs.sort_unstable();
    pairs.dedup();
    signature(auth_token, url, &pairs)
}

/// Whether `signature` (the header's value) is that of a form request.
///
/// Twilio signs with or without the scheme's default port, depending on product
/// and age, and drops any port from `https` URLs, so each of these spellings of
/// the URL is tried. All are always computed and compared in constant time.
#[must_use]
pub fn verify(auth_token: &str, url: &str, params: &[(String, String)], signature: &str) -> bool {
    let given = signature.trim().as_bytes();
    let matches = spellings(url)
        .iter()
        .map(|url| sign(auth_token, url, params))
        .fold(Choice::from(0), |found, expected| {
            found | expected.as_bytes().ct_eq(given)
        });
    matches.into()
}

/// Whether `signature` is that of a request with a JSON (or any other
/// non-form) body, whose hash stands in the URL's query.
#[must_use]
pub fn verify_json(auth_token: &str, url: &str, body: &[u8], signature: &str) -> bool {
    let Some(claimed) = query_value(url, "bodySHA256") else {
        return false;
    };
    let actual = crate::blob::sha256_hex(body);
    let same_body: bool = claimed
        .to_ascii_lowercase()
        .as_bytes()
        .ct_eq(actual.as_bytes())
        .into();
    verify(auth_token, url, &[], signature) && same_body
}

fn signature(auth_token: &str, url: &str, pairs: &[(&str, &str)]) -> String {
    // HMAC takes keys of any length (RFC 2104), so there is no error to report;
    // an empty answer would match no header anyway.
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(auth_token.as_bytes()) else {
        return String::new();
    };
    mac.update(url.as_bytes());
    for (name, value) in pairs {
        mac.update(name.as_bytes());
        mac.update(value.as_bytes());
    }
    STANDARD.encode(mac.finalize().into_bytes())
}

/// The URL as given, without its port, and with the default port.
fn spellings(url: &str) -> [String; 3] {
    let Some(parts) = Parts::of(url) else {
        return [url.to_owned(), url.to_owned(), url.to_owned()];
    };
    let default = if parts.scheme.eq_ignore_ascii_case("https") {
        ":443"
    } else {
        ":80"
    };
    [
        url.to_owned(),
        parts.with_port(""),
        parts.with_port(if parts.port.is_empty() {
            default
        } else {
            parts.port
        }),
    ]
}

/// A URL cut by hand: a parser would rewrite what has to stay byte for byte.
struct Parts<'a> {
    scheme: &'a str,
    /// User info and host.
    host: &'a str,
    /// With its colon, or empty.
    port: &'a str,
    /// Path, query and fragment.
    rest: &'a str,
}

impl<'a> Parts<'a> {
    fn of(url: &'a str) -> Option<Self> {
        let (scheme, after) = url.split_once("://")?;
        let end = after.find(['/', '?', '#']).unwrap_or(after.len());
        let (authority, rest) = after.split_at(end);
        let digits = authority
            .rfind(':')
            .filter(|at| authority[at + 1..].bytes().all(|b| b.is_ascii_digit()))
            // Not the password's colon, nor one inside an IPv6 address.
            .filter(|at| !authority[*at..].contains(['@', ']']));
        let (host, port) = authority.split_at(digits.unwrap_or(authority.len()));
        Some(Self {
            scheme,
            host,
            port,
            rest,
        })
    }

    fn with_port(&self, port: &str) -> String {
        format!("{}://{}{port}{}", self.scheme, self.host, self.rest)
    }
}

/// The first value of a query parameter; hexadecimal needs no decoding.
fn query_value<'a>(url: &'a str, name: &str) -> Option<&'a str> {
    let (_, query) = url.split_once('?')?;
    let query = query.split('#').next()?;
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    // The request and the signatures with which Twilio's own libraries are
    // tested (twilio-python, tests/unit/test_request_validator.py).
    const TOKEN: &str = "12345";
    const URL: &str = "https://mycompany.com/myapp.php?foo=1&bar=2";
    const SIGNATURE: &str = "RSOYDt4T1cUTdK1PDd93/VVr8B8=";

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect()
    }

    fn call() -> Vec<(String, String)> {
        pairs(&[
            ("CallSid", "CA1234567890ABCDE"),
            ("Digits", "1234"),
            ("From", "+14158675309"),
            ("To", "+18005551212"),
            ("Caller", "+14158675309"),
        ])
    }

    #[test]
    fn twilios_own_vectors() {
        assert_eq!(sign(TOKEN, URL, &call()), SIGNATURE);
        assert!(verify(TOKEN, URL, &call(), SIGNATURE));
        assert!(verify(TOKEN, URL, &call(), &format!(" {SIGNATURE}\n")));
        let with_port = URL.replace(".com", ".com:1234");
        assert!(verify(TOKEN, &with_port, &call(), SIGNATURE));
        assert!(verify(
            TOKEN,
            &with_port.replace("https", "http"),
            &call(),
            "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="
        ));
        assert!(verify(TOKEN, URL, &call(), "kvajT1Ptam85bY51eRf/AJRuM3w="));
        assert!(verify(
            TOKEN,
            &URL.replace("https", "http"),
            &call(),
            "0ZXoZLH/DfblKGATFgpif+LLRf4="
        ));
    }

    #[test]
    fn repeated_names_count_once_per_value() {
        let twice = pairs(&[
            ("Sid", "CA123"),
            ("SidAccount", "AC123"),
            ("Digits", "5678"),
            ("Digits", "1234"),
            ("Digits", "1234"),
        ]);
        assert_eq!(sign(TOKEN, URL, &twice), "IK+Dwps556ElfBT0I3Rgjkr1wJU=");
    }

    #[test]
    fn json_bodies_by_their_hash() {
        let url = format!(
            "{URL}&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
        );
        let body = br#"{"property": "value", "boolean": true}"#;
        let signature = "a9nBmqA0ju/hNViExpshrM61xv4=";
        assert!(verify_json(TOKEN, &url, body, signature));
        assert!(!verify_json(TOKEN, &url, b"{}", signature));
        assert!(!verify_json(TOKEN, &url, body, SIGNATURE));
        // Without the hash nothing vouches for the body.
        assert!(!verify_json(TOKEN, URL, body, &sign(TOKEN, URL, &[])));
        let empty = format!("{URL}&bodySHA256=");
        assert!(!verify_json(TOKEN, &empty, b"", &sign(TOKEN, &empty, &[])));
    }

    #[test]
    fn any_change_is_noticed() {
        let changed = |at: usize, value: &str| {
            let mut params = call();
            params[at].1 = value.to_owned();
            params
        };
        assert!(!verify(TOKEN, URL, &changed(1, "1235"), SIGNATURE));
        assert!(!verify(TOKEN, URL, &call()[1..], SIGNATURE));
        assert!(!verify("12346", URL, &call(), SIGNATURE));
        assert!(!verify(
            TOKEN,
            &URL.replace("foo=1", "foo=2"),
            &call(),
            SIGNATURE
        ));
        assert!(!verify(
            TOKEN,
            &URL.replace("https", "http"),
            &call(),
            SIGNATURE
        ));
        for wrong in [
            "",
            "=",
            "RSOYDt4T1cUTdK1PDd93/VVr8B8",
            "é",
            &SIGNATURE.to_lowercase(),
        ] {
            assert!(!verify(TOKEN, URL, &call(), wrong), "{wrong}");
        }
        let mut more = call();
        more.push(("New".into(), "parameter".into()));
        assert!(!verify(TOKEN, URL, &more, SIGNATURE));
        assert!(verify(TOKEN, URL, &more, &sign(TOKEN, URL, &more)));
    }

    #[test]
    fn ports_are_found_where_they_are() {
        for (url, without, with) in [
            ("https://a.b/c:1", "https://a.b/c:1", "https://a.b:443/c:1"),
            ("http://a.b?x=:9", "http://a.b?x=:9", "http://a.b:80?x=:9"),
            (
                "https://u:1@a.b:8/c",
                "https://u:1@a.b/c",
                "https://u:1@a.b:8/c",
            ),
            (
                "https://u:1@a.b/c",
                "https://u:1@a.b/c",
                "https://u:1@a.b:443/c",
            ),
            ("https://[::1]/c", "https://[::1]/c", "https://[::1]:443/c"),
            ("https://[::1]:8/c", "https://[::1]/c", "https://[::1]:8/c"),
            ("no url", "no url", "no url"),
        ] {
            let [_, bare, ported] = spellings(url);
            assert_eq!((bare.as_str(), ported.as_str()), (without, with), "{url}");
        }
    }
}
