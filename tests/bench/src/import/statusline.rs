//! How long a prompt waits for `aco statusline` over the ledger of a large history.

use crate::fixture::Fixture;
use crate::sides::environment;
use aco_bench::stats::median;
use serde_json::{Value, json};
use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// Enough for a median and for the slowest of many.
const ROUNDS: usize = 41;

/// Seconds of wall time, from the start of the program to its end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waited {
    pub(crate) median: f64,
    pub(crate) slowest: f64,
}

/// Runs it as Claude Code does, for the session with the largest sum.
pub(crate) fn waited(fixture: &Fixture, aco: &Path, aco_home: &Path) -> Waited {
    let command = |arguments: &[&str]| {
        let mut command = Command::new(aco);
        command.args(arguments).stderr(Stdio::inherit());
        environment(&mut command, &fixture.home(), aco_home);
        command
    };
    let report = command(&["report", "--no-scan", "--by", "session", "--json"]).output();
    let report: Value = serde_json::from_slice(&report.unwrap().stdout).unwrap();
    let given = json!({
        "session_id": report["rows"][0]["key"],
        "rate_limits": { "five_hour": { "used_percentage": 23.5 } },
    });
    let input = fixture.home().with_file_name("statusline.json");
    std::fs::write(&input, given.to_string()).unwrap();
    let run = || {
        let mut command = command(&["statusline"]);
        command.stdin(File::open(&input).unwrap());
        let began = Instant::now();
        let said = command.output().unwrap();
        let waited = began.elapsed().as_secs_f64();
        let line = String::from_utf8(said.stdout).unwrap();
        assert!(said.status.success(), "{line}");
        // A fast line that knows nothing is none.
        assert!(
            line.contains(" session · ") && line.contains("5h 23.5 %"),
            "{line}"
        );
        waited
    };
    run();
    let all: Vec<_> = (0..ROUNDS).map(|_| run()).collect();
    Waited {
        slowest: all.iter().copied().fold(0.0, f64::max),
        median: median(all),
    }
}
