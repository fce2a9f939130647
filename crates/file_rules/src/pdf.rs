//! PDF (ISO 32000-2), looked through without being understood: one pass over
//! the bytes, every packed object looked into, time and memory bounded.
//!
//! A reader may find objects anywhere, so names are sought everywhere, also
//! inside of what looks like a stream. Of packed bytes one file of 10 MB in some
//! thousand holds the shortest of them, `/XFA`, by chance.

use std::io::Read as _;

use flate2::read::ZlibDecoder;
use memchr::{memchr_iter, memmem};

use crate::{Refusal, find};

/// Indirect objects; a drawing of 10 MB has some ten thousand.
const MAX_OBJECTS: usize = 200_000;
/// All packed streams together: ten scanned pages of 300 dpi in colour.
const MAX_UNPACKED: u64 = 320 * 1024 * 1024;
/// One stream of packed objects, which is looked into.
const MAX_PACKED_OBJECTS: usize = 16 * 1024 * 1024;
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
    let end = memmem::rfind(content, b"%%EOF");
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
    for at in memchr_iter(b'/', content) {
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
    let ends = memmem::find_iter(content, b" obj").map(|at| at + 4);
    let begins =
        |end: &usize| matches!(content.get(*end), Some(b'\n' | b'\r' | b' ' | b'<' | b'['));
    ends.filter(begins).count()
}

/// What looking into streams may still cost. In an honest file each byte belongs
/// to one stream; one made to be slow has streams inside of streams.
struct Budget {
    /// Unpacked bytes.
    unpacked: u64,
    /// Packed bytes that are read.
    packed: u64,
    /// Bytes looked at before streams, for their dictionaries.
    before: usize,
}

/// Unpacks every packed stream, to nowhere, and looks into those of objects.
fn streams(content: &[u8]) -> Result<(), Refusal> {
    let mut budget = Budget {
        unpacked: MAX_UNPACKED,
        packed: 2 * content.len() as u64,
        before: 16 * content.len(),
    };
    for found in memmem::find_iter(content, b"stream") {
        let data = match &content[found + 6..] {
            [b'\r', b'\n', data @ ..] | [b'\n' | b'\r', data @ ..] => data,
            _ => continue,
        };
        if !content[..found].ends_with(b"end") {
            let before = &content[found.saturating_sub(MAX_DICTIONARY)..found];
            stream(dictionary(before, &mut budget)?, data, &mut budget)?;
        }
    }
    Ok(())
}

fn stream(dictionary: &[u8], data: &[u8], budget: &mut Budget) -> Result<(), Refusal> {
    if holds(dictionary, "ObjStm") {
        packed_objects(dictionary, data, budget)
    } else if holds(dictionary, "FlateDecode") || data.first() == Some(&0x78) {
        unpack(data, budget, |_| {})
    } else {
        Ok(())
    }
}

/// From the object's beginning; all that is there when it is not seen.
fn dictionary<'a>(before: &'a [u8], budget: &mut Budget) -> Result<&'a [u8], Refusal> {
    let start = memmem::rfind(before, b" obj").unwrap_or_default();
    let dictionary = &before[start..];
    budget.before = budget
        .before
        .checked_sub(dictionary.len())
        .ok_or(Refusal::Unpacks)?;
    Ok(dictionary)
}

fn holds(dictionary: &[u8], name: &str) -> bool {
    let mut names = memchr_iter(b'/', dictionary).map(|at| name_at(&dictionary[at + 1..]));
    names.any(|found| found == name.as_bytes())
}

/// Objects that cannot be looked into are taken for hidden.
fn packed_objects(dictionary: &[u8], data: &[u8], budget: &mut Budget) -> Result<(), Refusal> {
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
        return Ok(());
    }
    let mut objects = Vec::new();
    unpack(data, budget, |bytes| {
        if objects.len() <= MAX_PACKED_OBJECTS {
            objects.extend_from_slice(bytes);
        }
    })?;
    if objects.len() > MAX_PACKED_OBJECTS {
        return Err(Refusal::Unpacks);
    }
    names(&objects)
}

/// Unpacks up to the end or an error, where readers end as well.
fn unpack(data: &[u8], budget: &mut Budget, mut take: impl FnMut(&[u8])) -> Result<(), Refusal> {
    let longest = usize::try_from(budget.packed)
        .unwrap_or(usize::MAX)
        .min(data.len());
    let mut decoder = ZlibDecoder::new(&data[..longest]);
    let mut buffer = [0; 16 * 1024];
    while let Ok(read @ 1..) = decoder.read(&mut buffer) {
        take(&buffer[..read]);
        if decoder.total_out() > budget.unpacked {
            return Err(Refusal::Unpacks);
        }
    }
    budget.unpacked -= decoder.total_out();
    budget.packed = budget
        .packed
        .checked_sub(decoder.total_in())
        .ok_or(Refusal::Unpacks)?;
    // Cut short by the budget and not by its own end.
    if budget.packed == 0 {
        Err(Refusal::Unpacks)
    } else {
        Ok(())
    }
}
