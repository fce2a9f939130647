//! Files to be sent, made when they are needed.

use bytes::Bytes;
use image::{ImageFormat, Rgb, RgbImage};

/// A JPEG of this size; `comment` stands in it where programs write about it.
///
/// # Panics
/// When the comment is longer than a segment.
#[must_use]
pub fn photo(width: u32, height: u32, comment: Option<&str>) -> Bytes {
    let share = |at: u32, all: u32| u8::try_from(at * 255 / all).unwrap_or_default();
    let of = |x, y| Rgb([share(x, width), share(y, height), 90]);
    let mut jpeg = std::io::Cursor::new(Vec::new());
    let picture = RgbImage::from_fn(width, height, of);
    let written = picture.write_to(&mut jpeg, ImageFormat::Jpeg);
    written.expect("a picture in memory");
    let mut jpeg = jpeg.into_inner();
    if let Some(comment) = comment {
        let length = u16::try_from(comment.len() + 2).expect("a short comment");
        let segment = [&[0xff, 0xfe], &length.to_be_bytes()[..], comment.as_bytes()].concat();
        jpeg.splice(2..2, segment);
    }
    jpeg.into()
}
