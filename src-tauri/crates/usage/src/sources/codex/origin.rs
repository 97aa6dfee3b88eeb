//! Whose a row is: the thread's own, or copied from the one it came from.
//!
//! Decided row by row from what stands before it in the same file, so that it does not matter where
//! reading stops in between. The parent's rollout, where it can still be read, is asked whether it
//! has the row; see `README.md` for the rules and their reasons.

use super::paths::is_uuid;
use super::rows::Payload;
use aco_domain::UnixNanos;
use serde::{Deserialize, Serialize};

/// A copied prefix is written in one go: 5,427 rows in 1.98 s have been seen. No model answers as fast
/// as that, time after time.
const PAUSE: u64 = 1_000_000_000;

/// How far a version 7 id's own time may be from the time stated beside it, in milliseconds.
const TRUSTED: u64 = 86_400_000;

/// What is known of the thread, and where in its file copies end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Origin {
    /// Whose file it is, by the first `session_meta`.
    pub(super) owner: Option<String>,
    /// The thread it came from.
    pub(super) parent: Option<String>,
    pub(super) base: Option<Base>,
    /// Smaller ordinals are copies.
    first_own: Option<u64>,
    /// When the thread was made.
    born: Option<u64>,
    /// When its file was begun, then when the last row that may be a copy was written.
    last_row: Option<u64>,
    /// The longest pause between copies.
    pause: u64,
    /// Whether copies may still come.
    in_copies: bool,
    /// Whether a copy of another thread's `session_meta` was seen.
    foreign_meta: bool,
    /// Rows found to be copies.
    copies: u64,
    /// Rows found to be its own.
    own: u64,
    /// Whether the turn at hand was begun before the thread was, by its id.
    old_turn: bool,
}

/// `history_base`: nothing was copied, the totals go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Base {
    pub(super) thread: String,
    pub(super) end_ordinal: Option<u64>,
    pub(super) end_byte: Option<u64>,
}

/// A row with tokens, as far as it matters whose it is.
pub(super) struct Sighting {
    pub(super) at: UnixNanos,
    pub(super) ordinal: Option<u64>,
    /// The thread it names.
    pub(super) thread: Option<String>,
    /// Whether its counter has just begun: what it counts in all is its last call.
    pub(super) is_first_of_counter: bool,
}

impl Origin {
    /// A `session_meta`, written at `at`. `thread` is the one that the file's name tells.
    pub(super) fn meta(&mut self, payload: &Payload<'_>, at: Option<UnixNanos>, thread: &str) {
        let id = payload.id.get();
        if let Some(owner) = &self.owner {
            if id == Some(owner) {
                // Written again where the thread's own life begins.
                self.in_copies = self.in_copies && !self.foreign_meta;
            } else if self.own == 0 && self.base.is_none() && self.first_own.is_none() {
                self.foreign_meta = true;
                self.in_copies = true;
                if self.parent.is_none() {
                    self.parent = id.map(str::to_owned);
                }
            }
            return;
        }
        self.owner = Some(id.unwrap_or(thread).to_owned());
        self.parent = payload.parent().map(str::to_owned);
        let stated = payload.timestamp.get().and_then(crate::json::instant);
        self.born = stated.or(at).map(|at| at.0);
        self.last_row = at.or(stated).map(|at| at.0);
        self.first_own = payload.subagent_history_start_ordinal.0;
        self.base = payload.history_base.0.as_ref().and_then(|base| {
            Some(Base {
                thread: base.thread_id.get()?.to_owned(),
                end_ordinal: base.end_ordinal_exclusive.0,
                end_byte: base.end_byte_offset.0,
            })
        });
        let told = self.first_own.is_some() || self.base.is_some();
        self.in_copies = self.parent.is_some() && !told;
    }

    /// A `turn_context`.
    pub(super) fn turn(&mut self, turn: Option<&str>) {
        let born = self.born.map(|born| born / 1_000_000);
        let owner = self.owner.as_deref().and_then(id_time);
        let trusted = |owner: &u64| born.is_some_and(|born| born.abs_diff(*owner) <= TRUSTED);
        self.old_turn = false;
        if let (Some(turn), Some(owner)) = (turn.and_then(id_time), owner.filter(trusted)) {
            self.old_turn = turn < owner;
            if !self.old_turn {
                self.in_copies = false;
            }
        }
    }

    /// Whether a row is the thread's own. `parent_has` tells whether the parent's rollout holds it;
    /// nothing where that rollout is not there.
    pub(super) fn is_own(
        &mut self,
        row: &Sighting,
        parent_has: impl FnOnce(&str) -> Option<bool>,
    ) -> bool {
        let own = self.judge(row, parent_has);
        if own {
            self.in_copies = self.in_copies && self.first_own.is_some();
            self.own += 1;
        } else {
            if let Some(last) = self.last_row {
                self.pause = self.pause.max(row.at.0.saturating_sub(last));
            }
            self.copies += 1;
        }
        self.last_row = Some(row.at.0);
        own
    }

    fn judge(&self, row: &Sighting, parent_has: impl FnOnce(&str) -> Option<bool>) -> bool {
        if let (Some(named), Some(owner)) = (&row.thread, &self.owner) {
            return named == owner;
        }
        if let (Some(first), Some(ordinal)) = (self.first_own, row.ordinal) {
            return ordinal >= first;
        }
        if !self.in_copies {
            return true;
        }
        // With the time it had: nothing of a thread's own is older than the thread.
        if self.born.is_some_and(|born| row.at.0 < born) || self.old_turn {
            return false;
        }
        let gap = self
            .last_row
            .map_or(0, |last| row.at.0.saturating_sub(last));
        let paused = gap >= PAUSE;
        match self.parent.as_deref().and_then(parent_has) {
            Some(false) => true,
            Some(true) if self.copies > 0 => paused && self.pause < PAUSE,
            Some(true) => paused && !self.foreign_meta,
            None => paused || !(self.foreign_meta || !row.is_first_of_counter || self.copies > 0),
        }
    }
}

/// The milliseconds in a version 7 UUID.
fn id_time(id: &str) -> Option<u64> {
    if !is_uuid(id) || id.as_bytes()[14] != b'7' {
        return None;
    }
    let (high, low) = (id.get(0..8)?, id.get(9..13)?);
    u64::from_str_radix(&format!("{high}{low}"), 16).ok()
}

#[cfg(test)]
#[path = "origin_tests.rs"]
mod tests;
