use crate::Kind;

/// The longest name, in characters, with its extension.
const LONGEST: usize = 150;

/// Endings that say what a file is or does; only the content is asked for that.
const ENDINGS: [&str; 34] = [
    "pdf", "jpg", "jpeg", "jpe", "jfif", "png", "docx", "doc", "docm", "dotx", "dotm", "rtf",
    "heic", "gif", "webp", "zip", "jar", "html", "htm", "xhtml", "svg", "xml", "js", "mjs", "vbs",
    "php", "exe", "scr", "com", "bat", "cmd", "ps1", "lnk", "msi",
];

/// What Windows takes for a device (Microsoft, "Naming Files, Paths, and Namespaces").
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// A name to show and to save under, made of what the sender called the file:
/// no path, no control or direction characters, at most 150 characters, and the
/// extension of what the file is.
#[must_use]
pub fn label(sent: &str, kind: Kind) -> String {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last
        .chars()
        .filter(|c| !is_invisible(*c))
        .map(safe)
        .collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    let plain = words.join(" ");
    let stem = without_endings(plain.trim_end_matches(['.', ' ']));
    let stem = stem.trim_start_matches(['.', ' ']);
    let room = LONGEST - kind.extension().len() - 1;
    let stem: String = stem.chars().take(room).collect();
    let stem = stem.trim_end_matches(['.', ' ']);
    let stem = match stem {
        "" if kind.is_picture() => "image".to_owned(),
        "" => "document".to_owned(),
        stem if is_device(stem) => format!("_{stem}"),
        stem => stem.to_owned(),
    };
    format!("{stem}.{}", kind.extension())
}

/// Controls, and what changes how a name reads without being seen (Unicode TR 36:
/// `fdp.exe` written backwards).
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// File systems and headers have other uses for these.
const fn safe(c: char) -> char {
    match c {
        '<' | '>' | ':' | '"' | '|' | '?' | '*' | ';' | '%' => '_',
        c => c,
    }
}

fn without_endings(name: &str) -> &str {
    let mut stem = name;
    while let Some((rest, ending)) = stem.rsplit_once('.') {
        let ending = ending.trim().to_ascii_lowercase();
        if !ENDINGS.contains(&ending.as_str()) {
            break;
        }
        stem = rest.trim_end_matches(['.', ' ']);
    }
    stem
}

fn is_device(stem: &str) -> bool {
    let stem = stem
        .split('.')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let port = stem
        .strip_prefix("com")
        .or_else(|| stem.strip_prefix("lpt"));
    let numbered = port.is_some_and(|port| port.len() == 1 && port.as_bytes()[0].is_ascii_digit());
    numbered || DEVICES.contains(&stem.as_str())
}
