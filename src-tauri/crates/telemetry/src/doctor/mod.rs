//! An examination of the way to the endpoint, one step at a time.
//!
//! ```text
//!  name ─> connection ─> TLS ─> protocol ─> answer ─> whose answer ─> metrics
//! ```
//!
//! The shipper says "cannot ship" in one sentence, of the layer that failed it. Whoever sets a
//! Collector up wants to know how far it is right: so each layer is tried by itself, the first
//! failure ends the examination, and its cause is looked for with more questions than a sender
//! would ask (is plain text spoken where TLS is expected, is this the other OTLP?).
//!
//! Whoever wants the steps pulls them ([`Examination::next`]) and may stop between any two, when
//! shipping is paused meanwhile, say. Test records have a stream of their own and never touch the
//! spool.
//!
//! May not enter: the configuration and the token store ([`Destination`] is handed in), and what is
//! done about a finding.

mod findings;
mod probe;
mod record;

pub use record::SERVICE_NAME;

use crate::bridge::ResourceAttributes;
use crate::ship::connection::{Failure, chain, tls_error};
use crate::ship::{Connection, Destination};
use aco_domain::{Answerer, Check, Clock, Outcome, Step};
use bytes::Bytes;
use findings::Place;
use http::uri::PathAndQuery;
use probe::Heard;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout};

/// A resolver that takes longer has no answer.
const NAME_WITHIN: Duration = Duration::from_secs(10);

/// For all addresses of a name together.
const CONNECTED_WITHIN: Duration = Duration::from_secs(10);

/// The path of OTLP over HTTP (opentelemetry-specification, protocol/otlp.md, "OTLP/HTTP").
const OTLP_HTTP_LOGS: &str = "/v1/logs";

/// `MetricsService.Export` (opentelemetry/proto/collector/metrics/v1/metrics_service.proto).
const EXPORT_METRICS: &str = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";

/// What is examined, and who asks.
pub struct Subject {
    /// Where records would go, and with what.
    pub destination: Arc<Destination>,
    /// The agent's resource; test records differ in `service.name` alone.
    pub speaker: ResourceAttributes,
    /// Stamps the record of now.
    pub clock: Arc<dyn Clock>,
}

/// The examination, at some step.
pub struct Examination {
    subject: Subject,
    place: Place,
    upcoming: Option<Check>,
    addresses: Vec<SocketAddr>,
    connection: Option<Connection>,
    answerer: Option<Answerer>,
}

impl Examination {
    /// Nothing is done yet.
    ///
    /// # Errors
    /// A sentence when the destination's URL names no host.
    pub fn new(subject: Subject) -> Result<Self, String> {
        let url = subject.destination.url.clone();
        let uri: http::Uri = url.parse().map_err(|error| format!("{url}: {error}"))?;
        let host = uri.host().ok_or_else(|| format!("{url}: no host in it"))?;
        let port = uri.port_u16().unwrap_or(if subject.destination.is_tls() {
            443
        } else {
            80
        });
        let host = host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .to_owned();
        Ok(Self {
            subject,
            place: Place { url, host, port },
            upcoming: Some(Check::Name),
            addresses: Vec::new(),
            connection: None,
            answerer: None,
        })
    }

    /// What is looked at next; nothing at the end.
    #[must_use]
    pub fn upcoming(&self) -> Option<Check> {
        self.upcoming
    }

    /// Whose answers come from there, once that is known.
    #[must_use]
    pub fn answerer(&self) -> Option<Answerer> {
        self.answerer
    }

    /// Does the next step. Nothing after the last one, or after one that failed.
    pub async fn next(&mut self) -> Option<Step> {
        let check = self.upcoming?;
        let start = Instant::now();
        let mut step = match check {
            Check::Connection => self.connect().await,
            Check::Tls => self.tls().await,
            Check::Protocol => self.protocol().await,
            Check::Answer => self.answer().await,
            Check::WhoseAnswer => self.whose().await,
            Check::Metrics => self.metrics().await,
            // The others are answered before there is anything to send.
            _ => self.name().await,
        };
        step.took_ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.upcoming = match (step.outcome, step.check) {
            (Outcome::Failed, _) => None,
            (_, Check::Name) => Some(Check::Connection),
            (_, Check::Connection) => Some(Check::Tls),
            (_, Check::Tls) => Some(Check::Protocol),
            (_, Check::Protocol) => Some(Check::Answer),
            (_, Check::Answer) => Some(Check::WhoseAnswer),
            (_, Check::WhoseAnswer) => Some(Check::Metrics),
            _ => None,
        };
        Some(step)
    }

    async fn name(&mut self) -> Step {
        let Place { host, port, .. } = &self.place;
        match timeout(NAME_WITHIN, lookup_host((host.as_str(), *port))).await {
            Ok(Ok(found)) => self.addresses = found.collect(),
            Ok(Err(error)) => return findings::name_not_found(&self.place, &error.to_string()),
            Err(_) => return findings::name_unanswered(&self.place, NAME_WITHIN.as_secs()),
        }
        if self.addresses.is_empty() {
            return findings::name_not_found(&self.place, "the name server knows none");
        }
        findings::name_found(&self.place, &self.addresses)
    }

    async fn connect(&mut self) -> Step {
        let connecting = TcpStream::connect(self.addresses.as_slice());
        let connected = match timeout(CONNECTED_WITHIN, connecting).await {
            Ok(connected) => connected.and_then(|stream| stream.peer_addr()),
            Err(_) => Err(io::Error::new(
                io::ErrorKind::TimedOut,
                format!("no connection within {} s", CONNECTED_WITHIN.as_secs()),
            )),
        };
        match connected {
            Ok(address) => findings::connected(address),
            Err(error) => findings::not_connected(&self.place, &error),
        }
    }

    async fn tls(&mut self) -> Step {
        if !self.subject.destination.is_tls() {
            let loopback = self.addresses.iter().all(|it| is_loopback(it.ip()));
            return findings::tls_not_used(&self.place, !loopback);
        }
        let why = match Connection::attempt(&self.subject.destination).await {
            Ok(connection) => {
                self.connection = Some(connection);
                return findings::trusted(self.subject.destination.ca_pem.is_some());
            }
            Err(Failure::Unusable(what)) => return findings::trust_unusable(&what),
            Err(Failure::TimedOut(limit)) => format!("no answer within {limit:?}"),
            Err(Failure::Transport(error)) => {
                let tls = tls_error(&error);
                if let Some(step) = tls.and_then(|tls| findings::certificate(&self.place, tls)) {
                    return step;
                }
                if lacks_http2(&error) {
                    return findings::no_http2(&self.place);
                }
                chain(&error)
            }
        };
        let heard = probe::say(&self.addresses, probe::HTTP2).await;
        findings::no_tls(&self.place, &why, &heard)
    }

    async fn protocol(&mut self) -> Step {
        if self.connection.is_none()
            && let Err(step) = self.open_plain().await
        {
            return step;
        }
        // An export of nothing: whatever the answer, its form shows who speaks.
        let reply = match &mut self.connection {
            Some(open) => open.export(Bytes::new()).await,
            None => return findings::no_protocol(&self.place, &Heard::Other),
        };
        let Some(status) = findings::http_status(&reply) else {
            return match reply {
                crate::ship::Reply::Broken { .. } => self.broken().await,
                _ => findings::grpc(),
            };
        };
        if let Some(step) = findings::gateway(&self.place, status) {
            return step;
        }
        let path = PathAndQuery::from_static(OTLP_HTTP_LOGS);
        let again = match &mut self.connection {
            Some(open) => open.unary(path, Bytes::new()).await,
            None => reply,
        };
        let status = findings::http_status(&again).unwrap_or(status);
        findings::http_server(&self.place, status)
    }

    /// Without TLS nothing has been said so far: the client's own greeting is not answered before
    /// a first request, whose failure would not say whom it met.
    async fn open_plain(&mut self) -> Result<(), Step> {
        let heard = probe::say(&self.addresses, probe::HTTP2).await;
        match heard {
            Heard::Http2 => {}
            Heard::Http1(status) => {
                let status = self.get_logs().await.unwrap_or(status);
                return Err(findings::http_server(&self.place, status));
            }
            _ if self.speaks_tls().await => return Err(findings::server_speaks_tls(&self.place)),
            _ => return Err(findings::no_protocol(&self.place, &heard)),
        }
        match Connection::attempt(&self.subject.destination).await {
            Ok(connection) => {
                self.connection = Some(connection);
                Ok(())
            }
            Err(_) => Err(findings::no_protocol(&self.place, &Heard::Closed)),
        }
    }

    /// The request that only a server of OTLP over HTTP answers with "another method, please". With
    /// the headers of an export: without them one that wants a token would say no more than that.
    async fn get_logs(&self) -> Option<u16> {
        let headers: Vec<(&str, &str)> = self
            .subject
            .destination
            .metadata
            .iter()
            .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
            .collect();
        let request = probe::http1_get(OTLP_HTTP_LOGS, &self.place.host, &headers);
        match probe::say(&self.addresses, &request).await {
            Heard::Http1(status) => Some(status),
            _ => None,
        }
    }

    async fn speaks_tls(&self) -> bool {
        let Place { url, .. } = &self.place;
        let Some(rest) = url.strip_prefix("http://") else {
            return false;
        };
        // Only the handshake: no header and no request goes with it.
        let destination = Destination::new(format!("https://{rest}"));
        match Connection::attempt(&destination).await {
            Ok(_) => true,
            Err(Failure::Transport(error)) => {
                lacks_http2(&error)
                    || tls_error(&error)
                        .is_some_and(|error| findings::certificate(&self.place, error).is_some())
            }
            Err(_) => false,
        }
    }

    /// The connection broke at its first request.
    async fn broken(&self) -> Step {
        let heard = if self.subject.destination.is_tls() {
            Heard::Closed
        } else {
            probe::say(&self.addresses, probe::HTTP2).await
        };
        findings::no_protocol(&self.place, &heard)
    }

    async fn answer(&mut self) -> Step {
        let now = self.subject.clock.now();
        let body = "test record of `aco doctor`: now";
        let request = record::request(&self.subject.speaker, body, now);
        let has_token = self
            .subject
            .destination
            .metadata
            .iter()
            .any(|(name, _)| name.as_str() == "authorization");
        let reply = self.send(request).await;
        findings::answer(&self.place, &reply, has_token)
    }

    async fn whose(&mut self) -> Step {
        let then = self.subject.clock.now().minus(record::LONG_AGO);
        let body = "test record of `aco doctor`: ten years old, to be refused";
        let reply = self
            .send(record::request(&self.subject.speaker, body, then))
            .await;
        let step = findings::whose(&reply);
        self.answerer = match step.outcome {
            Outcome::Ok => Some(Answerer::Loki),
            Outcome::Note => Some(Answerer::Collector),
            Outcome::Failed => None,
        };
        step
    }

    async fn metrics(&mut self) -> Step {
        let path = PathAndQuery::from_static(EXPORT_METRICS);
        let reply = match &mut self.connection {
            Some(open) => open.unary(path, Bytes::new()).await,
            None => gone(),
        };
        findings::metrics(&reply)
    }

    async fn send(&mut self, request: Bytes) -> crate::ship::Reply {
        match &mut self.connection {
            Some(open) => open.export(request).await,
            None => gone(),
        }
    }
}

fn gone() -> crate::ship::Reply {
    crate::ship::Reply::Broken {
        message: "there is no connection".to_owned(),
    }
}

fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

/// TLS was agreed on, and HTTP/2 was not. tonic keeps its error to itself; a test holds its words
/// against a server that does so.
fn lacks_http2(error: &tonic::transport::Error) -> bool {
    chain(error).contains("HTTP/2 was not negotiated")
}

#[cfg(test)]
mod tests;
