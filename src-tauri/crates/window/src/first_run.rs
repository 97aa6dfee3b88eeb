//! The first run: what was found, where records go, start at login. Three steps, each skippable.

use crate::{Field, FirstLine, Row, Section, TestView};
use serde::{Deserialize, Serialize};

/// The first run. Command `first_run`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct FirstRunView {
    /// The first step.
    pub found: Found,
    /// The second.
    pub shipping: ShippingStep,
    /// The third.
    pub login: LoginStep,
}

/// What was found on this machine, and what is read of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Found {
    /// In the sidebar.
    pub title: String,
    /// `7 AI tools found on this machine`.
    pub first: FirstLine,
    /// The tools and where they keep what they record.
    pub tools: Vec<Row>,
    /// What is read from them, and what never is.
    pub read: Section,
}

/// Where records go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ShippingStep {
    /// In the sidebar.
    pub title: String,
    /// The question.
    pub first: FirstLine,
    /// Stay on this machine.
    pub local: Explained,
    /// Ship too.
    pub connect: Explained,
    /// Whether `connect` is chosen to begin with: an address was found.
    pub suggests_connect: bool,
    /// The endpoint. A value found in the environment is offered as its value, with a note that
    /// says so.
    pub endpoint: Field,
    /// The token's placeholder.
    pub token_placeholder: String,
    /// A token was found, and will be taken when this is checked; its value is not here.
    pub token_offer: Option<TokenOffer>,
    /// The test of what was typed.
    pub test: TestView,
}

/// A token that stands in the environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct TokenOffer {
    /// `Use the token found in ACO_TOKEN`.
    pub label: String,
}

/// A choice with its consequence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Explained {
    /// The choice.
    pub label: String,
    /// What follows.
    pub text: String,
}

/// Start at login, and what is notified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LoginStep {
    /// In the sidebar.
    pub title: String,
    /// The question.
    pub first: FirstLine,
    /// Why it matters.
    pub lead: String,
    /// The check box, and whether it is checked to begin with.
    pub login: Switch,
    /// The check box, and whether it is checked to begin with.
    pub notify: Switch,
    /// Where the program is once the window is closed.
    pub after: String,
}

/// A check box.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Switch {
    /// Beside it.
    pub label: String,
    /// Whether it is checked.
    pub checked: bool,
}

/// What was chosen. Argument of `finish_first_run`.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct FirstRunChoice {
    /// The endpoint as it was typed; null to stay on this machine.
    pub endpoint: Option<String>,
    /// The token as it was typed; null when none was.
    pub token: Option<String>,
    /// Whether the token found in the environment is taken.
    pub take_token_found: bool,
    /// Whether to start at login.
    pub start_at_login: bool,
    /// Whether to notify.
    pub notify: bool,
}

/// Without the token.
impl std::fmt::Debug for FirstRunChoice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FirstRunChoice")
            .field("endpoint", &self.endpoint)
            .field("token", &self.token.as_ref().map(|_| "…"))
            .field("take_token_found", &self.take_token_found)
            .field("start_at_login", &self.start_at_login)
            .field("notify", &self.notify)
            .finish()
    }
}
