//! The record's template with its samples.

use std::path::Path;

use pdfkit::{About, MadeAt};
use qrcode::QrCode;
use qrcode::render::svg;
use serde_json::Value;

pub const TEMPLATE: &str = include_str!("../../../../templates/care/record.typ");

/// A record in French with everything a record can hold; one in English on
/// Letter; a draft with next to nothing.
pub const NAMES: [&str; 3] = ["record_fr", "record_en", "record_small"];

pub fn data(name: &str) -> Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/{name}.json"));
    let text = std::fs::read_to_string(file).expect("the sample is there");
    serde_json::from_str(&text).expect("the sample is JSON")
}

pub fn about(data: &Value) -> About {
    let field = |pointer| data.pointer(pointer).and_then(Value::as_str);
    let title = field("/record/title").expect("a title");
    let number = field("/record/number").expect("a number");
    let in_english = title.starts_with("Consultation");
    About {
        title: format!("{title} {number}"),
        author: field("/letterhead/name").unwrap_or_default().to_owned(),
        language: if in_english { "en" } else { "fr-SN" }.to_owned(),
        made_at: MadeAt {
            unix_seconds: 1_773_331_500,
            offset_minutes: 0,
        },
        images: vec![
            ("logo.svg".to_owned(), include_bytes!("logo.svg").to_vec()),
            (
                "signature.svg".to_owned(),
                include_bytes!("signature.svg").to_vec(),
            ),
            (
                "qr.svg".to_owned(),
                qr(field("/signature/url").unwrap_or("-")),
            ),
        ],
    }
}

fn qr(text: &str) -> Vec<u8> {
    QrCode::new(text)
        .expect("an address fits")
        .render::<svg::Color<'_>>()
        .build()
        .into_bytes()
}
