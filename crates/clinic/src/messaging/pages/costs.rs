//! What messages cost: the month, the limit and the prices.

use askama::Template;
use axum::{
    extract::State,
    http::{Method, StatusCode},
    response::{Html, IntoResponse, Redirect, Response},
};
use kernel::{Expected, Problem};
use send_rules::{Amount, Currency, Form as MessageForm};
use webkit::{Caller, Fault, FieldTexts, Form, Policy, Query, Routes, Shell, in_form, render};

use crate::{
    App,
    messaging::{
        api,
        model::{Costs, OTHER, Prices},
        wire::costs::{BudgetForm, CostQuery, PriceForm, amount, form_named},
    },
};

const PAGE: &str = "/settings/costs";

/// The countries that the page offers, ISO 3166-1: where Lafiya's clinics and most of
/// their patients are. A program may set a price for any other.
const COUNTRIES: [&str; 24] = [
    "BF", "BI", "BJ", "CD", "CF", "CG", "CI", "CM", "FR", "GA", "GH", "GM", "GN", "GQ", "GW", "LR",
    "MA", "ML", "MR", "NE", "NG", "SN", "TD", "TG",
];

pub(super) fn routes() -> Routes<App> {
    let (get, post) = (Method::GET, Method::POST);
    Routes::new()
        .page(get, PAGE, show, Policy::ADMIN)
        .page(post.clone(), PAGE, save, Policy::ADMIN)
        .page(
            post.clone(),
            "/settings/costs/price",
            set_price,
            Policy::ADMIN,
        )
        .page(post, "/settings/costs/forget", forget, Policy::ADMIN)
}

#[derive(Template)]
#[template(path = "messaging/costs.html")]
struct CostsPage {
    shell: Shell,
    costs: Costs,
    prices: Prices,
    budget: BudgetForm,
    price: PriceForm,
    errors: FieldTexts,
    price_errors: FieldTexts,
    done: String,
}

impl CostsPage {
    async fn of(app: &App, caller: &Caller, shell: Shell, month: &str) -> Result<Self, Problem> {
        let month = Some(month).filter(|month| !month.is_empty());
        let costs = api::costs(app, &caller.ctx, month, None).await?;
        Ok(Self {
            shell,
            budget: BudgetForm::of(costs.budget.as_ref()),
            costs,
            prices: api::prices(app, &caller.ctx).await?,
            price: PriceForm::default(),
            errors: FieldTexts::default(),
            price_errors: FieldTexts::default(),
            done: String::new(),
        })
    }

    fn month_name(&self) -> String {
        let (year, month) = self.costs.month.split_once('-').unwrap_or_default();
        self.shell
            .t1("costs-of-month", "month", format!("{month}/{year}"))
    }

    fn money(&self, amount: &Amount, currency: &Currency) -> String {
        api::money(self.shell.texts.locale, (*amount, *currency))
    }

    fn in_currency(&self, amount: &Amount) -> String {
        let budget = self.costs.budget.as_ref();
        budget.map_or_else(String::new, |budget| self.money(amount, &budget.currency))
    }

    fn total(&self) -> String {
        self.in_currency(&self.costs.total())
    }

    fn is_spent(&self) -> bool {
        let cap = self.costs.budget.as_ref().and_then(|budget| budget.cap);
        cap.is_some_and(|cap| self.costs.total() >= cap)
    }

    fn currencies(&self) -> Vec<(String, String)> {
        let named = |currency: &Currency| {
            let name = self.shell.t(&format!("currency-{currency}"));
            (currency.to_string(), name)
        };
        Currency::ALL.iter().map(named).collect()
    }

    fn forms(&self) -> Vec<(String, String)> {
        let named = |form: &MessageForm| (form.to_string(), self.shell.t(&format!("form-{form}")));
        MessageForm::PRICED.iter().map(named).collect()
    }

    fn countries(&self) -> Vec<(String, String)> {
        let named = |code: &str| (code.to_owned(), self.country(code));
        let mut all: Vec<_> = COUNTRIES.iter().map(|code| named(code)).collect();
        all.sort_by_key(|(_, name)| kernel::text::fold(name));
        all.insert(0, named(OTHER));
        all
    }

    fn country(&self, code: &str) -> String {
        match COUNTRIES.contains(&code) || code == OTHER {
            true => self.shell.t(&format!("country-{code}")),
            false => code.to_owned(),
        }
    }
}

async fn show(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Query(query): Query<CostQuery>,
) -> Result<Html<String>, Fault> {
    let done = ["saved", "priced", "forgotten"].contains(&query.done.as_str());
    let page = CostsPage::of(&app, &caller, shell, &query.month).await?;
    render(&CostsPage {
        done: if done { query.done } else { String::new() },
        ..page
    })
}

fn back(done: &str) -> Response {
    Redirect::to(&format!("{PAGE}?done={done}")).into_response()
}

async fn save(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Form(form): Form<BudgetForm>,
) -> Result<Response, Fault> {
    let seen = Expected::seen(form.version);
    let set = match form.read() {
        Ok(wanted) => api::set_budget(&app, &caller.ctx, seen, wanted).await,
        Err(problem) => Err(problem),
    };
    let problem = match set {
        Ok(_) => return Ok(back("saved")),
        Err(problem) => problem,
    };
    let (status, errors) = in_form(shell.texts, problem)?;
    let page = CostsPage::of(&app, &caller, shell, "").await?;
    let budget = BudgetForm {
        version: page.budget.version,
        ..form
    };
    shown(
        status,
        &CostsPage {
            budget,
            errors,
            ..page
        },
    )
}

async fn set_price(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Form(form): Form<PriceForm>,
) -> Result<Response, Fault> {
    let of = (form_named(&form.form)?, form.country.as_str());
    let set = match amount("price", &form.price) {
        Ok(price) => api::set_price(&app, &caller.ctx, of, price).await,
        Err(problem) => Err(problem),
    };
    let problem = match set {
        Ok(_) => return Ok(back("priced")),
        Err(problem) => problem,
    };
    let (status, price_errors) = in_form(shell.texts, problem)?;
    let page = CostsPage::of(&app, &caller, shell, "").await?;
    let price = form;
    shown(
        status,
        &CostsPage {
            price,
            price_errors,
            ..page
        },
    )
}

async fn forget(
    State(app): State<App>,
    caller: Caller,
    Form(form): Form<PriceForm>,
) -> Result<Response, Fault> {
    let of = (form_named(&form.form)?, form.country.as_str());
    api::remove_price(&app, &caller.ctx, of).await?;
    Ok(back("forgotten"))
}

fn shown(status: StatusCode, page: &CostsPage) -> Result<Response, Fault> {
    Ok((status, render(page)?).into_response())
}
