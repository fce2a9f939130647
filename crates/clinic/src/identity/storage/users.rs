use kernel::{Locale, PageRequest, Role, TenantId, Timestamp, UserId};
use store::{ReadTx, StoreError, WriteTx, params};

/// Members of a clinic with their accounts and profiles, for these rows.
macro_rules! member {
    ($rows:literal) => {
        concat!(
            "SELECT u.id AS id, u.username AS username, u.first_name AS first_name, u.last_name AS last_name,
            u.email AS email, u.phone AS phone, u.locale AS locale, u.is_active AS account_active,
            u.created_at AS created_at, u.last_login_at AS last_login_at, u.version AS version,
            u.email_verified_at AS email_verified_at, u.phone_verified_at AS phone_verified_at,
            u.phone_vouched AS phone_vouched, m.role AS role, m.is_active AS member_active,
            p.date_of_birth AS date_of_birth, p.phone_number AS phone_number, p.address AS address,
            p.specialty AS specialty, p.languages AS languages, p.is_available AS is_available
        FROM membership m JOIN user_account u ON u.id = m.user_id
            LEFT JOIN user_profile p ON p.tenant_id = m.tenant_id AND p.user_id = m.user_id
        WHERE m.tenant_id = $1",
            $rows
        )
    };
}

store::statements! {
    MEMBER = member!(" AND m.user_id = $2");
    MEMBERS = member!(" AND (CAST($2 AS TEXT) IS NULL OR m.role = $2)
            AND (CAST($3 AS BIGINT) IS NULL OR (CASE WHEN m.is_active AND u.is_active THEN 1 ELSE 0 END) = $3)
            AND (CAST($4 AS TEXT) IS NULL OR u.search LIKE $4 OR u.username_folded LIKE $4)
        ORDER BY u.last_name, u.first_name, u.id LIMIT $5 OFFSET $6");
    COUNT_MEMBERS = "SELECT COUNT(*) AS value FROM membership m JOIN user_account u ON u.id = m.user_id
        WHERE m.tenant_id = $1 AND (CAST($2 AS TEXT) IS NULL OR m.role = $2)
            AND (CAST($3 AS BIGINT) IS NULL OR (CASE WHEN m.is_active AND u.is_active THEN 1 ELSE 0 END) = $3)
            AND (CAST($4 AS TEXT) IS NULL OR u.search LIKE $4 OR u.username_folded LIKE $4)";
    DOCTORS = "SELECT u.id AS id, u.first_name AS first_name, u.last_name AS last_name,
            p.specialty AS specialty, p.languages AS languages, p.is_available AS is_available
        FROM membership m JOIN user_account u ON u.id = m.user_id
            LEFT JOIN user_profile p ON p.tenant_id = m.tenant_id AND p.user_id = m.user_id
        WHERE m.tenant_id = $1 AND m.role = 'medecin' AND m.is_active = $2 AND u.is_active = $2
        ORDER BY u.last_name, u.first_name, u.id";
    UPDATE_ACCOUNT = "UPDATE user_account SET first_name = $3, last_name = $4, email = $5, email_key = $12,
            phone = $6, locale = $7, search = $8, email_verified_at = $9, phone_verified_at = $10,
            phone_vouched = $11, version = version + 1
        WHERE id = $1 AND version = $2";
    SET_PROFILE = "INSERT INTO user_profile (tenant_id, user_id, date_of_birth, phone_number, address, specialty,
            languages, is_available)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (tenant_id, user_id) DO UPDATE SET date_of_birth = excluded.date_of_birth,
            phone_number = excluded.phone_number, address = excluded.address, specialty = excluded.specialty,
            languages = excluded.languages, is_available = excluded.is_available";
    SET_MEMBERSHIP = "UPDATE membership SET role = $3, is_active = $4 WHERE tenant_id = $1 AND user_id = $2";
    JOIN_TENANT = "INSERT INTO membership (tenant_id, user_id, role, created_at, is_active)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (tenant_id, user_id) DO UPDATE SET role = excluded.role, is_active = excluded.is_active
            WHERE membership.is_active <> excluded.is_active";
    /// Whoever changes who runs a clinic waits for the one before him.
    HOLD_TENANT = "UPDATE tenant SET name = name WHERE id = $1";
    ADMINS = "SELECT COUNT(*) AS value FROM membership m JOIN user_account u ON u.id = m.user_id
        WHERE m.tenant_id = $1 AND m.role IN ('admin', 'superadmin') AND m.is_active = $2 AND u.is_active = $2";
    /// Every clinic he was ever a member of: what one of them may change must not touch another.
    EVER_MEMBER = "SELECT tenant_id, role FROM membership WHERE user_id = $1 ORDER BY tenant_id";
    END_SESSIONS_THERE = "DELETE FROM session WHERE user_id = $1 AND current_tenant = $2";
    END_TOKENS_THERE = "UPDATE refresh_token SET revoked_at = $3
        WHERE user_id = $1 AND current_tenant = $2 AND revoked_at IS NULL";
    CHANGE_PASSWORD = "UPDATE user_account SET password_hash = $3, token_version = token_version + 1
        WHERE id = $1 AND token_version = $2";
    SWITCH_TENANT = "UPDATE session SET current_tenant = $3 WHERE token_hash = $1 AND user_id = $2";
    BY_PHONE = "SELECT id AS value FROM user_account WHERE phone = $1 AND is_active = $2 LIMIT 2";
    PHONE_VERIFIED = "UPDATE user_account SET phone_verified_at = $3, version = version + 1
        WHERE id = $1 AND phone = $2";
    EMAIL_VERIFIED = "UPDATE user_account SET email_verified_at = $3, version = version + 1
        WHERE id = $1 AND email = $2";
    HAS_EMAIL = "SELECT COUNT(*) AS value FROM user_account
        WHERE id = $1 AND email = $2 AND email_verified_at IS NOT NULL AND is_active = $3";
}

store::row! {
    /// Somebody of a clinic: his account, his role there and what is known of him there.
    pub struct Member {
        /// His id.
        pub id: UserId,
        /// The name he signs in with.
        pub username: String,
        /// First name.
        pub first_name: String,
        /// Last name.
        pub last_name: String,
        /// E-mail.
        pub email: Option<String>,
        /// Phone, E.164.
        pub phone: Option<String>,
        /// Language.
        pub locale: Locale,
        pub(in crate::identity) account_active: bool,
        pub(in crate::identity) member_active: bool,
        /// Since when he has an account.
        pub created_at: Timestamp,
        /// When he last signed in.
        pub last_login_at: Option<Timestamp>,
        /// Raised by every change.
        pub version: i64,
        /// When he showed that the e-mail reaches him.
        pub email_verified_at: Option<Timestamp>,
        /// When he showed that the phone is his.
        pub phone_verified_at: Option<Timestamp>,
        pub(in crate::identity) phone_vouched: bool,
        /// What he is in the clinic.
        pub role: Role,
        /// `YYYY-MM-DD`.
        pub date_of_birth: Option<String>,
        /// Another number, as he writes it.
        pub phone_number: Option<String>,
        /// Address.
        pub address: Option<String>,
        /// What a doctor does.
        pub specialty: Option<String>,
        /// What he speaks, as he writes it.
        pub languages: Option<String>,
        /// Whether a doctor takes patients now; unsaid means yes.
        pub is_available: Option<bool>,
    }
}

impl Member {
    /// Whether he can work in this clinic.
    #[must_use]
    pub const fn is_active(&self) -> bool {
        self.account_active && self.member_active
    }

    /// First and last name.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }

    /// Whether codes may go to his phone: he showed that it is his, or the clinic entered it.
    pub(in crate::identity) const fn phone_is_trusted(&self) -> bool {
        self.phone_verified_at.is_some() || self.phone_vouched
    }
}

store::row! {
    /// What anybody of the clinic may know of a doctor.
    pub struct Doctor {
        /// His id.
        pub id: UserId,
        /// First name.
        pub first_name: String,
        /// Last name.
        pub last_name: String,
        /// What he does.
        pub specialty: Option<String>,
        /// What he speaks.
        pub languages: Option<String>,
        /// Whether he takes patients now; unsaid means yes.
        pub is_available: Option<bool>,
    }
}

/// Which members are wanted.
#[derive(Debug, Clone, Default)]
pub struct MemberFilter {
    /// Only those in this role.
    pub role: Option<Role>,
    /// Only the active ones, or only the others.
    pub is_active: Option<bool>,
    /// Only those whose name has this in it.
    pub search: String,
}

pub(in crate::identity) async fn member(
    tx: &mut ReadTx,
    tenant: TenantId,
    user: UserId,
) -> Result<Option<Member>, StoreError> {
    tx.optional(MEMBER, params![tenant, user]).await
}

/// One page of members with the number of all.
pub(in crate::identity) async fn members(
    tx: &mut ReadTx,
    tenant: TenantId,
    filter: &MemberFilter,
    page: PageRequest,
) -> Result<(i64, Vec<Member>), StoreError> {
    let folded = kernel::text::fold(&filter.search);
    let like = (!folded.is_empty()).then(|| format!("%{folded}%"));
    let active = filter.is_active.map(i64::from);
    let count = tx
        .one(COUNT_MEMBERS, params![tenant, filter.role, active, like])
        .await?;
    let values = params![tenant, filter.role, active, like, page.size, page.offset()];
    Ok((count, tx.all(MEMBERS, values).await?))
}

pub(in crate::identity) async fn doctors(
    tx: &mut ReadTx,
    tenant: TenantId,
) -> Result<Vec<Doctor>, StoreError> {
    tx.all(DOCTORS, params![tenant, true]).await
}

/// Writes the account and the profile as `member` has them; no row when somebody was faster.
pub(in crate::identity) async fn update_member(
    tx: &mut WriteTx,
    tenant: TenantId,
    member: &Member,
) -> Result<(), StoreError> {
    let search = super::search_name(&member.first_name, &member.last_name);
    let account = params![
        member.id,
        member.version,
        member.first_name,
        member.last_name,
        member.email,
        member.phone,
        member.locale,
        search,
        member.email_verified_at,
        member.phone_verified_at,
        member.phone_vouched,
        member.email.as_deref().map(super::email_key),
    ];
    tx.execute_one(UPDATE_ACCOUNT, account).await?;
    let profile = params![
        tenant,
        member.id,
        member.date_of_birth,
        member.phone_number,
        member.address,
        member.specialty,
        member.languages,
        member.is_available.unwrap_or(true),
    ];
    tx.execute_one(SET_PROFILE, profile).await
}

pub(in crate::identity) async fn set_membership(
    tx: &mut WriteTx,
    tenant: TenantId,
    user: UserId,
    (role, is_active): (Role, bool),
) -> Result<(), StoreError> {
    tx.execute_one(SET_MEMBERSHIP, params![tenant, user, role, is_active])
        .await
}

/// Makes somebody a member, or takes back one who had left. False when he is a member already.
pub(in crate::identity) async fn join(
    tx: &mut WriteTx,
    tenant: TenantId,
    user: UserId,
    role: Role,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let joined = tx
        .execute(JOIN_TENANT, params![tenant, user, role, now, true])
        .await?;
    Ok(joined == 1)
}

pub(in crate::identity) async fn hold_tenant(
    tx: &mut WriteTx,
    tenant: TenantId,
) -> Result<(), StoreError> {
    tx.execute_one(HOLD_TENANT, params![tenant]).await
}

/// How many run the clinic and can sign in.
pub(in crate::identity) async fn admins(
    tx: &mut ReadTx,
    tenant: TenantId,
) -> Result<i64, StoreError> {
    tx.one(ADMINS, params![tenant, true]).await
}

/// Every clinic somebody is or was a member of. Only the system sees them all.
pub(in crate::identity) async fn ever_member(
    tx: &mut ReadTx,
    user: UserId,
) -> Result<Vec<TenantId>, StoreError> {
    let rows: Vec<crate::identity::model::MembershipRow> =
        tx.all(EVER_MEMBER, params![user]).await?;
    Ok(rows.into_iter().map(|row| row.tenant_id).collect())
}

/// Ends what somebody is signed in to in one clinic.
pub(in crate::identity) async fn end_there(
    tx: &mut WriteTx,
    user: UserId,
    tenant: TenantId,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(END_SESSIONS_THERE, params![user, tenant])
        .await?;
    tx.execute(END_TOKENS_THERE, params![user, tenant, now])
        .await
        .map(drop)
}

/// Sets a password unless another was set since it was checked.
pub(in crate::identity) async fn change_password(
    tx: &mut WriteTx,
    (user, token_version): (UserId, i64),
    hash: &str,
) -> Result<(), StoreError> {
    tx.execute_one(CHANGE_PASSWORD, params![user, token_version, hash])
        .await
}

pub(in crate::identity) async fn switch_tenant(
    tx: &mut WriteTx,
    session: &str,
    user: UserId,
    tenant: TenantId,
) -> Result<(), StoreError> {
    tx.execute_one(SWITCH_TENANT, params![session, user, tenant])
        .await
}

/// The only active account with this number; none when several share it.
pub(in crate::identity) async fn only_with_phone(
    tx: &mut ReadTx,
    phone: &str,
) -> Result<Option<UserId>, StoreError> {
    let found: Vec<UserId> = tx.all(BY_PHONE, params![phone, true]).await?;
    Ok(only(&found))
}

fn only(found: &[UserId]) -> Option<UserId> {
    match found {
        [one] => Some(*one),
        _ => None,
    }
}

/// False when the account has another phone by now.
pub(in crate::identity) async fn phone_verified(
    tx: &mut WriteTx,
    user: UserId,
    phone: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let verified = tx
        .execute(PHONE_VERIFIED, params![user, phone, now])
        .await?;
    Ok(verified == 1)
}

/// False when the account has another address by now.
pub(in crate::identity) async fn email_verified(
    tx: &mut WriteTx,
    user: UserId,
    email: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let verified = tx
        .execute(EMAIL_VERIFIED, params![user, email, now])
        .await?;
    Ok(verified == 1)
}

/// Whether this is the verified address of an active account.
pub(in crate::identity) async fn has_email(
    tx: &mut ReadTx,
    user: UserId,
    email: &str,
) -> Result<bool, StoreError> {
    let found: i64 = tx.one(HAS_EMAIL, params![user, email, true]).await?;
    Ok(found == 1)
}
