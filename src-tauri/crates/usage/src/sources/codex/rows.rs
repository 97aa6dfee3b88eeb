//! The rows of a rollout that matter, as they stand. What they mean is decided elsewhere.

use super::limits::RateLimits;
use crate::json::{Count, Object, Text, Whole};
use aco_domain::TokenCounts;
use serde::{Deserialize, Serialize};

/// A row. One shape for all kinds, because the kind may stand behind what depends on it.
#[derive(Deserialize)]
pub(super) struct Row<'a> {
    #[serde(borrow, default)]
    pub(super) timestamp: Text<'a>,
    #[serde(default)]
    pub(super) ordinal: Whole,
    #[serde(rename = "type", borrow, default)]
    pub(super) kind: Text<'a>,
    #[serde(borrow, default)]
    pub(super) payload: Object<Payload<'a>>,
}

/// What rows of the kinds `session_meta`, `turn_context`, `event_msg` and `token_usage_record` hold.
#[derive(Deserialize)]
pub(super) struct Payload<'a> {
    #[serde(rename = "type", borrow, default)]
    pub(super) kind: Text<'a>,

    // session_meta
    #[serde(borrow, default)]
    pub(super) id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) timestamp: Text<'a>,
    #[serde(borrow, default)]
    pub(super) model_provider: Text<'a>,
    #[serde(borrow, default)]
    pub(super) cli_version: Text<'a>,
    #[serde(borrow, default)]
    pub(super) forked_from_id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) parent_thread_id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) source: Object<Origin<'a>>,
    #[serde(default)]
    pub(super) subagent_history_start_ordinal: Whole,
    #[serde(borrow, default)]
    pub(super) history_base: Object<HistoryBase<'a>>,

    // session_meta, turn_context
    #[serde(borrow, default)]
    pub(super) cwd: Text<'a>,

    // turn_context
    #[serde(borrow, default)]
    pub(super) model: Text<'a>,
    #[serde(borrow, default)]
    pub(super) service_tier: Text<'a>,

    // turn_context, token_usage_record
    #[serde(borrow, default)]
    pub(super) turn_id: Text<'a>,

    // token_usage_record
    #[serde(borrow, default)]
    pub(super) thread_id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) response_id: Text<'a>,
    #[serde(default)]
    pub(super) usage: Object<Usage>,

    // event_msg of type token_count
    #[serde(default)]
    pub(super) info: Object<Info>,
    #[serde(borrow, default)]
    pub(super) rate_limits: Object<RateLimits<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Origin<'a> {
    #[serde(borrow, default)]
    subagent: Object<Subagent<'a>>,
}

#[derive(Deserialize)]
struct Subagent<'a> {
    #[serde(borrow, default)]
    thread_spawn: Object<Spawn<'a>>,
}

#[derive(Deserialize)]
struct Spawn<'a> {
    #[serde(borrow, default)]
    parent_thread_id: Text<'a>,
}

#[derive(Deserialize)]
pub(super) struct HistoryBase<'a> {
    #[serde(borrow, default)]
    pub(super) thread_id: Text<'a>,
    #[serde(default)]
    pub(super) end_ordinal_exclusive: Whole,
    #[serde(default)]
    pub(super) end_byte_offset: Whole,
}

#[derive(Deserialize)]
pub(super) struct Info {
    #[serde(default)]
    pub(super) last_token_usage: Object<Usage>,
    #[serde(default)]
    pub(super) total_token_usage: Object<Usage>,
}

impl Info {
    pub(super) fn is_empty(&self) -> bool {
        self.last_token_usage.0.is_none() && self.total_token_usage.0.is_none()
    }
}

/// Tokens as Codex writes them: cached and cache-write lie inside input, reasoning inside output.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub(super) struct Usage {
    #[serde(default)]
    input_tokens: Count,
    #[serde(alias = "cache_read_input_tokens", default)]
    cached_input_tokens: Count,
    #[serde(default)]
    cache_write_input_tokens: Count,
    #[serde(default)]
    output_tokens: Count,
    #[serde(default)]
    reasoning_output_tokens: Count,
    #[serde(default)]
    total_tokens: Count,
}

/// [`Usage`] whose counts are all numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Vector {
    pub(super) input: u64,
    pub(super) cached: u64,
    pub(super) cache_write: u64,
    pub(super) output: u64,
    pub(super) reasoning: u64,
    /// Stated beside them; after a compaction an estimate.
    pub(super) total: u64,
}

impl Usage {
    /// Nothing where a count is none.
    pub(super) fn vector(self) -> Option<Vector> {
        Some(Vector {
            input: self.input_tokens.0?,
            cached: self.cached_input_tokens.0?,
            cache_write: self.cache_write_input_tokens.0?,
            output: self.output_tokens.0?,
            reasoning: self.reasoning_output_tokens.0?,
            total: self.total_tokens.0?,
        })
    }
}

impl Vector {
    /// Whether it holds no token of any kind, whatever its stated total.
    pub(super) fn is_empty(&self) -> bool {
        let Self {
            input,
            cached,
            cache_write,
            output,
            reasoning,
            total: _,
        } = self;
        [input, cached, cache_write, output, reasoning]
            .iter()
            .all(|count| **count == 0)
    }

    /// What was added since `before`; all of it where the counter began anew in between.
    pub(super) fn since(&self, before: &Self) -> Self {
        let began_anew = self.input < before.input
            || self.cached < before.cached
            || self.cache_write < before.cache_write
            || self.output < before.output
            || self.reasoning < before.reasoning;
        if began_anew {
            return *self;
        }
        Self {
            input: self.input - before.input,
            cached: self.cached - before.cached,
            cache_write: self.cache_write - before.cache_write,
            output: self.output - before.output,
            reasoning: self.reasoning - before.reasoning,
            total: self.total.saturating_sub(before.total),
        }
    }

    /// The same call in disjoint counts. A part is never more than the whole it lies in.
    pub(super) fn tokens(&self) -> TokenCounts {
        let cache_read = self.cached.min(self.input);
        let cache_write = self.cache_write.min(self.input - cache_read);
        TokenCounts {
            input: self.input - cache_read - cache_write,
            output: self.output,
            cache_read,
            cache_write_5m: cache_write,
            cache_write_1h: 0,
            reasoning: self.reasoning.min(self.output),
        }
    }

    pub(super) fn bytes(&self) -> [u8; 48] {
        let mut bytes = [0; 48];
        let counts = [
            self.input,
            self.cached,
            self.cache_write,
            self.output,
            self.reasoning,
            self.total,
        ];
        for (slot, count) in bytes.chunks_exact_mut(8).zip(counts) {
            slot.copy_from_slice(&count.to_le_bytes());
        }
        bytes
    }
}

impl Payload<'_> {
    /// The thread that this one came from, by its `session_meta`.
    pub(super) fn parent(&self) -> Option<&str> {
        let spawned = || {
            let subagent = self.source.0.as_ref()?.subagent.0.as_ref()?;
            subagent.thread_spawn.0.as_ref()?.parent_thread_id.get()
        };
        self.forked_from_id
            .get()
            .or_else(|| self.parent_thread_id.get())
            .or_else(spawned)
    }
}
