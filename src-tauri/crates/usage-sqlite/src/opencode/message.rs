//! From what OpenCode writes of a message to calls: the JSON of its rows and of its older files.

use super::TOOL;
use aco_domain::{Call, CallIdentity, Terms, TokenCounts, UnixNanos};
use aco_usage::room::json::{self, Count, Number, Object, Text, Whole};
use aco_usage::room::{Identities, Shared};
use serde::Deserialize;

/// A message: of `message` and `session_message` rows and of `storage/message` files alike. What was
/// said is not in it.
#[derive(Deserialize)]
pub(super) struct Message<'a> {
    #[serde(borrow, default)]
    role: Text<'a>,
    #[serde(borrow, default, rename = "sessionID")]
    session: Text<'a>,
    #[serde(borrow, default, rename = "modelID")]
    model_id: Text<'a>,
    #[serde(borrow, default, rename = "providerID")]
    provider_id: Text<'a>,
    #[serde(borrow, default)]
    model: Object<Model<'a>>,
    #[serde(default)]
    time: Object<Time>,
    #[serde(borrow, default)]
    path: Object<Folders<'a>>,
    #[serde(default)]
    tokens: Object<Tokens>,
    #[serde(default)]
    cost: Number,
    /// Something went wrong, which ended it.
    #[serde(default)]
    error: Object<Nothing>,
}

#[derive(Deserialize)]
struct Model<'a> {
    #[serde(borrow, default)]
    id: Text<'a>,
    #[serde(borrow, default, rename = "providerID")]
    provider_id: Text<'a>,
}

#[derive(Deserialize)]
struct Time {
    #[serde(default)]
    created: Whole,
    #[serde(default)]
    completed: Whole,
}

#[derive(Deserialize)]
struct Folders<'a> {
    #[serde(borrow, default)]
    cwd: Text<'a>,
}

#[derive(Deserialize)]
struct Nothing {}

/// Tokens of one step. `output` and `reasoning` lie beside each other, and so do `input` and the cache.
#[derive(Clone, Copy, Deserialize)]
pub(super) struct Tokens {
    /// Every version that was seen writes these two.
    #[serde(default)]
    input: Option<Count>,
    #[serde(default)]
    output: Option<Count>,
    #[serde(default)]
    reasoning: Count,
    #[serde(default)]
    cache: Object<Cache>,
}

#[derive(Clone, Copy, Deserialize)]
struct Cache {
    #[serde(default)]
    read: Count,
    #[serde(default)]
    write: Count,
}

impl Tokens {
    /// Nothing where a count is none.
    fn counts(&self) -> Option<TokenCounts> {
        let (read, write) = match self.cache.0 {
            Some(cache) => (cache.read.0?, cache.write.0?),
            None => (0, 0),
        };
        let reasoning = self.reasoning.0?;
        Some(TokenCounts {
            input: self.input.unwrap_or_default().0?,
            output: self.output.unwrap_or_default().0?.checked_add(reasoning)?,
            cache_read: read,
            cache_write_5m: write,
            cache_write_1h: 0,
            reasoning,
        })
    }
}

/// A part that ends a step: one call of the model.
#[derive(Deserialize)]
pub(super) struct Part<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Text<'a>,
    #[serde(default)]
    tokens: Object<Tokens>,
    #[serde(default)]
    cost: Number,
}

impl<'a> Part<'a> {
    /// # Errors
    /// Where it is not JSON.
    pub(super) fn read(bytes: &'a [u8]) -> serde_json::Result<Option<Self>> {
        json::object(bytes)
    }

    pub(super) fn ends_a_step(&self) -> bool {
        self.kind.get() == Some("step-finish")
    }

    /// What was spent, where it ends a step.
    pub(super) fn spent_by_step(&self) -> Spent {
        match self.tokens.0 {
            None => Spent::Unrecognised,
            Some(_) => Spent::of(self.tokens, self.cost),
        }
    }
}

/// What a record says was spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spent {
    /// No tokens: it is not finished, was broken off, or is of another kind.
    Nothing,
    /// These.
    Tokens(TokenCounts, Option<aco_domain::NanoUsd>),
    /// Something that cannot be a count.
    Unreadable,
    /// Counts that are nowhere where they were ever seen to be.
    Unrecognised,
}

impl Spent {
    fn of(tokens: Object<Tokens>, cost: Number) -> Self {
        let Object(Some(tokens)) = tokens else {
            return Self::Nothing;
        };
        if tokens.input.is_none() && tokens.output.is_none() {
            return Self::Unrecognised;
        }
        match tokens.counts() {
            None => Self::Unreadable,
            Some(counts) if counts.total() == 0 => Self::Nothing,
            // 0 is "not computed" as often as "free".
            Some(counts) => {
                let cost = cost.0.filter(|cost| *cost > 0.0).and_then(json::dollars);
                Self::Tokens(counts, cost)
            }
        }
    }
}

impl<'a> Message<'a> {
    /// # Errors
    /// Where it is not JSON.
    pub(super) fn read(bytes: &'a [u8]) -> serde_json::Result<Option<Self>> {
        json::object(bytes)
    }

    /// Whether a model wrote it. A compaction of 2.x has no role.
    pub(super) fn is_by_a_model(&self) -> bool {
        self.role.get().is_none_or(|role| role == "assistant")
    }

    pub(super) fn is_finished(&self) -> bool {
        let time = self.time.0.as_ref();
        self.error.0.is_some() || time.is_some_and(|time| time.completed.0.is_some())
    }

    pub(super) fn session(&self) -> Option<&str> {
        self.session.get()
    }

    pub(super) fn spent(&self) -> Spent {
        Spent::of(self.tokens, self.cost)
    }

    fn model(&self) -> &str {
        let model = self.model.0.as_ref();
        let id = self.model_id.get().or_else(|| model?.id.get());
        id.unwrap_or_default()
    }

    fn provider(&self) -> Option<&str> {
        let model = self.model.0.as_ref();
        self.provider_id.get().or_else(|| model?.provider_id.get())
    }

    fn folder(&self) -> Option<&str> {
        self.path.0.as_ref()?.cwd.get()
    }

    /// When it was begun; nothing where it does not say.
    fn created(&self) -> Option<u64> {
        self.time.0.as_ref()?.created.0.filter(|at| *at > 0)
    }
}

/// Makes calls, and the strings they share.
#[derive(Debug, Default)]
pub(super) struct Maker {
    identities: Identities,
    model: Shared,
    provider: Shared,
    session: Shared,
    project: Shared,
}

impl Maker {
    /// The identity of what was spent in a message, but for which of its like it is. A fork copies
    /// messages under new ids, an upgrade under the old ones, and 2.x tells the last step of a message
    /// that 1.x had told step by step: what all of them keep is when the message was begun, its model
    /// and the counts.
    pub(super) fn content(&mut self, message: &Message<'_>, tokens: &TokenCounts) -> Option<u128> {
        let at = message.created()?;
        Some(self.identities.hash(&[
            TOOL.as_bytes(),
            b"step",
            &at.to_le_bytes(),
            message.provider().unwrap_or_default().as_bytes(),
            message.model().as_bytes(),
            &tokens.input.to_le_bytes(),
            &tokens.output.to_le_bytes(),
            &tokens.reasoning.to_le_bytes(),
            &tokens.cache_read.to_le_bytes(),
            &tokens.cache_write_5m.to_le_bytes(),
        ]))
    }

    /// The `before`-th of its like is another call.
    pub(super) fn identity(&mut self, content: u128, before: u32) -> u128 {
        match before {
            0 => content,
            n => self
                .identities
                .hash(&[&content.to_le_bytes(), &n.to_le_bytes()]),
        }
    }

    pub(super) fn call(
        &mut self,
        identity: u128,
        message: &Message<'_>,
        session: &str,
        folder: Option<&str>,
        (tokens, cost): (TokenCounts, Option<aco_domain::NanoUsd>),
    ) -> Call {
        let millis = message.created().unwrap_or_default();
        let project = message.folder().or(folder).unwrap_or_default();
        Call {
            identity: CallIdentity {
                call: identity,
                message: identity,
                sidechain: false,
            },
            at: UnixNanos(millis.saturating_mul(1_000_000)),
            model: self.model.get(message.model()),
            provider: self.provider.optional(message.provider()),
            session: self.session.get(session),
            project: self.project.get(project),
            tokens,
            terms: Terms::default(),
            recorded_cost: cost,
        }
    }
}

#[cfg(test)]
#[path = "message_tests.rs"]
mod tests;
