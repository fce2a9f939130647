//! What is nobody's domain: the start page, the state of the server, the work
//! of the engine, and the phone simulator.

mod pages;
mod work;

use webkit::{NavEntry, Policy, Routes};

use crate::App;

pub(crate) use work::play_reports;

/// The common routes.
pub(crate) fn routes() -> Routes<App> {
    pages::routes()
}

/// The navigation, in the order it is shown.
#[must_use]
pub fn navigation() -> Vec<NavEntry> {
    vec![
        NavEntry {
            href: "/inbox",
            label: "inbox-title",
            policy: Policy::STAFF,
            also: &[],
        },
        NavEntry {
            href: "/consultations",
            label: "consultations-title",
            policy: Policy::STAFF,
            also: &[],
        },
        NavEntry {
            href: "/agenda",
            label: "agenda-title",
            policy: Policy::STAFF,
            also: &[],
        },
        NavEntry {
            href: "/reminders",
            label: "notes-title",
            policy: Policy::STAFF,
            also: &[],
        },
        NavEntry {
            href: "/broadcasts",
            label: "broadcasts-title",
            policy: Policy::STAFF,
            also: &[],
        },
        NavEntry {
            href: "/patients",
            label: "patients-title",
            policy: Policy::STAFF,
            also: &[],
        },
        NavEntry {
            href: "/users",
            label: "users-title",
            policy: Policy::ADMIN,
            also: &[],
        },
        NavEntry {
            href: "/work",
            label: "work-title",
            policy: Policy::ADMIN,
            also: &[],
        },
        NavEntry {
            href: "/settings/access",
            label: "access-title",
            policy: Policy::ADMIN,
            also: &[],
        },
        NavEntry {
            href: "/settings/letterhead",
            label: "letterhead-nav",
            policy: Policy::ADMIN,
            also: &[],
        },
        NavEntry {
            href: "/settings/texts",
            label: "texts-nav",
            policy: Policy::ADMIN,
            also: &[],
        },
        NavEntry {
            href: "/settings/providers",
            label: "providers-nav",
            policy: Policy::ADMIN,
            also: &[],
        },
        NavEntry {
            href: "/settings/costs",
            label: "costs-nav",
            policy: Policy::ADMIN,
            also: &[],
        },
        NavEntry {
            href: "/settings/booking",
            label: "online-nav",
            policy: Policy::ADMIN,
            also: &[],
        },
        NavEntry {
            href: "/audit",
            label: "audit-title",
            policy: Policy::ADMIN,
            also: &[],
        },
        NavEntry {
            href: "/my/appointments",
            label: "my-appointments-nav",
            policy: Policy::Roles(&[kernel::Role::Patient]),
            also: &["/my/waiting"],
        },
        NavEntry {
            href: "/my/records",
            label: "mine-title",
            policy: Policy::Roles(&[kernel::Role::Patient]),
            also: &[],
        },
        NavEntry {
            href: "/my/messages",
            label: "consent-nav",
            policy: Policy::Roles(&[kernel::Role::Patient]),
            also: &[],
        },
        NavEntry {
            href: "/my/access",
            label: "my-access-title",
            policy: Policy::Roles(&[kernel::Role::Patient]),
            also: &[],
        },
        NavEntry {
            href: "/simulator",
            label: "simulator-title",
            policy: Policy::STAFF,
            also: &[],
        },
    ]
}
