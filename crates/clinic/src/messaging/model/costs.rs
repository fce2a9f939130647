use kernel::Country;
use send_rules::{Amount, Category, Currency, Form};

/// The countries without a price of their own, on the wire and in the database.
pub(in crate::messaging) const OTHER: &str = "other";

store::row! {
    /// In which currency a clinic counts, and how much it spends.
    pub struct Budget {
        /// Its currency.
        pub currency: Currency,
        /// What a month's messages may cost before those to many wait for the next one.
        pub cap: Option<Amount>,
        /// Counts changes. Also the ETag.
        pub version: i64,
    }
}

store::row! {
    /// What a form costs to a country, once or for each segment of an SMS.
    pub struct Price {
        /// The form.
        pub form: Form,
        /// ISO 3166-1, or `other`.
        pub country: String,
        /// In the clinic's currency.
        pub price: Amount,
    }
}

/// A clinic's prices.
#[derive(Debug, Clone)]
pub struct Prices(Vec<Price>);

impl Prices {
    pub(in crate::messaging) const fn new(all: Vec<Price>) -> Self {
        Self(all)
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> &[Price] {
        &self.0
    }

    /// What a form costs to a country, its own price before that of the others; nothing
    /// when neither is known.
    #[must_use]
    pub fn of(&self, form: Form, country: Option<Country>) -> Option<Amount> {
        let own = country.map(Country::code);
        let find = |country: &str| {
            let is_it = |price: &&Price| price.form == form && price.country == country;
            self.0.iter().find(is_it).map(|price| price.price)
        };
        own.and_then(|own| find(&own)).or_else(|| find(OTHER))
    }
}

store::row! {
    /// What messages of one kind cost together.
    pub struct CostLine {
        /// What they were for.
        pub category: Category,
        /// How they went.
        pub form: Form,
        /// The currency at the time.
        pub currency: Currency,
        /// How many the provider took.
        pub messages: i64,
        /// Of these, those whose price was known.
        pub priced: i64,
        /// What these cost.
        pub amount: Amount,
    }
}

/// What a month's messages cost.
#[derive(Debug, Clone)]
pub struct Costs {
    /// `YYYY-MM`.
    pub month: String,
    /// By kind and form.
    pub lines: Vec<CostLine>,
    /// How the clinic counts now, when it does.
    pub budget: Option<Budget>,
}

impl Costs {
    /// What all of it cost in the clinic's present currency.
    #[must_use]
    pub fn total(&self) -> Amount {
        let Some(budget) = &self.budget else {
            return Amount::default();
        };
        let ours = self
            .lines
            .iter()
            .filter(|line| line.currency == budget.currency);
        ours.map(|line| line.amount).sum()
    }

    /// Messages whose price was not known.
    #[must_use]
    pub fn unpriced(&self) -> i64 {
        self.lines
            .iter()
            .map(|line| line.messages - line.priced)
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_has_its_own_price_or_that_of_the_others() {
        let price = |form, country: &str, price| Price {
            form,
            country: country.to_owned(),
            price: Amount::from_millionths(price),
        };
        let prices = Prices::new(vec![
            price(Form::Sms, "SN", 25),
            price(Form::Sms, OTHER, 60),
            price(Form::Template, "SN", 9),
        ]);
        let of = |form, country| {
            let price = prices.of(form, Country::parse(country));
            price.map(Amount::millionths)
        };
        assert_eq!(of(Form::Sms, "SN"), Some(25));
        assert_eq!(of(Form::Sms, "CM"), Some(60));
        assert_eq!(prices.of(Form::Sms, None).map(Amount::millionths), Some(60));
        assert_eq!(of(Form::Template, "CM"), None);
        assert_eq!(of(Form::Session, "SN"), None);
    }
}
