//! What readers make calls with: identities, shared strings, and the choice between two copies.

use aco_domain::{Call, CallIdentity};
use std::sync::Arc;
use twox_hash::XxHash3_128;

/// The most calls one step hands out.
pub const MOST_CALLS: usize = 2_000;

/// Hashes the ids of a call. Kept in ledgers: neither the hash nor the order of what is hashed ever
/// changes. Each part is written with its length, so that no two lists of parts are one text.
#[derive(Debug, Default)]
pub struct Identities(Vec<u8>);

impl Identities {
    /// The identity that these parts make, in this order.
    pub fn hash(&mut self, parts: &[&[u8]]) -> u128 {
        self.0.clear();
        for part in parts {
            self.0.extend_from_slice(&(part.len() as u64).to_le_bytes());
            self.0.extend_from_slice(part);
        }
        XxHash3_128::oneshot(&self.0)
    }
}

/// Strings that are the same in most neighbouring calls: session, project, model.
#[derive(Debug)]
pub struct Shared(Arc<str>);

impl Default for Shared {
    fn default() -> Self {
        Self(Arc::from(""))
    }
}

impl Shared {
    /// `text`, in the memory of the call before where it was the same.
    pub fn get(&mut self, text: &str) -> Arc<str> {
        if *self.0 != *text {
            self.0 = Arc::from(text);
        }
        Arc::clone(&self.0)
    }

    /// The same of a text that may be missing.
    pub fn optional(&mut self, text: Option<&str>) -> Option<Arc<str>> {
        text.map(|text| self.get(text))
    }
}

/// The calls of one step. A tool that writes a call again while it streams does so on neighbouring
/// lines; of such copies only the one that counts is handed out. Which one that is has the same
/// answer here as in the ledger, so it does not matter where a step ends.
#[derive(Debug, Default)]
pub(crate) struct Calls(pub(crate) Vec<Call>);

impl Calls {
    pub(crate) fn push(&mut self, call: Call) {
        match self.0.last_mut() {
            Some(last) if last.identity == call.identity => {
                if counts_before(&call, last) {
                    *last = call;
                }
            }
            _ => self.0.push(call),
        }
    }

    /// Full, and no further copy of the last call can be told from a new one before it is read.
    pub(crate) fn is_full(&self) -> bool {
        self.0.len() >= MOST_CALLS
    }
}

/// Whether `call` counts rather than `other`, another copy of it from the same file: non-sidechain
/// before sidechain, then the larger total, then the earlier time. The copy that was written first
/// wins a tie.
fn counts_before(call: &Call, other: &Call) -> bool {
    let rank = |call: &Call| {
        let CallIdentity { sidechain, .. } = call.identity;
        (!sidechain, call.tokens.total(), std::cmp::Reverse(call.at))
    };
    rank(call) > rank(other)
}
