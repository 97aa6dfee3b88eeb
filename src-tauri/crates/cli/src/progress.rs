//! How far a long reading is, for who waits at a terminal or reads a log afterwards.

use crate::context::Context;
use aco_domain::Progress;
use aco_ipc::Response;
use std::io::{self, IsTerminal as _, Write};
use std::time::{Duration, Instant};

/// A reading that is through by then says nothing.
const SILENT: Duration = Duration::from_millis(500);

/// On a terminal the line is replaced this often.
const REDRAWN: Duration = Duration::from_millis(100);

/// Elsewhere a line stands for good, so that there are few of them.
const REPEATED: Duration = Duration::from_secs(10);

/// Says `412 of 1,000 files` on standard error.
pub(crate) struct Reading {
    terminal: bool,
    next: Instant,
    shown: bool,
}

impl Reading {
    pub(crate) fn begin(context: &Context) -> Self {
        let terminal = io::stderr().is_terminal() && context.understands_escapes();
        Self::new(terminal, Instant::now())
    }

    fn new(terminal: bool, now: Instant) -> Self {
        let silent = if terminal { SILENT } else { REPEATED };
        Self {
            terminal,
            next: now + silent,
            shown: false,
        }
    }

    /// Shows what a running agent tells of its reading.
    pub(crate) fn hear(&mut self, news: &Response) {
        if let Response::Progress(progress) = news {
            self.at(*progress);
        }
    }

    /// Takes the line away, where one stands on a terminal.
    pub(crate) fn end(&mut self) {
        self.at(Progress::default());
    }

    pub(crate) fn at(&mut self, progress: impl Into<Progress>) {
        let progress = progress.into();
        let text = self.text(progress, Instant::now());
        // Nobody can be told when that fails.
        let mut error = io::stderr().lock();
        let _ = error.write_all(text.as_bytes());
        let _ = error.flush();
    }

    /// What to write now.
    fn text(&mut self, progress: Progress, now: Instant) -> String {
        let through = progress.done >= progress.of;
        if through && self.terminal && std::mem::take(&mut self.shown) {
            return "\r\u{1b}[K".to_owned();
        }
        if through || now < self.next {
            return String::new();
        }
        self.shown = true;
        let count =
            |files: u64| aco_domain::figures::grouped(i64::try_from(files).unwrap_or(i64::MAX));
        let line = format!(
            "aco: reading, {} of {} files",
            count(progress.done),
            count(progress.of)
        );
        if self.terminal {
            self.next = now + REDRAWN;
            format!("\r{line}\u{1b}[K")
        } else {
            self.next = now + REPEATED;
            line + "\n"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(done: u64) -> Progress {
        Progress { done, of: 1_000 }
    }

    #[test]
    fn a_terminal_sees_one_line_that_goes_in_the_end() {
        let start = Instant::now();
        let after = |millis| start + Duration::from_millis(millis);
        let mut reading = Reading::new(true, start);
        assert_eq!(reading.text(at(1), after(499)), "");
        assert_eq!(
            reading.text(at(412), after(500)),
            "\raco: reading, 412 of 1,000 files\u{1b}[K"
        );
        assert_eq!(
            reading.text(at(413), after(599)),
            "",
            "not more often than is seen"
        );
        assert!(reading.text(at(420), after(600)).contains("420 of"));
        assert_eq!(reading.text(at(1_000), after(601)), "\r\u{1b}[K");
        let mut quick = Reading::new(true, start);
        assert_eq!(quick.text(at(1_000), after(9_000)), "", "nothing was shown");
    }

    #[test]
    fn a_log_has_a_line_now_and_then() {
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs(seconds);
        let mut reading = Reading::new(false, start);
        assert_eq!(reading.text(at(1), after(9)), "");
        assert_eq!(
            reading.text(at(2), after(10)),
            "aco: reading, 2 of 1,000 files\n"
        );
        assert_eq!(reading.text(at(3), after(19)), "");
        assert_eq!(reading.text(at(1_000), after(30)), "");
    }
}
