//! What the benches share. What they measure is theirs.

/// Order statistics.
pub mod stats;
