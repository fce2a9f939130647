//! What a file is, by its content, and what of it may be kept.
//!
//! Pure: bytes in, a decision out. Nothing here believes a sender's name or
//! type. What is kept of a picture is its pixels, colours and orientation;
//! documents with anything that runs, loads or hides are refused.

mod docx;
mod jpeg;
mod name;
mod pdf;
mod png;
mod thumbnail;

use bytes::Bytes;
use memchr::memmem;

pub use name::label;

/// The most pixels of a picture. A camera's largest pictures have 50 million;
/// four bytes each are 200 MB in the memory of whoever looks at it.
pub const MAX_PIXELS: u64 = 50_000_000;

/// What can be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// ISO 32000.
    Pdf,
    /// ITU T.81.
    Jpeg,
    /// ISO 15948.
    Png,
    /// ISO 29500, a text document without macros.
    Docx,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Pdf, Self::Jpeg, Self::Png, Self::Docx];

    /// The media type.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        }
    }

    /// The kind of a media type.
    #[must_use]
    pub fn of_content_type(content_type: &str) -> Option<Self> {
        let same = |kind: &Self| kind.content_type() == content_type;
        Self::ALL.into_iter().find(same)
    }

    /// What its names end with, without the dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Docx => "docx",
        }
    }

    /// Whether a browser shows it as a picture.
    #[must_use]
    pub const fn is_picture(self) -> bool {
        matches!(self, Self::Jpeg | Self::Png)
    }
}

/// Why a file is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There are no bytes.
    #[error("empty")]
    Empty,
    /// It is none of [`Kind::ALL`], or several things at once.
    #[error("not a kind that is kept")]
    Kind,
    /// A picture as iPhones take them, which most programs cannot show.
    #[error("HEIC")]
    Heic,
    /// It is locked with a password, so that nobody can look inside.
    #[error("encrypted")]
    Encrypted,
    /// Something in it runs, loads from elsewhere or carries another file.
    #[error("active content: {0}")]
    Active(&'static str),
    /// It begins like one of the kinds and is not one.
    #[error("damaged: {0}")]
    Damaged(&'static str),
    /// It grows out of bounds when it is opened.
    #[error("unpacks too far")]
    Unpacks,
}

/// A file that may be kept.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// What it is.
    pub kind: Kind,
    /// What is kept of it, one part after the other.
    pub parts: Vec<Bytes>,
    /// Width and height of a picture as it is shown.
    pub pixels: Option<(u32, u32)>,
    /// The orientation of a picture as in Exif, 1 to 8.
    orientation: u8,
}

impl Accepted {
    /// The kept bytes in one piece.
    #[must_use]
    pub fn content(&self) -> Bytes {
        match self.parts.as_slice() {
            [only] => only.clone(),
            parts => parts.concat().into(),
        }
    }

    /// A JPEG of at most [`THUMBNAIL_SIDE`] pixels a side, turned the right way.
    /// None of documents, of very large pictures and of ones that cannot be drawn.
    #[must_use]
    pub fn thumbnail(&self) -> Option<Vec<u8>> {
        let pixels = self.pixels?;
        thumbnail::of(&self.content(), self.kind, pixels, self.orientation)
    }
}

pub use thumbnail::SIDE as THUMBNAIL_SIDE;

/// Says what a file is and what of it may be kept.
///
/// # Errors
/// Why it may not.
pub fn look(content: &Bytes) -> Result<Accepted, Refusal> {
    if content.is_empty() {
        return Err(Refusal::Empty);
    }
    let kind = kind_of(content)?;
    if kind != Kind::Docx && ends_as_zip(content) {
        return Err(Refusal::Kind);
    }
    match kind {
        Kind::Jpeg => jpeg::clean(content),
        Kind::Png => png::clean(content),
        Kind::Pdf => pdf::check(content).map(|()| document(kind, content)),
        Kind::Docx => docx::check(content).map(|()| document(kind, content)),
    }
}

fn document(kind: Kind, content: &Bytes) -> Accepted {
    Accepted {
        kind,
        parts: vec![content.clone()],
        pixels: None,
        orientation: 1,
    }
}

fn kind_of(content: &[u8]) -> Result<Kind, Refusal> {
    if content.starts_with(&[0xff, 0xd8, 0xff]) {
        Ok(Kind::Jpeg)
    } else if content.starts_with(png::SIGNATURE) {
        Ok(Kind::Png)
    } else if content.starts_with(b"%PDF-") {
        Ok(Kind::Pdf)
    } else if content.starts_with(b"PK\x03\x04") {
        Ok(Kind::Docx)
    } else if is_heic(content) {
        Err(Refusal::Heic)
    } else {
        Err(Refusal::Kind)
    }
}

/// ISO 23008-12: a box `ftyp` with a brand of the family.
fn is_heic(content: &[u8]) -> bool {
    const BRANDS: [&[u8]; 8] = [
        b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1",
    ];
    let kind = content.get(4..8);
    kind == Some(b"ftyp")
        && content
            .get(8..12)
            .is_some_and(|brand| BRANDS.contains(&brand))
}

/// Whether a program for archives finds one in it: the record at the end of
/// the central directory, whose comment ends where the file ends (APPNOTE 4.3.16).
fn ends_as_zip(content: &[u8]) -> bool {
    const RECORD: usize = 22;
    let from = content.len().saturating_sub(RECORD + usize::from(u16::MAX));
    let tail = &content[from..];
    let fits = |record: &[u8], at: usize| {
        let comment = usize::from(u16::from_le_bytes([record[20], record[21]]));
        record.starts_with(b"PK\x05\x06") && at + RECORD + comment == tail.len()
    };
    let mut records = tail.windows(RECORD).enumerate();
    records.any(|(at, record)| fits(record, at))
}

/// Where `needle` stands at or after `from`.
fn find(content: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    let found = memmem::find(content.get(from..)?, needle);
    found.map(|at| from + at)
}

#[cfg(test)]
mod tests;
