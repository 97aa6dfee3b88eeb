//! Chance with a seed: ids, sizes and words. One seed makes one history on every machine.

use fastrand::Rng;
use std::fmt::Write as _;
use std::ops::RangeInclusive;

const WORDS: &[&str] = &[
    "agent", "answer", "branch", "buffer", "cargo", "channel", "clippy", "commit", "config",
    "cursor", "daemon", "default", "départ", "error", "expect", "field", "flush", "format",
    "handle", "import", "index", "kernel", "layout", "ledger", "letzte", "library", "lock",
    "match", "module", "naïve", "offset", "option", "parser", "pending", "queue", "reader",
    "record", "release", "result", "return", "schema", "select", "server", "session", "signal",
    "socket", "source", "stream", "string", "struct", "switch", "target", "thread", "update",
    "value", "vector", "window", "worker", "数据", "→", "🙂",
];

/// How much filler is made before it is repeated. More than a compressor's or a cache's window.
const POOL_BYTES: usize = 1 << 20;

/// The generator's dice.
#[derive(Debug)]
pub(crate) struct Chance {
    rng: Rng,
    /// Text in the way it stands inside a JSON string, already escaped: to write a gigabyte of it
    /// is to copy slices.
    pool: String,
    /// Where lines of the pool begin: only there may a slice be cut, or an escape would be halved.
    starts: Vec<usize>,
}

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        let mut chance = Self {
            rng: Rng::with_seed(seed),
            pool: String::with_capacity(POOL_BYTES + 256),
            starts: Vec::new(),
        };
        while chance.pool.len() < POOL_BYTES {
            chance.starts.push(chance.pool.len());
            chance.pool_line();
        }
        chance.starts.push(chance.pool.len());
        chance
    }

    /// A line of a program, a listing or prose, at most some 150 bytes long.
    fn pool_line(&mut self) {
        let (number, a, b) = (self.rng.u32(1..2_000), self.word(), self.word());
        let _ = match self.rng.u8(0..6) {
            0 => write!(self.pool, "{number:>5}→"),
            1 => write!(self.pool, "src/{a}/{b}.rs:{number}: "),
            2 => write!(self.pool, r#"\t\"{a}\": \"{number}\", "#),
            3 => write!(self.pool, "+    let {a} = {b}("),
            4 => write!(self.pool, r"C:\\{a}\\{b} "),
            _ => Ok(()),
        };
        for _ in 0..self.rng.u8(1..14) {
            let word = self.word();
            self.pool.push_str(word);
            self.pool.push(' ');
        }
        self.pool.push_str("\\n");
    }

    fn word(&mut self) -> &'static str {
        WORDS[self.rng.usize(..WORDS.len())]
    }

    /// Escaped text of about `bytes` (up to a line more), to stand between quotes.
    pub(crate) fn text(&mut self, into: &mut String, bytes: usize) {
        let end = into.len() + bytes;
        while into.len() < end {
            let first = self.rng.usize(..self.starts.len() - 1);
            let from = self.starts[first];
            let wanted = from + (end - into.len());
            // The next line's start at or behind what is wanted.
            let last = self.starts.partition_point(|start| *start < wanted);
            let to = self.starts.get(last).copied().unwrap_or(self.pool.len());
            into.push_str(&self.pool[from..to]);
        }
    }

    /// One in `n`.
    pub(crate) fn one_in(&mut self, n: u32) -> bool {
        self.rng.u32(..n) == 0
    }

    pub(crate) fn number(&mut self, range: RangeInclusive<u64>) -> u64 {
        self.rng.u64(range)
    }

    /// Small numbers often, large ones now and then, as sizes are: a quarter of `most` on average.
    pub(crate) fn skewed(&mut self, most: u64) -> u64 {
        let (a, b) = (self.rng.u64(..1 << 20), self.rng.u64(..1 << 20));
        // The product of two even draws has a quarter as its mean, most of it near zero.
        u64::try_from((u128::from(most) * u128::from(a) * u128::from(b)) >> 40).unwrap_or(most)
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.rng.usize(..from.len())]
    }

    /// A random (version 4) UUID.
    pub(crate) fn uuid(&mut self) -> String {
        let bits = (self.rng.u128(..) & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62);
        let hex = format!("{bits:032x}");
        let parts = [
            &hex[..8],
            &hex[8..12],
            &hex[12..16],
            &hex[16..20],
            &hex[20..],
        ];
        parts.join("-")
    }

    /// `prefix` and so many letters and digits.
    pub(crate) fn id(&mut self, prefix: &str, length: usize) -> String {
        let mut id = String::with_capacity(prefix.len() + length);
        id.push_str(prefix);
        id.extend((0..length).map(|_| self.rng.alphanumeric()));
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filler_of_any_length_is_a_json_string_and_holds_no_marker() {
        let mut chance = Chance::new(1);
        for bytes in [0, 1, 150, 4_000, POOL_BYTES + 5_000] {
            let mut text = String::from("\"");
            chance.text(&mut text, bytes);
            assert!(
                (bytes..bytes + 400).contains(&(text.len() - 1)),
                "{bytes}: {}",
                text.len()
            );
            for marker in ["usage", "tokens", "token_count"] {
                assert!(!text.contains(marker), "{marker} belongs to the traps");
            }
            text.push('"');
            serde_json::from_str::<String>(&text).unwrap();
        }
    }

    #[test]
    fn an_identifier_has_its_shape() {
        let mut chance = Chance::new(1);
        for _ in 0..100 {
            let uuid = chance.uuid();
            let dashes: Vec<usize> = uuid.match_indices('-').map(|(at, _)| at).collect();
            assert_eq!((uuid.len(), dashes), (36, vec![8, 13, 18, 23]));
            assert_eq!(&uuid[14..15], "4");
            assert!("89ab".contains(&uuid[19..20]), "{uuid}");
        }
        assert_eq!(chance.id("msg_", 5).len(), 9);
    }

    #[test]
    fn skewed_numbers_stay_below_their_bound() {
        let mut chance = Chance::new(1);
        let draws: Vec<u64> = (0..10_000).map(|_| chance.skewed(1_000)).collect();
        assert!(draws.iter().all(|draw| *draw < 1_000));
        let mean = draws.iter().sum::<u64>() / 10_000;
        assert!((230..270).contains(&mean), "{mean}");
    }
}
