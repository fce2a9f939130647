//! Style, scripts and pictures, embedded. Their addresses hold a hash of the
//! content, so browsers may keep them for ever.

use std::{collections::BTreeMap, sync::LazyLock};

use axum::{
    extract::Path,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use include_dir::{Dir, include_dir};
use kernel::{Problem, text::hex};
use sha2::{Digest as _, Sha256};

use crate::{Fault, Policy, Routes};

static FOLDER: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../assets");

static FILES: LazyLock<BTreeMap<&'static str, Asset>> = LazyLock::new(|| {
    let mut files = BTreeMap::new();
    collect(&FOLDER, &mut files);
    files
});

struct Asset {
    bytes: &'static [u8],
    hash: String,
}

fn collect(folder: &'static Dir<'static>, files: &mut BTreeMap<&'static str, Asset>) {
    for file in folder.files() {
        if let Some(path) = file.path().to_str() {
            let digest = Sha256::digest(file.contents());
            let hash = hex(&digest[..6]);
            files.insert(
                path,
                Asset {
                    bytes: file.contents(),
                    hash,
                },
            );
        }
    }
    for inner in folder.dirs() {
        collect(inner, files);
    }
}

/// The address of a file in `assets/`, e.g. `url("app.css")`. One that is not
/// there is logged; its address answers 404.
#[must_use]
pub fn url(path: &str) -> String {
    match FILES.get(path) {
        Some(asset) => format!("/assets/{}/{path}", asset.hash),
        None => {
            tracing::error!(path, "there is no such asset");
            format!("/assets/missing/{path}")
        }
    }
}

pub(crate) fn routes<S: Clone + Send + Sync + 'static>() -> Routes<S> {
    Routes::new().plain(Method::GET, "/assets/{hash}/{*path}", serve, Policy::Public)
}

async fn serve(
    Path((hash, path)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let asset = FILES.get(path.as_str()).ok_or_else(Problem::not_found)?;
    let etag = format!("\"{}\"", asset.hash);
    let known = headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|known| matches(known, &asset.hash));
    // While nodes of two releases run side by side, a page of the one may ask
    // the other: it gets what is there, but must not keep it.
    let keep = if hash == asset.hash {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let described = [
        (header::CACHE_CONTROL, keep.to_owned()),
        (header::ETAG, etag),
        (header::CONTENT_TYPE, media_type(&path).to_owned()),
    ];
    if known {
        return Ok((StatusCode::NOT_MODIFIED, described).into_response());
    }
    Ok((described, asset.bytes).into_response())
}

/// A compressed answer's tag comes back marked as weak by some proxies.
fn matches(known: &HeaderValue, hash: &str) -> bool {
    let known = known.to_str().unwrap_or_default();
    known
        .split(',')
        .any(|tag| tag.trim().trim_start_matches("W/").trim_matches('"') == hash)
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webmanifest" => "application/manifest+json",
        _ => "text/plain; charset=utf-8",
    }
}

#[cfg(test)]
mod tests;
