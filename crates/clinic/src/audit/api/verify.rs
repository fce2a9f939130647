use kernel::TenantId;
use store::{ReadTx, Store, StoreError};

use crate::audit::{
    model::{Broken, EntryRow, Place, Whole},
    rules, storage,
};

/// Lines in memory at once.
const BATCH: i64 = 1000;

/// Walks a clinic's chain from its beginning and says whether it is whole, or
/// what is wrong first. `noted` is the hash of a last line written down
/// earlier; it must still be somebody's.
///
/// # Errors
/// The database's.
pub async fn verify(
    store: &Store,
    tenant: TenantId,
    noted: Option<&str>,
) -> Result<Result<Whole, Broken>, StoreError> {
    let mut tx = store.read(tenant).await?;
    let head = storage::head(&mut tx, tenant).await?;
    let mut walk = Walk::new(tenant, noted);
    loop {
        let rows = match next(&mut tx, &walk).await {
            Ok(Some(rows)) => rows,
            Ok(None) => return Ok(Err(Broken::Unreadable(walk.seq + 1))),
            Err(error) => return Err(error),
        };
        if rows.is_empty() {
            break;
        }
        for row in rows {
            if let (None, Some(head)) = (&walk.behind, &head)
                && row.seq > head.seq
                && walk.seq <= head.seq
            {
                walk.behind = Some(place(&row));
            }
            if let Err(broken) = walk.step(row) {
                return Ok(Err(broken));
            }
        }
    }
    Ok(walk.end(head.map(|head| (head.seq, head.hash))))
}

/// The next lines; none when the very next one cannot be read.
async fn next(tx: &mut ReadTx, walk: &Walk<'_>) -> Result<Option<Vec<EntryRow>>, StoreError> {
    match storage::after(tx, walk.tenant, walk.seq, BATCH).await {
        Err(StoreError::Internal(_)) => {}
        other => return other.map(Some),
    }
    match storage::after(tx, walk.tenant, walk.seq, 1).await {
        Err(StoreError::Internal(_)) => Ok(None),
        other => other.map(Some),
    }
}

fn place(row: &EntryRow) -> Place {
    Place {
        seq: row.seq,
        id: row.id,
        at: row.at,
    }
}

/// How far the chain has been found to be whole.
struct Walk<'a> {
    tenant: TenantId,
    seq: i64,
    hash: String,
    noted: Option<&'a str>,
    noted_at: Option<i64>,
    /// The first line behind the end that the program keeps.
    behind: Option<Place>,
}

impl<'a> Walk<'a> {
    fn new(tenant: TenantId, noted: Option<&'a str>) -> Self {
        Self {
            tenant,
            seq: 0,
            hash: rules::BEGINNING.to_owned(),
            noted,
            noted_at: None,
            behind: None,
        }
    }

    fn step(&mut self, row: EntryRow) -> Result<(), Broken> {
        if rules::hash(self.tenant, &row) != row.hash {
            return Err(Broken::Edited(place(&row)));
        }
        if row.seq != self.seq + 1 {
            return Err(Broken::Deleted {
                from: self.seq + 1,
                to: row.seq - 1,
                next: Some(place(&row)),
            });
        }
        if row.previous_hash != self.hash {
            return Err(Broken::Inserted(place(&row)));
        }
        if self
            .noted
            .is_some_and(|noted| noted.eq_ignore_ascii_case(&row.hash))
        {
            self.noted_at = Some(row.seq);
        }
        self.seq = row.seq;
        self.hash = row.hash;
        Ok(())
    }

    fn end(self, head: Option<(i64, String)>) -> Result<Whole, Broken> {
        let (seq, hash) = head.unwrap_or((0, rules::BEGINNING.to_owned()));
        if seq > self.seq {
            return Err(Broken::Deleted {
                from: self.seq + 1,
                to: seq,
                next: None,
            });
        }
        if let Some(place) = self.behind {
            return Err(Broken::Added(place));
        }
        if (seq, &hash) != (self.seq, &self.hash) {
            return Err(Broken::Head(self.seq));
        }
        if self.noted.is_some() && self.noted_at.is_none() {
            return Err(Broken::NotedMissing(self.seq));
        }
        Ok(Whole {
            count: self.seq,
            head: self.hash,
            noted_at: self.noted_at,
        })
    }
}
