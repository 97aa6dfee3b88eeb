//! What a history holds, kept by whoever writes it and never read back from the files.
//!
//! The rule for which copy of a call counts is the product's contract, written here a second time
//! on purpose: no reader of ours may enter, or the tests would compare it with itself.

use aco_domain::{Terms, TokenCounts, UnixNanos};
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// One call as it is to be counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spent {
    /// The product's id of the tool.
    pub tool: &'static str,
    /// When, as the copy that counts says.
    pub at: UnixNanos,
    /// The model, verbatim.
    pub model: String,
    /// The session that copy names.
    pub session: String,
    /// The working folder that copy names.
    pub project: String,
    /// Disjoint counts.
    pub tokens: TokenCounts,
    /// What else its price depends on.
    pub terms: Terms,
}

/// Calls and tokens of any selection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Calls, each once.
    pub calls: u64,
    /// Their tokens.
    pub tokens: TokenCounts,
}

impl Totals {
    /// Takes one more call in.
    pub fn add(&mut self, tokens: &TokenCounts) {
        self.calls += 1;
        let TokenCounts {
            input,
            output,
            cache_read,
            cache_write_5m,
            cache_write_1h,
            reasoning,
        } = tokens;
        self.tokens.input += input;
        self.tokens.output += output;
        self.tokens.cache_read += cache_read;
        self.tokens.cache_write_5m += cache_write_5m;
        self.tokens.cache_write_1h += cache_write_1h;
        self.tokens.reasoning += reasoning;
    }
}

/// What was written, whatever it means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Written {
    /// Transcripts.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Their lines, a half-written last one among them.
    pub lines: u64,
    /// Lines that hold the usage of a call, copies and repeats among them.
    pub usage_lines: u64,
}

impl Written {
    /// Takes what was written elsewhere in.
    pub(crate) fn add(&mut self, other: Self) {
        self.files += other.files;
        self.bytes += other.bytes;
        self.lines += other.lines;
        self.usage_lines += other.usage_lines;
    }
}

/// The truth about a history.
#[derive(Clone, Debug, Default)]
pub struct Manifest {
    copies: Vec<Option<Copy>>,
    /// Finished lines that are not JSON and hold a usage marker.
    pub skipped_lines: u64,
    /// What lies in the files.
    pub written: Written,
}

/// A call, before any copy of it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CallId(usize);

#[derive(Clone, Debug)]
struct Copy {
    sidechain: bool,
    path: PathBuf,
    spent: Spent,
}

impl Copy {
    /// The greatest counts. Sums saturate nowhere near what a generator makes.
    fn rank(&self) -> (bool, u64, Reverse<UnixNanos>, Reverse<&Path>) {
        (
            !self.sidechain,
            self.spent.tokens.total(),
            Reverse(self.spent.at),
            Reverse(&self.path),
        )
    }
}

impl Manifest {
    /// A call takes place. It counts once a copy is written.
    pub(crate) fn call(&mut self) -> CallId {
        self.copies.push(None);
        CallId(self.copies.len() - 1)
    }

    /// A copy of it is written into `path`, relative to the home.
    pub(crate) fn copy(&mut self, call: CallId, path: &Path, sidechain: bool, spent: Spent) {
        let copy = Copy {
            sidechain,
            path: path.to_owned(),
            spent,
        };
        let best = &mut self.copies[call.0];
        if best.as_ref().is_none_or(|best| best.rank() < copy.rank()) {
            *best = Some(copy);
        }
    }

    /// Every call that counts, as it counts.
    pub fn calls(&self) -> impl Iterator<Item = &Spent> {
        self.copies.iter().flatten().map(|copy| &copy.spent)
    }

    /// All of it.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        self.calls().for_each(|spent| totals.add(&spent.tokens));
        totals
    }

    /// Totals by whatever `key` says of a call.
    pub fn totals_by<K: Ord>(&self, key: impl Fn(&Spent) -> K) -> BTreeMap<K, Totals> {
        let mut groups: BTreeMap<K, Totals> = BTreeMap::new();
        for spent in self.calls() {
            groups.entry(key(spent)).or_default().add(&spent.tokens);
        }
        groups
    }

    /// Puts another tool's history beside this one.
    pub fn merge(&mut self, other: Self) {
        self.copies.extend(other.copies);
        self.skipped_lines += other.skipped_lines;
        self.written.add(other.written);
    }

    /// The totals as JSON, for whoever reads a history that an earlier run has made.
    ///
    /// # Errors
    /// None of these values can fail to be written; what `serde_json` says is passed on.
    pub fn to_json(&self) -> serde_json::Result<String> {
        #[derive(Serialize)]
        struct Summary {
            totals: Totals,
            written: Written,
            skipped_lines: u64,
            by_utc_day: BTreeMap<String, Totals>,
            by_model: BTreeMap<String, Totals>,
            by_session: BTreeMap<String, Totals>,
        }
        serde_json::to_string_pretty(&Summary {
            totals: self.totals(),
            written: self.written,
            skipped_lines: self.skipped_lines,
            by_utc_day: self.totals_by(|spent| crate::time::utc_day(spent.at)),
            by_model: self.totals_by(|spent| spent.model.clone()),
            by_session: self.totals_by(|spent| spent.session.clone()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spent(output: u64, at: u64) -> Spent {
        Spent {
            tool: "claude-code",
            at: UnixNanos(at),
            model: String::new(),
            session: String::new(),
            project: String::new(),
            tokens: TokenCounts {
                output,
                ..TokenCounts::default()
            },
            terms: Terms::default(),
        }
    }

    #[test]
    fn the_contract_says_which_copy_counts_in_any_order() {
        // From the best to the worst; each beats all below it.
        let copies = [
            (false, 9, 5, "a"),
            (false, 9, 5, "b"),
            (false, 9, 6, "a"),
            (false, 8, 1, "a"),
            (true, 99, 1, "a"),
        ];
        for worse in 1..copies.len() {
            for order in [[0, worse], [worse, 0]] {
                let mut manifest = Manifest::default();
                let call = manifest.call();
                for (sidechain, output, at, path) in order.map(|n| copies[n]) {
                    manifest.copy(call, Path::new(path), sidechain, spent(output, at));
                }
                let best = manifest.copies[0].as_ref().unwrap();
                assert_eq!(best.path, Path::new("a"));
                assert_eq!(
                    (best.sidechain, best.spent.tokens.output, best.spent.at.0),
                    (false, 9, 5)
                );
                assert_eq!(manifest.totals().calls, 1);
            }
        }
    }
}
