use image::{DynamicImage, GenericImageView as _, ImageFormat, RgbImage};

use super::*;

/// A picture whose pixels are all different along its sides.
fn picture(width: u32, height: u32) -> DynamicImage {
    let of = |x: u32, y: u32| {
        let share = |at: u32, all: u32| u8::try_from(at * 255 / all).unwrap();
        image::Rgb([share(x, width), share(y, height), 90])
    };
    RgbImage::from_fn(width, height, of).into()
}

fn written(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

pub(super) fn photo() -> Vec<u8> {
    written(&picture(64, 48), ImageFormat::Jpeg)
}

pub(super) fn drawing() -> Vec<u8> {
    written(&picture(64, 48), ImageFormat::Png)
}

fn segment(marker: u8, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len() + 2).unwrap().to_be_bytes();
    [&[0xff, marker], &length[..], data].concat()
}

/// A photo with these segments behind its first marker.
fn photo_with(segments: &[Vec<u8>]) -> Vec<u8> {
    let photo = photo();
    [&photo[..2], &segments.concat(), &photo[2..]].concat()
}

/// Exif as a phone writes it: its orientation, its serial number, where it is.
fn exif_of_a_phone(orientation: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x03\0".to_vec();
    exif.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]);
    exif.extend([0x25, 0x88, 4, 0, 1, 0, 0, 0, 0x32, 0, 0, 0]);
    exif.extend([0x31, 0xa4, 2, 0, 16, 0, 0, 0, 0x40, 0, 0, 0]);
    exif.extend([0; 4]);
    exif.extend(b"GPSLatitude 14.6937 SERIAL-0042");
    exif
}

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    let sum = crc32fast::hash(&[kind, data].concat()).to_be_bytes();
    [&length[..], kind, data, &sum].concat()
}

/// A drawing with these chunks behind its first.
fn drawing_with(chunks: &[Vec<u8>]) -> Vec<u8> {
    let drawing = drawing();
    [&drawing[..33], &chunks.concat(), &drawing[33..]].concat()
}

fn pixels(content: &[u8]) -> RgbImage {
    image::load_from_memory(content).unwrap().to_rgb8()
}

const SECRETS: [&str; 7] = ["GPS", "SERIAL", "14.69", "http", "alert", "Awa", "PK"];

#[track_caller]
fn assert_only_pixels(dirty: &[u8], orientation: u8) -> Accepted {
    let accepted = looked(dirty.to_vec()).unwrap();
    let clean = accepted.content();
    for secret in SECRETS {
        assert!(
            find(dirty, secret.as_bytes(), 0).is_none()
                || find(&clean, secret.as_bytes(), 0).is_none(),
            "{secret}"
        );
    }
    assert_eq!(pixels(&clean), pixels(dirty), "the pixels are the same");
    assert_eq!(accepted.orientation, orientation);
    let again = looked(clean.clone()).unwrap();
    assert_eq!(
        (again.content(), again.orientation),
        (clean, orientation),
        "clean stays as it is"
    );
    accepted
}

#[test]
fn of_a_photo_only_pixels_colours_and_orientation_are_kept() {
    let icc = [&b"ICC_PROFILE\0\x01\x01"[..], b"a profile"].concat();
    for orientation in 1..=8 {
        let dirty = photo_with(&[
            segment(0xe1, &exif_of_a_phone(orientation)),
            segment(
                0xe1,
                b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>GPSLongitude</x:xmpmeta>",
            ),
            segment(0xe2, &icc),
            segment(0xe2, b"MPF\0 SERIAL"),
            segment(0xed, b"Photoshop 3.0\08BIM Awa Diop"),
            segment(0xfe, b"*/=alert(1)/*"),
        ]);
        let accepted = assert_only_pixels(&dirty, orientation);
        let clean = accepted.content();
        assert!(find(&clean, b"a profile", 0).is_some());
        let upright = if orientation < 5 { (64, 48) } else { (48, 64) };
        assert_eq!(accepted.pixels, Some(upright));
        let small = image::load_from_memory(&accepted.thumbnail().unwrap()).unwrap();
        assert_eq!(small.dimensions(), upright, "small pictures stand upright");
    }
}

#[test]
fn of_a_drawing_only_pixels_and_orientation_are_kept() {
    let exif = &exif_of_a_phone(6)[6..];
    let dirty = drawing_with(&[
        chunk(b"tEXt", b"Author\0Awa Diop"),
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0GPSLatitude"),
        chunk(b"eXIf", exif),
        chunk(b"prVt", b"SERIAL alert"),
        chunk(b"pHYs", &[0, 0, 0x0b, 0x13, 0, 0, 0x0b, 0x13, 1]),
    ]);
    let accepted = assert_only_pixels(&dirty, 6);
    assert!(find(&accepted.content(), b"pHYs", 0).is_some());
    assert_eq!(accepted.pixels, Some((48, 64)));
}

#[test]
fn what_hangs_on_a_picture_is_cut() {
    let page = b"<html><script>alert(1)</script>";
    for picture in [photo(), drawing()] {
        let whole = looked(picture.clone()).unwrap().content();
        let with = [&picture[..], page].concat();
        assert_eq!(looked(with).unwrap().content(), whole);
        // GIFAR: an archive that ends where the picture's file ends.
        let archive = [&picture[..], &documents::docx(&[])[..]].concat();
        assert_eq!(refused(archive), Refusal::Kind);
    }
    // A length that makes a comment of a script (JPEG and JavaScript at once).
    let mut both = photo_with(&[]);
    both.splice(2..4, [0xff, 0xe0, 0x2f, 0x2a]);
    assert_eq!(refused(both), Refusal::Damaged("jpeg"));
}

#[test]
fn pictures_that_grow_are_refused_before_they_do() {
    let mut bomb = drawing();
    bomb.splice(16..24, [0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
    let sum = crc32fast::hash(&bomb[12..29]).to_be_bytes();
    bomb.splice(29..33, sum);
    assert_eq!(refused(bomb), Refusal::Unpacks);

    let mut bomb = photo();
    let frame = find(&bomb, &[0xff, 0xc0], 0).unwrap();
    bomb.splice(frame + 5..frame + 9, [0xff, 0xff, 0xff, 0xff]);
    assert_eq!(refused(bomb.clone()), Refusal::Unpacks);
    bomb.splice(frame + 5..frame + 9, [0x1b, 0x58, 0x1b, 0x58]);
    let large = looked(bomb).unwrap();
    assert_eq!(large.pixels, Some((7000, 7000)));
    assert!(large.thumbnail().is_none(), "too large to be unpacked");

    let photo = photo();
    let scan = find(&photo, &[0xff, 0xda], 0).unwrap();
    let scans = photo[scan..photo.len() - 2].repeat(101);
    let many = [&photo[..scan], &scans, &photo[photo.len() - 2..]].concat();
    assert_eq!(refused(many), Refusal::Damaged("jpeg"));
}

#[test]
fn pictures_in_countless_pieces_are_refused() {
    let empty = vec![segment(0xdb, b""); 2_000];
    assert_eq!(refused(photo_with(&empty)), Refusal::Damaged("jpeg"));
    looked(photo_with(&vec![segment(0xfe, b"x"); 2_000])).unwrap();
    let empty = vec![chunk(b"IDAT", b""); 20_000];
    assert_eq!(refused(drawing_with(&empty)), Refusal::Damaged("png"));
}

#[test]
fn broken_pictures_are_refused() {
    let (photo, drawing) = (photo(), drawing());
    assert_eq!(
        refused(photo[..photo.len() - 2].to_vec()),
        Refusal::Damaged("jpeg")
    );
    assert_eq!(refused(&b"\xff\xd8\xff\xd9"[..]), Refusal::Damaged("jpeg"));
    assert_eq!(
        refused(drawing[..drawing.len() - 12].to_vec()),
        Refusal::Damaged("png")
    );
    let mut flipped = drawing.clone();
    flipped[60] ^= 1;
    assert_eq!(refused(flipped), Refusal::Damaged("png"));
    assert_eq!(
        refused(drawing_with(&[chunk(b"JAVA", b"x")])),
        Refusal::Damaged("png")
    );
    assert_eq!(
        refused(drawing_with(&[chunk(b"IHDR", &drawing[16..29])])),
        Refusal::Damaged("png")
    );
}

#[test]
fn a_thumbnail_is_small() {
    let large = written(&picture(1600, 900), ImageFormat::Jpeg);
    let small = looked(large).unwrap().thumbnail().unwrap();
    assert!(small.len() < 40_000, "{}", small.len());
    assert_eq!(
        image::load_from_memory(&small).unwrap().dimensions(),
        (480, 270)
    );
    let clear = DynamicImage::from(image::RgbaImage::new(8, 8));
    let small = looked(written(&clear, ImageFormat::Png))
        .unwrap()
        .thumbnail()
        .unwrap();
    assert!(
        pixels(&small)
            .pixels()
            .all(|pixel| pixel.0.iter().all(|c| *c > 250)),
        "on white"
    );
}
