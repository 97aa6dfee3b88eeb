//! One agent from start to end, asked everything that can be asked. The only test of its process,
//! because it installs the process's logger.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic is how a test fails, in its helpers too"
)]

#[allow(dead_code, reason = "each test program uses a part of it")]
mod support;

use aco_domain::{AgentState, PauseUntil, Status};
use aco_home::versioned::Content;
use aco_home::{AgentStore, Home};
use aco_ipc::{LogEvent, Logs, Request, Response, WatchEvent};
use std::net::TcpListener;
use support::{LONGEST, Running, done, refused, status};

#[tokio::test]
async fn an_agent_answers_everything_and_ships_only_what_it_may() {
    let folder = tempfile::tempdir().unwrap();
    // Stands for a Collector: whoever connects wants to ship.
    let endpoint = TcpListener::bind("127.0.0.1:0").unwrap();
    endpoint.set_nonblocking(true).unwrap();
    let (agent, mut client, logging) = Running::start(folder.path()).await;
    logging.install().unwrap();
    let home = agent.home.clone();

    let first = status(&mut client).await;
    assert_eq!(
        (first.state, first.summary.as_str()),
        (AgentState::Local, "Local only")
    );
    assert_eq!(first.pid, Some(std::process::id()));
    let mut lines = agent.client().await.logs(2_000, None, true).await.unwrap();

    emit(&mut client, 3).await;
    for n in 1..=3 {
        assert!(heard(&mut lines, &format!("hello seq={n}")).await);
    }
    assert!(status(&mut client).await.backlog.records >= 3);

    assert_eq!(refused(&mut client, &Request::ShowWindow).await, "no_tray");
    let mut watched = agent.client().await.watch(true).await.unwrap();
    assert!(is_state(&watched.next().await.unwrap(), AgentState::Local));
    done(&mut client, &Request::ShowWindow).await;
    while watched.next().await.unwrap() != WatchEvent::ShowWindow {}
    done(&mut client, &pause()).await;
    assert_eq!(status(&mut client).await.state, AgentState::Paused);
    while !is_state(&watched.next().await.unwrap(), AgentState::Paused) {}
    assert_eq!(stored_pause(&home), Some(PauseUntil::Resumed));
    done(&mut client, &Request::Resume).await;
    assert_eq!(stored_pause(&home), None);
    assert_eq!(status(&mut client).await.state, AgentState::Local);

    assert!(done(&mut client, &Request::Scan).await.contains("run"));
    done(&mut client, &Request::AcknowledgeDropped).await;

    // An invalid configuration ships nothing, to whatever endpoint it names.
    let address = endpoint.local_addr().unwrap();
    let valid = format!("[ship]\nendpoint = 'http://{address}'\n");
    std::fs::write(home.config_file(), format!("{valid}unknown = 1\n")).unwrap();
    assert_eq!(
        refused(&mut client, &Request::Reload).await,
        "config_invalid"
    );
    let wrong = status(&mut client).await;
    assert_eq!(wrong.state, AgentState::Attention);
    assert!(
        wrong.attention[0].what.contains("config.toml:3"),
        "{wrong:?}"
    );
    emit(&mut client, 1).await;
    assert!(endpoint.accept().is_err(), "nobody connected");

    // Valid again, and paused: the drain at the end ships nothing either.
    done(&mut client, &pause()).await;
    std::fs::write(home.config_file(), &valid).unwrap();
    done(&mut client, &Request::Reload).await;
    let valid = status(&mut client).await;
    assert_eq!((valid.state, valid.attention), (AgentState::Paused, vec![]));
    assert!(valid.endpoint.is_some());
    let kept = valid.backlog.records;
    let shell = agent.stop().await;
    assert!(heard(&mut lines, "agent stopped: the test ends").await || ended(&mut lines).await);
    assert!(endpoint.accept().is_err(), "nobody connected");
    told_once_each(&shell.shown());

    // The next agent is paused still, has all of it, and ships as soon as it may.
    let (agent, mut client, _) = Running::start(folder.path()).await;
    let again = status(&mut client).await;
    assert_eq!(
        (again.state, &again.installation),
        (AgentState::Paused, &first.installation)
    );
    assert!(again.backlog.records >= kept, "{again:?}");
    endpoint.set_nonblocking(false).unwrap();
    let connected = tokio::task::spawn_blocking(move || endpoint.accept().map(drop));
    done(&mut client, &Request::Resume).await;
    let connected = tokio::time::timeout(LONGEST, connected).await;
    connected.expect("a connection").unwrap().unwrap();
    agent.stop().await;
}

fn pause() -> Request {
    Request::Pause {
        until: PauseUntil::Resumed,
    }
}

async fn emit(client: &mut aco_ipc::Client, count: u64) {
    let request = Request::Emit {
        count,
        rate: None,
        message: "hello".into(),
        grace_ms: 0,
    };
    match client.request(&request).await.unwrap() {
        Response::Emitted {
            count: emitted,
            first_seq,
            last_seq,
        } => {
            assert_eq!(emitted, count);
            assert!(first_seq > 0 && last_seq >= first_seq + count - 1);
        }
        other => panic!("{other:?}"),
    }
}

/// Whether `message` comes before the lines end.
async fn heard(lines: &mut Logs, message: &str) -> bool {
    loop {
        let event = tokio::time::timeout(LONGEST, lines.next()).await;
        match event.expect("a line").unwrap() {
            Some(LogEvent::Line(line)) if line.message.contains(message) => return true,
            Some(_) => {}
            None => return false,
        }
    }
}

/// Whether the lines have ended as they should.
async fn ended(lines: &mut Logs) -> bool {
    matches!(lines.next().await, Ok(None))
}

fn stored_pause(home: &Home) -> Option<PauseUntil> {
    match AgentStore::peek(&home.state_file()).unwrap() {
        Content::Found(state) => state.pause,
        other => panic!("{other:?}"),
    }
}

fn told_once_each(shown: &[Status]) {
    for pair in shown.windows(2) {
        assert_ne!(pair[0], pair[1]);
    }
    let paused = shown.iter().filter(|status| status.paused.is_some());
    assert!(paused.count() > 0, "the pauses were shown");
}

fn is_state(event: &WatchEvent, expected: AgentState) -> bool {
    matches!(event, WatchEvent::State(status) if status.state == expected)
}
