use std::time::Duration;

use kernel::{Clock, Redacted, Timestamp};
use ports::{
    Lookup, Outgoing, SendError,
    messaging::body_sha256,
    twilio::{Account, TwilioSender},
};
use testkit::twilio::FakeTwilio;
use tokio::net::TcpSocket;

pub const PATIENT: &str = "whatsapp:+221771234567";
pub const CLINIC: &str = "whatsapp:+14155238886";
/// No test takes a tenth of it; one that hangs says so.
const LIMIT: Duration = Duration::from_secs(60);

pub async fn fake() -> FakeTwilio {
    FakeTwilio::start().await.unwrap()
}

pub fn account(fake: &FakeTwilio) -> Account {
    Account::new(fake.account_sid(), fake.auth_token(), fake.base_url()).unwrap()
}

pub fn sender(fake: &FakeTwilio) -> TwilioSender {
    TwilioSender::new(account(fake)).unwrap()
}

pub fn message(body: &str) -> Outgoing {
    Outgoing {
        from: CLINIC.into(),
        to: PATIENT.into(),
        body: Redacted(body.into()),
        content: None,
        status_callback: Some("https://clinic.example/api/v1/webhooks/twilio/status/".into()),
        call: None,
    }
}

pub fn lookup(body: &str, since: Timestamp) -> Lookup {
    Lookup {
        from: CLINIC.into(),
        to: PATIENT.into(),
        since,
        body_sha256: body_sha256(body),
        call: false,
        known_ids: Vec::new(),
    }
}

/// An address that refuses connections, for as long as the socket lives: bound, but
/// not listened on.
pub fn closed_port() -> (String, TcpSocket) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    (format!("http://{}", socket.local_addr().unwrap()), socket)
}

pub fn now() -> Timestamp {
    Clock::system().now()
}

pub async fn within<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(LIMIT, work).await.expect("in time")
}

pub fn assert_tells_nothing(error: &SendError) {
    let shown = format!("{error} {error:?}");
    for secret in ["77123", "77000", "Bonjour", "a-token"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
