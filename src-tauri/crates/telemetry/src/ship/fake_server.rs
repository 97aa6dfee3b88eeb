//! An OTLP endpoint whose every answer a test decides, for what a real Collector cannot be made to
//! say on demand. What the real ones say is tested against the real ones (tests/e2e).

use bytes::{Buf as _, Bytes};
use opentelemetry_proto::tonic::collector::logs::v1::{
    ExportLogsPartialSuccess, ExportLogsServiceRequest, ExportLogsServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use prost::Message as _;
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;
use tonic::codec::{Codec, CompressionEncoding, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::{Code, Request, Response, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

/// What the server does with a request.
#[derive(Clone, Debug)]
pub(super) enum Act {
    /// OK.
    Accept,
    /// OK, but for so many of its records.
    Partly(i64),
    /// Another status.
    Refuse(Code, String),
    /// UNAVAILABLE or RESOURCE_EXHAUSTED, asking for a wait.
    NotBefore(Code, Duration),
    /// No answer, ever.
    Hang,
    /// The connection is closed instead.
    Break,
}

impl Act {
    pub(super) fn refuse(code: Code, message: &str) -> Self {
        Self::Refuse(code, message.to_owned())
    }
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(super) struct Received {
    pub(super) at: Instant,
    /// The message, decompressed.
    pub(super) bytes: Bytes,
    /// Whether it holds metrics, not records.
    pub(super) metrics: bool,
    /// Sequence numbers of its records, in their order.
    pub(super) seqs: Vec<u64>,
    /// Its `authorization`.
    pub(super) token: String,
    /// Which connection it came on, from 0.
    pub(super) connection: usize,
    pub(super) answer: Act,
}

impl Received {
    pub(super) fn was_accepted(&self) -> bool {
        matches!(self.answer, Act::Accept | Act::Partly(_))
    }
}

type Script = dyn FnMut(&Received) -> Act + Send;

/// The server, on the runtime of the test. Dropping it closes everything.
pub(super) struct FakeServer {
    pub(super) url: String,
    shared: Arc<Shared>,
    serving: tokio::task::JoinHandle<()>,
}

struct Shared {
    script: Mutex<Box<Script>>,
    received: watch::Sender<Vec<Received>>,
    abandoned: watch::Sender<usize>,
}

impl FakeServer {
    /// Answers as `script` decides over each request; its `answer` is not decided yet.
    pub(super) async fn start(script: impl FnMut(&Received) -> Act + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared {
            script: Mutex::new(Box::new(script)),
            received: watch::Sender::default(),
            abandoned: watch::Sender::default(),
        });
        let serving = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Self {
            url,
            shared,
            serving,
        }
    }

    /// Answers with `acts` in turn, and accepts everything after them.
    pub(super) async fn acting(acts: impl IntoIterator<Item = Act>) -> Self {
        let mut acts: Vec<Act> = acts.into_iter().collect();
        acts.reverse();
        Self::start(move |_| acts.pop().unwrap_or(Act::Accept)).await
    }

    /// Answers otherwise from now on.
    pub(super) fn now(&self, script: impl FnMut(&Received) -> Act + Send + 'static) {
        *self.shared.script.lock().unwrap() = Box::new(script);
    }

    /// Everything received so far.
    pub(super) fn received(&self) -> Vec<Received> {
        self.shared.received.borrow().clone()
    }

    /// Waits until what was received is as wanted, and returns it.
    pub(super) async fn until(&self, wanted: impl FnMut(&Vec<Received>) -> bool) -> Vec<Received> {
        let mut received = self.shared.received.subscribe();
        let arrived = tokio::time::timeout(Duration::from_secs(60), received.wait_for(wanted))
            .await
            .map(|received| received.unwrap().clone());
        arrived.unwrap_or_else(|_| panic!("in vain; received: {:?}", self.answers()))
    }

    /// Waits until the client has given up so many of the requests that hang.
    pub(super) async fn until_abandoned(&self, count: usize) {
        let mut abandoned = self.shared.abandoned.subscribe();
        let given_up = abandoned.wait_for(|&abandoned| abandoned >= count);
        let waited = tokio::time::timeout(Duration::from_secs(60), given_up).await;
        waited.expect("nothing was abandoned").unwrap();
    }

    /// Numbers of the records of accepted requests, in the order of their arrival.
    pub(super) fn stored(&self) -> Vec<u64> {
        let received = self.received();
        let accepted = received.iter().filter(|request| request.was_accepted());
        accepted.flat_map(|request| request.seqs.clone()).collect()
    }

    fn answers(&self) -> Vec<(Vec<u64>, Act)> {
        let received = self.received();
        let answers = received.into_iter().map(|it| (it.seqs, it.answer));
        answers.collect()
    }
}

impl Drop for FakeServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    // Dropped with this task, and every connection with it.
    let mut connections = tokio::task::JoinSet::new();
    for number in 0.. {
        let (stream, _) = listener.accept().await.unwrap();
        let (shared, broken) = (Arc::clone(&shared), Arc::new(Notify::new()));
        connections.spawn(async move {
            let service = hyper::service::service_fn(|request: http::Request<_>| {
                let handler = Handler {
                    connection: number,
                    metrics: request.uri().path().contains("MetricsService"),
                    shared: Arc::clone(&shared),
                    broken: Arc::clone(&broken),
                };
                async move {
                    let mut grpc = tonic::server::Grpc::new(BytesCodec)
                        .accept_compressed(CompressionEncoding::Gzip);
                    Ok::<_, Infallible>(grpc.unary(handler, request).await)
                }
            });
            let serving =
                hyper::server::conn::http2::Builder::new(hyper_util::rt::TokioExecutor::new())
                    .serve_connection(hyper_util::rt::TokioIo::new(stream), service);
            tokio::select! {
                _ = serving => {}
                () = broken.notified() => {}
            }
        });
    }
}

struct Handler {
    connection: usize,
    metrics: bool,
    shared: Arc<Shared>,
    broken: Arc<Notify>,
}

impl tonic::server::UnaryService<Bytes> for Handler {
    type Response = ExportLogsServiceResponse;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Self::Response>, Status>> + Send>>;

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        let token = request.metadata().get("authorization");
        let mut received = Received {
            at: Instant::now(),
            metrics: self.metrics,
            seqs: match self.metrics {
                true => Vec::new(),
                false => sequences(request.get_ref()),
            },
            token: token.map_or("", |value| value.to_str().unwrap()).to_owned(),
            bytes: request.into_inner(),
            connection: self.connection,
            answer: Act::Hang,
        };
        let answer = self.shared.script.lock().unwrap()(&received);
        received.answer = answer.clone();
        self.shared.received.send_modify(|all| all.push(received));
        let broken = Arc::clone(&self.broken);
        let shared = Arc::clone(&self.shared);
        Box::pin(async move {
            match answer {
                // An empty one is the same bytes for metrics.
                Act::Accept => Ok(Response::new(ExportLogsServiceResponse::default())),
                Act::Partly(rejected_log_records) => Ok(Response::new(ExportLogsServiceResponse {
                    partial_success: Some(ExportLogsPartialSuccess {
                        rejected_log_records,
                        error_message: "some are bad".to_owned(),
                    }),
                })),
                Act::Refuse(code, message) => Err(Status::new(code, message)),
                Act::NotBefore(code, delay) => Err(Status::with_error_details(
                    code,
                    "not now",
                    ErrorDetails::with_retry_info(Some(delay)),
                )),
                Act::Hang => {
                    let _open = Open(shared);
                    std::future::pending().await
                }
                Act::Break => {
                    broken.notify_one();
                    std::future::pending().await
                }
            }
        })
    }
}

/// A request that hangs. It is dropped when its client resets it or goes.
struct Open(Arc<Shared>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.abandoned.send_modify(|abandoned| *abandoned += 1);
    }
}

/// The number at the end of each record's `log.record.uid`.
pub(super) fn sequences(request: &Bytes) -> Vec<u64> {
    let request = ExportLogsServiceRequest::decode(request.clone()).unwrap();
    let logs = request.resource_logs.into_iter();
    let scopes = logs.flat_map(|logs| logs.scope_logs);
    let records = scopes.flat_map(|scope| scope.log_records);
    let sequence = |attributes: Vec<opentelemetry_proto::tonic::common::v1::KeyValue>| {
        let uid = attributes.into_iter().find(|it| it.key == "log.record.uid");
        match uid.unwrap().value.unwrap().value.unwrap() {
            Value::StringValue(uid) => uid.rsplit('-').next().unwrap().parse().unwrap(),
            other => panic!("no uid: {other:?}"),
        }
    };
    records.map(|record| sequence(record.attributes)).collect()
}

/// Requests stay the bytes they are.
#[derive(Clone, Copy, Default)]
struct BytesCodec;

impl Codec for BytesCodec {
    type Encode = ExportLogsServiceResponse;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for BytesCodec {
    type Item = ExportLogsServiceResponse;
    type Error = Status;

    fn encode(&mut self, item: Self::Item, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        item.encode(buffer).unwrap();
        Ok(())
    }
}

impl Decoder for BytesCodec {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}
