//! What a recorded call costs by list price.
//!
//! A [`PriceBook`] answers for one call at a time ([`aco_domain::Pricing`]): by a price of the
//! user's own where one fits, else by a catalogue, which is the data embedded in the crate
//! `genai-prices` or a file of the same kind ([`Data`]). What neither knows has no price, and never
//! a guessed one.
//!
//! # How a price becomes exact
//! The catalogue calculates in `f64`. Its sums are near the truth, not on it, and rounding them to
//! whole nano-dollars goes wrong at every tie (37.5 nano-dollars a token is a common rate). So it is
//! asked for *rates* alone: what one kind of token costs in a request like this one. A rate is a
//! decimal of at most nine places per million tokens (`rates`), which an `f64` gives back exactly;
//! tokens × rates are then summed in integers and rounded once, half to even.
//!
//! # How it becomes fast
//! Rates depend on model, provider and terms, on which of the catalogue's dates and times of day
//! the call lies between, and on which of its tier limits the request's input is above. All of
//! these limits are known (`limits`), so a call falls into a cell in which rates cannot differ, and
//! each cell is asked for once.
//!
//! May not enter: files, the network and the configuration's syntax (bytes and rows are handed
//! in), a clock (a call has its own time), and tokens of any call but the one that is priced.

mod book;
mod catalogue;
mod limits;
mod rates;
mod who;

#[cfg(test)]
mod embedded_tests;

pub use book::PriceBook;
pub use catalogue::{Data, PUBLIC_DATA, Rejected, Summary};
