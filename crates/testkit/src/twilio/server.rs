//! The routes of the Messages and Calls APIs.

use std::{collections::HashMap, sync::Arc, time::Duration};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{ConnectInfo, OriginalUri, Path, RawQuery, State as Shared},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{
    calls,
    listener::Peer,
    messages::{self, FakeMessage, Listed},
    state::{Fault, Media, State},
};

/// The longest text Twilio takes, in characters (error 21617).
const MAX_BODY: usize = 1600;

pub(super) fn router(state: Arc<State>) -> Router {
    const ACCOUNT: &str = "/2010-04-01/Accounts/{account}";
    Router::new()
        .route(&format!("{ACCOUNT}/Messages.json"), get(list).post(send))
        .route(&format!("{ACCOUNT}/Messages/{{sid}}"), get(show))
        .route(
            &format!("{ACCOUNT}/Messages/{{sid}}/Media/{{media}}"),
            get(media),
        )
        .route(&format!("{ACCOUNT}/Calls.json"), get(list_calls).post(call))
        .route("/_fake/accepted", get(accepted))
        .route("/_fake/calls", get(accepted_calls))
        .route("/_fake/faults", post(faults))
        .with_state(state)
}

async fn send(
    Shared(state): Shared<Arc<State>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    Path(account): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let take = |form: &[(String, String)]| {
        let message = read(&state, form)?;
        let answer = message.json(&account);
        state.insert(message);
        Ok(answer)
    };
    create(&state, &peer, (&account, &headers, &body), take).await
}

async fn call(
    Shared(state): Shared<Arc<State>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    Path(account): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let take = |form: &[(String, String)]| {
        let call = calls::read(&state, form)?;
        let answer = call.json(&account);
        state.insert_call(call);
        Ok(answer)
    };
    create(&state, &peer, (&account, &headers, &body), take).await
}

/// Takes what is posted, or one of the faults happens.
async fn create(
    state: &State,
    peer: &Peer,
    (account, headers, body): (&str, &HeaderMap, &Bytes),
    take: impl FnOnce(&[(String, String)]) -> Result<Value, i64>,
) -> Response {
    state.counts.send_modify(|counts| counts.attempts += 1);
    if let Err(refused) = authenticate(state, account, headers) {
        return refused;
    }
    let fault = state.sends.next();
    if let Some(answer) = before(&fault, peer).await {
        return answer;
    }
    let form: Vec<(String, String)> = serde_urlencoded::from_bytes(body).unwrap_or_default();
    let answer = match take(&form) {
        Ok(answer) => answer,
        Err(code) => return problem(StatusCode::BAD_REQUEST, code),
    };
    after(&fault, peer).await;
    match fault {
        Fault::ErrorAfterAccepting => problem(StatusCode::INTERNAL_SERVER_ERROR, 20500),
        Fault::AcceptThenGarbage => (StatusCode::CREATED, "<html>").into_response(),
        _ => (StatusCode::CREATED, Json(answer)).into_response(),
    }
}

async fn list(
    Shared(state): Shared<Arc<State>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    Path(account): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    if let Some(answer) = look(&state, &peer, &account, &headers).await {
        return answer;
    }
    let max = state.config.max_page_size;
    let query = pairs(query);
    Json(messages::page(&state.messages(), &query, &account, max)).into_response()
}

async fn list_calls(
    Shared(state): Shared<Arc<State>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    Path(account): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    if let Some(answer) = look(&state, &peer, &account, &headers).await {
        return answer;
    }
    let max = state.config.max_page_size;
    let query = pairs(query);
    Json(messages::page(&state.calls(), &query, &account, max)).into_response()
}

fn pairs(query: Option<String>) -> Vec<(String, String)> {
    serde_urlencoded::from_str(&query.unwrap_or_default()).unwrap_or_default()
}

/// What goes wrong with a look at a list, if anything.
async fn look(state: &State, peer: &Peer, account: &str, headers: &HeaderMap) -> Option<Response> {
    state.counts.send_modify(|counts| counts.lookups += 1);
    if let Err(refused) = authenticate(state, account, headers) {
        return Some(refused);
    }
    let fault = state.lookups.next();
    if let Some(answer) = before(&fault, peer).await {
        return Some(answer);
    }
    after(&fault, peer).await;
    None
}

async fn show(
    Shared(state): Shared<Arc<State>>,
    Path((account, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    if let Err(refused) = authenticate(&state, &account, &headers) {
        return refused;
    }
    let sid = file.strip_suffix(".json").unwrap_or(&file);
    let messages = state.messages();
    match messages.iter().find(|message| message.sid == sid) {
        Some(message) => Json(message.json(&account)).into_response(),
        None => problem(StatusCode::NOT_FOUND, 20404),
    }
}

async fn media(
    Shared(state): Shared<Arc<State>>,
    OriginalUri(uri): OriginalUri,
    Path((account, _, _)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Response {
    let authorization = header_text(&headers, &header::AUTHORIZATION);
    let media = state.media(uri.path(), authorization.map(ToOwned::to_owned));
    if let Err(refused) = authenticate(&state, &account, &headers) {
        return refused;
    }
    match media {
        None => problem(StatusCode::NOT_FOUND, 20404),
        Some(Media::File {
            content_type,
            content,
        }) => ([(header::CONTENT_TYPE, content_type)], content).into_response(),
        Some(Media::Redirect(to)) => {
            (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, to)]).into_response()
        }
        Some(Media::Silent) => std::future::pending().await,
        Some(Media::Broken(status)) => StatusCode::from_u16(status)
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            .into_response(),
    }
}

/// What was taken, for a test that started this as a process of its own.
async fn accepted(Shared(state): Shared<Arc<State>>) -> Json<Vec<Value>> {
    let account = &state.config.account_sid;
    Json(state.messages().iter().map(|m| m.json(account)).collect())
}

/// The same of calls.
async fn accepted_calls(Shared(state): Shared<Arc<State>>) -> Json<Vec<Value>> {
    let account = &state.config.account_sid;
    Json(
        state
            .calls()
            .iter()
            .map(|call| call.json(account))
            .collect(),
    )
}

async fn faults(Shared(state): Shared<Arc<State>>, Json(faults): Json<Vec<Fault>>) {
    state.sends.extend(faults);
}

/// HTTP Basic with the account's SID and token.
#[expect(clippy::result_large_err, reason = "the error is the answer itself")]
fn authenticate(state: &State, account: &str, headers: &HeaderMap) -> Result<(), Response> {
    let config = &state.config;
    let expected = STANDARD.encode(format!("{}:{}", config.account_sid, config.auth_token));
    let given = header_text(headers, &header::AUTHORIZATION);
    if account == config.account_sid && given == Some(&format!("Basic {expected}")) {
        Ok(())
    } else {
        Err(problem(StatusCode::UNAUTHORIZED, 20003))
    }
}

fn header_text<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Faults that strike before anything is taken.
async fn before(fault: &Fault, peer: &Peer) -> Option<Response> {
    match fault {
        Fault::HangWithoutAccepting => std::future::pending().await,
        Fault::CloseWithoutAccepting => {
            peer.cut();
            Some(StatusCode::OK.into_response())
        }
        Fault::ErrorBeforeAccepting => Some(problem(StatusCode::INTERNAL_SERVER_ERROR, 20500)),
        Fault::TooManyRequests { retry_after } => {
            let mut answer = problem(StatusCode::TOO_MANY_REQUESTS, 20429);
            answer
                .headers_mut()
                .insert(header::RETRY_AFTER, (*retry_after).into());
            Some(answer)
        }
        Fault::Refuse { status, code } => {
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::BAD_REQUEST);
            Some(problem(status, *code))
        }
        _ => None,
    }
}

/// Faults that strike once the message is taken, before the answer.
async fn after(fault: &Fault, peer: &Peer) {
    match fault {
        Fault::AcceptThenHang => std::future::pending().await,
        Fault::AcceptThenClose => peer.cut(),
        Fault::Slow { millis } => tokio::time::sleep(Duration::from_millis(*millis)).await,
        _ => {}
    }
}

/// Twilio's checks of a new message, with its codes.
fn read(state: &State, form: &[(String, String)]) -> Result<FakeMessage, i64> {
    let value = |wanted: &str| {
        form.iter()
            .find_map(|(name, value)| (name == wanted && !value.is_empty()).then(|| value.clone()))
    };
    let to = value("To").ok_or(21604)?;
    let from = value("From");
    let messaging_service_sid = value("MessagingServiceSid");
    if from.is_none() && messaging_service_sid.is_none() {
        return Err(21603);
    }
    let body = match value("ContentSid") {
        Some(sid) => written(state, &sid, value("ContentVariables"))?,
        None => value("Body").ok_or(21602)?,
    };
    if body.chars().count() > MAX_BODY {
        return Err(21617);
    }
    let status = if messaging_service_sid.is_some() {
        "accepted"
    } else {
        "queued"
    };
    Ok(FakeMessage {
        sid: state.sid("SM"),
        to,
        from,
        messaging_service_sid,
        body,
        status_callback: value("StatusCallback"),
        direction: "outbound-api".into(),
        status: status.into(),
        error_code: None,
        date_created: state.config.clock.now(),
        date_sent: None,
    })
}

/// What an approved text says, as the account keeps it.
fn written(state: &State, sid: &str, variables: Option<String>) -> Result<String, i64> {
    let text = state.content(sid).ok_or(21655)?;
    let given = variables.unwrap_or_else(|| "{}".to_owned());
    let given: HashMap<String, String> = serde_json::from_str(&given).map_err(|_| 21656)?;
    let fill = |text: String, (number, value): (&String, &String)| {
        text.replace(&format!("{{{{{number}}}}}"), value)
    };
    Ok(given.iter().fold(text, fill))
}

/// Twilio's errors. Like the real ones, the sentence may name the number;
/// nobody may pass it on.
fn problem(status: StatusCode, code: i64) -> Response {
    let body = json!({
        "code": code,
        "message": format!("Error {code} about the number +221770000000."),
        "more_info": format!("https://www.twilio.com/docs/errors/{code}"),
        "status": status.as_u16(),
    });
    (status, Json(body)).into_response()
}
