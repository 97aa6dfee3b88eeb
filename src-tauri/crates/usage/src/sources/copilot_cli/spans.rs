//! From the records of an export to calls. A call is told of up to four times, at four levels.

use super::TOOL;
use super::record::{Attributes, Exported, Level};
use crate::calls::{Calls, Identities, Shared};
use crate::json;
use crate::jsonl::{Parser, Verdict};
use crate::once::Occurrences;
use aco_domain::{Call, CallIdentity, Terms, TokenCounts, UnixNanos};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::path::Path;

/// The shape of [`State`].
const VERSION: u32 = 1;

/// So many calls and traces are remembered: what tells of one call is written close together.
const REMEMBERED: usize = 256;

/// What the lines so far have said.
#[derive(Default, Serialize, Deserialize)]
struct State {
    version: u32,
    /// Spans by their hash, and what the call that ended with them is known as.
    spans: VecDeque<(u64, [u8; 16])>,
    /// Traces by their hash, and whether a call of them was met (2) or a turn (1).
    traces: VecDeque<(u64, u8)>,
    anonymous: Vec<u8>,
}

/// The reader of one export.
pub(super) struct Spans {
    state: State,
    /// Where no record names a session.
    stem: String,
    anonymous: Occurrences<64>,
    identities: Identities,
    model: Shared,
    session: Shared,
    project: Shared,
}

impl Spans {
    pub(super) fn new(path: &Path) -> Self {
        let stem = path.file_stem().unwrap_or_default();
        Self {
            state: State {
                version: VERSION,
                ..State::default()
            },
            stem: stem.to_string_lossy().into_owned(),
            anonymous: Occurrences::default(),
            identities: Identities::default(),
            model: Shared::default(),
            session: Shared::default(),
            project: Shared::default(),
        }
    }

    /// The lower half of a hash: enough to tell the last few apart.
    #[expect(clippy::cast_possible_truncation, reason = "half of a hash is a hash")]
    fn short(&mut self, parts: &[&[u8]]) -> u64 {
        self.identities.hash(parts) as u64
    }

    /// What has been met of a trace, and what is met of it now.
    fn meet(&mut self, trace: u64, now: u8) -> u8 {
        let traces = &mut self.state.traces;
        if let Some((_, met)) = traces.iter_mut().rev().find(|(known, _)| *known == trace) {
            let before = *met;
            *met = before.max(now);
            return before;
        }
        if now > 0 {
            if traces.len() == REMEMBERED {
                traces.pop_front();
            }
            traces.push_back((trace, now));
        }
        0
    }

    /// A call by its response, which both its records name; else by its span. Where one of the two
    /// knows no response, the span leads to what the other is known as.
    fn of_call(&mut self, response: Option<&str>, span: Option<u64>) -> Option<u128> {
        let known = span.and_then(|span| {
            let mut spans = self.state.spans.iter().rev();
            spans.find(|(known, _)| *known == span)
        });
        if let Some((_, identity)) = known {
            return Some(u128::from_le_bytes(*identity));
        }
        let tool = TOOL.as_bytes();
        let identity = match (response, span) {
            (Some(response), _) => self
                .identities
                .hash(&[tool, b"response", response.as_bytes()]),
            (None, Some(span)) => self.identities.hash(&[tool, b"span", &span.to_le_bytes()]),
            (None, None) => return None,
        };
        if let Some(span) = span {
            if self.state.spans.len() == REMEMBERED {
                self.state.spans.pop_front();
            }
            self.state.spans.push_back((span, identity.to_le_bytes()));
        }
        Some(identity)
    }

    /// What a record tells of is known as; nothing where a closer record has told of it.
    fn identity(
        &mut self,
        level: Level,
        exported: &Exported<'_>,
        attributes: &Attributes<'_>,
        content: u128,
    ) -> Option<u128> {
        let tool = TOOL.as_bytes();
        let trace = exported.trace().map(str::as_bytes);
        let trace_hash = trace.map(|trace| self.short(&[tool, b"trace", trace]));
        let span = trace.zip(exported.span());
        let span = span.map(|(trace, span)| self.short(&[tool, b"span", trace, span.as_bytes()]));
        let mut meet = |now| trace_hash.map_or(0, |trace| self.meet(trace, now));
        match level {
            Level::Chat => {
                meet(2);
            }
            Level::Inference if attributes.response.get().is_some() || span.is_some() => {
                meet(2);
            }
            Level::Inference => {
                return (meet(2) < 2).then(|| self.anonymous.next(content));
            }
            Level::Turn => {
                if meet(1) == 2 {
                    return None;
                }
                let turn = attributes.turn.0.map(u64::to_le_bytes);
                return Some(match (trace, turn) {
                    (Some(trace), Some(turn)) => {
                        self.identities.hash(&[tool, b"turn", trace, &turn])
                    }
                    _ => self.anonymous.next(content),
                });
            }
            Level::Summary => {
                if meet(0) > 0 {
                    return None;
                }
                // An agent within an agent is in the outer one's sum, which is the larger.
                return Some(match trace {
                    Some(trace) => self.identities.hash(&[tool, b"summary", trace]),
                    None => self.anonymous.next(content),
                });
            }
        }
        self.of_call(attributes.response.get(), span)
            .or_else(|| Some(self.anonymous.next(content)))
    }

    fn content(&mut self, at: UnixNanos, model: &str, session: &str, tokens: &TokenCounts) -> u128 {
        self.identities.hash(&[
            TOOL.as_bytes(),
            b"content",
            session.as_bytes(),
            model.as_bytes(),
            &at.0.to_le_bytes(),
            &tokens.input.to_le_bytes(),
            &tokens.output.to_le_bytes(),
            &tokens.cache_read.to_le_bytes(),
        ])
    }
}

impl Parser for Spans {
    fn resume(mut self, state: &[u8]) -> Option<Self> {
        if !state.is_empty() {
            self.state = serde_json::from_slice(state).ok()?;
            self.anonymous = Occurrences::decode(&self.state.anonymous)?;
        }
        (self.state.version == VERSION).then_some(self)
    }

    fn line(&mut self, line: &[u8], calls: &mut Calls) -> Verdict {
        let exported: Exported<'_> = match json::object(line) {
            Ok(Some(exported)) => exported,
            Ok(None) => return Verdict::Read,
            Err(_) => return Verdict::Unreadable,
        };
        let Some(attributes) = &exported.attributes.0 else {
            return Verdict::Read;
        };
        let Some(level) = exported.level(attributes) else {
            return Verdict::Read;
        };
        let (Some(at), Some(tokens)) = (exported.at(), attributes.tokens()) else {
            return Verdict::Unreadable;
        };
        if tokens.total() == 0 {
            return Verdict::Read;
        }
        let stem = std::mem::take(&mut self.stem);
        let session = attributes.session().or(exported.trace()).unwrap_or(&stem);
        let model = attributes.model();
        let content = self.content(at, model, session, &tokens);
        if let Some(identity) = self.identity(level, &exported, attributes, content) {
            calls.push(Call {
                identity: CallIdentity {
                    call: identity,
                    message: identity,
                    sidechain: false,
                },
                at,
                model: self.model.get(model),
                provider: None,
                session: self.session.get(session),
                project: self.project.get(""),
                tokens,
                terms: Terms {
                    summed: level < Level::Inference,
                    ..Terms::default()
                },
                recorded_cost: None,
            });
        }
        self.stem = stem;
        Verdict::Read
    }

    fn state(&self) -> Vec<u8> {
        let state = State {
            version: VERSION,
            spans: self.state.spans.clone(),
            traces: self.state.traces.clone(),
            anonymous: self.anonymous.encode(),
        };
        // Only maps with keys that are no strings fail, and there are none.
        serde_json::to_vec(&state).unwrap_or_default()
    }
}

#[cfg(test)]
#[path = "spans_tests.rs"]
mod tests;
