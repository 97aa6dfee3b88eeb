//! An examination for people: a line a step, as it ends; remedies below.

use crate::output::say;
use aco_domain::{Answerer, Answers, Check, Outcome, Step};
use std::io::{self, Write as _};

/// Shows steps as they pass, unless the output is JSON.
pub(super) struct Progress {
    visible: bool,
    /// On a terminal the step under way is named, and its line then replaced.
    terminal: bool,
}

impl Progress {
    pub(super) fn new(visible: bool, terminal: bool) -> Self {
        Self { visible, terminal }
    }

    pub(super) fn upcoming(&mut self, check: Check) {
        if self.visible && self.terminal {
            let mut output = io::stdout().lock();
            // A reader that has gone is noticed with the step's own line.
            let _ = write!(output, "{:<15}…\r", name(check));
            let _ = output.flush();
        }
    }

    pub(super) fn step(&mut self, step: &Step) {
        if self.visible {
            say(line(step).trim_end());
        }
    }
}

/// The step, and what to do about it below.
fn line(step: &Step) -> String {
    let word = match step.outcome {
        Outcome::Ok => "ok",
        Outcome::Note => "note",
        Outcome::Failed => "failed",
    };
    let mut text = String::new();
    let (mut name, mut word) = (name(step.check), word);
    for what in step.what.lines() {
        text.push_str(&format!("{name:<15}{word:<8}{what}\n"));
        (name, word) = ("", "");
    }
    if let Some(advice) = &step.advice {
        text.push_str(&format!("{:<23}→ {advice}\n", ""));
    }
    text
}

/// The last line.
pub(super) fn verdict(steps: &[Step], answers: Option<Answers>) -> String {
    let failed = steps.iter().find(|step| step.outcome == Outcome::Failed);
    if let Some(failed) = failed {
        return format!(
            "\nStopped at: {}. When that is corrected, run `aco doctor` again.",
            name(failed.check)
        );
    }
    let paused = steps.iter().any(|step| step.check == Check::Pause);
    let text = match answers.map(|answers| answers.by) {
        Some(Answerer::Loki) => "All is well: records arrive, and the answers are Loki's own.",
        Some(Answerer::Collector) => {
            "Records are accepted by the Collector. Whether they reach Loki, its answers do not say."
        }
        None if paused => "Nothing wrong was found before the pause.",
        None => "Nothing is wrong.",
    };
    format!("\n{text}")
}

fn name(check: Check) -> &'static str {
    match check {
        Check::Configuration => "Configuration",
        Check::Token => "Token",
        Check::Pause => "Pause",
        Check::Name => "Name",
        Check::Connection => "Connection",
        Check::Tls => "TLS",
        Check::Protocol => "Protocol",
        Check::Answer => "Answer",
        Check::WhoseAnswer => "Whose answer",
        Check::Metrics => "Metrics",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aco_domain::UnixNanos;

    #[test]
    fn steps_stand_in_columns_with_the_remedy_below() {
        let failed = Step::failed(Check::Tls, "c", "first\nsecond", "do");
        assert_eq!(
            line(&failed),
            "TLS            failed  first\n                       second\n                       → do\n"
        );
        let ok = Step::ok(Check::WhoseAnswer, "c", "what");
        assert_eq!(line(&ok), "Whose answer   ok      what\n");
        assert!(verdict(&[ok, failed], None).contains("Stopped at: TLS"));
    }

    #[test]
    fn the_verdict_says_whose_answers_come() {
        let say = |by: Option<Answerer>| {
            let found_at = UnixNanos(1);
            verdict(&[], by.map(|by| Answers { by, found_at }))
        };
        assert!(say(Some(Answerer::Loki)).contains("Loki's own"));
        assert!(say(Some(Answerer::Collector)).contains("accepted by the Collector"));
        assert!(say(None).contains("Nothing is wrong"));
    }
}
