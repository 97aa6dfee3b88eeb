use super::*;
use crate::manifest::Totals;
use aco_domain::TokenCounts;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;

fn small(traps: Traps) -> Shape {
    Shape {
        traps,
        ..Shape::SMALL
    }
}

fn files(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.clone(), fs::read_to_string(path).unwrap());
            }
        }
    }
    found
}

fn all(files: &BTreeMap<PathBuf, String>) -> String {
    files.values().map(String::as_str).collect()
}

fn count(usage: &Value, key: &str) -> u64 {
    usage[key].as_u64().unwrap_or_default()
}

/// Counts an ordinary history the plain way: no traps, so the largest copy of each id is the call.
fn counted(files: &BTreeMap<PathBuf, String>) -> Totals {
    let mut calls: BTreeMap<String, TokenCounts> = BTreeMap::new();
    for line in files.values().flat_map(|text| text.lines()) {
        let line: Value = serde_json::from_str(line).unwrap();
        let (message, usage) = (&line["message"], &line["message"]["usage"]);
        if line["type"] != "assistant" || message["model"] == "<synthetic>" {
            continue;
        }
        let written = count(usage, "cache_creation_input_tokens");
        let hour = count(&usage["cache_creation"], "ephemeral_1h_input_tokens");
        let tokens = TokenCounts {
            input: count(usage, "input_tokens"),
            output: count(usage, "output_tokens"),
            cache_read: count(usage, "cache_read_input_tokens"),
            cache_write_5m: written - hour,
            cache_write_1h: hour,
            reasoning: 0,
        };
        let best = calls
            .entry(message["id"].as_str().unwrap().to_owned())
            .or_default();
        if best.total() < tokens.total() {
            *best = tokens;
        }
    }
    let mut totals = Totals::default();
    calls.values().for_each(|tokens| totals.add(tokens));
    totals
}

#[test]
fn one_seed_is_one_history() {
    let (one, two, other) = (
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
    );
    let a = write(one.path(), &Shape::SMALL).unwrap();
    let b = write(two.path(), &Shape::SMALL).unwrap();
    let seed = Shape {
        seed: 77,
        ..Shape::SMALL
    };
    write(other.path(), &seed).unwrap();
    assert_eq!(a.to_json().unwrap(), b.to_json().unwrap());
    assert_eq!(all(&files(one.path())), all(&files(two.path())));
    assert_ne!(all(&files(one.path())), all(&files(other.path())));
}

#[test]
fn what_is_written_is_as_large_as_asked() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = write(folder.path(), &Shape::SMALL).unwrap();
    let files = files(folder.path());
    let text = all(&files);
    let written = manifest.written;
    assert_eq!(written.files, u64::from(Shape::SMALL.files));
    assert_eq!(written.files, files.len() as u64);
    assert_eq!(written.bytes, text.len() as u64);
    let lines: usize = files.values().map(|text| text.lines().count()).sum();
    assert_eq!(written.lines, lines as u64);
    assert_eq!(manifest.totals().calls, u64::from(Shape::SMALL.calls));
    let off = written.bytes.abs_diff(Shape::SMALL.bytes);
    assert!(off * 10 < Shape::SMALL.bytes, "{off} bytes off");
}

#[test]
fn an_ordinary_history_holds_what_its_manifest_says() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = write(folder.path(), &small(Traps::NONE)).unwrap();
    assert_eq!(counted(&files(folder.path())), manifest.totals());
    assert_eq!(manifest.skipped_lines, 0);
}

#[test]
fn a_live_history_holds_what_its_manifest_says() {
    let folder = tempfile::tempdir().unwrap();
    let mut live = Live::new(folder.path(), 3);
    for n in 0..20 {
        live.ask(
            n % 3,
            "how many?",
            later(Shape::SMALL.since, n as u64 * 60_000),
        )
        .unwrap();
    }
    let files = files(folder.path());
    assert_eq!(files.len(), 3);
    assert_eq!(counted(&files), live.manifest().totals());
    assert_eq!(all(&files).matches("how many?").count(), 20);
    assert_eq!(live.manifest().written.bytes, all(&files).len() as u64);
}

#[test]
fn every_trap_is_in_the_small_history() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = write(folder.path(), &Shape::SMALL).unwrap();
    let files = files(folder.path());
    let text = all(&files);
    for sign in [
        r#""isSidechain":true"#,
        r#""isSidechain": true"#,
        r#""cache_read_input_tokens":null"#,
        r#""cache_creation":null"#,
        r#""model":"<synthetic>""#,
        r#""input_tokens":1234567"#,
        r#""costUSD":"#,
        r#""model":"aurora-9-preview""#,
        r#"\"usage\":{"#,
        r#"{"usage":{"#,
        r#""toolUseResult":{"status""#,
        "subagents",
    ] {
        let named = files
            .keys()
            .any(|path| path.to_string_lossy().contains(sign));
        assert!(text.contains(sign) || named, "no {sign}");
    }
    let broken = files.values().flat_map(|text| text.split_inclusive('\n'));
    let broken = broken.filter(|line| {
        line.ends_with('\n')
            && line.contains("usage")
            && serde_json::from_str::<Value>(line).is_err()
    });
    assert_eq!(broken.count() as u64, manifest.skipped_lines);
    assert!(manifest.skipped_lines > 0);
    assert!(files.values().any(|text| !text.ends_with('\n')));
    let long = |spent: &crate::Spent| spent.tokens.total() - spent.tokens.output > 200_000;
    assert!(manifest.calls().any(long));
}

#[test]
fn shares_differ_and_add_up() {
    for shape in [Shape::SMALL, Shape::BENCH, Shape::LARGE_FILES] {
        for files in [1, 2, 7, shape.files] {
            let shape = Shape { files, ..shape };
            let shares = (0..files).map(|number| calls_of(&shape, number));
            assert_eq!(shares.sum::<u32>(), shape.calls);
        }
        assert!(calls_of(&shape, 2) > calls_of(&shape, 3));
    }
}
