//! The totals of every trap, worked out by hand. The working is in each source's `README.md`, whose
//! table says the same.

use crate::machine::Totals;
use aco_domain::NanoUsd;

/// What a trap adds up to at one of its moments.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) tool: &'static str,
    pub(crate) trap: &'static str,
    pub(crate) moment: u32,
    /// Calls; tokens of input, output, read from a cache, written to one for five minutes and for
    /// an hour, of reasoning; skipped lines.
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
        let mut cells = vec![self.trap.to_owned(), self.moment.to_string()];
        cells.extend(self.counts.iter().map(i64::to_string));
        cells.push(NanoUsd(self.cost).to_string());
        cells
    }
}

/// The rows of one tool.
macro_rules! rows {
    ($name:ident, $tool:literal) => {
        const fn $name(trap: &'static str, moment: u32, counts: [i64; 8], cost: i64) -> Row {
            Row {
                tool: $tool,
                trap,
                moment,
                counts,
                cost,
            }
        }
    };
}

rows!(claude, "claude-code");
rows!(codex, "codex");
rows!(gemini, "gemini-cli");
rows!(copilot, "copilot-cli");
rows!(qwen, "qwen-code");
rows!(amp, "amp");
rows!(droid, "droid");
rows!(kimi, "kimi");

/// In the order of the READMEs.
#[rustfmt::skip]
pub(crate) const EXPECTED: &[Row] = &[
    claude("streamed-repeats", 1, [3, 31, 494, 1_000, 0, 0, 0, 0], 7_803_000),
    claude("larger-copy-in-the-middle", 1, [1, 10, 300, 0, 0, 0, 0, 0], 4_530_000),
    claude("resumed-session", 1, [3, 600, 210, 0, 0, 0, 0, 0], 4_950_000),
    claude("sidechain-copies", 1, [3, 111, 48, 0, 0, 0, 0, 0], 1_053_000),
    claude("one-message-two-requests", 1, [2, 20, 3, 0, 0, 0, 0, 0], 105_000),
    claude("equal-copies", 1, [2, 30, 3, 0, 0, 0, 0, 0], 135_000),
    claude("cache-writes", 1, [6, 0, 6, 0, 4_100, 1_900, 0, 0], 26_865_000),
    claude("synthetic", 1, [1, 7, 8, 0, 0, 0, 0, 0], 141_000),
    claude("nulls", 1, [2, 3, 5, 0, 0, 10, 0, 0], 144_000),
    claude("no-ids", 1, [4, 8, 12, 0, 0, 0, 0, 0], 204_000),
    claude("one-id", 1, [2, 0, 14, 0, 0, 0, 0, 0], 210_000),
    claude("quoted-usage", 1, [2, 5, 8, 0, 0, 0, 0, 0], 135_000),
    claude("spaces", 1, [2, 12, 13, 0, 0, 0, 0, 0], 231_000),
    claude("half-written-last-line", 1, [1, 5, 5, 0, 0, 0, 0, 0], 90_000),
    claude("half-written-last-line", 2, [3, 13, 15, 0, 0, 0, 0, 0], 264_000),
    claude("compacted-file", 1, [3, 60, 6, 0, 0, 0, 0, 0], 270_000),
    claude("compacted-file", 2, [4, 100, 10, 0, 0, 0, 0, 0], 450_000),
    claude("compacted-file", 3, [4, 100, 10, 0, 0, 0, 0, 0], 450_000),
    claude("deleted-file", 1, [2, 30, 3, 0, 0, 0, 0, 0], 135_000),
    claude("deleted-file", 2, [3, 60, 6, 0, 0, 0, 0, 0], 270_000),
    claude("skipped-lines", 1, [2, 3, 3, 0, 0, 0, 0, 6], 54_000),
    claude("audit-file", 1, [1, 9, 9, 0, 0, 0, 0, 0], 162_000),
    codex("parts", 1, [1, 30, 50, 60, 10, 0, 20, 0], 895_500),
    codex("re-emitted", 1, [2, 200, 20, 0, 0, 0, 0, 0], 900_000),
    codex("no-last", 1, [3, 390, 34, 0, 0, 0, 0, 0], 1_680_000),
    codex("overflow-compaction-restart", 1, [4, 200, 20, 0, 0, 0, 0, 0], 900_000),
    codex("damaged", 1, [2, 300, 30, 0, 0, 0, 0, 2], 1_350_000),
    codex("records", 1, [3, 1_037, 151, 60, 10, 0, 20, 0], 5_431_500),
    codex("old-then-new", 1, [3, 600, 60, 0, 0, 0, 0, 0], 2_700_000),
    codex("fork-restamped", 1, [5, 950, 95, 0, 0, 0, 0, 0], 4_275_000),
    codex("fork-original-times", 1, [4, 650, 65, 0, 0, 0, 0, 0], 2_925_000),
    codex("fork-without-parent", 1, [1, 50, 5, 0, 0, 0, 0, 0], 225_000),
    codex("fork-of-fork", 1, [5, 720, 72, 0, 0, 0, 0, 0], 3_240_000),
    codex("subagent-copied", 1, [4, 650, 65, 0, 0, 0, 0, 0], 2_925_000),
    codex("subagents-from-zero", 1, [6, 840, 84, 0, 0, 0, 0, 0], 3_780_000),
    codex("history-base", 1, [4, 900, 90, 0, 0, 0, 0, 0], 4_050_000),
    codex("start-ordinal", 1, [1, 50, 5, 0, 0, 0, 0, 0], 225_000),
    codex("archived", 1, [3, 600, 60, 0, 0, 0, 0, 0], 2_700_000),
    codex("compressed", 1, [3, 600, 60, 0, 0, 0, 0, 0], 2_700_000),
    codex("compressed-beside-plain", 1, [3, 600, 60, 0, 0, 0, 0, 0], 2_700_000),
    codex("pages", 1, [4, 640, 64, 0, 0, 0, 0, 0], 2_880_000),
    gemini("parts", 1, [2, 45, 32, 110, 0, 0, 7, 0], 648_000),
    gemini("pushed-again", 1, [1, 200, 30, 0, 0, 0, 0, 0], 1_050_000),
    gemini("whole-history-again", 1, [3, 60, 6, 0, 0, 0, 0, 0], 270_000),
    gemini("rewound", 1, [2, 30, 3, 0, 0, 0, 0, 0], 135_000),
    gemini("copied-folder", 1, [2, 30, 3, 0, 0, 0, 0, 0], 135_000),
    gemini("resumed-from-an-object", 1, [3, 60, 6, 0, 0, 0, 0, 0], 270_000),
    gemini("sub-agent", 1, [2, 30, 3, 0, 0, 0, 0, 0], 135_000),
    gemini("one-object", 1, [1, 10, 1, 0, 0, 0, 0, 0], 45_000),
    gemini("one-object", 2, [2, 30, 3, 0, 0, 0, 0, 0], 135_000),
    gemini("one-object", 3, [3, 60, 6, 0, 0, 0, 0, 0], 270_000),
    gemini("half-an-object", 1, [0, 0, 0, 0, 0, 0, 0, 0], 0),
    gemini("half-an-object", 2, [2, 30, 3, 0, 0, 0, 0, 0], 135_000),
    gemini("same-id-elsewhere", 1, [2, 20, 2, 0, 0, 0, 0, 0], 90_000),
    gemini("no-calls", 1, [0, 0, 0, 0, 0, 0, 0, 0], 0),
    gemini("damaged", 1, [2, 30, 3, 0, 0, 0, 0, 6], 135_000),
    copilot("parts", 1, [2, 17, 21, 60, 30, 0, 5, 0], 496_500),
    copilot("four-levels", 1, [2, 300, 30, 0, 0, 0, 0, 0], 1_350_000),
    copilot("turns-alone", 1, [2, 300, 30, 0, 0, 0, 0, 0], 1_350_000),
    copilot("agents-within", 1, [1, 500, 50, 0, 0, 0, 0, 0], 2_250_000),
    copilot("session-ends", 1, [3, 160, 106, 600, 300, 0, 2, 0], 3_375_000),
    copilot("told-twice", 1, [4, 607, 61, 0, 0, 0, 0, 0], 2_736_000),
    copilot("calls-without-counts", 1, [1, 10, 1, 0, 0, 0, 0, 0], 45_000),
    copilot("copied-export", 1, [2, 30, 3, 0, 0, 0, 0, 0], 135_000),
    copilot("damaged", 1, [1, 10, 1, 0, 0, 0, 0, 6], 45_000),
    qwen("parts", 1, [3, 105, 25, 60, 0, 0, 0, 0], 708_000),
    qwen("thoughts", 1, [3, 300, 65, 0, 0, 0, 30, 0], 1_875_000),
    qwen("branched", 1, [3, 60, 6, 0, 0, 0, 0, 0], 270_000),
    qwen("sub-agent", 1, [2, 30, 3, 0, 0, 0, 0, 0], 135_000),
    qwen("told-again", 1, [1, 10, 1, 0, 0, 0, 0, 0], 45_000),
    qwen("half-written", 1, [1, 10, 1, 0, 0, 0, 0, 0], 45_000),
    qwen("half-written", 2, [2, 30, 3, 0, 0, 0, 0, 0], 135_000),
    qwen("damaged", 1, [2, 30, 3, 0, 0, 0, 0, 5], 135_000),
    amp("parts", 1, [2, 17, 21, 60, 30, 0, 0, 0], 496_500),
    amp("ledger-beside", 1, [4, 167, 30, 60, 30, 0, 0, 0], 1_081_500),
    amp("ledger-alone", 1, [2, 30, 3, 0, 0, 0, 0, 0], 135_000),
    amp("rewritten", 1, [1, 10, 1, 0, 0, 0, 0, 0], 45_000),
    amp("rewritten", 2, [2, 30, 3, 0, 0, 0, 0, 0], 135_000),
    amp("rewritten", 3, [3, 60, 6, 0, 0, 0, 0, 0], 270_000),
    amp("forked", 1, [3, 60, 6, 0, 0, 0, 0, 0], 270_000),
    amp("half-written", 1, [0, 0, 0, 0, 0, 0, 0, 0], 0),
    amp("half-written", 2, [1, 10, 1, 0, 0, 0, 0, 0], 45_000),
    amp("damaged", 1, [2, 30, 3, 0, 0, 0, 0, 4], 135_000),
    droid("parts", 1, [2, 17, 21, 60, 30, 0, 6, 0], 496_500),
    droid("growing", 1, [1, 10, 1, 0, 0, 0, 0, 0], 45_000),
    droid("growing", 2, [1, 300, 25, 5_000, 400, 0, 0, 0], 4_275_000),
    droid("growing", 3, [1, 300, 25, 5_000, 400, 0, 0, 0], 4_275_000),
    droid("half-written", 1, [0, 0, 0, 0, 0, 0, 0, 0], 0),
    droid("half-written", 2, [1, 10, 1, 0, 0, 0, 0, 0], 45_000),
    droid("no-calls", 1, [0, 0, 0, 0, 0, 0, 0, 0], 0),
    droid("damaged", 1, [1, 10, 1, 0, 0, 0, 0, 3], 45_000),
    kimi("parts", 1, [2, 17, 21, 60, 30, 0, 0, 0], 496_500),
    kimi("sub-agent", 1, [2, 30, 3, 0, 0, 0, 0, 0], 135_000),
    kimi("forked", 1, [3, 60, 6, 0, 0, 0, 0, 0], 270_000),
    kimi("no-ids", 1, [3, 30, 3, 0, 0, 0, 0, 0], 135_000),
    kimi("half-written", 1, [1, 10, 1, 0, 0, 0, 0, 0], 45_000),
    kimi("half-written", 2, [2, 30, 3, 0, 0, 0, 0, 0], 135_000),
    kimi("damaged", 1, [2, 30, 3, 0, 0, 0, 0, 4], 135_000),
];
