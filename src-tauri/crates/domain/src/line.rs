//! A line of the local log, in memory and on the way to a reader; and how it looks as text.
//!
//! May not enter: files, and where lines come from.

use crate::UnixNanos;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// The level of a local line, from the most to the least urgent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum LineLevel {
    /// Something failed.
    Error,
    /// Something needs a look.
    Warn,
    /// What happens.
    Info,
    /// How it happens.
    Debug,
    /// Every step.
    Trace,
}

impl LineLevel {
    /// The level as it stands in the local file.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "ERROR",
            Self::Warn => "WARN",
            Self::Info => "INFO",
            Self::Debug => "DEBUG",
            Self::Trace => "TRACE",
        }
    }
}

impl std::str::FromStr for LineLevel {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [
            Self::Error,
            Self::Warn,
            Self::Info,
            Self::Debug,
            Self::Trace,
        ]
        .into_iter()
        .find(|level| level.as_str().eq_ignore_ascii_case(text))
        .ok_or_else(|| format!("`{text}` is not a level: error, warn, info, debug or trace"))
    }
}

/// One line of the local log, as the ring keeps it and `aco logs --json` prints it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// Position in this run of the agent, from 1; a gap means lines were missed.
    pub number: u64,
    /// When it was written.
    pub at: UnixNanos,
    /// Its level.
    pub level: LineLevel,
    /// The part of the program that wrote it.
    pub target: String,
    /// The message, on one line, masked. Of a line that was read from the file the key-values are
    /// part of it.
    pub message: String,
    /// The key-values, masked, otherwise as they were given: they may hold any character.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<(String, String)>,
    /// The number of the record that was made of it, when it ships: it has left this machine once
    /// [`Status::shipped_through`](crate::Status::shipped_through) is as high.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
}

impl LogLine {
    /// The message and its key-values on one line, as the file has them:
    /// `started tool.name=ollama process.pid=7`.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = self.message.clone();
        for (key, value) in &self.attributes {
            write_attribute(key, value, &mut text);
        }
        text
    }
}

/// Appends ` key=value`, the value quoted where it holds spaces, and everything escaped that would
/// end the line or move a cursor.
pub fn write_attribute(key: &str, value: &str, into: &mut String) {
    into.push(' ');
    escape_line(key, into);
    into.push('=');
    if value.is_empty() || value.contains([' ', '"', '=']) {
        // `{:?}` quotes and escapes; what it leaves (bidi controls) is escaped below.
        escape_line(&format!("{value:?}"), into);
    } else {
        escape_line(value, into);
    }
}

/// Appends `text` with every control and bidirectional-override character escaped.
pub fn escape_line(text: &str, into: &mut String) {
    if !text.contains(needs_escape) {
        into.push_str(text);
        return;
    }
    for c in text.chars() {
        match c {
            '\n' => into.push_str("\\n"),
            '\r' => into.push_str("\\r"),
            '\t' => into.push_str("\\t"),
            c if needs_escape(c) => {
                // Writing to a String cannot fail.
                let _ = write!(into, "\\u{{{:x}}}", u32::from(c));
            }
            c => into.push(c),
        }
    }
}

fn needs_escape(c: char) -> bool {
    // U+202A–202E and U+2066–2069 reorder what follows; U+2028/2029 break lines in some viewers.
    c.is_control()
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_reads_as_in_the_file() {
        let line = LogLine {
            number: 1,
            at: UnixNanos(7),
            level: LineLevel::Info,
            target: "aco".into(),
            message: "started".into(),
            attributes: vec![
                ("tool.name".into(), "ollama".into()),
                ("why".into(), "two words".into()),
                ("raw".into(), "a\u{202e}\nb".into()),
            ],
            seq: None,
        };
        assert_eq!(
            line.text(),
            "started tool.name=ollama why=\"two words\" raw=a\\u{202e}\\nb"
        );
        let json = serde_json::to_value(&line).unwrap();
        assert!(json.get("seq").is_none(), "absent while it does not ship");
        assert_eq!(serde_json::from_value::<LogLine>(json).unwrap(), line);
    }
}
