//! A report as CSV: fixed names, every figure exact, in one order. Its JSON is the type's own.

use super::{By, Figures, Report};
use std::fmt::Write as _;

/// The figures of a row, in the order they are written.
const FIGURES: [&str; 10] = [
    "calls",
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_5m_tokens",
    "cache_write_1h_tokens",
    "reasoning_tokens",
    "unpriced_tokens",
    "cost_usd",
    "fees_usd",
];

/// The whole numbers among [`FIGURES`].
fn counts(figures: &Figures) -> [i64; 8] {
    [
        figures.calls,
        figures.input_tokens,
        figures.output_tokens,
        figures.cache_read_tokens,
        figures.cache_write_5m_tokens,
        figures.cache_write_1h_tokens,
        figures.reasoning_tokens,
        figures.unpriced_tokens,
    ]
}

/// The rows as CSV (RFC 4180, but lines end as text here does): a line of names, then one a row. An
/// amount that is not known is empty.
#[must_use]
pub fn csv(report: &Report) -> String {
    let keys = [Some(report.by), report.then].into_iter().flatten();
    let names: Vec<_> = keys.map(By::as_str).chain(FIGURES).collect();
    let mut text = names.join(",") + "\n";
    for row in &report.rows {
        text.push_str(&field(&row.key));
        if let Some(then) = &row.then {
            text.push(',');
            text.push_str(&field(then));
        }
        for count in counts(&row.figures) {
            // Writing to a String cannot fail.
            let _ = write!(text, ",{count}");
        }
        for amount in [row.figures.api_value, row.figures.fees] {
            let amount = amount.map(|amount| amount.to_string());
            let _ = write!(text, ",{}", amount.unwrap_or_default());
        }
        text.push('\n');
    }
    text
}

/// A text as one field of CSV.
#[must_use]
pub fn field(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) || text.starts_with(' ') || text.ends_with(' ') {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}
