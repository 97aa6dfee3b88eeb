//! "Test Connection": the steps of an examination as they pass.

use crate::now::sentence;
use crate::{Action, Deed};
use aco_domain::{Answerer, Answers, Check, Outcome, Step};
use serde::Serialize;

/// The test as far as it has come. Event `test`, after each step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct TestView {
    /// `Test Connection` or `Stop Test`.
    pub action: Action,
    /// The steps; none before the first test.
    pub steps: Vec<TestStep>,
    /// What it came to; null while it runs.
    pub conclusion: Option<Conclusion>,
}

/// What a finished test came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Conclusion {
    /// Whether no step failed.
    pub healthy: bool,
    /// `What Loki accepts is stored`.
    pub text: String,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct TestStep {
    /// What is looked at: `TLS`.
    pub name: String,
    /// How it is.
    pub outcome: TestOutcome,
    /// What was found.
    pub what: String,
    /// What to do about it.
    pub advice: Option<String>,
}

/// How a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum TestOutcome {
    /// Not begun.
    Todo,
    /// Under way.
    Running,
    /// As it should be.
    Ok,
    /// Nothing is wrong, and the user should know.
    Note,
    /// Something is wrong.
    Failed,
}

/// The checks, in the order of the way there.
const ORDER: [Check; 10] = [
    Check::Configuration,
    Check::Token,
    Check::Pause,
    Check::Name,
    Check::Connection,
    Check::Tls,
    Check::Protocol,
    Check::Answer,
    Check::WhoseAnswer,
    Check::Metrics,
];

/// A test as it goes on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Test {
    steps: Vec<Step>,
    running: Option<Check>,
    is_running: bool,
    conclusion: Option<Conclusion>,
}

impl Test {
    /// It has begun.
    #[must_use]
    pub fn begun() -> Self {
        Self {
            is_running: true,
            ..Self::default()
        }
    }

    /// This is looked at now.
    pub fn upcoming(&mut self, check: Check) {
        self.running = Some(check);
    }

    /// A step is through.
    pub fn step(&mut self, step: Step) {
        self.running = None;
        self.steps.push(step);
    }

    /// It is through.
    pub fn examined(&mut self, healthy: bool, answers: Option<Answers>) {
        let has_notes = self.steps.iter().any(|step| step.outcome == Outcome::Note);
        let text = match (healthy, answers.map(|answers| answers.by)) {
            (false, _) => "The connection does not work yet. Records are kept.",
            (true, Some(Answerer::Loki)) => "The connection works: what is accepted is in Loki.",
            (true, Some(Answerer::Collector)) => {
                "The connection works: what is accepted is in the Collector’s care."
            }
            (true, None) if has_notes => "Nothing failed; see the notes.",
            (true, None) => "The connection works.",
        };
        self.end(healthy, text);
    }

    /// It was ended by the user.
    pub fn stopped(&mut self) {
        self.end(false, "Stopped.");
    }

    /// It could not be carried on.
    pub fn broke_off(&mut self, message: &str, remedy: &str) {
        let text = format!("{} {}", sentence(message), sentence(remedy));
        self.end(false, text.trim_end());
    }

    fn end(&mut self, healthy: bool, text: &str) {
        self.is_running = false;
        self.running = None;
        self.conclusion = Some(Conclusion {
            healthy,
            text: text.to_owned(),
        });
    }

    /// The view of it.
    #[must_use]
    pub fn view(&self) -> TestView {
        let mut steps: Vec<TestStep> = self.steps.iter().map(of).collect();
        if self.is_running {
            let done = self.steps.last().map(|step| step.check);
            let rest = ORDER.into_iter().filter(|check| Some(*check) > done);
            steps.extend(rest.map(|check| TestStep {
                name: name(check).to_owned(),
                outcome: if self.running == Some(check) {
                    TestOutcome::Running
                } else {
                    TestOutcome::Todo
                },
                what: question(check).to_owned(),
                advice: None,
            }));
        }
        TestView {
            action: if self.is_running {
                Action::plain(Deed::StopTest, "Stop Test")
            } else {
                Action::plain(Deed::Test, "Test Connection")
            },
            steps,
            conclusion: self.conclusion.clone(),
        }
    }
}

fn of(step: &Step) -> TestStep {
    TestStep {
        name: name(step.check).to_owned(),
        outcome: match step.outcome {
            Outcome::Ok => TestOutcome::Ok,
            Outcome::Note => TestOutcome::Note,
            Outcome::Failed => TestOutcome::Failed,
        },
        what: step.what.clone(),
        advice: step.advice.clone(),
    }
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

/// What stands there until there is an answer.
fn question(check: Check) -> &'static str {
    match check {
        Check::Configuration => "is it valid?",
        Check::Token => "is there one for this endpoint?",
        Check::Pause => "may anything leave now?",
        Check::Name => "does it have an address?",
        Check::Connection => "does something listen there?",
        Check::Tls => "is the certificate believed?",
        Check::Protocol => "does it speak gRPC?",
        Check::Answer => "does it take a record?",
        Check::WhoseAnswer => "is the record really stored?",
        Check::Metrics => "does it take metrics?",
    }
}

#[cfg(test)]
#[path = "examination_tests.rs"]
mod tests;
