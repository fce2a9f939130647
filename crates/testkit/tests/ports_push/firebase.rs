use std::time::Duration;

use kernel::{Clock, Redacted, Timestamp};
use ports::{ErrorClass, FirebaseSender, OutgoingPush, ServiceAccount};
use serde_json::json;
use testkit::firebase::{FakeFirebase, Fault, PROJECT};

struct Scene {
    firebase: FakeFirebase,
    sender: FirebaseSender,
    clock: Clock,
}

fn now() -> Timestamp {
    Timestamp::parse("2026-03-02T10:00:00Z").unwrap()
}

async fn scene() -> Scene {
    let firebase = FakeFirebase::start().await.unwrap();
    let clock = Clock::fixed(now());
    let account = ServiceAccount::read(&firebase.key_file().to_string()).unwrap();
    let patience = (clock.clone(), Duration::from_secs(5));
    let sender = FirebaseSender::with_timeout(account, firebase.base_url(), patience).unwrap();
    Scene {
        firebase,
        sender,
        clock,
    }
}

fn push() -> OutgoingPush {
    OutgoingPush {
        device: Redacted("device-of-awa".into()),
        title: "Clinique".into(),
        body: Redacted("Vous avez un message \"ici\".".into()),
        id: "0198".into(),
        expires_at: Some(now().plus(Duration::from_secs(3600))),
    }
}

impl Scene {
    async fn class(&self, fault: Fault) -> (ErrorClass, bool) {
        self.firebase.script([fault]);
        let error = self.sender.send(&push()).await.unwrap_err();
        let shown = format!("{error} {error:?} {:?} {:?}", push(), self.sender);
        for secret in ["device-of-awa", "message \"ici\"", "ya29", "PRIVATE"] {
            assert!(!shown.contains(secret), "{shown}");
        }
        (error.class, error.silent)
    }
}

#[tokio::test]
async fn a_message_goes_as_documented() {
    let scene = scene().await;
    let taken = scene.sender.send(&push()).await.unwrap();
    assert_eq!(
        taken.provider_id,
        format!("projects/{PROJECT}/messages/0:1")
    );
    assert!(!taken.simulated);
    let expected = json!({
        "token": "device-of-awa",
        "notification": {"title": "Clinique", "body": "Vous avez un message \"ici\"."},
        "data": {"message": "0198"},
        "android": {"ttl": "3600s", "notification": {"tag": "0198"}},
        "apns": {"headers": {"apns-expiration": "1772449200", "apns-collapse-id": "0198"}},
        "webpush": {"headers": {"TTL": "3600"}, "notification": {"tag": "0198"}},
    });
    assert_eq!(scene.firebase.messages(), [expected]);
    let late = OutgoingPush {
        expires_at: Some(now().minus(Duration::from_secs(9))),
        ..push()
    };
    scene.sender.send(&late).await.unwrap();
    assert_eq!(scene.firebase.messages()[1]["android"]["ttl"], "0s");
    let lasting = OutgoingPush {
        expires_at: None,
        ..push()
    };
    scene.sender.send(&lasting).await.unwrap();
    assert_eq!(scene.firebase.messages()[2]["android"]["ttl"], "2419200s");
}

#[tokio::test]
async fn one_token_serves_until_shortly_before_its_end() {
    let scene = scene().await;
    let push = push();
    let send = || scene.sender.send(&push);
    let (one, two, three) = tokio::join!(send(), send(), send());
    assert!(one.is_ok() && two.is_ok() && three.is_ok());
    assert_eq!(scene.firebase.grants().len(), 1, "many ask once");
    let claims = scene.firebase.grants().remove(0);
    assert_eq!(claims["iat"], 1_772_445_600);
    scene.clock.advance(Duration::from_secs(3400));
    scene.sender.send(&push).await.unwrap();
    assert_eq!(scene.firebase.grants().len(), 1);
    scene.clock.advance(Duration::from_secs(100));
    scene.sender.send(&push).await.unwrap();
    assert_eq!(scene.firebase.grants().len(), 2, "it has 99 seconds left");
}

#[tokio::test]
async fn a_token_that_is_not_accepted_is_renewed_once() {
    let scene = scene().await;
    scene.firebase.script([Fault::Unauthorized]);
    scene.sender.send(&push()).await.unwrap();
    assert_eq!(
        (
            scene.firebase.grants().len(),
            scene.firebase.messages().len()
        ),
        (2, 1)
    );
    scene.firebase.script([Fault::Unauthorized]);
    assert_eq!(
        scene.class(Fault::Unauthorized).await,
        (ErrorClass::Account, false)
    );
    assert_eq!(scene.firebase.grants().len(), 3, "and no oftener");
    // Apple's refusal of the project's own key is not mended by a new token.
    let apple = Fault::Refuse(401, "THIRD_PARTY_AUTH_ERROR");
    assert_eq!(scene.class(apple).await.0, ErrorClass::Account);
    assert_eq!(
        (
            scene.firebase.grants().len(),
            scene.firebase.messages().len()
        ),
        (3, 1)
    );
}

#[tokio::test]
async fn faults_have_their_class() {
    let scene = scene().await;
    for (fault, class, silent) in [
        (
            Fault::Refuse(404, "UNREGISTERED"),
            ErrorClass::DeviceGone,
            false,
        ),
        (
            Fault::Refuse(400, "INVALID_ARGUMENT"),
            ErrorClass::DeviceGone,
            false,
        ),
        (
            Fault::Refuse(403, "SENDER_ID_MISMATCH"),
            ErrorClass::Account,
            false,
        ),
        (Fault::Refuse(500, "INTERNAL"), ErrorClass::Unknown, true),
        (Fault::CloseWithoutAccepting, ErrorClass::Unknown, true),
        (Fault::AcceptThenClose, ErrorClass::Unknown, true),
        (Fault::GatewayFails, ErrorClass::Unknown, true),
        (Fault::Garbage, ErrorClass::Unknown, true),
    ] {
        assert_eq!(
            scene.class(fault.clone()).await,
            (class, silent),
            "{fault:?}"
        );
    }
    for (fault, class, seconds) in [
        (
            Fault::Later(503, 30, "UNAVAILABLE"),
            ErrorClass::Transient,
            30,
        ),
        (
            Fault::Later(429, 90, "QUOTA_EXCEEDED"),
            ErrorClass::RateLimited,
            90,
        ),
    ] {
        scene.firebase.script([fault]);
        let error = scene.sender.send(&push()).await.unwrap_err();
        let wait = error.retry_after.map(|wait| wait.as_secs());
        assert_eq!((error.class, wait), (class, Some(seconds)));
    }
    assert_eq!(scene.firebase.grants().len(), 1, "no fault costs a token");
}

#[tokio::test]
async fn without_a_token_nothing_was_under_way() {
    let scene = scene().await;
    for (status, class) in [
        (400, ErrorClass::Account),
        (429, ErrorClass::RateLimited),
        (503, ErrorClass::Transient),
    ] {
        scene.firebase.script_grants([status]);
        let error = scene.sender.send(&push()).await.unwrap_err();
        assert_eq!(error.class, class, "{status}");
    }
    assert_eq!(scene.firebase.attempts(), 0);
    scene.sender.try_account().await.unwrap();
    assert_eq!(
        (scene.firebase.attempts(), scene.firebase.grants().len()),
        (0, 1)
    );
}

#[tokio::test]
async fn another_key_opens_nothing() {
    let scene = scene().await;
    let mut file = scene.firebase.key_file();
    file["client_email"] = json!("somebody@else.example");
    let account = ServiceAccount::read(&file.to_string()).unwrap();
    let base = scene.firebase.base_url();
    let sender = FirebaseSender::new(account, base, scene.clock.clone()).unwrap();
    let error = sender.send(&push()).await.unwrap_err();
    assert_eq!(error.class, ErrorClass::Account);
    assert_eq!(scene.firebase.attempts(), 0);
}

#[tokio::test]
async fn a_key_file_is_read_wholly_or_not() {
    let scene = scene().await;
    let file = scene.firebase.key_file();
    let wrong = |name: &str, value: &str| {
        let mut file = file.clone();
        file[name] = json!(value);
        ServiceAccount::read(&file.to_string()).unwrap_err()
    };
    assert!(
        ServiceAccount::read("{}")
            .unwrap_err()
            .contains("project_id")
    );
    for url in [
        "http://oauth2.example/token",
        "https://me:hush@oauth2.example",
        "oauth2",
        "ftp://127.0.0.1",
    ] {
        let fault = wrong("token_uri", url);
        assert!(
            fault.contains("token_uri") && !fault.contains("hush"),
            "{url}: {fault}"
        );
    }
    for key in [
        "",
        "hush",
        "-----BEGIN PRIVATE KEY-----\nhush\n-----END PRIVATE KEY-----",
    ] {
        let fault = wrong("private_key", key);
        assert!(
            fault.contains("private_key") && !fault.contains("hush"),
            "{fault}"
        );
    }
    for project in ["", "a/b", "a?b"] {
        assert!(
            wrong("project_id", project).contains("project_id"),
            "{project}"
        );
    }
    let account = ServiceAccount::read(&file.to_string()).unwrap();
    for base in ["http://fcm.example", "fcm", "https://a:b@fcm.example"] {
        let sender = FirebaseSender::new(account.clone(), base, scene.clock.clone());
        assert!(sender.is_err(), "{base}");
    }
}
