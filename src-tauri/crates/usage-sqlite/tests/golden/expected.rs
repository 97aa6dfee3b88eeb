//! The totals of every trap, worked out by hand. The working is in `README.md`, whose table says the
//! same.

use crate::machine::Totals;
use aco_domain::NanoUsd;

/// What a trap adds up to in the end.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) tool: &'static str,
    pub(crate) trap: &'static str,
    /// Calls; tokens of input, output, read from a cache, written to one for five minutes and for
    /// an hour, of reasoning; skipped rows.
    counts: [i64; 8],
    /// Nano-dollars.
    cost: i64,
}

impl Row {
    pub(crate) fn totals(&self) -> Totals {
        Totals {
            counts: self.counts,
            cost: self.cost,
        }
    }

    /// As the README writes it.
    pub(crate) fn cells(&self) -> Vec<String> {
        let mut cells = vec![self.tool.to_owned(), self.trap.to_owned()];
        cells.extend(self.counts.iter().map(i64::to_string));
        cells.push(NanoUsd(self.cost).to_string());
        cells
    }
}

const fn opencode(trap: &'static str, counts: [i64; 8], cost: i64) -> Row {
    Row {
        tool: "opencode",
        trap,
        counts,
        cost,
    }
}

const fn goose(trap: &'static str, counts: [i64; 8], cost: i64) -> Row {
    Row {
        tool: "goose",
        trap,
        counts,
        cost,
    }
}

/// In the order of the README.
#[rustfmt::skip]
pub(crate) const EXPECTED: &[Row] = &[
    opencode("steps", [2, 120, 45, 2_200, 200, 0, 5, 0], 2_445_000),
    opencode("message-without-steps", [1, 7, 8, 0, 0, 0, 0, 0], 141_000),
    opencode("equal-steps", [2, 6, 8, 0, 0, 0, 0, 0], 138_000),
    opencode("forks-of-forks", [3, 121, 47, 2_200, 200, 0, 5, 0], 2_478_000),
    opencode("upgraded", [3, 129, 46, 2_200, 200, 0, 5, 0], 2_487_000),
    opencode("second-version", [3, 1_015, 63, 8, 9, 0, 7, 0], 4_026_150),
    opencode("several-databases", [3, 124, 49, 2_200, 200, 0, 5, 0], 2_517_000),
    opencode("files", [3, 121, 46, 2_200, 200, 0, 5, 0], 2_463_000),
    opencode("files-then-database", [2, 120, 45, 2_200, 200, 0, 5, 0], 2_445_000),
    opencode("damaged-rows", [2, 11, 11, 0, 0, 0, 0, 4], 198_000),
    opencode("unknown-shape", [2, 120, 45, 2_200, 200, 0, 5, 2], 2_445_000),
    opencode("unknown-tables", [0, 0, 0, 0, 0, 0, 0, 1], 0),
    opencode("deleted-session", [3, 122, 47, 2_200, 200, 0, 5, 0], 2_481_000),
    goose("calls", [3, 160, 30, 30, 10, 0, 0, 0], 976_500),
    goose("sums-that-grow", [2, 157, 63, 100, 50, 0, 0, 0], 1_633_500),
    goose("sums-then-calls", [3, 197, 67, 100, 50, 0, 0, 0], 1_813_500),
    goose("old-tables", [1, 11, 12, 0, 0, 0, 0, 0], 213_000),
    goose("lines-then-database", [1, 100, 20, 0, 0, 0, 0, 0], 600_000),
    goose("damaged-rows", [2, 13, 1, 0, 0, 0, 0, 2], 54_000),
];
