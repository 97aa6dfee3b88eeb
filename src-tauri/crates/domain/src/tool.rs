//! How a tool is named. Which tools exist is data (`aco-sources`), not code.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The one id of a tool everywhere: `tool.name`, report keys, `--tool`, subscriptions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ToolId(String);

impl ToolId {
    /// Takes a lower-case id of letters, digits and inner hyphens (`claude-code`).
    ///
    /// # Errors
    /// A sentence naming the id when it has another shape.
    pub fn new(id: impl Into<String>) -> Result<Self, String> {
        let id = id.into();
        let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if id.is_empty() || !id.chars().all(inner) || id.starts_with('-') || id.ends_with('-') {
            return Err(format!(
                "`{id}` is not a tool id: lower-case letters, digits and hyphens"
            ));
        }
        Ok(Self(id))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ToolId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `tool.kind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ToolKind {
    /// A desktop application.
    App,
    /// A command-line program.
    Cli,
}

impl ToolKind {
    /// The kind as attribute value.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Cli => "cli",
        }
    }
}

/// `app.category` and `cli.category`: what people use a tool for. A closed list, because dashboards
/// group by it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum ToolCategory {
    /// Talks with a hosted model: ChatGPT, Claude, `llm`.
    Chat,
    /// Changes code by itself, from a terminal or a window of its own: Claude Code, Codex.
    CodingAgent,
    /// An editor with a model in it: Cursor, Zed.
    Ide,
    /// Runs models on this machine: Ollama, LM Studio.
    LocalModel,
    /// A terminal with a model in it: Warp.
    Terminal,
    /// Writes down what is said: superwhisper.
    Voice,
    /// Remembers and finds what passes over the screen: Pieces.
    Memory,
    /// Whatever a `[[tool]]` entry does not say.
    #[default]
    Other,
}

impl ToolCategory {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Chat,
        Self::CodingAgent,
        Self::Ide,
        Self::LocalModel,
        Self::Terminal,
        Self::Voice,
        Self::Memory,
        Self::Other,
    ];

    /// The category as a label's value.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::CodingAgent => "coding-agent",
            Self::Ide => "ide",
            Self::LocalModel => "local-model",
            Self::Terminal => "terminal",
            Self::Voice => "voice",
            Self::Memory => "memory",
            Self::Other => "other",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_one_shape() {
        assert!(ToolId::new("claude-code").is_ok());
        for wrong in ["", "Claude", "-a", "a-", "a b", "a_b"] {
            assert!(ToolId::new(wrong).is_err(), "{wrong}");
        }
    }
}
