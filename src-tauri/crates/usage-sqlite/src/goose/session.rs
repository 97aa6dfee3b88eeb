//! What a call and a session of Goose are, whichever file they are told in.

use super::TOOL;
use aco_domain::{TokenCounts, UnixNanos};
use aco_usage::room::{Identities, json};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// More than any call, or sum over a session's calls, can have in one of its counts.
const MOST_TOKENS: i64 = 1_000_000_000_000;

/// Above this a time is in milliseconds; that is how Goose tells, too.
const MILLISECONDS: i64 = 10_000_000_000;

/// What a record says of one kind of tokens: nothing is 0.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Recorded {
    /// With what was read from a cache and written to one.
    pub(super) input: Option<i64>,
    pub(super) output: Option<i64>,
    pub(super) cache_read: Option<i64>,
    pub(super) cache_write: Option<i64>,
}

impl Recorded {
    /// Disjoint; nothing where one of them is no count.
    pub(super) fn tokens(self) -> Option<TokenCounts> {
        let count = |count: Option<i64>| {
            let count = count.unwrap_or(0);
            let count = u64::try_from(count).ok()?;
            (count <= MOST_TOKENS.unsigned_abs()).then_some(count)
        };
        let (read, write) = (count(self.cache_read)?, count(self.cache_write)?);
        Some(TokenCounts {
            // Providers round, and not every one of them tells both from the input.
            input: count(self.input)?.saturating_sub(read.saturating_add(write)),
            output: count(self.output)?,
            cache_read: read,
            cache_write_5m: write,
            cache_write_1h: 0,
            reasoning: 0,
        })
    }
}

/// The identity of a session's sum. Ids of old sessions are the second they were begun in, and stay when
/// a session moves into the database; new ones (`20260301_7`) count the sessions of a day, and another
/// database has the same.
pub(super) fn sum(identities: &mut Identities, session: &str, created: &str) -> u128 {
    let created = if is_a_second(session) { "" } else { created };
    let parts: [&[u8]; 4] = [
        TOOL.as_bytes(),
        b"session",
        session.as_bytes(),
        created.as_bytes(),
    ];
    identities.hash(&parts)
}

/// `20260301_134502`.
fn is_a_second(session: &str) -> bool {
    session.len() == 15
        && session.bytes().enumerate().all(|(at, byte)| match at {
            8 => byte == b'_',
            _ => byte.is_ascii_digit(),
        })
}

/// When an old session was begun, by its id, which is in local time: taken as UTC, because where the
/// machine was then is not recorded.
pub(super) fn begun(session: &str) -> Option<UnixNanos> {
    let digits = is_a_second(session).then_some(session)?;
    let text = format!(
        "{}-{}-{}T{}:{}:{}Z",
        &digits[..4],
        &digits[4..6],
        &digits[6..8],
        &digits[9..11],
        &digits[11..13],
        &digits[13..15]
    );
    json::instant(&text)
}

/// A time as SQLite's CURRENT_TIMESTAMP writes it (in UTC), or RFC 3339.
pub(super) fn time(text: &str) -> Option<UnixNanos> {
    json::instant(text).or_else(|| {
        let time: DateTime = text.parse().ok()?;
        let time = time.to_zoned(TimeZone::UTC).ok()?.timestamp();
        u64::try_from(time.as_nanosecond()).ok().map(UnixNanos)
    })
}

/// Seconds since 1970, or milliseconds.
pub(super) fn moment(number: i64) -> Option<UnixNanos> {
    let millis = if number > MILLISECONDS {
        number
    } else {
        number.checked_mul(1_000)?
    };
    let millis = u64::try_from(millis).ok().filter(|millis| *millis > 0)?;
    millis.checked_mul(1_000_000).map(UnixNanos)
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
