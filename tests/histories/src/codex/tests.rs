use super::*;
use crate::manifest::Totals;
use aco_domain::TokenCounts;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push((path.clone(), fs::read(path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

fn rows(file: &[u8]) -> Vec<Value> {
    std::str::from_utf8(file)
        .unwrap()
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect()
}

fn shape(threads: u32) -> Shape {
    Shape {
        threads,
        ..Shape::SMALL
    }
}

fn tokens(usage: &Value) -> TokenCounts {
    let count = |key: &str| usage[key].as_u64().unwrap();
    let (cached, written) = (
        count("cached_input_tokens"),
        count("cache_write_input_tokens"),
    );
    TokenCounts {
        input: count("input_tokens") - cached - written,
        output: count("output_tokens"),
        cache_read: cached,
        cache_write_5m: written,
        cache_write_1h: 0,
        reasoning: count("reasoning_output_tokens"),
    }
}

#[test]
fn one_seed_is_one_history() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let a = write(one.path(), &Shape::SMALL).unwrap();
    let b = write(two.path(), &Shape::SMALL).unwrap();
    assert_eq!(a.to_json().unwrap(), b.to_json().unwrap());
    let contents = |folder: &Path| files(folder).into_iter().map(|file| file.1);
    assert!(contents(one.path()).eq(contents(two.path())));
    assert_eq!(a.written.files, files(one.path()).len() as u64);
}

#[test]
fn a_plain_thread_holds_what_its_manifest_says() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = write_scenes(folder.path(), &shape(1), &[Scene::Plain]).unwrap();
    let (_, file) = files(folder.path()).remove(0);
    let mut totals = Totals::default();
    let mut before = Value::Null;
    for row in rows(&file) {
        let info = &row["payload"]["info"];
        if row["payload"]["type"] == "token_count" && !info.is_null() {
            if info["total_token_usage"] != before {
                totals.add(&tokens(&info["last_token_usage"]));
            }
            before = info["total_token_usage"].clone();
        }
    }
    assert_eq!(totals, manifest.totals());
    assert_eq!(totals.calls, u64::from(Shape::SMALL.calls));
    let last = before["total_tokens"].as_u64().unwrap();
    assert_eq!(totals.tokens.total(), last, "the thread's own sum agrees");
}

#[test]
fn records_hold_what_their_manifest_says() {
    let folder = tempfile::tempdir().unwrap();
    let scene = [Scene::RemoteCompaction];
    let manifest = write_scenes(folder.path(), &shape(1), &scene).unwrap();
    let (_, file) = files(folder.path()).remove(0);
    let (mut totals, mut seen) = (Totals::default(), BTreeSet::new());
    for row in rows(&file) {
        let payload = &row["payload"];
        let response = payload["response_id"].as_str().unwrap_or_default();
        if row["type"] == "token_usage_record" && seen.insert(response.to_owned()) {
            totals.add(&tokens(&payload["usage"]));
        }
    }
    assert_eq!(totals, manifest.totals());
    assert_eq!(
        totals.calls,
        u64::from(Shape::SMALL.calls) + 1,
        "a compaction is billed"
    );
}

#[test]
fn a_fork_begins_with_its_parents_rows() {
    for (scene, restamped) in [
        (Scene::ForkStampedAnew, true),
        (Scene::ForkWithOldTimes, false),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let manifest = write_scenes(folder.path(), &shape(2), &[Scene::Plain, scene]).unwrap();
        let files: Vec<_> = files(folder.path())
            .iter()
            .map(|file| rows(&file.1))
            .collect();
        let forked = |rows: &&Vec<Value>| rows[0]["payload"]["forked_from_id"].is_string();
        let fork = files.iter().find(forked).unwrap();
        let parent = files.iter().find(|rows| !forked(rows)).unwrap();
        assert_eq!(fork[1]["payload"], parent[0]["payload"]);
        assert_eq!(fork[5]["payload"], parent[4]["payload"]);
        assert_eq!(fork[5]["timestamp"] != parent[4]["timestamp"], restamped);
        assert_eq!(manifest.totals().calls, 2 * u64::from(Shape::SMALL.calls));
    }
}

#[test]
fn every_scene_leaves_its_sign() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = write(folder.path(), &Shape::SMALL).unwrap();
    let files = files(folder.path());
    let text: String = files
        .iter()
        .map(|(_, bytes)| String::from_utf8_lossy(bytes))
        .collect();
    for sign in [
        r#""forked_from_id":"#,
        r#""thread_spawn":"#,
        r#""history_base":"#,
        r#""subagent_history_start_ordinal":"#,
        r#""latest_token_usage_record":"#,
        r#""info":null"#,
        r#"\"token_count\""#,
        r#""total_tokens":272000}"#,
    ] {
        assert!(text.contains(sign), "no {sign}");
    }
    for name in ["_2.jsonl", ".jsonl.zst", "archived_sessions"] {
        let named = |path: &PathBuf| path.to_string_lossy().contains(name);
        assert!(files.iter().any(|(path, _)| named(path)), "no {name}");
    }
    assert!(manifest.skipped_lines > 0);
    // Two compactions are billed; everything else is the calls that were asked for.
    let calls = u64::from(Shape::SMALL.threads * Shape::SMALL.calls) + 2;
    assert_eq!(manifest.totals().calls, calls);
    assert_eq!(Shape::SMALL.threads as usize, 2 * Scene::ALL.len());
}
