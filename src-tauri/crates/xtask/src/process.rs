//! Running another program, and saying which one failed.
//!
//! A failure here is a sentence for a person: no caller decides anything by it but the exit code.

use std::fmt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Why a command ended early, in words, and what `cargo xtask` exits with.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    exit_code: u8,
}

impl Failure {
    /// Something did not work: exit code 1.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            exit_code: 1,
        }
    }

    /// The command line was wrong: exit code 2.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            exit_code: 2,
        }
    }

    pub(crate) fn exit_code(&self) -> u8 {
        self.exit_code
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Does one named step: announces it, times it, and names it when it fails.
pub(crate) fn step<T>(name: &str, work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    eprintln!("==> {name}");
    let started = Instant::now();
    let done = work();
    let took = minutes(started.elapsed());
    match done {
        Ok(value) => {
            eprintln!("==> {name}: ok in {took}");
            Ok(value)
        }
        Err(failure) => Err(Failure {
            message: format!("{name} failed after {took}: {failure}"),
            ..failure
        }),
    }
}

/// Runs `command` to its end with our own input and output.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    let status = command
        .status()
        .map_err(|error| not_started(command, &error))?;
    if status.success() {
        Ok(())
    } else {
        Err(ended_badly(command, status))
    }
}

/// Runs `command` to its end and returns what it printed, without the last line break.
pub(crate) fn output(command: &mut Command) -> Result<String, Failure> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| not_started(command, &error))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    } else {
        Err(ended_badly(command, output.status))
    }
}

/// Whether `command` can be run at all and succeeds; its output is thrown away.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Makes `command` the rest of this process. On Unix it takes our place, so that Ctrl-C reaches
/// it alone and the shell waits for its clean shutdown; elsewhere we wait for it.
#[cfg(unix)]
pub(crate) fn hand_over(command: &mut Command) -> Result<(), Failure> {
    use std::os::unix::process::CommandExt;
    let error = command.exec();
    Err(not_started(command, &error))
}

/// Makes `command` the rest of this process.
#[cfg(not(unix))]
pub(crate) fn hand_over(command: &mut Command) -> Result<(), Failure> {
    run(command)
}

pub(crate) fn not_started(command: &Command, error: &std::io::Error) -> Failure {
    Failure::new(format!("could not start `{}`: {error}", line(command)))
}

pub(crate) fn ended_badly(command: &Command, status: std::process::ExitStatus) -> Failure {
    Failure::new(format!("`{}` ended with {status}", line(command)))
}

/// The command as one would type it: cargo tells us its own path, which nobody types.
fn line(command: &Command) -> String {
    let program = Path::new(command.get_program());
    std::iter::once(program.file_stem().unwrap_or(program.as_os_str()))
        .chain(command.get_args())
        .map(|word| word.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}

fn minutes(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs();
    if seconds < 60 {
        format!("{:.1} s", elapsed.as_secs_f64())
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_its_step_and_its_command() {
        let failure = step("nonsense", || run(&mut Command::new("/no/such/program"))).unwrap_err();
        let text = failure.to_string();
        assert!(text.starts_with("nonsense failed after"), "{text}");
        assert!(text.contains("`program`"), "{text}");
        assert_eq!(failure.exit_code(), 1);
    }

    #[test]
    fn wrong_usage_stays_wrong_usage_inside_a_step() {
        let failure = step("arguments", || Err::<(), _>(Failure::usage("no"))).unwrap_err();
        assert_eq!(failure.exit_code(), 2);
    }

    #[test]
    fn times_are_readable() {
        assert_eq!(minutes(Duration::from_millis(1_540)), "1.5 s");
        assert_eq!(minutes(Duration::from_secs(185)), "3 min 05 s");
    }
}
