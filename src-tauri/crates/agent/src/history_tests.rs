use super::*;
use proptest::prelude::*;
use std::fs;

/// A log in a folder of its own.
struct Log {
    folder: tempfile::TempDir,
}

impl Log {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("a.log")
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.folder.path().join(name), content).unwrap();
    }

    fn page(&self, before: Option<&Place>, count: usize, wanted: &Wanted) -> Page {
        page(&self.path(), before, count, wanted).unwrap()
    }

    /// All pages' messages, and how many pages there were.
    fn all(&self, count: usize, wanted: &Wanted) -> (Vec<String>, usize) {
        let (mut messages, mut pages, mut before) = (Vec::new(), 0, None::<Place>);
        loop {
            let page = self.page(before.as_ref(), count, wanted);
            messages.extend(page.lines.into_iter().map(|line| line.message));
            pages += 1;
            match page.before {
                // As it crosses the socket.
                Some(place) => before = Some(place.to_string().parse().unwrap()),
                None => return (messages, pages),
            }
        }
    }
}

fn line(second: usize, level: &str, message: &str) -> String {
    format!(
        "2026-01-01T00:{:02}:{:02}Z {level} aco {message}\n",
        second / 60,
        second % 60
    )
}

fn at_level(level: LineLevel) -> Wanted {
    Wanted {
        level: Some(level),
        text: None,
    }
}

fn holding(text: &str) -> Wanted {
    Wanted {
        level: None,
        text: Some(text.to_owned()),
    }
}

#[test]
fn lines_come_newest_first_through_all_files() {
    let log = Log::new();
    assert_eq!(log.all(10, &Wanted::default()), (vec![], 1));
    log.write("a.log.2", line(1, "INFO", "one") + &line(2, "WARN", "two"));
    log.write("a.log.1", line(3, "ERROR", "three"));
    log.write(
        "a.log",
        line(4, "DEBUG", "four") + &line(5, "INFO", "Five k=v"),
    );
    let all = ["Five k=v", "four", "three", "two", "one"];
    for count in 1..=6 {
        let (messages, pages) = log.all(count, &Wanted::default());
        assert_eq!(messages, all, "{count} at a time");
        assert!(pages <= 6);
    }
    assert_eq!(log.all(2, &at_level(LineLevel::Warn)).0, ["three", "two"]);
    assert_eq!(log.all(2, &holding("fIVE")).0, ["Five k=v"]);
    assert_eq!(log.all(2, &holding("nowhere")).0, [""; 0]);
}

#[test]
fn a_place_stays_where_it_is_when_the_log_is_rotated() {
    let log = Log::new();
    log.write(
        "a.log",
        line(1, "INFO", "one") + &line(2, "INFO", "two") + &line(3, "INFO", "three"),
    );
    let first = log.page(None, 1, &Wanted::default());
    assert_eq!(first.lines[0].message, "three");
    fs::rename(log.path(), log.folder.path().join("a.log.1")).unwrap();
    log.write("a.log", line(4, "INFO", "four"));
    let next = log.page(first.before.as_ref(), 1, &Wanted::default());
    assert_eq!(next.lines[0].message, "two");
    fs::remove_file(log.folder.path().join("a.log.1")).unwrap();
    let gone = log.page(next.before.as_ref(), 1, &Wanted::default());
    assert_eq!(gone, Page::default(), "the file is gone, and all before it");
}

#[test]
fn a_line_that_is_being_written_waits() {
    let log = Log::new();
    log.write(
        "a.log",
        line(1, "INFO", "one") + "2026-01-01T00:00:02Z INFO aco ha",
    );
    assert_eq!(log.all(9, &Wanted::default()).0, ["one"]);
    log.write("a.log", "2026-01-01T00:00:02Z INFO aco ha");
    assert_eq!(log.all(9, &Wanted::default()).0, [""; 0]);
}

#[test]
fn hostile_bytes_are_text_and_a_huge_line_is_cut() {
    let log = Log::new();
    let mut bytes = line(1, "INFO", "first").into_bytes();
    bytes.extend(b"2026-01-01T00:00:02Z INFO aco \xff\x1b[2J<b>\xe2\x80\xae\n");
    bytes.extend(line(3, "INFO", &"x".repeat(1 << 20)).bytes());
    bytes.extend(b"not a line\n\n\r\n\xff\xff\n");
    log.write("a.log", bytes);
    let (messages, _) = log.all(9, &Wanted::default());
    assert_eq!(messages.len(), 3);
    let kept = messages[0].trim_start_matches('x');
    assert!(messages[0].len() < LINE_BYTES + 64);
    assert_eq!(
        kept,
        format!("… [{} bytes cut]", (1 << 20) + 30 - LINE_BYTES)
    );
    assert_eq!(messages[1], "\u{fffd}\\u{1b}[2J<b>\\u{202e}");
}

#[test]
fn a_page_fits_half_a_frame_whatever_its_lines_become_as_json() {
    let log = Log::new();
    let hostile = "\"\\".repeat(4_000);
    let text: String = (0..200).map(|n| line(n, "INFO", &hostile)).collect();
    log.write("a.log", text);
    let page = log.page(None, 10_000, &Wanted::default());
    assert!(page.lines.len() > 20 && page.before.is_some());
    assert!(serde_json::to_vec(&page.lines).unwrap().len() <= PAGE_BYTES + PAGE_LINES);
    assert_eq!(log.all(10_000, &Wanted::default()).0.len(), 200);
}

#[test]
fn a_search_for_what_is_nowhere_comes_back_between() {
    let log = Log::new();
    let filler = "y".repeat(10_000);
    let text: String = (0..2_500)
        .map(|n| line(n % 3_000, "INFO", &filler))
        .collect();
    log.write("a.log", line(0, "INFO", "needle") + &text);
    let first = log.page(None, 9, &holding("needle"));
    assert!(first.lines.is_empty() && first.before.is_some());
    let (found, pages) = log.all(9, &holding("needle"));
    assert_eq!((found.len(), pages), (1, 2));
}

#[test]
fn what_is_no_place_is_refused() {
    for wrong in ["", "-", "xyz-1", "0-", "12"] {
        assert!(wrong.parse::<Place>().is_err(), "{wrong}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Every line comes once, whatever the lengths of lines and pages are.
    #[test]
    fn pages_hold_every_line_once(
        lengths in prop::collection::vec(0_usize..40_000, 1..20),
        count in 1_usize..9,
        split in 0_usize..20,
    ) {
        let log = Log::new();
        let lines: Vec<_> = (0..).zip(&lengths).map(|(n, &length)| {
            line(n, "INFO", &format!("{n}:{}", "z".repeat(length)))
        }).collect();
        let split = split.min(lines.len());
        log.write("a.log.1", lines[..split].concat());
        log.write("a.log", lines[split..].concat());
        let (messages, _) = log.all(count, &Wanted::default());
        let numbers: Vec<_> = messages.iter().map(|m| m.split(':').next().unwrap()).collect();
        let expected: Vec<_> = (0..lines.len()).rev().map(|n| n.to_string()).collect();
        prop_assert_eq!(numbers, expected);
    }
}
