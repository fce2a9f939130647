use kernel::{Timestamp, UserId};
use store::{ReadTx, StoreError, WriteTx, params};

store::statements! {
    CODE = "SELECT user_id, purpose, code_hash, target, created_at, expires_at, used_at, day_began, made_that_day
        FROM security_code WHERE user_id = $1 AND purpose = $2";
    LINK = "SELECT user_id, purpose, code_hash, target, created_at, expires_at, used_at, day_began, made_that_day
        FROM security_code WHERE code_hash = $1 AND purpose IN ('link', 'mail_link')";
    SET_CODE = "INSERT INTO security_code (user_id, purpose, code_hash, target, tries, created_at, expires_at,
            used_at, day_began, made_that_day)
        VALUES ($1, $2, $3, $4, 0, $5, $6, NULL, $7, $8)
        ON CONFLICT (user_id, purpose) DO UPDATE SET code_hash = excluded.code_hash, target = excluded.target,
            tries = 0, created_at = excluded.created_at, expires_at = excluded.expires_at, used_at = NULL,
            day_began = excluded.day_began, made_that_day = excluded.made_that_day
            WHERE security_code.created_at <= $9";
    /// Counted before it is compared: of many at once only so many are compared at all.
    TRY_CODE = "UPDATE security_code SET tries = tries + 1
        WHERE user_id = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3 AND tries < $4";
    USE_CODE = "UPDATE security_code SET used_at = $4
        WHERE user_id = $1 AND purpose = $2 AND code_hash = $3 AND used_at IS NULL AND expires_at > $4";
    /// A new password makes whatever else would set one worthless.
    END_CODES = "UPDATE security_code SET used_at = $2
        WHERE user_id = $1 AND used_at IS NULL AND purpose NOT IN ('phone', 'email')";
}

kernel::words! {
    /// What a code or a link is for.
    pub(in crate::identity) enum Purpose {
        /// A new password, by a code that went to the phone.
        Reset = "reset",
        /// To show that the phone is his.
        Phone = "phone",
        /// A new password, by a link that an admin hands over.
        Link = "link",
        /// To show that the e-mail address is his.
        Email = "email",
        /// A new password, by a link that went to that address.
        MailLink = "mail_link",
    }
}

store::row! {
    /// A code as it is kept.
    pub(in crate::identity) struct CodeRow {
        pub user_id: UserId,
        pub purpose: Purpose,
        pub code_hash: String,
        pub target: Option<String>,
        pub created_at: Timestamp,
        pub expires_at: Timestamp,
        pub used_at: Option<Timestamp>,
        pub day_began: Timestamp,
        pub made_that_day: i64,
    }
}

pub(in crate::identity) async fn account_code(
    tx: &mut ReadTx,
    user: UserId,
    purpose: Purpose,
) -> Result<Option<CodeRow>, StoreError> {
    tx.optional(CODE, params![user, purpose]).await
}

pub(in crate::identity) async fn link(
    tx: &mut ReadTx,
    hash: &str,
) -> Result<Option<CodeRow>, StoreError> {
    tx.optional(LINK, params![hash]).await
}

/// Replaces a code made at `not_after` or before; false when a newer one is there.
pub(in crate::identity) async fn set_code(
    tx: &mut WriteTx,
    row: &CodeRow,
    not_after: Timestamp,
) -> Result<bool, StoreError> {
    let values = params![
        row.user_id,
        row.purpose,
        row.code_hash,
        row.target,
        row.created_at,
        row.expires_at,
        row.day_began,
        row.made_that_day,
        not_after,
    ];
    Ok(tx.execute(SET_CODE, values).await? == 1)
}

/// Counts a try; false when the code is used, too old or tried `most` times.
pub(in crate::identity) async fn try_code(
    tx: &mut WriteTx,
    user: UserId,
    purpose: Purpose,
    most: i64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let counted = tx
        .execute(TRY_CODE, params![user, purpose, now, most])
        .await?;
    Ok(counted == 1)
}

/// False when it was used or replaced meanwhile.
pub(in crate::identity) async fn use_account_code(
    tx: &mut WriteTx,
    row: &CodeRow,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let values = params![row.user_id, row.purpose, row.code_hash, now];
    Ok(tx.execute(USE_CODE, values).await? == 1)
}

pub(in crate::identity) async fn end_codes(
    tx: &mut WriteTx,
    user: UserId,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(END_CODES, params![user, now]).await.map(drop)
}
