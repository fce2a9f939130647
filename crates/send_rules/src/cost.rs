//! What messages cost a clinic.

use std::{fmt, iter::Sum, str::FromStr};

use kernel::column::{Column, ColumnKind, FromColumn, ToColumn};

use crate::{Form, segments};

kernel::words! {
    /// The currencies a clinic keeps its accounts in (ISO 4217, `spec/messaging.md`).
    pub enum Currency {
        /// CFA franc of West Africa.
        Xof = "XOF",
        /// CFA franc of Central Africa.
        Xaf = "XAF",
        /// Congolese franc.
        Cdf = "CDF",
        /// United States dollar.
        Usd = "USD",
        /// Euro.
        Eur = "EUR",
    }
}

const MILLION: i64 = 1_000_000;
/// Digits before the point: enough for an account, and thousands of sums fit an `i64`.
const WHOLE_DIGITS: usize = 9;
const DECIMALS: usize = 6;

/// A sum of money in millionths of its currency's unit: providers ask for fractions of a cent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(i64);

impl Amount {
    /// So many millionths.
    #[must_use]
    pub const fn from_millionths(millionths: i64) -> Self {
        Self(millionths)
    }

    /// How many millionths.
    #[must_use]
    pub const fn millionths(self) -> i64 {
        self.0
    }

    /// So many times the amount.
    #[must_use]
    pub const fn times(self, count: i64) -> Self {
        Self(self.0.saturating_mul(count))
    }
}

/// Why a text is no amount: up to nine digits, a point or comma, up to six decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoAmount;

impl FromStr for Amount {
    type Err = NoAmount;

    fn from_str(text: &str) -> Result<Self, NoAmount> {
        let text = text.trim().replace(',', ".");
        let (whole, decimals) = text.split_once('.').unwrap_or((&text, "0"));
        let digits = |text: &str, most| {
            let fits = (1..=most).contains(&text.len());
            let digits = text.bytes().all(|byte| byte.is_ascii_digit());
            (fits && digits).then_some(()).ok_or(NoAmount)
        };
        digits(whole, WHOLE_DIGITS)?;
        digits(decimals, DECIMALS)?;
        let whole: i64 = whole.parse().map_err(|_| NoAmount)?;
        let millionths = format!("{decimals:0<DECIMALS$}").parse::<i64>();
        Ok(Self(whole * MILLION + millionths.map_err(|_| NoAmount)?))
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, millionths) = (self.0 / MILLION, self.0 % MILLION);
        if millionths == 0 {
            return write!(f, "{whole}");
        }
        let decimals = format!("{millionths:0>DECIMALS$}");
        write!(f, "{whole}.{}", decimals.trim_end_matches('0'))
    }
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self(0), |sum, amount| Self(sum.0.saturating_add(amount.0)))
    }
}

impl ToColumn for Amount {
    const KIND: ColumnKind = ColumnKind::Int;

    fn to_column(&self) -> Column {
        Column::Int(Some(self.0))
    }
}

impl FromColumn for Amount {
    const KIND: ColumnKind = ColumnKind::Int;

    fn from_column(column: Column) -> Result<Self, String> {
        i64::from_column(column).map(Self)
    }
}

/// How many times the price of its form a text costs: an SMS is charged by the segment, a
/// notification not at all (<https://firebase.google.com/pricing>, Cloud Messaging),
/// everything else once.
#[must_use]
pub fn charged(form: Form, text: &str) -> i64 {
    match form {
        Form::Sms => i64::try_from(segments(text).segments).unwrap_or(i64::MAX),
        Form::Voice | Form::Session | Form::Template | Form::Email => 1,
        Form::Push => 0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_are_read_as_people_write_them() {
        for (text, millionths) in [
            ("25", 25_000_000),
            ("0,0365", 36_500),
            (" 0.000001 ", 1),
            ("999999999.999999", 999_999_999_999_999),
        ] {
            assert_eq!(text.parse(), Ok(Amount(millionths)), "{text}");
        }
        for text in [
            "",
            "-1",
            "1.",
            ".5",
            "1.2.3",
            "1e3",
            "0.0000001",
            "1000000000",
            "٣",
        ] {
            assert_eq!(text.parse::<Amount>(), Err(NoAmount), "{text}");
        }
    }

    #[test]
    fn an_sms_costs_by_the_segment() {
        let long = "a".repeat(161);
        assert_eq!(charged(Form::Sms, &long), 2);
        assert_eq!(charged(Form::Template, &long), 1);
        for form in Form::ALL {
            assert_eq!(
                Form::PRICED.contains(form),
                charged(*form, "a") > 0,
                "{form}"
            );
        }
        assert_eq!(Amount(500).times(2), Amount(1000));
        assert_eq!(Amount(i64::MAX).times(3), Amount(i64::MAX));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(millionths in 0_i64..=999_999_999_999_999) {
            let amount = Amount(millionths);
            prop_assert_eq!(amount.to_string().parse(), Ok(amount));
        }
    }
}
