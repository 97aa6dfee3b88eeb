//! Our figures beside another tracker's, over histories of which the truth is known.
//!
//! Where ccusage is right it must agree with us; where it is not, the difference is written down
//! here with its reason and its number, so that a reader who compares the two programs finds out
//! which one to believe, and so that we notice when they change. `cargo xtask rig peers` fetches it
//! from npm and runs this.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic is how a test fails, in its plain functions too"
)]

#[path = "peers/sessions.rs"]
mod sessions;

use aco_e2e::aco::Aco;
use aco_histories::claude::{self, Traps};
use aco_histories::codex::{self, Scene};
use aco_histories::{Manifest, Spent, Totals};
use serde_json::Value;
use std::process::Command;

/// What is compared: both trackers know no more of a cache write than that it was one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tokens {
    input: u64,
    output: u64,
    cache_read: u64,
    cache_write: u64,
}

impl From<Totals> for Tokens {
    fn from(totals: Totals) -> Self {
        let tokens = totals.tokens;
        Self {
            input: tokens.input,
            output: tokens.output,
            cache_read: tokens.cache_read,
            cache_write: tokens.cache_write_5m + tokens.cache_write_1h,
        }
    }
}

/// Tokens and dollars of a whole report.
#[derive(Clone, Copy, Debug)]
struct Answer {
    tokens: Tokens,
    dollars: f64,
}

fn count(totals: &Value, key: &str) -> u64 {
    totals[key]
        .as_u64()
        .unwrap_or_else(|| panic!("no {key}: {totals}"))
}

fn ours(aco: &Aco, manifest: &Manifest) -> Answer {
    let output = aco.cmd(&["report", "--json", "--timezone", "UTC"]);
    assert_eq!(output.code, 0, "{output:?}");
    let report: Value = serde_json::from_str(&output.stdout).unwrap();
    let totals = &report["totals"];
    let tokens = Tokens {
        input: count(totals, "input_tokens"),
        output: count(totals, "output_tokens"),
        cache_read: count(totals, "cache_read_tokens"),
        cache_write: count(totals, "cache_write_5m_tokens")
            + count(totals, "cache_write_1h_tokens"),
    };
    assert_eq!(count(totals, "calls"), manifest.totals().calls);
    assert_eq!(tokens, manifest.totals().into(), "ours is the truth");
    Answer {
        tokens,
        // Nothing where nothing has a price.
        dollars: totals["cost_usd"]
            .as_str()
            .map_or(0.0, |dollars| dollars.parse().unwrap()),
    }
}

/// What ccusage says of the same home.
fn theirs(aco: &Aco, tool: &str, dollars: &str) -> Answer {
    let program = std::env::var_os("ACO_CCUSAGE")
        .expect("ACO_CCUSAGE names ccusage's program; `cargo xtask rig peers` sets it");
    let output = Command::new(program)
        .args([tool, "daily", "--offline", "--json"])
        .env_clear()
        .env("HOME", aco.user_home())
        .env("TZ", "UTC")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let totals = &report["totals"];
    Answer {
        tokens: Tokens {
            input: count(totals, "inputTokens"),
            output: count(totals, "outputTokens"),
            cache_read: count(totals, "cacheReadTokens"),
            cache_write: count(totals, "cacheCreationTokens"),
        },
        dollars: totals[dollars].as_f64().unwrap(),
    }
}

/// A Claude history with these traps, and both answers.
fn claude(traps: Traps) -> (Manifest, Answer, Answer) {
    let aco = Aco::builder().build();
    let shape = claude::Shape {
        traps,
        ..claude::Shape::SMALL
    };
    let manifest = claude::write(&aco.user_home().join(".claude"), &shape).unwrap();
    let (ours, theirs) = (ours(&aco, &manifest), theirs(&aco, "claude", "totalCost"));
    (manifest, ours, theirs)
}

/// A Codex history in which this scene follows a plain thread, and both answers.
fn codex(scene: Scene) -> (Manifest, Answer, Answer) {
    let aco = Aco::builder().build();
    let scenes = [Scene::Plain, Scene::ForkStampedAnew, scene];
    let shape = codex::Shape {
        threads: 3,
        ..codex::Shape::SMALL
    };
    let folder = aco.user_home().join(".codex");
    let manifest = codex::write_scenes(&folder, &shape, &scenes).unwrap();
    let (ours, theirs) = (ours(&aco, &manifest), theirs(&aco, "codex", "costUSD"));
    (manifest, ours, theirs)
}

/// The tokens of the calls that someone else would not see.
fn of(manifest: &Manifest, which: impl Fn(&Spent) -> bool) -> Tokens {
    let mut totals = Totals::default();
    for spent in manifest.calls().filter(|spent| which(spent)) {
        totals.add(&spent.tokens);
    }
    totals.into()
}

/// A hundredth of a cent: theirs are sums of binary fractions.
fn same(one: f64, other: f64) -> bool {
    (one - other).abs() < 0.0001
}

#[test]
#[ignore = "a rig: compares with ccusage, which comes from npm"]
fn peers_agree_on_the_tokens_of_claude_code() {
    let table = [
        ("nothing unusual", Traps::NONE),
        (
            "requests above 200,000 tokens",
            Traps {
                long_context: true,
                ..Traps::NONE
            },
        ),
        (
            "unknown models",
            Traps {
                unknown_models: true,
                ..Traps::NONE
            },
        ),
        (
            "calls without ids",
            Traps {
                without_ids: true,
                ..Traps::NONE
            },
        ),
        (
            "a call's largest copy is not its last",
            Traps {
                shrinking: true,
                ..Traps::NONE
            },
        ),
        (
            "side chains that claim more",
            Traps {
                larger_sidechains: true,
                ..Traps::NONE
            },
        ),
        (
            "broken and unfinished lines",
            Traps {
                damaged: true,
                half_lines: true,
                ..Traps::NONE
            },
        ),
    ];
    for (what, traps) in table {
        let (_, ours, theirs) = claude(traps);
        assert_eq!(ours.tokens, theirs.tokens, "{what}");
        println!(
            "{what}: both {:?}, ${:.4} and ${:.4}",
            ours.tokens, ours.dollars, theirs.dollars
        );
    }
}

#[test]
#[ignore = "a rig: compares with ccusage, which comes from npm"]
fn peers_agree_on_the_price_of_an_ordinary_history() {
    let (_, ours, theirs) = claude(Traps::NONE);
    assert!(same(ours.dollars, theirs.dollars), "{ours:?} {theirs:?}");
}

/// They price what lies above 200,000 tokens of each kind at the higher rate, and only that.
/// Anthropic prices the whole request by it, once its input passes the limit.
#[test]
#[ignore = "a rig: compares with ccusage, which comes from npm"]
fn peers_price_long_requests_too_low() {
    let traps = Traps {
        long_context: true,
        ..Traps::NONE
    };
    let (_, ours, theirs) = claude(traps);
    println!(
        "long requests: ${:.4} and ${:.4}",
        ours.dollars, theirs.dollars
    );
    assert!(ours.dollars > theirs.dollars + 1.0, "{ours:?} {theirs:?}");
}

/// They do not see a line in which a count is `null`. The call was billed all the same.
#[test]
#[ignore = "a rig: compares with ccusage, which comes from npm"]
fn peers_miss_calls_with_nulls() {
    let traps = Traps {
        nulls: true,
        ..Traps::NONE
    };
    let (manifest, ours, theirs) = claude(traps);
    // Only such lines have no tier; of these, theirs misses the ones without input.
    let missed = of(&manifest, |spent| {
        spent.terms.service_tier.is_none() && spent.tokens.input == 0
    });
    println!(
        "nulls: {:?} and {:?}, missed {missed:?}",
        ours.tokens, theirs.tokens
    );
    assert!(missed.output > 0);
    assert_eq!(ours.tokens.output, theirs.tokens.output + missed.output);
    assert_eq!(
        ours.tokens.cache_write,
        theirs.tokens.cache_write + missed.cache_write
    );
}

/// They look for keys as Claude Code writes them today, without spaces.
#[test]
#[ignore = "a rig: compares with ccusage, which comes from npm"]
fn peers_miss_lines_with_spaces() {
    let traps = Traps {
        spaced: true,
        ..Traps::NONE
    };
    let (_, ours, theirs) = claude(traps);
    println!("spaces: {:?} and {:?}", ours.tokens, theirs.tokens);
    assert!(ours.tokens.output > theirs.tokens.output);
}

/// They count what the program itself wrote as if a model had said it.
#[test]
#[ignore = "a rig: compares with ccusage, which comes from npm"]
fn peers_count_synthetic_notices() {
    let traps = Traps {
        synthetic_tokens: true,
        ..Traps::NONE
    };
    let (_, ours, theirs) = claude(traps);
    let (input, output) = (
        theirs.tokens.input - ours.tokens.input,
        theirs.tokens.output - ours.tokens.output,
    );
    println!("synthetic: {input} and {output} more");
    assert!(input == output && input % 1_234_567 == 0 && input > 0);
}

/// Forks were counted more than once for long; since version 20 they are not. Dollars differ by what
/// a cache write costs: they take a quarter more than for input, OpenAI's list nothing extra.
#[test]
#[ignore = "a rig: compares with ccusage, which comes from npm"]
fn peers_agree_on_the_tokens_of_codex() {
    for scene in Scene::ALL {
        if matches!(scene, Scene::RemoteCompaction | Scene::Compressed) {
            continue;
        }
        let (_, ours, theirs) = codex(*scene);
        assert_eq!(ours.tokens, theirs.tokens, "{scene:?}");
        println!(
            "{scene:?}: both {:?}, ${:.4} and ${:.4}",
            ours.tokens, ours.dollars, theirs.dollars
        );
    }
}

/// A compaction by the server is billed, and stands in a `token_usage_record` alone.
#[test]
#[ignore = "a rig: compares with ccusage, which comes from npm"]
fn peers_miss_remote_compactions() {
    let (_, ours, theirs) = codex(Scene::RemoteCompaction);
    println!("compaction: {:?} and {:?}", ours.tokens, theirs.tokens);
    assert!(ours.tokens.output > theirs.tokens.output);
}

/// They do not read `.jsonl.zst`.
#[test]
#[ignore = "a rig: compares with ccusage, which comes from npm"]
fn peers_miss_compressed_threads() {
    let (_, ours, theirs) = codex(Scene::Compressed);
    println!("compressed: {:?} and {:?}", ours.tokens, theirs.tokens);
    assert!(ours.tokens.output > theirs.tokens.output);
}
