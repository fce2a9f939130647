//! What messages cost a clinic, and how much it lets them cost.

use kernel::{Country, Ctx, Expected, Locale, Problem, TenantId};
use send_rules::{Amount, Currency, Form, charged};
use serde_json::json;
use store::{ReadTx, StoreError, WriteTx};

use super::templates::{noted, stale};
use crate::{
    App, identity,
    messaging::{
        model::{Budget, Costs, OTHER, Price, Prices},
        rules::costs::{first_day, month_of},
        storage,
    },
    patients::api::PatientId,
};

/// In which currency the clinic counts and how much it spends; nothing as long as it
/// does not count.
///
/// # Errors
/// The database's.
pub async fn budget(app: &App, ctx: &Ctx) -> Result<Option<Budget>, Problem> {
    let mut tx = app.store.read(ctx).await?;
    Ok(storage::budget(&mut tx, ctx.tenant).await?)
}

/// The same in the caller's transaction.
///
/// # Errors
/// The database's.
pub async fn budget_of(tx: &mut ReadTx, tenant: TenantId) -> Result<Option<Budget>, StoreError> {
    storage::budget(tx, tenant).await
}

/// A sum as people write it, `24,5 XOF` in French.
#[must_use]
pub fn money(locale: Locale, (amount, currency): (Amount, Currency)) -> String {
    let amount = match locale {
        Locale::Fr => amount.to_string().replace('.', ","),
        Locale::En => amount.to_string(),
    };
    format!("{amount}\u{a0}{currency}")
}

/// Sets the currency and the limit; from then on each message is counted.
///
/// # Errors
/// 409 `prices-in-currency` when another currency is wanted and prices are set; 412 when
/// `expected` is not the version any more.
pub async fn set_budget(
    app: &App,
    ctx: &Ctx,
    expected: Expected,
    (currency, cap): (Currency, Option<Amount>),
) -> Result<Budget, Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let now = storage::budget(tx, ctx.tenant).await?;
                let version = now.as_ref().map_or(0, |now| now.version);
                expected.check(version)?;
                let other = now.as_ref().is_some_and(|now| now.currency != currency);
                if other && !storage::prices(tx, ctx.tenant).await?.is_empty() {
                    return Err(Problem::conflict("prices-in-currency"));
                }
                let mut budget = Budget {
                    currency,
                    cap,
                    version,
                };
                let set = storage::set_budget(tx, ctx.tenant, &budget, a.clock.now());
                set.await.map_err(stale)?;
                budget.version += 1;
                let cap = cap.map(|cap| cap.to_string());
                let detail = json!({"currency": currency, "cap": cap});
                noted(tx, &a, &ctx, ("message_budget.change", detail));
                Ok(budget)
            })
        })
        .await
}

/// The clinic's prices, by form and country.
///
/// # Errors
/// The database's.
pub async fn prices(app: &App, ctx: &Ctx) -> Result<Prices, Problem> {
    let mut tx = app.store.read(ctx).await?;
    Ok(prices_of(&mut tx, ctx.tenant).await?)
}

/// The same in the caller's transaction.
///
/// # Errors
/// The database's.
pub async fn prices_of(tx: &mut ReadTx, tenant: TenantId) -> Result<Prices, StoreError> {
    Ok(Prices::new(storage::prices(tx, tenant).await?))
}

/// What an SMS costs to a number of the clinic's own country; nothing where that is not known.
pub(super) async fn at_home(
    tx: &mut ReadTx,
    tenant: TenantId,
    text: &str,
) -> Result<Option<(Amount, Currency)>, StoreError> {
    let Some(budget) = storage::budget(tx, tenant).await? else {
        return Ok(None);
    };
    let country = identity::api::tenant(tx, tenant).await?.country;
    let price = prices_of(tx, tenant).await?.of(Form::Sms, Some(country));
    let cost = price.map(|price| price.times(charged(Form::Sms, text)));
    Ok(cost.map(|cost| (cost, budget.currency)))
}

/// Sets what a form costs to a country, or to all others; what was sent keeps its cost.
///
/// # Errors
/// 409 `no-currency` as long as the clinic has chosen none; 404 for a country that is none.
pub async fn set_price(
    app: &App,
    ctx: &Ctx,
    (form, country): (Form, &str),
    price: Amount,
) -> Result<Price, Problem> {
    let country = known(country)?;
    let price = Price {
        form,
        country,
        price,
    };
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                if storage::budget(tx, ctx.tenant).await?.is_none() {
                    return Err(Problem::conflict("no-currency"));
                }
                storage::set_price(tx, ctx.tenant, &price).await?;
                let amount = price.price.to_string();
                priced(tx, &a, &ctx, (form, &price.country, Some(&amount)));
                Ok(price)
            })
        })
        .await
}

/// Forgets what a form costs to a country, where that was set.
///
/// # Errors
/// 404 for a country that is none.
pub async fn remove_price(
    app: &App,
    ctx: &Ctx,
    (form, country): (Form, &str),
) -> Result<(), Problem> {
    let country = known(country)?;
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                if storage::remove_price(tx, ctx.tenant, (form, &country)).await? {
                    priced(tx, &a, &ctx, (form, &country, None));
                }
                Ok(())
            })
        })
        .await
}

/// A country as prices name it.
fn known(country: &str) -> Result<String, Problem> {
    match country {
        OTHER => Ok(OTHER.to_owned()),
        code => {
            let country = Country::parse(code).filter(|country| country.code() == code);
            country.map(Country::code).ok_or_else(Problem::not_found)
        }
    }
}

fn priced(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    (form, country, price): (Form, &str, Option<&str>),
) {
    let detail = json!({"form": form, "country": country, "price": price});
    noted(tx, app, ctx, ("message_price.change", detail));
}

/// What the messages of a month (`YYYY-MM`; the present one when nothing is said) cost,
/// all of them or those to one patient.
///
/// # Errors
/// 400 naming `month`.
pub async fn costs(
    app: &App,
    ctx: &Ctx,
    month: Option<&str>,
    patient: Option<PatientId>,
) -> Result<Costs, Problem> {
    let mut tx = app.store.read(ctx).await?;
    let zone = identity::api::tenant(&mut tx, ctx.tenant).await?.zone;
    let wrong = || Problem::invalid("month", "malformed");
    let day = match month {
        None => app.clock.now().date(&zone),
        Some(month) => first_day(month).ok_or_else(wrong)?,
    };
    let range = month_of(day, &zone).map_err(|_| wrong())?;
    Ok(Costs {
        month: day.strftime("%Y-%m").to_string(),
        lines: storage::spent_by_kind(&mut tx, ctx.tenant, range, patient).await?,
        budget: storage::budget(&mut tx, ctx.tenant).await?,
    })
}
