//! Which reminders of appointments the clinic sends, and what a patient then gets.

use std::time::Duration;

use agenda::Stage;
use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use kernel::{Expected, Problem, ProblemKind, Timestamp};
use webkit::{Caller, Fault, FieldTexts, Form, Query, Shell, render};

use super::words;
use crate::{
    App,
    scheduling::{
        api,
        model::ReminderRules,
        wire::{Done, RemindersForm},
    },
};

/// Days ahead of the visits that are taken as examples: a ladder with all of its
/// rungs, and one without the first.
const EXAMPLES: [i32; 2] = [14, 3];
/// When they take place, on the clinic's wall clock.
const HOUR: Duration = Duration::from_secs(10 * 3600);

/// A visit agreed to now, and when its patient hears of it.
struct Example {
    visit: String,
    reminders: Vec<String>,
}

#[derive(Template)]
#[template(path = "scheduling/reminders.html")]
struct RemindersPage {
    shell: Shell,
    form: RemindersForm,
    examples: Vec<Example>,
    /// What holds, told to who wanted to change something else.
    held: Option<String>,
    errors: FieldTexts,
    done: String,
}

impl RemindersPage {
    async fn of(
        app: &App,
        caller: &Caller,
        shell: Shell,
    ) -> Result<(Self, ReminderRules), Problem> {
        let rules = api::reminder_rules(app, &caller.ctx).await?;
        let page = Self {
            form: RemindersForm::of(&rules),
            examples: examples(&rules, caller, &shell, app.clock.now())?,
            held: None,
            errors: FieldTexts::default(),
            done: String::new(),
            shell,
        };
        Ok((page, rules))
    }

    /// A conflict is told with what holds now, and nothing else.
    fn summary(&self) -> &str {
        match self.held.is_some() {
            true => "",
            false => self.errors.summary(),
        }
    }
}

fn examples(
    rules: &ReminderRules,
    caller: &Caller,
    shell: &Shell,
    now: Timestamp,
) -> Result<Vec<Example>, Problem> {
    let (zone, ladder) = (&caller.zone, api::ladder(rules));
    let today = now.date(zone);
    let moment = |at| words::moment(shell.texts, at, zone, today);
    let example = |ahead: i32| {
        let day = words::shifted(today, ahead);
        let (midnight, _) = Timestamp::of_day(day, zone).map_err(Problem::internal)?;
        let visit = midnight.plus(HOUR);
        let reminders = ladder.reminders(visit, now, zone);
        Ok(Example {
            visit: moment(visit),
            reminders: reminders.into_iter().map(|(_, at)| moment(at)).collect(),
        })
    };
    EXAMPLES.into_iter().map(example).collect()
}

/// The rules in words.
fn told(rules: &ReminderRules, shell: &Shell) -> String {
    let time = RemindersForm::of(rules).evening_time;
    let rungs = [
        (Stage::TwoDays, rules.two_days),
        (Stage::Evening, rules.evening),
        (Stage::TwoHours, rules.two_hours),
    ];
    let chosen = rungs.into_iter().filter(|(_, wanted)| *wanted);
    let said = chosen.map(|(stage, _)| {
        let key = format!("reminders-held-{}", stage.as_str().replace('_', "-"));
        shell.texts.with(&key, &[("time", &time)])
    });
    let said: Vec<String> = said.collect();
    match said.is_empty() {
        true => shell.t("reminders-held-none"),
        false => said.join(", "),
    }
}

pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Query(done): Query<Done>,
) -> Result<Response, Fault> {
    let (mut page, _) = RemindersPage::of(&app, &caller, shell).await?;
    page.done = done.done;
    Ok(render(&page)?.into_response())
}

pub(super) async fn save(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Form(mut form): Form<RemindersForm>,
) -> Result<Response, Fault> {
    let seen = Expected::seen(form.version);
    let outcome = match form.read() {
        Ok(wanted) => api::set_reminder_rules(&app, &caller.ctx, seen, wanted).await,
        Err(problem) => Err(problem),
    };
    let problem = match outcome {
        Ok(_) => return Ok(Redirect::to("/agenda/reminders?done=saved").into_response()),
        Err(problem) => problem,
    };
    let stale = problem.kind == ProblemKind::Stale;
    let (status, errors) = webkit::in_form(shell.texts, problem)?;
    let (mut page, rules) = RemindersPage::of(&app, &caller, shell).await?;
    if stale {
        // Whoever saves again has seen what he replaces.
        page.held = Some(told(&rules, &page.shell));
        form.version = Some(rules.version);
    }
    page.form = form;
    page.errors = errors;
    Ok((status, render(&page)?).into_response())
}
