use std::{fmt, path::Path, sync::Arc, time::Duration};

use kernel::Redacted;
use object_store::{
    ClientOptions, RetryConfig, aws::AmazonS3Builder, path::Path as Key, prefix::PrefixStore,
};

use super::BlobStore;
use crate::Unavailable;

/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long requests are tried again: a person waits for the answer.
const RETRIES: Duration = Duration::from_secs(20);

/// Where an S3-compatible store is and how it is entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct S3 {
    /// The bucket; it must exist.
    pub bucket: String,
    /// What every key begins with, without slashes at its ends; may be empty.
    pub prefix: String,
    /// The server's address for stores that are not Amazon's.
    pub endpoint: Option<String>,
    /// The region; other stores take any word.
    pub region: String,
    /// The name of the key.
    pub access_key_id: String,
    /// The key.
    pub secret_access_key: Redacted<String>,
}

impl BlobStore {
    /// Keeps files in a bucket. What arrives waits in `waiting`, a folder on a
    /// local disk, until it is known what it is.
    ///
    /// # Errors
    /// When the settings cannot be used. Nothing is asked of the store yet.
    pub fn s3(settings: &S3, waiting: &Path) -> Result<Self, Unavailable> {
        let unusable = |error: &dyn fmt::Display| Unavailable::new("the file store", error);
        let client = ClientOptions::new()
            .with_timeout(PATIENCE)
            .with_connect_timeout(Duration::from_secs(5))
            .with_allow_http(true);
        let retries = RetryConfig {
            max_retries: 3,
            retry_timeout: RETRIES,
            ..RetryConfig::default()
        };
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&settings.bucket)
            .with_region(&settings.region)
            .with_access_key_id(&settings.access_key_id)
            .with_secret_access_key(&settings.secret_access_key.0)
            .with_client_options(client)
            .with_retry(retries);
        if let Some(endpoint) = &settings.endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        let bucket = builder.build().map_err(|e| unusable(&e))?;
        let prefix = Key::parse(&settings.prefix).map_err(|e| unusable(&e))?;
        Ok(Self {
            store: Arc::new(PrefixStore::new(bucket, prefix)),
            folder: None,
            waiting: waiting.to_path_buf(),
        })
    }
}
