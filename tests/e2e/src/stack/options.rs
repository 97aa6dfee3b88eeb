//! What a test may ask of a stack.

use super::Stack;
use crate::certificates::CertificateKind;

/// What to start. By default: TLS with a valid certificate, one token, all three servers.
#[derive(Clone, Debug)]
pub struct Builder {
    pub(super) certificate: Option<CertificateKind>,
    pub(super) tokens: Vec<String>,
    pub(super) with_prometheus: bool,
    pub(super) scrape_interval: Option<String>,
    pub(super) environment: Vec<(String, String)>,
    pub(super) apart_from_terminal: bool,
}

impl Builder {
    /// TLS with a certificate of this kind.
    #[must_use]
    pub fn tls(mut self, kind: CertificateKind) -> Self {
        self.certificate = Some(kind);
        self
    }

    /// No TLS: `http://` endpoints, as in the local compose run.
    #[must_use]
    pub fn plaintext(mut self) -> Self {
        self.certificate = None;
        self
    }

    /// The tokens that the Collector takes.
    #[must_use]
    pub fn tokens(mut self, tokens: &[&str]) -> Self {
        self.tokens = tokens.iter().map(|&token| token.to_owned()).collect();
        self
    }

    /// Loki and the Collector only.
    #[must_use]
    pub fn without_prometheus(mut self) -> Self {
        self.with_prometheus = false;
        self
    }

    /// Prometheus asks the Collector this often (`1s`), not every 15 s.
    #[must_use]
    pub fn scrape_every(mut self, interval: &str) -> Self {
        self.scrape_interval = Some(interval.to_owned());
        self
    }

    /// A further environment variable of every server (`COLLECTOR_METRIC_EXPIRATION`, say).
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Ctrl-C does not reach the servers. For programs that handle it and drop the stack in time:
    /// an agent that drains on Ctrl-C needs its backend a little longer.
    #[must_use]
    pub fn apart_from_terminal(mut self) -> Self {
        self.apart_from_terminal = true;
        self
    }

    /// Builds the servers if need be, starts them, and waits until each does its work.
    #[track_caller]
    pub fn start(self) -> Stack {
        Stack::start(self)
    }
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            certificate: Some(CertificateKind::Valid),
            tokens: vec!["e2e-token-of-the-stack".to_owned()],
            with_prometheus: true,
            scrape_interval: None,
            environment: Vec::new(),
            apart_from_terminal: false,
        }
    }
}
