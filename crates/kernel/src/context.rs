use uuid::Uuid;

use crate::{Locale, TenantId, UserId};

crate::words! {
    /// What a person is in a tenant, with the seeds' wire names.
    pub enum Role {
        /// Sees only his own record.
        Patient = "patient",
        /// A doctor.
        Practitioner = "medecin",
        /// Reception or counter.
        Agent = "agent",
        /// Runs a site.
        Manager = "manager",
        /// Runs the tenant.
        Admin = "admin",
        /// Runs the platform.
        SuperAdmin = "superadmin",
    }
}

impl Role {
    /// Whether this role works for the clinic rather than being treated by it.
    #[must_use]
    pub const fn is_staff(self) -> bool {
        !matches!(self, Self::Patient)
    }

    /// Whether this role may change how the tenant works.
    #[must_use]
    pub const fn is_admin(self) -> bool {
        matches!(self, Self::Admin | Self::SuperAdmin)
    }
}

/// On whose behalf something happens; stored with every audit event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// A signed-in person in the role he holds in this tenant.
    User(UserId, Role),
    /// Another program that an administrator let in, by the id of its access.
    Service(Uuid),
    /// The program itself: a job, a schedule, a provider's webhook.
    System(&'static str),
}

impl Actor {
    /// The signed-in person, if there is one.
    #[must_use]
    pub const fn user(&self) -> Option<UserId> {
        match self {
            Self::User(user, _) => Some(*user),
            Self::Service(_) | Self::System(_) => None,
        }
    }
}

/// Who acts, where, and in which language: the first argument of every operation.
#[derive(Debug, Clone, Copy)]
pub struct Ctx {
    /// The clinic in which everything happens.
    pub tenant: TenantId,
    /// On whose behalf.
    pub actor: Actor,
    /// The caller's language, for texts that answer him.
    pub locale: Locale,
}

impl Ctx {
    /// The program acting in a tenant, e.g. from a job named `what`.
    #[must_use]
    pub const fn system(tenant: TenantId, what: &'static str) -> Self {
        Self {
            tenant,
            actor: Actor::System(what),
            locale: Locale::Fr,
        }
    }
}
