//! How pauses, emissions and agents end, and what happens when the disk or the place refuses.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic is how a test fails, in its helpers too"
)]

#[allow(dead_code, reason = "each test program uses a part of it")]
mod support;

use aco_agent::{Agent, AgentParts};
use aco_domain::{AgentState, Clock as _, PauseUntil};
use aco_ipc::{Request, Response};
use std::fs;
use std::time::{Duration, Instant};
use support::{Running, done, parts, refused, status};

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn a_pause_ends_by_the_wall_clock_at_the_next_wake_up() {
    let folder = tempfile::tempdir().unwrap();
    let (agent, mut client, _) = Running::start(folder.path()).await;
    let until = PauseUntil::At(agent.clock.now().plus(HOUR));
    done(&mut client, &Request::Pause { until }).await;
    assert_eq!(status(&mut client).await.paused, Some(until));
    // As when the machine slept: the hour has passed and no timer noticed.
    agent.clock.forward(2 * HOUR);
    done(&mut client, &Request::Scan).await;
    assert_eq!(status(&mut client).await.paused, None);
    agent.stop().await;
    let (agent, mut client, _) = Running::start(folder.path()).await;
    assert_eq!(status(&mut client).await.state, AgentState::Local);
    agent.stop().await;
}

#[tokio::test]
async fn a_pause_that_cannot_be_saved_holds_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let (agent, mut client, _) = Running::start(folder.path()).await;
    // No file replaces a folder.
    fs::remove_file(agent.home.state_file()).unwrap();
    fs::create_dir_all(agent.home.state_file().join("in the way")).unwrap();
    let until = PauseUntil::At(agent.clock.now().plus(HOUR));
    assert_eq!(
        refused(&mut client, &Request::Pause { until }).await,
        "not_saved"
    );
    assert_eq!(status(&mut client).await.state, AgentState::Paused);
    // Its end holds too, and is not tried again and again.
    agent.clock.forward(2 * HOUR);
    assert_eq!(status(&mut client).await.paused, None);
    assert_eq!(status(&mut client).await.state, AgentState::Local);
    agent.stop().await;
}

#[tokio::test]
async fn a_slow_emission_does_not_keep_the_agent_from_ending() {
    let folder = tempfile::tempdir().unwrap();
    let (agent, mut client, _) = Running::start(folder.path()).await;
    let asked = tokio::spawn(async move {
        let request = Request::Emit {
            count: 100,
            rate: Some(0.001),
            message: "slow".into(),
            grace_ms: 0,
        };
        client.request(&request).await
    });
    // The loop takes requests in order, so that one is under way once this one is answered.
    let mut other = agent.client().await;
    done(&mut other, &Request::Scan).await;
    let begun = Instant::now();
    agent.stop().await;
    assert!(
        begun.elapsed() < Duration::from_secs(60),
        "the next record was due in 1000 s"
    );
    match asked.await.unwrap() {
        Ok(Response::Emitted { count, .. }) => assert!(count < 100, "{count}"),
        Err(aco_ipc::ClientError::Refused(refusal)) => assert_eq!(refusal.code, "stopping"),
        other => panic!("{other:?}"),
    }
}

// A pipe has a name space of its own, where no file can lie.
#[cfg(unix)]
#[tokio::test]
async fn something_else_in_the_sockets_place_is_named_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let socket = support::home(folder.path()).socket().to_owned();
    fs::create_dir_all(socket.parent().unwrap()).unwrap();
    fs::write(&socket, "not a socket").unwrap();
    let (parts, ..) = parts(folder.path());
    let error = Agent::run(parts, std::future::pending()).await.unwrap_err();
    assert!(error.contains(&*socket.to_string_lossy()), "{error}");
    assert!(error.contains("move it away"), "{error}");
    assert_eq!(fs::read(&socket).unwrap(), b"not a socket");
}

#[tokio::test]
async fn a_single_run_ends_by_itself_after_a_look() {
    let folder = tempfile::tempdir().unwrap();
    let (parts, _, _, shell) = parts(folder.path());
    let once = AgentParts {
        once: true,
        ..parts
    };
    Agent::run(once, std::future::pending()).await.unwrap();
    assert!(!shell.shown().is_empty());
}

#[tokio::test]
async fn an_agent_begins_with_an_invalid_configuration_and_ships_when_it_is_corrected() {
    let folder = tempfile::tempdir().unwrap();
    let home = support::home(folder.path());
    home.create().unwrap();
    fs::write(home.config_file(), "[ship]\nendpoint = 7\n").unwrap();
    let (agent, mut client, _) = Running::start(folder.path()).await;
    let wrong = support::status(&mut client).await;
    assert_eq!(wrong.state, AgentState::Attention);
    assert_eq!(wrong.attention[0].code, "config_invalid");
    assert!(
        wrong.attention[0].what.contains("config.toml:2"),
        "{wrong:?}"
    );

    // Nobody needs to ask: a look at the machine looks at the file too.
    fs::write(home.config_file(), "[grafana]\n").unwrap();
    client.request(&Request::Scan).await.unwrap();
    let corrected = support::status(&mut client).await;
    assert_eq!(corrected.state, AgentState::Local);
    agent.stop().await;
}
