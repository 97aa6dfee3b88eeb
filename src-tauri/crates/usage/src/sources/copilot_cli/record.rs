//! The lines of an export, and of a session's events, as far as they are looked at.

use crate::counts::counts;
use crate::json::{self, Count, Flag, Object, Text, Whole};
use crate::shape::Named;
use aco_domain::{TokenCounts, UnixNanos};
use serde::Deserialize;
use serde::de::{self, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// A line of `events.jsonl`.
#[derive(Deserialize)]
pub(super) struct Event<'a> {
    #[serde(borrow, rename = "type", default)]
    pub(super) kind: Text<'a>,
    #[serde(borrow, default)]
    pub(super) id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) timestamp: Text<'a>,
    #[serde(borrow, default)]
    pub(super) data: Object<Data<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Data<'a> {
    #[serde(borrow, default)]
    pub(super) session_id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) copilot_version: Text<'a>,
    #[serde(borrow, default)]
    pub(super) context: Object<Context<'a>>,
    #[serde(default)]
    pub(super) model_metrics: Named<Metrics>,
}

#[derive(Deserialize)]
pub(super) struct Context<'a> {
    #[serde(borrow, default)]
    pub(super) cwd: Text<'a>,
}

/// What a model was used for since the session was entered.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Metrics {
    #[serde(default)]
    pub(super) requests: Object<Requests>,
    #[serde(default)]
    pub(super) usage: Object<Usage>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct Requests {
    #[serde(default)]
    pub(super) count: Whole,
}

counts! {
    /// Cache reads and writes lie inside input, reasoning inside output.
    Usage {
        input: "inputTokens",
        output: "outputTokens",
        cache_read: "cacheReadTokens",
        cache_write: "cacheWriteTokens",
        reasoning: "reasoningTokens",
    }
}

impl Usage {
    pub(super) fn disjoint(&self) -> Option<TokenCounts> {
        disjoint(
            self.input,
            self.output,
            [self.cache_read, self.cache_write],
            self.reasoning,
        )
    }
}

/// A part is never more than the whole it lies in.
fn disjoint(
    input: Count,
    output: Count,
    [read, write]: [Count; 2],
    reasoning: Count,
) -> Option<TokenCounts> {
    let (input, output) = (input.0?, output.0?);
    let cache_read = read.0?.min(input);
    let cache_write = write.0?.min(input - cache_read);
    Some(TokenCounts {
        input: input - cache_read - cache_write,
        output,
        cache_read,
        cache_write_5m: cache_write,
        cache_write_1h: 0,
        reasoning: reasoning.0?.min(output),
    })
}

/// A line of an export: a span, or a record of a log.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Exported<'a> {
    #[serde(borrow, rename = "type", default)]
    kind: Text<'a>,
    #[serde(borrow, default)]
    name: Text<'a>,
    #[serde(borrow, default)]
    trace_id: Text<'a>,
    #[serde(borrow, default)]
    span_id: Text<'a>,
    #[serde(borrow, default)]
    span_context: Object<SpanContext<'a>>,
    #[serde(borrow, alias = "_body", default)]
    body: Text<'a>,
    #[serde(default)]
    end_time: Moment,
    #[serde(default)]
    start_time: Moment,
    #[serde(alias = "_hrTime", default)]
    hr_time: Moment,
    #[serde(default)]
    time: Moment,
    #[serde(default)]
    timestamp: Moment,
    #[serde(default)]
    time_unix_nano: Moment,
    /// A metric has data points instead.
    #[serde(borrow, default)]
    pub(super) attributes: Object<Attributes<'a>>,
    #[serde(default)]
    is_monotonic: Flag,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SpanContext<'a> {
    #[serde(borrow, default)]
    trace_id: Text<'a>,
    #[serde(borrow, default)]
    span_id: Text<'a>,
}

#[derive(Deserialize)]
pub(super) struct Attributes<'a> {
    #[serde(borrow, rename = "gen_ai.operation.name", default)]
    operation: Text<'a>,
    #[serde(borrow, rename = "event.name", default)]
    event: Text<'a>,
    #[serde(borrow, rename = "gen_ai.response.id", default)]
    pub(super) response: Text<'a>,
    #[serde(borrow, rename = "gen_ai.response.model", default)]
    response_model: Text<'a>,
    #[serde(borrow, rename = "gen_ai.request.model", default)]
    request_model: Text<'a>,
    #[serde(borrow, rename = "gen_ai.conversation.id", default)]
    conversation: Text<'a>,
    #[serde(borrow, rename = "copilot_chat.session_id", default)]
    chat_session: Text<'a>,
    #[serde(borrow, rename = "session.id", default)]
    session: Text<'a>,
    #[serde(rename = "turn.index", alias = "copilot_chat.turn.index", default)]
    pub(super) turn: Whole,
    #[serde(rename = "gen_ai.usage.input_tokens", default)]
    input: Count,
    #[serde(rename = "gen_ai.usage.output_tokens", default)]
    output: Count,
    #[serde(rename = "gen_ai.usage.cache_read.input_tokens", default)]
    cache_read: Count,
    #[serde(
        rename = "gen_ai.usage.cache_creation.input_tokens",
        alias = "gen_ai.usage.cache_write.input_tokens",
        default
    )]
    cache_write: Count,
    #[serde(
        rename = "gen_ai.usage.reasoning.output_tokens",
        alias = "gen_ai.usage.reasoning_tokens",
        default
    )]
    reasoning: Count,
}

/// How close to a call a record is. The closest of a call's records counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// A span around an agent's whole work.
    Summary,
    /// A record of one turn of an agent, in which it may have called several times.
    Turn,
    /// A record of a call.
    Inference,
    /// A call's own span.
    Chat,
}

impl Exported<'_> {
    /// Nothing for records that are none of a call.
    pub(super) fn level(&self, attributes: &Attributes<'_>) -> Option<Level> {
        if self.is_monotonic.0.is_some() {
            return None;
        }
        let begins = |text: &Text<'_>, with: &str| {
            let text = text.get();
            text.is_some_and(|text| text.starts_with(with))
        };
        let is_span = match self.kind.get() {
            Some(kind) => kind == "span",
            None => self.name.get().is_some() && self.start_time.0.is_some(),
        };
        if is_span {
            let named = |operation, name| {
                attributes.operation.get() == Some(operation) || begins(&self.name, name)
            };
            return match () {
                () if named("chat", "chat ") => Some(Level::Chat),
                () if named("invoke_agent", "invoke_agent ") => Some(Level::Summary),
                () => None,
            };
        }
        match attributes.event.get() {
            Some("gen_ai.client.inference.operation.details") => Some(Level::Inference),
            Some("copilot_chat.agent.turn") => Some(Level::Turn),
            _ if begins(&self.body, "GenAI inference:") => Some(Level::Inference),
            _ if begins(&self.body, "copilot_chat.agent.turn") => Some(Level::Turn),
            _ => None,
        }
    }

    pub(super) fn trace(&self) -> Option<&str> {
        let nested = || self.span_context.0.as_ref()?.trace_id.get();
        self.trace_id.get().or_else(nested)
    }

    pub(super) fn span(&self) -> Option<&str> {
        let nested = || self.span_context.0.as_ref()?.span_id.get();
        self.span_id.get().or_else(nested)
    }

    /// When it was over.
    pub(super) fn at(&self) -> Option<UnixNanos> {
        [
            self.end_time,
            self.start_time,
            self.hr_time,
            self.time,
            self.timestamp,
            self.time_unix_nano,
        ]
        .into_iter()
        .find_map(|moment| moment.0)
    }
}

impl Attributes<'_> {
    pub(super) fn model(&self) -> &str {
        let model = self.response_model.get().or(self.request_model.get());
        model.unwrap_or_default()
    }

    pub(super) fn session(&self) -> Option<&str> {
        let sessions = [&self.conversation, &self.chat_session, &self.session];
        sessions.into_iter().find_map(Text::get)
    }

    pub(super) fn tokens(&self) -> Option<TokenCounts> {
        disjoint(
            self.input,
            self.output,
            [self.cache_read, self.cache_write],
            self.reasoning,
        )
    }
}

/// A time as exporters write it: seconds and nanoseconds, or a number of some unit since 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Moment(pub(super) Option<UnixNanos>);

impl Moment {
    /// The unit is told by the size: all four are of this century, and far apart.
    fn of_number(number: u64) -> Self {
        let nanos = match number {
            0..100_000_000_000 => number.checked_mul(1_000_000_000),
            100_000_000_000..100_000_000_000_000 => number.checked_mul(1_000_000),
            100_000_000_000_000..100_000_000_000_000_000 => number.checked_mul(1_000),
            _ => Some(number),
        };
        Self(nanos.map(UnixNanos))
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Moments;
        impl<'de> Visitor<'de> for Moments {
            type Value = Moment;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Moment, A::Error> {
                let seconds = seq.next_element::<Whole>()?.unwrap_or_default();
                let nanos = seq.next_element::<Whole>()?.unwrap_or_default();
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                let sum = |seconds: u64, nanos: u64| {
                    seconds.checked_mul(1_000_000_000)?.checked_add(nanos)
                };
                let nanos = seconds.0.zip(nanos.0);
                Ok(Moment(nanos.and_then(|(s, n)| sum(s, n)).map(UnixNanos)))
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Moment, E> {
                Ok(Moment::of_number(number))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Moment, E> {
                Ok(match text.parse() {
                    Ok(number) => Moment::of_number(number),
                    Err(_) => Moment(json::instant(text)),
                })
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Moment, A::Error> {
                IgnoredAny.visit_map(map).map(|_| Moment(None))
            }
            fn visit_bool<E: de::Error>(self, _: bool) -> Result<Moment, E> {
                Ok(Moment(None))
            }
            fn visit_i64<E: de::Error>(self, _: i64) -> Result<Moment, E> {
                Ok(Moment(None))
            }
            fn visit_f64<E: de::Error>(self, _: f64) -> Result<Moment, E> {
                Ok(Moment(None))
            }
            fn visit_unit<E: de::Error>(self) -> Result<Moment, E> {
                Ok(Moment(None))
            }
        }
        deserializer.deserialize_any(Moments)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_in_each_unit() {
        let of = |text: &str| serde_json::from_str::<Moment>(text).unwrap().0;
        let at = Some(UnixNanos(1_767_323_045_000_000_000));
        for text in [
            "[1767323045,0]",
            "1767323045",
            "1767323045000",
            "1767323045000000",
            "1767323045000000000",
            r#""1767323045000000000""#,
            r#""2026-01-02T03:04:05Z""#,
        ] {
            assert_eq!(of(text), at, "{text}");
        }
        for text in ["[]", "[1]", "[-1,0]", "{}", "null", "1.5", r#""soon""#] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
