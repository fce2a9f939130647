//! What the simulated phones' provider reports, posted as Twilio would post it: stored,
//! deduplicated and worked on by the code that real reports run through.

use std::time::Duration;

use kernel::{Problem, Timestamp};
use ports::PlayedReport;

use super::pages::signed;
use crate::{
    App,
    inbox::api::{WebhookKind, receive},
};

/// How often late reports are looked at.
const LOOK: Duration = Duration::from_millis(500);

/// Posts what the simulator reports until the server stops; ends at once without one.
pub(crate) async fn play_reports(app: &App) {
    let Some(simulator) = app.sender.simulated() else {
        return;
    };
    let mut waiting: Vec<(Timestamp, PlayedReport)> = Vec::new();
    loop {
        tokio::select! {
            () = app.stop.cancelled() => return,
            reports = simulator.reports() => {
                let now = app.clock.now();
                waiting.extend(reports.into_iter().map(|report| (now.plus(report.after), report)));
            }
            () = tokio::time::sleep(LOOK), if !waiting.is_empty() => {}
        }
        let now = app.clock.now();
        for (_, report) in waiting.extract_if(.., |(at, _)| *at <= now) {
            if let Err(problem) = post(app, report).await {
                // As with a real one that could not be stored; nobody tries this one again.
                tracing::warn!(cause = problem.into_cause(), "a played report was lost");
            }
        }
    }
}

async fn post(app: &App, report: PlayedReport) -> Result<(), Problem> {
    let (kind, path, [id, status]) = match report.call {
        true => (
            WebhookKind::VoiceStatus,
            "voice/status/",
            ["CallSid", "CallStatus"],
        ),
        false => (
            WebhookKind::Status,
            "status/",
            ["MessageSid", "MessageStatus"],
        ),
    };
    let code = report
        .error_code
        .map(|code| ("ErrorCode", code.to_string()));
    let fields = [
        (id, report.provider_id),
        (status, report.status.to_owned()),
        ("AccountSid", app.settings.twilio_account_sid.clone()),
        ("From", report.from),
        ("To", report.to),
    ];
    let form = signed(app, path, fields.into_iter().chain(code))?;
    receive(app, kind, &form).await.map(drop)
}
