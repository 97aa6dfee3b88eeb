//! The lines and objects of a chat, as far as they are looked at.

use crate::counts::counts;
use crate::json::{Object, Text};
use crate::shape::List;
use aco_domain::TokenCounts;
use serde::Deserialize;

/// A whole chat, a line of one, or the update that a line holds: they share their names.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Chat<'a> {
    #[serde(borrow, default)]
    pub(super) session_id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) messages: List<Message<'a>>,
}

/// A line: a chat's head, a message, or an update of the chat.
#[derive(Deserialize)]
pub(super) struct Line<'a> {
    #[serde(borrow, rename = "sessionId", default)]
    pub(super) session_id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) messages: List<Message<'a>>,
    #[serde(borrow, rename = "$set", default)]
    pub(super) set: Object<Chat<'a>>,
    #[serde(borrow, default)]
    id: Text<'a>,
    #[serde(borrow, default)]
    timestamp: Text<'a>,
    #[serde(borrow, rename = "type", default)]
    kind: Text<'a>,
    #[serde(borrow, default)]
    model: Text<'a>,
    #[serde(default)]
    tokens: Object<Tokens>,
}

impl<'a> Line<'a> {
    /// The line as the message it may be.
    pub(super) fn message(&self) -> Message<'a> {
        Message {
            id: self.id.clone(),
            timestamp: self.timestamp.clone(),
            kind: self.kind.clone(),
            model: self.model.clone(),
            tokens: Object(self.tokens.0),
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Message<'a> {
    #[serde(borrow, default)]
    pub(super) id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) timestamp: Text<'a>,
    #[serde(borrow, rename = "type", default)]
    pub(super) kind: Text<'a>,
    #[serde(borrow, default)]
    pub(super) model: Text<'a>,
    #[serde(default)]
    pub(super) tokens: Object<Tokens>,
}

counts! {
    /// Cached lies inside input; what tools put into the prompt beside it, thoughts beside output.
    Tokens {
        input: "input",
        output: "output",
        cached: "cached",
        thoughts: "thoughts",
        tool: "tool",
        total: "total",
    }
}

impl Tokens {
    /// Disjoint counts; nothing where one is none.
    pub(super) fn disjoint(&self) -> Option<TokenCounts> {
        let input = self.input.0?;
        let cache_read = self.cached.0?.min(input);
        let thoughts = self.thoughts.0?;
        self.total.0?;
        Some(TokenCounts {
            input: input - cache_read + self.tool.0?,
            output: self.output.0? + thoughts,
            cache_read,
            reasoning: thoughts,
            ..TokenCounts::default()
        })
    }
}
