//! Budgets, fees and where the month will end, as a status says them.
//!
//! May not enter: how any of it is calculated (`aco-budget`), and words.

use crate::NanoUsd;
use serde::{Deserialize, Serialize};

/// The three cost figures, which are never added together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Recorded tokens at list price.
    ApiValue,
    /// What the user configured as paid.
    Fees,
    /// Imported records of the provider.
    Billed,
}

impl Basis {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::ApiValue, Self::Fees, Self::Billed];

    /// Its name in the configuration and in records.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ApiValue => "api_value",
            Self::Fees => "fees",
            Self::Billed => "billed",
        }
    }
}

/// The days a budget is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BudgetSpan {
    /// A local day.
    Day,
    /// A calendar month.
    Month,
}

impl BudgetSpan {
    /// Its name in records.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Month => "month",
        }
    }
}

/// How a budget stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetStatus {
    /// The days it is for.
    pub span: BudgetSpan,
    /// The first of those days: `2026-01-31`.
    pub begins: String,
    /// Which figure is held against it.
    pub basis: Basis,
    /// The most that is meant to be spent. In JSON exact decimal text, as all amounts here.
    #[serde(rename = "limit_usd", with = "crate::usage::decimal")]
    pub limit: NanoUsd,
    /// What the figure has come to; nothing where it is not known.
    #[serde(rename = "spent_usd", with = "crate::usage::optional_decimal")]
    pub spent: Option<NanoUsd>,
    /// The highest of the configured thresholds that is reached, in percent of the limit.
    pub reached_percent: Option<u32>,
}

/// What was paid, spread over the days it was paid for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeesPaid {
    /// Today's share.
    #[serde(rename = "today_usd", with = "crate::usage::decimal")]
    pub today: NanoUsd,
    /// The shares of this month's days, today included.
    #[serde(rename = "month_to_date_usd", with = "crate::usage::decimal")]
    pub month_to_date: NanoUsd,
    /// All of this month.
    #[serde(rename = "month_usd", with = "crate::usage::decimal")]
    pub month: NanoUsd,
}

/// What is paid, and what is to be expected, on one day of a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outlook {
    /// The local day it is: `2026-01-31`.
    pub date: String,
    /// What was paid; nothing where no subscription is configured.
    pub fees: Option<FeesPaid>,
    /// The API value of the month at its end, if it goes on like its days so far; nothing on the
    /// first day of which there are records.
    #[serde(rename = "projected_usd", with = "crate::usage::optional_decimal")]
    pub projected: Option<NanoUsd>,
    /// The configured budgets.
    pub budgets: Vec<BudgetStatus>,
}
