use std::{borrow::Cow, fmt::Write as _};

use kernel::TenantId;
use tokio::sync::broadcast;
use uuid::Uuid;

/// Something that was committed and that others may want to look at. It says
/// what changed, never how: whoever cares reads the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The tenant it happened in; none for the platform's own.
    pub tenant: Option<TenantId>,
    /// What kind of thing, e.g. `conversation`, or `work.message` for a queue
    /// with new work.
    pub topic: Cow<'static, str>,
    /// Which one; nil for a whole topic.
    pub id: Uuid,
}

/// The node's bus of committed changes.
pub(crate) struct Changes(broadcast::Sender<Change>);

/// PostgreSQL refuses payloads of 8000 bytes and more (`NOTIFY`, Notes).
const PAYLOAD_LIMIT: usize = 7_500;

impl Changes {
    pub(crate) fn new() -> Self {
        Self(broadcast::Sender::new(4096))
    }

    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Change> {
        self.0.subscribe()
    }

    pub(crate) fn publish(&self, changes: impl IntoIterator<Item = Change>) {
        for change in changes {
            // An error only says that nobody listens.
            let _ = self.0.send(change);
        }
    }
}

/// The changes as payloads for NOTIFY: a line with the sending node, then a line each.
pub(crate) fn payloads(node: Uuid, changes: &[Change]) -> Vec<String> {
    let mut payloads: Vec<String> = Vec::new();
    for change in changes {
        let tenant = change.tenant.map(|t| t.uuid()).unwrap_or_default();
        let mut line = String::new();
        let _ = write!(line, "\n{tenant} {} {}", change.id, change.topic);
        match payloads.last_mut() {
            Some(last) if last.len() + line.len() < PAYLOAD_LIMIT => last.push_str(&line),
            _ => payloads.push(format!("{node}{line}")),
        }
    }
    payloads
}

/// The changes of a payload, unless this node sent it itself.
pub(crate) fn from_payload(node: Uuid, payload: &str) -> Vec<Change> {
    let mut lines = payload.lines();
    if lines.next().and_then(|line| line.parse().ok()) == Some(node) {
        return Vec::new();
    }
    lines.filter_map(from_line).collect()
}

fn from_line(line: &str) -> Option<Change> {
    let mut words = line.splitn(3, ' ');
    let tenant: Uuid = words.next()?.parse().ok()?;
    Some(Change {
        tenant: (!tenant.is_nil()).then(|| TenantId::from_uuid(tenant)),
        id: words.next()?.parse().ok()?,
        topic: Cow::Owned(words.next()?.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_survive_the_trip_between_nodes() {
        let changes: Vec<Change> = (1..300u128)
            .map(|n| Change {
                tenant: (n % 2 == 0).then(|| TenantId::from_uuid(Uuid::from_u128(n))),
                topic: "work.message".into(),
                id: Uuid::from_u128(n * 7),
            })
            .collect();
        let (here, there) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let sent = payloads(here, &changes);
        assert!(sent.len() > 1 && sent.iter().all(|p| p.len() < 8000));
        let received: Vec<Change> = sent.iter().flat_map(|p| from_payload(there, p)).collect();
        assert_eq!(received, changes);
        assert!(
            from_payload(here, &sent[0]).is_empty(),
            "a node ignores its own"
        );
    }
}
