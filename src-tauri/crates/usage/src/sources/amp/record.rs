//! A thread, as far as it is looked at.

use crate::counts::counts;
use crate::json::{Count, Label, Object, Text, Whole};
use crate::shape::List;
use aco_domain::TokenCounts;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Thread<'a> {
    #[serde(borrow, default)]
    pub(super) id: Text<'a>,
    /// Milliseconds since 1970.
    #[serde(default)]
    pub(super) created: Whole,
    #[serde(borrow, default)]
    pub(super) messages: List<Message<'a>>,
    #[serde(borrow, default)]
    pub(super) usage_ledger: Object<Ledger<'a>>,
    #[serde(borrow, default)]
    pub(super) env: Object<Env<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Message<'a> {
    #[serde(borrow, default)]
    pub(super) role: Text<'a>,
    #[serde(default)]
    pub(super) message_id: Label,
    #[serde(borrow, default)]
    pub(super) usage: Object<Usage<'a>>,
    #[serde(default)]
    pub(super) meta: Object<Meta>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Meta {
    /// Milliseconds since 1970.
    #[serde(default)]
    pub(super) sent_at: Whole,
}

/// What a message used. The four counts are disjoint.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Usage<'a> {
    #[serde(borrow, default)]
    pub(super) model: Text<'a>,
    #[serde(borrow, default)]
    pub(super) timestamp: Text<'a>,
    input_tokens: Option<Count>,
    output_tokens: Option<Count>,
    cache_creation_input_tokens: Option<Count>,
    cache_read_input_tokens: Option<Count>,
    total_tokens: Option<Count>,
}

impl Usage<'_> {
    /// Whether none of the known counts stands here.
    pub(super) fn is_otherwise(&self) -> bool {
        let counts = [
            self.input_tokens,
            self.output_tokens,
            self.cache_creation_input_tokens,
            self.cache_read_input_tokens,
            self.total_tokens,
        ];
        counts.iter().all(Option::is_none)
    }

    pub(super) fn disjoint(&self) -> Option<TokenCounts> {
        let count = |count: Option<Count>| count.unwrap_or_default();
        disjoint(
            count(self.input_tokens),
            count(self.output_tokens),
            count(self.cache_read_input_tokens),
            count(self.cache_creation_input_tokens),
            count(self.total_tokens),
        )
    }
}

/// Nothing where a count is none, or where there is only a total, which nobody can price.
fn disjoint(
    input: Count,
    output: Count,
    cache_read: Count,
    cache_write: Count,
    total: Count,
) -> Option<TokenCounts> {
    let tokens = TokenCounts {
        input: input.0?,
        output: output.0?,
        cache_read: cache_read.0?,
        cache_write_5m: cache_write.0?,
        ..TokenCounts::default()
    };
    (tokens.total() > 0 || total.0? == 0).then_some(tokens)
}

#[derive(Deserialize)]
pub(super) struct Ledger<'a> {
    #[serde(borrow, default)]
    pub(super) events: List<Event<'a>>,
}

/// What older versions wrote down beside the messages.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Event<'a> {
    #[serde(default)]
    pub(super) id: Label,
    #[serde(borrow, default)]
    pub(super) timestamp: Text<'a>,
    #[serde(borrow, default)]
    pub(super) model: Text<'a>,
    #[serde(default)]
    pub(super) to_message_id: Label,
    #[serde(default)]
    pub(super) tokens: Object<Tokens>,
}

counts! {
    Tokens {
        input: "input",
        output: "output",
        cache_read: "cacheReadInputTokens",
        cache_write: "cacheCreationInputTokens",
        total: "total",
    }
}

impl Tokens {
    pub(super) fn disjoint(&self) -> Option<TokenCounts> {
        disjoint(
            self.input,
            self.output,
            self.cache_read,
            self.cache_write,
            self.total,
        )
    }
}

#[derive(Deserialize)]
pub(super) struct Env<'a> {
    #[serde(borrow, default)]
    initial: Object<Initial<'a>>,
}

#[derive(Deserialize)]
struct Initial<'a> {
    #[serde(borrow, default)]
    trees: List<Tree<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Tree<'a> {
    #[serde(borrow, default)]
    uri: Text<'a>,
    #[serde(borrow, default)]
    display_name: Text<'a>,
}

impl Env<'_> {
    /// The first folder the thread was about.
    pub(super) fn folder(&self) -> Option<&str> {
        let tree = self.initial.0.as_ref()?.trees.0.first()?;
        tree.uri.get().or(tree.display_name.get())
    }
}
