//! The harness' own promises about the programs it starts, shown with a shell script in the place
//! of `aco`: a test that trusts them must not pass because the harness looked away.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    reason = "a panic is how a test fails, in its plain functions too"
)]

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use aco_e2e::aco::{Aco, Builder};
use tempfile::TempDir;

const SOON: Duration = Duration::from_secs(20);

fn scripted(script: &str) -> (TempDir, Builder) {
    let folder = TempDir::new().unwrap();
    let program = folder.path().join("aco");
    std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let builder = Aco::builder().program(&program);
    (folder, builder)
}

#[test]
fn an_installation_inherits_nothing_but_the_path() {
    let (_folder, builder) = scripted("env; cat >&2; exit 3");
    let aco = builder
        .endpoint("https://localhost:1")
        .token("t0ken")
        .build();
    let output = aco.cmd_with_input(&["anything"], "from standard input");
    assert_eq!(output.code, 3);
    assert_eq!(output.stderr, "from standard input");
    let set_by_the_shell = ["PWD", "OLDPWD", "SHLVL", "_"];
    let mut names: Vec<_> = output
        .stdout
        .lines()
        .filter_map(|line| line.split_once('=').map(|(name, _)| name))
        .filter(|name| !set_by_the_shell.contains(name))
        .collect();
    names.sort_unstable();
    assert_eq!(
        names,
        ["ACO_HOME", "ACO_TOKEN", "HOME", "PATH", "RUST_BACKTRACE"]
    );
    assert!(
        output
            .stdout
            .contains(&format!("ACO_HOME={}", aco.home().display()))
    );

    let config = std::fs::read_to_string(aco.home().join("config.toml")).unwrap();
    assert_eq!(config, "[ship]\nendpoint = \"https://localhost:1\"\n");
    assert!(!config.contains("t0ken"));
}

#[test]
fn an_agent_is_waited_for_killed_and_started_again() {
    // Its status names the pid it wrote, as a real one names the lock file's.
    let (_folder, builder) = scripted(
        r#"case "$1" in
        run) trap 'echo drained; exit 0' TERM; echo $$ > "$ACO_HOME/pid"
             while true; do sleep 0.05; done ;;
        status) echo "{\"agent\": {\"pid\": $(cat "$ACO_HOME/pid")}}" ;;
        esac"#,
    );
    let mut aco = builder.build();
    for _ in 0..2 {
        aco.spawn_run();
        aco.wait_until_up(SOON);
        let pid = u64::from(aco.agent().pid());
        assert_eq!(aco.status()["agent"]["pid"], pid);
        aco.kill9();
    }
    aco.spawn_run();
    aco.wait_until_up(SOON);
    assert!(aco.agent().is_running());
    assert_eq!(aco.agent_output(), "");
    assert_eq!(aco.sigterm().code(), Some(0));
    assert_eq!(aco.agent_output(), "drained\n");
}

#[test]
#[should_panic(expected = "the agent ended: no such key")]
fn an_agent_that_ends_is_not_waited_for() {
    let (_folder, builder) = scripted("echo no such key; exit 2");
    let mut aco = builder.build();
    aco.spawn_run();
    aco.wait_until_up(SOON);
}
