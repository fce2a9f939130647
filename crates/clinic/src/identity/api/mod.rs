//! What siblings, the web layer and the command line may ask.

mod access;
mod accounts;
mod authenticate;
mod authorize;
mod codes;
mod delegate;
mod factor_rule;
mod failures;
mod input;
mod invitations;
mod let_in;
mod mails;
mod members;
mod one_time;
mod profile;
mod programs;
mod registration;
mod second_factor;
mod sessions;
mod sign_in;

pub use access::{
    client, clients, create_service_token, register_client, revoke_client, revoke_service_token,
    rotate_secret, service_token, service_tokens,
};
pub use accounts::{
    create_tenant, create_user, in_each_clinic, is_doctor, is_patient, reset_password, staff,
    staff_name, sweep, tenant, tenant_by_slug, tenants,
};
pub use authenticate::{SessionsAndTokens, verify_access};
pub use authorize::{NotAsked, Wrong, asked, consent, refused, sweep_grants};
pub use delegate::{Known, NotGiven, Shown, delegate, known, revoke};
pub use factor_rule::{member_factors, require, required, reset_factor};
pub use failures::limited;
pub use let_in::{let_in, withdraw};
pub use second_factor::{
    begin, challenged, confirm, finish_browser, finish_program, finish_setup, offered, remove,
    renew_codes, state,
};
pub use sessions::{current_sign_in, end_other_sign_ins, end_sign_in, sign_ins};
pub use sign_in::{
    End, close_session, issue_tokens, log_out, me, open_session, rotate, sign_in_browser,
    sign_in_program,
};

pub use super::http::OwnSignIn;
pub use super::model::oauth::{
    AccessState, Asked, ClientId, ClientKind, ClientRow, Delegated, Issued, LetIn, NewClient,
    NewServiceToken, ServiceTokenId, ServiceTokenRow,
};
pub use super::rules::scopes::SCOPES;
pub use super::wire::{OauthCode, OauthError, Params};

pub use super::model::{
    FactorState, Login, MemberFactor, NewSession, NewTenant, NewUser, Origin, Required, SignInId,
    SignInKind, SignInRow, StaffMember, TenantInfo, Tokens, UserRow,
};
pub use super::rules::{Agent, Enrolment, fingerprint};
pub use codes::{
    confirm_phone, forgotten, look_at_reset_link, make_reset_link, reset_by_code, reset_by_link,
    send_phone_code,
};
pub use invitations::{
    Invited, NewInvitation, Offer, accept_as, accept_as_new, ask_to_join, end_invitation,
    invitations, invite, look_at_invitation, send_invitation,
};
pub use mails::{can_mail, confirm_email, send_email_code};
pub use members::{MemberChange, change_member, deactivate, doctor, doctors, member, members};
pub use one_time::{fresh_code, is_code, is_lasting_code, keyed_code, lasting_code};
pub use profile::{
    AccountPatch, ProfilePatch, change_myself, change_password, clinics_of, myself, switch_tenant,
};
pub use registration::{Registration, register, registered, tenant_for_guests};

pub use super::storage::{
    Doctor, Invitation, InvitationId, InvitationKind, InvitationOrigin, InvitationState, Member,
    MemberFilter,
};
