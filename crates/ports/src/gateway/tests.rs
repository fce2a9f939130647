use serde_json::json;

use super::*;

const PLAIN: &str = r#"
url = "https://api.operator.example/v1/sms"
format = "form"
[parameters]
to = "{to}"
text = "{text}"
"#;

fn env(name: &str) -> Option<String> {
    match name {
        "SMS_TOKEN" => Some("hush hush/&".into()),
        "SMS_CALL_BACK_SECRET" => Some("0123456789abcdef".into()),
        "SHORT" => Some("hush".into()),
        _ => None,
    }
}

fn sender(text: &str) -> GatewaySender {
    let description = Description::read(text, &env).unwrap_or_else(|faults| panic!("{faults:?}"));
    GatewaySender::new(description).unwrap()
}

fn faults(text: &str) -> Vec<String> {
    Description::read(text, &env).unwrap_err()
}

/// What is asked of the operator: method, address, body.
fn asked(text: &str, said: &str) -> (String, String, String) {
    let said = Redacted(said.to_owned());
    let message = GatewayMessage {
        to: "+243812345678",
        from: "+243990000000",
        text: &said,
        id: "0198",
    };
    let request = sender(text).request(&message).unwrap().build().unwrap();
    let body = request.body().and_then(|body| body.as_bytes());
    let body = String::from_utf8(body.unwrap_or_default().to_vec()).unwrap();
    (
        request.method().to_string(),
        request.url().to_string(),
        body,
    )
}

#[test]
fn what_a_message_fills_in_is_encoded_for_where_it_stands() {
    let said = "Le \"5\" & à 8 h\n{from} 100 % ?";
    let (method, url, body) = asked(PLAIN, said);
    assert_eq!(method, "POST");
    assert_eq!(url, "https://api.operator.example/v1/sms");
    let mut pairs: Vec<&str> = body.split('&').collect();
    pairs.sort_unstable();
    let text = "text=Le+%225%22+%26+%C3%A0+8+h%0A%7Bfrom%7D+100+%25+%3F";
    assert_eq!(pairs, [text, "to=%2B243812345678"]);
    let query = r#"
        url = "https://api.operator.example/send?lang=fr"
        method = "GET"
        format = "query"
        [parameters]
        dest = "{to_digits}"
        msg = "{text}"
        key = "{env:SMS_TOKEN}"
        flash = 0
    "#;
    let (method, url, body) = asked(query, "a&b=c");
    assert_eq!((method.as_str(), body.as_str()), ("GET", ""));
    assert!(
        url.starts_with("https://api.operator.example/send?lang=fr&"),
        "{url}"
    );
    for pair in [
        "dest=243812345678",
        "msg=a%26b%3Dc",
        "key=hush+hush%2F%26",
        "flash=0",
    ] {
        assert!(url.contains(pair), "{pair} in {url}");
    }
    let json = r#"
        url = "https://api.operator.example/outbound/{from}/requests"
        format = "json"
        [parameters.request]
        address = ["tel:{to}"]
        reference = "{id}"
        message = { text = "{text}" }
        urgent = true
    "#;
    let (_, url, body) = asked(json, said);
    assert_eq!(
        url,
        "https://api.operator.example/outbound/%2B243990000000/requests"
    );
    let body: Value = serde_json::from_str(&body).unwrap();
    let expected = json!({"request": {
        "address": ["tel:+243812345678"], "reference": "0198", "message": {"text": said}, "urgent": true,
    }});
    assert_eq!(body, expected);
}

#[test]
fn secrets_come_from_the_environment_and_are_not_shown() {
    let text = format!("{PLAIN}[headers]\nX-Key = \"Bearer {{env:SMS_TOKEN}}\"");
    let sender = sender(&text);
    let header = &sender.description.headers["x-key"];
    assert_eq!(header.to_str().unwrap(), "Bearer hush hush/&");
    let shown = format!("{sender:?} {:?} {header:?}", sender.description());
    assert!(!shown.contains("hush"), "{shown}");
    for (line, key) in [
        (
            "X-Key = \"{env:NOWHERE}\"",
            "headers.X-Key takes a secret from NOWHERE",
        ),
        ("X-Key = \"{text}\"", "headers.X-Key may hold {env:NAME}"),
        ("X-Key = 7", "headers.X-Key is not a text"),
        ("\"X Key\" = \"a\"", "headers.X Key is no name"),
        ("X-Key = \"a\\nb\"", "headers.X-Key holds what"),
    ] {
        let faults = faults(&format!("{PLAIN}[headers]\n{line}"));
        assert!(
            faults.len() == 1 && faults[0].starts_with(key),
            "{line}: {faults:?}"
        );
        assert!(faults[0].contains("a good line"), "{faults:?}");
    }
}

#[test]
fn a_bad_description_says_which_key_is_wrong() {
    for (from, to, fault) in [
        ("url = ", "#url = ", "url is missing; a good value"),
        ("https://", "http://", "url is not an https:// address"),
        ("https://", "https://me:hush@", "url has an account"),
        (
            "https://api",
            "https://{to}",
            "url is not an address whose host",
        ),
        (
            "/v1",
            "/{number}",
            "url has {number} in it, and there are only {to}",
        ),
        ("/v1", "/{to", "url has a { without its }"),
        (
            "url = ",
            "uri = 'x'\nurl = ",
            "uri is no key of this file; there are url, method",
        ),
        ("\"form\"", "\"xml\"", "format is neither"),
        ("format = \"form\"", "", "format is missing"),
        ("format", "method = \"PUT\"\nformat", "method is neither"),
        (
            "format",
            "method = \"GET\"\nformat",
            "format is to be \"query\"",
        ),
        ("format", "takes = [\"243\"]\nformat", "takes holds \"243\""),
        ("format", "takes = \"+243\"\nformat", "takes is not a list"),
        (
            "format",
            "per_second = 0\nformat",
            "per_second is not a number from 1 to",
        ),
        ("format", "answer = 1\nformat", "answer is not a table"),
        ("{text}", "text", "parameters lacks {text}"),
        ("{to}", "to", "parameters lacks {to}"),
        (
            "text = ",
            "deep = {a = 1}\ntext = ",
            "parameters.deep is a list or a table",
        ),
        (
            "text = ",
            "day = 2026-01-01\ntext = ",
            "parameters.day is a date",
        ),
    ] {
        let found = faults(&PLAIN.replacen(from, to, 1));
        assert!(
            found.len() == 1 && found[0].starts_with(fault) && !found[0].contains("hush"),
            "{to}: {found:?}"
        );
    }
    let found = faults("url = [");
    assert!(found[0].starts_with("line 1 is not TOML"), "{found:?}");
    assert_eq!(faults("").len(), 4, "all at once: {:?}", faults(""));
}

#[test]
fn answers_and_call_backs_are_described_wholly() {
    for (rest, fault) in [
        ("[answer]\nid = \"id\"", "answer.id does not begin with /"),
        ("[answer]\nstatus = \"/s\"", "answer.status is of no use"),
        ("[answer]\naccepted = [\"0\"]", "answer.status is missing"),
        ("[answer]\nword = 1", "answer.word is no key"),
        (
            "[answer]\nstatus = \"/s\"\n[answer.refusals]\nE1 = \"bad\"",
            "answer.refusals.E1 is none of transient, rate_limited",
        ),
        (
            "[call_back]\nsecret = \"SHORT\"\nid = \"i\"\nstatus = \"s\"\nsent = [\"S\"]",
            "call_back.secret names SHORT, which holds fewer",
        ),
        (
            "[call_back]\nsecret = \"NONE\"\nid = \"i\"\nstatus = \"s\"\nsent = [\"S\"]",
            "call_back.secret takes a secret from NONE",
        ),
        (
            "[call_back]\nsecret = \"SMS_CALL_BACK_SECRET\"\nstatus = \"s\"\nsent = [\"S\"]",
            "call_back.id is missing",
        ),
        (
            "[call_back]\nsecret = \"SMS_CALL_BACK_SECRET\"\nid = \"i\"\nstatus = \"s\"",
            "call_back.delivered is missing",
        ),
        (
            "[call_back]\nsecret = \"SMS_CALL_BACK_SECRET\"\nid = \"i\"\nstatus = \"s\"\nsent = [1]\nfailed = [\"1\"]",
            "call_back.failed holds \"1\", which means something else",
        ),
    ] {
        let found = faults(&format!("{PLAIN}{rest}"));
        assert!(
            found.len() == 1 && found[0].starts_with(fault),
            "{rest}: {found:?}"
        );
    }
    let good = sender(&format!(
        "{PLAIN}[call_back]\nsecret = \"SMS_CALL_BACK_SECRET\"\nid = \"i\"\nstatus = \"s\"\nsent = [1]\ndelivered = [2]"
    ));
    assert!(good.opens("0123456789abcdef") && !good.opens("0123456789abcdeF"));
    assert_eq!(good.report("2"), Some(DeliveryReport::Delivered));
    assert_eq!(good.report("3"), None);
    assert!(
        !sender(PLAIN).opens(""),
        "nothing is believed without a call-back"
    );
}

/// What people are told to write must be good.
#[test]
fn the_examples_of_the_guide_are_good() {
    let guide = include_str!("../../../../docs/operate/sms-gateway.md");
    let env = |name: &str| {
        name.starts_with("SMS_")
            .then(|| "0123456789abcdef".to_owned())
    };
    let examples = guide.split("```toml").skip(1);
    let read = examples.map(|rest| {
        let text = rest.split("```").next().unwrap();
        Description::read(text, &env).unwrap_or_else(|faults| panic!("{faults:?}"))
    });
    let read: Vec<Description> = read.collect();
    assert!(read.len() == 2 && read.iter().all(Description::reports));
    assert_eq!(read[0].answer.refusals["110"], ErrorClass::RateLimited);
}

#[test]
fn numbers_have_their_operator() {
    let all = sender(PLAIN);
    let some = sender(&PLAIN.replace("format", "takes = [\"+243\", \"+2376\"]\nformat"));
    for (number, taken) in [
        ("+243812345678", true),
        ("+237671234567", true),
        ("+237222123456", false),
        ("+221771234567", false),
    ] {
        let phone = number.parse().unwrap();
        assert!(all.description().takes(&phone));
        assert_eq!(some.description().takes(&phone), taken, "{number}");
    }
}

#[tokio::test]
async fn without_a_sender_nothing_leaves() {
    let text = Redacted("x".to_owned());
    let message = GatewayMessage {
        to: "+243812345678",
        from: "",
        text: &text,
        id: "0198",
    };
    let named = PLAIN.replace("text = ", "from = \"{from}\"\ntext = ");
    let error = sender(&named).send(&message).await.unwrap_err();
    assert_eq!(error.class, ErrorClass::Account);
    let fixed = named.replace("format", "from = \"CLINIQUE\"\nformat");
    assert_eq!(sender(&fixed).description.sender(""), Some("CLINIQUE"));
    assert_eq!(sender(PLAIN).description.sender(""), Some(""));
    assert!(!format!("{message:?}").contains("81234"));
}
