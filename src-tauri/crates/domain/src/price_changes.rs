//! What other price data would change, shown before it is taken.

use crate::NanoUsd;
use serde::{Deserialize, Serialize};

/// Other price data against what is in force, for the models that are recorded. Calls that have a
/// price keep it, whatever stands here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceChanges {
    /// The data in force.
    pub from: String,
    /// The other data.
    pub to: String,
    /// Companies that the other data knows.
    pub providers: u64,
    /// Models that it knows.
    pub models: u64,
    /// Models whose calls have no price and would get one, those with the most calls first.
    pub filled: Vec<FilledModel>,
    /// Recorded models of which a new call would cost something else, by name.
    pub repriced: Vec<RepricedModel>,
}

/// A model whose calls would get a price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilledModel {
    /// As it is recorded.
    pub model: String,
    /// Calls that would get one.
    pub calls: u64,
    /// What they would cost together. In JSON exact decimal text.
    #[serde(rename = "cost_usd", with = "crate::usage::decimal")]
    pub api_value: NanoUsd,
}

/// A model whose price for new calls changes; in dollars per million tokens of a short request.
/// Nothing is "no price".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepricedModel {
    /// As it is recorded.
    pub model: String,
    /// Input, as things are.
    #[serde(with = "crate::usage::optional_decimal")]
    pub input_before: Option<NanoUsd>,
    /// Input, by the other data.
    #[serde(with = "crate::usage::optional_decimal")]
    pub input_after: Option<NanoUsd>,
    /// Output, as things are.
    #[serde(with = "crate::usage::optional_decimal")]
    pub output_before: Option<NanoUsd>,
    /// Output, by the other data.
    #[serde(with = "crate::usage::optional_decimal")]
    pub output_after: Option<NanoUsd>,
}
