//! What the user says a model costs: the row that `config.toml` has and the price book applies.

use crate::{NanoUsd, UnixNanos};

/// What a million tokens of each kind cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct PerMillion {
    /// Of input neither read from nor written to a cache.
    pub input: NanoUsd,
    /// Of output, reasoning included.
    pub output: NanoUsd,
    /// Of input read from a cache.
    pub cache_read: NanoUsd,
    /// Of input written to a cache for five minutes.
    pub cache_write_5m: NanoUsd,
    /// Of input written to a cache for an hour.
    pub cache_write_1h: NanoUsd,
}

/// A price of the user's own. It goes before what any catalogue says of the calls it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnPrice {
    /// The model as the tool records it; with a `*` at its end, every model that begins so.
    pub model: String,
    /// Only calls recorded with this provider; nothing is any.
    pub provider: Option<String>,
    /// What a million tokens cost.
    pub rates: PerMillion,
    /// Only calls from here on.
    pub from: Option<UnixNanos>,
    /// Only calls before this.
    pub before: Option<UnixNanos>,
    /// Only calls whose whole input, cached or not, has more tokens than this.
    pub above_input_tokens: u64,
    /// Only calls of this service tier; nothing is the standard one.
    pub service_tier: Option<String>,
    /// Only calls of this speed; nothing is the standard one.
    pub speed: Option<String>,
}
