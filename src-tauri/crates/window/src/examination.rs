//! "Test Connection": the steps of an examination as they pass.

use crate::Action;
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
