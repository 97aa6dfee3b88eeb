//! `aco statusline` as Claude Code starts it: a line and exit code 0, whatever stands on its input and
//! whoever has the home.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a panic is how a test fails, in its helpers too"
)]

use aco_domain::Role;
use aco_home::{Environment, Holder, Home, HomeLock};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

fn aco(home: &Path, arguments: &[&str], input: &[u8]) -> String {
    let mut child = Command::new(env!("CARGO_BIN_EXE_aco"))
        .args(arguments)
        .env("ACO_HOME", home.join("aco"))
        .env("HOME", home)
        .env("USERPROFILE", home)
        .env_remove("CLAUDE_CONFIG_DIR")
        .env_remove("XDG_CONFIG_HOME")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may have read enough already.
    let _ = child.stdin.take().unwrap().write_all(input);
    let done = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success(), "{arguments:?}: {said}");
    assert_eq!(said, "", "{arguments:?}");
    String::from_utf8(done.stdout)
        .unwrap()
        .trim_end()
        .to_owned()
}

#[test]
fn garbage_is_no_failure_and_nothing_is_written() {
    let home = TempDir::new().unwrap();
    for garbage in [&b""[..], b"{", b"null", b"\xff\xfe{}", b"$ echo hello\n"] {
        let line = aco(home.path(), &["statusline"], garbage);
        assert_eq!(line, "no usage recorded");
    }
    assert!(!home.path().join("aco").exists(), "the home is not begun");
}

#[test]
fn a_session_is_shown_while_somebody_else_has_the_home() {
    let folder = TempDir::new().unwrap();
    let projects = folder.path().join(".claude/projects/p");
    std::fs::create_dir_all(&projects).unwrap();
    let now = jiff::Timestamp::now();
    // 100 tokens of input at 3 dollars, and 100,000 of output at 15 dollars a million.
    let line = format!(
        r#"{{"type":"assistant","sessionId":"s","cwd":"/w","timestamp":"{now}","requestId":"r","message":{{"id":"m","model":"claude-sonnet-4-5","role":"assistant","usage":{{"input_tokens":100,"output_tokens":100000}}}}}}"#
    );
    std::fs::write(projects.join("s.jsonl"), line + "\n").unwrap();
    aco(folder.path(), &["report", "--json"], b"");

    let environment = Environment::from_iter([("ACO_HOME", folder.path().join("aco"))]);
    let home = Home::resolve(&environment).unwrap();
    let holder = Holder {
        pid: std::process::id(),
        role: Role::Command,
    };
    let lock = HomeLock::acquire(&home.lock_file(), holder).unwrap();
    let given = br#"{"session_id":"s","rate_limits":{"seven_day":{"used_percentage":61}}}"#;
    let shown = aco(folder.path(), &["statusline"], given);
    // Midnight may pass meanwhile.
    assert!(shown.starts_with("$1.50 session · $"), "{shown}");
    assert!(shown.ends_with(" today · week 61 %"), "{shown}");
    drop(lock);
}
