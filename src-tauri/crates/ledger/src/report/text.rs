//! A report as JSON and as CSV: fixed names, every figure exact, in one order.

use super::{Report, Row};
use crate::Sums;
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use std::fmt::Write as _;

/// Rises when a name in the JSON changes its meaning or goes; new names may come without.
const SCHEMA_VERSION: u32 = 1;

/// The figures of a row, in the order they are written.
const FIGURES: [&str; 9] = [
    "calls",
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_5m_tokens",
    "cache_write_1h_tokens",
    "reasoning_tokens",
    "unpriced_tokens",
    "cost_usd",
];

/// The whole numbers among [`FIGURES`].
fn counts(sums: &Sums) -> [i64; 8] {
    [
        sums.calls,
        sums.input_tokens,
        sums.output_tokens,
        sums.cache_read_tokens,
        sums.cache_write_5m_tokens,
        sums.cache_write_1h_tokens,
        sums.reasoning_tokens,
        sums.unpriced_tokens,
    ]
}

fn cost(sums: &Sums) -> Option<String> {
    sums.cost_usd().map(|cost| cost.to_string())
}

struct Figures<'r> {
    key: Option<&'r str>,
    sums: &'r Sums,
}

impl Serialize for Figures<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(key) = self.key {
            map.serialize_entry("key", key)?;
        }
        for (name, count) in FIGURES.iter().zip(counts(self.sums)) {
            map.serialize_entry(name, &count)?;
        }
        map.serialize_entry("cost_usd", &cost(self.sums))?;
        map.end()
    }
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Figures {
            key: Some(&self.key),
            sums: &self.sums,
        }
        .serialize(serializer)
    }
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string());
        let totals = Figures {
            key: None,
            sums: &self.totals,
        };
        let mut map = serializer.serialize_map(Some(8))?;
        map.serialize_entry("schema_version", &SCHEMA_VERSION)?;
        map.serialize_entry("since", &day(self.period.since))?;
        map.serialize_entry("until", &day(self.period.until))?;
        map.serialize_entry("timezone", &self.timezone)?;
        map.serialize_entry("by", self.by.as_str())?;
        map.serialize_entry("totals", &totals)?;
        map.serialize_entry("rows", &self.rows)?;
        map.serialize_entry("skipped_lines", &self.skipped_lines)?;
        map.end()
    }
}

impl Report {
    /// The rows as CSV (RFC 4180, but lines end as text here does): a line of names, then one a
    /// row. A cost that is not known is empty.
    #[must_use]
    pub fn csv(&self) -> String {
        let mut text = format!("{},{}\n", self.by.as_str(), FIGURES.join(","));
        for row in &self.rows {
            text.push_str(&field(&row.key));
            for count in counts(&row.sums) {
                // Writing to a String cannot fail.
                let _ = write!(text, ",{count}");
            }
            let _ = writeln!(text, ",{}", cost(&row.sums).unwrap_or_default());
        }
        text
    }
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
