//! All that Typst can see: the fonts of the program and the files of one call.

use std::collections::BTreeMap;

use serde_json::Value;
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

use crate::error::PdfError;

/// Set for every document before its template is read.
const MAIN: &str = r#"
#let about = json("/about.json")
#set document(title: about.title, author: about.author)
#set text(lang: about.language, region: about.region)
#set text(font: ("Noto Sans", "Noto Sans Arabic", "Noto Sans Symbols2", "Noto Sans Math"))
#include "/template.typ"
"#;

const FONTS: [&[u8]; 5] = [
    include_bytes!("../fonts/NotoSans-Regular.ttf"),
    include_bytes!("../fonts/NotoSans-Bold.ttf"),
    include_bytes!("../fonts/NotoSansArabic-Regular.ttf"),
    include_bytes!("../fonts/NotoSansSymbols2-Regular.ttf"),
    include_bytes!("../fonts/NotoSansMath-Regular.ttf"),
];

/// The longest name of a picture, bytes.
const LONGEST_NAME: usize = 40;

/// What all calls share.
pub(crate) struct Desk {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    main: Source,
    template: FileId,
}

impl Desk {
    pub(crate) fn new() -> Result<Self, PdfError> {
        let fonts: Vec<Font> = FONTS
            .into_iter()
            .flat_map(|font| Font::iter(Bytes::new(font)))
            .collect();
        if fonts.len() != FONTS.len() {
            return Err(PdfError::Build("a font cannot be read".to_owned()));
        }
        Ok(Self {
            library: LazyHash::new(Library::default()),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
            main: Source::new(file_id("main.typ")?, MAIN.to_owned()),
            template: file_id("template.typ")?,
        })
    }

    /// Whether a font has the character.
    pub(crate) fn covers(&self, c: char) -> bool {
        let c = u32::from(c);
        self.fonts
            .iter()
            .any(|font| font.info().coverage.contains(c))
    }
}

fn file_id(name: &str) -> Result<FileId, PdfError> {
    VirtualPath::new(name)
        .map(|path| RootedPath::new(VirtualRoot::Project, path).intern())
        .map_err(|_| PdfError::Build(format!("{name} is no path")))
}

/// The files of one call.
pub(crate) struct Files<'a> {
    desk: &'a Desk,
    template: Source,
    others: BTreeMap<String, Bytes>,
}

impl<'a> Files<'a> {
    pub(crate) fn new(
        desk: &'a Desk,
        template: &str,
        data: &Value,
        about: &Value,
        images: &[(String, Vec<u8>)],
    ) -> Result<Self, PdfError> {
        let mut others = BTreeMap::from([
            ("data.json".to_owned(), Bytes::from_string(data.to_string())),
            (
                "about.json".to_owned(),
                Bytes::from_string(about.to_string()),
            ),
        ]);
        for (name, bytes) in images {
            let file = format!("images/{name}");
            let taken = others.insert(file, Bytes::new(bytes.clone()));
            if taken.is_some() || !is_fixed_word(name) {
                return Err(PdfError::ImageName(name.clone()));
            }
        }
        Ok(Self {
            desk,
            template: Source::new(desk.template, template.to_owned()),
            others,
        })
    }
}

/// Whether a name can be part of a path and is short.
fn is_fixed_word(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.len())
        && !name.starts_with('.')
        && name
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-'))
}

impl World for Files<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.desk.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.desk.book
    }

    fn main(&self) -> FileId {
        self.desk.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.desk.main.id() {
            Ok(self.desk.main.clone())
        } else if id == self.desk.template {
            Ok(self.template.clone())
        } else {
            Err(not_found(id))
        }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if let Ok(source) = self.source(id) {
            return Ok(Bytes::from_string(source));
        }
        let path = id.get();
        self.others
            .get(path.vpath().get_without_slash())
            .filter(|_| matches!(path.root(), VirtualRoot::Project))
            .cloned()
            .ok_or_else(|| not_found(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.desk.fonts.get(index).cloned()
    }

    /// A document does not know what day it is: the caller says so in the data.
    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn not_found(id: FileId) -> FileError {
    FileError::NotFound(id.get().vpath().get_without_slash().into())
}
