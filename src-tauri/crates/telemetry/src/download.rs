//! One file from a web server, over the same transport as records: its certificates, its limits and
//! its errors. HTTP/2 only, as `tonic` speaks it; no redirects, so that no other host is contacted than
//! the one that was asked for. Nothing of the user's is sent.

use crate::ship::{Destination, channel};
use http::{Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt as _, Limited};
use std::time::Duration;
use tonic::body::Body;
use tower_service::Service as _;

/// Fetches `address`, at most `limit` bytes of it and within `time`.
///
/// # Errors
/// A sentence: the address, what came of it.
pub async fn download(address: &str, limit: usize, time: Duration) -> Result<Vec<u8>, String> {
    let fetched = tokio::time::timeout(time, fetch(address, limit)).await;
    fetched
        .unwrap_or_else(|_| Err(format!("it took longer than {} s", time.as_secs())))
        .map_err(|what| format!("{address}: {what}"))
}

async fn fetch(address: &str, limit: usize) -> Result<Vec<u8>, String> {
    let uri: Uri = address.parse().map_err(|error| format!("{error}"))?;
    let (Some(scheme), Some(host)) = (uri.scheme_str(), uri.authority()) else {
        return Err("this is not the address of a file".to_owned());
    };
    let destination = Destination::new(format!("{scheme}://{host}"));
    let mut channel = channel(&destination)
        .await
        .map_err(|error| error.to_string())?;
    let request = Request::builder()
        .method(Method::GET)
        .uri(&uri)
        .body(Body::empty())
        .map_err(|error| error.to_string())?;
    let ready = std::future::poll_fn(|context| channel.poll_ready(context));
    ready.await.map_err(|error| error.to_string())?;
    let answer = channel.call(request).await.map_err(|e| e.to_string())?;
    if answer.status() != StatusCode::OK {
        return Err(format!("the server answered {}", answer.status()));
    }
    let body = Limited::new(answer.into_body(), limit).collect().await;
    let body = body.map_err(|error| format!("it ended early or is too large: {error}"))?;
    Ok(body.to_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Response;
    use http_body_util::Full;
    use hyper::service::service_fn;
    use hyper_util::rt::{TokioExecutor, TokioIo};
    use std::convert::Infallible;
    use tokio::net::TcpListener;

    /// A web server: `/data.json`, and nothing else.
    async fn server() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let answer = service_fn(|request: Request<hyper::body::Incoming>| async move {
                    assert_eq!(request.method(), Method::GET);
                    assert!(request.headers().get("authorization").is_none());
                    let found = request.uri().path() == "/data.json";
                    let body = Full::new(bytes::Bytes::from_static(b"[1,2,3]"));
                    let mut response = Response::new(body);
                    if !found {
                        *response.status_mut() = StatusCode::FOUND;
                    }
                    Ok::<_, Infallible>(response)
                });
                tokio::spawn(
                    hyper::server::conn::http2::Builder::new(TokioExecutor::new())
                        .serve_connection(TokioIo::new(stream), answer),
                );
            }
        });
        address
    }

    #[tokio::test]
    async fn a_file_is_fetched_whole_or_not_at_all() {
        let server = server().await;
        let time = Duration::from_secs(10);
        let file = format!("{server}/data.json");
        assert_eq!(download(&file, 7, time).await.unwrap(), b"[1,2,3]");
        let error = download(&file, 6, time).await.unwrap_err();
        assert!(
            error.contains("too large") && error.contains("/data.json"),
            "{error}"
        );
        // A redirect would lead to a host that nobody agreed to.
        let error = download(&format!("{server}/moved"), 100, time).await;
        assert!(error.unwrap_err().contains("302"));
        let error = download("nonsense", 100, time).await.unwrap_err();
        assert!(error.contains("nonsense"), "{error}");
    }
}
