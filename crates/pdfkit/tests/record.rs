//! The record's template with its samples, read back by Debian's poppler and
//! checked by qpdf.

mod samples;

use std::io::Write;
use std::process::Command;
use std::thread;

use pdfkit::{About, PdfError, Typesetter};
use serde_json::{Value, json};

fn made(name: &str) -> (Value, Vec<u8>) {
    let data = samples::data(name);
    let pdf = pdf_of(&data);
    (data, pdf)
}

fn pdf_of(data: &Value) -> Vec<u8> {
    Typesetter::new()
        .expect("the fonts are sound")
        .pdf(samples::TEMPLATE, data, &samples::about(data))
        .unwrap_or_else(|error| panic!("{error}"))
}

fn run(program: &str, options: &[&str], pdf: &[u8]) -> String {
    let mut file = tempfile::NamedTempFile::new().expect("a file for a moment");
    file.write_all(pdf).expect("room for a page");
    let mut command = Command::new(program);
    let output = match program {
        "pdftotext" => command.args(options).arg(file.path()).arg("-").output(),
        _ => command.args(options).arg(file.path()).output(),
    }
    .unwrap_or_else(|error| panic!("{program} of scripts/test.sh's packages: {error}"));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{program}: {said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    said
}

/// The text as a reader's machine finds it, on one line.
fn text(pdf: &[u8]) -> String {
    let text = run("pdftotext", &[], pdf).replace('\u{200B}', "");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn pages(pdf: &[u8]) -> Vec<String> {
    let text = run("pdftotext", &["-layout"], pdf);
    text.split_terminator('\u{C}').map(str::to_owned).collect()
}

#[test]
fn every_sample_is_a_sound_tagged_archive_file() {
    for name in samples::NAMES {
        let (data, pdf) = made(name);
        run("qpdf", &["--check"], &pdf);
        let info = run("pdfinfo", &[], &pdf);
        let title = samples::about(&data).title;
        assert!(info.contains(&title), "{name}: {info}");
        assert!(
            info.lines()
                .any(|line| line.starts_with("Tagged:") && line.ends_with("yes")),
            "{info}"
        );
        let said = run("pdfinfo", &["-meta"], &pdf);
        for mark in ["part>2<", "conformance>A<", "pdfuaid:part>1<"] {
            assert!(said.contains(mark), "{name} lacks {mark}: {said}");
        }
        let language = if name == "record_en" { "en" } else { "fr-SN" };
        let raw = String::from_utf8_lossy(&pdf);
        assert!(raw.contains(&format!("/Lang({language})")), "{name}");
    }
}

#[test]
fn headings_and_tables_are_tagged() {
    let (_, pdf) = made("record_fr");
    let tree = run("pdfinfo", &["-struct-text"], &pdf);
    for tag in ["H1", "H2", "Table", "TH (table header)", "TD", "Figure"] {
        assert!(
            tree.contains(tag.split(' ').next().unwrap()),
            "no {tag} in {tree}"
        );
    }
    assert!(tree.contains("Résultats de laboratoire"));
}

#[test]
fn a_full_record_says_everything_on_numbered_pages() {
    let (data, pdf) = made("record_fr");
    let pages = pages(&pdf);
    assert!(pages.len() > 1, "{} pages", pages.len());
    for (index, page) in pages.iter().enumerate() {
        let number = format!("Page {} sur {}", index + 1, pages.len());
        assert!(page.contains(&number), "{number} is missing: {page}");
        assert!(page.contains("CONS-20260312-014 · Version 2 · Empreinte 783e5cad"));
        assert!(page.contains("DIALLO-SAGNA Aïssatou Ramatoulaye"));
    }
    let text = text(&pdf);
    let closed: String = text.split_whitespace().collect();
    for part in values(&data) {
        let part: String = part.split_whitespace().collect();
        assert!(closed.contains(&part), "{part:?} is missing");
    }
    assert!(
        text.contains("Sɛ̀ɖɔ́ Kpɔ̃nŋ"),
        "the letters of African languages"
    );
    assert!(text.contains("783e5cad 222fc052 37bff701 8cdaf0f2 b36f3403"));
    assert!(!text.contains('\u{FFFD}'), "a character without a glyph");
}

/// The words that stand in the cells of the record.
fn values(data: &Value) -> Vec<&str> {
    let cells = [
        "label", "value", "test", "range", "word", "source", "name", "doctor",
    ];
    match data {
        Value::Array(items) => items.iter().flat_map(values).collect(),
        Value::Object(row)
            if row
                .get("value")
                .is_some_and(|value| value.is_null() || value == "") =>
        {
            Vec::new()
        }
        Value::Object(entries) => entries
            .iter()
            .filter(|(key, _)| !matches!(key.as_str(), "words" | "level"))
            .flat_map(|(key, value)| match value.as_str() {
                Some(text) if cells.contains(&key.as_str()) && text.len() < 40 => vec![text],
                Some(_) => Vec::new(),
                None => values(value),
            })
            .collect(),
        _ => Vec::new(),
    }
}

#[test]
fn a_flag_is_a_sign_and_a_word() {
    let text = text(&made("record_fr").1);
    for flag in [
        "▲ élevé",
        "▼ bas",
        "! critique",
        "✓ normal",
        "◆ à surveiller",
    ] {
        assert!(text.contains(flag), "{flag}");
    }
}

#[test]
fn a_header_stands_again_where_a_table_goes_on() {
    let mut data = samples::data("record_fr");
    let row = data["labs"][1].clone();
    data["labs"] = Value::Array(vec![row; 120]);
    let pages = pages(&pdf_of(&data));
    let of_labs: Vec<_> = pages
        .iter()
        .filter(|page| page.contains("Test rapide du paludisme"))
        .collect();
    assert!(of_labs.len() > 2);
    assert!(of_labs.iter().all(|page| page.contains("Analyse")));
}

#[test]
fn no_heading_stands_at_the_foot_of_a_page() {
    let section = json!({"title": "Partie", "kind": "rows",
        "rows": [{"label": "Étiquette", "value": "Contenu"}, {"label": "Suite", "value": "Fin"}]});
    for lines_above in 1..14 {
        let mut data = samples::data("record_small");
        let above = json!({"title": "Début", "kind": "text", "text": "x\n".repeat(lines_above)});
        let mut sections = vec![above];
        sections.resize(40, section.clone());
        data["sections"] = Value::Array(sections);
        let pages = pages(&pdf_of(&data));
        assert!(pages.len() > 1);
        for page in pages {
            let lines: Vec<_> = page
                .lines()
                .filter(|line| !line.trim().is_empty())
                .collect();
            let above_the_foot = lines[lines.len() - 2].trim();
            assert_ne!(above_the_foot, "Partie", "after {lines_above} lines");
        }
    }
}

#[test]
fn only_a_draft_has_the_watermark_and_no_draft_a_conclusion() {
    let (_, draft) = made("record_small");
    for page in run("pdftotext", &["-raw"], &draft).split_terminator('\u{C}') {
        assert!(page.contains("Brouillon"), "{page}");
    }
    assert!(!text(&draft).contains("Ne doit pas paraître"));

    let mut validated = samples::data("record_fr");
    let pdf = pdf_of(&validated);
    assert!(!run("pdftotext", &["-raw"], &pdf).contains("Brouillon"));
    validated["record"]["draft"] = json!(true);
    let draft = pdf_of(&validated);
    let pages = run("pdftotext", &["-raw"], &draft);
    assert!(pages.matches('\u{C}').count() > 1);
    assert!(
        pages
            .split_terminator('\u{C}')
            .all(|page| page.contains("Brouillon"))
    );
    assert!(!pages.contains("Artésunate"), "treatment on a draft");
    assert!(
        !pages.contains("Validée et signée par"),
        "signature on a draft"
    );
    assert!(!pages.contains("783e5cad"), "fingerprint on a draft");
}

#[test]
fn empty_parts_are_left_out() {
    let small = text(&made("record_small").1);
    for absent in [
        "Antécédents",
        "Pouls",
        "Sexe",
        "laboratoire",
        "Références",
        "Historique",
        "Unités",
    ] {
        assert!(!small.contains(absent), "{absent}");
    }
    assert!(small.contains("Douleur au genou gauche"));
    assert!(!text(&made("record_fr").1).contains("Section vide"));
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let data = samples::data("record_fr");
    let about = samples::about(&data);
    let typesetter = Typesetter::new().unwrap();
    let first = typesetter.pdf(samples::TEMPLATE, &data, &about).unwrap();
    let again = typesetter.pdf(samples::TEMPLATE, &data, &about).unwrap();
    assert!(first == again);
    assert!(first == pdf_of(&data), "with a typesetter of its own");
    let later = About {
        made_at: pdfkit::MadeAt {
            unix_seconds: about.made_at.unix_seconds + 1,
            offset_minutes: 0,
        },
        ..about
    };
    assert!(first != typesetter.pdf(samples::TEMPLATE, &data, &later).unwrap());
}

#[test]
fn eight_threads_share_a_typesetter() {
    let typesetter = Typesetter::new().unwrap();
    let expected: Vec<_> = samples::NAMES.map(|name| made(name).1).into();
    thread::scope(|scope| {
        for start in 0..8 {
            let (typesetter, expected) = (typesetter.clone(), &expected);
            scope.spawn(move || {
                for step in 0..3 {
                    let index = (start + step) % samples::NAMES.len();
                    let data = samples::data(samples::NAMES[index]);
                    let about = samples::about(&data);
                    let pdf = typesetter.pdf(samples::TEMPLATE, &data, &about).unwrap();
                    assert!(pdf == expected[index], "{}", samples::NAMES[index]);
                }
            });
        }
    });
}

#[test]
fn what_people_write_is_never_markup() {
    let written = [
        "#eval(\"1+1\")",
        "$x^2$ and $ sum_(i) $",
        "*bold* _thin_ `raw`",
        "@ref <label> = Heading",
        "\\u{41} // comment /* open",
        "#import \"@preview/x:1.0.0\": *",
        "[link](x) \"quotes\" 'and' -- ---",
        "#include \"/data.json\" #panic()",
    ];
    for story in written {
        let mut data = samples::data("record_small");
        data["patient"]["name"] = json!(story);
        data["sections"][1]["text"] = json!(story);
        data["sections"][0]["rows"][0]["value"] = json!(story);
        data["record"]["number"] = json!(story);
        let text = text(&pdf_of(&data));
        let whole = story.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.matches(&whole).count() >= 2, "{story:?} in {text}");
    }
}

#[test]
fn no_text_breaks_a_document() {
    let long_word = "a".repeat(100_000);
    let hostile = [
        long_word.as_str(),
        "\u{0}\u{1}\u{7}\u{1B}[31m\u{9F}\u{FEFF}\u{FFFE}",
        "🤒 👨‍👩‍👧 ❤️ 🇸🇳",
        "مريم بنت أحمد، العمر ٣٤ سنة",
        "שלום עולם 漢字 한글 ไทย ߒߞߏ",
        "\u{202E}drow\u{202C} \u{2066}isolate",
        "e\u{301}\u{300}\u{323}\u{302}\u{303}\u{304}"
            .repeat(50)
            .leak(),
        "\u{301}\u{200D}\u{200B}\u{2060}\u{AD}",
        "\u{E000}\u{F8FF}\u{10FFFF}\u{FFFF}",
        "\n\n\n\r\n\t \n",
        " ",
    ];
    for story in hostile {
        let mut data = samples::data("record_small");
        data["sections"][1]["text"] = json!(story);
        data["sections"][0]["rows"][0]["value"] = json!(story);
        data["patient"]["rows"][0]["value"] = json!(story);
        let pdf = pdf_of(&data);
        let text = text(&pdf);
        assert!(text.contains("CONS-20260312-015"));
        assert!(
            !text.contains(|c: char| c.is_control() && c != '\n'),
            "{story:?}"
        );
    }
}

#[test]
fn a_word_of_100_kb_stays_on_the_paper() {
    let mut data = samples::data("record_small");
    data["sections"][1]["text"] = json!("W".repeat(100_000));
    let boxes = run("pdftotext", &["-bbox", "-l", "3"], &pdf_of(&data));
    let right_edges = boxes
        .split("xMax=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next()?.parse::<f64>().ok());
    for edge in right_edges {
        assert!(edge < 595.276 - 40.0, "{edge}");
    }
}

#[test]
fn a_picture_that_is_missing_or_broken_is_named() {
    let data = samples::data("record_fr");
    let typesetter = Typesetter::new().unwrap();
    let fault_of = |images: Vec<(String, Vec<u8>)>| {
        let about = About {
            images,
            ..samples::about(&data)
        };
        match typesetter.pdf(samples::TEMPLATE, &data, &about) {
            Err(PdfError::Template(faults)) => faults[0].clone(),
            other => panic!("{other:?}"),
        }
    };
    let mut images = samples::about(&data).images;
    images[0].1 = b"<svg".to_vec();
    let broken = fault_of(images.clone());
    assert!(broken.to_string().contains("logo.svg"), "{broken}");
    images.remove(0);
    let missing = fault_of(images);
    assert_eq!(missing.file.as_deref(), Some("template.typ"));
    assert!(missing.line.is_some());
    assert!(missing.message.contains("images/logo.svg"), "{missing}");
}
