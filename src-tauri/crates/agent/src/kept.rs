//! What was recorded while no endpoint was configured, and whether it is sent now that there is one.
//!
//! Somebody who connects for the first time may not want years of records to leave at once. A tray
//! has a window to ask in, so an agent in one ships nothing until the answer is there; `aco run` has
//! nobody to ask, and sends. May not enter: how anybody is asked.

use crate::Agent;
use crate::events::TARGET;
use aco_domain::{Attention, Backlog, DropReason, Kept, Role};
use aco_home::KeptRecords;
use aco_ipc::{Refusal, Response, code};
use aco_spool::Stats;

/// What there is to decide on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Circumstances {
    /// Whether no endpoint is configured.
    pub(crate) is_local: bool,
    pub(crate) role: Role,
    /// The last record that was given a number, and the last one that has left.
    pub(crate) last_seq: u64,
    pub(crate) passed_seq: u64,
}

/// What is to be remembered, after what was.
pub(crate) fn settled(known: Option<KeptRecords>, now: Circumstances) -> Option<KeptRecords> {
    if now.is_local {
        return Some(KeptRecords::Local);
    }
    let asked = match known? {
        KeptRecords::Local => now.last_seq,
        KeptRecords::Asked { through } => through,
    };
    // A window can only be opened by a tray; and what has expired meanwhile is no question any more.
    (now.role == Role::Tray && asked > now.passed_seq)
        .then_some(KeptRecords::Asked { through: asked })
}

/// What a status says of it.
pub(crate) fn shown(known: Option<KeptRecords>, passed_seq: u64, waiting: Backlog) -> Option<Kept> {
    let Some(KeptRecords::Asked { through }) = known else {
        return None;
    };
    Some(Kept {
        records: through.saturating_sub(passed_seq).min(waiting.records),
        oldest_age_s: waiting.oldest_age_s,
    })
}

/// The question as something that needs the user.
pub(crate) fn question(kept: &Kept) -> Attention {
    Attention {
        code: "send_kept".into(),
        what: format!(
            "{} records were kept while no endpoint was configured",
            kept.records
        ),
        remedy: "say in the window whether they are sent; nothing is shipped until then".into(),
    }
}

impl Agent {
    /// Whether the answer is waited for.
    pub(crate) fn asks_what_to_do(&self) -> bool {
        matches!(self.kept, Some(KeptRecords::Asked { .. }))
    }

    /// Notes what is kept as things stand. Where that cannot be saved it holds until a restart.
    pub(crate) fn settle_kept(&mut self) {
        if self.invalid.is_some() {
            // Nobody knows whether there is an endpoint.
            return;
        }
        let Stats {
            last_seq,
            passed_seq,
            ..
        } = self.foundation.spool.stats();
        let now = Circumstances {
            is_local: self.settings.endpoint().is_none(),
            role: self.foundation.identity.role,
            last_seq,
            passed_seq,
        };
        let kept = settled(self.kept, now);
        if kept != self.kept {
            self.keep(kept);
            self.give_orders();
        }
    }

    pub(crate) fn send_kept(&mut self, send: bool) -> Response {
        let Some(KeptRecords::Asked { through }) = self.kept else {
            return Response::Error(Refusal::new(
                code::NOT_ASKED,
                "nothing is kept that waits for an answer",
                "look at the status again",
            ));
        };
        if !send && let Err(error) = self.foundation.spool.expire_through(through) {
            return Response::Error(Refusal::new(
                code::FAILED,
                format!("they cannot be let go durably: {error}"),
                "answer again when the disk takes writes; nothing is shipped until then",
            ));
        }
        let words = if send {
            "what was kept is sent"
        } else {
            // Asked for, so nobody needs to be told of the loss.
            let store = &mut self.foundation.store;
            let mut seen = store.state().acknowledged_dropped;
            let dropped = self.foundation.spool.stats().counters.dropped;
            let expired = dropped.get(DropReason::Age) - seen.get(DropReason::Age).min(dropped.age);
            seen.add(DropReason::Age, expired);
            let _ = store.acknowledge_dropped(seen);
            "what was kept stays here and is sent to nobody"
        };
        log::info!(target: TARGET, "{words}");
        self.keep(None);
        self.give_orders();
        self.shipper.wake();
        Response::Done {
            message: words.to_owned(),
        }
    }

    fn keep(&mut self, kept: Option<KeptRecords>) {
        self.kept = kept;
        if let Err(error) = self.foundation.store.note_kept(kept) {
            log::warn!(target: TARGET, "what is kept could not be remembered: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_tray_asks_and_only_about_what_was_kept_without_an_endpoint() {
        let local = Some(KeptRecords::Local);
        let asked = Some(KeptRecords::Asked { through: 7 });
        let now = |is_local, role, passed_seq| Circumstances {
            is_local,
            role,
            last_seq: 9,
            passed_seq,
        };
        use Role::{Service, Tray};
        let to_the_last = Some(KeptRecords::Asked { through: 9 });
        let table = [
            // Nothing was ever kept: there was an endpoint from the start.
            (None, now(false, Tray, 0), None),
            (None, now(true, Tray, 0), local),
            (None, now(true, Service, 0), local),
            (local, now(true, Tray, 0), local),
            (local, now(false, Tray, 3), to_the_last),
            (local, now(false, Tray, 9), None),
            (local, now(false, Service, 3), None),
            (asked, now(false, Tray, 3), asked),
            // All of it expired while nobody answered.
            (asked, now(false, Tray, 7), None),
            // `aco run` took the home over, and sends.
            (asked, now(false, Service, 3), None),
            // The endpoint went again.
            (asked, now(true, Tray, 3), local),
        ];
        for (known, now, expected) in table {
            assert_eq!(settled(known, now), expected, "{known:?} {now:?}");
        }
    }

    #[test]
    fn what_is_shown_is_what_still_waits() {
        let asked = Some(KeptRecords::Asked { through: 7 });
        let waiting = Backlog {
            records: 5,
            bytes: 1,
            oldest_age_s: Some(90),
        };
        let kept = shown(asked, 4, waiting).unwrap();
        assert_eq!((kept.records, kept.oldest_age_s), (3, Some(90)));
        assert_eq!(shown(Some(KeptRecords::Local), 4, waiting), None);
        assert!(question(&kept).what.starts_with("3 records"));
    }
}
