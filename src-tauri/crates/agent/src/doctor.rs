//! The examination of a home's way to its backend: what the settings say, then the way itself
//! ([`aco_telemetry::doctor`]).
//!
//! `aco doctor` runs it in its own process, so that it works where the agent does not; a window's
//! "Test connection" runs the same one. May not enter: storing what was found (the agent owns the
//! state), and printing.

use crate::foundation::resource;
use crate::settings::{Settings, Shipping};
use crate::{Identity, config_attention};
use aco_config::{ConfigError, Endpoint};
use aco_domain::{
    Answerer, Answers, Attention, Check, Clock, EndpointStatus, Outcome, PauseUntil, Step,
};
use aco_telemetry::doctor;
use std::collections::VecDeque;
use std::sync::Arc;
use uuid::Uuid;

/// Whose way is examined.
pub struct Patient<'a> {
    /// The settings, or why there are none.
    pub settings: Result<&'a Settings, &'a ConfigError>,
    /// Who asks.
    pub identity: &'a Identity,
    /// `service.instance.id` of the test records.
    pub installation: Uuid,
    /// Stamps them.
    pub clock: Arc<dyn Clock>,
}

/// An examination under way. Steps are pulled, so that whoever pulls can show each one, and can stop
/// when shipping is paused between two.
pub struct Examination {
    /// Known from the settings alone.
    known: VecDeque<Step>,
    way: Option<doctor::Examination>,
    clock: Arc<dyn Clock>,
    endpoint: Option<String>,
}

impl Examination {
    /// Looks at the settings; sends nothing yet.
    #[must_use]
    pub fn new(patient: &Patient<'_>) -> Self {
        let mut examination = Self {
            known: VecDeque::new(),
            way: None,
            clock: Arc::clone(&patient.clock),
            endpoint: None,
        };
        let settings = match patient.settings {
            Ok(settings) => settings,
            Err(error) => {
                let invalid = failed(Check::Configuration, config_attention(error));
                examination.known.push_back(invalid);
                return examination;
            }
        };
        let endpoint = settings.endpoint();
        examination.endpoint = endpoint.as_ref().map(|endpoint| endpoint.url.clone());
        examination.known.extend(told_by(settings));
        let Some(destination) = settings.destination() else {
            return examination;
        };
        let way = doctor::Examination::new(doctor::Subject {
            destination,
            speaker: resource(&settings.config, patient.identity, patient.installation),
            clock: Arc::clone(&patient.clock),
        });
        match way {
            Ok(way) => examination.way = Some(way),
            Err(what) => examination.known.push_back(Step::failed(
                Check::Configuration,
                "endpoint_unusable",
                what,
                "correct `ship.endpoint`",
            )),
        }
        examination
    }

    /// The endpoint examined, as a status has it.
    #[must_use]
    pub fn endpoint(&self) -> Option<&str> {
        self.endpoint.as_deref()
    }

    /// What is looked at next; nothing at the end.
    #[must_use]
    pub fn upcoming(&self) -> Option<Check> {
        let known = self.known.front().map(|step| step.check);
        known.or_else(|| self.way.as_ref()?.upcoming())
    }

    /// Whether the next step sends something, a question about a name included.
    #[must_use]
    pub fn sends_next(&self) -> bool {
        self.known.is_empty() && self.upcoming().is_some()
    }

    /// Does the next step. Nothing at the end, or after one that failed.
    pub async fn next(&mut self) -> Option<Step> {
        match self.known.pop_front() {
            Some(step) => Some(step),
            None => self.way.as_mut()?.next().await,
        }
    }

    /// Ends it with a step that says why nothing more is sent.
    pub fn pause(&mut self, pause: PauseUntil, words: &str) {
        self.way = None;
        let what = match pause {
            PauseUntil::Resumed => "shipping is paused until you resume it".to_owned(),
            PauseUntil::At(_) => format!("shipping is paused until {words}"),
        };
        self.known.push_back(Step::note(
            Check::Pause,
            "paused",
            format!("{what}; nothing is sent, so the rest cannot be looked at"),
            "run `aco resume`, then `aco doctor` again",
        ));
    }

    /// Whose answers come from there, once that is known.
    #[must_use]
    pub fn answers(&self) -> Option<Answers> {
        let by: Answerer = self.way.as_ref()?.answerer()?;
        Some(Answers {
            by,
            found_at: self.clock.now(),
        })
    }
}

/// What the settings alone say. The last step has failed when nothing may be sent.
fn told_by(settings: &Settings) -> Vec<Step> {
    let check = Check::Configuration;
    let (endpoint, withheld) = match &settings.shipping {
        Shipping::Local => {
            return vec![Step::note(
                check,
                "no_endpoint",
                "no endpoint is configured: everything stays on this machine, and nothing is wrong",
                "to ship, set `ship.endpoint` in the file `aco config path` names",
            )];
        }
        Shipping::To { endpoint, .. } => (endpoint, None),
        Shipping::Withheld {
            endpoint,
            attention,
        } => (endpoint, Some(attention)),
    };
    let configured = Step::ok(
        check,
        "configured",
        format!("records go to {}, from {}", endpoint.url, endpoint.origin),
    );
    let Some(attention) = withheld else {
        return vec![configured, token(settings, endpoint)];
    };
    if is_about_the_token(&attention.code) {
        vec![configured, failed(Check::Token, attention.clone())]
    } else {
        vec![failed(check, attention.clone())]
    }
}

fn token(settings: &Settings, endpoint: &EndpointStatus) -> Step {
    let check = Check::Token;
    let Some(origin) = &endpoint.token else {
        return Step::ok(check, "no_token", "none is sent; there is none to send");
    };
    let address = settings.config.ship.endpoint.value.as_ref();
    if address.is_some_and(|address| !address.tls() && !Endpoint::is_loopback(address)) {
        return Step::note(
            check,
            "token_in_clear_text",
            format!(
                "one is sent, from {origin}, and readable on the way: `ship.allow_plaintext` is set"
            ),
            "write https:// when the Collector has a certificate",
        );
    }
    Step::ok(
        check,
        "token_present",
        format!("one is sent, from {origin}, for this endpoint"),
    )
}

fn is_about_the_token(code: &str) -> bool {
    matches!(
        code,
        "token_for_other_endpoint" | "token_unreadable" | "plaintext_refused"
    )
}

fn failed(check: Check, attention: Attention) -> Step {
    Step {
        outcome: Outcome::Failed,
        code: attention.code,
        what: attention.what,
        advice: Some(attention.remedy),
        check,
        took_ms: 0,
    }
}

#[cfg(test)]
#[path = "doctor_tests.rs"]
mod tests;
