//! Takes long strings out of a line that is too long to keep: what is counted never needs one.
//!
//! The line stays the JSON it was, or stays none: a string loses its contents, not its quotes, and
//! everything outside strings is kept byte for byte.

use memchr::memchr2;
use std::ops::Range;

/// Longer strings are emptied. No id, path or model is near it.
const LONGEST_STRING: usize = 4096;

/// Where in a line the shortening stands.
#[derive(Debug, Default)]
pub(crate) struct Shortening {
    in_string: bool,
    /// The last byte was a backslash in a string.
    escaped: bool,
    /// Bytes of the current string that were kept, until it is known to be long.
    length: usize,
}

impl Shortening {
    /// Moves `piece` of `buffer` down to `kept`, the end of what was kept of earlier pieces of the
    /// same line, leaving long strings out. Gives the new end.
    pub(crate) fn shorten(
        &mut self,
        buffer: &mut [u8],
        piece: Range<usize>,
        mut kept: usize,
    ) -> usize {
        let mut at = piece.start;
        while at < piece.end {
            if self.escaped {
                self.escaped = false;
                kept = self.keep(buffer, at..at + 1, kept);
                at += 1;
                continue;
            }
            let rest = &buffer[at..piece.end];
            let found = if self.in_string {
                memchr2(b'"', b'\\', rest)
            } else {
                memchr::memchr(b'"', rest)
            };
            let until = at + found.unwrap_or(rest.len());
            kept = self.keep(buffer, at..until, kept);
            at = until;
            if found.is_none() {
                break;
            }
            if buffer[at] == b'\\' {
                self.escaped = true;
                kept = self.keep(buffer, at..at + 1, kept);
            } else {
                self.in_string = !self.in_string;
                self.length = 0;
                buffer[kept] = b'"';
                kept += 1;
            }
            at += 1;
        }
        kept
    }

    /// How many of the last bytes that were kept may yet go: those of a string that has not ended,
    /// its quote among them.
    pub(crate) fn unsettled(&self) -> usize {
        match self.in_string && self.length <= LONGEST_STRING {
            true => self.length + 1,
            false => 0,
        }
    }

    fn keep(&mut self, buffer: &mut [u8], bytes: Range<usize>, kept: usize) -> usize {
        let added = bytes.len();
        if self.in_string {
            if self.length > LONGEST_STRING {
                return kept;
            }
            if self.length + added > LONGEST_STRING {
                // Saturating, because a reader that has given up on the line starts over at 0.
                let emptied = kept.saturating_sub(self.length);
                self.length = LONGEST_STRING + 1;
                return emptied;
            }
            self.length += added;
        }
        buffer.copy_within(bytes, kept);
        kept + added
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Shortens `line` in pieces of `size`, as a reader would.
    fn shortened(line: &[u8], size: usize) -> Vec<u8> {
        let mut buffer = line.to_vec();
        let mut shortening = Shortening::default();
        let mut kept = 0;
        for start in (0..line.len()).step_by(size) {
            let end = (start + size).min(line.len());
            kept = shortening.shorten(&mut buffer, start..end, kept);
        }
        buffer.truncate(kept);
        buffer
    }

    #[test]
    fn only_long_strings_lose_their_contents() {
        let long = "x".repeat(LONGEST_STRING + 1);
        let line = format!(r#"{{"text":"{long}","id":"a\"b\\","n":[1,2]}}"#);
        for size in [1, 7, 4096, 1 << 20] {
            assert_eq!(
                String::from_utf8(shortened(line.as_bytes(), size)).unwrap(),
                r#"{"text":"","id":"a\"b\\","n":[1,2]}"#
            );
        }
    }

    #[test]
    fn a_long_string_may_end_in_an_escape() {
        for tail in [r#"\""#, r"\\", r"\u0041", r#"\\\""#] {
            let line = format!(r#"["{}{tail}",1]"#, "x".repeat(LONGEST_STRING));
            assert_eq!(shortened(line.as_bytes(), 1000), br#"["",1]"#, "{tail}");
        }
    }

    proptest! {
        #[test]
        fn short_strings_stay_and_pieces_do_not_matter(
            line in proptest::collection::vec(prop::sample::select(b"ab\"\\{},:".to_vec()), 0..300),
            size in 1usize..50,
        ) {
            prop_assert_eq!(shortened(&line, size), line);
        }
    }
}
