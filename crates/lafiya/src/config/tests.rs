use std::{collections::BTreeMap, ffi::OsString, num::NonZeroU32, os::unix::ffi::OsStringExt};

use super::*;

const SID: &str = "AC0123456789abcdef0123456789abcdef";

struct Given<'a> {
    file: &'a str,
    env: &'a [(&'a str, &'a str)],
    flags: &'a [(&'static str, &'a str)],
}

const NOTHING: Given<'_> = Given {
    file: "",
    env: &[],
    flags: &[],
};

fn read(given: &Given<'_>) -> Result<Config, Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lafiya.toml");
    std::fs::write(&path, given.file).unwrap();
    let env: BTreeMap<_, _> = given.env.iter().copied().collect();
    let inputs = Inputs {
        flags: given
            .flags
            .iter()
            .map(|(key, value)| (*key, Some((*value).to_owned())))
            .collect(),
        env: &|name| env.get(name).map(OsString::from),
        file: (&path, true),
    };
    Config::read(inputs).map_err(|faults| faults.into_iter().map(|fault| fault.0).collect())
}

fn env<'a>(env: &'a [(&'a str, &'a str)]) -> Result<Config, Vec<String>> {
    read(&Given { env, ..NOTHING })
}

#[test]
fn has_defaults_for_everything_but_secrets() {
    let config = read(&NOTHING).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.sqlite_file(), Some("./data/lafiya.db".into()));
    assert_eq!(config.public_url(config.listen), "http://127.0.0.1:8080");
    assert_eq!((config.log.as_str(), config.connections), ("info", 16));
    assert_eq!(config.calendar_weeks_ahead, 12);
    assert!(config.twilio.is_none() && config.default_tenant.is_none());
    assert!(config.warnings().is_empty() && config.faults_of_demo().is_empty());
}

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let file = "listen = '127.0.0.1:1'\ndata = 'file'\nlog = 'debug'\ndatabase_connections = 5\n\
                trusted_proxies = ['10.0.0.0/8', '127.0.0.1']";
    let env = [
        ("LAFIYA_LISTEN", "127.0.0.1:2"),
        ("LAFIYA_DATA", "env"),
        ("LAFIYA_LOG", ""),
    ];
    let config = read(&Given {
        file,
        env: &env,
        flags: &[("listen", "127.0.0.1:3")],
    })
    .unwrap();
    assert_eq!(config.listen.port(), 3);
    assert_eq!(config.data, Path::new("env"));
    assert_eq!(
        (config.log.as_str(), config.connections),
        ("debug", 5),
        "an empty variable is unset"
    );
    assert!(config.trusted_proxies.contains("10.1.2.3".parse().unwrap()));
}

#[test]
fn the_seeds_name_of_the_database_wins_over_ours() {
    let both = [
        ("LAFIYA_DATABASE_URL", "sqlite:a.db"),
        ("DATABASE_URL", "sqlite:///b.db"),
    ];
    assert_eq!(env(&both).unwrap().sqlite_file(), Some("/b.db".into()));
    assert_eq!(env(&both[..1]).unwrap().sqlite_file(), Some("a.db".into()));
    let config = env(&[("DATABASE_URL", "postgresql://u:hush@db/lafiya")]).unwrap();
    assert!(config.sqlite_file().is_none());
    assert!(!format!("{config:?}").contains("hush"));
}

/// Each wrong value: the setting, where it came from, the value and a good one.
#[test]
fn a_wrong_value_is_named_with_its_source_and_a_good_example() {
    for (name, value, key, says) in [
        (
            "LAFIYA_LISTEN",
            "8080",
            "listen",
            "not an IP address and a port",
        ),
        (
            "LAFIYA_LISTEN",
            "127.0.0.1:99999",
            "listen",
            "not an IP address and a port",
        ),
        (
            "LAFIYA_DATABASE_CONNECTIONS",
            "many",
            "database_connections",
            "not a number",
        ),
        (
            "LAFIYA_DATABASE_CONNECTIONS",
            "0",
            "database_connections",
            "not a number",
        ),
        (
            "CALENDAR_WEEKS_AHEAD",
            "53",
            "calendar_weeks_ahead",
            "not a number from 1 to 52",
        ),
        (
            "LAFIYA_REMINDERS_CRON",
            "hourly",
            "reminders_cron",
            "not a cron expression",
        ),
        (
            "LAFIYA_PUBLIC_URL",
            "clinic.sn",
            "public_url",
            "not http:// or https://",
        ),
        (
            "LAFIYA_PUBLIC_URL",
            "ftp://clinic.sn",
            "public_url",
            "not http:// or https://",
        ),
        (
            "LAFIYA_PUBLIC_URL",
            "https://clinic.sn/app",
            "public_url",
            "not http:// or https://",
        ),
        (
            "LAFIYA_PUBLIC_URL",
            "https://me:x@clinic.sn",
            "public_url",
            "not http:// or https://",
        ),
        (
            "TWILIO_ACCOUNT_SID",
            "SM12",
            "twilio_account_sid",
            "not AC followed by",
        ),
        (
            "TWILIO_PHONE_NUMBER",
            "77 123 45 67",
            "twilio_phone_number",
            "not a number in international",
        ),
        (
            "TWILIO_WHATSAPP_NUMBER",
            "whatsapp:7",
            "twilio_whatsapp_number",
            "not a number in international",
        ),
        (
            "TWILIO_VOICE_NUMBER",
            "LAFIYA",
            "twilio_voice_number",
            "not a number in international",
        ),
        (
            "TWILIO_SMS_PER_SECOND",
            "0",
            "twilio_sms_per_second",
            "not a number from 1 to 10000",
        ),
        (
            "LAFIYA_TWILIO_API_URL",
            "http://twilio.example",
            "twilio_api_url",
            "not an https:// address",
        ),
        (
            "LAFIYA_TRUSTED_PROXIES",
            "10.0.0.0/99",
            "trusted_proxies",
            "not a list of addresses",
        ),
        (
            "LAFIYA_DEFAULT_TENANT",
            "Clinique Lafiya",
            "default_tenant",
            "not a clinic's short name",
        ),
        ("LAFIYA_LOG", "store=loud", "log", "not a level"),
    ] {
        let faults = env(&[(name, value)]).unwrap_err();
        let start = format!("{key} (from {name}): {value:?} is ");
        let fault = faults
            .iter()
            .find(|fault| fault.starts_with(&start))
            .expect(name);
        assert!(
            fault.contains(says) && fault.contains("; a good value: "),
            "{fault}"
        );
    }
}

#[test]
fn secrets_are_never_repeated() {
    for (name, value) in [
        ("DATABASE_URL", "mysql://u:hush@db/x"),
        ("DATABASE_URL", "hush"),
        ("TWILIO_AUTH_TOKEN", "hu sh"),
    ] {
        let faults = env(&[(name, value)]).unwrap_err().join("\n");
        assert!(
            faults.contains(name) && !faults.contains("hush") && !faults.contains("hu sh"),
            "{faults}"
        );
    }
}

#[test]
fn all_faults_are_listed_at_once() {
    let file = "lisen = 'x'\nlog = true\nlisten = 'here'";
    let given = Given {
        file,
        env: &[("LAFIYA_DEFAULT_TENANT", "É")],
        flags: &[("public_url", "x")],
    };
    let faults = read(&given).unwrap_err();
    assert_eq!(faults.len(), 5, "{faults:#?}");
    let all = faults.join("\n");
    for part in [
        "there is no setting \"lisen\"",
        "log (from /",
        "listen (from /",
        "public_url (from --public-url)",
    ] {
        assert!(all.contains(part), "{part} in {all}");
    }
}

#[test]
fn a_file_that_is_no_toml_is_named_with_its_line_and_not_repeated() {
    let given = Given {
        file: "log = 'info'\ntwilio_auth_token = hush\n",
        ..NOTHING
    };
    let faults = read(&given).unwrap_err();
    assert!(
        faults.len() == 1 && faults[0].contains("line 2") && !faults[0].contains("hush"),
        "{faults:?}"
    );
}

#[test]
fn a_named_file_must_be_there_and_the_usual_one_need_not() {
    let missing = Path::new("/nowhere/lafiya.toml");
    let with = |required| {
        Config::read(Inputs {
            flags: vec![],
            env: &|_| None,
            file: (missing, required),
        })
    };
    assert!(with(false).is_ok());
    assert!(
        with(true).unwrap_err()[0]
            .0
            .contains("/nowhere/lafiya.toml cannot be read")
    );
}

#[test]
fn a_variable_must_be_utf8() {
    let broken = |name: &str| (name == "LAFIYA_DATA").then(|| OsString::from_vec(vec![0xff]));
    let inputs = Inputs {
        flags: vec![],
        env: &broken,
        file: (default_file(), false),
    };
    assert!(
        Config::read(inputs).unwrap_err()[0]
            .0
            .contains("data (from LAFIYA_DATA): is not UTF-8")
    );
}

#[test]
fn twilio_is_configured_wholly_or_not_at_all() {
    let all = [
        ("TWILIO_ACCOUNT_SID", SID),
        ("TWILIO_AUTH_TOKEN", "hush"),
        ("TWILIO_WHATSAPP_NUMBER", "whatsapp:+14155238886"),
        ("TWILIO_PHONE_NUMBER", "+221338210001"),
    ];
    let config = env(&all).unwrap();
    let twilio = config.twilio.as_ref().unwrap();
    assert_eq!(
        twilio.whatsapp.as_ref().map(Phone::as_e164),
        Some("+14155238886")
    );
    assert_eq!(twilio.api_url, ports::twilio::API_BASE);
    assert!(!format!("{config:?}").contains("hush"));
    let raised = [&all[..], &[("TWILIO_SMS_PER_SECOND", "100")]].concat();
    let speeds = [config, env(&raised).unwrap()].map(|config| {
        let speeds = config.twilio.unwrap().speeds;
        let sms = speeds.sms.map(NonZeroU32::get);
        (sms, speeds.whatsapp.get(), speeds.calls.get())
    });
    assert_eq!(speeds, [(None, 80, 1), (Some(100), 80, 1)]);
    assert!(env(&all[..3]).is_ok(), "one number is enough");

    let missing = |env_: &[(&str, &str)]| env(env_).unwrap_err().join("\n");
    assert!(missing(&all[1..]).starts_with("twilio_account_sid (or TWILIO_ACCOUNT_SID"));
    assert!(missing(&[all[0], all[2]]).starts_with("twilio_auth_token (or TWILIO_AUTH_TOKEN"));
    assert!(missing(&all[..2]).starts_with("twilio_whatsapp_number (or TWILIO_WHATSAPP_NUMBER"));
}

#[test]
fn http_for_everybody_is_warned_of() {
    let open = ("LAFIYA_LISTEN", "0.0.0.0:80");
    assert_eq!(env(&[open]).unwrap().warnings().len(), 1);
    let tls = ("LAFIYA_PUBLIC_URL", "https://clinic.sn/");
    let config = env(&[open, tls]).unwrap();
    assert!(config.warnings().is_empty());
    assert_eq!(config.public_url(config.listen), "https://clinic.sn");
}

#[test]
fn a_demo_stays_on_this_machine() {
    let open = env(&[("LAFIYA_LISTEN", "0.0.0.0:80")]).unwrap();
    assert!(
        open.faults_of_demo()[0]
            .0
            .starts_with("listen: 0.0.0.0:80 is not on loopback")
    );
    let account = |api| {
        env(&[
            ("TWILIO_ACCOUNT_SID", SID),
            ("TWILIO_AUTH_TOKEN", "t"),
            ("TWILIO_PHONE_NUMBER", "+221338210001"),
            ("LAFIYA_TWILIO_API_URL", api),
        ])
    };
    assert!(
        account("http://127.0.0.1:9")
            .unwrap()
            .faults_of_demo()
            .is_empty()
    );
    assert_eq!(
        account("https://api.twilio.com")
            .unwrap()
            .faults_of_demo()
            .len(),
        1
    );
}

/// What is given as a good value must be one.
#[test]
fn every_example_is_good() {
    fn good<T>(setting: &settings::Setting<T>) {
        if !setting.entry.example.contains(' ') || setting.entry.key == "trusted_proxies" {
            assert!(
                (setting.parse)(setting.entry.example).is_ok(),
                "{}",
                setting.entry.key
            );
        }
        assert!(
            setting
                .entry
                .default
                .is_none_or(|value| (setting.parse)(value).is_ok())
        );
    }
    good(&settings::LISTEN);
    good(&settings::DATA);
    good(&settings::DATABASE_URL);
    good(&settings::DATABASE_CONNECTIONS);
    good(&settings::PUBLIC_URL);
    good(&settings::TWILIO_ACCOUNT_SID);
    good(&settings::TWILIO_PHONE_NUMBER);
    good(&settings::TWILIO_WHATSAPP_NUMBER);
    good(&settings::TWILIO_VOICE_NUMBER);
    good(&settings::TWILIO_SMS_PER_SECOND);
    good(&settings::TWILIO_WHATSAPP_PER_SECOND);
    good(&settings::TWILIO_CALLS_PER_SECOND);
    good(&settings::TWILIO_API_URL);
    good(&settings::SMS_GATEWAY);
    good(&settings::SMTP_URL);
    good(&settings::SENDGRID_API_KEY);
    good(&settings::SENDGRID_API_URL);
    good(&settings::SENDGRID_WEBHOOK_KEY);
    good(&settings::MAIL_FROM);
    good(&settings::TRUSTED_PROXIES);
    good(&settings::DEFAULT_TENANT);
    good(&settings::LOG);
}

#[test]
fn a_bucket_needs_its_key_and_a_good_name() {
    let keys = [
        ("AWS_ACCESS_KEY_ID", "name"),
        ("AWS_SECRET_ACCESS_KEY", "hush"),
    ];
    assert!(
        env(&keys).unwrap().bucket.is_none(),
        "the keys may be other programs'"
    );
    let with = |url: &'static str| [("LAFIYA_BLOBS_URL", url), keys[0], keys[1]];
    let config = env(&with("s3://clinic/a/b/")).unwrap();
    assert!(!format!("{config:?}").contains("hush"));
    let bucket = config.bucket.unwrap();
    assert_eq!(
        (bucket.bucket.as_str(), bucket.prefix.as_str()),
        ("clinic", "a/b")
    );
    assert_eq!(
        (bucket.region.as_str(), bucket.endpoint),
        ("us-east-1", None)
    );
    for url in [
        "clinic",
        "s3://",
        "s3:///a",
        "s3://c/../x",
        "s3://c//x",
        "http://c",
        "s3://c/a b",
    ] {
        let faults = env(&with(url)).unwrap_err();
        assert!(faults[0].contains("blobs_url"), "{url}: {faults:?}");
    }
    let faults = env(&[("LAFIYA_BLOBS_URL", "s3://clinic")]).unwrap_err();
    assert_eq!(faults.len(), 2, "{faults:?}");
    let mut plain = with("s3://clinic").to_vec();
    plain.push(("LAFIYA_BLOBS_ENDPOINT", "http://s3.example.org"));
    assert!(env(&plain).unwrap_err()[0].contains("https://"));
}

#[test]
fn mail_is_set_wholly_or_not_at_all() {
    let all = [
        (
            "SMTP_URL",
            "smtps://lafiya%40clinic.example:hu%2Fsh@mail.example.org",
        ),
        ("MAIL_FROM", "Clinique <noreply@clinic.example>"),
    ];
    assert!(env(&all).unwrap().mail.is_some() && env(&[]).unwrap().mail.is_none());
    let missing = |given: &[(&str, &str)]| env(given).unwrap_err().remove(0);
    assert!(
        missing(&all[..1]).starts_with("mail_from (or MAIL_FROM in the environment) is missing")
    );
    assert!(missing(&all[1..]).starts_with("smtp_url (or SMTP_URL in the environment) is missing"));
    let sendgrid = ("SENDGRID_API_KEY", "SG.hush");
    let mail = env(&[sendgrid, all[1]]).unwrap().mail.unwrap();
    assert!(mail.server.is_none() && !format!("{mail:?}").contains("hush"));
    assert!(
        env(&[sendgrid, all[0], all[1]])
            .unwrap()
            .mail
            .unwrap()
            .server
            .is_some()
    );
    assert!(missing(&[sendgrid]).starts_with("mail_from (or MAIL_FROM"));
    let outside = env(&[sendgrid, all[1]]).unwrap().faults_of_demo();
    assert!(outside[0].0.starts_with("sendgrid_api_key"), "{outside:?}");
    let wrong = missing(&[("SMTP_URL", "http://hush@mail.example.org"), all[1]]);
    assert!(
        wrong.starts_with("smtp_url (from SMTP_URL): is not smtp://"),
        "{wrong}"
    );
    assert!(!wrong.contains("hush"), "{wrong}");
    let wrong = missing(&[all[0], ("MAIL_FROM", "noreply")]);
    assert!(
        wrong.starts_with("mail_from (from MAIL_FROM): \"noreply\" is not"),
        "{wrong}"
    );
}

#[test]
fn a_local_operator_is_described_by_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sms.toml");
    let with = |text: &str, given: &[(&str, &str)]| {
        std::fs::write(&path, text).unwrap();
        let path = path.display().to_string();
        let all = [&[("LAFIYA_SMS_GATEWAY", path.as_str())], given].concat();
        env(&all)
    };
    let good = "url = 'http://127.0.0.1:9/sms'\nformat = 'form'\n[headers]\nX-Key = '{env:SMS_KEY}'\n\
                [parameters]\nto = '{to}'\ntext = '{text}'";
    let key = [("SMS_KEY", "hush")];
    let config = with(good, &key).unwrap();
    assert!(!format!("{config:?}").contains("hush") && config.faults_of_demo().is_empty());
    assert_eq!(config.sms_gateway.unwrap().host(), "127.0.0.1");
    let outside = good.replace("http://127.0.0.1:9", "https://api.operator.example");
    let faults = with(&outside, &key).unwrap().faults_of_demo();
    assert!(
        faults[0].0.starts_with("sms_gateway: a demo must not"),
        "{faults:?}"
    );
    let wrong = with(&good.replace("{text}", ""), &[]).unwrap_err();
    assert_eq!(wrong.len(), 2, "all at once: {wrong:?}");
    assert!(
        wrong[0].contains("sms.toml: headers.X-Key takes a secret from SMS_KEY"),
        "{wrong:?}"
    );
    assert!(wrong[1].contains("parameters lacks {text}"), "{wrong:?}");
    let nowhere = env(&[("LAFIYA_SMS_GATEWAY", "/nowhere/sms.toml")]).unwrap_err();
    assert!(
        nowhere[0].starts_with("sms_gateway: /nowhere/sms.toml: cannot be read"),
        "{nowhere:?}"
    );
}

/// A key file that only its owner reads, or others too.
fn key_file(path: &Path, text: &str, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn firebase_speaks_by_a_key_that_nobody_else_reads() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("firebase.json");
    let name = path.display().to_string();
    let given = [("LAFIYA_FIREBASE_KEY_FILE", name.as_str())];
    let good = include_str!("../../../testkit/src/firebase_key.pem");
    let good = serde_json::json!({
        "project_id": "clinic", "client_email": "lafiya@example.org", "private_key": good,
        "token_uri": "http://127.0.0.1:9/token",
    })
    .to_string();
    key_file(&path, &good, 0o600);
    let config = env(&given).unwrap();
    assert!(!format!("{config:?}").contains("PRIVATE"), "{config:?}");
    let push = config.push.as_ref().unwrap();
    assert_eq!(
        (push.account.project(), push.base_url.as_str()),
        ("clinic", "https://fcm.googleapis.com")
    );
    let faults = config.faults_of_demo();
    assert!(
        faults[0]
            .0
            .starts_with("firebase_key_file: a demo must not"),
        "{faults:?}"
    );
    let here = [given[0], ("LAFIYA_FIREBASE_BASE_URL", "http://127.0.0.1:9")];
    assert!(env(&here).unwrap().faults_of_demo().is_empty());
    let outside = good.replace("http://127.0.0.1:9", "https://oauth2.googleapis.example");
    key_file(&path, &outside, 0o600);
    assert_eq!(env(&here).unwrap().faults_of_demo().len(), 1);

    key_file(&path, &good, 0o644);
    let open = env(&given).unwrap_err();
    assert!(
        open[0].contains("chmod 600") && !open[0].contains("PRIVATE"),
        "{open:?}"
    );
    key_file(&path, &good.replace("PRIVATE", "PUBLIC"), 0o600);
    let wrong = env(&given).unwrap_err();
    assert!(
        wrong[0].contains("firebase.json has a private_key that is no RSA key"),
        "{wrong:?}"
    );
    let nowhere = env(&[("LAFIYA_FIREBASE_KEY_FILE", "/nowhere/key.json")]).unwrap_err();
    assert!(
        nowhere[0].starts_with("firebase_key_file: /nowhere/key.json is not there"),
        "{nowhere:?}"
    );
    assert!(env(&[("LAFIYA_FIREBASE_BASE_URL", "http://fcm.example.org")]).is_err());
}

#[test]
fn a_demo_writes_mail_to_this_machine_only() {
    for (server, faults) in [
        ("smtp://127.0.0.1:1025", 0),
        ("smtps://mail.example.org", 1),
    ] {
        let given = [
            ("SMTP_URL", server),
            ("MAIL_FROM", "noreply@clinic.example"),
        ];
        let config = env(&given).unwrap();
        assert_eq!(config.faults_of_demo().len(), faults, "{server}");
    }
}
