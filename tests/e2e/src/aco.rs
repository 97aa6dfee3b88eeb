//! The real `aco` program in a home and an environment of its own.
//!
//! Each [`Aco`] is one installation: a temporary `ACO_HOME` with a `config.toml`, a `HOME` of its
//! own (no tool's transcripts of whoever runs the tests), and nothing inherited but `PATH`: no
//! `OTEL_*`, `ACO_*` or `XDG_*` variable of the machine's owner reaches it.
//!
//! - [`Aco::spawn_run`] starts the agent (`aco run`), [`Aco::kill9`] and [`Aco::sigterm`] end it; it
//!   can be started again on the same home. Dropping an [`Aco`] kills what still runs.
//! - [`Aco::cmd`] runs a command to its end; [`Aco::spawn`] starts one that a test wants to kill.
//! - [`Aco::status`] is `aco status --json`.
//!
//! The program is `$ACO_BIN`, else built by cargo into the target folder of the running test.

mod program;

pub use program::{program, program_of};

use std::ffi::OsString;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::process::Process;
use crate::scratch::Scratch;
use crate::stack::Stack;
use crate::wait::poll;

/// A command that takes longer hangs.
const COMMAND: Duration = Duration::from_secs(120);
/// Above any grace period the agent gives itself.
const SHUTDOWN: Duration = Duration::from_secs(60);

/// What an installation is told; everything is optional.
#[derive(Clone, Debug, Default)]
pub struct Builder {
    program: Option<PathBuf>,
    ship: Vec<(String, String)>,
    sections: String,
    environment: Vec<(OsString, OsString)>,
}

impl Builder {
    /// Another program than the one under test: a former release, say.
    #[must_use]
    pub fn program(mut self, path: &Path) -> Self {
        self.program = Some(path.to_owned());
        self
    }

    /// Endpoint, authority and token of `stack`.
    #[must_use]
    pub fn ships_to(mut self, stack: &Stack) -> Self {
        if let Some(ca_file) = stack.ca_file() {
            self = self.ca_file(&ca_file);
        }
        self.endpoint(&stack.grpc_endpoint()).token(stack.token())
    }

    /// `[ship] endpoint`.
    #[must_use]
    pub fn endpoint(self, url: &str) -> Self {
        self.ship("endpoint", &quoted(url))
    }

    /// `[ship] ca_file`.
    #[must_use]
    pub fn ca_file(self, path: &Path) -> Self {
        let path = quoted(path.to_str().expect("a path in UTF-8"));
        self.ship("ca_file", &path)
    }

    /// A key of `[ship]` with its value in TOML's spelling; the last of one key counts.
    #[must_use]
    pub fn ship(mut self, key: &str, value: &str) -> Self {
        self.ship.retain(|(known, _)| known != key);
        self.ship.push((key.to_owned(), value.to_owned()));
        self
    }

    /// TOML after `[ship]`: whole sections.
    #[must_use]
    pub fn config(mut self, sections: &str) -> Self {
        self.sections.push_str(sections);
        self.sections.push('\n');
        self
    }

    /// The token, in `ACO_TOKEN`. For the stored one leave this out and use [`Aco::store_token`].
    #[must_use]
    pub fn token(self, token: &str) -> Self {
        self.env("ACO_TOKEN", token)
    }

    /// Any environment variable, for every process of this installation; the last value counts, and
    /// an empty one means unset.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Writes the home. Nothing is started.
    pub fn build(self) -> Aco {
        let aco = Aco {
            program: self.program.clone().unwrap_or_else(program::program),
            agent: None,
            commands: AtomicU32::new(0),
            options: self,
            scratch: Scratch::new("aco-home-"),
        };
        std::fs::create_dir(aco.user_home()).unwrap();
        std::fs::create_dir(aco.home()).unwrap();
        aco.write_config(&aco.options.config_toml());
        aco
    }

    fn config_toml(&self) -> String {
        let mut toml = String::from("[ship]\n");
        for (key, value) in &self.ship {
            toml.push_str(&format!("{key} = {value}\n"));
        }
        toml + &self.sections
    }
}

/// How a command ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// The exit code; -1 when a signal ended it.
    pub code: i32,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

/// One installation.
#[derive(Debug)]
pub struct Aco {
    program: PathBuf,
    options: Builder,
    agent: Option<Process>,
    commands: AtomicU32,
    // The last field: removed after the agent that writes into it has ended.
    scratch: Scratch,
}

impl Aco {
    /// An installation that ships nowhere, until told.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// `ACO_HOME`.
    pub fn home(&self) -> PathBuf {
        self.scratch.path().join("aco")
    }

    /// `HOME`: where its sources look for the tools' transcripts.
    pub fn user_home(&self) -> PathBuf {
        self.scratch.path().join("user")
    }

    /// The local log file's present text.
    pub fn local_log(&self) -> String {
        std::fs::read(self.home().join("logs/ai-cost-observer.log"))
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default()
    }

    /// Replaces `config.toml`; a running agent reloads it.
    pub fn write_config(&self, toml: &str) {
        std::fs::write(self.home().join("config.toml"), toml).unwrap();
    }

    /// Changes a key of `[ship]` in `config.toml`; a running agent reloads it.
    pub fn set_ship(&mut self, key: &str, value: &str) {
        self.options = std::mem::take(&mut self.options).ship(key, value);
        self.write_config(&self.options.config_toml());
    }

    /// Changes a variable for processes started from now on.
    pub fn set_env(&mut self, name: &str, value: impl Into<OsString>) {
        self.options = std::mem::take(&mut self.options).env(name, value);
    }

    /// `aco token set`, the token on standard input.
    #[track_caller]
    pub fn store_token(&self, token: &str) {
        let output = self.cmd_with_input(&["token", "set"], token);
        assert_eq!(output.code, 0, "{output:?}");
    }

    /// A command of this installation, for what the other methods do not cover.
    pub fn command(&self, arguments: &[&str]) -> Command {
        self.command_of(&self.program, arguments)
    }

    /// Another program in this installation: the tray application, say.
    pub fn command_of(&self, program: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(self.scratch.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.user_home())
            .env("ACO_HOME", self.home())
            .env("RUST_BACKTRACE", "1");
        for (name, value) in &self.options.environment {
            if value.is_empty() {
                command.env_remove(name);
            } else {
                command.env(name, value);
            }
        }
        command
    }

    /// Runs a command to its end.
    #[track_caller]
    pub fn cmd(&self, arguments: &[&str]) -> Output {
        self.cmd_with_input(arguments, "")
    }

    /// Runs a command to its end with this standard input.
    #[track_caller]
    pub fn cmd_with_input(&self, arguments: &[&str], input: &str) -> Output {
        // Files, not pipes: a command that writes much does not wait for us to read it.
        let number = self.commands.fetch_add(1, Ordering::Relaxed);
        let path = |name: &str| self.scratch.path().join(format!("command-{number}.{name}"));
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(File::create(path("stdout")).unwrap())
            .stderr(File::create(path("stderr")).unwrap())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {}: {error}", self.program.display()));
        // A command that never reads its input may have ended already.
        let _ = child
            .stdin
            .take()
            .expect("piped")
            .write_all(input.as_bytes());
        let status = poll(COMMAND, || child.try_wait().expect("our own child"));
        let text = |name| String::from_utf8_lossy(&std::fs::read(path(name)).unwrap()).into_owned();
        let Some(status) = status else {
            let _ = child.kill();
            let _ = child.wait();
            panic!(
                "aco {arguments:?} hung; it wrote: {}{}",
                text("stdout"),
                text("stderr")
            );
        };
        Output {
            code: status.code().unwrap_or(-1),
            stdout: text("stdout"),
            stderr: text("stderr"),
        }
    }

    /// Starts a command that a test will kill or wait for; its output goes to one file.
    #[track_caller]
    pub fn spawn(&self, arguments: &[&str]) -> Process {
        let number = self.commands.fetch_add(1, Ordering::Relaxed);
        let output = self.scratch.path().join(format!("command-{number}.output"));
        let name = format!("aco {}", arguments.join(" "));
        Process::spawn(&name, &mut self.command(arguments), &output)
    }

    /// Starts the agent, `aco run`. It may take a moment to answer: see [`Aco::wait_until_up`].
    #[track_caller]
    pub fn spawn_run(&mut self) {
        assert!(
            self.agent.is_none(),
            "this installation's agent was started already"
        );
        let mut command = self.command(&["run"]);
        self.agent = Some(Process::spawn(
            "aco run",
            &mut command,
            &self.agent_output_file(),
        ));
    }

    /// The agent's process, for signals and its output.
    #[track_caller]
    pub fn agent(&mut self) -> &mut Process {
        self.agent.as_mut().expect("an agent that was started")
    }

    /// Standard output and error of every agent of this installation so far.
    pub fn agent_output(&self) -> String {
        std::fs::read(self.agent_output_file())
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default()
    }

    fn agent_output_file(&self) -> PathBuf {
        self.scratch.path().join("agent.output")
    }

    /// Waits until `aco status --json` names the agent's process id (under a key ending in `pid`);
    /// panics with its output if it ends before.
    #[track_caller]
    pub fn wait_until_up(&mut self, deadline: Duration) {
        let pid = self.agent().pid();
        let up = poll(deadline, || {
            assert!(
                self.agent().is_running(),
                "the agent ended: {}",
                self.agent().output()
            );
            let output = self.cmd(&["status", "--json"]);
            let status: Option<serde_json::Value> = serde_json::from_str(&output.stdout).ok();
            status.filter(|status| names_pid(status, pid))
        });
        assert!(
            up.is_some(),
            "no status named the agent's pid {pid} within {deadline:?}"
        );
    }

    /// SIGKILL to the agent.
    #[track_caller]
    pub fn kill9(&mut self) {
        self.agent
            .take()
            .expect("an agent that was started")
            .kill9();
    }

    /// SIGTERM to the agent; waits for its end, the drain's grace period included.
    #[track_caller]
    pub fn sigterm(&mut self) -> ExitStatus {
        self.agent
            .take()
            .expect("an agent that was started")
            .terminate(SHUTDOWN)
    }

    /// `aco status --json`.
    #[track_caller]
    pub fn status(&self) -> serde_json::Value {
        let output = self.cmd(&["status", "--json"]);
        serde_json::from_str(&output.stdout)
            .unwrap_or_else(|error| panic!("no JSON status ({error}): {output:?}"))
    }
}

/// Whether a status mentions this process id under a key that says so, wherever the key stands.
fn names_pid(status: &serde_json::Value, pid: u32) -> bool {
    match status {
        serde_json::Value::Object(fields) => fields.iter().any(|(key, value)| {
            (key.ends_with("pid") && value.as_u64() == Some(u64::from(pid)))
                || names_pid(value, pid)
        }),
        serde_json::Value::Array(values) => values.iter().any(|value| names_pid(value, pid)),
        _ => false,
    }
}

/// A TOML basic string.
fn quoted(text: &str) -> String {
    assert!(
        !text.contains(char::is_control),
        "no control characters in a path or address"
    );
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::{Builder, names_pid, quoted};

    #[test]
    fn the_last_value_of_a_key_is_written_once() {
        let builder = Builder::default()
            .endpoint("https://localhost:1")
            .endpoint("https://localhost:2")
            .config("[spool]\nmax_bytes = 1");
        assert_eq!(
            builder.config_toml(),
            "[ship]\nendpoint = \"https://localhost:2\"\n[spool]\nmax_bytes = 1\n"
        );
        assert_eq!(quoted(r#"a\b"c"#), r#""a\\b\"c""#);
    }

    #[test]
    fn a_pid_is_found_wherever_the_status_has_it() {
        let status = serde_json::json!({"agent": {"pid": 7}, "backlog": {"records": 9}});
        assert!(names_pid(&status, 7));
        assert!(!names_pid(&status, 9));
    }
}
