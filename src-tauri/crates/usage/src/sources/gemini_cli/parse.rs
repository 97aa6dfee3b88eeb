//! From the messages of a chat to calls.

use super::TOOL;
use super::paths::project;
use super::record::{Chat as Content, Line, Message};
use crate::calls::{Calls, Identities, Shared};
use crate::document::{Document, Told};
use crate::json;
use crate::jsonl::{Parser, Verdict};
use crate::once::Occurrences;
use aco_domain::{Call, CallIdentity, Terms, TokenCounts, UnixNanos};
use serde::{Deserialize, Deserializer, Serialize};
use std::path::Path;
use std::sync::Arc;

/// The shape of [`State`].
const VERSION: u32 = 1;

/// What the lines so far have said.
#[derive(Default, Serialize, Deserialize)]
struct State {
    version: u32,
    session: Option<String>,
    anonymous: Vec<u8>,
}

/// The reader of one chat.
pub(super) struct Chat {
    /// By the first line that names one: a chat keeps its id when it is resumed.
    session: Option<String>,
    /// Where none does.
    stem: String,
    project: Arc<str>,
    provider: Arc<str>,
    /// Messages without an id.
    anonymous: Occurrences<64>,
    identities: Identities,
    model: Shared,
    shared_session: Shared,
}

/// What a message is, once it is looked at.
enum Meaning {
    Nothing,
    Call(UnixNanos, TokenCounts),
    Unreadable,
    Unrecognised,
}

impl Meaning {
    fn of(message: &Message<'_>) -> Self {
        let Some(tokens) = message.tokens.0.as_ref() else {
            return Self::Nothing;
        };
        if message.kind.get() != Some("gemini") {
            return Self::Nothing;
        }
        if tokens.is_otherwise() {
            return Self::Unrecognised;
        }
        let at = message.timestamp.get().and_then(json::instant);
        match (at, tokens.disjoint()) {
            (Some(at), Some(tokens)) if tokens.total() > 0 => Self::Call(at, tokens),
            // A request that was given up, before there was anything to bill.
            (Some(_), Some(_)) => Self::Nothing,
            _ => Self::Unreadable,
        }
    }
}

impl Chat {
    pub(super) fn new(path: &Path) -> Self {
        let stem = path.file_stem().unwrap_or_default();
        Self {
            session: None,
            stem: stem.to_string_lossy().into_owned(),
            project: project(path).into(),
            provider: Arc::from("google"),
            anonymous: Occurrences::default(),
            identities: Identities::default(),
            model: Shared::default(),
            shared_session: Shared::default(),
        }
    }

    fn meet(&mut self, session: Option<&str>) {
        if self.session.is_none() {
            self.session = session.map(str::to_owned);
        }
    }

    fn call(&mut self, message: &Message<'_>, at: UnixNanos, tokens: TokenCounts) -> Call {
        let session = self.session.as_deref().unwrap_or(&self.stem);
        let tool = TOOL.as_bytes();
        let model = message.model.get().unwrap_or_default();
        let identity = match message.id.get() {
            Some(id) => {
                let parts: [&[u8]; 4] = [tool, b"message", session.as_bytes(), id.as_bytes()];
                self.identities.hash(&parts)
            }
            None => {
                let content = self.identities.hash(&[
                    tool,
                    b"content",
                    session.as_bytes(),
                    model.as_bytes(),
                    &at.0.to_le_bytes(),
                    &tokens.input.to_le_bytes(),
                    &tokens.output.to_le_bytes(),
                    &tokens.cache_read.to_le_bytes(),
                ]);
                self.anonymous.next(content)
            }
        };
        Call {
            identity: CallIdentity {
                call: identity,
                message: identity,
                sidechain: false,
            },
            at,
            model: self.model.get(model),
            provider: Some(Arc::clone(&self.provider)),
            session: self.shared_session.get(session),
            project: Arc::clone(&self.project),
            tokens,
            terms: Terms::default(),
            recorded_cost: None,
        }
    }
}

impl Parser for Chat {
    fn resume(mut self, state: &[u8]) -> Option<Self> {
        if state.is_empty() {
            return Some(self);
        }
        let state: State = serde_json::from_slice(state).ok()?;
        self.session = state.session;
        self.anonymous = Occurrences::decode(&state.anonymous)?;
        (state.version == VERSION).then_some(self)
    }

    fn line(&mut self, line: &[u8], calls: &mut Calls) -> Verdict {
        let line: Line<'_> = match json::object(line) {
            Ok(Some(line)) => line,
            Ok(None) => return Verdict::Read,
            Err(_) => return Verdict::Unreadable,
        };
        let mut messages = vec![line.message()];
        let update = line.set.0.unwrap_or_default();
        messages.extend(line.messages.0);
        messages.extend(update.messages.0);
        let mut found = Vec::new();
        for message in &messages {
            match Meaning::of(message) {
                Meaning::Nothing => {}
                Meaning::Call(at, tokens) => found.push((message, at, tokens)),
                // The line counts as a whole: what else it repeats stands in lines of its own.
                Meaning::Unreadable => return Verdict::Unreadable,
                Meaning::Unrecognised => return Verdict::Unrecognised,
            }
        }
        self.meet(line.session_id.get());
        self.meet(update.session_id.get());
        for (message, at, tokens) in found {
            let call = self.call(message, at, tokens);
            calls.push(call);
        }
        Verdict::Read
    }

    fn state(&self) -> Vec<u8> {
        let state = State {
            version: VERSION,
            session: self.session.clone(),
            anonymous: self.anonymous.encode(),
        };
        // Only maps with keys that are no strings fail, and there are none.
        serde_json::to_vec(&state).unwrap_or_default()
    }
}

impl Document for Chat {
    fn told<'de, D: Deserializer<'de>>(mut self, json: D) -> Result<Told, D::Error> {
        let content = Content::deserialize(json)?;
        self.meet(content.session_id.get());
        let mut told = Told::default();
        for message in &content.messages.0 {
            match Meaning::of(message) {
                Meaning::Nothing => {}
                Meaning::Call(at, tokens) => {
                    let call = self.call(message, at, tokens);
                    told.calls.push(call);
                }
                Meaning::Unreadable => told.unreadable += 1,
                Meaning::Unrecognised => told.unrecognised += 1,
            }
        }
        Ok(told)
    }
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
