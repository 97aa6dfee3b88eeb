//! That what is recorded, kept and priced equals what was meant, to the last token and nano-dollar.
//!
//! Neither side may help the other: the truth is the generator's, list prices are copied here from
//! the providers' pages, and the product's crates enter as those who are tested.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail loudly"
)]

mod databases;
mod ledger;
mod list_prices;
mod sessions;
