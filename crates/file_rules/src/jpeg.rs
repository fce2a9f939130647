//! JPEG (ITU T.81): what is needed to draw the picture is kept, in its bytes;
//! all else goes: places, serial numbers, comments, previews, what follows the end.

use bytes::{BufMut as _, Bytes, BytesMut};
use image::metadata::Orientation;

use crate::{Accepted, Kind, MAX_PIXELS, Refusal};

/// Progressive pictures have about ten; each costs a decoder one pass.
const MAX_SCANS: usize = 100;
/// Profiles have some kilobytes, those of printers half a megabyte.
const MAX_PROFILE: usize = 1024 * 1024;

/// Segments that are kept; each costs some bytes of memory.
const MAX_SEGMENTS: usize = 1_000;

const DAMAGED: Refusal = Refusal::Damaged("jpeg");

#[derive(Default)]
struct Cleaning {
    jfif: Option<Bytes>,
    orientation: Option<Orientation>,
    kept: Vec<Bytes>,
    profile: usize,
    pixels: Option<(u16, u16)>,
    scans: usize,
}

pub(crate) fn clean(content: &Bytes) -> Result<Accepted, Refusal> {
    let mut cleaning = Cleaning::default();
    let mut at = 2;
    loop {
        let (marker, after) = marker(content, at)?;
        if marker == 0xd9 {
            return cleaning.end();
        }
        let length = content.get(after..after + 2).ok_or(DAMAGED)?;
        let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
        let end = after + length;
        if length < 2 || end > content.len() {
            return Err(DAMAGED);
        }
        let whole = content.slice(after - 2..end);
        cleaning.take(marker, whole)?;
        at = if marker == 0xda {
            let next = end_of_scan(content, end)?;
            cleaning.kept.push(content.slice(end..next));
            next
        } else {
            end
        };
    }
}

/// The marker at `at`, behind any fill bytes, and where it ends.
fn marker(content: &[u8], at: usize) -> Result<(u8, usize), Refusal> {
    if content.get(at) != Some(&0xff) {
        return Err(DAMAGED);
    }
    let fill = content[at..].iter().take_while(|b| **b == 0xff).count();
    let marker = content.get(at + fill).ok_or(DAMAGED)?;
    Ok((*marker, at + fill + 1))
}

/// Where the coded data that begin at `from` end: at a marker that is neither a
/// stuffed zero nor a restart.
fn end_of_scan(content: &[u8], from: usize) -> Result<usize, Refusal> {
    let mut at = from;
    loop {
        at += memchr::memchr(0xff, &content[at..]).ok_or(DAMAGED)?;
        match content.get(at + 1).ok_or(DAMAGED)? {
            0x00 | 0xd0..=0xd7 => at += 2,
            0xff => at += 1,
            _ => return Ok(at),
        }
    }
}

impl Cleaning {
    /// `whole` begins with the marker's two bytes and its length's two.
    fn take(&mut self, marker: u8, whole: Bytes) -> Result<(), Refusal> {
        let data = &whole[4..];
        match marker {
            0xc0..=0xc2 => self.frame(data)?,
            0xc4 | 0xdb | 0xdd => {}
            0xda if self.pixels.is_some() && self.scans < MAX_SCANS => self.scans += 1,
            0xe0 => {
                self.jfif = self.jfif.take().or_else(|| jfif(data));
                return Ok(());
            }
            0xe1 => {
                let exif = data.strip_prefix(b"Exif\0\0");
                let found = exif.and_then(Orientation::from_exif_chunk);
                self.orientation = self.orientation.or(found);
                return Ok(());
            }
            0xe2 if data.starts_with(b"ICC_PROFILE\0") => {
                self.profile += data.len();
                if self.profile > MAX_PROFILE {
                    return Err(DAMAGED);
                }
            }
            // The colour transform stands in it; nothing may follow it.
            0xee if data.len() == 12 && data.starts_with(b"Adobe") => {}
            0xe2..=0xef | 0xfe => return Ok(()),
            _ => return Err(DAMAGED),
        }
        if self.kept.len() > MAX_SEGMENTS {
            return Err(DAMAGED);
        }
        self.kept.push(whole);
        Ok(())
    }

    fn frame(&mut self, data: &[u8]) -> Result<(), Refusal> {
        let Some([_, h1, h0, w1, w0, _]) = data.first_chunk() else {
            return Err(DAMAGED);
        };
        let height = u16::from_be_bytes([*h1, *h0]);
        let width = u16::from_be_bytes([*w1, *w0]);
        if self.pixels.is_some() || height == 0 || width == 0 {
            return Err(DAMAGED);
        }
        if u64::from(height) * u64::from(width) > MAX_PIXELS {
            return Err(Refusal::Unpacks);
        }
        self.pixels = Some((width, height));
        Ok(())
    }

    fn end(self) -> Result<Accepted, Refusal> {
        let (width, height) = self.pixels.filter(|_| self.scans > 0).ok_or(DAMAGED)?;
        let orientation = self.orientation.map_or(1, Orientation::to_exif);
        let mut parts = vec![Bytes::from_static(&[0xff, 0xd8])];
        parts.extend(self.jfif);
        if orientation != 1 {
            parts.push(exif_segment(orientation));
        }
        parts.extend(self.kept);
        parts.push(Bytes::from_static(&[0xff, 0xd9]));
        let (width, height) = (u32::from(width), u32::from(height));
        Ok(Accepted {
            kind: Kind::Jpeg,
            parts,
            pixels: Some(turned(width, height, orientation)),
            orientation,
        })
    }
}

/// Width and height as they are shown; from 5 on the picture lies on its side.
pub(crate) const fn turned(width: u32, height: u32, orientation: u8) -> (u32, u32) {
    if orientation >= 5 {
        (height, width)
    } else {
        (width, height)
    }
}

/// The head of the format without its preview.
fn jfif(data: &[u8]) -> Option<Bytes> {
    let density = data.strip_prefix(b"JFIF\0")?.get(..7)?;
    let mut segment = BytesMut::from(&b"\xff\xe0\0\x10JFIF\0"[..]);
    segment.extend_from_slice(density);
    segment.extend_from_slice(&[0, 0]);
    Some(segment.freeze())
}

fn exif_segment(orientation: u8) -> Bytes {
    let tiff = exif(orientation);
    let mut segment = BytesMut::from(&b"\xff\xe1\0\x22Exif\0\0"[..]);
    segment.extend_from_slice(&tiff);
    segment.freeze()
}

/// Exif with this orientation (TIFF tag 0x0112) and nothing else, 26 bytes.
pub(crate) fn exif(orientation: u8) -> Bytes {
    let mut tiff = BytesMut::from(&b"MM\0*\0\0\0\x08"[..]);
    tiff.put_u16(1);
    tiff.put_u16(0x0112);
    tiff.put_u16(3);
    tiff.put_u32(1);
    tiff.put_u16(u16::from(orientation));
    tiff.put_u16(0);
    tiff.put_u32(0);
    tiff.freeze()
}
