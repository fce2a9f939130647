use std::fmt;

use kernel::Role;

/// Who may call a route. The first question of every request; whether the
/// caller may see *this* object is the second, and the product's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// Anybody; a signed-in caller is recognised all the same.
    Public,
    /// A provider whose signature the handler verifies. Nobody is authenticated.
    SignedProvider,
    /// Anybody who has signed in.
    SignedIn,
    /// Somebody in one of these roles.
    Roles(&'static [Role]),
    /// This machine itself, or an administrator: for measurements.
    LoopbackOrAdmin,
}

/// What a policy says to a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    Admit,
    SignInFirst,
    Refuse,
}

impl Policy {
    /// Everybody who works for the clinic.
    pub const STAFF: Self = Self::Roles(&[
        Role::Practitioner,
        Role::Agent,
        Role::Manager,
        Role::Admin,
        Role::SuperAdmin,
    ]);
    /// Who runs the tenant or the platform.
    pub const ADMIN: Self = Self::Roles(&[Role::Admin, Role::SuperAdmin]);
    /// Doctors only: an administrator is none by being one.
    pub const CLINICIAN: Self = Self::Roles(&[Role::Practitioner]);

    /// Whether callers are authenticated at all.
    pub(crate) const fn authenticates(self) -> bool {
        !matches!(self, Self::SignedProvider)
    }

    /// Whether a caller is needed; without one the route can still be public.
    #[must_use]
    pub const fn needs_caller(self) -> bool {
        !matches!(self, Self::Public | Self::SignedProvider)
    }

    /// Whether somebody signed in with this role is admitted. `None` is a
    /// caller that is no person.
    #[must_use]
    pub fn allows(self, role: Option<Role>) -> bool {
        match self {
            Self::Public | Self::SignedProvider | Self::SignedIn => true,
            Self::Roles(roles) => role.is_some_and(|role| roles.contains(&role)),
            Self::LoopbackOrAdmin => role.is_some_and(Role::is_admin),
        }
    }

    /// The verdict: `caller` is `None` when nobody signed in, else the role.
    pub(crate) fn decide(self, caller: Option<Option<Role>>, loopback: bool) -> Decision {
        if self == Self::LoopbackOrAdmin && loopback {
            return Decision::Admit;
        }
        match caller {
            None if self.needs_caller() => Decision::SignInFirst,
            Some(role) if !self.allows(role) => Decision::Refuse,
            _ => Decision::Admit,
        }
    }
}

impl fmt::Display for Policy {
    /// As the policy matrix writes it: `public`, `signed-in`, `admin|superadmin` …
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Public => f.write_str("public"),
            Self::SignedProvider => f.write_str("signed-provider"),
            Self::SignedIn => f.write_str("signed-in"),
            Self::LoopbackOrAdmin => f.write_str("loopback|admin"),
            Self::Roles(roles) => {
                for (index, role) in roles.iter().enumerate() {
                    let bar = if index == 0 { "" } else { "|" };
                    write!(f, "{bar}{role}")?;
                }
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decides_by_role_and_place() {
        use Decision::{Admit, Refuse, SignInFirst};
        let agent = Some(Some(Role::Agent));
        let admin = Some(Some(Role::Admin));
        let program = Some(None);
        for (policy, caller, loopback, expected) in [
            (Policy::Public, None, false, Admit),
            (Policy::SignedProvider, None, false, Admit),
            (Policy::SignedIn, None, true, SignInFirst),
            (Policy::SignedIn, program, false, Admit),
            (Policy::STAFF, agent, false, Admit),
            (Policy::STAFF, Some(Some(Role::Patient)), false, Refuse),
            (Policy::STAFF, program, false, Refuse),
            (Policy::ADMIN, agent, false, Refuse),
            (Policy::CLINICIAN, admin, false, Refuse),
            (Policy::LoopbackOrAdmin, None, true, Admit),
            (Policy::LoopbackOrAdmin, None, false, SignInFirst),
            (Policy::LoopbackOrAdmin, agent, false, Refuse),
            (Policy::LoopbackOrAdmin, admin, false, Admit),
        ] {
            assert_eq!(policy.decide(caller, loopback), expected, "{policy}");
        }
        assert_eq!(Policy::ADMIN.to_string(), "admin|superadmin");
    }
}
