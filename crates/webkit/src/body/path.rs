use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};
use kernel::{Id, Problem};

use crate::Fault;

/// The id in a path with one parameter. What is no UUID names nothing: 404.
#[derive(Debug)]
pub struct PathId<K>(pub Id<K>);

/// The ids in a path with two parameters, in their order.
#[derive(Debug)]
pub struct PathIds<A, B>(pub Id<A>, pub Id<B>);

impl<S: Send + Sync, K> FromRequestParts<S> for PathId<K> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Fault> {
        let texts = params(parts, state).await?;
        Ok(Self(nth(&texts, 0)?))
    }
}

impl<S: Send + Sync, A, B> FromRequestParts<S> for PathIds<A, B> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Fault> {
        let texts = params(parts, state).await?;
        Ok(Self(nth(&texts, 0)?, nth(&texts, 1)?))
    }
}

async fn params<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<Vec<String>, Problem> {
    // Only bytes that are no UTF-8 fail here; they name nothing either.
    let params = RawPathParams::from_request_parts(parts, state)
        .await
        .map_err(|_| Problem::not_found())?;
    Ok(params.iter().map(|(_, value)| value.to_owned()).collect())
}

fn nth<K>(texts: &[String], index: usize) -> Result<Id<K>, Problem> {
    let text = texts.get(index).ok_or_else(Problem::not_found)?;
    text.parse().map_err(|_| Problem::not_found())
}
