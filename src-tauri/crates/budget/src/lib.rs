//! Am I within what I pay for? Fees spread over the days they are paid for, budgets and their
//! thresholds, where a month will end, and the limits that tools record themselves.
//!
//! All of it is a function of what is handed in: amounts, days, a zone and the time. Nothing here
//! is added across the cost figures: API value, fees and bills each answer a question of their own.
//!
//! What may not enter: a clock, the ledger, the configuration's syntax, the log, and where anything
//! is kept over a restart.

mod budget;
mod day;
mod fees;
mod limits;
mod projection;

pub use budget::{Budget, Crossing, Spent, ToldCrossing, assess, crossings};
pub use day::Day;
pub use fees::{Fee, Fees, Part, Period};
pub use limits::{Passing, ToldPassing, in_force, keep_newest, passings};
pub use projection::{SoFar, projected};
