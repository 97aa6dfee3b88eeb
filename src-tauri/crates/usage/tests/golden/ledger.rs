//! The rules of the ledger in their plainest form: everything in memory, judged at the end.

use aco_domain::{Call, TokenCounts};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What a fixture comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub calls: u64,
    pub tokens: TokenCounts,
    pub skipped_lines: u64,
}

#[derive(Clone, Debug, Default)]
pub struct Ledger {
    copies: Vec<(PathBuf, Call)>,
    skipped: BTreeMap<PathBuf, u64>,
}

impl Ledger {
    pub fn take(&mut self, path: &Path, calls: Vec<Call>, skipped_lines: u64) {
        self.skipped.insert(path.to_owned(), skipped_lines);
        let copies = calls.into_iter().map(|call| (path.to_owned(), call));
        self.copies.extend(copies);
    }

    /// The copies that count: of each call one, and a sidechain's only where no other copy of its
    /// message is.
    pub fn counted(&self) -> Vec<&Call> {
        let main: BTreeSet<u128> = self
            .copies
            .iter()
            .filter(|(_, call)| !call.identity.sidechain)
            .map(|(_, call)| call.identity.message)
            .collect();
        let mut best: BTreeMap<u128, &(PathBuf, Call)> = BTreeMap::new();
        for copy in &self.copies {
            let identity = copy.1.identity;
            if identity.sidechain && main.contains(&identity.message) {
                continue;
            }
            let name = if identity.sidechain {
                identity.message
            } else {
                identity.call
            };
            let rank = |copy: &(PathBuf, Call)| {
                (
                    copy.1.tokens.total(),
                    Reverse(copy.1.at),
                    Reverse(copy.0.clone()),
                )
            };
            let slot = best.entry(name).or_insert(copy);
            if rank(copy) > rank(slot) {
                *slot = copy;
            }
        }
        best.into_values().map(|(_, call)| call).collect()
    }

    pub fn totals(&self) -> Totals {
        let mut totals = Totals {
            skipped_lines: self.skipped.values().sum(),
            ..Totals::default()
        };
        for call in self.counted() {
            totals.calls += 1;
            let sum = &mut totals.tokens;
            sum.input += call.tokens.input;
            sum.output += call.tokens.output;
            sum.cache_read += call.tokens.cache_read;
            sum.cache_write_5m += call.tokens.cache_write_5m;
            sum.cache_write_1h += call.tokens.cache_write_1h;
            sum.reasoning += call.tokens.reasoning;
        }
        totals
    }
}
