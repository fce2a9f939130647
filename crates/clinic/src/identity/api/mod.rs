//! What siblings, the web layer and the command line may ask.

mod accounts;
mod authenticate;
mod failures;
mod sign_in;

pub use accounts::{
    create_tenant, create_user, reset_password, staff, staff_name, sweep, tenant, tenant_by_slug,
    tenants,
};
pub use authenticate::{SessionsAndTokens, verify_access};
pub use failures::limited;
pub use sign_in::{End, close_session, issue_tokens, log_out, me, open_session, rotate};

pub use super::model::{NewSession, NewTenant, NewUser, StaffMember, TenantInfo, Tokens, UserRow};
