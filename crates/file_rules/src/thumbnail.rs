use std::io::Cursor;

use image::{
    DynamicImage, ImageDecoder, ImageReader, Limits, RgbImage, codecs::jpeg::JpegEncoder,
    imageops::FilterType, metadata::Orientation,
};

use crate::Kind;

/// The longer side of a small picture, in pixels.
pub const SIDE: u32 = 480;
/// Larger pictures have none: to shrink one it is unpacked whole, three to
/// eight bytes a pixel. Phones take 12 million.
const MAX_PIXELS: u64 = 16_000_000;
/// For the decoder, in bytes.
const MAX_MEMORY: u64 = 160 * 1024 * 1024;
/// As good as a list needs; some 20 kB.
const QUALITY: u8 = 75;

pub(crate) fn of(
    content: &[u8],
    kind: Kind,
    (width, height): (u32, u32),
    orientation: u8,
) -> Option<Vec<u8>> {
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return None;
    }
    let format = match kind {
        Kind::Jpeg => image::ImageFormat::Jpeg,
        Kind::Png => image::ImageFormat::Png,
        Kind::Pdf | Kind::Docx => return None,
    };
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(content), format);
    reader.limits(limits);
    let decoder = reader.into_decoder().ok()?;
    if decoder.total_bytes() > MAX_MEMORY {
        return None;
    }
    let large = DynamicImage::from_decoder(decoder).ok()?;
    let mut small = if width > SIDE || height > SIDE {
        large.resize(SIDE, SIDE, FilterType::Triangle)
    } else {
        large
    };
    if let Some(orientation) = Orientation::from_exif(orientation) {
        small.apply_orientation(orientation);
    }
    let mut jpeg = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut jpeg, QUALITY);
    on_white(&small).write_with_encoder(encoder).ok()?;
    Some(jpeg)
}

/// JPEG knows no transparency; without this, clear parts would be black.
fn on_white(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let picture = picture.to_rgba8();
    let mix = |colour: u8, alpha: u8| {
        let (colour, alpha) = (u16::from(colour), u16::from(alpha));
        u8::try_from((colour * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
    };
    let mut flat = RgbImage::new(picture.width(), picture.height());
    for (to, from) in flat.pixels_mut().zip(picture.pixels()) {
        let [r, g, b, alpha] = from.0;
        to.0 = [mix(r, alpha), mix(g, alpha), mix(b, alpha)];
    }
    flat
}
