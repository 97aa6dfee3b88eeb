//! Which part of a session an export tells of, call by call: what the session's own sum says of that
//! part is the same once more.

use super::paths::is_events;
use super::record::Exported;
use crate::json;
use crate::lines::{Line, Lines};
use crate::markers::Markers;
use crate::resume;
use crate::source::FoundFile;
use aco_domain::UnixNanos;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use twox_hash::XxHash3_64;

/// What the exports that were listed last hold. They are read through only when a session's sum is
/// met, which is once a session.
#[derive(Debug, Default)]
pub(super) struct Coverage(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    exports: Vec<FoundFile>,
    /// The seconds in which a session's calls ended, by the hash of its id; nothing before they
    /// are asked for.
    seconds: Option<HashMap<u64, Vec<u32>>>,
}

impl Coverage {
    /// These are the exports.
    pub(super) fn by(&self, exports: Vec<FoundFile>) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.exports != exports {
            *state = State {
                exports,
                seconds: None,
            };
        }
    }

    /// Whether they hold a call of `session` that ended after the one moment and not after the other.
    pub(super) fn holds(
        &self,
        session: &str,
        after: UnixNanos,
        until: UnixNanos,
        markers: &Markers,
    ) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let State { exports, seconds } = &mut *state;
        let seconds = seconds.get_or_insert_with(|| read(exports, markers));
        let Some(of_session) = seconds.get(&hash(session)) else {
            return false;
        };
        // What ended within the second of the one moment belongs to what was before.
        let part = second(after)..second(until);
        of_session.iter().any(|at| part.contains(&(at - 1)))
    }
}

fn hash(session: &str) -> u64 {
    XxHash3_64::oneshot(session.as_bytes())
}

/// Until 2106, and from 1 on.
fn second(at: UnixNanos) -> u32 {
    u32::try_from(at.0 / 1_000_000_000).map_or(u32::MAX, |second| second.max(1))
}

/// A file that cannot be read is said by who reads it for its calls.
fn read(exports: &[FoundFile], markers: &Markers) -> HashMap<u64, Vec<u32>> {
    let mut seconds: HashMap<u64, Vec<u32>> = HashMap::new();
    let mut buffer = Vec::new();
    for export in exports.iter().filter(|file| !is_events(&file.path)) {
        let Ok(Some(open)) = resume::open(export, None) else {
            continue;
        };
        let mut lines = Lines::new(open.bytes, 0, markers, &mut buffer);
        loop {
            let (line, is_last) = match lines.next() {
                Ok(Line::Marked(line)) => (line, false),
                Ok(Line::Unfinished(line)) => (line, true),
                Ok(Line::Broken | Line::TooLong) => continue,
                Ok(Line::End) | Err(_) => break,
            };
            if let Some((session, at)) = call(line) {
                let known = seconds.entry(session).or_default();
                // Calls of one second are one: only whether there are some is asked.
                if known.last() != Some(&at) {
                    known.push(at);
                }
            }
            if is_last {
                break;
            }
        }
    }
    seconds
}

/// Of a line that holds a call's counts: its session, by its hash, and when it ended. A summary may be
/// all there is of a call; it covers it all the same.
fn call(line: &[u8]) -> Option<(u64, u32)> {
    let exported: Exported<'_> = json::object(line).ok()??;
    let attributes = exported.attributes.0.as_ref()?;
    exported.level(attributes)?;
    let tokens = attributes.tokens()?;
    let call = (hash(attributes.session()?), second(exported.at()?));
    (tokens.total() > 0).then_some(call)
}
