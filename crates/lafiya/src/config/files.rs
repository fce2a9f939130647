use ports::{BlobStore, Unavailable, blob::S3};

use super::{Config, read::Reader, settings};

/// All that a bucket needs, or nothing of it.
pub(super) fn bucket(reader: &mut Reader) -> Option<S3> {
    let endpoint = reader.read(&settings::BLOBS_ENDPOINT);
    let region = reader.read(&settings::BLOBS_REGION);
    // The keys may be there for other programs.
    if !reader.is_given(&settings::BLOBS_URL) {
        return None;
    }
    let why = "blobs_url names a bucket, and nobody enters it without a key";
    if !reader.is_given(&settings::BLOBS_ACCESS_KEY_ID) {
        reader.missing(&settings::BLOBS_ACCESS_KEY_ID, why);
    }
    if !reader.is_given(&settings::BLOBS_SECRET_ACCESS_KEY) {
        reader.missing(&settings::BLOBS_SECRET_ACCESS_KEY, why);
    }
    let bucket = reader.read(&settings::BLOBS_URL);
    let access_key_id = reader.read(&settings::BLOBS_ACCESS_KEY_ID);
    let secret_access_key = reader.read(&settings::BLOBS_SECRET_ACCESS_KEY);
    let bucket = bucket?;
    Some(S3 {
        bucket: bucket.name,
        prefix: bucket.prefix,
        endpoint,
        region: region?,
        access_key_id: access_key_id?,
        secret_access_key: secret_access_key?,
    })
}

impl Config {
    /// Where files lie. What arrives waits in the data folder in either case.
    pub fn blobs(&self) -> Result<BlobStore, Unavailable> {
        match &self.bucket {
            Some(bucket) => BlobStore::s3(bucket, &self.data.join("arriving")),
            None => BlobStore::local(&self.data.join("blobs")),
        }
    }
}
