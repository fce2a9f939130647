/// A stretch of a text for a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::messaging) enum Part<'a> {
    /// As it is.
    Text(&'a str),
    /// An address of ours, which can be followed.
    Link(&'a str),
}

/// What does not belong to the address that it follows.
const AFTER: [char; 11] = ['.', ',', ';', ':', '!', '?', ')', ']', '»', '"', '\''];

/// A text with the addresses of ours in it. No other address can be followed: who reads
/// believes that the clinic wrote it. `ours` is the public address, without a trailing slash.
pub(in crate::messaging) fn parts<'a>(text: &'a str, ours: &str) -> Vec<Part<'a>> {
    let mut parts = Vec::new();
    let mut rest = text;
    let mut from = 0;
    while let Some(at) = rest.get(from..).and_then(|tail| tail.find(ours)) {
        let (before, found) = rest.split_at(from + at);
        let Some(link) = address(before, found, ours) else {
            from += at + ours.len();
            continue;
        };
        if !before.is_empty() {
            parts.push(Part::Text(before));
        }
        parts.push(Part::Link(link));
        (rest, from) = (found.split_at(link.len()).1, 0);
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest));
    }
    parts
}

/// The whole address at the beginning of `found`, if it is one of ours and not one that
/// only begins or ends like it.
fn address<'a>(before: &str, found: &'a str, ours: &str) -> Option<&'a str> {
    if before.ends_with(|c: char| c.is_alphanumeric() || "/:@=.-_".contains(c)) {
        return None;
    }
    let end = found.find(char::is_whitespace).unwrap_or(found.len());
    let whole = found.split_at(end).0.trim_end_matches(AFTER);
    let path = whole.strip_prefix(ours)?;
    (path.is_empty() || path.starts_with(['/', '?', '#'])).then_some(whole)
}

#[cfg(test)]
mod tests {
    use super::{
        Part::{Link, Text},
        *,
    };

    const OURS: &str = "https://clinique.example";

    #[test]
    fn only_our_addresses_are_links() {
        let https = |path: &str| format!("{OURS}{path}");
        for path in ["", "/", "/my/records?lang=fr", "/r/abc#x", "/p/a(b)c"] {
            let text = format!("Le 5 mars : {}, merci.", https(path));
            let link = https(path);
            let parts = parts(&text, OURS);
            let [Text("Le 5 mars : "), Link(found), Text(", merci.")] = parts[..] else {
                panic!("{parts:?}");
            };
            assert_eq!(found, link);
        }
        for other in [
            "https://clinique.example.org/my",
            "https://clinique.example@mal.example/",
            "https://clinique.example:8443/",
            "https://mal.example/?u=https://clinique.example/my",
            "http://clinique.example/my",
            "javascript:https://clinique.example/my",
            "<a href=x>https</a>",
        ] {
            assert_eq!(parts(other, OURS), [Text(other)], "{other}");
        }
    }

    #[test]
    fn nothing_of_the_text_is_lost() {
        let text = "é https://clinique.example/a\nhttps://clinique.example/b. https://clinique.exampleé fin";
        let parts = parts(text, OURS);
        let whole: String = parts
            .iter()
            .map(|part| match part {
                Text(text) | Link(text) => *text,
            })
            .collect();
        assert_eq!(whole, text);
        let links = parts.iter().filter(|part| matches!(part, Link(_)));
        assert_eq!(links.count(), 2);
        assert_eq!(super::parts("", OURS), []);
    }
}
