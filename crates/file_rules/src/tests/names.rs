use crate::{Kind, label};

#[test]
fn a_name_is_a_label_and_nothing_else() {
    for (sent, kind, kept) in [
        ("Bilan sanguin.pdf", Kind::Pdf, "Bilan sanguin.pdf"),
        (
            "Résultat d’Awa – été.PDF",
            Kind::Pdf,
            "Résultat d’Awa – été.pdf",
        ),
        ("../../etc/passwd", Kind::Pdf, "passwd.pdf"),
        ("C:\\Users\\awa\\photo.JPG", Kind::Jpeg, "photo.jpg"),
        ("/", Kind::Png, "image.png"),
        ("..", Kind::Docx, "document.docx"),
        ("", Kind::Pdf, "document.pdf"),
        (".pdf", Kind::Pdf, "document.pdf"),
        ("pdf.exe", Kind::Pdf, "pdf.pdf"),
        ("facture.pdf.exe", Kind::Pdf, "facture.pdf"),
        ("page.html", Kind::Jpeg, "page.jpg"),
        ("bilan.2026", Kind::Pdf, "bilan.2026.pdf"),
        ("M.Diop", Kind::Pdf, "M.Diop.pdf"),
        (
            "a\r\nSet-Cookie: x=1.pdf",
            Kind::Pdf,
            "aSet-Cookie_ x=1.pdf",
        ),
        ("a\0b.png", Kind::Png, "ab.png"),
        (
            "ordonnance\u{202e}fdp.exe",
            Kind::Docx,
            "ordonnancefdp.docx",
        ),
        ("a\u{200b}\u{feff}\u{2066}b.pdf", Kind::Pdf, "ab.pdf"),
        ("a\";filename=\"b.pdf", Kind::Pdf, "a__filename=_b.pdf"),
        ("a   b\t.pdf", Kind::Pdf, "a b.pdf"),
        ("nul.pdf", Kind::Pdf, "_nul.pdf"),
        ("COM1.docx", Kind::Docx, "_COM1.docx"),
        ("console.pdf", Kind::Pdf, "console.pdf"),
        ("تقرير.pdf", Kind::Pdf, "تقرير.pdf"),
    ] {
        assert_eq!(label(sent, kind), kept, "{sent:?}");
    }
    let long = label(&"é".repeat(400), Kind::Docx);
    assert_eq!(long.chars().count(), 150);
    assert!(long.ends_with("é.docx"));
}
