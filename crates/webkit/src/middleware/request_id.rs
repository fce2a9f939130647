use axum::http::HeaderMap;
use kernel::Rng;

/// The header on requests and answers.
pub(super) const HEADER: &str = "x-request-id";

/// The caller's id if it can do no harm in a log, else a new one.
pub(super) fn choose(headers: &HeaderMap, rng: &Rng) -> String {
    let given = headers.get(HEADER).and_then(|value| value.to_str().ok());
    match given.filter(|id| is_sane(id)) {
        Some(id) => id.to_owned(),
        None => fresh(rng),
    }
}

fn is_sane(id: &str) -> bool {
    (8..=64).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn fresh(rng: &Rng) -> String {
    let mut bytes = [0; 16];
    rng.fill(&mut bytes);
    uuid::Builder::from_random_bytes(bytes)
        .into_uuid()
        .to_string()
}
