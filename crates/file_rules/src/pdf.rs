//! PDF (ISO 32000-2), looked through without being understood: one pass over
//! the bytes, every packed object looked into, time and memory bounded.
//!
//! A reader may find objects anywhere, so names are sought everywhere, also
//! inside of what looks like a stream. Of packed bytes one file of 10 MB in some
//! thousand holds the shortest of them, `/XFA`, by chance.

use std::io::Read as _;

use flate2::read::ZlibDecoder;

use crate::{Refusal, find};

/// Indirect objects; a drawing of 10 MB has some ten thousand.
const MAX_OBJECTS: usize = 200_000;
/// All packed streams together: ten scanned pages of 300 dpi in colour.
const MAX_UNPACKED: u64 = 320 * 1024 * 1024;
/// One stream of packed objects, which is looked into.
const MAX_PACKED_OBJECTS: u64 = 16 * 1024 * 1024;
/// A dictionary before its stream.
const MAX_DICTIONARY: usize = 64 * 1024;
/// What browsers look at when they guess a type.
const HEAD: usize = 2048;

const DAMAGED: Refusal = Refusal::Damaged("pdf");

/// What runs, loads or carries something. `/OpenAction` may: most only say
/// at which page to open, and all others name one of these.
const ACTIVE: [&str; 14] = [
    "JavaScript",
    "Launch",
    "EmbeddedFile",
    "EmbeddedFiles",
    "Filespec",
    "FileAttachment",
    "RichMedia",
    "Rendition",
    "SubmitForm",
    "ImportData",
    "GoToE",
    "GoToR",
    "Movie",
    "XFA",
];

pub(crate) fn check(content: &[u8]) -> Result<(), Refusal> {
    let version = content.get(5..8).ok_or(DAMAGED)?;
    let known = version[0].is_ascii_digit() && version[1] == b'.' && version[2].is_ascii_digit();
    if !known || !ends_well(content) {
        return Err(DAMAGED);
    }
    if is_also_a_page(content) {
        return Err(Refusal::Kind);
    }
    names(content)?;
    if objects(content) > MAX_OBJECTS {
        return Err(Refusal::Unpacks);
    }
    streams(content)
}

/// Behind the last end there is white space only: no second file hangs on it.
fn ends_well(content: &[u8]) -> bool {
    let end = content.windows(5).rposition(|at| at == b"%%EOF");
    let blank = |b: &u8| b.is_ascii_whitespace() || *b == 0;
    let traced = find(content, b"startxref", 0).is_some();
    end.is_some_and(|end| content[end + 5..].iter().all(blank)) && traced
}

/// A browser that guesses takes it for a page or a picture with scripts.
fn is_also_a_page(content: &[u8]) -> bool {
    const PAGES: [&[u8]; 6] = [
        b"<html",
        b"<script",
        b"<!doctype",
        b"<svg",
        b"<body",
        b"<iframe",
    ];
    let head = content[..content.len().min(HEAD)].to_ascii_lowercase();
    PAGES.iter().any(|page| find(&head, page, 0).is_some())
}

/// Every name in these bytes, as it reads after `#xx` is resolved.
fn names(content: &[u8]) -> Result<(), Refusal> {
    for (at, _) in content.iter().enumerate().filter(|(_, b)| **b == b'/') {
        let name = name_at(&content[at + 1..]);
        let is = |known: &&&str| known.as_bytes() == name.as_slice();
        if name == b"Encrypt" {
            return Err(Refusal::Encrypted);
        }
        if let Some(known) = ACTIVE.iter().find(is) {
            return Err(Refusal::Active(known));
        }
    }
    Ok(())
}

/// The name that begins here; longer ones than any sought end early.
fn name_at(bytes: &[u8]) -> Vec<u8> {
    const LONGEST: usize = 16;
    let mut name = Vec::new();
    let mut rest = bytes;
    while let [first, after @ ..] = rest {
        if name.len() > LONGEST || is_delimiter(*first) {
            break;
        }
        let (byte, next) = match after {
            [high, low, next @ ..] if *first == b'#' => match (digit(*high), digit(*low)) {
                (Some(high), Some(low)) => (high * 16 + low, next),
                _ => (*first, after),
            },
            _ => (*first, after),
        };
        name.push(byte);
        rest = next;
    }
    name
}

fn is_delimiter(byte: u8) -> bool {
    byte <= b' ' || b"()<>[]{}/%".contains(&byte)
}

fn digit(byte: u8) -> Option<u8> {
    let value = char::from(byte).to_digit(16)?;
    u8::try_from(value).ok()
}

fn objects(content: &[u8]) -> usize {
    let starts = content
        .windows(5)
        .filter(|at| *at == b" obj\n" || *at == b" obj\r" || *at == b" obj<");
    starts.count()
}

/// Unpacks every packed stream, to nowhere, and looks into those of objects.
fn streams(content: &[u8]) -> Result<(), Refusal> {
    let mut left = MAX_UNPACKED;
    let mut at = 0;
    while let Some(found) = find(content, b"stream", at) {
        at = found + 6;
        let data = match content.get(at..) {
            Some([b'\r', b'\n', data @ ..] | [b'\n' | b'\r', data @ ..]) => data,
            _ => continue,
        };
        if content[..found].ends_with(b"end") {
            continue;
        }
        let dictionary = dictionary(&content[found.saturating_sub(MAX_DICTIONARY)..found]);
        if holds(dictionary, "ObjStm") {
            left -= packed_objects(dictionary, data)?.min(left);
        } else if holds(dictionary, "FlateDecode") || data.first() == Some(&0x78) {
            left -= unpacked(data, left)?;
        }
    }
    Ok(())
}

/// From the object's beginning; all that is there when it is not seen.
fn dictionary(before: &[u8]) -> &[u8] {
    let start = before.windows(4).rposition(|at| at == b" obj");
    &before[start.unwrap_or_default()..]
}

fn holds(dictionary: &[u8], name: &str) -> bool {
    let slashes = dictionary.iter().enumerate().filter(|(_, b)| **b == b'/');
    let mut names = slashes.map(|(at, _)| name_at(&dictionary[at + 1..]));
    names.any(|found| found == name.as_bytes())
}

/// Objects that cannot be looked into are taken for hidden.
fn packed_objects(dictionary: &[u8], data: &[u8]) -> Result<u64, Refusal> {
    const OTHERS: [&str; 8] = [
        "ASCIIHexDecode",
        "ASCII85Decode",
        "LZWDecode",
        "RunLengthDecode",
        "Crypt",
        "AHx",
        "A85",
        "Predictor",
    ];
    if OTHERS.iter().any(|other| holds(dictionary, other)) {
        return Err(Refusal::Active("packed objects"));
    }
    if !holds(dictionary, "FlateDecode") {
        // As they are; they were read with the rest of the file.
        return Ok(0);
    }
    let mut objects = Vec::new();
    let read = ZlibDecoder::new(data)
        .take(MAX_PACKED_OBJECTS + 1)
        .read_to_end(&mut objects);
    if objects.len() as u64 > MAX_PACKED_OBJECTS {
        return Err(Refusal::Unpacks);
    }
    // What was unpacked before an error counts: readers take it as well.
    names(&objects)?;
    read.map(|read| read as u64).or(Ok(objects.len() as u64))
}

fn unpacked(data: &[u8], left: u64) -> Result<u64, Refusal> {
    let mut decoder = ZlibDecoder::new(data).take(left + 1);
    let mut buffer = [0; 16 * 1024];
    let mut length = 0;
    // An error ends the stream for readers too.
    while let Ok(read @ 1..) = decoder.read(&mut buffer) {
        length += read as u64;
    }
    if length > left {
        return Err(Refusal::Unpacks);
    }
    Ok(length)
}
