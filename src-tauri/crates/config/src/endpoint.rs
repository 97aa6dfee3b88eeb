//! Where records go: an address that OTLP over gRPC can use, and the rule about clear text.

use crate::Wrong;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// The port that OTLP over gRPC has when an address names none, whatever the scheme. A Collector
/// behind a reverse proxy is mostly reached at `:443`, which its address then says.
const DEFAULT_PORT: u16 = 4317;

/// The port of OTLP over HTTP, which does not speak gRPC.
const OTLP_HTTP_PORT: u16 = 4318;

/// `http://` or `https://`, a host and a port. Two spellings of one address are equal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    tls: bool,
    /// Lower case, without the brackets of an IPv6 address.
    host: String,
    port: u16,
}

impl Endpoint {
    /// Whether the connection is encrypted.
    #[must_use]
    pub fn tls(&self) -> bool {
        self.tls
    }

    /// The host's name or address; IPv6 without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether what is sent there stays on this machine. Judged by the address alone, without
    /// asking DNS: only `localhost` and addresses written as loopback ones count.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        match self.host.parse::<IpAddr>() {
            Ok(address) => address.to_canonical().is_loopback(),
            Err(_) => self.host == "localhost",
        }
    }

    /// A sentence when the port is the one of OTLP over HTTP: legal, and nearly always a mistake.
    #[must_use]
    pub fn doubt(&self) -> Option<Wrong> {
        (self.port == OTLP_HTTP_PORT).then(|| {
            Wrong::new(
                "port 4318 is where a Collector listens for OTLP over HTTP, and this is gRPC",
                "write port 4317, or whatever port its gRPC receiver has",
            )
        })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls { "https" } else { "http" };
        if self.host.contains(':') {
            write!(f, "{scheme}://[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{scheme}://{}:{}", self.host, self.port)
        }
    }
}

impl FromStr for Endpoint {
    type Err = Wrong;

    /// No message repeats the address: it may hold a password.
    fn from_str(text: &str) -> Result<Self, Wrong> {
        let example = "write it like https://collector.example:4317";
        let Some((scheme, rest)) = text.trim().split_once("://") else {
            return Err(Wrong::new("the address has no scheme", example));
        };
        let tls = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => {
                let what = "the address begins neither with https:// nor with http://";
                return Err(Wrong::new(what, example));
            }
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at(end);
        if !matches!(tail, "" | "/") {
            let what = "the address goes on after the port, and gRPC has neither path nor query";
            return Err(Wrong::new(what, "end it after the port"));
        }
        if authority.contains('@') {
            let what = "the address holds a user name or password";
            return Err(Wrong::new(
                what,
                "remove it; the token is set with `aco token set`",
            ));
        }
        let (host, port) = split_port(authority).ok_or_else(|| {
            Wrong::new("an IPv6 address stands in brackets", "write it like [::1]")
        })?;
        let port =
            match port {
                None => DEFAULT_PORT,
                Some(port) => port.parse().ok().filter(|&port| port != 0).ok_or_else(|| {
                    Wrong::new("the port is not a number from 1 to 65535", example)
                })?,
            };
        Ok(Self {
            tls,
            host: normal_host(host)?,
            port,
        })
    }
}

/// Host and port; nothing when an IPv6 address has no brackets, or half of them. The host keeps
/// them.
fn split_port(authority: &str) -> Option<(&str, Option<&str>)> {
    if authority.starts_with('[') {
        let (host, rest) = authority.split_at(authority.find(']')? + 1);
        return match rest.strip_prefix(':') {
            Some(port) => Some((host, Some(port))),
            None => rest.is_empty().then_some((host, None)),
        };
    }
    match authority.split_once(':') {
        Some((_, rest)) if rest.contains(':') => None,
        Some((host, port)) => Some((host, Some(port))),
        None => Some((authority, None)),
    }
}

fn normal_host(host: &str) -> Result<String, Wrong> {
    if let Some(inner) = host.strip_prefix('[') {
        let address = inner
            .strip_suffix(']')
            .and_then(|inner| inner.parse::<Ipv6Addr>().ok());
        return address.map(|address| address.to_string()).ok_or_else(|| {
            Wrong::new(
                "there is no IPv6 address between the brackets",
                "write it like [::1]",
            )
        });
    }
    if host.is_empty() {
        return Err(Wrong::new(
            "the address names no host",
            "write the host after `://`",
        ));
    }
    if !host.is_ascii() {
        let what = "the host's name has letters beyond ASCII";
        return Err(Wrong::new(what, "write it in its encoded form (xn--…)"));
    }
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    if let Some(c) = host.chars().find(|&c| !legal(c)) {
        let what = format!("no host's name holds {c:?}");
        return Err(Wrong::new(what, "correct the name after `://`"));
    }
    // An all-numeric name that is no address (`127.1`) means different hosts to different programs.
    let numeric = host.chars().all(|c| c.is_ascii_digit() || c == '.');
    if numeric && host.parse::<Ipv4Addr>().is_err() {
        return Err(Wrong::new(
            "the IPv4 address does not have four parts",
            "write all four",
        ));
    }
    Ok(host.to_ascii_lowercase())
}

/// The token may not go to this endpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{endpoint} is another machine and the connection is not encrypted, so the token is not sent; \
     write https://, or set allow_plaintext = true under [ship] when that network is trusted"
)]
pub struct PlaintextRefused {
    endpoint: Endpoint,
}

/// The plaintext rule: the token crosses no network in clear text unless the user allows it.
///
/// # Errors
/// When the connection is not encrypted, leaves this machine, and `allow_plaintext` is not set.
pub fn may_send_token(endpoint: &Endpoint, allow_plaintext: bool) -> Result<(), PlaintextRefused> {
    if endpoint.tls || endpoint.is_loopback() || allow_plaintext {
        Ok(())
    } else {
        Err(PlaintextRefused {
            endpoint: endpoint.clone(),
        })
    }
}

#[cfg(test)]
#[path = "endpoint_tests.rs"]
mod tests;
