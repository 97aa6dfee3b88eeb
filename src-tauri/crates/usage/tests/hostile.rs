//! Files that no tool writes: damaged ones, and ones made to hurt. Through `Source`, as the agent
//! reads them. Nothing here knows how a reader works inside.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use aco_domain::{Call, UnixNanos};
use aco_usage::{Buffer, Opened, Platform, Source, Surroundings};
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

const GOOD: &str = r#"{"timestamp":"2025-11-03T10:00:00Z","requestId":"r","message":{"id":"m","model":"x","usage":{"input_tokens":1,"output_tokens":2}}}"#;

fn claude_code() -> Box<dyn Source> {
    let mut sources = aco_usage::all().into_iter();
    sources
        .find(|source| source.tool() == "claude-code")
        .unwrap()
}

/// The calls and skipped lines of the one transcript that `write` writes.
fn read(write: impl FnOnce(&mut dyn Write)) -> (Vec<Call>, u64) {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("projects/-w-app/s-1.jsonl");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut file = BufWriter::new(File::create(&path).unwrap());
    write(&mut file);
    file.flush().unwrap();
    read_below(home.path())
}

fn read_below(home: &Path) -> (Vec<Call>, u64) {
    let source = claude_code();
    let roots = source.roots(&Surroundings {
        variable: &|name| (name == "CLAUDE_CONFIG_DIR").then(|| home.into()),
        home: None,
        platform: Platform::Linux,
    });
    let files = source.list(&roots).files;
    assert_eq!(files.len(), 1);
    let (mut buffer, mut calls) = (Buffer::default(), Vec::new());
    let Opened::Reading(mut reading) = source.open(&files[0], None, &mut buffer).unwrap() else {
        unreachable!("a new file is read");
    };
    loop {
        let increment = reading.step().unwrap();
        calls.extend(increment.calls);
        if !increment.more {
            return (calls, increment.checkpoint.skipped_lines);
        }
    }
}

/// A line between two good ones: how many calls there are, and how many lines were skipped.
fn between(line: &[u8]) -> (usize, u64) {
    let after = GOOD.replace(r#""id":"m""#, r#""id":"after""#);
    let (calls, skipped) = read(|file| {
        for line in [GOOD.as_bytes(), line, after.as_bytes()] {
            file.write_all(line).unwrap();
            file.write_all(b"\n").unwrap();
        }
    });
    // Whatever happened to it, its neighbours are read.
    assert_eq!(calls.first().unwrap().tokens.total(), 3);
    assert_eq!(calls.last().unwrap().tokens.total(), 3);
    (calls.len() - 2, skipped)
}

/// The most memory this process has ever held, in bytes.
#[cfg(target_os = "linux")]
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10
}

#[test]
fn a_line_of_100_megabytes_is_read_in_bounded_memory() {
    #[cfg(target_os = "linux")]
    let before = peak();
    let text = vec![b'x'; 1 << 20];
    let (calls, skipped) = read(|file| {
        file.write_all(br#"{"text":""#).unwrap();
        for _ in 0..100 {
            file.write_all(&text).unwrap();
        }
        file.write_all(b"\",").unwrap();
        file.write_all(&GOOD.as_bytes()[1..]).unwrap();
        file.write_all(b"\n").unwrap();
    });
    assert_eq!((calls.len(), skipped), (1, 0));
    assert_eq!(calls[0].tokens.total(), 3);
    // The other tests of this program hold a few megabytes meanwhile.
    #[cfg(target_os = "linux")]
    assert!(peak() - before < 32 << 20, "{} bytes more", peak() - before);
}

/// A chat of Gemini CLI as its old versions wrote it, with 100 megabytes of text in it.
#[test]
fn an_object_of_100_megabytes_is_read_in_bounded_memory() {
    #[cfg(target_os = "linux")]
    let before = peak();
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(".gemini/tmp/app/chats");
    fs::create_dir_all(&folder).unwrap();
    let mut file = BufWriter::new(File::create(folder.join("session-1.json")).unwrap());
    file.write_all(br#"{"sessionId":"s","messages":["#).unwrap();
    let text = "x".repeat(1 << 20);
    for number in 0..100 {
        let comma = if number == 0 { "" } else { "," };
        write!(
            file,
            r#"{comma}{{"id":"m-{number}","type":"gemini","timestamp":"2025-11-03T10:00:00Z","content":"{text}","tokens":{{"input":1,"output":2}}}}"#
        )
        .unwrap();
    }
    file.write_all(b"]}").unwrap();
    drop(file);
    let mut sources = aco_usage::all().into_iter();
    let source = sources.find(|source| source.tool() == "gemini-cli");
    let source = source.unwrap();
    let roots = source.roots(&Surroundings {
        variable: &|_| None,
        home: Some(home.path()),
        platform: Platform::Linux,
    });
    let files = source.list(&roots).files;
    let mut buffer = Buffer::default();
    let Opened::Reading(mut reading) = source.open(&files[0], None, &mut buffer).unwrap() else {
        unreachable!("a new file is read");
    };
    let increment = reading.step().unwrap();
    assert_eq!((increment.calls.len(), increment.more), (100, false));
    assert_eq!(increment.checkpoint.skipped_lines, 0);
    // The other tests of this program hold a few megabytes meanwhile.
    #[cfg(target_os = "linux")]
    assert!(peak() - before < 32 << 20, "{} bytes more", peak() - before);
}

#[test]
fn deep_nesting_is_survived_and_counted() {
    for open in ["[", r#"{"a":"#] {
        let deep = open.repeat(200_000);
        // Open to the end: no JSON.
        let line = format!(r#"{{"message":{{"usage":{deep}"#);
        assert_eq!(between(line.as_bytes()), (0, 1), "{open}");
    }
    let closed = format!(
        r#"{{"x":{}{},{}"#,
        "[".repeat(100_000),
        "]".repeat(100_000),
        &GOOD[1..].replace(r#""id":"m""#, r#""id":"deep""#)
    );
    let (calls, skipped) = between(closed.as_bytes());
    assert_eq!(calls as u64 + skipped, 1, "read, or counted as skipped");
}

#[test]
fn bytes_that_are_no_text_are_survived_and_counted() {
    let in_id = [
        br#"{"timestamp":"2025-11-03T10:00:00Z","message":{"id":""#.as_slice(),
        b"\xff\xfe",
        br#"","usage":{"input_tokens":1}}}"#,
    ]
    .concat();
    assert_eq!(between(&in_id), (0, 1));
    assert_eq!(between(b"\xff\xfe\xfd"), (0, 0));
    assert_eq!(between(b"\xffusage\xff"), (0, 1));
    assert_eq!(between(&[0; 5_000]), (0, 0));
    let zeros = [&[0; 100], GOOD.as_bytes()].concat();
    assert_eq!(between(&zeros), (0, 1));
}

#[test]
fn numbers_that_are_no_counts_are_counted_as_skipped() {
    let huge = "9".repeat(10_000);
    for number in [
        "-1",
        "-9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "1000000000001",
        "1e308",
        "1e999",
        "0.5",
        "NaN",
        "\"7\"",
        &huge,
    ] {
        let line = GOOD.replace(
            r#""input_tokens":1"#,
            &format!(r#""input_tokens":{number}"#),
        );
        assert_eq!(between(line.as_bytes()), (0, 1), "{number:.40}");
    }
}

#[test]
fn missing_counts_are_zero_and_the_largest_stay_exact() {
    for (usage, total) in [
        ("{}", 0),
        (r#"{"output_tokens":2}"#, 2),
        (r#"{"input_tokens":null}"#, 0),
        (r#"{"input_tokens":1000000000000}"#, 1_000_000_000_000),
    ] {
        let line = GOOD.replace(r#"{"input_tokens":1,"output_tokens":2}"#, usage);
        let (calls, skipped) = read(|file| writeln!(file, "{line}").unwrap());
        assert_eq!((calls[0].tokens.total(), skipped), (total, 0), "{usage}");
    }
}

#[test]
fn times_from_1970_to_2100_are_read_and_others_counted() {
    for (time, nanos) in [
        ("1970-01-01T00:00:00Z", Some(0)),
        ("2100-01-01T00:00:00Z", Some(4_102_444_800_000_000_000)),
        ("1969-12-31T23:59:59Z", None),
        ("9999-12-31T23:59:59Z", None),
        ("2025-02-30T00:00:00Z", None),
        ("", None),
    ] {
        let line = GOOD.replace("2025-11-03T10:00:00Z", time);
        let (calls, skipped) = read(|file| writeln!(file, "{line}").unwrap());
        let found = calls.first().map(|call| call.at);
        assert_eq!(found, nanos.map(UnixNanos), "{time}");
        assert_eq!(skipped, u64::from(nanos.is_none()), "{time}");
    }
}
