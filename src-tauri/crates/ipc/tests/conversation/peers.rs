//! Peers that misbehave: too many, too long, too quiet, or no speakers of the protocol at all.
//! They write raw bytes to a Unix socket; what is tested is the same on every platform.
#![cfg(unix)]

use super::{agent, client, running};
use aco_ipc::{
    Client, ClientError, Hello, MAX_CONNECTIONS, MAX_FRAME_BYTES, Request, Response, code,
};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};

async fn write(stream: &mut UnixStream, frame: &[u8]) {
    let length = u32::try_from(frame.len()).unwrap();
    stream.write_all(&length.to_be_bytes()).await.unwrap();
    stream.write_all(frame).await.unwrap();
}

async fn read(stream: &mut UnixStream) -> Value {
    let length = stream.read_u32().await.unwrap();
    let mut frame = vec![0; length as usize];
    stream.read_exact(&mut frame).await.unwrap();
    serde_json::from_slice(&frame).unwrap()
}

async fn is_closed(stream: &mut UnixStream) -> bool {
    // A socket closed with bytes unread says so as an error.
    matches!(stream.read(&mut [0; 1]).await, Ok(0) | Err(_))
}

async fn greeted(address: &Path) -> UnixStream {
    let mut stream = UnixStream::connect(address).await.unwrap();
    write(&mut stream, br#"{"protocol": 1, "version": "raw"}"#).await;
    assert_eq!(read(&mut stream).await["protocol"], 1);
    stream
}

#[tokio::test]
async fn an_unknown_or_wrong_request_is_answered_and_the_connection_lives() {
    let server = running().await;
    tokio::spawn(agent(server.requests));
    let mut stream = greeted(&server.address).await;
    for (frame, named) in [
        (r#"{"request": "teleport", "to": "moon"}"#, "teleport"),
        (r#"{"request": "pause"}"#, "pause"),
        (r#"{"request": "emit", "count": -1}"#, "emit"),
        (r#"{"ask": "status"}"#, "none named"),
    ] {
        write(&mut stream, frame.as_bytes()).await;
        let answer = read(&mut stream).await;
        assert_eq!(answer["code"], code::BAD_REQUEST, "{answer}");
        assert!(answer["message"].as_str().unwrap().contains(named));
        assert!(answer["message"].as_str().unwrap().contains("0.1.0"));
    }
    write(&mut stream, br#"{"request": "resume", "added_later": 1}"#).await;
    assert_eq!(read(&mut stream).await["response"], "done");
}

#[tokio::test]
async fn an_unknown_request_of_another_protocol_is_upgrade_needed() {
    let server = running().await;
    let mut stream = UnixStream::connect(&server.address).await.unwrap();
    write(&mut stream, br#"{"protocol": 7, "version": "7.0"}"#).await;
    assert_eq!(
        read(&mut stream).await,
        json!({"protocol": 1, "version": "0.1.0"})
    );
    write(&mut stream, br#"{"request": "teleport"}"#).await;
    assert_eq!(read(&mut stream).await["code"], code::UPGRADE_NEEDED);
}

#[tokio::test]
async fn garbage_is_called_so_and_the_connection_closed() {
    let server = running().await;
    let too_long = u32::try_from(MAX_FRAME_BYTES + 1).unwrap().to_be_bytes();
    let table: [(&str, &[u8]); 4] = [
        ("a length above the limit", &too_long),
        ("another protocol's first bytes", b"GET / HTTP/1.1\r\n\r\n"),
        ("a frame that is not JSON", &[0, 0, 0, 3, b'a', b'b', b'c']),
        ("an empty frame", &[0, 0, 0, 0]),
    ];
    for (what, bytes) in table {
        for greets in [true, false] {
            let mut stream = if greets {
                greeted(&server.address).await
            } else {
                UnixStream::connect(&server.address).await.unwrap()
            };
            stream.write_all(bytes).await.unwrap();
            assert_eq!(read(&mut stream).await["code"], code::BAD_FRAME, "{what}");
            assert!(is_closed(&mut stream).await, "{what}");
        }
    }
}

#[tokio::test]
async fn a_frame_of_exactly_the_limit_is_taken() {
    let server = running().await;
    tokio::spawn(agent(server.requests));
    let mut stream = greeted(&server.address).await;
    let mut frame = br#"{"request": "resume"}"#.to_vec();
    frame.resize(MAX_FRAME_BYTES, b' ');
    write(&mut stream, &frame).await;
    assert_eq!(read(&mut stream).await["response"], "done");
}

#[tokio::test]
async fn talking_into_a_stream_of_lines_ends_it() {
    let mut server = running().await;
    let mut stream = greeted(&server.address).await;
    let logs = br#"{"request": "logs", "last": 0, "level": null, "follow": true}"#;
    write(&mut stream, logs).await;
    let _sink = server.requests.recv().await.unwrap().reply.lines();
    write(&mut stream, br#"{"request": "status"}"#).await;
    assert_eq!(read(&mut stream).await["code"], code::BAD_FRAME);
    assert!(is_closed(&mut stream).await);
}

#[tokio::test]
async fn one_connection_too_many_is_told_so_and_a_freed_place_is_used() {
    let server = running().await;
    tokio::spawn(agent(server.requests));
    let mut open = Vec::new();
    for _ in 0..MAX_CONNECTIONS {
        open.push(client(&server.address).await);
    }
    match Client::connect(&server.address, "0.1.0").await {
        Err(ClientError::Refused(refusal)) => assert_eq!(refusal.code, code::BUSY),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("served"),
    }
    open.pop();
    // The server notices the free place when its task has ended.
    let mut late = loop {
        match Client::connect(&server.address, "0.1.0").await {
            Ok(client) => break client,
            Err(_) => tokio::task::yield_now().await,
        }
    };
    assert!(late.request(&Request::Resume).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn who_never_greets_is_closed() {
    let server = running().await;
    let mut stream = UnixStream::connect(&server.address).await.unwrap();
    assert!(is_closed(&mut stream).await);
}

#[tokio::test(start_paused = true)]
async fn a_hung_agent_is_named() {
    let home = tempfile::tempdir().unwrap();
    let address = home.path().join("agent.sock");
    // Accepts into its backlog and never says a word.
    let _hung = UnixListener::bind(&address).unwrap();
    match Client::connect(&address, "0.1.0").await {
        Err(error @ ClientError::Silent { .. }) => {
            assert!(error.to_string().contains(&address.display().to_string()));
        }
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("connected"),
    }
}

#[tokio::test]
async fn an_agent_that_hangs_later_is_noticed_too() {
    let mut server = running().await;
    let mut client = client(&server.address).await;
    // Paused only now: the greeting above took real time.
    tokio::time::pause();
    let (answer, kept) = tokio::join!(client.request(&Request::Reload), server.requests.recv());
    assert!(kept.is_some());
    match answer {
        Err(ClientError::Silent { waited, .. }) => assert_eq!(waited, Duration::from_secs(10)),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_agent_that_closes_or_babbles_is_lost_and_not_believed() {
    let home = tempfile::tempdir().unwrap();
    let address = home.path().join("agent.sock");
    let listener = UnixListener::bind(&address).unwrap();
    let babbler = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        read(&mut stream).await;
        write(&mut stream, &serde_json::to_vec(&Hello::ours("x")).unwrap()).await;
        read(&mut stream).await;
        write(&mut stream, b"[]").await;
        drop(stream);
        drop(listener.accept().await.unwrap());
    };
    let asker = async {
        let mut client = client(&address).await;
        let answer: Result<Response, _> = client.request(&Request::Status).await;
        assert!(
            matches!(answer, Err(ClientError::Lost { .. })),
            "{answer:?}"
        );
        let refused = Client::connect(&address, "0.1.0").await;
        assert!(matches!(refused, Err(ClientError::Lost { .. })));
    };
    tokio::join!(babbler, asker);
}
