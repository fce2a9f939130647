//! Server-sent events: a page learns at once that something changed, and
//! after a gap that it has to look again.

use std::{borrow::Cow, convert::Infallible, time::Duration};

use axum::{
    extract::FromRequestParts,
    http::request::Parts,
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::{Stream, StreamExt as _, future, stream};
use tokio::sync::broadcast;
use tokio_stream::wrappers::BroadcastStream;
use tokio_util::sync::CancellationToken;

/// The first event of every connection. Between rendering a page and this
/// event changes may have gone by: a page that must not miss any listens to it.
pub const READY: &str = "ready";
/// Events were missed; the page has to fetch what it shows.
pub const RESYNC: &str = "resync";

const KEEP_ALIVE: Duration = Duration::from_secs(15);
const RETRY: Duration = Duration::from_secs(2);
/// A connection outlives neither this nor the session by much: the browser
/// connects again and is authenticated again.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// One event for the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveEvent {
    /// What it is about, the event's name: `hx-trigger="sse:<topic>"`.
    pub topic: Cow<'static, str>,
    /// What goes with it, often an id or a fragment of HTML.
    pub data: String,
}

impl LiveEvent {
    /// An event of a topic.
    pub fn new(topic: impl Into<Cow<'static, str>>, data: impl Into<String>) -> Self {
        Self {
            topic: topic.into(),
            data: data.into(),
        }
    }
}

/// Whether the browser had been connected before (`Last-Event-ID`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resume(pub bool);

impl<S: Send + Sync> FromRequestParts<S> for Resume {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(parts.headers.contains_key("last-event-id")))
    }
}

/// Answers with the events that `select` makes of the bus's messages. It is
/// asked for each message and has to leave out what this caller may not know.
/// The stream ends when `stop` is cancelled, so that a shutdown need not wait.
pub fn events<T: Clone + Send + 'static>(
    bus: broadcast::Receiver<T>,
    resume: Resume,
    stop: CancellationToken,
    mut select: impl FnMut(T) -> Option<LiveEvent> + Send + 'static,
) -> Response {
    let messages = BroadcastStream::new(bus).filter_map(move |message| {
        future::ready(match message {
            Ok(message) => select(message),
            // The browser was too slow; what it missed is gone from the bus.
            Err(_) => Some(LiveEvent::new(RESYNC, "")),
        })
    });
    let over = future::select(
        Box::pin(stop.cancelled_owned()),
        Box::pin(tokio::time::sleep(LONGEST)),
    );
    let all = opening(resume).chain(messages).take_until(over);
    let written = all
        .enumerate()
        .map(|(number, event)| Ok::<_, Infallible>(write(number, event)));
    let keep_alive = KeepAlive::new().interval(KEEP_ALIVE);
    // Proxies that collect answers before handing them on must not do so here.
    (
        [("x-accel-buffering", "no")],
        Sse::new(written).keep_alive(keep_alive),
    )
        .into_response()
}

fn opening(resume: Resume) -> impl Stream<Item = LiveEvent> {
    let resync = resume.0.then(|| LiveEvent::new(RESYNC, ""));
    stream::iter(resync.into_iter().chain([LiveEvent::new(READY, "")]))
}

/// Every event has an id, so that the browser sends one when it comes back.
fn write(number: usize, event: LiveEvent) -> Event {
    // The format knows no carriage return, and a name no line end at all.
    let topic = event.topic.replace(['\r', '\n'], " ");
    let data = event.data.replace("\r\n", "\n").replace('\r', "\n");
    // Browsers drop an event without data.
    let data = if data.is_empty() { &topic } else { &data };
    let written = Event::default()
        .id(number.to_string())
        .event(&topic)
        .data(data);
    if number == 0 {
        written.retry(RETRY)
    } else {
        written
    }
}

#[cfg(test)]
mod tests {
    use axum::{
        Extension, Router,
        body::Body,
        http::{Method, Request},
    };
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;

    use super::*;
    use crate::{Policy, Routes, testing};

    #[derive(Clone)]
    struct Bus(broadcast::Sender<(u8, &'static str)>, CancellationToken);

    async fn live(Extension(bus): Extension<Bus>, resume: Resume) -> Response {
        events(bus.0.subscribe(), resume, bus.1, |(tenant, data)| {
            (tenant == 1).then(|| LiveEvent::new("message", data))
        })
    }

    fn trial(capacity: usize) -> (Bus, Router) {
        let bus = Bus(broadcast::channel(capacity).0, CancellationToken::new());
        let routes = Routes::new().page(Method::GET, "/live/", live, Policy::STAFF);
        (bus.clone(), testing::app(routes).layer(Extension(bus)))
    }

    async fn connect(app: &Router, resume: bool) -> Body {
        let mut request = Request::get("/live/").header("authorization", "Bearer agent");
        request = request
            .header("accept", "text/event-stream")
            .header("accept-encoding", "gzip");
        if resume {
            request = request.header("last-event-id", "3");
        }
        let response = app
            .clone()
            .oneshot(request.body(Body::empty()).unwrap())
            .await
            .unwrap();
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["x-accel-buffering"], "no");
        assert!(!response.headers().contains_key("content-encoding"));
        response.into_body()
    }

    async fn next(body: &mut Body) -> Option<String> {
        let frame = body.frame().await?.unwrap();
        Some(String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn sends_what_is_selected_and_keeps_alive() {
        let (bus, app) = trial(8);
        let mut body = connect(&app, false).await;
        assert_eq!(
            next(&mut body).await.unwrap(),
            "id: 0\nevent: ready\ndata: ready\nretry: 2000\n\n"
        );
        bus.0.send((2, "another clinic's")).unwrap();
        bus.0.send((1, "a\r\nb\rc")).unwrap();
        assert_eq!(
            next(&mut body).await.unwrap(),
            "id: 1\nevent: message\ndata: a\ndata: b\ndata: c\n\n"
        );
        // Time is paused: with nothing to do it jumps to the next timer.
        assert_eq!(next(&mut body).await.unwrap(), ":\n\n");
    }

    #[tokio::test(start_paused = true)]
    async fn asks_to_look_again_after_a_gap() {
        let (bus, app) = trial(2);
        let mut body = connect(&app, true).await;
        assert!(next(&mut body).await.unwrap().contains("event: resync"));
        assert!(next(&mut body).await.unwrap().contains("event: ready"));
        for data in ["a", "b", "c", "d"] {
            bus.0.send((1, data)).unwrap();
        }
        assert!(next(&mut body).await.unwrap().contains("event: resync"));
        assert!(next(&mut body).await.unwrap().contains("data: c"));
    }

    #[tokio::test(start_paused = true)]
    async fn ends_at_shutdown_and_after_its_longest_time() {
        let (bus, app) = trial(2);
        let mut body = connect(&app, false).await;
        next(&mut body).await.unwrap();
        bus.1.cancel();
        assert_eq!(next(&mut body).await, None);

        let (_bus, app) = trial(2);
        let mut body = connect(&app, false).await;
        let mut beats = 0;
        while next(&mut body).await.is_some() {
            beats += 1;
        }
        assert!(
            (55..=61).contains(&beats),
            "{beats} signs of life in a quarter of an hour"
        );
    }
}
