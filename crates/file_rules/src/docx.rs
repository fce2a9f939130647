//! DOCX (ISO 29500-2): a ZIP whose parts are counted, unpacked to nowhere and
//! looked through for what runs or loads from elsewhere.

use std::{
    collections::BTreeSet,
    io::{Cursor, Read as _},
};

use quick_xml::{
    Reader, XmlVersion,
    events::{BytesStart, Event},
};
use zip::{CompressionMethod, ZipArchive, read::ZipFile};

use crate::Refusal;

/// Parts; a report with many pictures has some hundred.
const MAX_ENTRIES: usize = 2_000;
/// All parts together, unpacked.
const MAX_UNPACKED: u64 = 128 * 1024 * 1024;
/// How many times its length a part may unpack to. Text reaches 20, one line
/// copied over and over 100; a part of some kilobytes may do what it likes.
const MAX_RATIO: u64 = 250;
const SMALL: u64 = 1024 * 1024;
/// A part that is read: relations, the list of types.
const MAX_READ: u64 = 4 * 1024 * 1024;

const DAMAGED: Refusal = Refusal::Damaged("docx");
const TYPES: &str = "[Content_Types].xml";
const DOCUMENT: &str = "word/document.xml";

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

pub(crate) fn check(content: &[u8]) -> Result<(), Refusal> {
    let mut archive = ZipArchive::new(Cursor::new(content)).map_err(|_| DAMAGED)?;
    if archive.len() > MAX_ENTRIES {
        return Err(Refusal::Unpacks);
    }
    if archive.by_name(TYPES).is_err() || archive.by_name(DOCUMENT).is_err() {
        return Err(Refusal::Kind);
    }
    if archive.offset() != 0 || !ends_at_the_end(&archive, content) {
        return Err(DAMAGED);
    }
    let mut seen = BTreeSet::new();
    let mut left = MAX_UNPACKED;
    for number in 0..archive.len() {
        left -= part(&mut archive, number, left, &mut seen)?;
    }
    Ok(())
}

/// Nothing follows the archive's own end, not even a comment.
fn ends_at_the_end(archive: &Archive<'_>, content: &[u8]) -> bool {
    let record = content.len().checked_sub(22).map(|at| &content[at..]);
    archive.comment().is_empty() && record.is_some_and(|at| at.starts_with(b"PK\x05\x06"))
}

/// Looks at one part; says how long it is unpacked.
fn part(
    archive: &mut Archive<'_>,
    number: usize,
    left: u64,
    seen: &mut BTreeSet<String>,
) -> Result<u64, Refusal> {
    let raw = archive.by_index_raw(number).map_err(|_| DAMAGED)?;
    if raw.encrypted() {
        return Err(Refusal::Encrypted);
    }
    drop(raw);
    let mut entry = archive.by_index(number).map_err(|_| DAMAGED)?;
    let name = fold(&entry)?;
    if !seen.insert(name.clone()) {
        return Err(DAMAGED);
    }
    if let Some(what) = active(&name) {
        return Err(Refusal::Active(what));
    }
    let packed = entry.compressed_size();
    let most = left.min(packed.saturating_mul(MAX_RATIO).max(SMALL));
    let told = name.ends_with(".rels") || name == TYPES.to_ascii_lowercase();
    if told {
        return relations(&mut entry);
    }
    count(&mut entry, most)
}

/// Its name in lower case: programs for documents compare it so.
fn fold<R: std::io::Read>(entry: &ZipFile<'_, R>) -> Result<String, Refusal> {
    let name = entry.name().map_err(|_| DAMAGED)?;
    let plain = !name.contains(['\\', ':', '\0']) && !name.starts_with('/') && name.is_ascii();
    let inside = name.split('/').all(|part| !matches!(part, "." | ".."));
    let packed = matches!(
        entry.compression(),
        CompressionMethod::Stored | CompressionMethod::Deflated
    );
    if plain && inside && packed && !entry.is_symlink() {
        Ok(name.to_ascii_lowercase())
    } else {
        Err(DAMAGED)
    }
}

/// Parts that are programs or other files.
fn active(name: &str) -> Option<&'static str> {
    let file = name.rsplit('/').next().unwrap_or_default();
    if file.starts_with("vbaproject") || file.starts_with("vbadata") {
        Some("macros")
    } else if name.contains("/activex/") {
        Some("controls")
    } else if name.contains("/embeddings/") && !file.is_empty() {
        Some("embedded file")
    } else {
        None
    }
}

fn count(entry: &mut impl std::io::Read, most: u64) -> Result<u64, Refusal> {
    let mut entry = entry.take(most + 1);
    // The check sum is compared at the end.
    let length = std::io::copy(&mut entry, &mut std::io::sink()).map_err(|_| DAMAGED)?;
    if length > most {
        Err(Refusal::Unpacks)
    } else {
        Ok(length)
    }
}

/// Reads relations and types: no macros, nothing that is fetched on opening.
fn relations(entry: &mut impl std::io::Read) -> Result<u64, Refusal> {
    let mut text = Vec::new();
    let read = entry
        .take(MAX_READ + 1)
        .read_to_end(&mut text)
        .map_err(|_| DAMAGED)?;
    if read as u64 > MAX_READ {
        return Err(Refusal::Unpacks);
    }
    let mut reader = Reader::from_reader(text.as_slice());
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(|_| DAMAGED)? {
            Event::Eof => return Ok(read as u64),
            // Entities could hide every word that is sought.
            Event::DocType(_) => return Err(DAMAGED),
            Event::Start(element) | Event::Empty(element) => allowed(&element)?,
            _ => {}
        }
    }
}

fn allowed(element: &BytesStart<'_>) -> Result<(), Refusal> {
    let mut external = false;
    let mut kind = String::new();
    for attribute in element.attributes() {
        let attribute = attribute.map_err(|_| DAMAGED)?;
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|_| DAMAGED)?;
        let value = value.to_ascii_lowercase();
        match attribute.key.local_name().as_ref() {
            b"TargetMode" => external = value == "external",
            b"Type" => kind = value,
            b"ContentType" if value.contains("macroenabled") || value.contains("vba") => {
                return Err(Refusal::Active("macros"));
            }
            _ => {}
        }
    }
    // A link is followed by who clicks on it, all else by opening the document.
    if external && !kind.ends_with("/hyperlink") {
        return Err(Refusal::Active("external part"));
    }
    if kind.ends_with("/vbaproject") {
        return Err(Refusal::Active("macros"));
    }
    Ok(())
}
