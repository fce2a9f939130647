mod actions;
mod views;

use axum::http::Method;
use webkit::{Policy, Routes};

use crate::App;

pub(in crate::inbox) fn routes() -> Routes<App> {
    let staff = Policy::STAFF;
    Routes::new()
        .page(Method::GET, "/inbox", views::inbox, staff)
        .page(Method::GET, "/inbox/list", views::list, staff)
        .page(Method::GET, "/inbox/events", views::events, staff)
        .page(Method::GET, "/inbox/media/{id}", views::media, staff)
        .page(
            Method::POST,
            "/inbox/media/{id}/retry",
            actions::fetch_again,
            staff,
        )
        .page(Method::GET, "/inbox/{id}", views::conversation, staff)
        .page(Method::GET, "/inbox/{id}/thread", views::thread, staff)
        .page(Method::POST, "/inbox/{id}/reply", actions::reply, staff)
        .page(Method::POST, "/inbox/{id}/note", actions::note, staff)
        .page(Method::POST, "/inbox/{id}/assign", actions::assign, staff)
        .page(Method::POST, "/inbox/{id}/status", actions::status, staff)
        .page(Method::POST, "/inbox/{id}/resolve", actions::resolve, staff)
        .page(Method::POST, "/inbox/{id}/confirm", actions::confirm, staff)
        .page(Method::POST, "/inbox/{id}/refuse", actions::refuse, staff)
}
