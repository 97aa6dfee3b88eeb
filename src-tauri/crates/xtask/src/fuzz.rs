//! `cargo xtask rig fuzz`: mutated files for every reader, for a bounded time.
//!
//! libFuzzer without cargo-fuzz, which wants a nightly compiler: coverage comes from a pass of LLVM
//! that the pinned one has too.

use crate::place::Place;
use crate::process::{Failure, output, run, step};
use std::fs;
use std::path::{Path, PathBuf};

/// Each target, and the folder of fixtures it begins with.
const TARGETS: &[(&str, &str)] = &[
    ("claude_code", "claude-code"),
    ("codex", "codex"),
    ("copilot_cli", "copilot-cli"),
    ("copilot_cli_events", "copilot-cli"),
    ("gemini_cli", "gemini-cli"),
    ("gemini_cli_object", "gemini-cli"),
    ("qwen_code", "qwen-code"),
    ("amp", "amp"),
    ("droid", "droid"),
    ("kimi", "kimi"),
    ("cursor_export", "cursor"),
    ("goose_lines", "goose"),
    ("opencode_message", "opencode"),
    ("opencode_step", "opencode"),
];

/// What makes a program tell libFuzzer where it has been.
const COVERAGE: &str = "-Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares \
    -Ccodegen-units=1 -Cdebug-assertions -Coverflow-checks --cfg fuzzing";

/// Runs every target for a minute.
///
/// # Errors
/// When an input makes one fail; libFuzzer says where it has put that.
pub(crate) fn all(place: &Place) -> Result<(), Failure> {
    let usage = place.root.join("src-tauri/crates/usage");
    let kept = place.checks_target.join("fuzz");
    let host = host(place)?;
    step("build the fuzz targets", || {
        let mut build = place.cargo(&["build", "--release", "--locked", "--bins"]);
        // For a target that is named, build scripts and macros stay as they are.
        build.args(["--target", &host]);
        run(build
            .current_dir(usage.join("fuzz"))
            .env("CARGO_TARGET_DIR", &kept)
            .env("RUSTFLAGS", COVERAGE))
    })?;
    for (target, tool) in TARGETS {
        let corpus = made(&kept.join("corpus").join(target))?;
        let artifacts = made(&kept.join("artifacts").join(target))?;
        let program = kept.join(&host).join("release").join(target);
        step(&format!("fuzz {target}"), || {
            run(place
                .command(&program)
                .args(["-max_total_time=60", "-rss_limit_mb=512", "-timeout=10"])
                .args(["-max_len=65536", "-print_final_stats=1", "-verbosity=0"])
                .arg(format!("-artifact_prefix={artifacts}/"))
                .arg(&corpus)
                .arg(seeds(&usage, tool)))
        })?;
    }
    Ok(())
}

/// What a target begins with: the golden fixtures, or where those are no files some of its own.
fn seeds(usage: &Path, tool: &str) -> PathBuf {
    let own = usage.join("fuzz/seeds").join(tool);
    match own.is_dir() {
        true => own,
        false => usage.join("tests/fixtures").join(tool),
    }
}

/// The platform this compiler builds for when it is not told.
fn host(place: &Place) -> Result<String, Failure> {
    let version = output(place.command("rustc").arg("-vV"))?;
    version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .map(str::to_owned)
        .ok_or_else(|| Failure::new("`rustc -vV` names no host"))
}

fn made(folder: &Path) -> Result<String, Failure> {
    fs::create_dir_all(folder)
        .map_err(|error| Failure::new(format!("cannot make {}: {error}", folder.display())))?;
    Ok(folder.display().to_string())
}
