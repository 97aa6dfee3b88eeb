//! From the rows of a rollout to calls.

use super::family::{self, Families, Thread};
use super::limits::RateLimits;
use super::origin::{Origin, Sighting};
use super::rows::{Info, Payload, Row, Vector};
use super::{TOOL, paths};
use crate::calls::{Calls, Identities, Shared};
use crate::json;
use crate::jsonl::{Parser, Verdict};
use crate::markers::Markers;
use crate::once::Occurrences;
use crate::shape;
use aco_domain::{Call, CallIdentity, LimitReading, Terms, UnixNanos};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The shape of [`State`].
const VERSION: u32 = 1;

/// A `token_count` row and the `token_usage_record` of the same call are written together.
const BESIDE: u64 = 2_000_000_000;

/// What the rows so far have said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct State {
    version: u32,
    origin: Origin,
    model: String,
    provider: Option<String>,
    project: String,
    service_tier: Option<String>,
    /// Of Codex itself, by the first `session_meta`.
    #[serde(default)]
    cli_version: Option<String>,
    /// The total of the last `token_count` row.
    total: Option<Vector>,
    /// Whether a `token_usage_record` of its own was met: then `token_count` rows tell nothing new.
    has_records: bool,
    /// The last call that a `token_count` row told of.
    counted: Option<Counted>,
    /// A response that was counted as a `token_count` row before, and as which.
    known_as: Option<(String, [u8; 16])>,
    /// Rows without an id.
    anonymous: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Counted {
    usage: Vector,
    at: u64,
    identity: [u8; 16],
}

/// The reader of one rollout.
pub(super) struct Rollout<'b> {
    path: PathBuf,
    /// Where no `session_meta` says so.
    thread: String,
    markers: &'b Markers,
    families: &'b Families,
    /// The threads that were looked up for this one, by name.
    looked_up: Option<(String, Option<Arc<Thread>>)>,
    state: State,
    anonymous: Occurrences<16>,
    identities: Identities,
    shared: SharedTexts,
    /// The newest reading of each limit, until it is asked for.
    limits: Vec<LimitReading>,
}

#[derive(Default)]
struct SharedTexts {
    model: Shared,
    provider: Shared,
    session: Shared,
    project: Shared,
    service_tier: Shared,
}

impl<'b> Rollout<'b> {
    pub(super) fn new(path: &Path, markers: &'b Markers, families: &'b Families) -> Self {
        Self {
            path: path.to_owned(),
            thread: paths::thread(path),
            markers,
            families,
            looked_up: None,
            state: State {
                version: VERSION,
                ..State::default()
            },
            anonymous: Occurrences::default(),
            identities: Identities::default(),
            shared: SharedTexts::default(),
            limits: Vec::new(),
        }
    }

    fn look_up(&mut self, thread: &str) -> Option<Arc<Thread>> {
        if let Some((known, found)) = &self.looked_up
            && known == thread
        {
            return found.clone();
        }
        let found = self.families.thread(thread, &self.path, self.markers);
        self.looked_up = Some((thread.to_owned(), found.clone()));
        found
    }

    fn meta(&mut self, payload: &Payload<'_>, at: Option<UnixNanos>) {
        let is_first = self.state.origin.owner.is_none();
        self.state.origin.meta(payload, at, &self.thread);
        if !is_first {
            return;
        }
        self.state.provider = payload.model_provider.get().map(str::to_owned);
        self.state.cli_version = payload.cli_version.get().map(str::to_owned);
        if let Some(project) = payload.cwd.get() {
            project.clone_into(&mut self.state.project);
        }
        // The counter goes on from where the other thread's stood.
        if let Some(base) = self.state.origin.base.clone() {
            let thread = self.look_up(&base.thread);
            self.state.total =
                thread.and_then(|thread| thread.total_at(base.end_ordinal, base.end_byte));
        }
    }

    fn turn(&mut self, payload: &Payload<'_>) {
        self.state.origin.turn(payload.turn_id.get());
        if let Some(model) = payload.model.get() {
            model.clone_into(&mut self.state.model);
        }
        if let Some(project) = payload.cwd.get() {
            project.clone_into(&mut self.state.project);
        }
        self.state.service_tier = payload.service_tier.get().map(str::to_owned);
        self.state.counted = None;
    }

    /// A `token_count` row.
    fn count(
        &mut self,
        info: &Info,
        rate_limits: Option<&RateLimits<'_>>,
        at: UnixNanos,
        ordinal: Option<u64>,
        calls: &mut Calls,
    ) -> Verdict {
        // Either may be missing, but not be wrong.
        let vector = |usage: Option<super::rows::Usage>| match usage {
            Some(usage) => usage.vector().map(Some),
            None => Some(None),
        };
        let (Some(total), Some(last)) = (
            vector(info.total_token_usage.0),
            vector(info.last_token_usage.0),
        ) else {
            return Verdict::Unreadable;
        };
        if total.is_none() && last.is_none() {
            return Verdict::Read;
        }
        let row = Sighting {
            at,
            ordinal,
            thread: None,
            is_first_of_counter: total == last,
        };
        let is_own = self.is_own(&row, Some(family::key(total.as_ref(), last.as_ref())));
        let before = self.state.total;
        self.state.total = total.or(before);
        // A row that is written again has the time of now and the limits of then.
        if !is_own || (total.is_some() && total == before) {
            return Verdict::Read;
        }
        if let Some(rate_limits) = rate_limits {
            rate_limits.read(at, &mut self.limits);
        }
        if self.state.has_records {
            return Verdict::Read;
        }
        let usage = match (last, total, before) {
            (Some(last), ..) => last,
            (None, Some(total), Some(before)) => total.since(&before),
            // What another thread counted before is not known.
            (None, Some(_), None) if self.state.origin.base.is_some() => return Verdict::Read,
            (None, Some(total), None) => total,
            (None, None, _) => return Verdict::Read,
        };
        if usage.is_empty() {
            return Verdict::Read;
        }
        let content = self.content(b"count", at, &usage, total.as_ref());
        let identity = self.anonymous.next(content);
        self.state.counted = Some(Counted {
            usage,
            at: at.0,
            identity: identity.to_le_bytes(),
        });
        calls.push(self.call(identity, at, &usage));
        Verdict::Read
    }

    /// A `token_usage_record`: one response.
    fn record(
        &mut self,
        payload: &Payload<'_>,
        at: UnixNanos,
        ordinal: Option<u64>,
        calls: &mut Calls,
    ) -> Verdict {
        let Some(usage) = payload.usage.0 else {
            return Verdict::Read;
        };
        let Some(usage) = usage.vector() else {
            return Verdict::Unreadable;
        };
        let row = Sighting {
            at,
            ordinal,
            thread: payload.thread_id.get().map(str::to_owned),
            is_first_of_counter: true,
        };
        if !self.is_own(&row, None) {
            return Verdict::Read;
        }
        let response = payload.response_id.get();
        let counted = self
            .state
            .counted
            .take()
            .filter(|counted| counted.usage == usage && at.0.abs_diff(counted.at) <= BESIDE);
        let first = !std::mem::replace(&mut self.state.has_records, true);
        if let (true, Some(response), Some(counted)) = (first, response, counted) {
            self.state.known_as = Some((response.to_owned(), counted.identity));
        }
        if usage.is_empty() {
            return Verdict::Read;
        }
        let known = self.state.known_as.as_ref();
        let known = known.filter(|(known, _)| Some(known.as_str()) == response);
        let identity = match (known, response) {
            (Some((_, identity)), _) => u128::from_le_bytes(*identity),
            (None, Some(response)) => {
                let parts: [&[u8]; 3] = [TOOL.as_bytes(), b"response", response.as_bytes()];
                self.identities.hash(&parts)
            }
            (None, None) => {
                let content = self.content(b"record", at, &usage, None);
                self.anonymous.next(content)
            }
        };
        calls.push(self.call(identity, at, &usage));
        Verdict::Read
    }

    fn is_own(&mut self, row: &Sighting, key: Option<u64>) -> bool {
        let mut origin = std::mem::take(&mut self.state.origin);
        let own = origin.is_own(row, |parent| {
            let thread = self.look_up(parent)?;
            key.map(|key| thread.has(key))
        });
        self.state.origin = origin;
        own
    }

    fn session(&self) -> &str {
        self.state.origin.owner.as_deref().unwrap_or(&self.thread)
    }

    /// What a row without an id says. Its time tells it from a call of the same size.
    fn content(
        &mut self,
        kind: &[u8],
        at: UnixNanos,
        usage: &Vector,
        total: Option<&Vector>,
    ) -> u128 {
        let total = total.map(Vector::bytes);
        let session = self.state.origin.owner.as_deref().unwrap_or(&self.thread);
        self.identities.hash(&[
            TOOL.as_bytes(),
            kind,
            session.as_bytes(),
            &at.0.to_le_bytes(),
            &usage.bytes(),
            total.as_ref().map_or(&[][..], |total| &total[..]),
        ])
    }

    fn call(&mut self, identity: u128, at: UnixNanos, usage: &Vector) -> Call {
        let session = self.session().to_owned();
        let (state, shared) = (&self.state, &mut self.shared);
        Call {
            identity: CallIdentity {
                call: identity,
                message: identity,
                sidechain: false,
            },
            at,
            model: shared.model.get(&state.model),
            provider: shared.provider.optional(state.provider.as_deref()),
            session: shared.session.get(&session),
            project: shared.project.get(&state.project),
            tokens: usage.tokens(),
            terms: Terms {
                service_tier: shared.service_tier.optional(state.service_tier.as_deref()),
                ..Terms::default()
            },
            recorded_cost: None,
        }
    }
}

impl Parser for Rollout<'_> {
    fn resume(mut self, state: &[u8]) -> Option<Self> {
        if !state.is_empty() {
            self.state = serde_json::from_slice(state).ok()?;
            self.anonymous = Occurrences::decode(&self.state.anonymous)?;
        }
        (self.state.version == VERSION).then_some(self)
    }

    fn line(&mut self, line: &[u8], calls: &mut Calls) -> Verdict {
        let row: Row<'_> = match json::object(line) {
            Ok(Some(row)) => row,
            Ok(None) => return Verdict::Read,
            Err(_) => return Verdict::Unreadable,
        };
        let Some(payload) = &row.payload.0 else {
            return Verdict::Read;
        };
        let at = row.timestamp.get().and_then(json::instant);
        let ordinal = row.ordinal.0;
        match (row.kind.get(), payload.kind.get()) {
            (Some("session_meta"), _) => self.meta(payload, at),
            (Some("turn_context"), _) => self.turn(payload),
            (Some("event_msg"), Some("token_count")) => {
                return match (&payload.info.0, at) {
                    (Some(info), _) if info.is_empty() && is_otherwise(line) => {
                        Verdict::Unrecognised
                    }
                    (Some(info), Some(at)) => {
                        self.count(info, payload.rate_limits.0.as_ref(), at, ordinal, calls)
                    }
                    (Some(_), None) => Verdict::Unreadable,
                    (None, _) => Verdict::Read,
                };
            }
            (Some("token_usage_record"), _) => {
                return match at {
                    Some(at) => self.record(payload, at, ordinal, calls),
                    None => Verdict::Unreadable,
                };
            }
            _ => {}
        }
        Verdict::Read
    }

    fn limits(&mut self) -> Vec<LimitReading> {
        std::mem::take(&mut self.limits)
    }

    fn state(&self) -> Vec<u8> {
        let mut state = self.state.clone();
        state.anonymous = self.anonymous.encode();
        // Only maps with keys that are no strings fail, and there are none.
        serde_json::to_vec(&state).unwrap_or_default()
    }

    fn version(&self) -> Option<&str> {
        self.state.cli_version.as_deref()
    }
}

/// Whether a `token_count` row without counts has something else in their place.
fn is_otherwise(line: &[u8]) -> bool {
    const KNOWN: &[&str] = &[
        "last_token_usage",
        "total_token_usage",
        "model_context_window",
    ];
    shape::is_otherwise(line, &["payload", "info"], KNOWN)
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
