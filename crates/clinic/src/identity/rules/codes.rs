use kernel::{Problem, Rng, Timestamp, UserId, text};
use qrcode::{QrCode, render::svg};
use totp_rs::{Builder, Totp};
use uuid::Uuid;

use super::{fingerprint, mac};

/// Letters and digits that nobody confuses on paper.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";

/// What a person needs to set up his application. No `Debug`: it is a secret.
pub struct Enrolment {
    /// The secret in base 32, to be typed.
    pub secret: String,
    /// `otpauth://…`, to be followed.
    pub uri: String,
}

impl Enrolment {
    /// For this person at this clinic.
    pub(in crate::identity) fn new(
        secret: &[u8],
        username: &str,
        clinic: &str,
    ) -> Result<Self, Problem> {
        // The address cannot hold a colon in these.
        let plain = |text: &str| text.replace(':', " ");
        let totp = Builder::new()
            .with_secret(secret)
            .with_account_name(plain(username))
            .with_issuer(Some(plain(clinic)))
            .build()
            .map_err(Problem::internal)?;
        let uri = totp.to_url().map_err(Problem::internal)?;
        let secret = totp_rs::Secret::from(secret.to_vec()).to_base32();
        Ok(Self { secret, uri })
    }

    /// The address as a picture, black on white in every colour scheme: cameras
    /// read no other.
    pub(in crate::identity) fn picture(&self) -> Result<String, Problem> {
        let code = QrCode::new(&self.uri).map_err(Problem::internal)?;
        let svg = code
            .render::<svg::Color<'_>>()
            .min_dimensions(200, 200)
            .build();
        let start = svg.find("<svg").unwrap_or_default();
        Ok(svg[start..].to_owned())
    }
}

fn totp(secret: &[u8]) -> Result<Totp, Problem> {
    Builder::new()
        .with_secret(secret)
        .with_skew(1)
        .build()
        .map_err(Problem::internal)
}

/// The time step whose code this is, at most one before or after the present
/// one (RFC 6238, 5.2).
pub(in crate::identity) fn matching_step(
    secret: &[u8],
    code: &str,
    now: Timestamp,
) -> Result<Option<i64>, Problem> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let seconds = u64::try_from(now.seconds()).unwrap_or_default();
    let step = totp(secret)?.check(&digits, seconds);
    Ok(step.and_then(|step| i64::try_from(step).ok()))
}

/// A code for the day the telephone is lost: 80 random bits, in four groups.
pub(in crate::identity) fn recovery_code(rng: &Rng) -> String {
    let mut bytes = [0; 16];
    rng.fill(&mut bytes);
    let letters: Vec<char> = bytes
        .iter()
        .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
        .collect();
    let groups: Vec<String> = letters
        .chunks(4)
        .map(|group| group.iter().collect())
        .collect();
    groups.join("-")
}

/// What is kept of a recovery code: 80 random bits need no slow hash. Case,
/// spaces and hyphens do not matter.
pub(in crate::identity) fn recovery_hash(root: &[u8], user: UserId, code: &str) -> String {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    let (user, plain) = (user.uuid(), plain.to_ascii_lowercase());
    let parts: [&[u8]; 2] = [user.as_bytes(), plain.as_bytes()];
    text::hex(&mac(root, "recovery code", &parts))
}

/// The half session between password and code. It is signed and not stored: all
/// it opens is the second step, where each code is taken once.
#[derive(Debug)]
pub(in crate::identity) struct Step {
    pub(in crate::identity) user: Uuid,
    /// A changed password ends it.
    pub(in crate::identity) version: i64,
    pub(in crate::identity) until: i64,
}

impl Step {
    /// As it is handed out.
    pub(in crate::identity) fn write(&self, root: &[u8]) -> String {
        let said = format!("{}.{}.{}", self.user.simple(), self.version, self.until);
        let mac = text::hex(&mac(root, "second step", &[said.as_bytes()]));
        format!("{said}.{mac}")
    }

    /// One that we handed out and that is not over.
    pub(in crate::identity) fn read(root: &[u8], challenge: &str, now: Timestamp) -> Option<Self> {
        let (said, given) = challenge.rsplit_once('.')?;
        let right = text::hex(&mac(root, "second step", &[said.as_bytes()]));
        // Comparing hashes of them tells nothing of how far they agree.
        if fingerprint(given) != fingerprint(&right) {
            return None;
        }
        let mut parts = said.split('.');
        let step = Self {
            user: parts.next()?.parse().ok()?,
            version: parts.next()?.parse().ok()?,
            until: parts.next()?.parse().ok()?,
        };
        (step.until > now.seconds()).then_some(step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn codes_are_those_of_rfc_6238_one_step_around() {
        // RFC 6238, appendix B, the last six digits of the SHA-1 column.
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_234_567_890, "005924"),
        ] {
            let step = matching_step(SECRET, code, at(seconds)).unwrap();
            assert_eq!(step, Some(seconds / 30));
            for near in [-30, 30] {
                let near = matching_step(SECRET, code, at(seconds + near)).unwrap();
                assert_eq!(
                    near,
                    Some(seconds / 30),
                    "the step of the code, not of the clock"
                );
            }
            let far = matching_step(SECRET, code, at(seconds + 61)).unwrap();
            assert_eq!(far, None);
        }
        assert!(matching_step(SECRET, " 287 082", at(59)).unwrap().is_some());
        for wrong in ["", "287083", "28708", "2870820", "abcdef"] {
            assert_eq!(
                matching_step(SECRET, wrong, at(59)).unwrap(),
                None,
                "{wrong}"
            );
        }
    }

    #[test]
    fn an_enrolment_can_be_typed_followed_and_photographed() {
        let enrolment = Enrolment::new(SECRET, "awa:diop", "Clinique: Dakar").unwrap();
        assert_eq!(enrolment.secret, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert!(
            enrolment.uri.starts_with("otpauth://totp/"),
            "{}",
            enrolment.uri
        );
        assert!(
            enrolment
                .uri
                .contains(&format!("secret={}", enrolment.secret))
        );
        let picture = enrolment.picture().unwrap();
        assert!(picture.starts_with("<svg") && !picture.contains("style="));
    }

    #[test]
    fn recovery_codes_forgive_how_they_are_typed() {
        let rng = Rng::seeded(1);
        let code = recovery_code(&rng);
        assert_eq!((code.len(), code.matches('-').count()), (19, 3));
        let user = UserId::from_uuid(Uuid::from_u128(1));
        let hash = |user, code: &str| recovery_hash(&[1; 32], user, code);
        let typed = format!(" {} ", code.to_uppercase().replace('-', " "));
        assert_eq!(hash(user, &code), hash(user, &typed));
        let other = UserId::from_uuid(Uuid::from_u128(2));
        assert_ne!(hash(user, &code), hash(other, &code));
        assert!(!hash(user, &code).contains(&code.replace('-', "")));
    }

    #[test]
    fn a_half_session_is_short_and_cannot_be_forged() {
        let step = Step {
            user: Uuid::from_u128(1),
            version: 3,
            until: 100,
        };
        let challenge = step.write(&[1; 32]);
        assert_eq!(Step::read(&[1; 32], &challenge, at(99)).unwrap().version, 3);
        assert!(Step::read(&[1; 32], &challenge, at(100)).is_none());
        assert!(Step::read(&[2; 32], &challenge, at(0)).is_none());
        let longer = challenge.replace(".100.", ".900.");
        assert!(Step::read(&[1; 32], &longer, at(0)).is_none());
        assert!(Step::read(&[1; 32], "", at(0)).is_none());
    }
}
