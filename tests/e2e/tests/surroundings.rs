//! A running agent in bad company: a configuration that breaks, a second agent, a short command in
//! the way, garbage on its socket, files of a newer version. It goes on, and says so.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic is how a test fails, in its plain functions too"
)]

use aco_e2e::aco::Aco;
use aco_e2e::eventually;
use aco_e2e::judge::{all_arrived, is_content, needs_attention, sequences};
use aco_e2e::stack::Stack;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::time::Duration;

const UP: Duration = Duration::from_secs(20);
const SOON: Duration = Duration::from_secs(60);

fn emit(aco: &Aco, count: u64) {
    let output = aco.cmd(&["emit", "--count", &count.to_string(), "--grace", "0s"]);
    assert_eq!(output.code, 0, "{output:?}");
}

#[test]
fn a_running_agent_outlives_a_broken_configuration() {
    let stack = Stack::builder().without_prometheus().start();
    let mut aco = Aco::builder()
        .ships_to(&stack)
        .config("[scan]\ninterval = \"5s\"")
        .build();
    let good = fs::read_to_string(aco.home().join("config.toml")).unwrap();
    aco.spawn_run();
    aco.wait_until_up(UP);
    let before = all_arrived(&stack, &aco, SOON);

    aco.write_config(&good.replace("[scan]", "[scna]"));
    let place = format!("{}:", aco.home().join("config.toml").display());
    let attention = needs_attention(&aco, SOON, "config_invalid", &place);
    assert!(attention.what.contains("scna"), "{attention:?}");
    assert!(attention.remedy.contains("aco config check"));
    // It records on the last good values and ships nothing.
    emit(&aco, 500);
    let status = aco.status();
    assert!(status["backlog"]["records"].as_u64() >= Some(500));
    assert_eq!(sequences(&stack, &aco).len() as u64, before);

    aco.write_config(&good);
    is_content(&aco, SOON);
    assert!(all_arrived(&stack, &aco, SOON) >= before + 500);
    assert_eq!(aco.status()["pid"], aco.agent().pid());
}

#[test]
fn one_agent_holds_a_home_and_a_short_command_is_waited_for() {
    let mut aco = Aco::builder().build();
    // A short command first. It would go on for an hour.
    let endless = ["emit", "--count", "36000", "--rate", "10", "--grace", "0s"];
    let command = aco.spawn(&endless);
    let lock = aco.home().join("agent.lock");
    eventually(UP, "the command to hold the home", || {
        fs::read_to_string(&lock).is_ok_and(|text| text.contains("role command"))
    });
    let holder = format!("waiting for a short `aco` command (pid {})", command.pid());
    aco.spawn_run();
    let pause = aco.spawn(&["pause"]);
    eventually(UP, "both to say for whom they wait", || {
        aco.agent_output().contains(&holder) && pause.output().contains(&holder)
    });
    assert!(aco.agent().is_running(), "{}", aco.agent_output());
    let recorded = aco.status()["records"]["spooled"].as_u64().unwrap();
    command.kill9();
    let mut pause = pause;
    assert!(pause.wait(UP).success(), "{}", pause.output());
    aco.wait_until_up(UP);
    assert!(aco.status()["records"]["spooled"].as_u64().unwrap() > recorded);

    let second = aco.cmd(&["run"]);
    assert_eq!(second.code, 1, "{second:?}");
    let pid = format!("pid {}", aco.agent().pid());
    for words in [&pid, "agent.lock", "`aco run`"] {
        assert!(second.stderr.contains(words), "no `{words}`: {second:?}");
    }
    assert_eq!(aco.status()["pid"], aco.agent().pid());

    // A killed agent leaves its socket behind; the next one takes its place.
    let socket = aco.home().join("run/agent.sock");
    aco.kill9();
    assert!(socket.exists());
    assert_eq!(aco.status()["pid"], serde_json::Value::Null);
    aco.spawn_run();
    aco.wait_until_up(UP);
    assert!(aco.sigterm().success());
    assert!(!socket.exists(), "an orderly end leaves no socket");
}

#[test]
fn garbage_on_the_socket_hurts_neither_side() {
    let mut aco = Aco::builder().build();
    aco.spawn_run();
    aco.wait_until_up(UP);
    let socket = aco.home().join("run/agent.sock");
    let hello = br#"{"protocol":1,"version":"0"}"#;
    let frame = |body: &[u8]| {
        let length = u32::try_from(body.len()).unwrap().to_be_bytes();
        [&length[..], body].concat()
    };
    let table: [(&str, Vec<u8>, &str); 5] = [
        ("HTTP", b"GET / HTTP/1.1\r\n\r\n".to_vec(), "bad_frame"),
        ("a giant", vec![0xff; 4096], "bad_frame"),
        ("no JSON", frame(b"hello"), "bad_frame"),
        (
            "an unknown request",
            [frame(hello), frame(br#"{"request":"fly"}"#)].concat(),
            "bad_request",
        ),
        ("half a frame", frame(hello)[..9].to_vec(), ""),
    ];
    for (what, bytes, code) in table {
        let mut stream = UnixStream::connect(&socket).unwrap();
        stream.write_all(&bytes).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let mut answer = Vec::new();
        // A server that closes on unread bytes resets; what it said before may be lost with it.
        let whole = stream.read_to_end(&mut answer).is_ok();
        let answer = String::from_utf8_lossy(&answer);
        assert!(!whole || answer.contains(code), "{what}: {answer}");
        assert_eq!(aco.status()["pid"], aco.agent().pid(), "after {what}");
    }
    assert!(aco.sigterm().success());
    assert!(!aco.agent_output().contains("panicked"));

    // The other way round: something else answers where the agent should.
    let listener = UnixListener::bind(&socket).unwrap();
    let babble = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.write_all(b"220 mail.example ESMTP\r\n");
    });
    let output = aco.cmd(&["status"]);
    babble.join().unwrap();
    assert_eq!(output.code, 1, "{output:?}");
    assert!(output.stderr.contains("agent.sock"), "{output:?}");
    assert!(!output.stderr.contains("panicked"), "{output:?}");
}

/// The preamble every binary file of ours begins with: magic, version, reserved, CRC-32.
fn binary_of_version(magic: &[u8; 8], version: u16) -> Vec<u8> {
    let mut bytes = [&magic[..], &version.to_le_bytes(), &[0, 0]].concat();
    let crc = bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 * (crc & 1))
        })
    });
    bytes.extend((!crc).to_le_bytes());
    bytes.extend([0x5a; 100]);
    bytes
}

#[test]
fn files_of_a_newer_version_are_left_alone_and_said() {
    let stack = Stack::builder().without_prometheus().start();
    let mut aco = Aco::builder().ships_to(&stack).build();
    let home = aco.home();
    fs::create_dir(home.join("spool")).unwrap();
    let newer: [(PathBuf, Vec<u8>); 4] = [
        (
            home.join("spool/00000000000000000001.seg"),
            binary_of_version(b"ACOSEGMT", 2),
        ),
        (home.join("spool/cursor"), binary_of_version(b"ACOCURSR", 2)),
        (home.join("state"), b"aco-state 2\nwho knows".to_vec()),
        (
            home.join("installation"),
            b"aco-installation 2\nwho knows".to_vec(),
        ),
    ];
    for (path, bytes) in &newer {
        fs::write(path, bytes).unwrap();
    }
    aco.spawn_run();
    aco.wait_until_up(UP);
    emit(&aco, 300);
    let paused = aco.cmd(&["pause"]);
    assert_eq!(paused.code, 0, "{paused:?}");
    assert!(aco.sigterm().success());
    // What was begun beside them is what the next run goes on with.
    aco.spawn_run();
    aco.wait_until_up(UP);
    assert_eq!(aco.status()["state"], "paused");
    assert_eq!(aco.cmd(&["resume"]).code, 0);
    emit(&aco, 300);
    eventually(SOON, "an empty backlog", || {
        aco.status()["backlog"]["records"] == 0
    });
    let emitted = stack.loki().agent_entries();
    let emitted = emitted.iter().filter(|it| it.line.contains("seq="));
    assert_eq!(emitted.count(), 600);
    let numbers = sequences(&stack, &aco);
    assert!(numbers.windows(2).all(|pair| pair[1] == pair[0] + 1));

    let log = aco.local_log();
    for (path, bytes) in &newer {
        assert_eq!(
            &fs::read(path).unwrap(),
            bytes,
            "{} changed",
            path.display()
        );
        let said = log.lines().any(|line| {
            line.contains(&format!("{}", path.display()))
                && line.contains("newer AI Cost Observer")
                && line.contains("update this program")
        });
        assert!(said, "nothing about {}: {log}", path.display());
    }
    for beside in ["spool/cursor.v1", "state.v1", "installation.v1"] {
        assert!(home.join(beside).exists(), "{beside}");
    }
}

#[test]
fn a_token_of_a_newer_version_is_left_alone_and_said() {
    let mut aco = Aco::builder().endpoint("https://localhost:1").build();
    let token = aco.home().join("token");
    aco.store_token("some-token");
    let newer = b"aco-token 2\nwho knows";
    fs::write(&token, newer).unwrap();
    aco.spawn_run();
    aco.wait_until_up(UP);
    let attention = needs_attention(&aco, UP, "token_unreadable", "newer version");
    assert!(attention.remedy.contains("aco token set"), "{attention:?}");
    aco.store_token("another-token");
    eventually(UP, "the token beside it", || {
        aco.status()["attention"] == serde_json::json!([])
    });
    assert_eq!(fs::read(&token).unwrap(), newer);
}
