//! The whole way, against servers that answer as no Collector can be made to. What real ones answer
//! is tested against real ones (tests/e2e).

use super::*;
use aco_domain::UnixNanos;
use std::convert::Infallible;
use tokio::net::TcpListener;

struct Noon;

impl Clock for Noon {
    fn now(&self) -> UnixNanos {
        UnixNanos(1_800_000_000_000_000_000)
    }
}

fn examination(url: &str) -> Examination {
    Examination::new(Subject {
        destination: Arc::new(Destination::new(url)),
        speaker: ResourceAttributes::default(),
        clock: Arc::new(Noon),
    })
    .unwrap()
}

/// The codes of all steps, in their order.
async fn codes(url: &str) -> Vec<String> {
    let mut examination = examination(url);
    let mut codes = Vec::new();
    while let Some(step) = examination.next().await {
        codes.push(step.code);
    }
    assert_eq!(examination.upcoming(), None);
    codes
}

/// An HTTP/2 server that answers everything with `status` and no word of gRPC.
async fn web_server(status: u16, body: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let service = hyper::service::service_fn(move |_| async move {
                let answer = http::Response::builder()
                    .status(status)
                    .body(body.to_owned());
                Ok::<_, Infallible>(answer.unwrap())
            });
            let executor = hyper_util::rt::TokioExecutor::new();
            let server = hyper::server::conn::http2::Builder::new(executor);
            tokio::spawn(server.serve_connection(hyper_util::rt::TokioIo::new(stream), service));
        }
    });
    url
}

const UP_TO_PROTOCOL: [&str; 3] = ["name_is_address", "connected", "tls_not_needed"];

#[tokio::test]
async fn a_proxy_without_a_collector_is_named() {
    let url = web_server(502, "").await;
    let codes = codes(&url).await;
    assert_eq!(codes[..3], UP_TO_PROTOCOL);
    assert_eq!(codes[3..], ["gateway_error"]);
}

#[tokio::test]
async fn a_web_server_that_speaks_http2_is_named() {
    // What OTLP over HTTP answers to a body of gRPC's type is 415.
    for (status, code) in [(404, "http_server"), (415, "otlp_http_endpoint")] {
        for body in ["", "a page for people"] {
            let url = web_server(status, body).await;
            assert_eq!(codes(&url).await[3..], [code], "{status} {body:?}");
        }
    }
}

#[tokio::test]
async fn what_is_no_address_ends_the_examination_before_it_begins() {
    let subject = |url: &str| Subject {
        destination: Arc::new(Destination::new(url)),
        speaker: ResourceAttributes::default(),
        clock: Arc::new(Noon),
    };
    assert!(Examination::new(subject("")).is_err());
    let ipv6 = Examination::new(subject("https://[::1]:4317")).unwrap();
    assert_eq!((ipv6.place.host.as_str(), ipv6.place.port), ("::1", 4317));
}

#[tokio::test]
async fn a_name_that_no_server_is_asked_for_is_unknown() {
    // A label of 64 letters cannot be put into a question (RFC 1035, 2.3.4): nothing is sent.
    let url = format!("http://{}:4317", "x".repeat(64));
    assert_eq!(codes(&url).await, ["name_unknown"]);
}
