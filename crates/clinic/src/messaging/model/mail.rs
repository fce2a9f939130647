use kernel::Timestamp;
use ports::email::MailReport;

store::row! {
    /// An address that gets no more e-mails.
    pub struct StoppedAddress {
        /// The address.
        pub address: String,
        /// What was reported of it.
        pub reason: MailReport,
        /// Since when.
        pub stopped_at: Timestamp,
    }
}
