//! What a typesetter refuses, and how it says so.

use pdfkit::{About, MadeAt, PdfError, Typesetter};
use serde_json::json;

fn about() -> About {
    About {
        title: "Titre".to_owned(),
        author: "Hôpital".to_owned(),
        language: "fr".to_owned(),
        made_at: MadeAt {
            unix_seconds: 1_700_000_000,
            offset_minutes: 60,
        },
        images: Vec::new(),
    }
}

fn failed(template: &str, about: &About) -> PdfError {
    let made =
        Typesetter::new()
            .expect("the fonts are sound")
            .pdf(template, &json!({"a": 1}), about);
    made.expect_err("it must be refused")
}

#[test]
fn a_fault_of_the_template_names_its_line() {
    for (template, line, word) in [
        ("text\n\n#unknown", 3, "unknown variable"),
        (
            "#let d = json(\"/data.json\")\n#d.b",
            2,
            "dictionary does not contain key",
        ),
        ("a\nb #(", 2, "unclosed delimiter"),
        ("\n#image(\"/images/no.png\", alt: \"x\")", 2, "not found"),
        ("\n\n\n#read(\"/etc/passwd\")", 4, "not found"),
        ("#import \"@preview/cetz:0.1.0\"", 1, "not found"),
        ("#datetime.today()", 1, "current date"),
    ] {
        let PdfError::Template(faults) = failed(template, &about()) else {
            panic!("{template}");
        };
        assert_eq!(faults[0].line, Some(line), "{template}: {faults:?}");
        assert_eq!(faults[0].file.as_deref(), Some("template.typ"));
        assert!(faults[0].message.contains(word), "{faults:?}");
    }
}

#[test]
fn the_standards_hold_for_every_template() {
    let PdfError::Template(faults) = failed("= First\n=== Third", &about()) else {
        panic!("a heading that skips a level");
    };
    assert!(faults[0].line.is_some(), "{faults:?}");
}

#[test]
fn what_a_document_says_of_itself_is_checked() {
    for title in ["", " ", "\u{0}", &"x".repeat(9_000)] {
        let title = title.to_owned();
        let error = failed("a", &About { title, ..about() });
        assert!(matches!(error, PdfError::Title), "{error}");
    }
    for language in ["", "f", "FR", "fr_SN", "fr-sn", "french", "fr-SN-x"] {
        let language = language.to_owned();
        let error = failed(
            "a",
            &About {
                language,
                ..about()
            },
        );
        assert!(matches!(error, PdfError::Language), "{error}");
    }
    for (unix_seconds, offset_minutes) in [(i64::MAX, 0), (0, 24 * 60), (0, i16::MIN)] {
        let made_at = MadeAt {
            unix_seconds,
            offset_minutes,
        };
        let error = failed("a", &About { made_at, ..about() });
        assert!(matches!(error, PdfError::Time), "{error}");
    }
}

#[test]
fn a_pictures_name_is_a_fixed_word_used_once() {
    let long = "a".repeat(41);
    for name in ["", "../data.json", "a b.png", "Ä.png", ".png", &long] {
        let images = vec![(name.to_owned(), Vec::new())];
        let error = failed("a", &About { images, ..about() });
        assert!(matches!(error, PdfError::ImageName(_)), "{name}");
    }
    let twice = vec![("a.png".to_owned(), Vec::new()); 2];
    let images = twice;
    let error = failed("a", &About { images, ..about() });
    assert!(matches!(error, PdfError::ImageName(_)));
}

#[test]
fn the_time_carries_its_offset() {
    let pdf = Typesetter::new()
        .unwrap()
        .pdf("a", &json!(null), &about())
        .unwrap();
    let pdf = String::from_utf8_lossy(&pdf);
    assert!(
        pdf.contains("D:20231114231320+01'00"),
        "the time of creation"
    );
}
