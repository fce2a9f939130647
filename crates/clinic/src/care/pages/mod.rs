//! The staff's pages of consultation records.

mod attachments;
mod chart;
mod decide;
mod drafts;
mod fields;
mod form;
mod judge;
mod labs;
mod letterhead;
mod link;
mod links;
mod list;
mod my_records;
mod part;
mod patients_view;
mod references;
mod save;
mod sheet;
mod show;
mod verify;
mod view;

use axum::{
    http::Method,
    response::{IntoResponse, Redirect, Response},
};
use kernel::{Problem, Role};
use webkit::{Fault, Policy, Routes};

pub(super) use patients_view::routes as patients_view;

use crate::App;

/// Doctors and who runs the clinic.
const DECIDERS: Policy = Policy::Roles(&[Role::Practitioner, Role::Admin, Role::SuperAdmin]);

pub(super) fn routes() -> Routes<App> {
    let (get, post) = (|| Method::GET, || Method::POST);
    let (staff, doctors) = (Policy::STAFF, Policy::CLINICIAN);
    let one = |action: &str| format!("/consultations/{{id}}/{action}");
    Routes::new()
        .page(get(), "/consultations", list::list, staff)
        .page(get(), "/consultations/new", form::new, staff)
        .page(post(), "/consultations/new", save::create, staff)
        .page(post(), "/consultations/check", form::check, staff)
        .page(
            post(),
            "/consultations/drafts/{subject}",
            drafts::keep,
            staff,
        )
        .page(
            post(),
            "/consultations/drafts/{subject}/drop",
            drafts::forget,
            staff,
        )
        .page(get(), "/consultations/{id}", show::show, staff)
        .page(get(), &one("edit"), form::edit, staff)
        .page(post(), &one("edit"), save::edit, staff)
        .page(get(), &one("events"), show::events, staff)
        .page(get(), &one("news"), show::news, staff)
        .page(post(), &one("messages"), decide::message, staff)
        .page(post(), &one("assign"), decide::assign, staff)
        .page(post(), &one("notify"), decide::notify, staff)
        .page(post(), &one("relaunch"), decide::relaunch, DECIDERS)
        .page(post(), &one("conclusion"), decide::conclude, doctors)
        .page(post(), &one("reject"), decide::reject, doctors)
        .page(get(), &one("amend"), form::amend, doctors)
        .page(post(), &one("amend"), save::amend, doctors)
        .merge(labs::routes())
        .merge(letterhead::routes())
        .merge(links::routes())
        .merge(references::routes())
        .merge(attachments::routes())
}

/// A restricted record is opened on its patient's page.
fn door(problem: Problem) -> Result<Response, Fault> {
    let restricted = problem.code == Some("record-restricted");
    let patient = problem.errors.first().and_then(|error| error.args.first());
    match patient {
        Some((_, id)) if restricted => Ok(Redirect::to(&format!("/patients/{id}")).into_response()),
        _ => Err(problem.into()),
    }
}
