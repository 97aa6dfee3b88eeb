//! Wrong tokens and certificates: nothing is lost, the user reads what is wrong and what to do, and
//! once it is corrected everything arrives without a restart of the agent.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic is how a test fails, in its plain functions too"
)]

use aco_e2e::aco::{Aco, Builder};
use aco_e2e::certificates::CertificateKind;
use aco_e2e::judge::{all_arrived, is_content, needs_attention, sequences};
use aco_e2e::stack::Stack;
use std::io::ErrorKind;
use std::net::{IpAddr, TcpListener, UdpSocket};
use std::time::Duration;

const UP: Duration = Duration::from_secs(20);
/// Above the shipper's longest wait (30 s) and the agent's look at its files (5 s here).
const NOTICED: Duration = Duration::from_secs(60);
const RECORDS: u64 = 200;

/// Looks at its files as often as the configuration allows.
fn attentive() -> Builder {
    Aco::builder().config("[scan]\ninterval = \"5s\"")
}

fn emit(aco: &Aco, count: u64) {
    let output = aco.cmd(&["emit", "--count", &count.to_string(), "--grace", "0s"]);
    assert_eq!(output.code, 0, "{output:?}");
}

/// The agent that was started first still runs, and everything it ever recorded arrived.
#[track_caller]
fn arrives_without_a_restart(stack: &Stack, aco: &mut Aco) {
    let recorded = all_arrived(stack, aco, NOTICED);
    assert!(recorded > RECORDS, "{recorded}");
    is_content(aco, NOTICED);
    assert_eq!(aco.status()["pid"], aco.agent().pid());
}

#[test]
fn a_refused_token_loses_nothing_and_every_correction_is_noticed() {
    let right = "the-right-token";
    let mut stack = Stack::builder()
        .tokens(&[right])
        .without_prometheus()
        .start();
    let (endpoint, ca_file) = (stack.grpc_endpoint(), stack.ca_file().unwrap());
    let installation = || attentive().endpoint(&endpoint).ca_file(&ca_file).build();
    let wrong = ["wrong-token-1", "wrong-token-2", "wrong-token-3"];
    let mut three = wrong.map(|wrong| {
        let mut aco = installation();
        aco.store_token(wrong);
        aco.spawn_run();
        aco
    });
    for aco in &mut three {
        aco.wait_until_up(UP);
        emit(aco, RECORDS);
        let attention = needs_attention(aco, NOTICED, "token_refused", "Unauthenticated");
        assert!(attention.remedy.contains("aco token set"), "{attention:?}");
        let status = aco.status();
        assert_eq!(status["summary"], "Token refused", "{status:#}");
        assert_eq!(status["records"]["shipped"], 0, "{status:#}");
        assert!(status["backlog"]["records"].as_u64().unwrap() > RECORDS);
        assert!(sequences(&stack, aco).is_empty());
    }
    let [matched, told, replaced] = &mut three;

    // The Collector takes the token after all: the agent tries again by itself.
    stack.set_tokens(&[right, wrong[0]]);
    arrives_without_a_restart(&stack, matched);

    // The user says it.
    told.store_token(right);
    arrives_without_a_restart(&stack, told);

    // Another program replaces the file, as a restored backup would.
    let donor = installation();
    donor.store_token(right);
    let beside = replaced.home().join("token.new");
    std::fs::copy(donor.home().join("token"), &beside).unwrap();
    std::fs::rename(&beside, replaced.home().join("token")).unwrap();
    arrives_without_a_restart(&stack, replaced);
}

#[test]
fn a_certificate_that_is_not_believed_loses_nothing() {
    let mut stack = Stack::builder()
        .tls(CertificateKind::UnknownCa)
        .without_prometheus()
        .start();
    // One knows the authority that will sign in the end; the other is told of it later.
    let mut knowing = attentive().ships_to(&stack).build();
    let mut unknowing = attentive()
        .endpoint(&stack.grpc_endpoint())
        .token(stack.token())
        .build();
    for aco in [&mut knowing, &mut unknowing] {
        aco.spawn_run();
    }
    for aco in [&mut knowing, &mut unknowing] {
        aco.wait_until_up(UP);
        emit(aco, RECORDS);
        let attention = needs_attention(aco, NOTICED, "certificate_refused", "nobody this machine");
        assert!(attention.what.contains(&stack.grpc_endpoint()));
        assert!(attention.what.contains("ship.ca_file"), "{attention:?}");
        assert_eq!(aco.status()["summary"], "Certificate refused");
    }
    for (kind, remedy) in [
        (CertificateKind::Expired, "renew it, and check this machine"),
        (CertificateKind::WrongName, "it was made for another name"),
    ] {
        stack.kill_collector();
        stack.set_certificate(kind);
        stack.start_collector();
        // Reading its settings again makes the agent try at once.
        knowing.store_token("unused-the-environment-goes-first");
        needs_attention(&knowing, NOTICED, "certificate_refused", remedy);
    }
    assert!(stack.loki().uids().is_empty());

    stack.kill_collector();
    stack.set_certificate(CertificateKind::Valid);
    stack.start_collector();
    arrives_without_a_restart(&stack, &mut knowing);

    needs_attention(&unknowing, UP, "certificate_refused", "nobody this machine");
    let ca_file = stack.ca_file().unwrap();
    unknowing.set_ship("ca_file", &format!("\"{}\"", ca_file.display()));
    arrives_without_a_restart(&stack, &mut unknowing);
}

/// An address of this machine that is not its loopback; nothing is sent to find it.
fn address_of_this_machine() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    // RFC 5737: an address for documentation. Connecting a UDP socket only asks for the route.
    socket.connect("192.0.2.1:9").ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_loopback() && !address.is_unspecified()).then_some(address)
}

#[test]
fn a_token_crosses_no_network_in_clear_text_unless_allowed() {
    // A listener of our own on the way out: the rule must hold before a connection is tried.
    let outside = address_of_this_machine().map(|address| {
        let listener = TcpListener::bind((address, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        listener
    });
    let endpoint = match &outside {
        Some(listener) => format!("http://{}", listener.local_addr().unwrap()),
        None => {
            eprintln!("this machine has no address but its loopback: only the refusal is tested");
            "http://collector.invalid:4317".to_owned()
        }
    };
    let mut aco = attentive().endpoint(&endpoint).build();
    aco.store_token("a-token-for-nobody");
    aco.spawn_run();
    aco.wait_until_up(UP);
    emit(&aco, 10);
    let attention = needs_attention(&aco, UP, "plaintext_refused", &endpoint);
    assert!(attention.remedy.contains("https://"), "{attention:?}");
    assert!(attention.remedy.contains("allow_plaintext"));
    assert!(aco.status()["backlog"]["records"].as_u64().unwrap() > 10);
    assert_eq!(aco.status()["last_answer"], serde_json::Value::Null);
    let token = aco.cmd(&["token", "status"]);
    assert!(token.stdout.contains("is not sent"), "{token:?}");
    if let Some(listener) = &outside {
        let nobody = listener.accept().unwrap_err();
        assert_eq!(nobody.kind(), ErrorKind::WouldBlock, "it was connected to");
        // Allowed, the same agent connects.
        aco.set_ship("allow_plaintext", "true");
        aco_e2e::eventually(NOTICED, "a connection", || listener.accept().is_ok());
    }
    assert!(aco.sigterm().success());

    // What stays on this machine crosses no network.
    let stack = Stack::builder().plaintext().without_prometheus().start();
    let mut aco = attentive().endpoint(&stack.grpc_endpoint()).build();
    aco.store_token(stack.token());
    aco.spawn_run();
    aco.wait_until_up(UP);
    emit(&aco, RECORDS);
    arrives_without_a_restart(&stack, &mut aco);
}
