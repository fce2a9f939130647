use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    str::FromStr,
};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{Extensions, HeaderMap, request::Parts},
};

use crate::{Fault, facts::Facts};

/// The proxies whose `X-Forwarded-For` is believed: addresses and networks
/// such as `10.0.0.0/8`. Empty by default, since anybody can send the header.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<Network>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    base: IpAddr,
    bits: u32,
}

impl FromStr for TrustedProxies {
    type Err = String;

    /// Reads a list separated by commas; an empty one trusts nobody.
    fn from_str(text: &str) -> Result<Self, String> {
        text.split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .map(Network::parse)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl TrustedProxies {
    /// Whether this address is one of the proxies.
    #[must_use]
    pub fn contains(&self, addr: IpAddr) -> bool {
        let addr = addr.to_canonical();
        self.0.iter().any(|network| network.contains(addr))
    }

    /// The client's address: the peer's, unless the peer is a trusted proxy;
    /// then the last forwarded one that no trusted proxy has.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        for hop in forwarded(headers).rev() {
            if !self.contains(client) {
                break;
            }
            // A hop that is no address ends the chain: what lies before it is hearsay.
            let Some(addr) = hop else { break };
            client = addr;
        }
        client
    }
}

/// The addresses of every `X-Forwarded-For`, in the order of the hops.
fn forwarded(headers: &HeaderMap) -> impl DoubleEndedIterator<Item = Option<IpAddr>> {
    let hops: Vec<_> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|hop| parse_hop(hop.trim()))
        .collect();
    hops.into_iter()
}

/// Some proxies add the port.
fn parse_hop(hop: &str) -> Option<IpAddr> {
    hop.parse::<IpAddr>()
        .or_else(|_| hop.parse::<SocketAddr>().map(|socket| socket.ip()))
        .ok()
        .map(|addr| addr.to_canonical())
}

impl Network {
    fn parse(text: &str) -> Result<Self, String> {
        let (base, bits) = text
            .split_once('/')
            .map_or((text, None), |(base, bits)| (base, Some(bits)));
        let base: IpAddr = base
            .parse()
            .map_err(|_| format!("{text:?} is no address; write for example 10.0.0.0/8"))?;
        let full = if base.is_ipv4() { 32 } else { 128 };
        let bits = bits
            .map_or(Ok(full), str::parse)
            .ok()
            .filter(|bits| *bits <= full);
        let bits = bits.ok_or_else(|| format!("{text:?} has a prefix longer than {full} bits"))?;
        Ok(Self {
            base: base.to_canonical(),
            bits,
        })
    }

    fn contains(self, addr: IpAddr) -> bool {
        match (self.base, addr) {
            (IpAddr::V4(base), IpAddr::V4(addr)) => {
                let shift = 32u32.saturating_sub(self.bits);
                u64::from(base.to_bits()) >> shift == u64::from(addr.to_bits()) >> shift
            }
            (IpAddr::V6(base), IpAddr::V6(addr)) => {
                let shift = 128u32.saturating_sub(self.bits);
                base.to_bits().checked_shr(shift) == addr.to_bits().checked_shr(shift)
            }
            _ => false,
        }
    }
}

/// Where a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) client: IpAddr,
    /// The request was made on this machine, not merely handed on by a proxy
    /// that runs here.
    pub(crate) loopback: bool,
}

impl Origin {
    pub(crate) fn of(
        extensions: &Extensions,
        headers: &HeaderMap,
        trusted: &TrustedProxies,
    ) -> Self {
        let peer = extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|ConnectInfo(socket)| socket.ip());
        let Some(peer) = peer else {
            // A router called without a connection: nothing is known, so nothing is granted.
            let client = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
            return Self {
                client,
                loopback: false,
            };
        };
        let client = trusted.client(peer, headers);
        let handed_on = ["x-forwarded-for", "forwarded", "x-real-ip", "via"]
            .iter()
            .any(|name| headers.contains_key(*name));
        let known = !handed_on || trusted.contains(peer);
        Self {
            client,
            loopback: known && client.is_loopback(),
        }
    }
}

/// The address of the client, seen through the trusted proxies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddr(pub IpAddr);

impl<S: Send + Sync> FromRequestParts<S> for ClientAddr {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        Ok(Self(Facts::of(&parts.extensions)?.origin().client))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(peer: &str, trusted: &str, forwarded: &[&str]) -> Origin {
        let mut extensions = Extensions::new();
        let peer: IpAddr = peer.parse().unwrap();
        extensions.insert(ConnectInfo(SocketAddr::new(peer, 5000)));
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        Origin::of(&extensions, &headers, &trusted.parse().unwrap())
    }

    #[test]
    fn believes_only_trusted_proxies() {
        for (peer, trusted, forwarded, client) in [
            ("203.0.113.9", "", &["1.2.3.4"][..], "203.0.113.9"),
            ("10.1.2.3", "10.0.0.0/8", &["1.2.3.4"], "1.2.3.4"),
            (
                "10.1.2.3",
                "10.0.0.0/8",
                &["9.9.9.9, 1.2.3.4", "10.9.9.9"],
                "1.2.3.4",
            ),
            ("10.1.2.3", "10.0.0.0/8", &["9.9.9.9, nonsense"], "10.1.2.3"),
            ("10.1.2.3", "10.0.0.0/8", &["1.2.3.4:4711"], "1.2.3.4"),
            ("10.1.2.3", "10.0.0.0/8", &[], "10.1.2.3"),
            ("11.1.2.3", "10.0.0.0/8", &["1.2.3.4"], "11.1.2.3"),
            ("2001:db8::1", "2001:db8::/32", &["2a00::7"], "2a00::7"),
            ("::ffff:10.0.0.1", "10.0.0.1", &["1.2.3.4"], "1.2.3.4"),
            ("1.1.1.1", "0.0.0.0/0", &["1.2.3.4, 5.6.7.8"], "1.2.3.4"),
        ] {
            let seen = origin(peer, trusted, forwarded);
            assert_eq!(
                seen.client,
                client.parse::<IpAddr>().unwrap(),
                "{peer} {forwarded:?}"
            );
        }
    }

    #[test]
    fn a_proxy_on_this_machine_does_not_make_everybody_local() {
        assert!(origin("127.0.0.1", "", &[]).loopback);
        assert!(origin("::1", "", &[]).loopback);
        assert!(!origin("127.0.0.1", "", &["203.0.113.9"]).loopback);
        assert!(!origin("127.0.0.1", "127.0.0.1", &["203.0.113.9"]).loopback);
        assert!(!origin("203.0.113.9", "", &["127.0.0.1"]).loopback);
    }

    #[test]
    fn a_wrong_list_says_what_is_wrong() {
        assert!(
            "10.0.0.0/33"
                .parse::<TrustedProxies>()
                .unwrap_err()
                .contains("33")
        );
        assert!(
            "proxy.local"
                .parse::<TrustedProxies>()
                .unwrap_err()
                .contains("10.0.0.0/8")
        );
    }
}
