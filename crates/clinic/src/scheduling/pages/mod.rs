//! The pages of appointments: the patients' own, the staff's agenda, and the
//! doctors' hours and absences.

mod absences;
mod board;
mod book;
mod calendar;
mod charts;
mod figures;
mod hours;
mod line;
mod link_consent;
mod mine;
mod one;
mod online;
mod online_code;
mod online_setting;
mod place;
mod reminders;
mod reply;
mod slots;
mod staff;
mod times;
mod waiting;
mod words;

use axum::http::Method;
use kernel::{Role, UserId};
use webkit::{Policy, Principal, Routes, Shell};

use super::{http::doctors_calendar, policy::CALENDAR};
use crate::App;

const PATIENT: Policy = Policy::Roles(&[Role::Patient]);

/// Pages around the agenda: address, label, for whom, and whether it is a doctor's.
const SECTIONS: [(&str, &str, Policy, bool); 5] = [
    ("/agenda/hours", "hours-title", CALENDAR, true),
    ("/agenda/absences", "absences-title", CALENDAR, true),
    ("/agenda/figures", "figures-title", CALENDAR, true),
    ("/agenda/calendar", "calendar-title", CALENDAR, true),
    ("/agenda/reminders", "reminders-title", Policy::ADMIN, false),
];

/// The ones that he who looks may open, of the doctor he looks at: addresses with
/// the keys of their labels, and whether it is the page shown.
fn sections(shell: &Shell, doctor: Option<&UserId>) -> Vec<(String, &'static str, bool)> {
    let role = shell.principal.as_deref().and_then(Principal::role);
    let doctor = doctor.filter(|_| role != Some(Role::Practitioner));
    let query = doctor.map_or_else(String::new, |id| format!("?medecin={id}"));
    let open = SECTIONS
        .iter()
        .filter(|(_, _, policy, _)| policy.allows(role));
    open.map(|(href, label, _, of_doctor)| {
        let query = if *of_doctor { query.as_str() } else { "" };
        (format!("{href}{query}"), *label, shell.path == *href)
    })
    .collect()
}

pub(super) fn routes() -> Routes<App> {
    let (get, post) = (|| Method::GET, || Method::POST);
    let my = "/my/appointments";
    let mine = |action: &str| format!("{my}/{{id}}/{action}");
    let one = |action: &str| format!("/agenda/appointments/{{id}}{action}");
    let staff = Policy::STAFF;
    Routes::new()
        .page(get(), "/agenda", staff::agenda, staff)
        .page(get(), "/agenda/board", staff::board, staff)
        .page(get(), "/agenda/events", staff::events, staff)
        .page(get(), "/agenda/new", place::new, staff)
        .page(post(), "/agenda/new", place::create, staff)
        .page(get(), "/agenda/hours", hours::show, CALENDAR)
        .page(post(), "/agenda/hours", hours::save, CALENDAR)
        .page(post(), "/agenda/hours/{id}/delete", hours::remove, CALENDAR)
        .page(get(), "/agenda/figures", figures::show, CALENDAR)
        .page(get(), "/agenda/reminders", reminders::show, Policy::ADMIN)
        .page(post(), "/agenda/reminders", reminders::save, Policy::ADMIN)
        .page(get(), "/agenda/calendar", calendar::show, CALENDAR)
        .page(get(), "/agenda/calendar/file", doctors_calendar, CALENDAR)
        .page(
            post(),
            "/agenda/calendar",
            calendar::make,
            Policy::CLINICIAN,
        )
        .page(
            post(),
            "/agenda/calendar/withdraw",
            calendar::withdraw,
            Policy::CLINICIAN,
        )
        .page(get(), "/agenda/absences", absences::show, CALENDAR)
        .page(post(), "/agenda/absences", absences::save, CALENDAR)
        .page(
            post(),
            "/agenda/absences/{id}/delete",
            absences::remove,
            CALENDAR,
        )
        .page(get(), &one(""), one::show, staff)
        .page(get(), &one("/move"), place::choose, staff)
        .page(post(), &one("/move"), place::shift, staff)
        .page(post(), &one("/confirm"), one::confirm, staff)
        .page(post(), &one("/decline"), one::decline, staff)
        .page(post(), &one("/cancel"), one::cancel, staff)
        .page(post(), &one("/cancel-series"), one::cancel_series, staff)
        .page(post(), &one("/assign"), one::assign, staff)
        .page(post(), &one("/complete"), one::complete, staff)
        .page(post(), &one("/no-show"), one::no_show, staff)
        .page(get(), "/agenda/waiting", line::show, staff)
        .page(post(), "/agenda/waiting", line::add, staff)
        .page(post(), "/agenda/waiting/{id}/remove", line::remove, staff)
        .page(get(), "/my/waiting", waiting::ask, PATIENT)
        .page(post(), "/my/waiting", waiting::join, PATIENT)
        .page(post(), "/my/waiting/{id}/leave", waiting::leave, PATIENT)
        .page(post(), "/my/waiting/{id}/accept", waiting::accept, PATIENT)
        .page(
            post(),
            "/my/waiting/{id}/decline",
            waiting::decline,
            PATIENT,
        )
        .page(get(), "/r/{token}", reply::show, Policy::Public)
        .page(post(), "/r/{token}", reply::answer, Policy::Public)
        .page(
            get(),
            "/r/{token}/messages",
            link_consent::show,
            Policy::Public,
        )
        .page(
            post(),
            "/r/{token}/messages",
            link_consent::save,
            Policy::Public,
        )
        .page(get(), my, mine::list, PATIENT)
        .page(get(), &format!("{my}/new"), book::new, PATIENT)
        .page(post(), &format!("{my}/new"), book::ask, PATIENT)
        .page(get(), &mine("cancel"), mine::sure, PATIENT)
        .page(post(), &mine("cancel"), mine::cancel, PATIENT)
        .page(get(), &mine("move"), book::choose, PATIENT)
        .page(post(), &mine("move"), book::shift, PATIENT)
        .merge(online::routes())
        .merge(online_code::routes())
        .merge(online_setting::routes())
}
