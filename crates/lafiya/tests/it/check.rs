//! What an operator runs and looks at, with and without PostgreSQL and Twilio:
//! `lafiya check`, `lafiya demo` and the measurements.

use std::os::unix::fs::PermissionsExt;

use reqwest::Method;
use serde_json::json;
use store::EngineKind;
use testkit::{
    db::eventually,
    firebase::{FakeFirebase, PROJECT},
    operator::{FakeOperator, SECRET},
    sendgrid::{FakeSendGrid, KEY},
    twilio::Fault,
};

use crate::{
    server::{LIMIT, PATIENTS, Site, ended, signal},
    servers_on_both_engines,
};

/// What `check` printed and its exit code.
struct Findings {
    lines: Vec<String>,
    code: Option<i32>,
    all: String,
}

impl Findings {
    fn of(&self, part: &str) -> &str {
        let part = format!(" {part}: ");
        let found = self.lines.iter().find(|line| line.contains(&part));
        found.unwrap_or_else(|| panic!("no line on{part}{}", self.all))
    }

    /// The exit code says what the lines say, whatever else is wrong here.
    fn assert_consistent(&self) {
        let failed = self.lines.iter().any(|line| line.starts_with("fail "));
        assert_eq!(self.code, Some(i32::from(failed)), "{}", self.all);
    }
}

async fn check(site: &Site, env: &[(&str, &str)]) -> Findings {
    let mut command = site.command("check");
    command.envs(env.iter().copied());
    let output = tokio::time::timeout(LIMIT, command.output()).await;
    let output = output.expect("an answer in time").unwrap();
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    let all = format!("{out}{}", String::from_utf8_lossy(&output.stderr));
    for secret in [site.twilio.auth_token(), "not-the-token", "s3cret"] {
        assert!(!all.contains(secret), "{all}");
    }
    let findings = Findings {
        lines: out.lines().map(str::to_owned).collect(),
        code: output.status.code(),
        all,
    };
    findings.assert_consistent();
    findings
}

async fn looks_at_every_part(kind: EngineKind) {
    let site = Site::new(kind).await;
    let fresh = check(&site, &[]).await;
    match kind {
        EngineKind::Sqlite => assert!(
            fresh
                .of("database")
                .ends_with("is not there yet; the first start makes it")
        ),
        EngineKind::Postgres => assert!(
            fresh
                .of("database")
                .starts_with("warn  database: PostgreSQL answers; its schema lacks ")
        ),
    }
    let again = check(&site, &[]).await;
    assert_eq!(
        again.of("database"),
        fresh.of("database"),
        "a look changes nothing"
    );
    let migrate = site.command("migrate").output().await.unwrap();
    assert!(migrate.status.success());
    let found = check(&site, &[]).await;
    assert_eq!(
        found.of("configuration"),
        "ok    configuration: every setting can be read"
    );
    assert_eq!(
        found.of("providers"),
        "ok    providers: Twilio answers and accepts the account"
    );
    let name = match kind {
        EngineKind::Sqlite => "SQLite",
        EngineKind::Postgres => "PostgreSQL",
    };
    let database = format!("ok    database: {name} answers and its schema is up to date");
    assert_eq!(found.of("database"), database);

    let found = check(&site, &[("TWILIO_AUTH_TOKEN", "not-the-token")]).await;
    assert!(
        found
            .of("providers")
            .starts_with("fail  providers: Twilio refuses the account"),
        "{}",
        found.all
    );
    assert_eq!(found.code, Some(1));

    let closed = ("LAFIYA_TWILIO_API_URL", "http://127.0.0.1:9");
    let found = check(&site, &[closed]).await;
    assert!(
        found
            .of("providers")
            .starts_with("warn  providers: Twilio does not answer as it should"),
        "{}",
        found.all
    );

    let nowhere = (
        "DATABASE_URL",
        "postgres://lafiya:s3cret@127.0.0.1:9/lafiya",
    );
    let found = check(&site, &[nowhere]).await;
    assert!(
        found.of("database").starts_with("fail  database: "),
        "{}",
        found.all
    );
    assert!(
        found
            .of("database")
            .contains("is the server running and DATABASE_URL right?")
    );
    assert_eq!(found.code, Some(1));

    let wrong = ("TWILIO_WHATSAPP_NUMBER", "12");
    let found = check(&site, &[wrong]).await;
    assert!(
        found.of("configuration").starts_with("fail "),
        "{}",
        found.all
    );
}

/// A patient writes; the conversation that follows.
async fn conversation(site: &Site, token: &str) -> String {
    site.patient_writes(&format!("SM{:032x}", 1), PATIENTS[0])
        .await;
    eventually("the conversation", LIMIT, || async {
        let list = site.list(token, "/api/v1/inbox/conversations/?").await;
        list.first()
            .map(|row| row["id"].as_str().unwrap().to_owned())
    })
    .await
}

async fn a_demo_with_twilio(kind: EngineKind) {
    let site = Site::new(kind).await;
    let mut server = site.start().await;
    let people = site.credentials();
    let file = site.folder.path().join("data/demo-credentials.json");
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(people["twilio_auth_token"], site.twilio.auth_token());
    assert_eq!(people["base_url"], format!("http://{}", site.address));
    assert_eq!(people["tenant"], "demo");
    for who in ["admin", "medecin", "agent", "patient"] {
        site.sign_in_as(who).await;
    }
    let token = site.sign_in().await;
    let (_, patients) = site
        .call(&token, Method::GET, "/api/patients/list/", None)
        .await
        .unwrap();
    assert_eq!(patients["total_count"], 20);

    // A message comes in for the configured number, and the answer leaves from it.
    let conversation = conversation(&site, &token).await;
    let path = format!("/api/v1/inbox/conversations/{conversation}/reply/");
    let answer = site
        .call(
            &token,
            Method::POST,
            &path,
            Some(&json!({"body": "Bienvenue"})),
        )
        .await;
    assert_eq!(answer.unwrap().0, 202);
    site.twilio.wait_for_accepted(1).await;
    let sent = site.twilio.accepted().remove(0);
    assert_eq!(
        (sent.from.as_deref(), sent.to.as_str()),
        (Some("whatsapp:+221338210001"), "whatsapp:+221771234502")
    );
    let (status, _) = site
        .call(&token, Method::GET, "/simulator", None)
        .await
        .unwrap();
    assert_eq!(status, 404, "nothing is simulated");

    signal(&server, "TERM").await;
    assert_eq!(ended(&mut server).await, Some(0));
    let mut server = site.start().await;
    assert_eq!(site.credentials(), people, "kept over restarts");
    let (_, patients) = site
        .call(&token, Method::GET, "/api/patients/list/", None)
        .await
        .unwrap();
    assert_eq!(patients["total_count"], 20);
    signal(&server, "TERM").await;
    assert_eq!(ended(&mut server).await, Some(0));
}

/// The value of a queue's gauge at this moment.
async fn gauge(site: &Site, name: &str, queue: &str) -> Option<f64> {
    let answer = site.client.get(site.url("/metrics")).send().await.unwrap();
    let text = answer.text().await.unwrap();
    let start = format!("lafiya_work_{name}{{queue=\"{queue}\"}} ");
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(start.as_str()));
    line.map(|value| value.parse().unwrap())
}

async fn measures_queues(kind: EngineKind) {
    let site = Site::new(kind).await;
    let _server = site.start().await;
    for queue in ["message", "webhook_event", "inbound_media", "schedule"] {
        for name in ["open", "held", "overdue", "dead", "oldest_seconds"] {
            let value = gauge(&site, name, queue).await;
            let schedules = queue == "schedule" && name == "open";
            assert_eq!(
                value,
                Some(if schedules { 2.0 } else { 0.0 }),
                "{name} of {queue}"
            );
        }
    }
    let token = site.sign_in().await;
    let conversation = conversation(&site, &token).await;
    let path = format!("/api/v1/inbox/conversations/{conversation}/reply/");
    let reply = async |body: &str| {
        let answer = site
            .call(&token, Method::POST, &path, Some(&json!({"body": body})))
            .await;
        assert_eq!(answer.unwrap().0, 202);
    };
    let refused = Fault::Refuse {
        status: 401,
        code: 20003,
    };
    site.twilio.script([refused, Fault::HangWithoutAccepting]);
    reply("Refusé").await;
    eventually("a dead letter", LIMIT, || async {
        (gauge(&site, "dead", "message").await == Some(1.0)).then_some(())
    })
    .await;
    reply("Sans réponse").await;
    eventually("a held message", LIMIT, || async {
        (gauge(&site, "held", "message").await == Some(1.0)).then_some(())
    })
    .await;
    assert_eq!(gauge(&site, "open", "message").await, Some(1.0));
    assert_eq!(
        gauge(&site, "dead", "message").await,
        Some(1.0),
        "looking changes nothing"
    );
}

servers_on_both_engines! {
    metrics_tell_how_the_queues_stand: measures_queues;
    check_looks_at_every_part: looks_at_every_part;
    a_demo_runs_with_twilio: a_demo_with_twilio;
}

#[tokio::test(flavor = "multi_thread")]
async fn looks_at_both_ways_for_mails() {
    let site = Site::new(EngineKind::Sqlite).await;
    let sendgrid = FakeSendGrid::start().await.unwrap();
    let url = ("LAFIYA_SENDGRID_API_URL", sendgrid.base_url());
    let from = ("MAIL_FROM", "noreply@clinic.example");
    let good = check(&site, &[("SENDGRID_API_KEY", KEY), from, url]).await;
    assert!(
        good.of("mail").starts_with("ok ") && !good.all.contains(KEY),
        "{}",
        good.all
    );
    let wrong = check(&site, &[("SENDGRID_API_KEY", "not-the-token"), from, url]).await;
    let line = wrong.of("mail");
    assert!(
        line.starts_with("fail ") && line.contains("SENDGRID_API_KEY"),
        "{line}"
    );
    let closed = ("SMTP_URL", "smtp://127.0.0.1:9");
    let both = check(&site, &[("SENDGRID_API_KEY", KEY), closed, from, url]).await;
    let lines = both.lines.iter().filter(|line| line.contains(" mail: "));
    let lines: Vec<&str> = lines.map(String::as_str).collect();
    assert!(
        lines.len() == 2 && lines[0].starts_with("ok ") && lines[1].starts_with("warn "),
        "{lines:?}"
    );
    assert_eq!(sendgrid.attempts(), 0, "nothing is sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn looks_at_the_service_account_and_notifies_nobody() {
    let site = Site::new(EngineKind::Sqlite).await;
    let firebase = FakeFirebase::start().await.unwrap();
    let path = site.folder.path().join("firebase.json");
    let write = |text: &str, mode: u32| {
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    let all = [
        ("LAFIYA_FIREBASE_KEY_FILE", path.to_str().unwrap()),
        ("LAFIYA_FIREBASE_BASE_URL", firebase.base_url()),
    ];
    let key = firebase.key_file();
    write(&key.to_string(), 0o600);
    let good = check(&site, &all).await;
    let line = good.of("notifications");
    assert!(
        line.starts_with("ok ") && line.contains(PROJECT) && !good.all.contains("PRIVATE"),
        "{line}"
    );
    firebase.script_grants([400, 500]);
    let refused = check(&site, &all).await;
    let line = refused.of("notifications");
    assert!(
        line.starts_with("fail ") && line.contains("make a new key"),
        "{line}"
    );
    let away = check(&site, &all).await;
    assert!(
        away.of("notifications").starts_with("warn "),
        "{}",
        away.all
    );
    assert_eq!(firebase.attempts(), 0, "nothing is sent");
    write(&key.to_string(), 0o640);
    let open = check(&site, &all).await;
    let line = open.of("configuration");
    assert!(
        line.starts_with("fail ") && line.contains("chmod 600"),
        "{line}"
    );
    let none = check(&site, &[]).await;
    assert!(!none.all.contains("notifications:"), "{}", none.all);
}

#[tokio::test(flavor = "multi_thread")]
async fn looks_at_the_local_operator_and_writes_nobody() {
    let site = Site::new(EngineKind::Sqlite).await;
    let operator = FakeOperator::start().await.unwrap();
    let path = site.folder.path().join("sms.toml");
    let file = ("LAFIYA_SMS_GATEWAY", path.to_str().unwrap());
    let all = [
        file,
        ("OPERATOR_KEY", "s3cret"),
        ("OPERATOR_SECRET", SECRET),
    ];
    std::fs::write(&path, operator.description("")).unwrap();
    let good = check(&site, &all).await;
    let line = good.of("sms gateway");
    assert!(
        line.starts_with("ok ") && !good.all.contains(SECRET),
        "{line}"
    );
    let faults = check(&site, &all[..1]).await;
    let line = faults.of("configuration");
    assert!(
        line.starts_with("fail ")
            && line.contains("sms.toml: headers.Authorization takes a secret from OPERATOR_KEY"),
        "{}",
        faults.all
    );
    assert_eq!(operator.attempts(), 0, "nothing is sent");
    std::fs::write(&path, operator.description("").replace("/sms", ":9/sms")).unwrap();
    let wrong = check(&site, &all).await;
    assert!(
        wrong.of("configuration").contains("url is not an address"),
        "{}",
        wrong.all
    );
}
