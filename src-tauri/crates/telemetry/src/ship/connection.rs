//! One gRPC connection: TLS, keepalive, the token, and one unary call.

use super::Reply;
use bytes::{BufMut as _, Bytes};
use http::uri::PathAndQuery;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceResponse;
use prost::Message as _;
use std::error::Error as _;
use std::fmt;
use std::time::Duration;
use tonic::client::Grpc;
use tonic::codec::{Codec, CompressionEncoding, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::metadata::{AsciiMetadataKey, AsciiMetadataValue};
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};
use tonic::{Request, Status};
use tonic_types::StatusExt as _;

/// `LogsService.Export` (opentelemetry/proto/collector/logs/v1/logs_service.proto).
const EXPORT: &str = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";

/// grpc-go counts a ping sooner than five minutes after the last as a strike and closes the
/// connection after two more, forgiving all when it sends headers or data. So: pings only while a
/// request is open, and a request ends before a third one.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(10);
const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(5);

/// The longest a request may take: with pings every ten seconds, it ends before a third one.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(18);

/// For the name, the connection and TLS together.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Shorter words of a header's value are no secrets: `Bearer`, `Basic`.
const SHORTEST_SECRET: usize = 8;

/// Where records go and with what.
#[derive(Clone)]
pub struct Destination {
    /// `https://host:port` or `http://host:port`, checked by the configuration.
    pub url: String,
    /// PEM of a CA to trust besides the system's.
    pub ca_pem: Option<Vec<u8>>,
    /// Sent with each request: `authorization` and what `OTEL_EXPORTER_OTLP_HEADERS` adds.
    pub metadata: Vec<(AsciiMetadataKey, AsciiMetadataValue)>,
    /// The longest a request may take. Above [`REQUEST_TIMEOUT`] a strict server may object to the
    /// pings and end the request.
    pub timeout: Duration,
}

impl Destination {
    /// A destination without token and headers.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            ca_pem: None,
            metadata: Vec::new(),
            timeout: REQUEST_TIMEOUT,
        }
    }

    /// Adds a header to every request. It is marked sensitive: never printed, never indexed.
    ///
    /// # Errors
    /// A sentence naming the header, never its value, when one of the two is no valid header.
    pub fn with_header(mut self, name: &str, value: &str) -> Result<Self, String> {
        let key = AsciiMetadataKey::from_bytes(name.to_ascii_lowercase().as_bytes())
            .map_err(|_| format!("`{name}` cannot be the name of a header"))?;
        let mut value = AsciiMetadataValue::try_from(value).map_err(|_| {
            format!("the value of header `{name}` has characters no header may have")
        })?;
        value.set_sensitive(true);
        self.metadata.push((key, value));
        Ok(self)
    }

    pub(crate) fn is_tls(&self) -> bool {
        self.url.starts_with("https://")
    }
}

impl fmt::Debug for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<_> = self.metadata.iter().map(|(key, _)| key.as_str()).collect();
        f.debug_struct("Destination")
            .field("url", &self.url)
            .field("own_ca", &self.ca_pem.is_some())
            .field("headers", &headers)
            .finish_non_exhaustive()
    }
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    /// The destination cannot be used as it stands; trying again changes nothing.
    #[error("{0}")]
    Unusable(String),
    /// The server's certificate was not believed.
    #[error("{0}")]
    Certificate(String),
    /// Nothing answered, or not in this protocol.
    #[error("{0}")]
    Unreachable(String),
}

/// The same, before it is put into words: what an examination tells apart.
pub(crate) enum Failure {
    /// The destination cannot be used as it stands.
    Unusable(String),
    /// No connection within this time.
    TimedOut(Duration),
    /// The name, TCP, TLS or HTTP/2.
    Transport(tonic::transport::Error),
}

impl Failure {
    fn in_words(&self, url: &str) -> ConnectionError {
        match self {
            Self::Unusable(what) => ConnectionError::Unusable(format!("{url}: {what}")),
            Self::TimedOut(limit) => {
                ConnectionError::Unreachable(format!("{url}: no connection within {limit:?}"))
            }
            Self::Transport(error) => explain(url, error),
        }
    }
}

/// An open connection. Dropped and made anew after every transport failure: a half-open one (the
/// laptop slept, a NAT forgot) answers nothing and says nothing.
pub struct Connection {
    grpc: Grpc<Channel>,
    metadata: Vec<(AsciiMetadataKey, AsciiMetadataValue)>,
    timeout: Duration,
}

impl Connection {
    /// Connects, with TLS where the URL says https.
    ///
    /// # Errors
    /// See [`ConnectionError`]; the message names the URL and the remedy.
    pub async fn open(destination: &Destination) -> Result<Self, ConnectionError> {
        let opened = Self::attempt(destination).await;
        opened.map_err(|failure| failure.in_words(&destination.url))
    }

    pub(crate) async fn attempt(destination: &Destination) -> Result<Self, Failure> {
        let channel = attempt(destination).await?;
        Ok(Self {
            // grpc-go compresses its answers as the request was, without being asked.
            grpc: Grpc::new(channel)
                .send_compressed(CompressionEncoding::Gzip)
                .accept_compressed(CompressionEncoding::Gzip),
            metadata: destination.metadata.clone(),
            timeout: destination.timeout,
        })
    }

    /// Sends one encoded `ExportLogsServiceRequest`.
    pub async fn export(&mut self, request: Bytes) -> Reply {
        self.unary(PathAndQuery::from_static(EXPORT), request).await
    }

    /// Sends a message to any method that answers as exports do: each signal's response has what
    /// was refused in the same two fields.
    pub(crate) async fn unary(&mut self, path: PathAndQuery, request: Bytes) -> Reply {
        let mut reply = match tokio::time::timeout(self.timeout, self.call(path, request)).await {
            Ok(Ok(response)) => {
                let partial = response.partial_success.unwrap_or_default();
                Reply::Ok {
                    rejected: u64::try_from(partial.rejected_log_records).unwrap_or(0),
                    message: partial.error_message,
                }
            }
            Ok(Err(status)) => from_status(&status),
            Err(_) => Reply::Broken {
                message: format!("no answer within {:?}", self.timeout),
            },
        };
        let (Reply::Ok { message, .. } | Reply::Status { message, .. } | Reply::Broken { message }) =
            &mut reply;
        self.hide_secrets(message);
        reply
    }

    /// A server may quote what it was sent, and its words reach the status, the local log and the
    /// quarantine file.
    fn hide_secrets(&self, message: &mut String) {
        let values = self
            .metadata
            .iter()
            .filter_map(|(_, value)| value.to_str().ok());
        for secret in values.flat_map(str::split_whitespace) {
            if secret.len() >= SHORTEST_SECRET && message.contains(secret) {
                *message = message.replace(secret, "***");
            }
        }
    }

    async fn call(
        &mut self,
        path: PathAndQuery,
        request: Bytes,
    ) -> Result<ExportLogsServiceResponse, Status> {
        self.grpc
            .ready()
            .await
            .map_err(|error| Status::from_error(Box::new(error)))?;
        let mut request = Request::new(request);
        for (key, value) in &self.metadata {
            request.metadata_mut().insert(key.clone(), value.clone());
        }
        Ok(self.grpc.unary(request, path, RawCodec).await?.into_inner())
    }
}

/// Connects, with TLS where the URL says https. Logs and metrics each have a channel of their own,
/// by these rules.
///
/// # Errors
/// See [`ConnectionError`]; the message names the URL and the remedy.
pub(crate) async fn channel(destination: &Destination) -> Result<Channel, ConnectionError> {
    let opened = attempt(destination).await;
    opened.map_err(|failure| failure.in_words(&destination.url))
}

async fn attempt(destination: &Destination) -> Result<Channel, Failure> {
    let unusable = Failure::Unusable;
    let mut endpoint = Endpoint::from_shared(destination.url.clone())
        .map_err(|e| unusable(format!("not a usable address: {}", chain(&e))))?
        .user_agent(concat!("ai-cost-observer/", env!("CARGO_PKG_VERSION")))
        .map_err(|e| unusable(chain(&e)))?
        .http2_keep_alive_interval(KEEPALIVE_INTERVAL)
        .keep_alive_timeout(KEEPALIVE_TIMEOUT)
        .keep_alive_while_idle(false);
    if destination.is_tls() {
        endpoint = endpoint.tls_config(tls(destination)).map_err(|e| {
            unusable(format!(
                "the trusted certificates cannot be used ({}); check `ship.ca_file` and the \
                 system's certificates (on Debian: the package ca-certificates)",
                chain(&e)
            ))
        })?;
    }
    // Not the endpoint's own limit: that one ends when TCP is connected, and whoever accepts a
    // connection and then says nothing would be waited for without end.
    let limit = CONNECT_TIMEOUT.min(destination.timeout);
    tokio::time::timeout(limit, endpoint.connect())
        .await
        .map_err(|_| Failure::TimedOut(limit))?
        .map_err(Failure::Transport)
}

fn tls(destination: &Destination) -> ClientTlsConfig {
    // Without one of these, https would trust nobody (or, worse, not be checked at all).
    let config = ClientTlsConfig::new().with_native_roots();
    match &destination.ca_pem {
        Some(pem) => config.ca_certificate(Certificate::from_pem(pem)),
        None => config,
    }
}

/// A status with a source was made on this side: the connection broke. Others are the server's.
fn from_status(status: &Status) -> Reply {
    if status.source().is_some() {
        return Reply::Broken {
            message: chain(status),
        };
    }
    Reply::Status {
        code: status.code(),
        message: status.message().to_owned(),
        retry_after: status
            .get_details_retry_info()
            .and_then(|info| info.retry_delay),
    }
}

fn explain(url: &str, error: &tonic::transport::Error) -> ConnectionError {
    match tls_error(error) {
        Some(tls) => explain_tls(url, tls),
        None => ConnectionError::Unreachable(format!("{url}: {}", chain(error))),
    }
}

/// What TLS objected to, when it was TLS.
pub(crate) fn tls_error(error: &tonic::transport::Error) -> Option<&rustls::Error> {
    let mut source = error.source();
    while let Some(cause) = source {
        let found = find_rustls(cause);
        if found.is_some() {
            return found;
        }
        source = cause.source();
    }
    None
}

/// rustls hands its errors out inside an `io::Error`, whose own `source` skips them.
fn find_rustls<'e>(error: &'e (dyn std::error::Error + 'static)) -> Option<&'e rustls::Error> {
    error.downcast_ref::<rustls::Error>().or_else(|| {
        error
            .downcast_ref::<std::io::Error>()?
            .get_ref()?
            .downcast_ref::<rustls::Error>()
    })
}

fn explain_tls(url: &str, error: &rustls::Error) -> ConnectionError {
    use rustls::{CertificateError as Certificate, Error};
    let remedy = match error {
        Error::InvalidCertificate(Certificate::UnknownIssuer) => {
            "nobody this machine trusts has signed it; if it is your own CA, set `ship.ca_file`"
        }
        Error::InvalidCertificate(Certificate::Expired | Certificate::ExpiredContext { .. }) => {
            "renew it, and check this machine's clock"
        }
        Error::InvalidCertificate(
            Certificate::NotValidForName | Certificate::NotValidForNameContext { .. },
        ) => "it was made for another name; use the name it was made for in `ship.endpoint`",
        Error::InvalidCertificate(_) => "the server's certificate cannot be verified",
        _ => {
            return ConnectionError::Unreachable(format!(
                "{url}: no TLS could be spoken ({error}); does the server speak plain text there?"
            ));
        }
    };
    ConnectionError::Certificate(format!("{url}: {error}: {remedy}"))
}

/// An error with what caused it; tonic's own text is "transport error" and nothing more.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let more = cause.to_string();
        if !text.ends_with(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        source = cause.source();
    }
    text
}

/// Requests are bytes already; only responses are decoded.
struct RawCodec;

struct RawEncoder;

struct ResponseDecoder;

impl Codec for RawCodec {
    type Encode = Bytes;
    type Decode = ExportLogsServiceResponse;
    type Encoder = RawEncoder;
    type Decoder = ResponseDecoder;

    fn encoder(&mut self) -> RawEncoder {
        RawEncoder
    }

    fn decoder(&mut self) -> ResponseDecoder {
        ResponseDecoder
    }
}

impl Encoder for RawEncoder {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(item);
        Ok(())
    }
}

impl Decoder for ResponseDecoder {
    type Item = ExportLogsServiceResponse;
    type Error = Status;

    fn decode(
        &mut self,
        buffer: &mut DecodeBuf<'_>,
    ) -> Result<Option<ExportLogsServiceResponse>, Status> {
        // An undecodable response to a stored request must not read as a refusal of its records.
        Ok(Some(
            ExportLogsServiceResponse::decode(buffer).unwrap_or_default(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tonic::Code;

    #[test]
    fn a_destination_never_prints_its_headers() {
        let secret = "c2VjcmV0LXRva2Vu";
        let destination = Destination::new("https://host:4317")
            .with_header("Authorization", &format!("Bearer {secret}"))
            .unwrap();
        let text = format!("{destination:?} {:?}", destination.metadata);
        assert!(
            text.contains("authorization") && !text.contains(secret),
            "{text}"
        );
        let error = Destination::new("x")
            .with_header("a", &format!("{secret}\n"))
            .unwrap_err();
        assert!(!error.contains(secret), "{error}");
    }

    #[test]
    fn what_broke_here_is_not_taken_for_an_answer() {
        let broken = Status::from_error(Box::new(std::io::Error::other("reset by peer")));
        assert!(matches!(from_status(&broken), Reply::Broken { .. }));
        let answered = Status::new(Code::Unknown, "no");
        assert!(matches!(
            from_status(&answered),
            Reply::Status {
                code: Code::Unknown,
                ..
            }
        ));
    }

    #[tokio::test]
    async fn nothing_listening_is_said_with_the_address() {
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let url = format!("http://127.0.0.1:{port}");
        let error = Connection::open(&Destination::new(&url))
            .await
            .err()
            .unwrap();
        let text = error.to_string();
        assert!(matches!(error, ConnectionError::Unreachable(_)), "{text}");
        assert!(text.contains(&url) && text.contains("refused"), "{text}");
    }

    #[tokio::test]
    async fn who_accepts_and_says_nothing_is_given_up() {
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let mut destination = Destination::new(format!("https://{}", silent.local_addr().unwrap()));
        destination.timeout = Duration::from_millis(200);
        let opened = Connection::open(&destination);
        let error = tokio::time::timeout(Duration::from_secs(60), opened)
            .await
            .expect("it hangs")
            .err()
            .unwrap();
        assert!(matches!(error, ConnectionError::Unreachable(_)), "{error}");
        assert!(error.to_string().contains("200ms"), "{error}");
    }
}
