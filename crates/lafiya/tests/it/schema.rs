//! The schema, the statements, the routes and their documents agree.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::PathBuf};

use kernel::Role;
use testkit::on_both_engines;

pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

on_both_engines! {
    async fn every_statement_can_be_prepared(db) {
        let mut wrong = Vec::new();
        for (domain, statements) in clinic::statements() {
            for statement in statements {
                if let Err(error) = db.store.check_statement(statement).await {
                    wrong.push(format!("{domain}::{}: {error}", statement.name));
                }
            }
        }
        for work in clinic::work_statements() {
            for statement in work.statements() {
                if let Err(error) = db.store.check_statement(&statement).await {
                    wrong.push(format!("{}::{}: {error}", work.table, statement.name));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}

#[test]
fn every_migration_file_is_listed_in_order() {
    let mut files: Vec<String> = fs::read_dir(root().join("migrations"))
        .unwrap()
        .map(|entry| {
            entry
                .unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    files.sort();
    let listed: Vec<&str> = clinic::MIGRATIONS
        .iter()
        .map(|migration| migration.name)
        .collect();
    assert_eq!(listed, files);
}

#[test]
fn the_openapi_document_tells_of_every_route() {
    let built = clinic::routes();
    webkit::openapi::assert_schema_matches_routes(&built.openapi, &built.registry);
    let undocumented = webkit::openapi::undocumented(&built.openapi);
    assert!(undocumented.is_empty(), "{undocumented:#?}");
}

/// Compares a committed document with what the code says; `LAFIYA_UPDATE_DOCS=1` rewrites it.
pub(crate) fn assert_document(path: &str, expected: &str) {
    let file = root().join(path);
    if std::env::var_os("LAFIYA_UPDATE_DOCS").is_some() {
        fs::write(&file, expected).unwrap();
    }
    let found = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        found == expected,
        "{path} is out of date: run the tests once with LAFIYA_UPDATE_DOCS=1"
    );
}

/// What a token of limited powers needs; nothing where nobody has to be known.
fn scope_cell(route: &webkit::RouteInfo) -> String {
    if !route.policy.needs_caller() {
        return String::new();
    }
    let needed = route.scope.needed(&route.method);
    needed.map_or("–".to_owned(), |scope| format!("`{scope}`"))
}

#[test]
fn the_wire_documents_are_current() {
    let built = clinic::routes();
    assert_document(
        "docs/wire/openapi.json",
        &(built.openapi.to_pretty_json().unwrap() + "\n"),
    );
    let mut matrix = String::from(
        "# Who may call what. Made from the routes; the tests keep it current.\n\n\
         A token of limited powers (OAuth, service token) also needs the scope; `–` is closed to it.\n\n",
    );
    let roles = Role::ALL;
    let _ = writeln!(
        matrix,
        "| method | path | policy | scope | nobody | {} |",
        roles
            .iter()
            .map(|role| role.as_str())
            .collect::<Vec<_>>()
            .join(" | ")
    );
    let _ = writeln!(
        matrix,
        "|---|---|---|---|---|{}",
        "---|".repeat(roles.len())
    );
    let mut routes = built.registry;
    routes.sort_by(|a, b| (&a.path, a.method.as_str()).cmp(&(&b.path, b.method.as_str())));
    for route in routes {
        let cell = |allowed: bool| if allowed { "yes" } else { "–" };
        let nobody = cell(!route.policy.needs_caller());
        let cells: Vec<&str> = roles
            .iter()
            .map(|role| cell(route.policy.allows(Some(*role))))
            .collect();
        let _ = writeln!(
            matrix,
            "| {} | `{}` | {} | {} | {nobody} | {} |",
            route.method,
            route.path,
            route.policy.to_string().replace('|', " or "),
            scope_cell(&route),
            cells.join(" | ")
        );
    }
    assert_document("docs/wire/policy-matrix.md", &matrix);
}

/// What a part of the product is called in the guide, by the beginning of its
/// paths; the longest one wins. An empty name is left out: nobody decides about it.
const PARTS: &[(&str, &str)] = &[
    ("/", "Accueil"),
    ("/.well-known/", ""),
    ("/api/auth/", ""),
    ("/api/docs/", ""),
    ("/api/health/", ""),
    ("/api/patients/", "Patients"),
    ("/api/schema/", ""),
    ("/api/v1/audit/", "Journal des accès"),
    ("/agenda", "Rendez-vous"),
    ("/api/v1/appointments/", "Rendez-vous"),
    ("/api/v1/attachments/", "Fiches de consultation"),
    ("/api/v1/availabilities/", "Rendez-vous"),
    ("/api/v1/devices/", "Mon compte"),
    ("/api/v1/exceptions/", "Rendez-vous"),
    ("/api/v1/letterhead/", "En-tête des documents"),
    ("/api/messaging/", "Diffusions"),
    ("/api/patients/log-failure/", "Diffusions"),
    ("/api/v1/auth/", "Mon compte"),
    ("/api/v1/auth/invitations/", "Équipe"),
    ("/api/v1/auth/medecins/", "Annuaire des médecins"),
    ("/api/v1/auth/second-factor/rule/", "Équipe"),
    ("/api/v1/auth/users/", "Équipe"),
    ("/api/v1/auth/users/me/", "Mon compte"),
    ("/api/v1/auth/users/register/", ""),
    ("/api/v1/calendar-feed/", "Rendez-vous"),
    ("/api/v1/consultations-distance/", "Fiches de consultation"),
    ("/api/v1/fiche-consultation/", "Fiches de consultation"),
    ("/api/v1/inbox/", "Messages des patients"),
    ("/api/v1/lab-results/", "Fiches de consultation"),
    ("/api/v1/me/", "Qui a vu mon dossier"),
    ("/api/v1/message-budget/", "Coût des messages"),
    ("/api/v1/message-costs/", "Coût des messages"),
    ("/api/v1/message-prices/", "Coût des messages"),
    ("/api/v1/message-texts/", "Textes des messages"),
    ("/api/v1/oauth/", "Programmes et accès"),
    ("/api/v1/outbox/", "Messages envoyés"),
    ("/api/v1/providers/", "Envoi des messages"),
    ("/api/v1/patients/", "Dossiers réservés"),
    ("/api/v1/patients/accounts/", "Patients"),
    ("/api/v1/patients/duplicates/", "Doublons"),
    ("/api/v1/patients/{id}/account/", "Patients"),
    ("/api/v1/patients/{id}/merge/", "Doublons"),
    ("/api/v1/patients/{id}/unmerge/", "Doublons"),
    ("/api/v1/references/", "Fiches de consultation"),
    ("/api/v1/service-tokens/", "Programmes et accès"),
    ("/api/v1/shares/", "Fiches de consultation"),
    ("/api/v1/signatures/", ""),
    ("/api/v1/waiting-list/", "Rendez-vous"),
    ("/api/v1/whatsapp-templates/", "Textes des messages"),
    ("/settings/costs", "Coût des messages"),
    ("/settings/providers", "Envoi des messages"),
    ("/settings/texts", "Textes des messages"),
    ("/api/v1/webhooks/", "Journal des appels de l’opérateur"),
    ("/api/v1/webhooks/sendgrid/", ""),
    ("/api/v1/webhooks/twilio/", ""),
    ("/assets/", ""),
    ("/audit", "Journal des accès"),
    ("/auth/", ""),
    ("/b/", ""),
    ("/book/", ""),
    ("/calendars/", ""),
    ("/consultations", "Fiches de consultation"),
    ("/broadcasts", "Diffusions"),
    ("/forgotten", ""),
    ("/inbox", "Messages des patients"),
    ("/invitation/", ""),
    ("/join", ""),
    ("/livez", ""),
    ("/my/", "Qui a vu mon dossier"),
    ("/my/appointments", "Rendez-vous"),
    ("/my/links/", "Mes consultations"),
    ("/my/records", "Mes consultations"),
    ("/my/waiting", "Rendez-vous"),
    ("/oauth/", ""),
    ("/outbox", "Messages envoyés"),
    ("/p/", ""),
    ("/patients", "Patients"),
    ("/patients/{id}/access", "Dossiers réservés"),
    ("/patients/{id}/account", "Patients"),
    ("/patients/{id}/break-glass", "Dossiers réservés"),
    ("/patients/{id}/merge", "Doublons"),
    ("/patients/{id}/unmerge", "Doublons"),
    ("/devices", "Mon compte"),
    ("/profile", "Mon compte"),
    ("/r/", ""),
    ("/readyz", ""),
    ("/register", ""),
    ("/reminders", "Rappels"),
    ("/reset", ""),
    ("/s/", ""),
    ("/second-factor", "Mon compte"),
    ("/second-factor/members/", "Équipe"),
    ("/second-factor/rule", "Équipe"),
    ("/sessions", "Mon compte"),
    ("/settings/access", "Programmes et accès"),
    ("/settings/booking", "Rendez-vous"),
    ("/settings/letterhead", "En-tête des documents"),
    ("/sign-in", ""),
    ("/sign-out", ""),
    ("/simulator", "Téléphone d’essai"),
    ("/tenant", "Mon compte"),
    ("/users", "Équipe"),
    ("/verify", ""),
    ("/work", "Activité du serveur"),
];

/// What a role may do in a part of the product.
#[derive(Default)]
struct Share {
    looks: (usize, usize),
    changes: (usize, usize),
}

impl Share {
    fn words(&self) -> String {
        let part = |(may, all): (usize, usize), word: &str| match may {
            0 => None,
            _ if may == all => Some(word.to_owned()),
            _ => Some(format!("{word} en partie")),
        };
        let words: Vec<String> = [part(self.looks, "voit"), part(self.changes, "modifie")]
            .into_iter()
            .flatten()
            .collect();
        if words.is_empty() {
            "–".to_owned()
        } else {
            words.join(", ")
        }
    }
}

#[test]
fn the_format_of_a_records_file_is_documented() {
    let schema = serde_json::to_string_pretty(&clinic::care::api::file_schema()).unwrap();
    assert_document("docs/wire/record-export.schema.json", &(schema + "\n"));
}

#[test]
fn the_guide_says_who_may_do_what() {
    let mut parts: BTreeMap<&str, Vec<Share>> = BTreeMap::new();
    for route in clinic::routes().registry {
        let fits = PARTS.iter().filter(|(start, _)| {
            route.path.starts_with(start) && (*start != "/" || route.path == "/")
        });
        let longest = fits.max_by_key(|(start, _)| start.len());
        let (_, name) = longest.unwrap_or_else(|| panic!("name {} in PARTS", route.path));
        if name.is_empty() {
            continue;
        }
        let shares = parts.entry(name).or_default();
        shares.resize_with(Role::ALL.len(), Share::default);
        for (share, role) in shares.iter_mut().zip(Role::ALL) {
            let (may, all) = match route.method.is_safe() {
                true => (&mut share.looks.0, &mut share.looks.1),
                false => (&mut share.changes.0, &mut share.changes.1),
            };
            *may += usize::from(route.policy.allows(Some(*role)));
            *all += 1;
        }
    }
    let names = [
        "patient",
        "médecin",
        "agent",
        "responsable",
        "administrateur",
        "plateforme",
    ];
    let mut guide = String::from(GUIDE);
    let _ = writeln!(guide, "| | {} |", names.join(" | "));
    let _ = writeln!(guide, "|---|{}", "---|".repeat(names.len()));
    for (part, shares) in parts {
        let cells: Vec<String> = shares.iter().map(Share::words).collect();
        let _ = writeln!(guide, "| {part} | {} |", cells.join(" | "));
    }
    assert_document("docs/guide/permissions.md", &guide);
}

const GUIDE: &str = "# Qui peut faire quoi

Chacun ne voit que sa propre structure : ce qui appartient à une autre n’existe pas pour lui. Un patient ne voit que ce
qui le concerne. Le tableau est tiré du programme lui-même ; le détail, adresse par adresse, se trouve dans
[la table des accès](../wire/policy-matrix.md).

";
