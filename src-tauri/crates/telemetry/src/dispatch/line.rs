//! One record as one line of text, and as its parts.

use aco_domain::{escape_line, write_attribute};
use log::kv::{Error, Key, Value, VisitSource};

/// The message and its key-values as one line: `started tool.name=ollama process.pid=7`.
///
/// Values with spaces are quoted. Line breaks and other controls are escaped, so that a record
/// stays one line and a hostile message cannot move a terminal's cursor.
#[must_use]
pub fn format_message(record: &log::Record<'_>) -> String {
    let mut line = format_body(record);
    each_attribute(record, |key, value| write_attribute(key, &value, &mut line));
    line
}

/// The message alone, as one line.
pub(super) fn format_body(record: &log::Record<'_>) -> String {
    let mut line = String::with_capacity(128);
    match record.args().as_str() {
        Some(text) => escape_line(text, &mut line),
        None => escape_line(&record.args().to_string(), &mut line),
    }
    line
}

/// Shows each key-value, as text.
pub(super) fn each_attribute(record: &log::Record<'_>, each: impl FnMut(&str, String)) {
    struct Pairs<F>(F);

    impl<'kvs, F: FnMut(&str, String)> VisitSource<'kvs> for Pairs<F> {
        fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), Error> {
            (self.0)(key.as_str(), value.to_string());
            Ok(())
        }
    }

    // The visitor never fails, so neither does the visit.
    let _ = record.key_values().visit(&mut Pairs(each));
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
