//! What was used lately, as a status says it: the API value of a day and a month, and how far a
//! reading is that may still change it.

use crate::NanoUsd;
use serde::{Deserialize, Serialize};

/// API value in the agent's local days. Never added to fees or bills.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spend {
    /// The local day that is meant by "today": `2026-01-31`. Its month is the month meant.
    pub date: String,
    /// Since that day began.
    pub today: Amount,
    /// Since that month began.
    pub month: Amount,
}

/// An API value, and what is missing from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    /// Recorded tokens at list price. In JSON exact decimal text.
    #[serde(rename = "cost_usd", with = "crate::usage::decimal")]
    pub api_value: NanoUsd,
    /// Tokens of calls without a known price; they are in no amount.
    pub unpriced_tokens: u64,
}

/// How far a piece of work is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Files that are through.
    pub done: u64,
    /// Files in all, these included.
    pub of: u64,
}

/// Records that were kept while no endpoint was configured, and that wait for the user's word
/// whether they are sent now that there is one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// How many.
    pub records: u64,
    /// Age of the oldest in seconds.
    pub oldest_age_s: Option<u64>,
}
