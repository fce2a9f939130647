//! Media that patients send: fetched from Twilio, and from nowhere else.
//!
//! A webhook's `MediaUrl0` is text from outside, so it is not simply followed.
//! Twilio answers with a redirect to its content network
//! (<https://www.twilio.com/docs/messaging/api/media-resource>); each step is
//! checked, and the credentials go to Twilio's own hosts only.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use reqwest::{Client, Response, StatusCode, Url, header};

use super::{Account, has_credentials};
use crate::{Unavailable, http};

/// Redirects followed after the first request.
const MAX_REDIRECTS: usize = 3;

/// The longest pause between two reads.
const READ_TIMEOUT: Duration = Duration::from_secs(15);

/// The longest a download may take: 16 MB (WhatsApp's limit) on a slow line.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(180);

/// A file as the provider holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    /// The content.
    pub bytes: Bytes,
    /// What the provider calls it. Not to be believed: see [`crate::blob::sniff`].
    pub content_type: Option<String>,
}

/// Why a file was not fetched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MediaError {
    /// The address, or one it redirects to, is none of Twilio's. Final.
    #[error("the media address is not one of Twilio's")]
    ForbiddenAddress,
    /// Larger than allowed. Final.
    #[error("the media is larger than {limit} bytes")]
    TooLarge {
        /// The limit that was given.
        limit: usize,
    },
    /// Twilio does not have it (any more). Final, but the message stays.
    #[error("the media is gone")]
    Gone,
    /// The credentials are wrong: staff must act.
    #[error("the media was refused with HTTP {status}")]
    Refused {
        /// The HTTP status, 401 or 403 as a rule.
        status: u16,
    },
    /// Too many requests: slow down.
    #[error("too many media were asked for")]
    TooMany {
        /// How long Twilio asks us to wait.
        retry_after: Option<Duration>,
    },
    /// Not now; try again later.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl MediaError {
    /// Whether trying again later can help.
    #[must_use]
    pub const fn can_retry(&self) -> bool {
        matches!(
            self,
            Self::Unavailable(_) | Self::Refused { .. } | Self::TooMany { .. }
        )
    }
}

/// Fetches media of one account.
#[derive(Debug, Clone)]
pub struct MediaFetcher {
    account: Account,
    client: Client,
}

/// How far an address is trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trust {
    /// Twilio's API: gets the credentials.
    Api,
    /// Where Twilio keeps content: only as the target of a redirect.
    Content,
    Nobody,
}

impl MediaFetcher {
    /// A fetcher with the account's credentials.
    ///
    /// # Errors
    /// When no TLS client can be made.
    pub fn new(account: Account) -> Result<Self, Unavailable> {
        Self::with_timeout(account, READ_TIMEOUT)
    }

    /// The same with another longest pause between two reads.
    ///
    /// # Errors
    /// When no TLS client can be made.
    pub fn with_timeout(account: Account, pause: Duration) -> Result<Self, Unavailable> {
        let client = http::client(&account.base)
            .read_timeout(pause)
            .timeout(TOTAL_TIMEOUT)
            .build()
            .map_err(|error| Unavailable::new("Twilio media", error))?;
        Ok(Self { account, client })
    }

    /// Fetches a file of at most `limit` bytes, reading no more than that.
    ///
    /// # Errors
    /// See [`MediaError`].
    pub async fn fetch(&self, url: &str, limit: usize) -> Result<Media, MediaError> {
        let mut url = Url::parse(url).map_err(|_| MediaError::ForbiddenAddress)?;
        if self.trust(&url) != Trust::Api {
            return Err(MediaError::ForbiddenAddress);
        }
        for _ in 0..=MAX_REDIRECTS {
            let response = self.get(&url).await?;
            if !response.status().is_redirection() {
                return accept(response, limit).await;
            }
            url = target(&url, &response)?;
            if self.trust(&url) == Trust::Nobody {
                return Err(MediaError::ForbiddenAddress);
            }
        }
        Err(MediaError::ForbiddenAddress)
    }

    async fn get(&self, url: &Url) -> Result<Response, MediaError> {
        let mut request = self.client.get(url.clone());
        if self.trust(url) == Trust::Api {
            request = request.basic_auth(&self.account.sid, Some(self.account.token.as_str()));
        }
        request.send().await.map_err(|error| broken(&error))
    }

    fn trust(&self, url: &Url) -> Trust {
        if has_credentials(url) {
            return Trust::Nobody;
        }
        if url.origin() == self.account.base.origin() {
            return Trust::Api;
        }
        // `port()` is None for the scheme's own port.
        let (true, None, Some(host)) = (url.scheme() == "https", url.port(), url.host_str()) else {
            return Trust::Nobody;
        };
        if host.ends_with(".twilio.com") {
            Trust::Api
        } else if host.ends_with(".twiliocdn.com") || is_s3(host) {
            Trust::Content
        } else {
            Trust::Nobody
        }
    }
}

/// A bucket of S3, where Twilio's content network redirects to. Other names
/// under amazonaws.com are machines, which may be inside our own network.
fn is_s3(host: &str) -> bool {
    host.strip_suffix(".amazonaws.com").is_some_and(|name| {
        name.split('.')
            .any(|label| label == "s3" || label.starts_with("s3-"))
    })
}

fn target(from: &Url, response: &Response) -> Result<Url, MediaError> {
    response
        .headers()
        .get(header::LOCATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|location| from.join(location).ok())
        .ok_or(MediaError::ForbiddenAddress)
}

async fn accept(response: Response, limit: usize) -> Result<Media, MediaError> {
    match response.status() {
        StatusCode::OK => read(response, limit).await,
        StatusCode::NOT_FOUND | StatusCode::GONE => Err(MediaError::Gone),
        StatusCode::TOO_MANY_REQUESTS => Err(MediaError::TooMany {
            retry_after: http::retry_after(response.headers()),
        }),
        status if status.is_client_error() => Err(MediaError::Refused {
            status: status.as_u16(),
        }),
        status => Err(Unavailable::new("Twilio media", format!("HTTP {}", status.as_u16())).into()),
    }
}

async fn read(response: Response, limit: usize) -> Result<Media, MediaError> {
    let announced = response.content_length().unwrap_or(0);
    if usize::try_from(announced).is_ok_and(|length| length > limit) {
        return Err(MediaError::TooLarge { limit });
    }
    let content_type = response
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .map(ToOwned::to_owned);
    let mut bytes = BytesMut::new();
    let mut chunks = response.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| broken(&error))?;
        if bytes.len() + chunk.len() > limit {
            return Err(MediaError::TooLarge { limit });
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(Media {
        bytes: bytes.freeze(),
        content_type,
    })
}

fn broken(error: &reqwest::Error) -> MediaError {
    Unavailable::new("Twilio media", http::fault(error)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_go_to_twilio_and_requests_to_nobody_else() {
        let sid = "AC0123456789abcdef0123456789abcdef";
        let account = Account::new(sid, "t", "http://127.0.0.1:9000").unwrap();
        let fetcher = MediaFetcher::new(account).unwrap();
        for (url, trust) in [
            ("http://127.0.0.1:9000/x", Trust::Api),
            ("http://127.0.0.1:9001/x", Trust::Nobody),
            ("https://127.0.0.1:9000/x", Trust::Nobody),
            ("http://localhost:9000/x", Trust::Nobody),
            ("http://u:p@127.0.0.1:9000/x", Trust::Nobody),
            ("https://api.twilio.com/2010-04-01/x", Trust::Api),
            ("https://API.TWILIO.COM/x", Trust::Api),
            ("https://mcs.us1.twilio.com/x", Trust::Api),
            ("http://api.twilio.com/x", Trust::Nobody),
            ("https://api.twilio.com:8443/x", Trust::Nobody),
            ("https://api.twilio.com@evil.example/x", Trust::Nobody),
            ("https://eviltwilio.com/x", Trust::Nobody),
            ("https://api.twilio.com.evil.example/x", Trust::Nobody),
            ("https://media.twiliocdn.com/x", Trust::Content),
            (
                "https://s3-external-1.amazonaws.com/media.twiliocdn.com/x",
                Trust::Content,
            ),
            (
                "https://media.twiliocdn.com.s3-external-1.amazonaws.com/x",
                Trust::Content,
            ),
            (
                "https://bucket.s3.eu-west-1.amazonaws.com/x",
                Trust::Content,
            ),
            (
                "https://ec2-10-0-0-1.compute-1.amazonaws.com/x",
                Trust::Nobody,
            ),
            ("http://media.twiliocdn.com/x", Trust::Nobody),
            ("http://169.254.169.254/latest/meta-data", Trust::Nobody),
            ("https://169.254.169.254/", Trust::Nobody),
            ("file:///etc/passwd", Trust::Nobody),
            ("data:text/plain,x", Trust::Nobody),
        ] {
            let url = Url::parse(url).unwrap();
            assert_eq!(fetcher.trust(&url), trust, "{url}");
        }
    }

    #[tokio::test]
    async fn a_foreign_address_is_not_even_asked() {
        let sid = "AC0123456789abcdef0123456789abcdef";
        let account = Account::new(sid, "t", super::super::API_BASE).unwrap();
        let fetcher = MediaFetcher::new(account).unwrap();
        for url in [
            "",
            "x",
            "https://evil.example/a",
            "https://media.twiliocdn.com/a",
        ] {
            let error = fetcher.fetch(url, 10).await.unwrap_err();
            assert_eq!(error, MediaError::ForbiddenAddress, "{url}");
            assert!(!error.can_retry());
        }
    }
}
