//! The token stands in its own file and nowhere else: not in another file of the home, not in what
//! a command prints, not in Loki, not in the list of processes. Also when somebody is careless.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic is how a test fails, in its plain functions too"
)]

use aco_e2e::aco::{Aco, Output};
use aco_e2e::judge::{all_arrived, needs_attention};
use aco_e2e::stack::Stack;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

const UP: Duration = Duration::from_secs(20);
const SOON: Duration = Duration::from_secs(60);

/// Of no shape that is a secret by itself: only whoever holds it can know it.
const TOKEN: &str = "recognisable0token0of0the0secrecy0test";
const HEADER: &str = "recognisable0header0of0the0secrecy0test";

fn holds(bytes: &[u8], secret: &str) -> bool {
    bytes
        .windows(secret.len())
        .any(|part| part == secret.as_bytes())
}

/// Every file below `folder` that holds `secret`; there must be some files at all.
fn files_with(secret: &str, folder: &Path) -> Vec<PathBuf> {
    let (mut found, mut looked_at) = (Vec::new(), 0);
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let kind = entry.file_type().unwrap();
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                looked_at += 1;
                if holds(&std::fs::read(entry.path()).unwrap(), secret) {
                    found.push(entry.path());
                }
            }
        }
    }
    assert!(looked_at > 0, "nothing to look at");
    found
}

/// Processes with `secret` on their command line; the environment is their owner's own.
fn processes_with(secret: &str) -> Vec<PathBuf> {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let command_lines = processes.map(|process| process.path().join("cmdline"));
    command_lines
        .filter(|file| std::fs::read(file).is_ok_and(|line| holds(&line, secret)))
        .collect()
}

#[track_caller]
fn says_no_secret(output: &Output) {
    let text = format!("{output:?}");
    assert!(!text.contains(TOKEN) && !text.contains(HEADER), "{text}");
}

#[test]
fn the_token_is_in_its_own_file_and_nowhere_else() {
    let mut stack = Stack::builder()
        .tokens(&["another-token"])
        .without_prometheus()
        .start();
    // Everything that can speak does, the machinery included.
    let mut aco = Aco::builder()
        .endpoint(&stack.grpc_endpoint())
        .ca_file(&stack.ca_file().unwrap())
        .ship("level", "\"trace\"")
        .config("[scan]\ninterval = \"5s\"\n[log]\nlevel = \"trace\"\nothers = \"trace\"")
        .env("OTEL_EXPORTER_OTLP_HEADERS", format!("x-api-key={HEADER}"))
        .build();
    aco.store_token(TOKEN);
    let file = aco.home().join("token");
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    // Leaked on purpose: by a short command under the lock, and through the agent.
    let leak = format!("leaked {TOKEN} and {HEADER}, `Bearer {TOKEN}`");
    let emit = ["emit", "--count", "10", "--grace", "1s", "--message", &leak];
    says_no_secret(&aco.cmd(&emit));
    aco.spawn_run();
    aco.wait_until_up(UP);
    says_no_secret(&aco.cmd(&emit));
    // While it is refused, too: that is when programs print what they sent.
    let attention = needs_attention(&aco, SOON, "token_refused", "Unauthenticated");
    assert!(!format!("{attention:?}").contains(TOKEN));
    let everything_said = [
        &["status"][..],
        &["status", "--json"],
        &["config", "show"],
        &["config", "check"],
        &["token", "status"],
        &["logs", "-n", "2000"],
        &["logs", "-n", "2000", "--json"],
    ];
    for arguments in everything_said {
        let output = aco.cmd(arguments);
        assert_eq!(output.code, 0, "{arguments:?}: {output:?}");
        assert!(!output.stdout.is_empty(), "{arguments:?}");
        says_no_secret(&output);
    }
    assert_eq!(processes_with(TOKEN), Vec::<PathBuf>::new());

    stack.set_tokens(&[TOKEN]);
    all_arrived(&stack, &aco, SOON);
    let entries = stack.loki().agent_entries();
    let masked = "leaked [masked] and [masked], `Bearer [masked]` seq=";
    let leaks = entries.iter().filter(|entry| entry.line.contains(masked));
    assert_eq!(leaks.count(), 20);
    for entry in &entries {
        let text = format!("{entry:?}");
        assert!(!text.contains(TOKEN) && !text.contains(HEADER), "{text}");
    }
    assert!(aco.local_log().contains(masked));
    let spoke = aco.local_log().contains(" TRACE rustls::");
    assert!(spoke, "the machinery said nothing");

    // A token that was replaced is still a token in a late message.
    aco.store_token("the-next-token");
    says_no_secret(&aco.cmd(&emit));
    assert_eq!(files_with("the-next-token", &aco.home()), [file]);
    assert!(aco.sigterm().success());
    // All its files, and with the folder above what every command and agent printed.
    let all = aco.home().parent().unwrap().to_owned();
    for secret in [TOKEN, HEADER] {
        assert_eq!(files_with(secret, &all), Vec::<PathBuf>::new());
    }
}

#[test]
fn a_token_in_the_wrong_place_is_not_repeated_by_the_complaint() {
    let aco = Aco::builder().build();
    let configurations = [
        format!("[ship]\nendpoint = \"https://user:{TOKEN}@collector.example\""),
        format!("[ship]\nendpoint = \"https://collector.example/?token={TOKEN}\""),
        format!("[ship]\ntoken = \"{TOKEN}\""),
        format!("[ship]\ntoken = \"{TOKEN}"),
        format!("[ship]\nendpoint = {TOKEN}"),
        format!("ACO_TOKEN={TOKEN}"),
    ];
    for configuration in configurations {
        aco.write_config(&configuration);
        for arguments in [&["config", "check"][..], &["config", "show"], &["run"]] {
            let output = aco.cmd(arguments);
            assert_eq!(output.code, 2, "{configuration}: {output:?}");
            says_no_secret(&output);
        }
        says_no_secret(&aco.cmd(&["status", "--json"]));
    }
    aco.write_config("[ship]\nendpoint = \"https://collector.example\"");
    for input in [format!("Bearer {TOKEN}"), format!("{TOKEN} {TOKEN}")] {
        let output = aco.cmd_with_input(&["token", "set"], &input);
        assert_eq!(output.code, 2, "{output:?}");
        says_no_secret(&output);
    }
    let mut command = aco.command(&["config", "check"]);
    command.env("ACO_TOKEN", format!("{TOKEN} {TOKEN}"));
    command.env(
        "OTEL_EXPORTER_OTLP_HEADERS",
        format!("x-key={HEADER}%0A, bad key={HEADER}"),
    );
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("ACO_TOKEN") && said.contains("OTEL_EXPORTER_OTLP_HEADERS"));
    assert!(!said.contains(TOKEN) && !said.contains(HEADER), "{said}");
    assert_eq!(files_with(TOKEN, &aco.home()), Vec::<PathBuf>::new());
}
