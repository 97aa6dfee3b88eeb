//! What every target asks of a reader, whatever the bytes: no panic, bounded numbers, and the same
//! calls when the file is found half written first. No format may enter.

use aco_domain::{Call, Checkpoint};
use aco_usage::imports::cursor::Export;
use aco_usage::{Buffer, Opened, Platform, Source, Surroundings};
use serde::de::IgnoredAny;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// More than any call can have in one of its counts.
const MOST_TOKENS: u64 = 1_000_000_000_000;

/// Lets `tool` read a file of these bytes at `path` in its own folder.
///
/// # Panics
/// When it does not keep what this crate asks.
pub fn hold(tool: &'static str, path: &str, bytes: &[u8]) {
    hold_beside(tool, &[], path, bytes);
}

/// The same where other files lie there already, which tell what is in this one.
///
/// # Panics
/// As [`hold`].
pub fn hold_beside(tool: &'static str, others: &[(&str, &[u8])], path: &str, bytes: &[u8]) {
    static SOURCE: OnceLock<Box<dyn Source>> = OnceLock::new();
    static HOME: OnceLock<tempfile::TempDir> = OnceLock::new();
    let source = SOURCE.get_or_init(|| {
        let sources = aco_usage::all().into_iter();
        sources
            .chain(aco_usage_sqlite::all())
            .find(|source| source.tool() == tool)
            .unwrap_or_else(|| panic!("{tool} is no source"))
    });
    let home = HOME
        .get_or_init(|| tempfile::tempdir().expect("a folder for files"))
        .path();
    let named = |path: &str| {
        let path = home.join(path);
        fs::create_dir_all(path.parent().expect("a folder above")).expect("a folder");
        path
    };
    for (other, contents) in others {
        let other = named(other);
        if !other.exists() {
            fs::write(other, contents).expect("a file");
        }
    }
    let path = named(path);

    let whole = read(&**source, home, &path, &[bytes]);
    // The cut lies anywhere, and is the same for the same bytes.
    let sum = bytes.iter().fold(bytes.len(), |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(usize::from(*byte))
    });
    let cut = sum % (bytes.len() + 1);
    let is_cut = match path
        .extension()
        .is_some_and(|extension| extension == "json")
    {
        // A whole object at a file's end is taken at once too.
        true => serde_json::from_slice::<IgnoredAny>(&bytes[..cut]).is_err(),
        false => is_cut_by_a_tool(bytes, cut),
    };
    if is_cut {
        let split = read(&**source, home, &path, &[&bytes[..cut], bytes]);
        assert_eq!(split, whole, "cut at {cut}");
    }
}

/// Lets an export of Cursor's of these bytes be read, twice.
///
/// # Panics
/// When it does not keep what this crate asks.
pub fn hold_export(bytes: &[u8]) {
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| tempfile::tempdir().expect("a folder for files"));
    let path = folder.path().join("usage.csv");
    fs::write(&path, bytes).expect("a file");
    let read = || {
        let mut export = Export::open(&path).ok()?;
        let mut calls = BTreeMap::new();
        while let Some(step) = export.step().expect("a file that can be read") {
            for call in step {
                assert!(
                    !calls.contains_key(&call.identity.call),
                    "two events are one"
                );
                take(&mut calls, call);
            }
        }
        let tally = export.tally();
        let counted = tally.skipped + tally.without_tokens + calls.len() as u64;
        assert_eq!(counted, tally.rows, "{tally:?}");
        Some((calls, tally))
    };
    assert_eq!(read(), read());
}

/// Whether a line can be half written there. Complete JSON at a file's end is taken at once: what
/// makes the line something else afterwards is no tool's writing.
fn is_cut_by_a_tool(bytes: &[u8], cut: usize) -> bool {
    let (before, after) = bytes.split_at(cut);
    let begun = before
        .rsplit(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    let rest = after
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    serde_json::from_slice::<IgnoredAny>(begun).is_err() || rest.is_empty()
}

type Found = (BTreeMap<u128, Call>, u64);

/// The calls that count and the skipped lines, after the file was each of `contents` in turn.
fn read(source: &dyn Source, home: &Path, path: &PathBuf, contents: &[&[u8]]) -> Found {
    // A new file: that of the last run has no part in this one.
    let _ = fs::remove_file(path);
    let roots = source.roots(&Surroundings {
        variable: &|name| match name {
            "CLAUDE_CONFIG_DIR" | "CODEX_HOME" => Some(home.into()),
            _ => None,
        },
        home: Some(home),
        platform: Platform::Linux,
    });
    let mut calls: BTreeMap<u128, Call> = BTreeMap::new();
    let mut checkpoint: Option<Checkpoint> = None;
    let mut buffer = Buffer::default();
    for contents in contents {
        fs::write(path, contents).expect("a file");
        for mut file in source.list(&roots).files {
            // Two writes within a tick of the file system's clock look like none.
            file.modified.0 += u64::from(checkpoint.is_some());
            let opened = source.open(&file, checkpoint.as_ref(), &mut buffer);
            let Opened::Reading(mut reading) = opened.expect("a file that can be opened") else {
                continue;
            };
            loop {
                let increment = reading.step().expect("a file that can be read");
                for call in increment.calls {
                    take(&mut calls, call);
                }
                checkpoint = Some(increment.checkpoint);
                if !increment.more {
                    break;
                }
            }
        }
    }
    let checkpoint = checkpoint.expect("the file was found");
    assert!(checkpoint.offset <= checkpoint.size, "{checkpoint:?}");
    (calls, checkpoint.skipped_lines)
}

/// Keeps the copy that counts, by the ledger's rule for one file.
fn take(calls: &mut BTreeMap<u128, Call>, call: Call) {
    let tokens = call.tokens;
    for count in [
        tokens.input,
        tokens.output,
        tokens.cache_read,
        tokens.cache_write_5m,
        tokens.cache_write_1h,
        tokens.reasoning,
    ] {
        assert!(count <= MOST_TOKENS, "{tokens:?}");
    }
    let rank = |call: &Call| {
        (
            !call.identity.sidechain,
            call.tokens.total(),
            Reverse(call.at),
        )
    };
    let known = calls
        .entry(call.identity.call)
        .or_insert_with(|| call.clone());
    if rank(&call) > rank(known) {
        *known = call;
    }
}
