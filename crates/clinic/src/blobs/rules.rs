use std::ops::Range;

use kernel::{TenantId, Timestamp, Zone};
use sha2::{Digest, Sha256};

use super::api::BlobId;

/// Bytes that are read, and checked, at once. What is stored depends on it.
pub(super) const PIECE: usize = 256 * 1024;
/// A SHA-256.
const DIGEST: usize = 32;

store::row! {
    /// Where a file lies.
    pub(super) struct Place {
        /// Its id.
        pub id: BlobId,
        /// yyyymm in UTC; 0: directly in the clinic's folder.
        pub month: i64,
    }
}

impl Place {
    /// `<tenant>/<yyyy>/<mm>/<id>`, or `<tenant>/<id>` for older files.
    pub fn key(&self, tenant: TenantId) -> String {
        let Self { id, month } = self;
        match month {
            0 => format!("{tenant}/{id}"),
            month => format!("{tenant}/{:04}/{:02}/{id}", month / 100, month % 100),
        }
    }

    /// What a key names; none of keys that we do not give.
    pub fn of_key(key: &str, tenant: TenantId) -> Option<Self> {
        let mut parts = key.rsplit('/');
        let id = BlobId::from_uuid(parts.next()?.parse().ok()?);
        let month: i64 = parts.next()?.parse().unwrap_or_default();
        let year: i64 = parts.next().unwrap_or_default().parse().unwrap_or_default();
        let month = year * 100 + month;
        let places = [Self { id, month }, Self { id, month: 0 }];
        places.into_iter().find(|place| place.key(tenant) == key)
    }
}

/// yyyymm in UTC.
pub(super) fn month_of(now: Timestamp) -> i64 {
    let day = now.day(&Zone::utc());
    let digits: String = day.chars().filter(char::is_ascii_digit).take(6).collect();
    digits.parse().unwrap_or_default()
}

/// What is noted of bytes when they are written.
pub(super) struct Digests {
    /// Of all bytes, lower-case hexadecimal.
    pub sha256: String,
    /// Of each piece, one after the other.
    pub pieces: Vec<u8>,
    /// Bytes.
    pub size: usize,
}

impl Digests {
    pub fn of<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let (mut whole, mut piece) = (Sha256::new(), Sha256::new());
        let (mut pieces, mut size) = (Vec::new(), 0);
        for mut part in parts {
            whole.update(part);
            while !part.is_empty() {
                let room = PIECE - size % PIECE;
                let (now, later) = part.split_at(part.len().min(room));
                piece.update(now);
                size += now.len();
                if size.is_multiple_of(PIECE) {
                    pieces.extend_from_slice(&piece.finalize_reset());
                }
                part = later;
            }
        }
        if !size.is_multiple_of(PIECE) {
            pieces.extend_from_slice(&piece.finalize());
        }
        Self {
            sha256: kernel::text::hex(&whole.finalize()),
            pieces,
            size,
        }
    }
}

/// Whether the bytes are those that were written as piece `number`.
pub(super) fn is_piece(pieces: &[u8], number: usize, bytes: &[u8]) -> bool {
    let written = pieces.chunks(DIGEST).nth(number);
    written.is_some_and(|written| *written == *Sha256::digest(bytes))
}

/// The whole pieces that `range` touches, as a range of bytes.
pub(super) fn around(range: &Range<u64>, size: u64) -> Range<u64> {
    let piece = PIECE as u64;
    let start = range.start / piece * piece;
    start..(range.end.div_ceil(piece) * piece).min(size)
}

#[cfg(test)]
mod tests {
    use kernel::{Clock, Rng};

    use super::*;

    #[test]
    fn a_key_and_its_place_belong_together() {
        let (clock, rng) = (Clock::system(), Rng::system());
        let (tenant, id) = (TenantId::new(&clock, &rng), BlobId::new(&clock, &rng));
        for (month, key) in [
            (0, format!("{tenant}/{id}")),
            (202_601, format!("{tenant}/2026/01/{id}")),
            (202_612, format!("{tenant}/2026/12/{id}")),
        ] {
            assert_eq!(Place { id, month }.key(tenant), key);
            assert_eq!(
                Place::of_key(&key, tenant).map(|place| place.month),
                Some(month)
            );
        }
        let other = TenantId::new(&clock, &rng);
        for key in [
            format!("{tenant}/by-hand"),
            format!("{tenant}/2026/1/{id}"),
            format!("{tenant}/26/01/{id}"),
            format!("{tenant}/x/{id}"),
            format!("{other}/{id}"),
            id.to_string(),
        ] {
            assert!(Place::of_key(&key, tenant).is_none(), "{key}");
        }
        let at = |text| month_of(Timestamp::parse(text).unwrap());
        assert_eq!(at("2026-01-01T00:30:00+01:00"), 202_512);
        assert_eq!(at("2026-11-30T23:59:59Z"), 202_611);
    }

    #[test]
    fn digests_do_not_depend_on_how_bytes_arrive() {
        let content: Vec<u8> = (0..PIECE * 2 + 7).map(|n| (n % 251) as u8).collect();
        let whole = Digests::of([content.as_slice()]);
        assert_eq!(
            (whole.size, whole.pieces.len()),
            (content.len(), 3 * DIGEST)
        );
        assert_eq!(whole.sha256, ports::blob::sha256_hex(&content));
        for length in [1_000, PIECE - 1, PIECE, PIECE + 1] {
            let parts = Digests::of(content.chunks(length));
            assert_eq!(
                (parts.pieces, parts.sha256),
                (whole.pieces.clone(), whole.sha256.clone())
            );
        }
        for (number, piece) in content.chunks(PIECE).enumerate() {
            assert!(is_piece(&whole.pieces, number, piece));
            assert!(!is_piece(&whole.pieces, number + 1, piece));
            assert!(!is_piece(&whole.pieces, number, &piece[1..]));
        }
        assert!(Digests::of([]).pieces.is_empty());
        assert_eq!(Digests::of([&content[..PIECE]]).pieces.len(), DIGEST);
    }

    #[test]
    fn whole_pieces_are_read() {
        let piece = PIECE as u64;
        let size = 2 * piece + 7;
        for (range, read) in [
            (0..1, 0..piece),
            (piece - 1..piece + 1, 0..2 * piece),
            (piece..2 * piece, piece..2 * piece),
            (2 * piece + 6..size, 2 * piece..size),
            (0..size, 0..size),
        ] {
            assert_eq!(around(&range, size), read);
        }
    }
}
