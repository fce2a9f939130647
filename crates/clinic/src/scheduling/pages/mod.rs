//! The pages of appointments: the patients' own, the staff's agenda, and the
//! doctors' hours and absences.

mod book;
mod mine;
mod slots;
mod words;

use axum::http::Method;
use kernel::Role;
use webkit::{Policy, Routes};

use crate::App;

const PATIENT: Policy = Policy::Roles(&[Role::Patient]);

pub(super) fn routes() -> Routes<App> {
    let (get, post) = (|| Method::GET, || Method::POST);
    let my = "/my/appointments";
    let mine = |action: &str| format!("{my}/{{id}}/{action}");
    Routes::new()
        .page(get(), my, mine::list, PATIENT)
        .page(get(), &format!("{my}/new"), book::new, PATIENT)
        .page(post(), &format!("{my}/new"), book::ask, PATIENT)
        .page(get(), &mine("cancel"), mine::sure, PATIENT)
        .page(post(), &mine("cancel"), mine::cancel, PATIENT)
        .page(get(), &mine("move"), book::choose, PATIENT)
        .page(post(), &mine("move"), book::shift, PATIENT)
}
