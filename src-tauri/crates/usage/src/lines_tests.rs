use super::*;
use proptest::prelude::*;

/// Gives at most `size` bytes a read, and counts nothing as an end but the end.
struct Dribble<'a> {
    bytes: &'a [u8],
    size: usize,
}

impl Read for Dribble<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = buffer.len().min(self.size).min(self.bytes.len());
        buffer[..length].copy_from_slice(&self.bytes[..length]);
        self.bytes = &self.bytes[length..];
        Ok(length)
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Seen {
    Marked(String),
    Broken,
    TooLong,
    Unfinished(String),
}

fn markers() -> Markers {
    Markers::new(&["usage"], &[])
}

/// Everything in `bytes`, each with the offset behind it, and the offset at the end.
fn read(bytes: &[u8], size: usize) -> (Vec<(Seen, u64)>, u64, usize) {
    let (markers, mut buffer) = (markers(), Vec::new());
    let mut lines = Lines::new(Dribble { bytes, size }, 0, &markers, &mut buffer);
    let text = |line: &[u8]| String::from_utf8(line.to_vec()).unwrap();
    let mut seen = Vec::new();
    loop {
        let line = match lines.next().unwrap() {
            Line::Marked(line) => Seen::Marked(text(line)),
            Line::Broken => Seen::Broken,
            Line::TooLong => Seen::TooLong,
            Line::Unfinished(line) => {
                let line = Seen::Unfinished(text(line));
                seen.push((line, lines.offset()));
                break;
            }
            Line::End => break,
        };
        seen.push((line, lines.offset()));
    }
    let offset = lines.offset();
    (seen, offset, buffer.len())
}

#[test]
fn marked_lines_are_found_with_the_offset_behind_them() {
    let text = b"{\"a\":1}\n{\"usage\":1}\r\n\n{\"text\":\"my \\\"usage\\\"\"}\nusage\n{\"usage\":2}\n{\"usage\":";
    for size in [1, 3, 1 << 20] {
        let (seen, offset, _) = read(text, size);
        let marked = |line: &str| Seen::Marked(line.to_owned());
        assert_eq!(
            seen,
            [
                (marked("{\"usage\":1}\r"), 21),
                (Seen::Broken, 52),
                (marked("{\"usage\":2}"), 64),
                (Seen::Unfinished("{\"usage\":".to_owned()), 64),
            ],
            "{size}"
        );
        assert_eq!(offset, 64);
    }
}

#[test]
fn a_long_line_is_read_without_its_text_and_without_its_memory() {
    let mut text = b"{\"usage\":1}\n{\"text\":\"".to_vec();
    text.resize(100 << 20, b'x');
    text.extend_from_slice(b"\",\"usage\":2}\n{\"usage\":3}\n");
    let length = text.len() as u64;
    let (seen, offset, memory) = read(&text, 1 << 20);
    let lines: Vec<_> = seen.into_iter().map(|(line, _)| line).collect();
    let marked = |line: &str| Seen::Marked(line.to_owned());
    assert_eq!(
        lines,
        [
            marked("{\"usage\":1}"),
            marked("{\"text\":\"\",\"usage\":2}"),
            marked("{\"usage\":3}")
        ]
    );
    assert_eq!(offset, length);
    assert!(memory <= LONGEST, "{memory}");
}

#[test]
fn a_long_line_that_does_not_end_waits() {
    let mut text = b"{\"usage\":1}\n{\"usage\":\"".to_vec();
    text.resize(10 << 20, b'x');
    let (seen, offset, _) = read(&text, 1 << 20);
    assert_eq!((seen.len(), offset), (1, 12));
}

#[test]
fn a_line_that_is_all_structure_is_given_up_and_counted() {
    for filling in [&b"["[..], b"\"\",", b"1,"] {
        let mut text = b"{\"usage\":".to_vec();
        while text.len() < 6 << 20 {
            text.extend_from_slice(filling);
        }
        text.extend_from_slice(b"\n{\"usage\":3}\n");
        let (seen, offset, memory) = read(&text, 1 << 20);
        assert_eq!(seen[0].0, Seen::TooLong);
        assert_eq!(seen.len(), 2);
        assert_eq!(offset, text.len() as u64);
        assert!(memory <= LONGEST, "{memory}");
    }
}

proptest! {
    /// Against the plainest way to say it: lines, those with the marker.
    #[test]
    fn reads_of_any_size_find_the_same_lines(
        parts in proptest::collection::vec(
            prop::sample::select(vec!["{\"usage\":1}", "{}", "\n", "usage", "{\"a\":\"usage\"}", "x"]),
            0..60,
        ),
        size in 1usize..40,
    ) {
        let text = parts.concat();
        let (seen, offset, _) = read(text.as_bytes(), size);
        let complete = text.rfind('\n').map_or(0, |newline| newline + 1);
        // A line that is no JSON may be found out before it is parsed or by parsing.
        let judged = |line: &str| {
            if looks_like_json(line.as_bytes()) {
                Seen::Marked(line.to_owned())
            } else {
                Seen::Broken
            }
        };
        let expected: Vec<_> = text[..complete]
            .lines()
            .filter(|line| {
                line.contains("\"usage\"")
                    || (line.contains("usage") && !looks_like_json(line.as_bytes()))
            })
            .map(judged)
            .collect();
        let finished: Vec<_> = seen
            .into_iter()
            .filter_map(|(line, _)| match line {
                Seen::Marked(line) => Some(judged(&line)),
                Seen::Unfinished(_) => None,
                other => Some(other),
            })
            .collect();
        prop_assert_eq!(finished, expected);
        prop_assert_eq!(offset, complete as u64);
    }
}
