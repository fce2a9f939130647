//! The file that describes an operator's HTTP interface.

use std::{collections::BTreeMap, fmt, num::NonZeroU32};

use kernel::Phone;
use reqwest::{
    Method, Url,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use serde_json::Value as Json;
use toml::{Table, Value};

use super::{
    GatewayMessage,
    answer::AnswerRules,
    call_back::{self, CallBack},
    keys::Keys,
    template::{Node, Place, Template},
};
use crate::{http::is_loopback, messaging::ErrorClass};

/// Reads a variable of the environment.
pub(super) type Env<'a> = &'a dyn Fn(&str) -> Option<String>;

/// What a refusal may mean.
const CLASSES: [ErrorClass; 7] = [
    ErrorClass::Transient,
    ErrorClass::RateLimited,
    ErrorClass::BadNumber,
    ErrorClass::OptedOut,
    ErrorClass::Blocked,
    ErrorClass::ContentRefused,
    ErrorClass::Account,
];

/// Where the parameters stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Form,
    Json,
    Query,
}

/// An operator's HTTP interface for text messages.
#[derive(Clone)]
pub struct Description {
    pub(super) url: Template,
    pub(super) method: Method,
    pub(super) format: Format,
    pub(super) headers: HeaderMap,
    pub(super) parameters: Vec<(String, Node)>,
    pub(super) from: Option<String>,
    /// Whether it says whom messages come from.
    needs_sender: bool,
    pub(super) takes: Vec<String>,
    pub(super) per_second: Option<NonZeroU32>,
    pub(super) answer: AnswerRules,
    pub(super) call_back: Option<CallBack>,
    /// The address for some message: where it leads is the same for all.
    pub(super) example: Url,
}

impl fmt::Debug for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Description({})", self.host())
    }
}

impl Description {
    /// Reads a description. Secrets are taken from the environment, never from the text.
    ///
    /// # Errors
    /// Everything that is wrong at once: each names its key and says what to write, and
    /// none repeats a secret.
    pub fn read(text: &str, env: Env<'_>) -> Result<Self, Vec<String>> {
        let table: Table = toml::from_str(text).map_err(|error| {
            // Not the parser's own picture of the line: somebody may have put a secret there.
            let what = error.message().lines().next().unwrap_or_default();
            let end = error.span().map_or(0, |span| span.start.min(text.len()));
            let before = &text.as_bytes()[..end];
            let line = before.iter().filter(|b| **b == b'\n').count() + 1;
            vec![format!("line {line} is not TOML: {what}")]
        })?;
        let mut faults = Vec::new();
        let read = read(table, env, &mut faults);
        read.filter(|_| faults.is_empty()).ok_or(faults)
    }

    /// Whether it takes messages to this number.
    #[must_use]
    pub fn takes(&self, phone: &Phone) -> bool {
        let number = phone.as_e164();
        self.takes.is_empty() || self.takes.iter().any(|prefix| number.starts_with(prefix))
    }

    /// How many messages a second it takes; nothing where nobody limits it.
    #[must_use]
    pub const fn per_second(&self) -> Option<NonZeroU32> {
        self.per_second
    }

    /// The host that it calls.
    #[must_use]
    pub fn host(&self) -> &str {
        self.example.host_str().unwrap_or_default()
    }

    /// The port that it calls.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.example.port_or_known_default().unwrap_or(443)
    }

    /// Whether the operator is this machine.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.example)
    }

    /// Whether it reports what becomes of messages.
    #[must_use]
    pub const fn reports(&self) -> bool {
        self.call_back.is_some()
    }
}

fn read(table: Table, env: Env<'_>, faults: &mut Vec<String>) -> Option<Description> {
    let mut keys = Keys::new(table, "", faults);
    let url = keys.needed("url", "\"https://api.operator.example/v1/sms\"");
    let url = url.and_then(|url| address(&mut keys, &url, env));
    let (method, format) = way(&mut keys);
    let from = keys.text("from", "\"CLINIQUE\"");
    let takes = prefixes(&mut keys);
    let per_second = per_second(&mut keys);
    let (headers, parameters, answer) = (
        keys.table("headers"),
        keys.table("parameters"),
        keys.table("answer"),
    );
    let call_back = keys.any("call_back");
    keys.end(
        "url, method, format, from, takes, per_second, headers, parameters, answer, call_back",
    );
    let headers = self::headers(headers, env, faults);
    let parameters = self::parameters(parameters, (format, env), faults);
    let answer = self::answer(answer, faults);
    let call_back = match call_back {
        None => None,
        Some(Value::Table(table)) => call_back::read(table, env, faults),
        Some(_) => {
            faults.push("call_back is not a table; begin it with [call_back]".to_owned());
            None
        }
    };
    let has = |place| {
        let in_url = url.as_ref().is_some_and(|(url, _)| url.has(place));
        in_url || parameters.iter().any(|(_, node)| node.has(place))
    };
    if !has(Place::Text) {
        let good = "text = \"{text}\"";
        faults.push(format!(
            "parameters lacks {{text}}, the message; write for example: {good}"
        ));
    }
    if !has(Place::To) && !has(Place::ToDigits) {
        let good = "to = \"{to}\"";
        faults.push(format!(
            "parameters lacks {{to}}, the number (or {{to_digits}}, without its +); write for example: {good}"
        ));
    }
    let needs_sender = has(Place::From);
    let (url, example) = url?;
    Some(Description {
        url,
        method,
        format,
        headers,
        parameters,
        from,
        needs_sender,
        takes,
        per_second,
        answer,
        call_back,
        example,
    })
}

/// The address, and how it looks for some message.
fn address(keys: &mut Keys<'_>, text: &str, env: Env<'_>) -> Option<(Template, Url)> {
    let template = match Template::read(text, env) {
        Ok(template) => template,
        Err(what) => {
            keys.fault("url", what);
            return None;
        }
    };
    let filled = |value: &str| {
        let text = kernel::Redacted(value.to_owned());
        let some = GatewayMessage {
            to: value,
            from: value,
            text: &text,
            id: value,
        };
        Url::parse(&template.fill_address(&some)).ok()
    };
    let (one, other) = (filled("1"), filled("2"));
    let same_place = |(one, other): &(Url, Url)| one.origin() == other.origin();
    let Some((url, _)) = one.zip(other).filter(same_place) else {
        let good = "a good value: \"https://api.operator.example/v1/sms\"";
        keys.fault(
            "url",
            format_args!("is not an address whose host is always the same; {good}"),
        );
        return None;
    };
    let safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
    if !safe {
        keys.fault(
            "url",
            "is not an https:// address (http:// only on this machine)",
        );
    } else if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        let good = "headers or parameters with {env:NAME} are the place for what is secret";
        keys.fault("url", format_args!("has an account or a # in it; {good}"));
    }
    Some((template, url))
}

fn way(keys: &mut Keys<'_>) -> (Method, Format) {
    let method = match keys.text("method", "\"POST\"").as_deref() {
        None | Some("POST") => Method::POST,
        Some("GET") => Method::GET,
        Some(_) => {
            keys.fault("method", "is neither \"POST\" nor \"GET\"");
            Method::POST
        }
    };
    let format = match keys
        .needed("format", "\"json\", \"form\" or \"query\"")
        .as_deref()
    {
        Some("form") => Format::Form,
        Some("query") | None => Format::Query,
        Some("json") => Format::Json,
        Some(_) => {
            keys.fault("format", "is neither \"json\" nor \"form\" nor \"query\"");
            Format::Query
        }
    };
    if method == Method::GET && format != Format::Query {
        keys.fault("format", "is to be \"query\" where method is \"GET\"");
    }
    (method, format)
}

fn prefixes(keys: &mut Keys<'_>) -> Vec<String> {
    let good = "[\"+243\", \"+237\"]";
    let takes = keys.words("takes", good);
    let is_prefix = |text: &String| {
        let digits = text.strip_prefix('+').unwrap_or_default();
        (1..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
    };
    if let Some(wrong) = takes.iter().find(|text| !is_prefix(text)) {
        let what = format!("holds {wrong:?}, which is not + and digits; a good value: {good}");
        keys.fault("takes", what);
    }
    takes
}

fn per_second(keys: &mut Keys<'_>) -> Option<NonZeroU32> {
    let value = keys.any("per_second")?;
    let count = value
        .as_integer()
        .and_then(|count| u32::try_from(count).ok());
    let count = count
        .filter(|count| *count <= 10_000)
        .and_then(NonZeroU32::new);
    if count.is_none() {
        keys.fault(
            "per_second",
            "is not a number from 1 to 10000; a good value: 5",
        );
    }
    count
}

fn headers(table: Table, env: Env<'_>, faults: &mut Vec<String>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in table {
        let good = format!("a good line: {name} = \"Bearer {{env:SMS_TOKEN}}\"");
        match header(&name, &value, env) {
            Ok((name, value)) => {
                headers.insert(name, value);
            }
            Err(what) => faults.push(format!("headers.{name} {what}; {good}")),
        }
    }
    headers
}

fn header(name: &str, value: &Value, env: Env<'_>) -> Result<(HeaderName, HeaderValue), String> {
    let name: HeaderName = name
        .parse()
        .map_err(|_| "is no name of a header".to_owned())?;
    let text = value.as_str().ok_or_else(|| "is not a text".to_owned())?;
    let template = Template::read(text, env)?;
    if !template.is_constant() {
        return Err("may hold {env:NAME} and nothing of a message".to_owned());
    }
    let none = kernel::Redacted(String::new());
    let value = template.fill(&GatewayMessage {
        to: "",
        from: "",
        text: &none,
        id: "",
    });
    let mut value: HeaderValue = value
        .parse()
        .map_err(|_| "holds what no header may hold".to_owned())?;
    value.set_sensitive(true);
    Ok((name, value))
}

fn parameters(
    table: Table,
    (format, env): (Format, Env<'_>),
    faults: &mut Vec<String>,
) -> Vec<(String, Node)> {
    let mut read = Vec::new();
    for (name, value) in table {
        let flat = !matches!(value, Value::Array(_) | Value::Table(_));
        match node(&value, env) {
            Ok(_) if !flat && format != Format::Json => faults.push(format!(
                "parameters.{name} is a list or a table, which only format = \"json\" can carry"
            )),
            Ok(node) => read.push((name, node)),
            Err(what) => faults.push(format!("parameters.{name} {what}")),
        }
    }
    read
}

fn node(value: &Value, env: Env<'_>) -> Result<Node, String> {
    Ok(match value {
        Value::String(text) => Node::Text(Template::read(text, env)?),
        Value::Integer(number) => Node::Plain(Json::from(*number)),
        Value::Float(number) => Node::Plain(Json::from(*number)),
        Value::Boolean(yes) => Node::Plain(Json::from(*yes)),
        Value::Datetime(_) => return Err("is a date; write it in quotes".to_owned()),
        Value::Array(items) => {
            let items = items.iter().map(|item| node(item, env));
            Node::List(items.collect::<Result<_, _>>()?)
        }
        Value::Table(table) => {
            let entries = table
                .iter()
                .map(|(name, value)| Ok((name.clone(), node(value, env)?)));
            Node::Table(entries.collect::<Result<_, String>>()?)
        }
    })
}

fn answer(table: Table, faults: &mut Vec<String>) -> AnswerRules {
    let mut keys = Keys::new(table, "answer", faults);
    let (id, status) = (pointer(&mut keys, "id"), pointer(&mut keys, "status"));
    let accepted = keys.words("accepted", "[\"0\", \"OK\"]");
    let listed = keys.table("refusals");
    let says = !accepted.is_empty() || !listed.is_empty();
    if says && status.is_none() {
        keys.fault("status", "is missing: where does the word of accepted and refusals stand? a good value: \"/status\"");
    } else if !says && status.is_some() {
        keys.fault("status", "is of no use without accepted or refusals");
    }
    keys.end("id, status, accepted, refusals");
    let mut refusals = BTreeMap::new();
    for (word, class) in listed {
        let class = class.as_str().and_then(|word| {
            let named = |class: &ErrorClass| class.as_str() == word;
            CLASSES.into_iter().find(named)
        });
        match class {
            Some(class) => {
                refusals.insert(word, class);
            }
            None => {
                let classes: Vec<_> = CLASSES.iter().map(|class| class.as_str()).collect();
                let classes = classes.join(", ");
                faults.push(format!("answer.refusals.{word} is none of {classes}"));
            }
        }
    }
    AnswerRules {
        id,
        status,
        accepted,
        refusals,
    }
}

fn pointer(keys: &mut Keys<'_>, key: &str) -> Option<String> {
    let good = "\"/messages/0/id\"";
    let pointer = keys.text(key, good)?;
    if !pointer.starts_with('/') {
        keys.fault(
            key,
            format_args!("does not begin with /, as a JSON pointer does; a good value: {good}"),
        );
    }
    Some(pointer)
}

impl Description {
    /// The pairs of a form or a query.
    pub(super) fn pairs(&self, message: &GatewayMessage<'_>) -> Vec<(&str, String)> {
        let text = |node: &Node| match node.fill(message) {
            Json::String(text) => text,
            other => other.to_string(),
        };
        let entries = self.parameters.iter();
        entries
            .map(|(name, node)| (name.as_str(), text(node)))
            .collect()
    }

    /// The same as a JSON object.
    pub(super) fn object(&self, message: &GatewayMessage<'_>) -> Json {
        let filled = |(name, node): &(String, Node)| (name.clone(), node.fill(message));
        Json::Object(self.parameters.iter().map(filled).collect())
    }

    /// Whom messages come from: named here, or the clinic's own number.
    pub(super) fn sender<'a>(&'a self, own: &'a str) -> Option<&'a str> {
        let from = self.from.as_deref().unwrap_or(own);
        (!from.is_empty() || !self.needs_sender).then_some(from)
    }
}
