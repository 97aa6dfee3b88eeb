//! An OTLP server that reads requests, throws them away and says OK.

use bytes::Bytes;
use http_body_util::BodyExt as _;
use std::convert::Infallible;
use std::future::Future;
use std::io::{BufRead as _, BufReader};
use std::pin::Pin;
use std::process::{Command, Stdio};
use std::task::{Context, Poll};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::body::Body;
use tonic::server::NamedService;

/// The server as a process of its own, ended when dropped.
pub(crate) struct Child {
    process: std::process::Child,
    url: String,
}

impl Child {
    pub(crate) fn start() -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .arg("server")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut url)
            .unwrap();
        Self {
            process,
            url: url.trim().to_owned(),
        }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Prints its address and serves until killed.
pub(crate) fn serve() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("http://{}", listener.local_addr().unwrap());
        tonic::transport::Server::builder()
            .add_service(Null)
            .serve_with_incoming(TcpListenerStream::new(listener))
            .await
            .unwrap();
    });
}

/// Answers every call with an empty message, which is a complete `ExportLogsServiceResponse`.
#[derive(Clone)]
struct Null;

impl NamedService for Null {
    const NAME: &'static str = "opentelemetry.proto.collector.logs.v1.LogsService";
}

impl tower_service::Service<http::Request<Body>> for Null {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        Box::pin(async move {
            let mut body = request.into_body();
            while let Some(Ok(_)) = body.frame().await {}
            let mut trailers = http::HeaderMap::new();
            trailers.insert("grpc-status", http::HeaderValue::from_static("0"));
            // One uncompressed message of no bytes.
            let message = http_body_util::Full::new(Bytes::from_static(&[0; 5]));
            let body = message.with_trailers(async move { Some(Ok(trailers)) });
            let response = http::Response::builder()
                .header("content-type", "application/grpc")
                .body(Body::new(body))
                .unwrap();
            Ok(response)
        })
    }
}
