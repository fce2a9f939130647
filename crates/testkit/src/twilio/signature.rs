//! The signature once more, from the documentation and the RFCs alone:
//! <https://www.twilio.com/docs/usage/webhooks/webhooks-security>, RFC 2104.

use std::collections::{BTreeMap, BTreeSet};

use base64::{Engine, engine::general_purpose::STANDARD};
use sha1::{Digest, Sha1};
use sha2::Sha256;

/// The block of SHA-1, in bytes.
const BLOCK: usize = 64;

/// `X-Twilio-Signature` of a form request to `url`.
#[must_use]
pub fn independent_signature(auth_token: &str, url: &str, params: &[(String, String)]) -> String {
    let mut sorted: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, value) in params {
        sorted.entry(name).or_default().insert(value);
    }
    let mut text = url.to_owned();
    for (name, values) in sorted {
        for value in values {
            text.push_str(name);
            text.push_str(value);
        }
    }
    STANDARD.encode(hmac_sha1(auth_token.as_bytes(), text.as_bytes()))
}

/// The address as Twilio calls it with a JSON body: with the body's SHA-256.
#[must_use]
pub fn independent_json_url(url: &str, body: &[u8]) -> String {
    let hash: String = Sha256::digest(body)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let joint = if url.contains('?') { '&' } else { '?' };
    format!("{url}{joint}bodySHA256={hash}")
}

/// RFC 2104: H(K ^ opad, H(K ^ ipad, text)).
fn hmac_sha1(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut block = [0; BLOCK];
    if key.len() > BLOCK {
        block[..20].copy_from_slice(&Sha1::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let padded = |pad: u8| block.map(|byte| byte ^ pad);
    let inner = Sha1::new()
        .chain_update(padded(0x36))
        .chain_update(text)
        .finalize();
    Sha1::new()
        .chain_update(padded(0x5c))
        .chain_update(inner)
        .finalize()
        .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 2202, test cases 1, 2 and 6.
    #[test]
    fn the_rfcs_vectors() {
        let hex = |bytes: Vec<u8>| kernel::text::hex(&bytes);
        assert_eq!(
            hex(hmac_sha1(&[0x0b; 20], b"Hi There")),
            "b617318655057264e28bc0b6fb378c8ef146be00"
        );
        assert_eq!(
            hex(hmac_sha1(b"Jefe", b"what do ya want for nothing?")),
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"
        );
        let long = b"Test Using Larger Than Block-Size Key - Hash Key First";
        assert_eq!(
            hex(hmac_sha1(&[0xaa; 80], long)),
            "aa4ae5e15272d00e95705637ce8a3b55ed402112"
        );
    }
}
