use kernel::{Id, Locale, Role, TenantId, Timestamp, UserId};
use store::{ReadTx, StoreError, WriteTx, params};

store::statements! {
    INSERT_INVITATION = "INSERT INTO invitation (tenant_id, id, kind, state, role, first_name, last_name, email, phone,
            locale, token_hash, expires_at, invited_by, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14)";
    INVITATION = "SELECT id, kind, state, role, first_name, last_name, email, phone, locale, expires_at, invited_by,
            accepted_by, created_at
        FROM invitation WHERE tenant_id = $1 AND id = $2";
    INVITATION_BY_TOKEN = "SELECT id, kind, state, role, first_name, last_name, email, phone, locale, expires_at,
            invited_by, accepted_by, created_at
        FROM invitation WHERE tenant_id = $1 AND token_hash = $2";
    INVITATION_TENANT = "SELECT tenant_id AS value FROM invitation WHERE token_hash = $1";
    INVITATIONS = "SELECT id, kind, state, role, first_name, last_name, email, phone, locale, expires_at, invited_by,
            accepted_by, created_at
        FROM invitation WHERE tenant_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2 OFFSET $3";
    COUNT_INVITATIONS = "SELECT COUNT(*) AS value FROM invitation WHERE tenant_id = $1";
    /// A new link makes the old one worthless.
    RENEW_INVITATION = "UPDATE invitation SET state = 'open', token_hash = $3, expires_at = $4, invited_by = $5, updated_at = $6
        WHERE tenant_id = $1 AND id = $2 AND state IN ('waiting', 'open')";
    /// Two at the same moment: one of them changes no row.
    ACCEPT_INVITATION = "UPDATE invitation SET state = 'accepted', accepted_by = $3, updated_at = $4
        WHERE tenant_id = $1 AND id = $2 AND token_hash = $5 AND state = 'open' AND expires_at > $4";
    END_INVITATION = "UPDATE invitation SET state = $3, updated_at = $4
        WHERE tenant_id = $1 AND id = $2 AND state IN ('waiting', 'open')";
    REQUESTS_WAITING = "SELECT COUNT(*) AS value FROM invitation WHERE tenant_id = $1 AND state = 'waiting'";
}

/// Marker of [`InvitationId`].
#[derive(Debug)]
pub struct InvitationKind;
/// One invitation.
pub type InvitationId = Id<InvitationKind>;

kernel::words! {
    /// Who began it.
    pub enum InvitationOrigin {
        /// An admin invites.
        Invitation = "invitation",
        /// Somebody asks to be invited.
        Request = "request",
    }
}

kernel::words! {
    /// How far an invitation has come. One that is open may have expired.
    pub enum InvitationState {
        /// Asked for, no admin has decided.
        Waiting = "waiting",
        /// There is a link.
        Open = "open",
        /// He is a member.
        Accepted = "accepted",
        /// An admin took it back.
        Revoked = "revoked",
        /// An admin refused the request.
        Refused = "refused",
    }
}

store::row! {
    /// An invitation.
    pub struct Invitation {
        /// Its id.
        pub id: InvitationId,
        /// Who began it.
        pub kind: InvitationOrigin,
        /// How far it has come.
        pub state: InvitationState,
        /// What he shall be.
        pub role: Role,
        /// First name.
        pub first_name: String,
        /// Last name.
        pub last_name: String,
        /// E-mail.
        pub email: Option<String>,
        /// Phone, E.164.
        pub phone: Option<String>,
        /// His language.
        pub locale: Locale,
        /// Until when its link opens.
        pub expires_at: Timestamp,
        /// Who invited him.
        pub invited_by: Option<UserId>,
        /// Who he turned out to be.
        pub accepted_by: Option<UserId>,
        /// When it was made.
        pub created_at: Timestamp,
    }
}

impl Invitation {
    /// Whether its link opens now.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.state == InvitationState::Open && self.expires_at > now
    }

    /// How it stands: a state, or `expired`.
    #[must_use]
    pub fn standing(&self, now: Timestamp) -> &'static str {
        if self.state == InvitationState::Open && self.expires_at <= now {
            return "expired";
        }
        self.state.as_str()
    }
}

pub(in crate::identity) async fn insert_invitation(
    tx: &mut WriteTx,
    tenant: TenantId,
    new: &Invitation,
    token_hash: Option<String>,
) -> Result<(), StoreError> {
    let values = params![
        tenant,
        new.id,
        new.kind,
        new.state,
        new.role,
        new.first_name,
        new.last_name,
        new.email,
        new.phone,
        new.locale,
        token_hash,
        new.expires_at,
        new.invited_by,
        new.created_at,
    ];
    tx.execute_one(INSERT_INVITATION, values).await
}

pub(in crate::identity) async fn invitation(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: InvitationId,
) -> Result<Option<Invitation>, StoreError> {
    tx.optional(INVITATION, params![tenant, id]).await
}

pub(in crate::identity) async fn invitation_by_token(
    tx: &mut ReadTx,
    tenant: TenantId,
    hash: &str,
) -> Result<Option<Invitation>, StoreError> {
    tx.optional(INVITATION_BY_TOKEN, params![tenant, hash])
        .await
}

/// The clinic that invites by this link.
pub(in crate::identity) async fn invitation_tenant(
    tx: &mut ReadTx,
    hash: &str,
) -> Result<Option<TenantId>, StoreError> {
    tx.optional(INVITATION_TENANT, params![hash]).await
}

/// One page of invitations, newest first, with the number of all.
pub(in crate::identity) async fn invitations(
    tx: &mut ReadTx,
    tenant: TenantId,
    page: kernel::PageRequest,
) -> Result<(i64, Vec<Invitation>), StoreError> {
    let count = tx.one(COUNT_INVITATIONS, params![tenant]).await?;
    let values = params![tenant, page.size, page.offset()];
    Ok((count, tx.all(INVITATIONS, values).await?))
}

/// Gives an invitation that is not over a new link.
pub(in crate::identity) async fn renew_invitation(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: InvitationId,
    (hash, expires_at): (&str, Timestamp),
    (by, now): (Option<UserId>, Timestamp),
) -> Result<(), StoreError> {
    tx.execute_one(
        RENEW_INVITATION,
        params![tenant, id, hash, expires_at, by, now],
    )
    .await
}

/// False when it is not open any more.
pub(in crate::identity) async fn accept_invitation(
    tx: &mut WriteTx,
    tenant: TenantId,
    (id, hash): (InvitationId, &str),
    user: UserId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let accepted = tx
        .execute(ACCEPT_INVITATION, params![tenant, id, user, now, hash])
        .await?;
    Ok(accepted == 1)
}

pub(in crate::identity) async fn end_invitation(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: InvitationId,
    state: InvitationState,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute_one(END_INVITATION, params![tenant, id, state, now])
        .await
}

/// How many ask to be invited.
pub(in crate::identity) async fn requests_waiting(
    tx: &mut ReadTx,
    tenant: TenantId,
) -> Result<i64, StoreError> {
    tx.one(REQUESTS_WAITING, params![tenant]).await
}
