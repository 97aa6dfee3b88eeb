//! Settings that change while the agent runs: what is taken at once, and what they let leave.

use crate::Agent;
use crate::events::TARGET;
use crate::settings::{Settings, needs_a_restart};
use aco_config::ConfigError;
use aco_domain::{AnswerKind, Attention};
use aco_telemetry::ship::{Destination, Heeded, Orders};
use std::sync::Arc;

impl Agent {
    /// Reads the settings again. Invalid ones ship nothing and leave the last good ones in force
    /// for everything else.
    pub(crate) fn reload(&mut self) {
        // Taken before the reading, so that a change in between is noticed by the next look.
        let fingerprint = self.source.fingerprint(&self.settings);
        match self.source.load(Some(&self.foundation.masker)) {
            Ok(settings) => {
                self.fingerprint = settings.fingerprint.clone();
                self.take(settings);
            }
            Err(error) => {
                self.fingerprint = fingerprint;
                let invalid = config_attention(&error);
                if self.invalid.as_ref() != Some(&invalid) {
                    log::error!(
                        target: TARGET,
                        "the configuration is invalid, nothing is shipped until it is corrected:\n{error}"
                    );
                }
                self.invalid = Some(invalid);
            }
        }
        // Before anything may leave to a new endpoint.
        self.settle_kept();
        self.give_orders();
        self.shipper.wake();
    }

    fn take(&mut self, settings: Settings) {
        let moved = settings.endpoint() != self.settings.endpoint();
        let answer = self.report.borrow().answer.clone();
        // A refusal was about the settings of then: those of now have not been tried.
        self.outdated = answer.filter(|answer| moved || answer.kind != AnswerKind::Accepted);
        self.scans.configure(&settings.config);
        self.rounds.configure(&settings.config);
        self.settings = settings;
        if self.invalid.take().is_some() {
            log::info!(target: TARGET, "the configuration is valid again");
        }
        self.warn_about_settings();
        for section in needs_a_restart(&self.started_with, &self.settings.config) {
            log::warn!(target: TARGET, "{section}: the change takes effect when the agent is started again");
        }
    }

    pub(crate) fn warn_about_settings(&self) {
        for warning in &self.settings.warnings {
            log::warn!(target: TARGET, "{warning}");
        }
        if let Some(attention) = self.settings.attention() {
            log::warn!(target: TARGET, "nothing is shipped: {}; {}", attention.what, attention.remedy);
        }
    }

    /// What is wrong with the configuration on disk, if anything.
    pub(crate) fn invalid(&self) -> Option<&Attention> {
        self.invalid.as_ref()
    }

    /// Whether anything may leave now.
    pub(crate) fn is_shipping(&self) -> bool {
        self.destination().is_some() && self.paused().is_none()
    }

    pub(crate) fn destination(&self) -> Option<Arc<Destination>> {
        self.settings
            .destination()
            .filter(|_| self.invalid.is_none() && !self.asks_what_to_do())
    }

    pub(crate) fn give_orders(&self) -> Heeded {
        let orders = Orders::new(self.destination(), self.paused().is_some());
        self.shipper
            .order(orders.with_metrics(self.settings.metrics_every()))
    }
}

/// An invalid configuration as something that needs the user.
#[must_use]
pub fn config_attention(error: &ConfigError) -> Attention {
    Attention {
        code: "config_invalid".into(),
        what: error.to_string(),
        remedy: "correct it (`aco config check` shows every problem); nothing is shipped until \
                 then"
            .into(),
    }
}
