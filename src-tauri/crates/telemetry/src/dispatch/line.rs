//! One record as one line of text.

use log::kv::{Error, Key, Value, VisitSource};
use std::fmt::Write as _;

/// The message and its key-values as one line: `started tool.name=ollama process.pid=7`.
///
/// Values with spaces are quoted. Line breaks and other controls are escaped, so that a record
/// stays one line and a hostile message cannot move a terminal's cursor.
#[must_use]
pub fn format_message(record: &log::Record<'_>) -> String {
    struct Pairs<'a>(&'a mut String);

    impl<'kvs> VisitSource<'kvs> for Pairs<'_> {
        fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), Error> {
            let value = value.to_string();
            self.0.push(' ');
            escape_line(key.as_str(), self.0);
            self.0.push('=');
            if value.is_empty() || value.contains([' ', '"', '=']) {
                // `{:?}` quotes and escapes; what it leaves (bidi controls) is escaped below.
                escape_line(&format!("{value:?}"), self.0);
            } else {
                escape_line(&value, self.0);
            }
            Ok(())
        }
    }

    let mut line = String::with_capacity(128);
    match record.args().as_str() {
        Some(text) => escape_line(text, &mut line),
        None => escape_line(&record.args().to_string(), &mut line),
    }
    // The visitor never fails, so neither does the visit.
    let _ = record.key_values().visit(&mut Pairs(&mut line));
    line
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

    fn formatted(args: std::fmt::Arguments<'_>, pairs: &[(&str, &str)]) -> String {
        format_message(&log::Record::builder().args(args).key_values(&pairs).build())
    }

    #[test]
    fn a_record_is_one_line() {
        assert_eq!(formatted(format_args!("a\nb\r\tc"), &[]), "a\\nb\\r\\tc");
        assert_eq!(
            formatted(format_args!("x"), &[("k", "v"), ("q", "a b")]),
            "x k=v q=\"a b\""
        );
        assert_eq!(formatted(format_args!("x"), &[("k", "a\nb")]), "x k=a\\nb");
    }

    #[test]
    fn controls_cannot_move_a_cursor_or_reorder_text() {
        assert_eq!(
            formatted(format_args!("\u{1b}[2J\u{202e}evil"), &[]),
            "\\u{1b}[2J\\u{202e}evil"
        );
    }
}
