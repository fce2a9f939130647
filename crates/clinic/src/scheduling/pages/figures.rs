//! Figures of appointments over some days, of one doctor or of all.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use kernel::UserId;
use webkit::{Caller, Fault, FieldTexts, Query, Shell, render};

use super::{board, charts::Charts};
use crate::{
    App,
    identity::api::StaffMember,
    scheduling::{
        api,
        wire::{ANY, FiguresQuery, LAST_DAYS, doctor_of},
    },
};

#[derive(Template)]
#[template(path = "scheduling/figures.html")]
struct FiguresPage {
    shell: Shell,
    doctors: Vec<StaffMember>,
    doctor: Option<UserId>,
    own: bool,
    /// So many days up to today, when one tap chose them.
    last: Option<i32>,
    form: FiguresQuery,
    charts: Option<Charts>,
    errors: FieldTexts,
}

impl FiguresPage {
    /// What one tap chooses, with its address.
    fn lasts(&self) -> Vec<(i32, String)> {
        let doctor = self.doctor.filter(|_| !self.own);
        let doctor = doctor.map_or_else(String::new, |id| format!("&medecin={id}"));
        let choice = |days: i32| (days, format!("/agenda/figures?days={days}{doctor}"));
        LAST_DAYS.into_iter().map(choice).collect()
    }

    fn is_last(&self, days: &i32) -> bool {
        self.last == Some(*days)
    }

    fn is_doctor(&self, doctor: &StaffMember) -> bool {
        self.doctor == Some(doctor.id)
    }
}

pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Query(query): Query<FiguresQuery>,
) -> Result<Response, Fault> {
    let own = board::himself(&caller);
    let doctors = board::doctors(&app, &caller).await?;
    let named = doctor_of(&query.medecin).filter(|id| doctors.iter().any(|d| d.id == *id));
    let doctor = own.or(named);
    let today = app.clock.now().date(&caller.zone);
    let mut page = FiguresPage {
        doctors,
        doctor,
        own: own.is_some(),
        last: query.last_days(),
        form: query,
        charts: None,
        errors: FieldTexts::default(),
        shell,
    };
    let found = match page.form.period(today, doctor) {
        Ok(period) => {
            page.form.date_start = period.first.to_string();
            page.form.date_end = period.last.to_string();
            api::indicators(&app, &caller.ctx, &period).await
        }
        Err(problem) => Err(problem),
    };
    let status = match found {
        Ok(found) => {
            page.charts = Some(Charts::of(&found, page.shell.texts));
            StatusCode::OK
        }
        Err(problem) => {
            let (status, errors) = webkit::in_form(page.shell.texts, problem)?;
            page.errors = errors;
            status
        }
    };
    Ok((status, render(&page)?).into_response())
}
