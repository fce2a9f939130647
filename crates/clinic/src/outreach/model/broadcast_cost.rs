use send_rules::{Amount, Currency, Form, charged};

store::row! {
    /// What messages of a broadcast with the same text in the same form cost together.
    pub(in crate::outreach) struct SpentRow {
        pub form: Form,
        pub currency: Currency,
        pub body: String,
        pub messages: i64,
        /// Of these, those whose price was known.
        pub priced: i64,
        pub amount: Amount,
    }
}

/// What a broadcast costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BroadcastCost {
    /// The clinic's currency; what was counted in another one is not in the sums.
    pub currency: Currency,
    /// What its messages have cost so far.
    pub spent: Amount,
    /// Messages that a provider took, whatever became of them.
    pub messages: i64,
    /// Of these, those whose price was not known.
    pub unpriced: i64,
    /// SMS that these were charged as.
    pub segments: i64,
    /// What those cost at most that have not left; nothing where a price is not known.
    pub rest: Option<Amount>,
}

impl BroadcastCost {
    /// The sums of what the outbox wrote down.
    pub(in crate::outreach) fn new(currency: Currency, lines: &[SpentRow]) -> Self {
        let ours: Vec<_> = lines
            .iter()
            .filter(|line| line.currency == currency)
            .collect();
        let sms = ours.iter().filter(|line| line.form == Form::Sms);
        Self {
            currency,
            spent: ours.iter().map(|line| line.amount).sum(),
            messages: ours.iter().map(|line| line.messages).sum(),
            unpriced: ours.iter().map(|line| line.messages - line.priced).sum(),
            segments: sms
                .map(|line| charged(line.form, &line.body) * line.messages)
                .sum(),
            rest: None,
        }
    }

    /// Whether a price was known of any message.
    #[must_use]
    pub const fn has_prices(&self) -> bool {
        self.messages > self.unpriced
    }

    /// What all of it will have cost, at most.
    #[must_use]
    pub fn whole(&self) -> Option<Amount> {
        self.rest.map(|rest| [self.spent, rest].into_iter().sum())
    }
}
