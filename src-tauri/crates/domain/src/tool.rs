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
