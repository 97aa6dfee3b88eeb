//! The Spend view: what the recorded tokens cost by list price, what that figure lacks, and fees
//! beside it, never added to it.

mod asking;
mod chart;
mod prices;
mod table;
mod view;

use crate::{Action, Empty, FirstLine, Section, Shown, Slot};
use serde::{Deserialize, Serialize};

pub use asking::Days;
pub use prices::price_offer;
pub use view::SpendFacts;

/// The days that are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Range {
    /// Today, by the hour.
    Today,
    /// This week, from Monday on, by the day.
    Week,
    /// This month, by the day.
    Month,
}

/// What the rows of the table are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Grouping {
    /// Tools, and below each its models.
    Tool,
    /// Models.
    Model,
    /// Projects.
    Project,
}

/// The Spend view. Command `spend`; event `spend` when the figures have changed since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SpendView {
    /// `$84.10 API value today`.
    pub first: FirstLine,
    /// The days that are shown.
    pub range: Range,
    /// The rows of the table.
    pub by: Grouping,
    /// What is below the first line.
    pub body: SpendBody,
}

/// What there is to show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum SpendBody {
    /// Figures.
    Figures(Box<Figures>),
    /// Nothing was ever recorded.
    Empty(Empty),
    /// The history is being read: no half totals.
    Counting(Progress),
}

/// The figures of a range.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Figures {
    /// What the total lacks; null when it is exact.
    pub missing: Option<Missing>,
    /// At most four: fees, billed, projection, budget.
    pub figures: Vec<Labelled>,
    /// The chart; its text alternative is the table.
    pub chart: Chart,
    /// The table.
    pub table: Table,
    /// Below the table, in small type: limits a tool has recorded, and the like.
    pub notes: Vec<String>,
}

/// What a total lacks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Missing {
    /// `Missing from this total: 1.84 M unpriced tokens, 14 skipped lines`.
    pub wide: String,
    /// The same for a narrow window.
    pub narrow: String,
    /// What might help.
    pub action: Option<Action>,
}

/// A figure under its label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Labelled {
    /// `Fees, September`.
    pub label: String,
    /// `$150.00`.
    pub value: Shown,
}

/// Bars stacked by tool. Heights are parts of the whole: the tallest gridline is 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Chart {
    /// What a screen reader says of it.
    pub label: String,
    /// Gridlines, from the bottom: the first is 0.
    pub grid: Vec<Gridline>,
    /// The columns, in the order of time.
    pub columns: Vec<Column>,
}

/// A line of the grid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Gridline {
    /// Its height, in millionths of the chart.
    pub at: u32,
    /// `$25`.
    pub label: String,
}

/// A day, or an hour of today.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Column {
    /// `2026-09-21`, or `2026-09-21T14`.
    pub key: String,
    /// Below the axis; null where it would be too close to the next one.
    pub axis: Option<String>,
    /// Below the axis while this column is pointed at.
    pub axis_short: String,
    /// `Mon 21 Sep`.
    pub heading: String,
    /// `$57.77`.
    pub total: Shown,
    /// Its parts, from the bottom, in the constant order of the tools; none in a day that has not
    /// come yet.
    pub segments: Vec<Segment>,
}

/// A part of a column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Segment {
    /// Its colour.
    pub slot: Slot,
    /// The tool.
    pub name: String,
    /// `$16.62`, or `unpriced`.
    pub amount: Shown,
    /// Its height, in millionths of the chart.
    pub height: u32,
}

/// The table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Table {
    /// Above the names: `By tool`.
    pub heading: String,
    /// The dearest first.
    pub rows: Vec<SpendRow>,
    /// The total. It is exact, whatever rows are left out.
    pub total: SpendRow,
    /// How many rows are left out, in words; null when none is.
    pub left_out: Option<String>,
}

/// A row of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SpendRow {
    /// The recorded value, verbatim; unique among its siblings.
    pub key: String,
    /// For people; it is ellipsised.
    pub name: Shown,
    /// The colour, of a tool.
    pub slot: Option<Slot>,
    /// `8,872`.
    pub calls: Shown,
    /// `7.75 M`.
    pub input: Shown,
    /// Reasoning included.
    pub output: Shown,
    /// Read from and written to a cache.
    pub cached: Shown,
    /// All kinds together, for a narrow window.
    pub tokens: Shown,
    /// What was paid for it; `–` where nothing is configured, empty where the question makes no
    /// sense.
    pub fees: Shown,
    /// `$517.98`, or `unpriced`.
    pub value: Shown,
    /// The models of a tool.
    pub children: Vec<SpendRow>,
}

/// How far the reading of the history has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Progress {
    /// Why there is no total yet.
    pub lead: String,
    /// Files read.
    pub done: u32,
    /// Files in all; 0 while that is not known.
    pub total: u32,
    /// Per tool: `398 of 871`.
    pub tools: Option<Section>,
}
