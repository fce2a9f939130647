use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};

/// The value of a cookie, if the request carries it.
pub(crate) fn read(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, value)| *key == name && !value.is_empty())
        .map(|(_, value)| value.to_owned())
}

/// A cookie that scripts cannot read, on all of our paths. `None` for a value
/// that no header can carry.
pub(crate) fn write(
    name: &str,
    value: &str,
    age: Option<Duration>,
    https: bool,
) -> Option<HeaderValue> {
    write_at("/", (name, value), age, https)
}

fn write_at(
    path: &str,
    (name, value): (&str, &str),
    age: Option<Duration>,
    https: bool,
) -> Option<HeaderValue> {
    let age = age.map_or_else(String::new, |age| format!("; Max-Age={}", age.as_secs()));
    let secure = if https { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path={path}{age}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&text).ok()
}

/// Over TLS a name that only this very host can set.
pub(crate) fn hosted(name: &str, https: bool) -> String {
    if https {
        format!("__Host-{name}")
    } else {
        name.to_owned()
    }
}

/// The cookie that carries a browser's session, or another secret of it.
#[derive(Debug, Clone, Copy)]
pub struct SessionCookie {
    name: &'static str,
    https: bool,
}

impl SessionCookie {
    /// `https` as of [`crate::Settings::is_https`].
    #[must_use]
    pub const fn new(https: bool) -> Self {
        Self::named("session", https)
    }

    /// A cookie of another name that is kept the same way and opens nothing here.
    #[must_use]
    pub const fn named(name: &'static str, https: bool) -> Self {
        Self { name, https }
    }

    fn name(self) -> String {
        hosted(self.name, self.https)
    }

    /// The secret a request carries, if any.
    pub fn read(self, headers: &HeaderMap) -> Option<String> {
        read(headers, &self.name())
    }

    /// The `Set-Cookie` that signs a browser in for `age`. `None` when the
    /// secret holds characters that no header can carry.
    #[must_use]
    pub fn set(self, secret: &str, age: Duration) -> Option<HeaderValue> {
        write(&self.name(), secret, Some(age), self.https)
    }

    /// The `Set-Cookie` that signs it out.
    #[must_use]
    pub fn clear(self) -> Option<HeaderValue> {
        write(&self.name(), "", Some(Duration::ZERO), self.https)
    }
}

/// A cookie that opens one page for a while and is sent to no other.
#[derive(Debug, Clone, Copy)]
pub struct PageCookie<'a> {
    name: &'static str,
    /// The page's path.
    path: &'a str,
    https: bool,
}

impl<'a> PageCookie<'a> {
    /// `https` as of [`crate::Settings::is_https`].
    #[must_use]
    pub const fn new(name: &'static str, path: &'a str, https: bool) -> Self {
        Self { name, path, https }
    }

    /// The value a request carries, if any.
    pub fn read(self, headers: &HeaderMap) -> Option<String> {
        read(headers, self.name)
    }

    /// The `Set-Cookie` that opens the page for `age`. `None` when path or value hold
    /// characters that no such header can carry.
    #[must_use]
    pub fn set(self, value: &str, age: Duration) -> Option<HeaderValue> {
        let plain = |text: &str| !text.contains([';', ',', ' ']);
        let said = plain(self.path) && plain(value);
        said.then(|| write_at(self.path, (self.name, value), Some(age), self.https))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pages_cookie_goes_to_that_page_alone() {
        let age = Duration::from_secs(900);
        let set = |path, value| PageCookie::new("opened", path, true).set(value, age);
        assert_eq!(
            set("/p/abc", "1.ff").unwrap(),
            "opened=1.ff; Path=/p/abc; Max-Age=900; HttpOnly; SameSite=Lax; Secure"
        );
        assert_eq!(set("/p/abc; Path=/", "1.ff"), None);
        assert_eq!(set("/p/abc", "1.ff; Domain=example.org"), None);
        let mut headers = HeaderMap::new();
        headers.append("cookie", "theme=dark; opened=1.ff".parse().unwrap());
        let read = PageCookie::new("opened", "/p/abc", true).read(&headers);
        assert_eq!(read.as_deref(), Some("1.ff"));
    }

    #[test]
    fn writes_and_reads_the_session() {
        let cookie = SessionCookie::new(true)
            .set("abc", Duration::from_secs(60))
            .unwrap();
        let text = cookie.to_str().unwrap();
        assert_eq!(
            text,
            "__Host-session=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure"
        );
        let mut headers = HeaderMap::new();
        headers.append("cookie", "theme=dark; __Host-session=abc".parse().unwrap());
        assert_eq!(
            SessionCookie::new(true).read(&headers).as_deref(),
            Some("abc")
        );
        assert_eq!(SessionCookie::new(false).read(&headers), None);
        assert!(
            SessionCookie::new(false)
                .set("a\nb", Duration::ZERO)
                .is_none()
        );
    }
}
