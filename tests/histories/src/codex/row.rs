//! Codex' rows. Only text is made here; what it means is the author's to record.

use crate::chance::Chance;
use crate::time::rfc3339;
use aco_domain::{TokenCounts, UnixNanos};
use std::fmt::Write as _;

/// Counts in Codex' convention: cached and written lie inside input, reasoning inside output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) input: u64,
    pub(super) cached: u64,
    pub(super) written: u64,
    pub(super) output: u64,
    pub(super) reasoning: u64,
    pub(super) total: u64,
}

impl Counts {
    pub(super) fn new(chance: &mut Chance) -> Self {
        let cached = chance.skewed(160_000);
        let written = match chance.number(0..=2) {
            0 => chance.skewed(5_000),
            _ => 0,
        };
        let output = 20 + chance.skewed(5_000);
        let input = cached + written + 5 + chance.skewed(9_000);
        Self {
            input,
            cached,
            written,
            output,
            reasoning: chance.number(0..=output / 2),
            total: input + output,
        }
    }

    /// Tokens of which nothing is known but their number.
    pub(super) fn opaque(total: u64) -> Self {
        Self {
            total,
            ..Self::default()
        }
    }

    pub(super) fn plus(&self, other: &Self) -> Self {
        Self {
            input: self.input + other.input,
            cached: self.cached + other.cached,
            written: self.written + other.written,
            output: self.output + other.output,
            reasoning: self.reasoning + other.reasoning,
            total: self.total + other.total,
        }
    }

    /// The same, disjoint.
    pub(super) fn disjoint(&self) -> TokenCounts {
        TokenCounts {
            input: self.input - self.cached - self.written,
            output: self.output,
            cache_read: self.cached,
            cache_write_5m: self.written,
            cache_write_1h: 0,
            reasoning: self.reasoning,
        }
    }

    fn json(&self) -> String {
        let Self {
            input,
            cached,
            written,
            output,
            reasoning,
            total,
        } = self;
        format!(
            r#"{{"input_tokens":{input},"cached_input_tokens":{cached},"cache_write_input_tokens":{written},"output_tokens":{output},"reasoning_output_tokens":{reasoning},"total_tokens":{total}}}"#
        )
    }
}

/// A row without the things a copy may change.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) at: UnixNanos,
    kind: &'static str,
    payload: String,
}

impl Row {
    /// The same at another time.
    pub(super) fn stamped(self, at: UnixNanos) -> Self {
        Self { at, ..self }
    }

    /// The line, as the file has it.
    pub(super) fn line(&self, ordinal: Option<u64>) -> String {
        let mut line = String::with_capacity(self.payload.len() + 96);
        let _ = write!(line, r#"{{"timestamp":"{}","#, rfc3339(self.at));
        if let Some(ordinal) = ordinal {
            let _ = write!(line, r#""ordinal":{ordinal},"#);
        }
        let Self { kind, payload, .. } = self;
        let _ = write!(line, r#""type":"{kind}","payload":{payload}}}"#);
        line
    }

    /// `fields` are more of the payload's, each with a comma behind it.
    pub(super) fn session_meta(id: &str, project: &str, fields: &str, at: UnixNanos) -> Self {
        Self {
            at,
            kind: "session_meta",
            payload: format!(
                r#"{{"id":"{id}",{fields}"timestamp":"{}","cwd":"{project}","originator":"codex_cli_rs","cli_version":"0.155.1","instructions":null,"model_provider":"openai","git":{{"branch":"main"}}}}"#,
                rfc3339(at)
            ),
        }
    }

    pub(super) fn turn_context(turn: &str, project: &str, model: &str, at: UnixNanos) -> Self {
        Self {
            at,
            kind: "turn_context",
            payload: format!(
                r#"{{"turn_id":"{turn}","cwd":"{project}","approval_policy":"on-request","sandbox_policy":{{"mode":"workspace-write"}},"model":"{model}","effort":"medium","summary":"auto"}}"#
            ),
        }
    }

    /// Rate limits come with counts, or without.
    pub(super) fn token_count(total: &Counts, last: Option<&Counts>, at: UnixNanos) -> Self {
        let last = last.map_or_else(String::new, |last| {
            format!(r#""last_token_usage":{},"#, last.json())
        });
        let total = total.json();
        Self::token_count_of(
            &format!(r#"{{"total_token_usage":{total},{last}"model_context_window":272000}}"#),
            at,
        )
    }

    pub(super) fn rate_limits(at: UnixNanos) -> Self {
        Self::token_count_of("null", at)
    }

    fn token_count_of(info: &str, at: UnixNanos) -> Self {
        Self {
            at,
            kind: "event_msg",
            payload: format!(
                r#"{{"type":"token_count","info":{info},"rate_limits":{{"primary":{{"used_percent":12.5,"window_minutes":300,"resets_at":1762161327}},"secondary":null}}}}"#
            ),
        }
    }

    pub(super) fn record(record: &str, at: UnixNanos) -> Self {
        Self {
            at,
            kind: "token_usage_record",
            payload: record.to_owned(),
        }
    }

    /// A compaction keeps a copy of the record before it.
    pub(super) fn compacted(record: Option<&str>, response: &str, at: UnixNanos) -> Self {
        let copy = record.map_or_else(String::new, |record| {
            format!(
                r#","compaction_response_id":"{response}","latest_token_usage_record":{record}"#
            )
        });
        Self {
            at,
            kind: "compacted",
            payload: format!(r#"{{"message":"","replacement_history":[]{copy}}}"#),
        }
    }

    /// What was said and done, in which counts may be quoted.
    pub(super) fn output(chance: &mut Chance, bytes: usize, at: UnixNanos) -> Self {
        let mut payload = String::with_capacity(bytes + 256);
        let _ = write!(
            payload,
            r#"{{"type":"function_call_output","call_id":"{}","output":""#,
            chance.id("call_", 24)
        );
        chance.text(&mut payload, bytes);
        if chance.one_in(20) {
            payload.push_str(r#"{\"type\":\"event_msg\",\"payload\":{\"type\":\"token_count\",\"info\":{\"total_token_usage\":{\"input_tokens\":9876543}}}}"#);
        }
        payload.push_str(r#""}"#);
        Self {
            at,
            kind: "response_item",
            payload,
        }
    }

    /// A call of a tool whose arguments are text, and reasoning that only the server can read.
    pub(super) fn reasoning(chance: &mut Chance, at: UnixNanos) -> Self {
        let length = usize::try_from(chance.number(200..=900)).unwrap_or_default();
        Self {
            at,
            kind: "response_item",
            payload: format!(
                r#"{{"type":"reasoning","summary":[],"content":null,"encrypted_content":"{}"}}"#,
                chance.id("gAAAA", length)
            ),
        }
    }

    /// What a person typed.
    pub(super) fn prompt(chance: &mut Chance, at: UnixNanos) -> Self {
        let mut payload = String::from(r#"{"type":"user_message","message":""#);
        chance.text(&mut payload, 200);
        payload.push_str(r#"","images":[]}"#);
        Self {
            at,
            kind: "event_msg",
            payload,
        }
    }
}

/// One response's own record, and the sums it belongs to.
pub(super) fn usage_record(
    thread: &str,
    turn: &str,
    response: &str,
    usage: &Counts,
    turn_sum: &Counts,
    thread_sum: &Counts,
) -> String {
    format!(
        r#"{{"thread_id":"{thread}","turn_id":"{turn}","response_id":"{response}","usage":{},"turn_token_usage":{},"thread_token_usage":{}}}"#,
        usage.json(),
        turn_sum.json(),
        thread_sum.json()
    )
}
