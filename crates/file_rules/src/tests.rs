//! Files of attackers, made here. Each stands beside one that is accepted.

mod documents;
mod names;
mod pictures;

use super::*;

fn looked(content: impl Into<Bytes>) -> Result<Accepted, Refusal> {
    look(&content.into())
}

#[track_caller]
fn refused(content: impl Into<Bytes>) -> Refusal {
    looked(content).expect_err("refused")
}

#[test]
fn what_is_nothing_of_ours_is_said_to_be_so() {
    assert_eq!(refused(&b""[..]), Refusal::Empty);
    for content in [
        &b"GIF89a\x01\0\x01\0\0\0\0;"[..],
        b"<html><script>alert(1)</script></html>",
        b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
        b"MZ\x90\0",
        b"\x7fELF",
        b"\0",
        b"RIFF\0\0\0\0WEBPVP8 ",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 an older Word",
        b" %PDF-1.7",
        b"<!-- -->\n%PDF-1.7\n",
        b"\0\0\0\x18ftypisom\0\0\0\0",
    ] {
        assert_eq!(refused(content), Refusal::Kind, "{content:?}");
    }
    for brand in ["heic", "heix", "mif1"] {
        let photo = [b"\0\0\0\x18ftyp", brand.as_bytes(), b"\0\0\0\0mif1heic"].concat();
        assert_eq!(refused(photo), Refusal::Heic);
    }
}

/// Whatever bytes come, looking at them ends and does not panic.
#[test]
fn cut_and_changed_files_are_no_danger() {
    let files = [
        pictures::photo(),
        pictures::drawing(),
        documents::pdf(""),
        documents::docx(&[]),
    ];
    for file in files {
        looked(file.clone()).unwrap();
        let step = (file.len() / 400).max(1);
        for at in (0..file.len()).step_by(step) {
            let _ = looked(file[..at].to_vec());
            for byte in [0, 0x80, 0xff] {
                let mut changed = file.clone();
                changed[at] = byte;
                if let Ok(accepted) = looked(changed) {
                    let _ = accepted.thumbnail();
                }
            }
        }
    }
}

#[test]
fn kinds_know_their_types() {
    for kind in Kind::ALL {
        assert_eq!(Kind::of_content_type(kind.content_type()), Some(kind));
    }
    assert_eq!(Kind::of_content_type("image/svg+xml"), None);
}
