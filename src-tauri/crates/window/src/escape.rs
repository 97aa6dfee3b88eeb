//! Foreign text made harmless: what cannot be shown as a character stands as a boxed escape.
//!
//! A log line may hold anything. HTML is no danger, because the window inserts text as text; control
//! characters, bidirectional overrides, invisible and unassigned characters are: they hide or reorder
//! what stands around them. Each becomes a [`Piece`] of its own in ASCII (`\x1B`, `\u202E`), because
//! many fonts lack the pictures Unicode has for them.

use crate::Piece;
use crate::now::bytes;

/// More of a text is not shown.
pub(crate) const SHOWN_BYTES: usize = 4 << 10;

/// A text in pieces, and its size in words where it was cut.
pub(crate) struct Safe {
    pub(crate) pieces: Vec<Piece>,
    pub(crate) cut: Option<String>,
}

impl Safe {
    /// The text, at most [`SHOWN_BYTES`] of it. `size` is what the text once had, where it was cut
    /// before.
    pub(crate) fn of(text: &str, size: Option<u64>) -> Self {
        let shown = beginning(text, SHOWN_BYTES);
        let size = size.unwrap_or(text.len() as u64);
        let cut = (size > shown.len() as u64).then(|| {
            format!(
                "{}, the first {} shown",
                bytes(size),
                bytes(shown.len() as u64)
            )
        });
        Self {
            pieces: pieces(shown),
            cut,
        }
    }

    /// The pieces as one text.
    pub(crate) fn plain(&self) -> String {
        plain(&self.pieces)
    }
}

/// The pieces as one text.
pub(crate) fn plain(pieces: &[Piece]) -> String {
    pieces.iter().map(|piece| piece.text.as_str()).collect()
}

/// At most so many bytes, whole characters.
fn beginning(text: &str, bytes: usize) -> &str {
    if text.len() <= bytes {
        return text;
    }
    let end = (0..=bytes).rev().find(|&end| text.is_char_boundary(end));
    &text[..end.unwrap_or(0)]
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let (escape, taken) = match written_escape(rest) {
            Some((c, taken)) => (Some(escape(c)), taken),
            None => (needs_escape(c).then(|| escape(c)), c.len_utf8()),
        };
        match escape {
            Some(text) => {
                if !plain.is_empty() {
                    pieces.push(Piece {
                        text: std::mem::take(&mut plain),
                        raw: false,
                    });
                }
                pieces.push(Piece { text, raw: true });
            }
            None => plain.push(c),
        }
        rest = &rest[taken..];
    }
    if !plain.is_empty() {
        pieces.push(Piece {
            text: plain,
            raw: false,
        });
    }
    pieces
}

/// The local file has `\u{1b}` where the character was: it is boxed like the character itself. The
/// character, and the bytes of its escape.
fn written_escape(text: &str) -> Option<(char, usize)> {
    let digits = text.strip_prefix("\\u{")?;
    let end = digits.find('}').filter(|end| (1..=6).contains(end))?;
    let c = char::from_u32(u32::from_str_radix(&digits[..end], 16).ok()?)?;
    needs_escape(c).then_some((c, end + 4))
}

fn escape(c: char) -> String {
    match u32::from(c) {
        code @ 0..=0xFF => format!("\\x{code:02X}"),
        code @ 0x100..=0xFFFF => format!("\\u{code:04X}"),
        code => format!("\\u{{{code:X}}}"),
    }
}

fn needs_escape(c: char) -> bool {
    c.is_control()
        || matches!(c,
            // Soft hyphen, and letters that are drawn as nothing.
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{3164}' | '\u{ffa0}'
            // Zero width, marks and overrides of direction, line and paragraph separators,
            // invisible operators, deprecated format characters.
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            // Annotations, the replacement of what was no text, noncharacters.
            | '\u{fff0}'..='\u{ffff}' | '\u{fdd0}'..='\u{fdef}'
            // Private use, tags and selectors beyond the first plane.
            | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{10ffff}')
        || u32::from(c) & 0xFFFE == 0xFFFE
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(text: &str) -> Vec<(String, bool)> {
        let pieces = Safe::of(text, None).pieces;
        pieces.into_iter().map(|p| (p.text, p.raw)).collect()
    }

    fn text(text: &str) -> (String, bool) {
        (text.to_owned(), false)
    }

    fn raw(text: &str) -> (String, bool) {
        (text.to_owned(), true)
    }

    #[test]
    fn what_cannot_be_seen_is_boxed() {
        let table = [
            ("", vec![]),
            ("plain", vec![text("plain")]),
            (
                "<img onerror=alert(1)>",
                vec![text("<img onerror=alert(1)>")],
            ),
            ("a\u{1b}[31mb", vec![text("a"), raw("\\x1B"), text("[31mb")]),
            (
                "\u{202e}gpj.\u{fffd}",
                vec![raw("\\u202E"), text("gpj."), raw("\\uFFFD")],
            ),
            ("\0\t\n", vec![raw("\\x00"), raw("\\x09"), raw("\\x0A")]),
            ("\u{85}\u{ad}", vec![raw("\\x85"), raw("\\xAD")]),
            ("\u{e0041}", vec![raw("\\u{E0041}")]),
            ("日本 é 👩", vec![text("日本 é 👩")]),
            // As the local file writes them.
            ("a\\u{1b}[0m", vec![text("a"), raw("\\x1B"), text("[0m")]),
            ("\\u{202e}", vec![raw("\\u202E")]),
            // No such character, or one that needs no box.
            (
                "\\u{41} \\u{} \\u{zz} \\u{1b",
                vec![text("\\u{41} \\u{} \\u{zz} \\u{1b")],
            ),
        ];
        for (given, expected) in table {
            assert_eq!(shown(given), expected, "{given:?}");
        }
    }

    #[test]
    fn a_long_text_is_cut_between_characters_and_says_its_size() {
        let long = "é".repeat(500_000);
        let safe = Safe::of(&long, None);
        assert_eq!(safe.plain().len(), 4_096);
        assert_eq!(safe.cut.as_deref(), Some("1.0 MB, the first 4 kB shown"));
        let odd = format!("x{long}");
        assert_eq!(Safe::of(&odd, None).plain().len(), 4_095);
        assert_eq!(Safe::of(&long[..4_096], None).cut, None);
        // Whoever read it had cut it already.
        let safe = Safe::of("short", Some(2_000_000));
        assert_eq!(safe.cut.as_deref(), Some("2.0 MB, the first 5 bytes shown"));
    }

    proptest! {
        #[test]
        fn nothing_shown_needs_an_escape(text in any::<String>()) {
            for piece in Safe::of(&text, None).pieces {
                prop_assert!(!piece.text.chars().any(needs_escape), "{piece:?}");
                prop_assert!(!piece.raw || piece.text.is_ascii());
            }
        }

        #[test]
        fn ordinary_text_stays_as_it_is(text in "[ -\\[\\]-~]{0,200}") {
            prop_assert_eq!(Safe::of(&text, None).plain(), text);
        }
    }
}
