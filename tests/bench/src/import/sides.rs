//! The programs that are compared, and what each says.

use crate::fixture::Fixture;
use aco_histories::Totals;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Someone who reads the whole history.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Side<'a> {
    /// `aco report --json`.
    Ours(&'a Path),
    /// `ccusage daily --offline --json`.
    Peer(&'a Path),
    /// `grep -c`: what it takes to look at each byte once.
    Floor,
}

impl Side<'_> {
    /// The program over this history, knowing no other home than the fixture's.
    pub(crate) fn command(&self, fixture: &Fixture, aco_home: &Path) -> Command {
        let claude = fixture.home().join(".claude");
        let mut command = match self {
            Self::Ours(program) => {
                let mut command = Command::new(program);
                command.args(["report", "--json"]);
                command
            }
            Self::Peer(program) => {
                let mut command = Command::new(program);
                command.args(["daily", "--offline", "--json"]);
                command
            }
            Self::Floor => {
                let mut command = Command::new("grep");
                command.args(["--recursive", "--count", "--fixed-strings", r#""usage":"#]);
                command.arg(claude.join("projects"));
                command
            }
        };
        environment(&mut command, &fixture.home(), aco_home);
        command.env("CLAUDE_CONFIG_DIR", claude);
        command
    }
}

/// Nothing of the machine's own but where programs are.
pub(crate) fn environment(command: &mut Command, home: &Path, aco_home: &Path) {
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", home)
        .env("ACO_HOME", aco_home)
        .env("TZ", "UTC");
}

/// Where a side's output is put.
pub(crate) fn output(fixture: &Fixture) -> PathBuf {
    fixture.home().with_file_name("output")
}

/// Holds our report against the truth.
pub(crate) fn check(fixture: &Fixture) {
    let text = std::fs::read_to_string(output(fixture)).unwrap();
    let report: Value = serde_json::from_str(&text).unwrap();
    let totals = &report["totals"];
    let count = |key: &str| totals[key].as_u64().unwrap();
    let Totals { calls, tokens } = fixture.totals();
    let expected = [
        ("calls", calls),
        ("input_tokens", tokens.input),
        ("output_tokens", tokens.output),
        ("cache_read_tokens", tokens.cache_read),
        ("cache_write_5m_tokens", tokens.cache_write_5m),
        ("cache_write_1h_tokens", tokens.cache_write_1h),
        ("reasoning_tokens", tokens.reasoning),
    ];
    for (key, expected) in expected {
        assert_eq!(count(key), expected, "aco report counts other {key}");
    }
    let skipped = report["skipped_lines"].as_u64().unwrap();
    assert_eq!(skipped, fixture.skipped_lines(), "skipped lines");
}

/// What the other side counts, of all kinds together.
pub(crate) fn peers_tokens(fixture: &Fixture) -> Option<u64> {
    let text = std::fs::read_to_string(output(fixture)).ok()?;
    let report: Value = serde_json::from_str(&text).ok()?;
    report["totals"]["totalTokens"].as_u64()
}
