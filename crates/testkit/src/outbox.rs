//! The outbox as staff see it.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use clinic::messaging::api::MessageId;
use serde_json::Value;

use crate::{
    clinic::{TestClinic, ok},
    db::eventually,
    twilio::FakeTwilio,
};

/// How long a message may take to come to where it is waited for.
const LIMIT: Duration = Duration::from_secs(30);

impl TestClinic {
    /// The newest hundred messages that this query leaves, newest first.
    ///
    /// # Panics
    /// When there is no list.
    pub async fn outbox(&self, query: &str) -> Vec<Value> {
        let path = format!("/api/v1/outbox/?page_size=100&{query}");
        let mut answer = self.call(Method::GET, &path, None).await;
        if answer.status == StatusCode::UNAUTHORIZED {
            // The clock has outlived the clinic's own token.
            let token = self.token_of("agent").await;
            answer = self.call_as(Some(&token), Method::GET, &path, None).await;
        }
        let page = ok(answer);
        page["results"].as_array().cloned().expect("a list")
    }

    /// A message; null when it is not among them.
    pub async fn message(&self, id: MessageId) -> Value {
        let (rows, id) = (self.outbox("").await, id.to_string());
        let mut rows = rows.into_iter();
        rows.find(|row| row["id"] == id).unwrap_or_default()
    }

    /// Waits until Twilio has taken this many and the clinic knows it; time goes on meanwhile.
    /// Its id of the newest.
    pub async fn handed_over(&self, twilio: &FakeTwilio, times: usize) -> String {
        let what = format!("{times} at the provider");
        eventually(&what, LIMIT, || async {
            self.app.clock.advance(Duration::from_secs(60));
            let sid = twilio.accepted().get(times - 1)?.sid.clone();
            let rows = self.outbox("").await;
            let known = rows.iter().any(|row| row["provider_id"] == sid.as_str());
            known.then_some(sid)
        })
        .await
    }

    /// Waits until a message stands so; time goes on while it does not.
    pub async fn stands(&self, id: MessageId, state: &str) -> Value {
        eventually(&format!("the message to be {state}"), LIMIT, || async {
            let row = self.message(id).await;
            if row["state"] != state {
                self.app.clock.advance(Duration::from_secs(1));
            }
            (row["state"] == state).then_some(row)
        })
        .await
    }
}
