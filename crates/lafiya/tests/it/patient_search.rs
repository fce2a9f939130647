//! Patients are found by name in spite of spelling, the same on both engines.

use std::collections::BTreeSet;

use ::store::{Sql, StoreError, params};
use axum::http::Method;
use clinic::patients::api::{self as patients, PatientId};
use kernel::{Ctx, PageRequest, text};
use serde_json::json;
use testkit::{clinic::TestClinic, on_both_engines};

const FIRST: [&str; 24] = [
    "Awa",
    "Aïssatou",
    "Aïcha",
    "Moussa",
    "Mousa",
    "Fatou",
    "Fatoumata",
    "Étienne",
    "Marie Rose",
    "Ramatoulaye",
    "Mamadou",
    "Mohamed",
    "Muhammad",
    "Jean-Pierre",
    "Chérif",
    "Ousmane",
    "Assane",
    "Ba",
    "Ly",
    "Kouadio",
    "Aimée",
    "N'Deye",
    "Serigne",
    "Jeanne d'Arc",
];
const LAST: [&str; 21] = [
    "Sow",
    "Sy",
    "Sarr",
    "Fall",
    "Sall",
    "N'Diaye",
    "Ndiaye",
    "Diop",
    "Diouf",
    "Tshisekedi",
    "Mbuyi",
    "Ba",
    "Bâ",
    "Diallo",
    "Jallow",
    "Traoré",
    "Kouyaté",
    "Ouédraogo",
    "Ngoy Kasongo",
    "O",
    "Œuvrard",
];
const QUERIES: [&str; 30] = [
    "awa",
    "sow",
    "sew",
    "aissatou",
    "AISATOU",
    "aisato ndiay",
    "n'diaye",
    "diaye",
    "mousa",
    "moussa ba",
    "moussa b",
    "fatou",
    "fatoumata sarr",
    "tshisekdi",
    "etienne tchisekedi",
    "ouedraogo",
    "ouedrago",
    "wedraogo",
    "ramatulaye",
    "ly",
    "ba ba",
    "marie rose mbuyi",
    "rose",
    "jeanne arc sall",
    "oeuvrar",
    "xyzzy",
    "o o",
    "kasongo ngoi",
    "ma",
    "mamadou diallo mamadou",
];

/// The letters that must change, a swap of neighbours counting as one.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let change = usize::from(a[i - 1] != b[j - 1]);
            let mut least = (rows[i - 1][j] + 1)
                .min(row[j - 1] + 1)
                .min(rows[i - 1][j - 1] + change);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

/// How well a word answers another, written down once more.
fn answers(wanted: &str, word: &str) -> f64 {
    let (longer, wrong) = (
        wanted.chars().count().max(word.chars().count()),
        distance(wanted, word),
    );
    let like =
        1.0 - f64::from(u32::try_from(wrong).unwrap()) / f64::from(u32::try_from(longer).unwrap());
    match () {
        () if word.starts_with(wanted) => 1.0,
        () if wanted.chars().count() >= 3 && wrong == 1 => like.max(0.72),
        () => like,
    }
}

/// What looking at every patient finds.
fn naive(people: &[(PatientId, String)], query: &str) -> BTreeSet<PatientId> {
    let query = text::fold(query);
    let wanted: Vec<&str> = query.split(' ').collect();
    let found = people.iter().filter(|(_, name)| {
        let best = |wanted: &&str| {
            name.split(' ')
                .map(|word| answers(wanted, word))
                .fold(0.0, f64::max)
        };
        wanted.iter().map(best).sum::<f64>() / f64::from(u32::try_from(wanted.len()).unwrap())
            >= 0.72
    });
    found.map(|(id, _)| *id).collect()
}

async fn found(clinic: &TestClinic, query: &str) -> Vec<PatientId> {
    let ctx = Ctx::system(clinic.tenant, "search");
    let page = PageRequest { page: 1, size: 200 };
    let (count, found) = patients::search(&clinic.app, &ctx, query, page)
        .await
        .unwrap();
    assert_eq!(usize::try_from(count).unwrap(), found.len(), "{query}");
    found.into_iter().map(|patient| patient.id).collect()
}

/// A clinic with one of every third pair of names.
async fn crowd(clinic: &TestClinic) -> Vec<(PatientId, String)> {
    let mut people = Vec::new();
    let pairs = FIRST
        .iter()
        .flat_map(|first| LAST.iter().map(move |last| (first, last)));
    for (number, (first, last)) in pairs.enumerate().filter(|(number, _)| number % 3 == 0) {
        let phone = format!("77 200 {:02} {:02}", number / 100, number % 100);
        let id = clinic.patient(first, last, &phone).await;
        people.push((id, text::fold(&format!("{first} {last}"))));
    }
    people
}

on_both_engines! {
    async fn a_search_finds_whom_looking_at_everybody_finds(db) {
        let clinic = TestClinic::new(&db).await;
        let people = crowd(&clinic).await;
        let mut some = 0;
        for query in QUERIES {
            let found = found(&clinic, query).await;
            let wanted = naive(&people, query);
            assert_eq!(found.iter().copied().collect::<BTreeSet<_>>(), wanted, "{query}");
            some += usize::from(!wanted.is_empty());
        }
        assert!(some > 20, "{some} queries ask for somebody");
        let likest = found(&clinic, "mousa").await;
        let first = people.iter().find(|(id, _)| *id == likest[0]).unwrap();
        assert!(first.1.starts_with("mousa "), "the right spelling comes first: {}", first.1);
    }

    async fn patients_of_programs_before_words_are_found(db) {
        let clinic = TestClinic::new(&db).await;
        let awa = clinic.patient("Awa", "N'Diaye", "77 200 00 01").await;
        let tenant = clinic.tenant;
        let forgotten: Result<u64, StoreError> = clinic.app.store.write(tenant, move |tx| Box::pin(async move {
            tx.execute(Sql::new("DELETE FROM patient_word WHERE tenant_id = $1"), params![tenant]).await?;
            tx.execute(Sql::new("DELETE FROM patient_word_piece WHERE tenant_id = $1"), params![tenant]).await?;
            tx.execute(Sql::new("UPDATE patient SET filed = 1 WHERE tenant_id = $1"), params![tenant]).await
        })).await;
        assert_eq!(forgotten.unwrap(), 1);
        assert!(found(&clinic, "awa").await.is_empty());
        clinic::carry_over(&clinic.app).await.unwrap();
        for query in ["awa", "diay", "a", "n"] {
            assert_eq!(found(&clinic, query).await, [awa], "{query}");
        }
    }

    async fn another_name_is_found_by_its_words_only(db) {
        let clinic = TestClinic::new(&db).await;
        let id = clinic.patient("Awa", "Kouyaté", "77 200 00 01").await;
        let path = format!("/api/patients/{id}/");
        let change = clinic.call(Method::PATCH, &path, Some(json!({"last_name": "Tshisekedi"}))).await;
        assert_eq!(change.status, 200, "{}", change.text);
        for (query, finds) in [("tshisekdi", true), ("kouyate", false), ("kouyatt", false), ("t", true), ("k", false)] {
            assert_eq!(!found(&clinic, query).await.is_empty(), finds, "{query}");
        }
    }
}
