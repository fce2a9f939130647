use std::sync::atomic::{AtomicU16, Ordering};

use kernel::Rng;
use ports::{MessageSender, twilio::signature};
use testkit::twilio::{
    Inbound, StatusCallback, form_body, independent_json_url, independent_signature,
};

use crate::support::{PATIENT, fake, message, sender, within};

#[test]
fn two_implementations_of_the_signature_agree() {
    const WORDS: [&str; 12] = [
        "",
        "a",
        "A",
        "From",
        "from",
        "+221771234567",
        "é",
        "œ",
        "😀",
        "a b&c=d",
        "\n",
        "zzz",
    ];
    let rng = Rng::seeded(11);
    let pick = || {
        let at = usize::try_from(rng.below(12)).unwrap();
        WORDS[at].to_owned()
    };
    let base = "https://clinic.example/api/v1/webhooks/twilio/sms/?x=1&y=é";
    for _ in 0..2_000 {
        let params: Vec<_> = (0..rng.below(8)).map(|_| (pick(), pick())).collect();
        let token = rng.secret(usize::try_from(rng.below(50)).unwrap());
        let signed = independent_signature(&token, base, &params);
        assert_eq!(signature::sign(&token, base, &params), signed, "{params:?}");
        assert!(signature::verify(&token, base, &params, &signed));
        // With the default port in the signed address, too.
        let ported = base.replace(".example", ".example:443");
        let signed = independent_signature(&token, &ported, &params);
        assert!(signature::verify(&token, base, &params, &signed));
        let mut changed = params.clone();
        changed.push(("One".into(), "more".into()));
        assert!(!signature::verify(&token, base, &changed, &signed));
    }
    let url = independent_json_url(base, b"{\"a\":1}");
    let signed = independent_signature("t", &url, &[]);
    assert!(signature::verify_json("t", &url, b"{\"a\":1}", &signed));
    assert!(!signature::verify_json("t", &url, b"{\"a\":2}", &signed));
}

/// What a form decoder sees is what was signed, byte for byte.
#[test]
fn forms_survive_the_wire() {
    let inbound = Inbound::text(
        "AC0123456789abcdef0123456789abcdef",
        "SM0123456789abcdef0123456789abcdef",
        "+221771234567",
        "+14155238886",
        " J'ai 38,5 °C & mal + à la tête\r\n😀 %2B ",
    )
    .with_media("https://api.twilio.com/x", "image/jpeg");
    let delivered = StatusCallback {
        to: PATIENT.into(),
        status: "delivered".into(),
        ..StatusCallback::default()
    };
    for params in [inbound.whatsapp(), inbound.sms(), delivered.params()] {
        let decoded: Vec<(String, String)> =
            serde_urlencoded::from_str(&form_body(&params)).unwrap();
        assert_eq!(decoded, params);
    }
    let value = |params: &[(String, String)], wanted: &str| {
        params
            .iter()
            .find_map(|(name, value)| (name == wanted).then(|| value.clone()))
    };
    let whatsapp = inbound.whatsapp();
    assert_eq!(value(&whatsapp, "From").unwrap(), PATIENT);
    assert_eq!(value(&whatsapp, "WaId").unwrap(), "221771234567");
    assert_eq!(value(&whatsapp, "NumMedia").unwrap(), "1");
    assert_eq!(value(&whatsapp, "MessageType").unwrap(), "image");
    assert_eq!(value(&inbound.sms(), "WaId"), None);
    let delivered = delivered.params();
    assert_eq!(
        value(&delivered, "ChannelToAddress").unwrap(),
        "+22177123XXXX"
    );
    assert_eq!(value(&delivered, "EventType").unwrap(), "DELIVERED");
    assert_eq!(value(&delivered, "RawDlrDoneDate"), None);
}

/// Webhooks arrive signed for the public address, wherever they are posted.
#[tokio::test]
async fn call_backs_arrive_signed() {
    use axum::{Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
    type Seen = std::sync::Arc<AtomicU16>;
    const PUBLIC: &str = "https://clinic.example/api/v1/webhooks/twilio/status/";

    async fn receive(State(seen): State<Seen>, headers: HeaderMap, body: Bytes) -> &'static str {
        let params: Vec<(String, String)> = serde_urlencoded::from_bytes(&body).unwrap();
        let given = headers["x-twilio-signature"].to_str().unwrap();
        if signature::verify("a-token-that-opens-nothing", PUBLIC, &params, given) {
            seen.fetch_add(1, Ordering::SeqCst);
        }
        "<Response/>"
    }

    let seen = Seen::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let to = format!("http://{}/status", listener.local_addr().unwrap());
    let app = Router::new()
        .route("/status", post(receive))
        .with_state(Seen::clone(&seen));
    let server = tokio::spawn(async { axum::serve(listener, app).await });

    let fake = fake().await;
    let accepted = within(sender(&fake).send(&message("Bonjour")))
        .await
        .unwrap();
    let client = testkit::twilio::webhook_client().unwrap();
    for (status, code) in [("sent", None), ("undelivered", Some(30003))] {
        let params = fake
            .status_callback(&accepted.provider_id, status, code)
            .unwrap();
        let post = testkit::twilio::deliver(&client, &to, PUBLIC, fake.auth_token(), &params);
        assert!(within(post).await.unwrap().status().is_success());
    }
    assert_eq!(seen.load(Ordering::SeqCst), 2);
    assert_eq!(fake.accepted()[0].error_code, Some(30003));
    assert!(fake.status_callback("SMnone", "sent", None).is_none());
    server.abort();
}
