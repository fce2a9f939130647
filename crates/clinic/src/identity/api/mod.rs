//! What siblings, the web layer and the command line may ask.

mod accounts;
mod authenticate;
mod sign_in;

pub use accounts::{
    create_tenant, create_user, reset_password, staff, sweep, tenant, tenant_by_slug, tenants,
};
pub use authenticate::SessionsAndTokens;
pub use sign_in::{
    End, close_session, issue_tokens, log_out, me, open_session, rotate, verify_access,
};

pub use super::model::{NewSession, NewTenant, NewUser, StaffMember, TenantInfo, Tokens, UserRow};
