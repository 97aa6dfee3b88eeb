//! Requests to the servers' own HTTP interfaces: any status is an answer, and only a broken
//! connection is an error.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

const TIMEOUT: Duration = Duration::from_secs(30);
/// 5,000 entries of Loki's largest line would be more; no test has such.
const LARGEST_ANSWER: u64 = 256 * 1024 * 1024;

/// What a server said.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body as text.
    pub body: String,
}

impl Answer {
    /// The body as JSON; panics, showing the answer, when it is not 200 with JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        assert_eq!(self.status, 200, "{}", self.body);
        serde_json::from_str(&self.body)
            .unwrap_or_else(|error| panic!("not JSON ({error}): {}", self.body))
    }
}

/// A client; with `ca_file` it trusts that authority only, without one nobody's TLS.
#[derive(Clone, Debug)]
pub struct Client {
    agent: ureq::Agent,
}

impl Client {
    /// Connections are not kept: a server that was killed in between must not fail the next request.
    pub fn new(ca_file: Option<&Path>) -> Self {
        // The first caller's wins, and they are all the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let roots: Vec<Certificate<'static>> = ca_file
            .map(|path| {
                let pem = std::fs::read(path).expect("the authority's certificate");
                parse_pem(&pem)
                    .filter_map(|item| match item.expect("PEM") {
                        PemItem::Certificate(certificate) => Some(certificate),
                        _ => None,
                    })
                    .collect()
            })
            .unwrap_or_default();
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::Specific(Arc::new(roots)))
            .build();
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(TIMEOUT))
            .max_idle_connections(0)
            .proxy(None)
            .tls_config(tls)
            .build();
        Self {
            agent: config.new_agent(),
        }
    }

    /// GET with query parameters and headers.
    pub fn get(
        &self,
        url: &str,
        query: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Result<Answer, ureq::Error> {
        let mut request = self.agent.get(url).query_pairs(query.iter().copied());
        for &(name, value) in headers {
            request = request.header(name, value);
        }
        read(request.call()?)
    }

    /// POST of a JSON body.
    pub fn post_json(
        &self,
        url: &str,
        headers: &[(&str, &str)],
        body: &serde_json::Value,
    ) -> Result<Answer, ureq::Error> {
        let mut request = self.agent.post(url);
        for &(name, value) in headers {
            request = request.header(name, value);
        }
        read(request.send_json(body)?)
    }
}

fn read(mut response: ureq::http::Response<ureq::Body>) -> Result<Answer, ureq::Error> {
    let status = response.status().as_u16();
    let body = response
        .body_mut()
        .with_config()
        .limit(LARGEST_ANSWER)
        .read_to_string()?;
    Ok(Answer { status, body })
}
