//! From a status update to a call.

use super::TOOL;
use super::paths::project_and_session;
use crate::calls::{Calls, Identities, Shared};
use crate::counts::counts;
use crate::json::{self, Number, Object, Text};
use crate::jsonl::{Parser, Verdict};
use crate::once::Occurrences;
use aco_domain::{Call, CallIdentity, Terms, TokenCounts, UnixNanos};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The shape of [`State`].
const VERSION: u32 = 1;

/// Later than anybody's session, in seconds since 1970.
const LATEST: f64 = 1e10;

#[derive(Deserialize)]
struct Line<'a> {
    /// Seconds since 1970.
    #[serde(default)]
    timestamp: Number,
    #[serde(borrow, default)]
    message: Object<Message<'a>>,
    #[serde(borrow, default)]
    protocol_version: Text<'a>,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow, rename = "type", default)]
    kind: Text<'a>,
    #[serde(borrow, default)]
    payload: Object<Payload<'a>>,
}

#[derive(Deserialize)]
struct Payload<'a> {
    #[serde(default)]
    token_usage: Object<Usage>,
    #[serde(borrow, default)]
    message_id: Text<'a>,
    /// What a sub-agent told, passed on.
    #[serde(borrow, default)]
    event: Object<Box<Message<'a>>>,
}

counts! {
    /// Disjoint as they stand.
    Usage {
        input: "input_other",
        output: "output",
        cache_read: "input_cache_read",
        cache_write: "input_cache_creation",
    }
}

impl Usage {
    fn disjoint(&self) -> Option<TokenCounts> {
        Some(TokenCounts {
            input: self.input.0?,
            output: self.output.0?,
            cache_read: self.cache_read.0?,
            cache_write_5m: self.cache_write.0?,
            ..TokenCounts::default()
        })
    }
}

impl<'a> Message<'a> {
    /// The status update that this is, or that a sub-agent passed on.
    fn update(&self) -> Option<&Payload<'a>> {
        let payload = self.payload.0.as_ref()?;
        match self.kind.get()? {
            "StatusUpdate" => Some(payload),
            "SubagentEvent" => payload.event.0.as_ref()?.update(),
            _ => None,
        }
    }
}

/// Microseconds are as fine as they come.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and a bound far below 2^53"
)]
fn instant(seconds: f64) -> Option<UnixNanos> {
    let sane = (0.0..LATEST).contains(&seconds);
    sane.then(|| UnixNanos((seconds * 1e6).round() as u64 * 1_000))
}

/// What the lines so far have said.
#[derive(Default, Serialize, Deserialize)]
struct State {
    version: u32,
    protocol: Option<String>,
    anonymous: Vec<u8>,
}

/// The reader of one file.
pub(super) struct Wire {
    project: String,
    session: String,
    protocol: Option<String>,
    /// Updates without a message's id.
    anonymous: Occurrences<64>,
    identities: Identities,
    model: Shared,
    shared_session: Shared,
    shared_project: Shared,
}

impl Wire {
    pub(super) fn new(path: &Path) -> Self {
        let (project, session) = project_and_session(path);
        Self {
            project,
            session,
            protocol: None,
            anonymous: Occurrences::default(),
            identities: Identities::default(),
            model: Shared::default(),
            shared_session: Shared::default(),
            shared_project: Shared::default(),
        }
    }
}

impl Parser for Wire {
    fn resume(mut self, state: &[u8]) -> Option<Self> {
        if state.is_empty() {
            return Some(self);
        }
        let state: State = serde_json::from_slice(state).ok()?;
        self.protocol = state.protocol;
        self.anonymous = Occurrences::decode(&state.anonymous)?;
        (state.version == VERSION).then_some(self)
    }

    fn line(&mut self, line: &[u8], calls: &mut Calls) -> Verdict {
        let line: Line<'_> = match json::object(line) {
            Ok(Some(line)) => line,
            Ok(None) => return Verdict::Read,
            Err(_) => return Verdict::Unreadable,
        };
        if let Some(version) = line.protocol_version.get() {
            self.protocol = Some(version.to_owned());
        }
        let update = line.message.0.as_ref().and_then(Message::update);
        let Some((update, usage)) = update.and_then(|update| Some((update, update.token_usage.0?)))
        else {
            return Verdict::Read;
        };
        if usage.is_otherwise() {
            return Verdict::Unrecognised;
        }
        let at = line.timestamp.0.and_then(instant);
        let (Some(at), Some(tokens)) = (at, usage.disjoint()) else {
            return Verdict::Unreadable;
        };
        if tokens.total() == 0 {
            return Verdict::Read;
        }
        let tool = TOOL.as_bytes();
        let identity = match update.message_id.get() {
            Some(id) => self.identities.hash(&[tool, b"message", id.as_bytes()]),
            None => {
                let content = self.identities.hash(&[
                    tool,
                    b"content",
                    &at.0.to_le_bytes(),
                    &tokens.input.to_le_bytes(),
                    &tokens.output.to_le_bytes(),
                    &tokens.cache_read.to_le_bytes(),
                    &tokens.cache_write_5m.to_le_bytes(),
                ]);
                self.anonymous.next(content)
            }
        };
        calls.push(Call {
            identity: CallIdentity {
                call: identity,
                message: identity,
                sidechain: false,
            },
            at,
            model: self.model.get(""),
            provider: None,
            session: self.shared_session.get(&self.session),
            project: self.shared_project.get(&self.project),
            tokens,
            terms: Terms::default(),
            recorded_cost: None,
        });
        Verdict::Read
    }

    fn state(&self) -> Vec<u8> {
        let state = State {
            version: VERSION,
            protocol: self.protocol.clone(),
            anonymous: self.anonymous.encode(),
        };
        // Only maps with keys that are no strings fail, and there are none.
        serde_json::to_vec(&state).unwrap_or_default()
    }

    fn version(&self) -> Option<&str> {
        self.protocol.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&str]) -> (Vec<Call>, Verdict, Option<String>) {
        let path = Path::new("/h/.kimi/sessions/5e1f/s-1/wire.jsonl");
        let (mut state, mut calls, mut verdict) = (Vec::new(), Calls::default(), Verdict::Read);
        let mut version = None;
        for line in lines {
            let mut wire = Wire::new(path).resume(&state).expect("its own state");
            verdict = wire.line(line.as_bytes(), &mut calls);
            version = wire.version().map(str::to_owned);
            state = wire.state();
        }
        (calls.0, verdict, version)
    }

    const HEAD: &str = r#"{"type": "metadata", "protocol_version": "1.10"}"#;
    const UPDATE: &str = r#"{"timestamp": 1767323045.5, "message": {"type": "StatusUpdate", "payload": {"context_usage": 0.1, "token_usage": {"input_other": 10, "output": 20, "input_cache_read": 60, "input_cache_creation": 30}, "message_id": "m-1"}}}"#;

    #[test]
    fn everything_an_update_tells_is_taken() {
        let (calls, ..) = read(&[HEAD, UPDATE]);
        let [call] = &calls[..] else {
            panic!("{calls:?}");
        };
        let expected = TokenCounts {
            input: 10,
            output: 20,
            cache_read: 60,
            cache_write_5m: 30,
            ..TokenCounts::default()
        };
        assert_eq!(call.tokens, expected);
        assert_eq!(call.at, UnixNanos(1_767_323_045_500_000_000));
        assert_eq!((&*call.session, &*call.project), ("s-1", "5e1f"));
        assert_eq!((&*call.model, &call.provider), ("", &None));
        // Kept in ledgers: this number never changes.
        assert_eq!(
            call.identity.call,
            171_053_584_209_570_624_053_951_639_926_871_164_684
        );
    }

    #[test]
    fn what_a_sub_agent_tells_is_the_same_call_wherever_it_stands() {
        let inner = UPDATE.split_once(r#""message": "#).unwrap().1;
        let inner = &inner[..inner.len() - 1];
        let passed_on = format!(
            r#"{{"timestamp": 1767323045.6, "message": {{"type": "SubagentEvent", "payload": {{"agent_id": "a", "event": {inner}}}}}}}"#
        );
        let one = read(&[UPDATE]).0[0].identity;
        assert_eq!(read(&[&passed_on]).0[0].identity, one);
    }

    #[test]
    fn updates_without_an_id_count_each() {
        let without = UPDATE.replace(r#", "message_id": "m-1""#, "");
        assert_eq!(read(&[&without, &without]).0.len(), 2);
    }

    #[test]
    fn what_cannot_be_counted_is_told_apart() {
        let verdict = |from: &str, to: &str| {
            let (calls, verdict, version) = read(&[HEAD, &UPDATE.replace(from, to)]);
            assert!(calls.is_empty() && version.as_deref() == Some("1.10"));
            verdict
        };
        assert_eq!(
            verdict(r#""output": 20"#, r#""output": -20"#),
            Verdict::Unreadable
        );
        assert_eq!(verdict("1767323045.5", "1e300"), Verdict::Unreadable);
        assert_eq!(verdict("1767323045.5", "null"), Verdict::Unreadable);
        assert_eq!(verdict("StatusUpdate", "TurnBegin"), Verdict::Read);
        let usage = r#"{"input_other": 10, "output": 20, "input_cache_read": 60, "input_cache_creation": 30}"#;
        assert_eq!(verdict(usage, "null"), Verdict::Read);
        assert_eq!(verdict(usage, r#"{"output": 0}"#), Verdict::Read);
        assert_eq!(verdict(usage, r#"{"prompt": 5}"#), Verdict::Unrecognised);
    }
}
