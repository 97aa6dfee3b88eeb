//! Rows of the ledger's outbox as `ai.usage` records. Their names stand here and nowhere else;
//! dashboards rely on them.

use crate::events::TARGET;
use aco_config::Privacy;
use aco_home::PseudonymKey;
use aco_ledger::UsageDelta;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use std::borrow::Cow;
use std::fmt::Write as _;

/// Bytes of a pseudonym: enough to keep a person's sessions apart, and short in a label.
const BYTES: usize = 8;

/// What may leave the machine by its name.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    pub(crate) key: PseudonymKey,
    pub(crate) sessions: bool,
    pub(crate) projects: bool,
}

impl Names {
    pub(crate) fn new(key: PseudonymKey, privacy: &Privacy) -> Self {
        Self {
            key,
            sessions: privacy.ship_session_ids.value,
            projects: privacy.ship_project_names.value,
        }
    }

    fn session<'t>(&self, name: &'t str) -> Cow<'t, str> {
        self.shipped(self.sessions, b"session\0", name)
    }

    fn project<'t>(&self, name: &'t str) -> Cow<'t, str> {
        self.shipped(self.projects, b"project\0", name)
    }

    /// The name, or its keyed hash. What has no name needs no pseudonym.
    fn shipped<'t>(&self, plain: bool, kind: &[u8], name: &'t str) -> Cow<'t, str> {
        if plain || name.is_empty() {
            return Cow::Borrowed(name);
        }
        // A key of any length will do for an HMAC.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.key.bytes()) else {
            return Cow::Borrowed("");
        };
        mac.update(kind);
        mac.update(name.as_bytes());
        let mut text = String::with_capacity(2 * BYTES);
        for byte in mac.finalize().into_bytes().iter().take(BYTES) {
            // Writing to a string does not fail.
            let _ = write!(text, "{byte:02x}");
        }
        Cow::Owned(text)
    }
}

/// Writes the record. The spool takes a `usage.seq` once.
pub(crate) fn usage(row: &UsageDelta, names: &Names) {
    let (session, project) = (names.session(&row.session), names.project(&row.project));
    let (day, cost) = (row.day.to_string(), row.sums.cost.to_string());
    let sums = &row.sums;
    log::info!(
        target: TARGET,
        "event.name" = "ai.usage", "usage.seq" = row.seq,
        "tool.name" = &*row.tool, "model.name" = &*row.model,
        "session.id" = &*session, "project.name" = &*project,
        "usage.day" = &*day,
        "usage.first_at" = row.first_at.0, "usage.last_at" = row.last_at.0,
        "usage.calls" = sums.calls,
        "usage.input_tokens" = sums.input_tokens,
        "usage.output_tokens" = sums.output_tokens,
        "usage.cache_read_tokens" = sums.cache_read_tokens,
        "usage.cache_write_5m_tokens" = sums.cache_write_5m_tokens,
        "usage.cache_write_1h_tokens" = sums.cache_write_1h_tokens,
        "usage.reasoning_tokens" = sums.reasoning_tokens,
        "usage.unpriced_tokens" = sums.unpriced_tokens,
        "usage.cost_usd" = &*cost;
        "{} used {}", row.tool, row.model
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_leave_only_when_the_user_wants_it() {
        let names = |key, sessions, projects| Names {
            key: PseudonymKey::new([key; 32]),
            sessions,
            projects,
        };
        let hidden = names(1, false, false);
        let one = hidden.session("/home/ada/secret").into_owned();
        assert_eq!(one.len(), 16);
        assert_eq!(
            hidden.session("/home/ada/secret"),
            one,
            "the same each time"
        );
        assert_ne!(
            hidden.project("/home/ada/secret"),
            one,
            "not the same for another kind"
        );
        assert_ne!(
            names(2, false, false).session("/home/ada/secret"),
            one,
            "nor elsewhere"
        );
        assert_eq!(hidden.project(""), "");
        assert_eq!(names(1, true, false).session("s"), "s");
        assert_eq!(names(1, false, true).project("/p"), "/p");
        assert_ne!(names(1, false, true).session("s"), "s");
    }
}
