//! Adds up what `cargo test` says, so that "how many, and did any run" has one answer.

use crate::process::{Failure, ended_badly, not_started};
use std::fmt;
use std::io::{self, BufRead, BufReader, Write};
use std::process::{Command, Stdio};

/// The tests of every program cargo ran, together.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl Summary {
    /// Counts a line like `test result: ok. 3 passed; 0 failed; 1 ignored; …`; ignores any other.
    fn read(&mut self, line: &str) {
        let Some(result) = line.trim_start().strip_prefix("test result: ") else {
            return;
        };
        // The verdict ends at the first full stop; the counts are `<number> <word>` after it.
        let counts = result.split_once(". ").map_or("", |(_, counts)| counts);
        for count in counts.split(';') {
            let mut words = count.split_whitespace();
            let number = words
                .next()
                .and_then(|number| number.parse().ok())
                .unwrap_or(0);
            match words.next() {
                Some("passed") => self.passed += number,
                Some("failed") => self.failed += number,
                Some("ignored") => self.ignored += number,
                _ => {}
            }
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            passed,
            failed,
            ignored,
        } = self;
        write!(f, "{passed} passed, {failed} failed, {ignored} skipped")
    }
}

/// Runs a `cargo test` command, passing its output through, and adds up its results.
///
/// # Errors
/// When a test fails, and when none ran: a filter that matches nothing is a typing error that
/// cargo itself calls a success.
pub(crate) fn run_tests(command: &mut Command) -> Result<Summary, Failure> {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| not_started(command, &error))?;
    let mut summary = Summary::default();
    if let Some(output) = child.stdout.take() {
        pass_on(BufReader::new(output), &mut summary)
            .map_err(|error| Failure::new(format!("could not read the tests' output: {error}")))?;
    }
    let status = child.wait().map_err(|error| not_started(command, &error))?;
    if !status.success() {
        println!("{summary}");
        Err(ended_badly(command, status))
    } else if summary.passed == 0 {
        Err(Failure::new("no test ran; check the name"))
    } else {
        Ok(summary)
    }
}

fn pass_on(mut output: impl BufRead, summary: &mut Summary) -> io::Result<()> {
    let mut shown = io::stdout().lock();
    let mut line = Vec::new();
    // By bytes: what a test prints need not be UTF-8.
    while output.read_until(b'\n', &mut line)? > 0 {
        shown.write_all(&line)?;
        summary.read(&String::from_utf8_lossy(&line));
        line.clear();
    }
    shown.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_results_of_all_programs_are_added() {
        let mut summary = Summary::default();
        for line in [
            "running 3 tests",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 7 filtered out; finished in 0.01s",
            "test result: a test that prints this",
            "test result: FAILED. 4 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out",
        ] {
            summary.read(line);
        }
        let expected = Summary {
            passed: 7,
            failed: 2,
            ignored: 1,
        };
        assert_eq!(summary, expected);
        assert_eq!(summary.to_string(), "7 passed, 2 failed, 1 skipped");
    }
}
