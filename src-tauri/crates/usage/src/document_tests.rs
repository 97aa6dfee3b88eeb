use super::*;
use crate::json::{Count, Text};
use aco_domain::{CallIdentity, Terms, TokenCounts, UnixNanos};
use serde::Deserialize;
use std::fs;
use std::path::Path;

/// A file of `{"name":…,"counts":[…]}`, of which each count is a call.
struct Counts;

#[derive(Deserialize)]
struct Shape<'a> {
    #[serde(borrow, default)]
    name: Text<'a>,
    #[serde(default)]
    counts: Vec<Count>,
}

impl Document for Counts {
    fn told<'de, D: Deserializer<'de>>(self, json: D) -> Result<Told, D::Error> {
        let shape = Shape::deserialize(json)?;
        let call = |count: u64| Call {
            identity: CallIdentity {
                call: count.into(),
                message: count.into(),
                sidechain: false,
            },
            at: UnixNanos(1),
            model: shape.name.get().unwrap_or_default().into(),
            provider: None,
            session: "".into(),
            project: "".into(),
            tokens: TokenCounts {
                output: count,
                ..TokenCounts::default()
            },
            terms: Terms::default(),
            recorded_cost: None,
        };
        let counts = shape.counts.iter().filter_map(|count| count.0);
        Ok(Told {
            calls: counts.map(call).collect(),
            ..Told::default()
        })
    }
}

struct WholeFile {
    increments: Vec<Increment>,
}

impl WholeFile {
    fn of(path: &Path) -> Self {
        let markers = Markers::new(&["counts"], &[]);
        let file = crate::listing::found(path.to_owned(), &fs::metadata(path).unwrap());
        let mut buffer = Buffer::default();
        let opened = open(&file, None, &markers, &mut buffer, Counts).unwrap();
        let Opened::Reading(mut reading) = opened else {
            panic!("a new file is read");
        };
        let mut increments = Vec::new();
        while increments.last().is_none_or(|last: &Increment| last.more) {
            increments.push(reading.step().unwrap());
        }
        Self { increments }
    }

    fn counts(&self) -> Vec<u64> {
        let calls = self.increments.iter().flat_map(|step| &step.calls);
        calls.map(|call| call.tokens.output).collect()
    }

    fn last(&self) -> &Checkpoint {
        &self.increments.last().unwrap().checkpoint
    }
}

fn of(contents: &[u8]) -> WholeFile {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f.json");
    fs::write(&path, contents).unwrap();
    WholeFile::of(&path)
}

#[test]
fn many_calls_come_in_bounded_steps_that_can_be_repeated() {
    let counts: Vec<u64> = (1..=5_000).collect();
    let text = format!(r#"{{"name":"n","counts":{counts:?}}}"#);
    let read = of(text.as_bytes());
    let steps: Vec<_> = read
        .increments
        .iter()
        .map(|step| step.calls.len())
        .collect();
    assert_eq!(steps, [2_000, 2_000, 1_000]);
    assert_eq!(read.counts(), counts);
    for step in &read.increments[..2] {
        assert_eq!(
            (step.checkpoint.size, step.checkpoint.modified),
            (0, MIDDLE)
        );
    }
    assert_eq!(read.last().size, text.len() as u64);
}

#[test]
fn long_strings_are_emptied_wherever_a_piece_ends() {
    let long = "x\\\"".repeat(100_000);
    for ahead in [0, 1, PIECE - 30, PIECE - 5, PIECE - 1] {
        let pad = "y".repeat(ahead % 4_000);
        let more = " ".repeat(ahead - ahead % 4_000);
        let text = format!(r#"{{"a":"{pad}",{more}"b":"{long}","name":"n","counts":[7]}}"#);
        let read = of(text.as_bytes());
        assert_eq!(read.counts(), [7], "{ahead}");
        assert_eq!(&*read.increments[0].calls[0].model, "n");
    }
    let text = format!(r#"{{"name":"{long}","counts":[7]}}"#);
    assert_eq!(&*of(text.as_bytes()).increments[0].calls[0].model, "");
}

#[test]
fn a_file_that_ends_too_soon_waits_and_one_that_is_none_is_counted() {
    let whole = br#"{"name":"n","counts":[7]}"#;
    for length in 0..whole.len() {
        let read = of(&whole[..length]);
        assert_eq!(
            (read.counts().len(), read.last().skipped_lines),
            (0, 0),
            "{length}"
        );
    }
    let skipped = |text: &[u8]| of(text).last().skipped_lines;
    assert_eq!(skipped(br#"{"name":"n","counts":[7]}x"#), 1);
    assert_eq!(
        skipped(br#"{"name":"n",,"counts":[7]}"#),
        1,
        "behind the damage"
    );
    assert_eq!(skipped(br#"{"name":"n",,"text":"counts: \"counts\""}"#), 0);
    assert_eq!(skipped(b"\0\0\0\0"), 0);
    assert_eq!(
        skipped(&[b"{\"counts\":", "[".repeat(200_000).as_bytes()].concat()),
        1
    );
}

#[test]
fn a_file_that_was_written_since_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f.json");
    let markers = Markers::new(&["counts"], &[]);
    fs::write(&path, r#"{"counts":[7]}"#).unwrap();
    let checkpoint = WholeFile::of(&path).last().clone();
    let known = Some(&checkpoint);
    let mut listed = crate::listing::found(path.clone(), &fs::metadata(&path).unwrap());
    assert!(matches!(
        open(&listed, known, &markers, &mut Buffer::default(), Counts).unwrap(),
        Opened::Unchanged
    ));
    listed.modified.0 += 1;
    assert!(matches!(
        open(&listed, known, &markers, &mut Buffer::default(), Counts).unwrap(),
        Opened::Reading(_)
    ));
    fs::remove_file(&path).unwrap();
    assert!(matches!(
        open(&listed, known, &markers, &mut Buffer::default(), Counts).unwrap(),
        Opened::Gone
    ));
}
