//! From a line of a transcript to a call.

use super::TOOL;
use super::paths::project_folder;
use crate::calls::{Calls, Identities, Shared};
use crate::json::{self, Count, Flag, Number, Object, Text};
use crate::jsonl::{Parser, Verdict};
use crate::once::Occurrences;
use crate::shape;
use aco_domain::{Call, CallIdentity, Terms, TokenCounts, UnixNanos};
use serde::Deserialize;
use std::path::Path;
use std::sync::Arc;

/// What Claude Code writes as model of messages it made up itself: errors, interruptions.
const SYNTHETIC: &str = "<synthetic>";

/// What a `usage` has at least one of, or it is not the one we know.
const COUNTS: &[&str] = &[
    "input_tokens",
    "output_tokens",
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
    "cache_creation",
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    #[serde(borrow, default)]
    timestamp: Text<'a>,
    #[serde(borrow, default)]
    request_id: Text<'a>,
    #[serde(borrow, default)]
    session_id: Text<'a>,
    #[serde(borrow, default)]
    uuid: Text<'a>,
    #[serde(borrow, default)]
    cwd: Text<'a>,
    #[serde(borrow, default)]
    version: Text<'a>,
    #[serde(default)]
    is_sidechain: Flag,
    #[serde(rename = "costUSD", default)]
    cost: Number,
    #[serde(borrow, default)]
    message: Object<Message<'a>>,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow, default)]
    id: Text<'a>,
    #[serde(borrow, default)]
    model: Text<'a>,
    #[serde(borrow, default)]
    usage: Object<Usage<'a>>,
}

#[derive(Deserialize)]
struct Usage<'a> {
    #[serde(default)]
    input_tokens: Count,
    #[serde(default)]
    output_tokens: Count,
    #[serde(default)]
    cache_creation_input_tokens: Count,
    #[serde(default)]
    cache_read_input_tokens: Count,
    #[serde(default)]
    cache_creation: Object<CacheCreation>,
    #[serde(borrow, default)]
    service_tier: Text<'a>,
    #[serde(borrow, default)]
    speed: Text<'a>,
}

#[derive(Default, Deserialize)]
struct CacheCreation {
    #[serde(default)]
    ephemeral_5m_input_tokens: Count,
    #[serde(default)]
    ephemeral_1h_input_tokens: Count,
}

impl Usage<'_> {
    /// Nothing where a count is none.
    fn tokens(&self) -> Option<TokenCounts> {
        let split = self.cache_creation.0.as_ref();
        let (five_minutes, an_hour) = match split {
            Some(split) => (
                split.ephemeral_5m_input_tokens.0?,
                split.ephemeral_1h_input_tokens.0?,
            ),
            None => (0, 0),
        };
        // What the split leaves out was written for a time that nobody stated.
        let unstated = self.cache_creation_input_tokens.0?.saturating_sub(an_hour);
        Some(TokenCounts {
            input: self.input_tokens.0?,
            output: self.output_tokens.0?,
            cache_read: self.cache_read_input_tokens.0?,
            cache_write_5m: five_minutes.max(unstated),
            cache_write_1h: an_hour,
            // Thinking is billed as output, and not told apart in transcripts.
            reasoning: 0,
        })
    }
}

/// The reader of one transcript.
pub(super) struct Transcript {
    /// Where lines do not say themselves.
    session: String,
    project: String,
    /// Lines without ids.
    anonymous: Occurrences<1024>,
    identities: Identities,
    /// Of the line last found to be of another shape.
    version: Option<String>,
    last: Last,
}

/// What neighbouring calls mostly share.
struct Last {
    ids: (String, String),
    identity: (u128, u128),
    provider: Arc<str>,
    model: Shared,
    session: Shared,
    project: Shared,
    service_tier: Shared,
    speed: Shared,
}

impl Transcript {
    pub(super) fn new(path: &Path) -> Self {
        let stem = path.file_stem().unwrap_or_default();
        Self {
            session: stem.to_string_lossy().into_owned(),
            project: project_folder(path),
            anonymous: Occurrences::default(),
            identities: Identities::default(),
            version: None,
            last: Last {
                ids: Default::default(),
                identity: (0, 0),
                provider: Arc::from("anthropic"),
                model: Shared::default(),
                session: Shared::default(),
                project: Shared::default(),
                service_tier: Shared::default(),
                speed: Shared::default(),
            },
        }
    }

    /// Call and message, by their ids.
    fn identity(&mut self, message: &str, request: &str) -> (u128, u128) {
        let (last_message, last_request) = &mut self.last.ids;
        if *last_message != message || *last_request != request {
            let mut hash = |parts: &[&[u8]]| self.identities.hash(parts);
            let tool = TOOL.as_bytes();
            let call = hash(&[tool, b"call", message.as_bytes(), request.as_bytes()]);
            let by_message = if message.is_empty() {
                call
            } else {
                hash(&[tool, b"message", message.as_bytes()])
            };
            self.last.identity = (call, by_message);
            message.clone_into(last_message);
            request.clone_into(last_request);
        }
        self.last.identity
    }

    /// A line without ids is a call of its own, however often its like comes.
    fn anonymous(&mut self, line: &Line<'_>, at: UnixNanos, tokens: &TokenCounts) -> (u128, u128) {
        let session = line.session_id.get().unwrap_or(&self.session);
        // A line's own id is copied with it, while the session may change then.
        let name = line.uuid.get().unwrap_or(session);
        let model = line
            .message
            .0
            .as_ref()
            .and_then(|message| message.model.get());
        let content = self.identities.hash(&[
            TOOL.as_bytes(),
            b"line",
            name.as_bytes(),
            model.unwrap_or_default().as_bytes(),
            &at.0.to_le_bytes(),
            &tokens.input.to_le_bytes(),
            &tokens.output.to_le_bytes(),
            &tokens.cache_read.to_le_bytes(),
            &tokens.cache_write_5m.to_le_bytes(),
            &tokens.cache_write_1h.to_le_bytes(),
        ]);
        let identity = self.anonymous.next(content);
        (identity, identity)
    }
}

impl Parser for Transcript {
    fn resume(mut self, state: &[u8]) -> Option<Self> {
        self.anonymous = Occurrences::decode(state)?;
        Some(self)
    }

    fn line(&mut self, bytes: &[u8], calls: &mut Calls) -> Verdict {
        let line: Line<'_> = match json::object(bytes) {
            Ok(Some(line)) => line,
            Ok(None) => return Verdict::Read,
            Err(_) => return Verdict::Unreadable,
        };
        let Object(Some(message)) = &line.message else {
            return Verdict::Read;
        };
        let Object(Some(usage)) = &message.usage else {
            return Verdict::Read;
        };
        let model = message.model.get().unwrap_or_default();
        if model == SYNTHETIC {
            return Verdict::Read;
        }
        let at = line.timestamp.get().and_then(json::instant);
        let (Some(at), Some(tokens)) = (at, usage.tokens()) else {
            return Verdict::Unreadable;
        };
        if tokens.total() == 0 && shape::is_otherwise(bytes, &["message", "usage"], COUNTS) {
            self.version = line.version.get().map(str::to_owned);
            return Verdict::Unrecognised;
        }
        let (message_id, request_id) = (message.id.get(), line.request_id.get());
        let (call, by_message) = if message_id.is_none() && request_id.is_none() {
            self.anonymous(&line, at, &tokens)
        } else {
            self.identity(
                message_id.unwrap_or_default(),
                request_id.unwrap_or_default(),
            )
        };
        let last = &mut self.last;
        calls.push(Call {
            identity: CallIdentity {
                call,
                message: by_message,
                sidechain: line.is_sidechain.0 == Some(true),
            },
            at,
            model: last.model.get(model),
            provider: Some(Arc::clone(&last.provider)),
            session: last
                .session
                .get(line.session_id.get().unwrap_or(&self.session)),
            project: last.project.get(line.cwd.get().unwrap_or(&self.project)),
            tokens,
            terms: Terms {
                service_tier: last.service_tier.optional(usage.service_tier.get()),
                speed: last.speed.optional(usage.speed.get()),
                summed: false,
            },
            recorded_cost: line.cost.0.and_then(json::dollars),
        });
        Verdict::Read
    }

    fn state(&self) -> Vec<u8> {
        self.anonymous.encode()
    }

    fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
