//! Every route × every caller × {the clinic's own object, another clinic's}: made
//! from the routes themselves, so that a new route is judged before anybody
//! thinks of it. A route with an object must say below what kind it is.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use kernel::{Role, TenantId};
use serde_json::{Value, json};
use store::{Sql, params};
use testkit::{
    clinic::{OURS, Setup, TestClinic},
    db::eventually,
    on_both_engines,
    twilio::FakeTwilio,
};
use webkit::{Kind, Policy, RouteInfo};

/// Every change leaves a line in the trail; versions and counts catch one that forgot.
const FINGERPRINT: &[Sql] = &[
    Sql::new("SELECT COUNT(*) AS value FROM audit_event WHERE tenant_id = $1"),
    Sql::new("SELECT CAST(SUM(version) AS BIGINT) AS value FROM patient WHERE tenant_id = $1"),
    Sql::new("SELECT CAST(SUM(version) AS BIGINT) AS value FROM conversation WHERE tenant_id = $1"),
    Sql::new("SELECT COUNT(*) AS value FROM conversation_entry WHERE tenant_id = $1"),
    Sql::new("SELECT COUNT(*) AS value FROM message WHERE tenant_id = $1"),
    Sql::new("SELECT COUNT(*) AS value FROM membership WHERE tenant_id = $1"),
];
const LIMIT: std::time::Duration = std::time::Duration::from_secs(30);
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and so on";
const THEIR_NUMBER: &str = "+221338210099";

/// One clinic's objects by the name that [`object_of`] gives them.
type Objects = Vec<(&'static str, String)>;

/// What kind of object the `{id}` of a path names.
fn object_of(path: &str) -> Option<&'static str> {
    const KINDS: &[(&str, &str)] = &[
        ("/api/patients/", "patient"),
        ("/api/v1/patients/", "patient"),
        ("/api/v1/fiche-consultation/", "record"),
        ("/consultations/", "record"),
        ("/api/v1/shares/", "share"),
        ("/my/links/", "share"),
        ("/my/records/", "record"),
        ("/api/v1/lab-results/", "result"),
        ("/api/v1/references/", "reference"),
        ("/api/v1/attachments/", "attachment"),
        ("/agenda/appointments/", "appointment"),
        ("/agenda/hours/", "hours"),
        ("/agenda/absences/", "absence"),
        ("/my/appointments/", "appointment"),
        ("/agenda/waiting/", "wish"),
        ("/my/waiting/", "wish"),
        ("/api/v1/waiting-list/", "wish"),
        ("/api/v1/appointments/", "appointment"),
        ("/api/v1/availabilities/", "hours"),
        ("/api/v1/exceptions/", "absence"),
        ("/api/v1/auth/invitations/", "invitation"),
        ("/api/v1/auth/medecins/", "doctor"),
        ("/api/v1/auth/programs/", "client"),
        ("/api/v1/auth/sessions/", "sign-in"),
        ("/api/v1/auth/users/", "user"),
        ("/api/v1/oauth/clients/", "client"),
        ("/api/v1/service-tokens/", "service-token"),
        ("/second-factor/members/", "user"),
        ("/sessions/programs/", "client"),
        ("/sessions/", "sign-in"),
        ("/settings/access/clients/", "client"),
        ("/settings/access/tokens/", "service-token"),
        ("/users/invitations/", "invitation"),
        ("/users/", "user"),
        ("/patients/", "patient"),
        ("/reminders/", "reminder"),
        ("/broadcasts/", "broadcast"),
        ("/api/messaging/broadcast/", "broadcast"),
        ("/api/v1/inbox/conversations/", "conversation"),
        ("/api/v1/inbox/media/", "media"),
        ("/inbox/media/", "media"),
        ("/inbox/", "conversation"),
        ("/api/v1/webhooks/", "event"),
        ("/api/v1/devices/", "device"),
        ("/devices/", "device"),
        ("/api/v1/outbox/", "message"),
        ("/outbox/", "message"),
        ("/work/messages/", "message"),
    ];
    path.contains("{id}").then(|| {
        let kind = KINDS.iter().find(|(prefix, _)| path.starts_with(prefix));
        kind.unwrap_or_else(|| panic!("say in KINDS what {path} shows"))
            .1
    })
}

/// Routes that name what nobody of the scene has: an own record, a second clinic,
/// an invitation, a second factor, a program he let in. They answer 404 to whoever may call them.
const LACKING: [&str; 17] = [
    "/api/v1/me/access/",
    "/api/v1/me/consents/",
    "/api/v1/auth/programs/{id}/",
    "/api/v1/auth/users/{id}/second-factor/",
    "/consultations/{id}/attachments/{file}",
    "/consultations/{id}/attachments/{file}/delete",
    "/consultations/{id}/labs/{result}/delete",
    "/consultations/{id}/links/{link}/end",
    "/consultations/{id}/references/{reference}/delete",
    "/consultations/{id}/references/{reference}/verify",
    "/invitation/{token}/join",
    "/my/access",
    "/my/messages",
    "/my/messages/pin",
    "/second-factor/members/{id}/reset",
    "/sessions/programs/{id}/withdraw",
    "/tenant",
];

/// Whether this role may know of the clinic's own object, which is somebody else's.
fn may_know(route: &RouteInfo, role: Option<Role>) -> bool {
    if LACKING.contains(&route.path.as_str()) {
        return false;
    }
    match object_of(&route.path) {
        Some("sign-in" | "device") => false,
        Some("user") => role.is_some_and(Role::is_admin),
        Some("appointment" | "wish") => role != Some(Role::Patient),
        // Reception sees what it entered itself, doctors what waits for one.
        Some("record" | "share" | "result" | "reference" | "attachment") => {
            role.is_some_and(|role| role.is_admin() || role == Role::Practitioner)
        }
        _ => true,
    }
}

/// A body that the route accepts, so that only the object can be refused. For
/// pages it is a form.
fn body_of(path: &str, patient: &str) -> Value {
    let action = path.trim_end_matches('/').rsplit('/').next().unwrap();
    match action {
        _ if path.starts_with("/api/v1/message-texts/") => {
            json!({"body": "Le {day} à {time}, {link}"})
        }
        _ if path.starts_with("/api/v1/whatsapp-templates/") => {
            json!({"name": "rappel", "category": "utility", "state": "draft", "body": "Le {day} à {time} : {link} !"})
        }
        "review" => {
            json!({"name": "rappel", "category": "utility", "state": "draft", "reviewed": "Le {day} à {time} : {link} !"})
        }
        _ if path.starts_with("/api/v1/message-prices/") => json!({"price": "24.5"}),
        "message-budget" | "costs" => json!({"currency": "XOF", "cap": "25000"}),
        "forget" if path.starts_with("/devices/") => json!({}),
        "devices" => json!({"token": "another-device", "platform": "ios", "name": "iPhone"}),
        "price" | "forget" => json!({"form": "sms", "country": "SN", "price": "24.5"}),
        "{event}" => json!({"body": "Le {day} à {time}, {link}", "act": "preview"}),
        // Of another version: it must be there for the next caller.
        "delete" if path.starts_with("/agenda/") => json!({"version": "999"}),
        "again" | "remove" if path.starts_with("/reminders/") => json!({"version": "999"}),
        "{id}" if path.starts_with("/reminders/") => json!({
            "patient_id": patient, "appointment_reason": "Visite", "language": "french", "method": "sms",
            "scheduled_time": "2099-01-05T08:00:00",
        }),
        _ if path.starts_with("/broadcasts/") && action != "edit" => json!({"version": "999"}),
        "edit" if path.starts_with("/broadcasts/") => json!({
            "version": "999", "title": "Conseil", "category": "info", "content": "Buvez", "audience": "all",
        }),
        "{id}" if path.starts_with("/api/messaging/") => json!({"title": "Conseil"}),
        "schedule" => json!({"scheduled_at": "2099-01-05T08:00:00"}),
        "cancel" | "error" | "finalize" | "log-start" | "pause" | "resume" | "send_now"
            if path.starts_with("/api/messaging/") =>
        {
            json!({})
        }
        "decline" if path.starts_with("/my/") => json!({}),
        "decline" if path.starts_with("/agenda/") => json!({"message": "Absent ce jour-là"}),
        "assign" if path.starts_with("/agenda/") => json!({"medecin": patient}),
        "assign" if path.contains("appointments") => json!({"medecin_id": patient}),
        "confirm" if path.contains("appointments") => json!({}),
        "decline" => json!({"message_medecin": "Absent ce jour-là"}),
        "reschedule" => {
            json!({"requested_start": "2099-01-06T08:00:00Z", "requested_end": "2099-01-06T08:30:00Z"})
        }
        "reply" if !path.starts_with("/api/") => {
            json!({"body": "Bonjour", "channel": "sms", "reply_id": "une-fois"})
        }
        "faults" => {
            json!({"phone": "+221772000009", "channel": "sms", "fault": "late", "times": "1"})
        }
        "lift" => json!({"address": "awa@example.org"}),
        "reject" => json!({"commentaire": "Illisible"}),
        "amend" => json!({"reason": "Erreur de saisie"}),
        "assign-medecin" => json!({"medecin_id": patient}),
        "edit-diagnostic" => json!({"diagnostic": "Paludisme simple"}),
        "messages" if path.starts_with("/my/records/") => json!({"content": "Bonjour"}),
        "messages" if path.starts_with("/patients/") => {
            json!({"phone": "+221772000009", "all": "in"})
        }
        "consents" => json!({"phone": "+221772000009", "wanted": []}),
        "send-notification" | "notify" => json!({"method": "sms"}),
        "references" => json!({"title": "Severe malaria"}),
        "messages" if path.contains("fiche-consultation") => json!({"content": "Bonjour"}),
        "reply" | "note" => json!({"body": "Bonjour"}),
        "assign" if path.starts_with("/api/") => json!({"user_id": null}),
        "assign" => json!({"user_id": ""}),
        "break-glass" => json!({"reason": "Inconscient, allergies à vérifier"}),
        "access" => json!({}),
        "account" if path.starts_with("/api/") => json!({"user_id": patient}),
        "account" => json!({"user": patient}),
        "end" if path.starts_with("/patients/") => json!({}),
        "merge" => json!({"into": patient}),
        "unmerge" | "pin" => json!({}),
        "shares" | "links" => json!({"lasting": "1h"}),
        "resolve" | "confirm" | "refuse" => json!({"patient_id": patient}),
        "status" => json!({"status": "closed"}),
        _ if path.starts_with("/patients/") => {
            json!({"first_name": "Awa", "last_name": "Diop", "phone": "77 200 00 09"})
        }
        _ => json!({}),
    }
}

/// A clinic with one of each kind, as its own staff makes them.
async fn objects(clinic: &TestClinic, tenant: TenantId, ours: &str, file: &str) -> Objects {
    let name = |role: Role| format!("{role}-of-{tenant}");
    for role in [Role::Admin, Role::Agent] {
        clinic.member(tenant, &name(role), role).await;
    }
    let doctor = clinic
        .member(tenant, &name(Role::Practitioner), Role::Practitioner)
        .await;
    let member = clinic
        .member(tenant, &name(Role::Manager), Role::Manager)
        .await;
    let token = clinic.token_of(&name(Role::Agent)).await;
    let admin = clinic.token_of(&name(Role::Admin)).await;
    let by = async |token: &str, method: Method, path: &str, body: Option<Value>| {
        let answer = clinic.call_as(Some(token), method, path, body).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.text);
        answer.json()
    };
    let call = async |method: Method, path: &str, body| by(&token, method, path, body).await;
    let make = async |path: &str, body: Value| by(&admin, Method::POST, path, Some(body)).await;
    let invitation = json!({"role": "agent", "first_name": "Binta", "last_name": "Fall", "phone": "+221772000077"});
    let invitation = make("/api/v1/auth/invitations/", invitation).await;
    let client = json!({"name": "Suivi", "kind": "public", "redirect_uris": ["https://suivi.example/"], "scopes": ["read:customer"]});
    let client = make("/api/v1/oauth/clients/", client).await;
    let service = json!({"name": "Relais", "scopes": ["read:customer"]});
    let service = make("/api/v1/service-tokens/", service).await;
    let device =
        json!({"token": format!("device-of-{tenant}"), "platform": "android", "name": "Galaxy"});
    let device = make("/api/v1/devices/", device).await;
    let sign_ins = call(Method::GET, "/api/v1/auth/sessions/", None).await;
    let entered = json!({"first_name": "Awa", "last_name": "Diop", "phone": "+221772000001"});
    let patient = call(Method::POST, "/api/patients/", Some(entered)).await;
    let hours =
        json!({"medecin": doctor, "day_of_week": 0, "start_time": "08:00", "end_time": "12:00"});
    let hours = make("/api/v1/availabilities/", hours).await;
    let absence = json!({"medecin": doctor, "start_datetime": "2099-01-07T08:00:00Z", "end_datetime": "2099-01-07T09:00:00Z"});
    let absence = make("/api/v1/exceptions/", absence).await;
    let visit = json!({"patient": patient["patient_id"], "requested_start": "2099-01-05T08:00:00Z", "requested_end": "2099-01-05T08:30:00Z"});
    let visit = call(Method::POST, "/api/v1/appointments/", Some(visit)).await;
    let wish = json!({"patient": patient["patient_id"], "date_start": "2099-01-05", "date_end": "2099-01-05"});
    let wish = call(Method::POST, "/api/v1/waiting-list/", Some(wish)).await;
    let reminder = json!({"patient_id": patient["patient_id"], "appointment_reason": "Visite", "language": "french", "method": "sms", "scheduled_time": "2099-01-05T08:00:00"});
    let reminder = make("/reminders/create", reminder).await;
    let record = record(
        clinic,
        &admin,
        &clinic.token_of(&name(Role::Practitioner)).await,
    )
    .await;
    let broadcast = json!({"title": "Conseil nutrition", "content": "Mangez 5 fruits et légumes par jour", "category": "health_tip", "target_all_patients": true});
    let broadcast = make("/api/messaging/broadcast/", broadcast).await;
    let shares = format!("/api/v1/fiche-consultation/{}/shares/", record.record);
    let share = make(&shares, json!({"lasting": "7d"})).await;
    let mut message = clinic.text("+221772000001", "Voici");
    message.to = ours.to_owned();
    let message = message.with_media(file, "image/png");
    clinic.webhook("whatsapp", &message.whatsapp()).await;
    let list = eventually("the conversation", LIMIT, || async {
        let list = call(Method::GET, "/api/v1/inbox/conversations/", None).await;
        (list["count"] == 1).then_some(list)
    })
    .await;
    let id = |value: &Value| value.as_str().unwrap().to_owned();
    let conversation = id(&list["results"][0]["id"]);
    let path = format!("/api/v1/inbox/conversations/{conversation}/");
    call(
        Method::POST,
        &format!("{path}reply/"),
        Some(json!({"body": "Merci"})),
    )
    .await;
    let thread = eventually("the file", LIMIT, || async {
        let thread = call(Method::GET, &path, None).await;
        thread.to_string().contains("\"stored\"").then_some(thread)
    })
    .await;
    let events = call(Method::GET, "/api/v1/webhooks/", None).await;
    let messages = call(Method::GET, "/api/v1/outbox/", None).await;
    let with_file = thread["entries"].as_array().unwrap().iter();
    let file = with_file
        .flat_map(|entry| entry["media"].as_array())
        .flatten()
        .next();
    vec![
        ("patient", id(&patient["patient_id"])),
        ("device", id(&device["id"])),
        ("hours", id(&hours["id"])),
        ("absence", id(&absence["id"])),
        ("appointment", id(&visit["id"])),
        ("wish", id(&wish["id"])),
        ("reminder", id(&reminder["id"])),
        ("broadcast", id(&broadcast["id"])),
        ("share", id(&share["id"])),
        ("record", record.record),
        ("result", record.result),
        ("reference", record.reference),
        ("attachment", record.attachment),
        ("conversation", conversation),
        ("media", id(&file.unwrap()["id"])),
        ("event", id(&events["results"][0]["id"])),
        ("message", id(&messages["results"][0]["id"])),
        ("invitation", id(&invitation["id"])),
        ("client", id(&client["client_id"])),
        ("service-token", id(&service["id"])),
        ("sign-in", id(&sign_ins["results"][0]["id"])),
        ("doctor", doctor.to_string()),
        ("user", member.to_string()),
    ]
}

/// A record that any doctor may look at and nobody can take back: signed once,
/// and waiting again.
async fn record(clinic: &TestClinic, admin: &str, doctor: &str) -> RecordWithMore {
    let by = async |token: &str, method: Method, path: &str, body: Value| {
        let answer = clinic.call_as(Some(token), method, path, Some(body)).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.text);
        answer.json()
    };
    let all = "/api/v1/fiche-consultation/";
    let entered = by(admin, Method::POST, all, crate::records::input()).await;
    let one = format!("{all}{}/", entered["id"].as_str().unwrap());
    let id = |value: &Value| value["id"].as_str().unwrap().to_owned();
    let result = json!({"fiche": entered["id"], "type_analyse": "Glycémie", "valeur": "1,0", "date_prelevement": "2026-01-05"});
    let result = id(&by(admin, Method::POST, "/api/v1/lab-results/", result).await);
    let reference = json!({"title": "Severe malaria"});
    let reference = id(&by(admin, Method::POST, &format!("{one}references/"), reference).await);
    let attachment =
        crate::attachments::attached(clinic, admin, entered["id"].as_str().unwrap()).await;
    let concluded = json!({"diagnostic": "Paludisme simple"});
    by(
        doctor,
        Method::PATCH,
        &format!("{one}edit-diagnostic/"),
        concluded,
    )
    .await;
    by(doctor, Method::POST, &format!("{one}validate/"), json!({})).await;
    by(admin, Method::POST, &format!("{one}relancer/"), json!({})).await;
    by(
        admin,
        Method::PATCH,
        &one,
        json!({"assigned_medecin": null}),
    )
    .await;
    RecordWithMore {
        record: id(&entered),
        result,
        reference,
        attachment,
    }
}

/// The ids of a record and of what was added to it.
struct RecordWithMore {
    record: String,
    result: String,
    reference: String,
    attachment: String,
}

struct Scene {
    clinic: TestClinic,
    own: Objects,
    foreign: Objects,
    tokens: Vec<(&'static str, Option<Role>, Option<String>)>,
    other: TenantId,
}

async fn scene(db: &testkit::db::TestDb) -> Scene {
    ports::install_tls();
    let twilio = FakeTwilio::start().await.unwrap();
    let file = twilio.add_media("image/png", PNG);
    // The simulator, so that its pages are there, with files from a provider.
    let setup = Setup {
        media: Setup::twilio(&twilio).media,
        ..Setup::default()
    };
    let mut clinic = TestClinic::with(db, setup).await;
    clinic.start_work();
    let other = clinic.another("autre", THEIR_NUMBER).await;
    let own = objects(&clinic, clinic.tenant, OURS, &file).await;
    let foreign = objects(&clinic, other, THEIR_NUMBER, &file).await;
    clinic.stop_work().await;
    let mut tokens = vec![("nobody", None, None)];
    for role in Role::ALL {
        let name = format!("test-{role}");
        clinic.member(clinic.tenant, &name, *role).await;
        let token = clinic.token_of(&name).await;
        tokens.push((role.as_str(), Some(*role), Some(token)));
    }
    Scene {
        clinic,
        own,
        foreign,
        tokens,
        other,
    }
}

fn find<'o>(objects: &'o Objects, kind: &str) -> &'o str {
    let found = objects.iter().find(|(name, _)| *name == kind);
    &found.unwrap_or_else(|| panic!("no {kind} in the scene")).1
}

impl Scene {
    /// Changes whenever anything of the other clinic is changed.
    async fn fingerprint(&self) -> Vec<i64> {
        let mut tx = self.clinic.app.store.read(self.other).await.unwrap();
        let mut counts = Vec::new();
        for sql in FINGERPRINT {
            counts.push(tx.one(*sql, params![self.other]).await.unwrap());
        }
        counts
    }

    /// The status of one call, without waiting for the end of its body.
    async fn status(
        &self,
        route: &RouteInfo,
        token: Option<&str>,
        objects: &Objects,
    ) -> StatusCode {
        let path = match object_of(&route.path) {
            Some(kind) => route.path.replace("{id}", find(objects, kind)),
            None => route.path.clone(),
        };
        // One of the texts that every clinic has.
        let path = path.replace("{event}", "reminder-link");
        let path = path.replace("{channel}", "sms").replace("{language}", "fr");
        let path = path.replace("{form}", "sms").replace("{country}", "SN");
        let mut request = Request::builder().method(route.method.clone()).uri(path);
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if route.method == Method::DELETE
            && matches!(
                object_of(&route.path),
                Some("hours" | "absence" | "reminder" | "broadcast")
            )
        {
            // Of another version: it stays for those who come next.
            request = request.header(header::IF_MATCH, "\"99\"");
        }
        let body = body_of(&route.path, find(objects, "patient"));
        let (kind, body) = if route.kind == Kind::Page {
            let form = serde_urlencoded::to_string(body.as_object().unwrap()).unwrap();
            ("application/x-www-form-urlencoded", form)
        } else {
            ("application/json", body.to_string())
        };
        let request = if route.method.is_safe() {
            request.body(Body::empty())
        } else {
            request
                .header(header::CONTENT_TYPE, kind)
                .body(Body::from(body))
        };
        self.clinic.begin(request.unwrap()).await.status()
    }
}

/// What is wrong with a cell, if anything.
fn verdict(
    route: &RouteInfo,
    caller: Option<Option<Role>>,
    own: bool,
    status: StatusCode,
) -> Option<String> {
    let wrong = |what: &str| Some(format!("{status}, but {what}"));
    if status.is_server_error() {
        return wrong("nothing may be a fault of ours");
    }
    let Some(role) = caller else {
        let asks = status == StatusCode::UNAUTHORIZED || status == StatusCode::SEE_OTHER;
        return match route.policy.needs_caller() {
            true if !asks => wrong("nobody may call it without signing in"),
            _ => None,
        };
    };
    if !route.policy.allows(role) {
        return match status {
            StatusCode::FORBIDDEN => None,
            _ => wrong("this role is refused before anything is looked at"),
        };
    }
    if !route.policy.needs_caller() {
        return None;
    }
    if !may_know(route, role) {
        return match status {
            StatusCode::NOT_FOUND => None,
            // Pages say so in words.
            StatusCode::OK if route.kind == Kind::Page => None,
            _ => wrong("there is nothing that he may know of"),
        };
    }
    if object_of(&route.path).is_some() && !own {
        return match status {
            StatusCode::NOT_FOUND => None,
            _ => wrong("another clinic's object does not exist here"),
        };
    }
    if role == Some(Role::Practitioner)
        && !route.method.is_safe()
        && matches!(object_of(&route.path), Some("hours" | "absence"))
    {
        return match status {
            StatusCode::FORBIDDEN => None,
            _ => wrong("a doctor writes his own calendar only"),
        };
    }
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => {
            wrong("this role may call it")
        }
        _ => None,
    }
}

on_both_engines! {
    async fn every_route_keeps_its_policy_for_every_caller_and_object(db) {
        let scene = scene(&db).await;
        let before = scene.fingerprint().await;
        let routes: Vec<RouteInfo> = clinic::routes().registry.into_iter()
            // The measurements' address decides there, not the caller; files need a real name.
            .filter(|route| route.policy != Policy::LoopbackOrAdmin && !route.path.contains("{file}") && !route.path.contains("{*"))
            .collect();
        let (mut cells, mut faults) = (0, Vec::new());
        for (own, objects) in [(false, &scene.foreign), (true, &scene.own)] {
            for route in &routes {
                for (name, role, token) in &scene.tokens {
                    let status = scene.status(route, token.as_deref(), objects).await;
                    let caller = token.as_ref().map(|_| *role);
                    cells += 1;
                    if let Some(fault) = verdict(route, caller, own, status) {
                        let whose = if own { "own" } else { "foreign" };
                        faults.push(format!("{} {} as {name}, {whose} object: {fault}", route.method, route.path));
                    }
                }
            }
            let after = scene.fingerprint().await;
            assert_eq!(before, after, "something of the other clinic was changed");
        }
        assert!(faults.is_empty(), "{} of {cells} cells are wrong:\n{}", faults.len(), faults.join("\n"));
        assert!(cells > 2500, "only {cells} cells");
    }
}
