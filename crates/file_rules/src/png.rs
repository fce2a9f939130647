//! PNG (ISO 15948): the chunks that draw the picture are kept, in their bytes;
//! texts, times, Exif but for the orientation, animation and what follows the end go.

use bytes::{BufMut as _, Bytes, BytesMut};
use image::metadata::Orientation;

use crate::{Accepted, Kind, MAX_PIXELS, Refusal, jpeg};

pub(crate) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// A packed profile can unpack to a thousand times its length.
const MAX_PROFILE: usize = 64 * 1024;

/// Chunks that are kept; each costs some bytes of memory. Programs write 4 KiB or more in each.
const MAX_CHUNKS: usize = 10_000;

const DAMAGED: Refusal = Refusal::Damaged("png");

struct Chunk {
    kind: [u8; 4],
    data: Bytes,
    /// With length, kind and check sum.
    whole: Bytes,
}

pub(crate) fn clean(content: &Bytes) -> Result<Accepted, Refusal> {
    let first = chunk(content, SIGNATURE.len())?;
    let (width, height) = pixels(&first)?;
    let mut at = SIGNATURE.len() + first.whole.len();
    let mut kept = vec![first.whole];
    let mut orientation = None;
    let mut drawn = false;
    loop {
        let Chunk { kind, data, whole } = chunk(content, at)?;
        at += whole.len();
        match &kind {
            b"IHDR" => return Err(DAMAGED),
            b"IDAT" => drawn = true,
            b"PLTE" | b"tRNS" | b"gAMA" | b"cHRM" | b"sRGB" | b"sBIT" | b"bKGD" | b"pHYs"
            | b"cICP" => {}
            b"iCCP" if data.len() <= MAX_PROFILE => {}
            b"eXIf" => {
                orientation = orientation.or_else(|| Orientation::from_exif_chunk(&data));
                continue;
            }
            b"IEND" if drawn && data.is_empty() => {
                kept.push(whole);
                break;
            }
            // A chunk that decoders must know, and none does.
            [critical, ..] if critical.is_ascii_uppercase() => return Err(DAMAGED),
            _ => continue,
        }
        if kept.len() > MAX_CHUNKS {
            return Err(DAMAGED);
        }
        kept.push(whole);
    }
    let orientation = orientation.map_or(1, Orientation::to_exif);
    if orientation != 1 {
        kept.insert(1, exif_chunk(orientation));
    }
    kept.insert(0, Bytes::from_static(SIGNATURE));
    Ok(Accepted {
        kind: Kind::Png,
        parts: kept,
        pixels: Some(jpeg::turned(width, height, orientation)),
        orientation,
    })
}

fn chunk(content: &Bytes, at: usize) -> Result<Chunk, Refusal> {
    let head: &[u8; 8] = content
        .get(at..)
        .and_then(<[u8]>::first_chunk)
        .ok_or(DAMAGED)?;
    let [l0, l1, l2, l3, kind @ ..] = *head;
    let length = u32::from_be_bytes([l0, l1, l2, l3]) as usize;
    let end = at + 8 + length;
    let sum: &[u8; 4] = content
        .get(end..)
        .and_then(<[u8]>::first_chunk)
        .ok_or(DAMAGED)?;
    let right = crc32fast::hash(&content[at + 4..end]) == u32::from_be_bytes(*sum);
    if !right || !kind.iter().all(u8::is_ascii_alphabetic) {
        return Err(DAMAGED);
    }
    Ok(Chunk {
        kind,
        data: content.slice(at + 8..end),
        whole: content.slice(at..end + 4),
    })
}

fn pixels(first: &Chunk) -> Result<(u32, u32), Refusal> {
    let size: Option<&[u8; 8]> = first.data.first_chunk();
    let [w0, w1, w2, w3, h0, h1, h2, h3] = *size.ok_or(DAMAGED)?;
    let width = u32::from_be_bytes([w0, w1, w2, w3]);
    let height = u32::from_be_bytes([h0, h1, h2, h3]);
    if &first.kind != b"IHDR" || first.data.len() != 13 || width == 0 || height == 0 {
        return Err(DAMAGED);
    }
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(Refusal::Unpacks);
    }
    Ok((width, height))
}

fn exif_chunk(orientation: u8) -> Bytes {
    let data = jpeg::exif(orientation);
    let mut checked = BytesMut::from(&b"eXIf"[..]);
    checked.extend_from_slice(&data);
    let mut chunk = BytesMut::new();
    // 26 bytes of Exif.
    chunk.put_u32(26);
    chunk.extend_from_slice(&checked);
    chunk.put_u32(crc32fast::hash(&checked));
    chunk.freeze()
}
