//! The first connect: what was kept without an endpoint waits for the user's word, in a tray. The only
//! test of its process, because it installs the process's logger.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic is how a test fails, in its helpers too"
)]

#[allow(dead_code, reason = "each test program uses a part of it")]
mod support;

use aco_domain::{AgentState, Role};
use aco_ipc::{Client, Request, Response, code};
use std::net::TcpListener;
use support::{LONGEST, Running, done, refused, status};

async fn emit(client: &mut Client, count: u64) {
    let request = Request::Emit {
        count,
        rate: None,
        message: "hello".into(),
        grace_ms: 0,
    };
    let answer = client.request(&request).await.unwrap();
    assert!(matches!(answer, Response::Emitted { .. }));
}

#[tokio::test]
async fn a_tray_holds_what_was_kept_until_it_is_answered_and_a_service_sends_it() {
    let folder = tempfile::tempdir().unwrap();
    // Stands for a Collector: whoever connects wants to ship.
    let endpoint = TcpListener::bind("127.0.0.1:0").unwrap();
    endpoint.set_nonblocking(true).unwrap();
    let (agent, mut client, logging) = Running::start_as(Role::Tray, folder.path()).await;
    logging.install().unwrap();
    emit(&mut client, 5).await;
    assert_eq!(status(&mut client).await.kept, None, "there is no endpoint");
    let send = |send| Request::SendKept { send };
    assert_eq!(refused(&mut client, &send(true)).await, code::NOT_ASKED);

    let address = endpoint.local_addr().unwrap();
    let config = format!("[ship]\nendpoint = 'http://{address}'\n");
    std::fs::write(agent.home.config_file(), config).unwrap();
    done(&mut client, &Request::Reload).await;
    let asking = status(&mut client).await;
    let kept = asking.kept.expect("a question").records;
    assert!(kept >= 5, "{asking:?}");
    assert_eq!(asking.state, AgentState::Attention);
    assert_eq!(asking.attention[0].code, "send_kept");
    // Newer records are no part of the question.
    emit(&mut client, 2).await;
    assert_eq!(status(&mut client).await.kept, asking.kept);
    agent.stop().await;
    assert!(endpoint.accept().is_err(), "nobody connected, nor to drain");

    // It is asked again after a restart. What this agent logs goes where the first one's does.
    let (agent, mut client, _) = Running::start_as(Role::Tray, folder.path()).await;
    let again = status(&mut client).await;
    assert_eq!(again.kept.map(|kept| kept.records), Some(kept));
    endpoint.set_nonblocking(false).unwrap();
    let connected = tokio::task::spawn_blocking(move || endpoint.accept().map(|_| endpoint));
    done(&mut client, &send(false)).await;
    let answered = status(&mut client).await;
    assert_eq!((answered.kept, answered.attention), (None, vec![]));
    assert_eq!(answered.records.dropped.age, kept);
    assert!(answered.backlog.records >= 2, "what came later is sent");
    let endpoint = tokio::time::timeout(LONGEST, connected).await;
    let endpoint = endpoint.expect("a connection").unwrap().unwrap();
    agent.stop().await;

    // A service asks nobody: it has records and no endpoint, gets one, and sends.
    let (agent, mut client, _) = Running::start(folder.path()).await;
    std::fs::write(agent.home.config_file(), "").unwrap();
    done(&mut client, &Request::Reload).await;
    let connected = tokio::task::spawn_blocking(move || endpoint.accept().map(drop));
    let config = format!("[ship]\nendpoint = 'http://{address}'\n");
    std::fs::write(agent.home.config_file(), config).unwrap();
    done(&mut client, &Request::Reload).await;
    assert_eq!(status(&mut client).await.kept, None);
    let connected = tokio::time::timeout(LONGEST, connected).await;
    connected.expect("a connection").unwrap().unwrap();
    agent.stop().await;
}
