//! What a tool recorded about one call of a model: tokens, never text.

use crate::UnixNanos;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// An amount of US dollars in nano-dollars. Signed, because a correction may go down.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct NanoUsd(pub i64);

impl NanoUsd {
    /// One dollar.
    pub const DOLLAR: Self = Self(1_000_000_000);
}

/// A plain decimal without superfluous zeros: `-0.000000001`, `12.5`, `3`.
impl fmt::Display for NanoUsd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const A_DOLLAR: u64 = NanoUsd::DOLLAR.0.unsigned_abs();
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, nanos) = (
            self.0.unsigned_abs() / A_DOLLAR,
            self.0.unsigned_abs() % A_DOLLAR,
        );
        if nanos == 0 {
            return write!(f, "{sign}{whole}");
        }
        let nanos = format!("{nanos:09}");
        write!(f, "{sign}{whole}.{}", nanos.trim_end_matches('0'))
    }
}

/// A text that is no amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnAmount;

impl fmt::Display for NotAnAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this is not a plain decimal with at most nine places")
    }
}

impl std::error::Error for NotAnAmount {}

/// The reverse of its `Display`.
impl std::str::FromStr for NanoUsd {
    type Err = NotAnAmount;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(digits) => (-1, digits),
            None => (1, text),
        };
        let (whole, places) = digits.split_once('.').unwrap_or((digits, "0"));
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !is_number(whole) || !is_number(places) || places.len() > 9 {
            return Err(NotAnAmount);
        }
        let dollars: i64 = whole.parse().map_err(|_| NotAnAmount)?;
        let nanos: i128 = format!("{places:0<9}").parse().map_err(|_| NotAnAmount)?;
        let nanos = sign * (i128::from(dollars) * i128::from(Self::DOLLAR.0) + nanos);
        i64::try_from(nanos).map(Self).map_err(|_| NotAnAmount)
    }
}

/// An amount in JSON: decimal text, because a JSON number loses digits in other hands.
pub(crate) mod decimal {
    use super::NanoUsd;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "what serde calls it with"
    )]
    pub(crate) fn serialize<S: Serializer>(amount: &NanoUsd, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(amount)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<NanoUsd, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

/// The same where there may be none.
pub(crate) mod optional_decimal {
    use super::NanoUsd;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    #[expect(clippy::ref_option, reason = "what serde calls it with")]
    pub(crate) fn serialize<S: Serializer>(
        amount: &Option<NanoUsd>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        match amount {
            Some(amount) => to.collect_str(amount),
            None => to.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<NanoUsd>, D::Error> {
        let amount = Option::<String>::deserialize(from)?.map(|text| text.parse());
        amount.transpose().map_err(D::Error::custom)
    }
}

/// Token counts of one call. The first five are disjoint, whatever the source's own convention is;
/// `reasoning` lies inside `output`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TokenCounts {
    /// Input neither read from nor written to a cache.
    pub input: u64,
    /// Everything the model wrote, its reasoning included.
    pub output: u64,
    /// Input read from a cache.
    pub cache_read: u64,
    /// Input written to a cache for five minutes, or for a time that was not stated.
    pub cache_write_5m: u64,
    /// Input written to a cache for an hour.
    pub cache_write_1h: u64,
    /// The part of `output` that was reasoning.
    pub reasoning: u64,
}

impl TokenCounts {
    /// All tokens of the call, each once. Saturates.
    #[must_use]
    pub fn total(&self) -> u64 {
        [
            self.input,
            self.output,
            self.cache_read,
            self.cache_write_5m,
            self.cache_write_1h,
        ]
        .into_iter()
        .fold(0, u64::saturating_add)
    }
}

/// What makes two recorded copies copies of one call. The numbers are hashes that a reader makes of
/// the tool and the ids it recorded; they are kept in the ledger, so their making never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallIdentity {
    /// The call, as all its copies name it.
    pub call: u128,
    /// The message it answered with. Copies made for a side chain share this one alone; where a
    /// source has no such copies, it equals `call`.
    pub message: u128,
    /// Whether this copy was made for a side chain.
    pub sidechain: bool,
}

/// One copy of one call, as a tool recorded it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Which call.
    pub identity: CallIdentity,
    /// When, by the tool's clock.
    pub at: UnixNanos,
    /// The model, verbatim; empty where the source does not say.
    pub model: Arc<str>,
    /// Who served it, where the source says (`anthropic`, `openai`, …).
    pub provider: Option<Arc<str>>,
    /// The session, verbatim.
    pub session: Arc<str>,
    /// The project's folder or name, verbatim; empty where the source does not say.
    pub project: Arc<str>,
    /// The tokens.
    pub tokens: TokenCounts,
    /// What the price depends on beside model, time and tokens, and nobody can know later.
    pub terms: Terms,
    /// The price the tool itself recorded, if it did.
    pub recorded_cost: Option<NanoUsd>,
}

/// Conditions of a call that change its price. Verbatim.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Terms {
    /// `service_tier`: `standard`, `priority`, `batch`, `flex` …
    pub service_tier: Option<Arc<str>>,
    /// `speed`: `fast` …
    pub speed: Option<Arc<str>>,
    /// Whether the tokens are those of several requests together: a tool that records no more than
    /// a session's sum. How large each request was is then not known, so none counts as a long one.
    pub summed: bool,
}

/// How far a file was read, and how to see that it is still the same file. Kept by the ledger,
/// moved only in the transaction that takes what was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The file, as it was found.
    pub path: PathBuf,
    /// The system's own name for the file (device and inode, volume and file index), where there
    /// is one.
    pub file_id: Option<(u64, u64)>,
    /// Its size in bytes when it was last looked at.
    pub size: u64,
    /// Its time of modification when it was last looked at.
    pub modified: UnixNanos,
    /// Everything before this byte was read.
    pub offset: u64,
    /// A hash of bytes before `offset`, by which a rewritten file is recognised.
    pub fingerprint: u64,
    /// Finished lines up to `offset` that should have held usage and could not be read.
    pub skipped_lines: u64,
    /// What the reader must remember of the lines before `offset`; opaque to everyone else.
    pub state: Vec<u8>,
}

/// What one step of reading gave: at most a bounded number of calls, and how far that was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Increment {
    /// The calls, in the order of the file. Copies of one call may be among them.
    pub calls: Vec<Call>,
    /// Where the next step begins.
    pub checkpoint: Checkpoint,
    /// Whether more can be read at once; else the file's end was reached.
    pub more: bool,
    /// What in this step promised counts in a shape that is not known, if anything did.
    pub unrecognised: Option<Unrecognised>,
}

/// Records that are sound and say that they hold counts, but not where they were ever seen to: the
/// tool has changed its format. They are among the checkpoint's `skipped_lines` too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unrecognised {
    /// How many.
    pub records: u64,
    /// The tool's version, or its format's, as recorded; nothing where it records none.
    pub version: Option<String>,
}

/// Who knows what a call costs by list price.
pub trait Pricing {
    /// Which data it prices by. Kept with each call that was priced.
    fn version(&self) -> &str;

    /// The API value of a call at its own time, rounded once, half to even; nothing where the model
    /// is not known. Never a guess.
    fn price(&self, call: &Call) -> Option<NanoUsd>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_written_as_a_plain_decimal() {
        let table = [
            (0, "0"),
            (1, "0.000000001"),
            (-1, "-0.000000001"),
            (12_500_000_000, "12.5"),
            (-3_000_000_000, "-3"),
            (i64::MIN, "-9223372036.854775808"),
        ];
        for (nanos, text) in table {
            assert_eq!(NanoUsd(nanos).to_string(), text);
            assert_eq!(text.parse(), Ok(NanoUsd(nanos)));
        }
        for wrong in [
            "",
            "-",
            ".5",
            "1.",
            "1e3",
            "+1",
            "1.0000000001",
            "99999999999999999999",
        ] {
            assert_eq!(wrong.parse::<NanoUsd>(), Err(NotAnAmount), "{wrong}");
        }
    }

    #[test]
    fn a_total_counts_reasoning_once() {
        let tokens = TokenCounts {
            input: 1,
            output: 10,
            cache_read: 100,
            cache_write_5m: 1_000,
            cache_write_1h: 10_000,
            reasoning: 7,
        };
        assert_eq!(tokens.total(), 11_111);
        let huge = TokenCounts {
            input: u64::MAX,
            output: 1,
            ..TokenCounts::default()
        };
        assert_eq!(huge.total(), u64::MAX);
    }
}
