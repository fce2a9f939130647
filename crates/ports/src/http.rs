use std::{net::IpAddr, sync::Once, time::Duration};

use reqwest::{ClientBuilder, Url, header::HeaderMap, redirect};

use crate::messaging::{ErrorClass, SendError};

/// How long a connection may take to open.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// From connecting to the last byte of the answer to a message that is handed over. An
/// attempt is over after this, whatever the provider does with it.
pub(crate) const TOTAL_TIMEOUT: Duration = Duration::from_secs(15);

/// Connections idle for longer are not used again: a server may be closing
/// them just then, and a lost request is an unknown outcome.
pub(crate) const IDLE_TIMEOUT: Duration = Duration::from_secs(20);

/// The longest pause we take a provider's word for.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(3600);

/// Makes ring the process's TLS provider. Cheap and safe to repeat; every
/// client of this crate calls it, other users of reqwest must call it before
/// they build a client, because reqwest is compiled without a provider.
pub fn install_tls() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An error means that somebody installed one already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

/// The common part of all clients: no redirects and no repeated requests but
/// those the caller makes knowingly.
pub(crate) fn client(base: &Url) -> ClientBuilder {
    install_tls();
    let builder = reqwest::Client::builder()
        .user_agent(concat!("lafiya/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_TIMEOUT)
        .redirect(redirect::Policy::none())
        .retry(reqwest::retry::never());
    if is_loopback(base) {
        // A proxy from the environment cannot reach our loopback.
        builder.no_proxy()
    } else {
        builder
    }
}

pub(crate) fn is_loopback(url: &Url) -> bool {
    url.host_str().is_some_and(|host| {
        let host = host.trim_matches(['[', ']']);
        host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
    })
}

/// `Retry-After` in seconds (RFC 9110, 10.2.3); our providers do not use its date form.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get("retry-after")?.to_str().ok()?;
    let seconds = seconds.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(MAX_RETRY_AFTER))
}

/// No answer came. Only where no connection was made is it certain that nothing arrived.
pub(crate) fn lost(error: &reqwest::Error) -> SendError {
    let what = fault(error);
    if error.is_connect() {
        SendError::silence(ErrorClass::Transient, what)
    } else if error.is_builder() {
        SendError::new(ErrorClass::ContentRefused, what)
    } else {
        SendError::silence(ErrorClass::Unknown, what)
    }
}

/// What went wrong with a request, without its URL: that may hold a number.
pub(crate) fn fault(error: &reqwest::Error) -> &'static str {
    if error.is_connect() {
        "no connection"
    } else if error.is_timeout() {
        "no answer in time"
    } else if error.is_builder() {
        "the request cannot be built"
    } else if error.is_body() || error.is_decode() {
        "the answer broke off"
    } else {
        "the connection was lost"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_loopback() {
        for (url, expected) in [
            ("http://127.0.0.1:8080", true),
            ("http://127.9.9.9", true),
            ("http://[::1]:1", true),
            ("http://localhost", true),
            ("https://api.twilio.com", false),
            ("http://127.0.0.1.example.com", false),
        ] {
            let url = Url::parse(url).unwrap();
            assert_eq!(is_loopback(&url), expected, "{url}");
        }
    }
}
