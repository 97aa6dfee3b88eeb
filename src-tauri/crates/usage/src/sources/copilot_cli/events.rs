//! What a session says of its models when it ends, as calls: a sum for each model.

use super::TOOL;
use super::coverage::Coverage;
use super::paths::session;
use super::record::{Data, Event};
use crate::calls::{Calls, Identities, Shared};
use crate::json;
use crate::jsonl::{Parser, Verdict};
use crate::markers::Markers;
use aco_domain::{Call, CallIdentity, Terms, TokenCounts, UnixNanos};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The shape of [`State`].
const VERSION: u32 = 1;

/// What the lines so far have said.
#[derive(Default, Serialize, Deserialize)]
struct State {
    version: u32,
    session: Option<String>,
    project: String,
    copilot_version: Option<String>,
    /// When the session ended before: what is summed up next began after that.
    ended: u64,
}

/// The reader of one session's events.
pub(super) struct Events<'b> {
    state: State,
    /// Where no line names it.
    folder: String,
    coverage: &'b Coverage,
    spans: &'b Markers,
    identities: Identities,
    model: Shared,
    session: Shared,
    project: Shared,
}

impl<'b> Events<'b> {
    pub(super) fn new(path: &Path, coverage: &'b Coverage, spans: &'b Markers) -> Self {
        Self {
            state: State {
                version: VERSION,
                ..State::default()
            },
            folder: session(path),
            coverage,
            spans,
            identities: Identities::default(),
            model: Shared::default(),
            session: Shared::default(),
            project: Shared::default(),
        }
    }

    fn begun(&mut self, data: &Data<'_>) {
        let state = &mut self.state;
        let text = |text: &json::Text<'_>| text.get().map(str::to_owned);
        state.session = state.session.take().or_else(|| text(&data.session_id));
        let folder = data
            .context
            .0
            .as_ref()
            .and_then(|context| text(&context.cwd));
        state.project = folder.unwrap_or(std::mem::take(&mut state.project));
        let version = text(&data.copilot_version);
        state.copilot_version = version.or(state.copilot_version.take());
    }

    fn ended(&mut self, event: &Event<'_>, data: &Data<'_>, calls: &mut Calls) -> Verdict {
        let Some(at) = event.timestamp.get().and_then(json::instant) else {
            return Verdict::Unreadable;
        };
        let mut sums = Vec::new();
        for (model, metrics) in &data.model_metrics.0 {
            let Some(usage) = metrics.usage.0 else {
                continue;
            };
            if usage.is_otherwise() {
                return Verdict::Unrecognised;
            }
            let Some(tokens) = usage.disjoint() else {
                return Verdict::Unreadable;
            };
            let requests = metrics.requests.0.and_then(|requests| requests.count.0);
            if tokens.total() > 0 {
                sums.push((model, tokens, requests));
            }
        }
        let began = UnixNanos(std::mem::replace(&mut self.state.ended, at.0));
        let session = self.state.session.as_deref().unwrap_or(&self.folder);
        if sums.is_empty() || self.coverage.holds(session, began, at, self.spans) {
            return Verdict::Read;
        }
        for (model, tokens, requests) in sums {
            let call = self.call(event, at, model, tokens, requests);
            calls.push(call);
        }
        Verdict::Read
    }

    fn call(
        &mut self,
        event: &Event<'_>,
        at: UnixNanos,
        model: &str,
        tokens: TokenCounts,
        requests: Option<u64>,
    ) -> Call {
        let state = &self.state;
        let session = state.session.as_deref().unwrap_or(&self.folder);
        let tool = TOOL.as_bytes();
        let identity = match event.id.get() {
            Some(id) => {
                let parts: [&[u8]; 4] = [tool, b"shutdown", id.as_bytes(), model.as_bytes()];
                self.identities.hash(&parts)
            }
            None => self.identities.hash(&[
                tool,
                b"shutdown of",
                session.as_bytes(),
                &at.0.to_le_bytes(),
                model.as_bytes(),
            ]),
        };
        Call {
            identity: CallIdentity {
                call: identity,
                message: identity,
                sidechain: false,
            },
            at,
            model: self.model.get(model),
            provider: None,
            session: self.session.get(session),
            project: self.project.get(&state.project),
            tokens,
            terms: Terms {
                summed: requests != Some(1),
                ..Terms::default()
            },
            recorded_cost: None,
        }
    }
}

impl Parser for Events<'_> {
    fn resume(mut self, state: &[u8]) -> Option<Self> {
        if !state.is_empty() {
            self.state = serde_json::from_slice(state).ok()?;
        }
        (self.state.version == VERSION).then_some(self)
    }

    fn line(&mut self, line: &[u8], calls: &mut Calls) -> Verdict {
        let event: Event<'_> = match json::object(line) {
            Ok(Some(event)) => event,
            Ok(None) => return Verdict::Read,
            Err(_) => return Verdict::Unreadable,
        };
        match (event.kind.get(), &event.data.0) {
            (Some("session.start" | "session.resume"), Some(data)) => self.begun(data),
            (Some("session.shutdown"), Some(data)) => return self.ended(&event, data, calls),
            _ => {}
        }
        Verdict::Read
    }

    fn state(&self) -> Vec<u8> {
        // Only maps with keys that are no strings fail, and there are none.
        serde_json::to_vec(&self.state).unwrap_or_default()
    }

    fn version(&self) -> Option<&str> {
        self.state.copilot_version.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: &str = r#"{"type":"session.start","id":"e-1","timestamp":"2026-01-02T03:04:05Z","data":{"sessionId":"s-1","copilotVersion":"1.0.7","context":{"cwd":"/w/app"}}}"#;
    const END: &str = r#"{"type":"session.shutdown","id":"e-2","timestamp":"2026-01-02T03:05:05Z","data":{"shutdownType":"routine","modelMetrics":{"claude-sonnet-4.5":{"requests":{"count":3,"cost":1},"usage":{"inputTokens":100,"outputTokens":20,"cacheReadTokens":60,"cacheWriteTokens":30,"reasoningTokens":5}},"gpt-5":{"requests":{"count":1},"usage":{"inputTokens":7,"outputTokens":1}},"idle":{"usage":{"inputTokens":0,"outputTokens":0}}}}}"#;

    fn read(lines: &[&str]) -> (Vec<Call>, Verdict, Option<String>) {
        let (coverage, markers) = (Coverage::default(), Markers::new(&["x"], &[]));
        let path = Path::new("/h/.copilot/session-state/folder/events.jsonl");
        let (mut state, mut calls, mut verdict) = (Vec::new(), Calls::default(), Verdict::Read);
        let mut version = None;
        for line in lines {
            let fresh = Events::new(path, &coverage, &markers);
            let mut events = fresh.resume(&state).expect("its own state");
            verdict = events.line(line.as_bytes(), &mut calls);
            version = events.version().map(str::to_owned);
            state = events.state();
        }
        (calls.0, verdict, version)
    }

    #[test]
    fn the_end_of_a_session_is_a_sum_for_each_model() {
        let (calls, ..) = read(&[START, END]);
        let [first, second] = &calls[..] else {
            panic!("{calls:?}");
        };
        assert_eq!(
            first.tokens,
            TokenCounts {
                input: 10,
                output: 20,
                cache_read: 60,
                cache_write_5m: 30,
                cache_write_1h: 0,
                reasoning: 5
            }
        );
        assert_eq!((&*first.session, &*first.project), ("s-1", "/w/app"));
        assert_eq!((first.terms.summed, second.terms.summed), (true, false));
        assert_eq!((&*second.model, second.tokens.input), ("gpt-5", 7));
        assert_eq!(&*read(&[END]).0[0].session, "folder");
        // Kept in ledgers: this number never changes.
        assert_eq!(
            first.identity.call,
            70_947_003_355_127_395_496_536_518_662_259_922_718
        );
    }

    #[test]
    fn another_shape_and_wrong_counts_take_nothing() {
        let other = END.replace("Tokens\"", "TokenCount\"");
        let (calls, verdict, version) = read(&[START, &other]);
        assert_eq!((calls.len(), verdict), (0, Verdict::Unrecognised));
        assert_eq!(version.as_deref(), Some("1.0.7"));
        for (from, to) in [
            (r#""inputTokens":7"#, r#""inputTokens":"7""#),
            ("2026-01-02T03:05:05Z", "later"),
        ] {
            let (calls, verdict, _) = read(&[START, &END.replace(from, to)]);
            assert_eq!((calls.len(), verdict), (0, Verdict::Unreadable), "{to}");
        }
    }
}
