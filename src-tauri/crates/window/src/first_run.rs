//! The first run: what was found, where records go, start at login. Three steps, each skippable.

use crate::now::Now;
use crate::settings::problem_text;
use crate::status::folder_row;
use crate::{Field, FirstLine, Input, Row, Section, TestView};
use aco_domain::figures::plural;
use aco_domain::{SettingProblem, SettingsSheet, Sources, TokenState};
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

/// What stands in the window's environment, set for whichever program, and is offered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offers {
    /// A variable and the address in it.
    pub endpoint: Option<(String, String)>,
    /// The variable a token is in. The token stays with whoever read it.
    pub token: Option<String>,
}

/// What the first run is drawn from.
#[derive(Clone, Copy, Debug)]
pub struct FirstRunFacts<'a> {
    /// Where usage is read.
    pub sources: &'a Sources,
    /// The settings in force.
    pub settings: &'a SettingsSheet,
    /// What was found in the environment.
    pub offers: &'a Offers,
    /// The endpoint as it was typed last, where it was not accepted.
    pub typed: Option<&'a str>,
    /// What is wrong with it.
    pub problems: &'a [SettingProblem],
    /// The test.
    pub test: &'a TestView,
}

const ENDPOINT: &str = "ship.endpoint";

impl FirstRunView {
    /// The view of these facts now.
    #[must_use]
    pub fn of(facts: &FirstRunFacts<'_>, now: &Now) -> Self {
        Self {
            found: found(facts.sources, now),
            shipping: shipping(facts),
            login: login(),
        }
    }
}

fn found(sources: &Sources, now: &Now) -> Found {
    let there: Vec<_> = sources.sources.iter().filter(|s| s.is_found()).collect();
    let tools: Vec<Row> = there
        .iter()
        .map(|source| {
            let row = folder_row(source, now);
            match source.files {
                0 => row,
                files => row.aside(plural(files, "file", "files")),
            }
        })
        .collect();
    let first = match tools.len() {
        0 => FirstLine::word("No AI tools found").dot("the first one that runs shows by itself"),
        count => FirstLine {
            detail: " on this machine".to_owned(),
            ..FirstLine::word(format!(
                "{} found",
                plural(count as u64, "AI tool", "AI tools")
            ))
        },
    };
    Found {
        title: "Tools found".to_owned(),
        first,
        tools,
        read: Section {
            title: "What is read from them".to_owned(),
            is_list: false,
            rows: vec![
                Row::new(
                    "Kept",
                    "Token counts, model names, times, session ids, project folders",
                ),
                Row::new("Never kept", "Prompts, answers, command lines, keys"),
                Row::new(
                    "If you ship",
                    "Project folders and session ids leave only as keyed hashes",
                ),
            ],
        },
    }
}

fn shipping(facts: &FirstRunFacts<'_>) -> ShippingStep {
    let settings = facts.settings.settings.iter();
    let configured = settings
        .clone()
        .find(|setting| setting.key == ENDPOINT)
        .filter(|setting| !setting.value.is_empty());
    let offer = facts.offers.endpoint.as_ref();
    let (value, note) = match (facts.typed, configured, offer) {
        (Some(typed), _, _) => (typed.to_owned(), None),
        (None, Some(setting), _) => (setting.value.clone(), None),
        (None, None, Some((variable, value))) => (
            value.clone(),
            Some(format!(
                "Found in {variable}. Change it if that belongs to another tool."
            )),
        ),
        (None, None, None) => (String::new(), None),
    };
    let problem = facts.problems.first();
    let has_token = matches!(facts.settings.token, TokenState::Present { .. });
    ShippingStep {
        title: "Shipping".to_owned(),
        first: FirstLine::word("Where should records go?"),
        local: Explained {
            label: "Stay on this machine".to_owned(),
            text: "Everything is recorded and shown here. Nothing is sent. You can connect later."
                .to_owned(),
        },
        connect: Explained {
            label: "Also ship to my OpenTelemetry Collector".to_owned(),
            text: "Over TLS, with your token. While it is away, records wait here.".to_owned(),
        },
        suggests_connect: !value.is_empty(),
        endpoint: Field {
            key: ENDPOINT.to_owned(),
            label: "Endpoint".to_owned(),
            value,
            input: Input::Text,
            placeholder: "https://otel.example:4317".to_owned(),
            unit: None,
            mono: false,
            aside: None,
            note,
            error: problem.map(problem_text),
            fixed: configured.and_then(|setting| {
                let variable = setting.fixed_by()?;
                Some(format!("Set by {variable} in the service’s environment."))
            }),
        },
        token_placeholder: if has_token {
            "Stored; type to replace".to_owned()
        } else {
            "Stored safely, never shown again".to_owned()
        },
        token_offer: facts
            .offers
            .token
            .as_ref()
            .filter(|_| !has_token)
            .map(|variable| TokenOffer {
                label: format!("Use the token found in {variable}"),
            }),
        test: facts.test.clone(),
    }
}

fn login() -> LoginStep {
    LoginStep {
        title: "At login".to_owned(),
        first: FirstLine::word("Start when you log in?"),
        lead: "Counts are complete only while the agent runs. Some tools delete their own history \
               after 30 days; what the agent has counted stays."
            .to_owned(),
        login: Switch {
            label: "Start at login, without a window".to_owned(),
            checked: true,
        },
        // Opt-in: nobody asked for notifications yet.
        notify: Switch {
            label: "Notify when the token is refused, records are dropped or a budget is reached"
                .to_owned(),
            checked: false,
        },
        after: "Closing the window keeps the agent running. Its icon is in the tray; Quit is in \
                the icon’s menu."
            .to_owned(),
    }
}

#[cfg(test)]
#[path = "first_run_tests.rs"]
mod tests;
