/// What a program says of itself, as short as people need it to know it again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Agent {
    /// Its name, e.g. `Firefox`.
    pub program: Option<&'static str>,
    /// What it runs on, e.g. `Android`.
    pub system: Option<&'static str>,
}

/// The more precise ones first: every browser also claims to be others.
const PROGRAMS: &[(&str, &str)] = &[
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Opera Mini", "Opera Mini"),
    ("SamsungBrowser", "Samsung Internet"),
    ("UCBrowser", "UC Browser"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("HeadlessChrome", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
    ("python", "Python"),
    ("okhttp", "OkHttp"),
];
const SYSTEMS: &[(&str, &str)] = &[
    ("Android", "Android"),
    ("KAIOS", "KaiOS"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
];

impl Agent {
    /// Reads a `User-Agent`; what is not known stays away.
    pub(in crate::identity) fn read(user_agent: &str) -> Self {
        let first = |names: &[(&str, &'static str)]| {
            let found = names.iter().find(|(part, _)| user_agent.contains(part));
            found.map(|(_, name)| *name)
        };
        Self {
            program: first(PROGRAMS),
            system: first(SYSTEMS),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_known_by_their_own_name() {
        for (text, program, system) in [
            (
                "Mozilla/5.0 (Android 14; Mobile; rv:130.0) Gecko/130.0 Firefox/130.0",
                Some("Firefox"),
                Some("Android"),
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 Edg/126.0",
                Some("Edge"),
                Some("Windows"),
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1",
                Some("Safari"),
                Some("iPhone"),
            ),
            ("curl/8.5.0", Some("curl"), None),
            ("<script>", None, None),
            ("", None, None),
        ] {
            assert_eq!(Agent::read(text), Agent { program, system }, "{text}");
        }
    }
}
