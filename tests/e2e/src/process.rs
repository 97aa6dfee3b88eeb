//! A child process that a test kills, freezes and outlives.
//!
//! Signals go to the id of our own, not yet reaped child only: such an id cannot have passed on to
//! another process.

use std::fs::OpenOptions;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::eventually_some;

const LAST_LINES: usize = 60;
const LONGEST_LINE: usize = 500;

/// Copies a program that is to be run. By `cp`: a file that this process has open for writing may
/// be open in a child that another test's thread is just starting, and cannot be run then (ETXTBSY).
#[track_caller]
pub fn copy_program(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg(from).arg(to).status();
    assert!(
        copied.expect("cp").success(),
        "cannot copy {} to {}",
        from.display(),
        to.display()
    );
}

/// Starts a process of this name that does nothing: a copy of `sleep` in `folder`.
#[track_caller]
pub fn idle_program(folder: &Path, name: &str) -> Process {
    std::fs::create_dir_all(folder).unwrap();
    let program = folder.join(name);
    copy_program("/bin/sleep".as_ref(), &program);
    Process::spawn(
        name,
        Command::new(&program).arg("600"),
        &folder.join(format!("{name}.output")),
    )
}

/// Killed on drop; what it wrote is printed then if the test is failing.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    output: PathBuf,
}

impl Process {
    /// Starts `command` with no standard input; both outputs are appended to the file `output`.
    #[track_caller]
    pub fn spawn(name: &str, command: &mut Command, output: &Path) -> Self {
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(output)
            .unwrap();
        let child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {name} ({command:?}): {error}"));
        Self {
            name: name.to_owned(),
            child,
            output: output.to_owned(),
        }
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether it has not ended.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("our own child").is_none()
    }

    /// SIGKILL, and waits for the end.
    pub fn kill9(mut self) -> ExitStatus {
        self.child.kill().expect("our own child");
        self.child.wait().expect("our own child")
    }

    /// SIGTERM, and waits for the end; panics when that takes longer than `deadline`.
    #[track_caller]
    pub fn terminate(mut self, deadline: Duration) -> ExitStatus {
        self.signal(Signal::TERM);
        self.wait(deadline)
    }

    /// Waits for the end; panics when that takes longer than `deadline`.
    #[track_caller]
    pub fn wait(&mut self, deadline: Duration) -> ExitStatus {
        let what = format!("the end of {}", self.name);
        eventually_some(deadline, &what, || {
            self.child.try_wait().expect("our own child")
        })
    }

    /// SIGINT, as Ctrl-C sends it.
    pub fn interrupt(&mut self) {
        self.signal(Signal::INT);
    }

    /// SIGSTOP: it keeps its sockets and answers nothing.
    pub fn freeze(&mut self) {
        self.signal(Signal::STOP);
    }

    /// SIGCONT.
    pub fn thaw(&mut self) {
        self.signal(Signal::CONT);
    }

    /// Everything that was written to its output file, earlier runs on the same file included.
    pub fn output(&self) -> String {
        std::fs::read(&self.output)
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default()
    }

    #[track_caller]
    fn signal(&mut self, signal: Signal) {
        let pid = Pid::from_child(&self.child);
        match self.child.try_wait().expect("our own child") {
            None => kill_process(pid, signal).expect("a signal to our own child"),
            Some(status) => panic!("{} had ended already: {}", self.name, describe(status)),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let ended = self.child.try_wait().ok().flatten();
        if ended.is_none() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
        if std::thread::panicking() {
            let state = ended.map_or_else(|| "running".to_owned(), describe);
            eprintln!("---- {} ({state}), end of its output:", self.name);
            let output = self.output();
            let lines: Vec<_> = output.lines().collect();
            for line in &lines[lines.len().saturating_sub(LAST_LINES)..] {
                eprintln!("{}", line.chars().take(LONGEST_LINE).collect::<String>());
            }
        }
    }
}

fn describe(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => status.to_string(),
    }
}
