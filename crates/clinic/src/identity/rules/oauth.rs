//! OAuth 2.1 without a database: addresses, challenges, secrets.

use axum::http::Uri;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::fingerprint;
use crate::identity::model::oauth::ClientKind;

/// Longest registered address.
const LONGEST_URI: usize = 500;

/// Whether people may be sent to this address at all: `https`, or `http` on
/// their own machine; no fragment (RFC 6749, 3.1.2), no name and password.
pub(in crate::identity) fn is_good_redirect(uri: &str) -> bool {
    let plain = uri.len() <= LONGEST_URI && uri.is_ascii() && !uri.contains('#');
    let Some((scheme, authority)) = parts(uri).filter(|_| plain) else {
        return false;
    };
    let host = host(authority);
    let named = !host.is_empty() && !authority.contains('@');
    let on_loopback = ["127.0.0.1", "[::1]", "localhost"].contains(&host);
    named && (scheme == "https" || (scheme == "http" && on_loopback))
}

fn parts(uri: &str) -> Option<(&str, &str)> {
    uri.parse::<Uri>().ok()?;
    let (scheme, rest) = uri.split_once("://")?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    Some((scheme, &rest[..end]))
}

fn host(authority: &str) -> &str {
    match authority.rfind(':') {
        Some(colon) if !authority[colon..].contains(']') => &authority[..colon],
        _ => authority,
    }
}

/// Scheme, host and port, as a page's policy names where its form may lead.
/// Such a policy cannot name an IPv6 address; it then names the scheme.
pub(in crate::identity) fn origin(uri: &str) -> Option<String> {
    let (scheme, authority) = parts(uri)?;
    Some(if authority.starts_with('[') {
        format!("{scheme}:")
    } else {
        format!("{scheme}://{authority}")
    })
}

/// Whether an address is the registered one, letter for letter. Only the port
/// of a program on the person's own machine may differ: it takes the one it is
/// given (RFC 8252, 7.3). `localhost` is no loopback address by this rule.
pub(in crate::identity) fn is_registered(uri: &str, registered: &str, kind: ClientKind) -> bool {
    if uri == registered {
        return true;
    }
    let native = kind == ClientKind::Public && is_good_redirect(uri);
    native && matches!((portless(uri), portless(registered)), (Some(a), Some(b)) if a == b)
}

/// A loopback address as its host and what follows the port.
fn portless(uri: &str) -> Option<(&str, &str)> {
    let (scheme, authority) = parts(uri)?;
    let host = host(authority);
    let loopback = scheme == "http" && ["127.0.0.1", "[::1]"].contains(&host);
    loopback.then(|| (host, &uri["http://".len() + authority.len()..]))
}

/// Whether this is a SHA-256 in base64url (RFC 7636, 4.2).
pub(in crate::identity) fn is_challenge(text: &str) -> bool {
    URL_SAFE_NO_PAD
        .decode(text)
        .is_ok_and(|bytes| bytes.len() == 32)
}

/// Whether a verifier is the challenge's (RFC 7636, 4.1 and 4.6).
pub(in crate::identity) fn answers(verifier: &str, challenge: &str) -> bool {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let shaped = (43..=128).contains(&verifier.len()) && verifier.bytes().all(unreserved);
    let computed = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
    shaped && computed.as_bytes().ct_eq(challenge.as_bytes()).into()
}

/// Whether a secret is the one whose SHA-256 is kept. A secret of ours has 256
/// random bits: there is nothing to guess that a slow hash would slow down, and
/// one would cost tens of milliseconds of every call.
pub(in crate::identity) fn is_secret(secret: &str, hash: &str) -> bool {
    fingerprint(secret).as_bytes().ct_eq(hash.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_sent_to_https_or_to_their_own_machine() {
        for good in [
            "https://app.example/cb",
            "https://app.example:8443/cb?x=1",
            "https://app.example",
            "http://127.0.0.1/cb",
            "http://127.0.0.1:4711/cb",
            "http://[::1]:4711/cb",
            "http://localhost:4711/cb",
        ] {
            assert!(is_good_redirect(good), "{good}");
        }
        for bad in [
            "",
            "http://app.example/cb",
            "https://app.example/cb#x",
            "https://app.example/cb#",
            "https://name:word@app.example/cb",
            "http://127.0.0.1@evil.example/cb",
            "http://127.0.0.1.evil.example/cb",
            "http://localhost.evil.example/cb",
            "javascript:alert(1)",
            "data:text/html,x",
            "//app.example/cb",
            "/cb",
            "https:///cb",
            "https://app.example/a b",
            "https://app.example/\r\nx",
            "HTTPS//app",
        ] {
            assert!(!is_good_redirect(bad), "{bad}");
        }
        assert!(!is_good_redirect(&format!("https://a/{}", "x".repeat(500))));
    }

    #[test]
    fn only_the_port_of_a_native_program_may_differ() {
        use ClientKind::{Confidential, Public};
        let registered = "http://127.0.0.1/cb";
        for (uri, kind, expected) in [
            ("http://127.0.0.1/cb", Confidential, true),
            ("http://127.0.0.1:4711/cb", Public, true),
            ("http://127.0.0.1:4711/cb", Confidential, false),
            ("http://127.0.0.1:4711/other", Public, false),
            ("http://127.0.0.1:4711/cb?x", Public, false),
            ("http://127.0.0.1:4711/cb#x", Public, false),
            ("http://[::1]:4711/cb", Public, false),
            ("http://localhost:4711/cb", Public, false),
            ("http://127.0.0.1:1@evil.example/cb", Public, false),
            ("https://127.0.0.1:4711/cb", Public, false),
            ("", Public, false),
        ] {
            assert_eq!(is_registered(uri, registered, kind), expected, "{uri}");
        }
        let web = "https://app.example/cb";
        for uri in [
            "https://app.example/cb/",
            "https://app.example:8443/cb",
            "https://APP.example/cb",
            "https://app.example/cb?x=1",
        ] {
            assert!(!is_registered(uri, web, Public), "{uri}");
        }
    }

    #[test]
    fn names_where_a_form_may_lead() {
        let of = |uri| origin(uri).unwrap();
        assert_eq!(of("https://app.example:1/cb?x"), "https://app.example:1");
        assert_eq!(of("https://app.example?x"), "https://app.example");
        assert_eq!(of("http://[::1]:4711/cb"), "http:");
    }

    #[test]
    fn a_challenge_is_answered_by_its_verifier_only() {
        // RFC 7636, appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        assert!(is_challenge(challenge) && answers(verifier, challenge));
        assert!(!answers(challenge, challenge), "the method plain");
        assert!(!answers(&verifier[1..], challenge) && !answers("", challenge));
        for bad in ["", "abc", &format!("{challenge}="), &"*".repeat(43)] {
            assert!(!is_challenge(bad), "{bad}");
        }
    }

    #[test]
    fn a_secret_is_known_by_its_fingerprint() {
        let hash = fingerprint("lfc_1");
        assert!(is_secret("lfc_1", &hash));
        assert!(!is_secret("lfc_2", &hash) && !is_secret(&hash, &hash));
    }
}
