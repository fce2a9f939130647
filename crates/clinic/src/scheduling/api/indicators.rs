use agenda::Horizon;
use kernel::{Ctx, Problem, Timestamp};

use super::slots::{hours_of, not_so_long};
use crate::{
    App, identity,
    scheduling::{
        model::{Indicators, Period},
        policy,
        rules::{Diary, agreed, figures, middle},
        storage,
    },
};

/// The most days that figures are over.
const LONGEST_DAYS: u16 = 366;

/// Figures of the appointments that begin on these days. What was offered is
/// reckoned from the hours that hold today and the absences of those days; hours
/// of earlier times are not kept.
///
/// # Errors
/// 403 for patients, reception, and another doctor's; 400 naming `date_end` when
/// the days run backwards or are more than 366.
pub async fn indicators(app: &App, ctx: &Ctx, period: &Period) -> Result<Indicators, Problem> {
    let practitioner = policy::figures_of(ctx, period.practitioner)?;
    let mut tx = app.store.read(ctx).await?;
    let zone = identity::api::tenant(&mut tx, ctx.tenant).await?.zone;
    let (from, _) = Timestamp::of_day(period.first, &zone).map_err(Problem::internal)?;
    let (_, until) = Timestamp::of_day(period.last, &zone).map_err(Problem::internal)?;
    let days = (period.first, period.last);
    // As of the first instant: no slot has passed.
    let horizon = Horizon::new(&zone, days, LONGEST_DAYS, from).map_err(not_so_long)?;
    let diary = Diary {
        hours: hours_of(&mut tx, ctx.tenant, practitioner).await?,
        away: storage::away(&mut tx, ctx.tenant, practitioner, (from, until)).await?,
        taken: Vec::new(),
    };
    let of = (practitioner, from, until);
    let tallies = storage::tallies(&mut tx, ctx.tenant, of).await?;
    let asked = storage::asked(&mut tx, ctx.tenant, of).await?;
    let middle = middle(agreed(&tallies));
    let leads = storage::leads(&mut tx, ctx.tenant, of, middle).await?;
    let known = (&diary, &horizon, &zone);
    Ok(figures(known, &tallies, &asked, &leads)?)
}
