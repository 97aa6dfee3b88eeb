//! The real `aco`, on whatever system the tests run: that it starts there, finds its folders, keeps
//! its home to one agent and is reached over that system's own socket. What it does with a backend
//! is for `tests/e2e`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a panic is how a test fails, in its helpers too"
)]

use serde_json::Value;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Nothing here takes as long; what does has failed.
const LONGEST: Duration = Duration::from_secs(30);

/// `aco` with a home of its own, deaf to what the tests' environment says to agents.
fn aco(home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aco"));
    command
        .args(arguments)
        .env("ACO_HOME", home)
        .env_remove("ACO_TOKEN")
        .env_remove("OTEL_EXPORTER_OTLP_ENDPOINT")
        .env_remove("OTEL_EXPORTER_OTLP_HEADERS")
        .env_remove("OTEL_EXPORTER_OTLP_CERTIFICATE")
        .env_remove("OTEL_RESOURCE_ATTRIBUTES")
        .stdin(Stdio::null());
    command
}

/// What Windows says of a program of which a library could not be set up. Wine has it of its own
/// libraries once in a thousand starts or two.
const NOT_STARTED: i32 = 0xc000_0142_u32.cast_signed();

fn output(home: &Path, arguments: &[&str]) -> Output {
    let mut attempts = (0..3).map(|_| aco(home, arguments).output().unwrap());
    let started = attempts.find(|output| output.status.code() != Some(NOT_STARTED));
    started.unwrap_or_else(|| panic!("aco {arguments:?} could not be started"))
}

fn done(home: &Path, arguments: &[&str]) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = output(home, arguments);
    let said = String::from_utf8_lossy(&stderr);
    assert!(status.success(), "aco {arguments:?}: {status}: {said}");
    String::from_utf8(stdout).unwrap()
}

fn status(home: &Path) -> Value {
    serde_json::from_str(&done(home, &["status", "--json"])).unwrap()
}

/// An agent that ends with the test.
struct Agent(Child);

impl Drop for Agent {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[test]
fn it_starts_and_knows_its_folders() {
    let home = TempDir::new().unwrap();
    let version = done(home.path(), &["--version"]);
    assert_eq!(version.trim(), concat!("aco ", env!("CARGO_PKG_VERSION")));
    let path = done(home.path(), &["config", "path"]);
    assert_eq!(Path::new(path.trim()), home.path().join("config.toml"));
}

#[test]
fn a_single_run_looks_writes_and_ends() {
    let home = TempDir::new().unwrap();
    done(home.path(), &["run", "--once"]);
    for file in ["config.toml", "installation", "logs/ai-cost-observer.log"] {
        assert!(home.path().join(file).is_file(), "{file}");
    }
    let lines = done(home.path(), &["logs"]);
    assert!(lines.contains("agent started"), "{lines}");
    assert_eq!(status(home.path())["pid"], Value::Null);
}

#[test]
fn an_agent_is_reached_over_its_socket_and_is_the_only_one() {
    let home = TempDir::new().unwrap();
    let agent = aco(home.path(), &["run"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let agent = Agent(agent);
    let pid = agent.0.id();
    let started = Instant::now();
    while status(home.path())["pid"] != pid {
        assert!(started.elapsed() < LONGEST, "no agent answers");
    }
    done(home.path(), &["pause"]);
    assert_eq!(status(home.path())["state"], "paused");

    let second = output(home.path(), &["run"]);
    let said = String::from_utf8_lossy(&second.stderr);
    assert_eq!(second.status.code(), Some(1), "{said}");
    assert!(said.contains(&format!("pid {pid}")), "{said}");

    drop(agent);
    let after = status(home.path());
    assert_eq!(
        (&after["pid"], &after["state"]),
        (&Value::Null, &"paused".into())
    );
}
