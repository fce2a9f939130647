//! Pages for paper and archive: a Typst template and JSON data become a tagged
//! PDF that follows PDF/A-2a and PDF/UA-1.
//!
//! Nothing here reads a file, a clock or a network: fonts are part of the
//! program, and everything else a template may open is handed over with the
//! call. The same input gives the same bytes. What people wrote stays data: a
//! template reads it with `json("/data.json")`, so no markup in it is ever
//! obeyed.
//!
//! # What a template finds
//!
//! - `json("/data.json")`: the caller's data;
//! - `json("/about.json")`: `title`, `author`, `language`, `region` or null;
//! - `/images/NAME`: the pictures of [`About::images`];
//! - title, author, language and fonts are already set.

mod error;
mod text;
mod world;

use std::sync::Arc;

use serde_json::{Value, json};
use typst::diag::Warned;
use typst::foundations::{Datetime, Smart};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

pub use error::{Fault, PdfError};
use world::{Desk, Files};

/// How many documents ago a cached piece of layout may have been used last.
/// The letterhead and the labels stay warm, a patient's text goes soon.
const CACHE_AGE: usize = 4;

/// The longest text of PDF/A-2, bytes, with room for its encoding in UTF-16.
const LONGEST_TITLE: usize = 8_000;

/// Turns templates and data into PDF. Loads fonts once; clones share them.
#[derive(Clone)]
pub struct Typesetter {
    desk: Arc<Desk>,
}

/// What a document says about itself, and the pictures its template may show.
#[derive(Clone, Debug)]
pub struct About {
    /// The title that readers show in the window; never empty.
    pub title: String,
    /// Who answers for the document: the hospital.
    pub author: String,
    /// The language of the text: `fr`, `en`, or with a country `fr-SN`.
    pub language: String,
    /// When the document was made; it is the only time in the file.
    pub made_at: MadeAt,
    /// Name and bytes of PNG, JPEG, SVG, GIF or WebP pictures. A name is a fixed
    /// word such as `logo.png`: at most 40 of `a-z 0-9 . -`. Names that change
    /// with each document would never be freed.
    pub images: Vec<(String, Vec<u8>)>,
}

/// An instant and the distance of the clocks on the wall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MadeAt {
    /// Seconds since 1970, UTC.
    pub unix_seconds: i64,
    /// Minutes that local clocks are ahead of UTC.
    pub offset_minutes: i16,
}

impl Typesetter {
    /// Loads the fonts and Typst's library; takes some milliseconds.
    ///
    /// # Errors
    /// A font of the program cannot be read, or the PDF standards exclude each
    /// other: both are faults of the build.
    pub fn new() -> Result<Self, PdfError> {
        Ok(Self {
            desk: Arc::new(Desk::new()?),
        })
    }

    /// The PDF of a template (Typst's text) with data.
    ///
    /// Characters that no font has become U+FFFD, control characters go, and
    /// very long words may break anywhere.
    ///
    /// # Errors
    /// A fault of the template or of a picture, with its line; or a title,
    /// language, time or picture name that cannot be used. The text of a fault
    /// may quote the data: it is for a developer, not for a log.
    pub fn pdf(&self, template: &str, data: &Value, about: &About) -> Result<Vec<u8>, PdfError> {
        let files = self.files(template, data, about)?;
        let options = PdfOptions {
            ident: Smart::Auto,
            creator: Smart::Custom(Some("Lafiya".to_owned())),
            timestamp: Some(timestamp(about.made_at)?),
            page_ranges: None,
            standards: standards()?,
            tagged: true,
            pretty: false,
        };
        let pdf = self
            .compile(&files)
            .output
            .and_then(|document| typst_pdf::pdf(&document, &options))
            .map_err(|faults| error::of_template(&files, &faults));
        typst::comemo::evict(CACHE_AGE);
        pdf
    }

    fn compile(&self, files: &Files<'_>) -> Warned<typst::diag::SourceResult<PagedDocument>> {
        typst::compile::<PagedDocument>(files)
    }

    fn files<'a>(
        &'a self,
        template: &str,
        data: &Value,
        about: &'a About,
    ) -> Result<Files<'a>, PdfError> {
        let (language, region) = language(&about.language)?;
        let covered = |c| self.desk.covers(c);
        let title = text::clean(&about.title, &covered);
        if title.trim().is_empty() || title.len() > LONGEST_TITLE {
            return Err(PdfError::Title);
        }
        let about_json = json!({
            "title": title,
            "author": text::clean(&about.author, &covered),
            "language": language,
            "region": region,
        });
        let data = text::clean_all(data, &covered);
        Files::new(&self.desk, template, &data, &about_json, &about.images)
    }
}

fn standards() -> Result<PdfStandards, PdfError> {
    PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1])
        .map_err(|error| PdfError::Build(error.message().to_string()))
}

/// The parts of a language tag that Typst takes.
fn language(tag: &str) -> Result<(&str, Option<&str>), PdfError> {
    let (language, region) = match tag.split_once('-') {
        Some((language, region)) => (language, Some(region)),
        None => (tag, None),
    };
    let language_is_known =
        matches!(language.len(), 2 | 3) && language.bytes().all(|byte| byte.is_ascii_lowercase());
    let region_is_known = region.is_none_or(|region| {
        region.len() == 2 && region.bytes().all(|byte| byte.is_ascii_uppercase())
    });
    if language_is_known && region_is_known {
        Ok((language, region))
    } else {
        Err(PdfError::Language)
    }
}

fn timestamp(made_at: MadeAt) -> Result<Timestamp, PdfError> {
    let offset = i32::from(made_at.offset_minutes);
    let local = jiff::tz::Offset::from_seconds(offset * 60)
        .and_then(|offset| {
            let instant = jiff::Timestamp::from_second(made_at.unix_seconds)?;
            Ok(offset.to_datetime(instant))
        })
        .map_err(|_| PdfError::Time)?;
    let part = |value: i8| u8::try_from(value).unwrap_or_default();
    Datetime::from_ymd_hms(
        i32::from(local.year()),
        part(local.month()),
        part(local.day()),
        part(local.hour()),
        part(local.minute()),
        part(local.second()),
    )
    .and_then(|local| Timestamp::new_local(local, offset))
    .ok_or(PdfError::Time)
}
