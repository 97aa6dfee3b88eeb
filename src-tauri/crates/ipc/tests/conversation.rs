//! Client and server over real sockets in folders of their own.
//!
//! `agent` stands in for the agent's loop: it answers each request in a way the asker can check.
//! Misbehaving peers are in `peers`, raw bytes and all.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a panic is how a test fails, in its helpers too"
)]

use aco_domain::{
    AgentState, Backlog, Counters, LineLevel, LogLine, PauseUntil, Progress, Role, Status,
    UnixNanos,
};
use aco_ipc::{
    Client, ClientError, Hello, Incoming, LogEvent, PROTOCOL, QUEUE_LINES, Request, Response,
    Server, States, WatchEvent, code,
};
use std::path::{Path, PathBuf};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

#[path = "conversation/peers.rs"]
mod peers;

/// A server in a temporary folder, and the requests it hands out.
struct Running {
    address: PathBuf,
    requests: mpsc::Receiver<Incoming>,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
    _home: tempfile::TempDir,
}

async fn running() -> Running {
    let home = tempfile::tempdir().unwrap();
    let address = address(&home);
    let server = Server::bind(&address, "0.1.0").await.unwrap();
    assert_eq!(server.address(), address);
    let (sender, requests) = mpsc::channel(8);
    let (stop, stopped) = oneshot::channel();
    let serving = tokio::spawn(server.serve(sender, async {
        drop(stopped.await);
    }));
    Running {
        address,
        requests,
        stop,
        serving,
        _home: home,
    }
}

#[cfg(unix)]
fn address(home: &tempfile::TempDir) -> PathBuf {
    home.path().join("agent.sock")
}

#[cfg(windows)]
fn address(home: &tempfile::TempDir) -> PathBuf {
    let name = home.path().file_name().unwrap().to_string_lossy();
    PathBuf::from(format!(r"\\.\pipe\aco-test-{name}"))
}

fn status() -> Status {
    Status {
        schema_version: Status::SCHEMA_VERSION,
        version: "0.1.0".into(),
        pid: Some(7),
        role: Some(Role::Service),
        home: "/home/u/aco".into(),
        installation: "i".into(),
        host_name: "h".into(),
        state: AgentState::Local,
        summary: "Local only".into(),
        attention: Vec::new(),
        endpoint: None,
        last_answer: None,
        last_accepted: None,
        answers: None,
        backlog: Backlog::default(),
        records: Counters::default(),
        paused: Some(PauseUntil::At(UnixNanos(1_760_000_000_000_000_001))),
        tools: Vec::new(),
        spend: None,
        outlook: None,
        limits: Vec::new(),
        reading: None,
        shipped_through: 0,
        kept: None,
        grafana: None,
    }
}

fn line(number: u64) -> LogLine {
    LogLine {
        number,
        at: UnixNanos(number),
        level: LineLevel::Warn,
        target: "test".into(),
        message: "ä\n\"{}\"".into(),
        attributes: vec![("k".into(), "v".into())],
        seq: Some(number),
    }
}

/// Answers everything: by its nature, or with the request's own text.
async fn agent(mut requests: mpsc::Receiver<Incoming>) {
    while let Some(Incoming { request, reply }) = requests.recv().await {
        match request {
            Request::Status => reply.send(Response::Status(Box::new(status()))),
            Request::Emit { count, .. } => reply.send(Response::Emitted {
                count,
                first_seq: 1,
                last_seq: count,
            }),
            Request::Logs { last, .. } => {
                let sink = reply.lines();
                (1..=last as u64).for_each(|number| sink.push(line(number)));
            }
            other => reply.send(Response::Done {
                message: format!("{other:?}"),
            }),
        }
    }
}

async fn client(address: &Path) -> Client {
    Client::connect(address, "0.1.0").await.unwrap()
}

fn code_of(result: Result<Response, ClientError>) -> String {
    match result {
        Err(ClientError::Refused(refusal)) => refusal.code,
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn every_request_comes_back_with_its_answer() {
    let server = running().await;
    tokio::spawn(agent(server.requests));
    let mut client = client(&server.address).await;
    assert_eq!(client.agent(), &Hello::ours("0.1.0"));
    assert_eq!(client.upgrade_needed(), None);

    let emit = Request::Emit {
        count: 3,
        rate: Some(0.5),
        message: "m".into(),
        grace_ms: 250,
    };
    let table = [
        (Request::Status, Response::Status(Box::new(status()))),
        (
            emit,
            Response::Emitted {
                count: 3,
                first_seq: 1,
                last_seq: 3,
            },
        ),
    ];
    for (request, response) in table {
        assert_eq!(client.request(&request).await.unwrap(), response);
    }
    for request in [
        Request::Pause {
            until: PauseUntil::Resumed,
        },
        Request::Resume,
        Request::Reload,
        Request::Scan,
        Request::AcknowledgeDropped,
    ] {
        let message = format!("{request:?}");
        let answer = client.request(&request).await.unwrap();
        assert_eq!(answer, Response::Done { message });
    }
}

#[tokio::test]
async fn lines_come_in_order_and_end() {
    let server = running().await;
    tokio::spawn(agent(server.requests));
    let client = client(&server.address).await;
    let mut logs = client.logs(3, Some(LineLevel::Info), false).await.unwrap();
    for number in 1..=3 {
        let event = logs.next().await.unwrap();
        assert_eq!(event, Some(LogEvent::Line(line(number))));
    }
    assert_eq!(logs.next().await.unwrap(), None);
    assert_eq!(logs.next().await.unwrap(), None, "an ended stream stays so");
}

#[tokio::test]
async fn a_slow_reader_is_told_how_many_lines_it_missed() {
    let mut server = running().await;
    let client = client(&server.address).await;
    let mut logs = client.logs(0, None, true).await.unwrap();
    let incoming = server.requests.recv().await.unwrap();
    let sink = incoming.reply.lines();
    // The connection's task cannot run between these: nothing here waits.
    let written = QUEUE_LINES as u64 + 1_000;
    (1..=written).for_each(|number| sink.push(line(number)));

    for number in 1..=QUEUE_LINES as u64 {
        let event = logs.next().await.unwrap();
        assert_eq!(event, Some(LogEvent::Line(line(number))));
    }
    let event = logs.next().await.unwrap();
    assert_eq!(event, Some(LogEvent::Missed(1_000)));
    sink.push(line(written + 1));
    let event = logs.next().await.unwrap();
    assert_eq!(event, Some(LogEvent::Line(line(written + 1))));
}

#[tokio::test]
async fn a_line_too_large_for_a_frame_is_missed_and_the_rest_comes() {
    let mut server = running().await;
    let client = client(&server.address).await;
    let mut logs = client.logs(0, None, false).await.unwrap();
    let sink = server.requests.recv().await.unwrap().reply.lines();
    sink.push(LogLine {
        message: "x".repeat(aco_ipc::MAX_FRAME_BYTES),
        ..line(1)
    });
    sink.push(line(2));
    drop(sink);
    assert_eq!(logs.next().await.unwrap(), Some(LogEvent::Missed(1)));
    assert_eq!(logs.next().await.unwrap(), Some(LogEvent::Line(line(2))));
    assert_eq!(logs.next().await.unwrap(), None);
}

#[tokio::test]
async fn a_follower_that_leaves_closes_its_sink() {
    let mut server = running().await;
    let client = client(&server.address).await;
    let logs = client.logs(0, None, true).await.unwrap();
    let sink = server.requests.recv().await.unwrap().reply.lines();
    assert!(!sink.is_closed());
    drop(logs);
    while !sink.is_closed() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn across_protocols_status_pause_and_resume_work_and_the_rest_says_upgrade_needed() {
    let server = running().await;
    tokio::spawn(agent(server.requests));
    for protocol in [PROTOCOL - 1, PROTOCOL + 1] {
        let stranger = Hello {
            protocol,
            version: "9.9.9".into(),
        };
        let mut client = Client::connect_as(&server.address, stranger).await.unwrap();
        let refusal = client.upgrade_needed().unwrap();
        assert!(refusal.message.contains("0.1.0") && refusal.message.contains("9.9.9"));

        for request in [
            Request::Status,
            Request::Pause {
                until: PauseUntil::Resumed,
            },
            Request::Resume,
        ] {
            assert!(client.request(&request).await.is_ok(), "{request:?}");
        }
        for request in [Request::Scan, Request::Reload, Request::AcknowledgeDropped] {
            let code = code_of(client.request(&request).await);
            assert_eq!(code, code::UPGRADE_NEEDED);
        }
    }
}

#[tokio::test]
async fn a_lost_reply_is_an_error_and_not_silence() {
    let mut server = running().await;
    let mut client = client(&server.address).await;
    let lose = async { drop(server.requests.recv().await) };
    let (answer, ()) = tokio::join!(client.request(&Request::Scan), lose);
    assert_eq!(code_of(answer), code::NO_ANSWER);

    drop(server.requests);
    let answer = client.request(&Request::Scan).await;
    assert_eq!(code_of(answer), code::STOPPING);
}

#[tokio::test]
async fn a_follower_that_stands_still_keeps_no_agent_from_ending() {
    let mut server = running().await;
    let follower = client(&server.address).await;
    let mut logs = follower.logs(0, None, true).await.unwrap();
    let sink = server.requests.recv().await.unwrap().reply.lines();
    (1..=3).for_each(|number| sink.push(line(number)));
    server.stop.send(()).unwrap();
    server.serving.await.unwrap();
    // Whatever was on its way is there when the follower goes on, and so is the end.
    while logs.next().await.unwrap().is_some() {}
}

#[tokio::test]
async fn stopping_ends_followers_and_takes_the_address_away() {
    let mut server = running().await;
    let follower = client(&server.address).await;
    let mut logs = follower.logs(0, None, true).await.unwrap();
    let sink = server.requests.recv().await.unwrap().reply.lines();
    let mut idle = client(&server.address).await;

    server.stop.send(()).unwrap();
    assert_eq!(logs.next().await.unwrap(), None);
    assert!(matches!(
        idle.request(&Request::Status).await,
        Err(ClientError::Lost { .. })
    ));
    server.serving.await.unwrap();
    assert!(matches!(
        Client::connect(&server.address, "0.1.0").await,
        Err(ClientError::NotRunning(at)) if at == server.address
    ));
    drop(sink);
}

#[tokio::test]
async fn who_watches_hears_the_newest_state_requests_for_the_window_and_the_end() {
    let Running {
        address,
        mut requests,
        stop,
        serving,
        _home,
    } = running().await;
    let states = tokio::sync::watch::Sender::new(None);
    let shows = tokio::sync::watch::Sender::new(0);
    let asking = tokio::spawn(async move { client(&address).await.watch(true).await.unwrap() });
    let Incoming { request, reply } = requests.recv().await.unwrap();
    assert_eq!(request, Request::Watch { tray: true });
    reply.states(States {
        states: states.subscribe(),
        shows: Some(shows.subscribe()),
    });
    let mut seen = asking.await.unwrap();

    let numbered = |pid| Status {
        pid: Some(pid),
        ..status()
    };
    let state = |pid| WatchEvent::State(Box::new(numbered(pid)));
    states.send_replace(Some(numbered(0)));
    assert_eq!(seen.next().await.unwrap(), state(0));
    // A reader that was busy gets the last of several, not all of them.
    for pid in 1..=1_000 {
        states.send_replace(Some(numbered(pid)));
    }
    let mut heard = 0;
    loop {
        heard += 1;
        if seen.next().await.unwrap() == state(1_000) {
            break;
        }
    }
    assert!(heard < 1_000, "{heard} states were queued");

    shows.send_modify(|count| *count += 1);
    assert_eq!(seen.next().await.unwrap(), WatchEvent::ShowWindow);

    drop(stop);
    let ClientError::Refused(refusal) = seen.next().await.unwrap_err() else {
        panic!("the end is an answer");
    };
    assert_eq!(refusal.code, code::STOPPING);
    serving.await.unwrap();
}

#[tokio::test]
async fn news_comes_before_the_answer_and_then_the_next_question() {
    let mut server = running().await;
    let mut client = client(&server.address).await;
    let agent = tokio::spawn(async move {
        let asked = server.requests.recv().await.unwrap();
        assert_eq!(asked.request, Request::ScanNow);
        let news = asked.reply.news();
        for done in 1..=2 {
            assert!(news.tell(Response::Progress(Progress { done, of: 2 })));
        }
        news.answer(Response::LogsEnd);
        let next = server.requests.recv().await.unwrap();
        next.reply.send(Response::LogsEnd);
        let lost = server.requests.recv().await.unwrap();
        drop(lost.reply.news());
        server
    });
    let mut told = Vec::new();
    let answer = client
        .request_with_news(&Request::ScanNow, |news| told.push(news))
        .await
        .unwrap();
    assert_eq!(answer, Response::LogsEnd);
    let done = |done| Response::Progress(Progress { done, of: 2 });
    assert_eq!(told, [done(1), done(2)]);
    client.request(&Request::Sources).await.unwrap();
    let lost = client.request_with_news(&Request::ScanNow, |_| {}).await;
    let Err(ClientError::Refused(refusal)) = lost else {
        panic!("{lost:?}");
    };
    assert_eq!(refusal.code, code::NO_ANSWER);
    drop(agent.await.unwrap());
}
