use jobs::{Failure, Job, Outcome, RetryClass};
use ports::twilio::media::MediaError;

use crate::{
    App, blobs,
    inbox::{api::TOPIC, storage},
};

/// WhatsApp's own limit for media (Twilio's "Accepted content types for media").
const LARGEST: usize = 16 * 1024 * 1024;

/// Fetches one file and stores it. Fetching twice is harmless: the second copy
/// replaces nothing, and bytes without a row are swept.
pub(super) async fn fetch(app: App, job: Job) -> Result<Outcome, Failure> {
    let url = {
        let mut tx = app.store.read(job.tenant).await?;
        storage::media_url(&mut tx, job.tenant, job.id).await?
    };
    let Some(url) = url else {
        return Ok(Outcome::Done);
    };
    let client = app
        .media
        .as_ref()
        .ok_or_else(|| Failure::dead("no provider to fetch media from"))?;
    let media = client.fetch(&url, LARGEST).await.map_err(failure)?;
    let blob = blobs::api::put(&app, job.tenant, media.bytes).await?;
    let (a, j) = (app.clone(), job.clone());
    let write = app.store.write(job.tenant, move |tx| {
        Box::pin(async move {
            blobs::api::insert(tx, &a, j.tenant, &blob).await?;
            storage::end_media(tx, j.tenant, j.id, Some(blob.id)).await?;
            tx.emit(TOPIC, j.id);
            jobs::finish(tx, &storage::MEDIA_WORK, &j).await
        })
    });
    write.await?;
    Ok(Outcome::Committed)
}

fn failure(error: MediaError) -> Failure {
    match error {
        MediaError::TooMany { retry_after } => Failure::Retry {
            class: RetryClass::RateLimited,
            error: error.to_string(),
            after: retry_after,
        },
        error if error.can_retry() => Failure::transient(error),
        error => Failure::dead(error),
    }
}
