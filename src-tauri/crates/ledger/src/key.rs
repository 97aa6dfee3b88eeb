//! Which call a copy is of, and which of two copies counts. Pure.

use aco_domain::{Call, CallIdentity, NanoUsd, TokenCounts};
use std::cmp::Reverse;
use std::sync::Arc;

/// In place of the call where only copies made for side chains are known. The smallest, so that
/// such a row is the first of its message.
pub(crate) const SIDECHAIN: i64 = i64::MIN;

/// What one call can contribute at most. No model has ever taken as many tokens in one request: a
/// larger count is damage in the source, and is capped so that no sum overflows.
pub(crate) const MOST_TOKENS: i64 = 1 << 40;

/// A million dollars, for the same reason.
pub(crate) const HIGHEST_COST: i64 = 1_000_000 * NanoUsd::DOLLAR.0;

/// Both halves of an identity, each a column. Where a source names its calls and messages alike,
/// the two together are as good as its 128 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key {
    pub(crate) message: i64,
    pub(crate) call: i64,
}

impl Key {
    pub(crate) fn of(identity: &CallIdentity) -> Self {
        let call = match identity.sidechain {
            true => SIDECHAIN,
            // One of 2⁶⁴, kept apart from the value above.
            false => fold(identity.call.rotate_left(64)).max(SIDECHAIN + 1),
        };
        let message = fold(identity.message);
        Self { message, call }
    }
}

/// 64 bits that all 128 have a part in. Never changes: it is in every ledger.
#[expect(clippy::cast_possible_truncation, reason = "halves are what is wanted")]
fn fold(hash: u128) -> i64 {
    let (low, high) = (hash as u64, (hash >> 64) as u64);
    (low ^ high.wrapping_mul(0x9e37_79b9_7f4a_7c15)).cast_signed()
}

/// The counts in the order of the columns, capped.
pub(crate) fn capped(tokens: &TokenCounts) -> [i64; 6] {
    [
        tokens.input,
        tokens.output,
        tokens.cache_read,
        tokens.cache_write_5m,
        tokens.cache_write_1h,
        tokens.reasoning,
    ]
    .map(|count| i64::try_from(count).unwrap_or(i64::MAX).min(MOST_TOKENS))
}

/// All of the capped counts, each once: reasoning is inside output.
pub(crate) fn total(tokens: &[i64; 6]) -> i64 {
    tokens[..5].iter().sum()
}

/// A copy as the rule sees it: of two, the smaller counts. The larger total, then the earliest
/// timestamp, then the smallest path; what is left decides only between copies of one line that
/// differ all the same, so that the order of scans never does.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank<'a> {
    pub(crate) total: Reverse<i64>,
    pub(crate) at: i64,
    pub(crate) path: &'a str,
    pub(crate) tokens: Reverse<[i64; 6]>,
    pub(crate) model: &'a str,
    pub(crate) provider: Option<&'a str>,
    pub(crate) session: &'a str,
    pub(crate) project: &'a str,
    pub(crate) service_tier: Option<&'a str>,
    pub(crate) speed: Option<&'a str>,
    pub(crate) summed: bool,
    pub(crate) recorded_cost: Option<i64>,
}

impl<'a> Rank<'a> {
    pub(crate) fn of(call: &'a Call, path: &'a str) -> Self {
        let tokens = capped(&call.tokens);
        Self {
            total: Reverse(total(&tokens)),
            at: crate::history::from_instant(call.at),
            path,
            tokens: Reverse(tokens),
            model: &call.model,
            provider: text(&call.provider),
            session: &call.session,
            project: &call.project,
            service_tier: text(&call.terms.service_tier),
            speed: text(&call.terms.speed),
            summed: call.terms.summed,
            recorded_cost: call.recorded_cost.map(|cost| cost.0),
        }
    }
}

fn text(value: &Option<Arc<str>>) -> Option<&str> {
    value.as_deref()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(call: u128, message: u128, sidechain: bool) -> Key {
        Key::of(&CallIdentity {
            call,
            message,
            sidechain,
        })
    }

    #[test]
    fn every_bit_of_an_identity_tells_calls_apart() {
        let one = key(7, 7, false);
        for bit in 0..128 {
            let other = 7 ^ (1 << bit);
            assert_ne!(key(other, 7, false), one, "bit {bit} of the call");
            assert_ne!(key(7, other, false), one, "bit {bit} of the message");
            assert_ne!(key(other, other, false), one, "bit {bit} of both");
        }
    }

    #[test]
    fn side_chains_share_the_message_alone_and_come_first() {
        assert_eq!(key(1, 9, true), key(2, 9, true));
        assert_ne!(key(1, 9, true), key(1, 8, true));
        assert!(key(1, 9, true) < key(0, 9, false));
    }

    #[test]
    fn a_ledger_of_today_is_understood_tomorrow() {
        let found = key(
            0x0123_4567_89ab_cdef_0011_2233_4455_6677,
            1 << 64 | 5,
            false,
        );
        assert_eq!(
            (found.message, found.call),
            (-7_046_029_254_386_353_136, -3_079_255_198_483_167_700)
        );
    }
}
