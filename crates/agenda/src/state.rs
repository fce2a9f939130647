kernel::words! {
    /// Where an appointment stands (`spec/agent-medical.md`, "Appointments").
    pub enum AppointmentState {
        /// Asked for, not yet answered.
        Pending = "pending",
        /// The doctor takes it.
        Confirmed = "confirmed",
        /// The doctor does not take it.
        Declined = "declined",
        /// Called off, by either side.
        Cancelled = "cancelled",
        /// It took place.
        Completed = "completed",
        /// The patient did not come.
        NoShow = "no_show",
    }
}

impl AppointmentState {
    /// Whether an appointment in state `self` may go to `to`.
    #[must_use]
    pub const fn can_become(self, to: Self) -> bool {
        match self {
            Self::Pending => matches!(to, Self::Confirmed | Self::Declined | Self::Cancelled),
            Self::Confirmed => matches!(to, Self::Cancelled | Self::Completed | Self::NoShow),
            Self::Declined | Self::Cancelled | Self::Completed | Self::NoShow => false,
        }
    }

    /// Whether nothing can follow any more.
    #[must_use]
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Pending | Self::Confirmed)
    }
}

#[cfg(test)]
mod tests {
    use super::AppointmentState::{self, *};

    /// Rows from, columns to, in the order of [`AppointmentState::ALL`].
    const TABLE: [[bool; 6]; 6] = {
        let (n, y) = (false, true);
        [
            // pending, confirmed, declined, cancelled, completed, no_show
            [n, y, y, y, n, n], // pending
            [n, n, n, y, y, y], // confirmed
            [n, n, n, n, n, n], // declined
            [n, n, n, n, n, n], // cancelled
            [n, n, n, n, n, n], // completed
            [n, n, n, n, n, n], // no_show
        ]
    };

    #[test]
    fn every_pair_is_the_specs() {
        let order = [Pending, Confirmed, Declined, Cancelled, Completed, NoShow];
        assert_eq!(AppointmentState::ALL, order);
        for (from, row) in order.into_iter().zip(TABLE) {
            for (to, allowed) in order.into_iter().zip(row) {
                assert_eq!(from.can_become(to), allowed, "{from} to {to}");
            }
            assert_eq!(from.is_final(), row == [false; 6], "{from}");
        }
    }

    #[test]
    fn the_words_are_the_specs() {
        let words: Vec<_> = AppointmentState::ALL.iter().map(|s| s.as_str()).collect();
        let spec = [
            "pending",
            "confirmed",
            "declined",
            "cancelled",
            "completed",
            "no_show",
        ];
        assert_eq!(words, spec);
    }
}
