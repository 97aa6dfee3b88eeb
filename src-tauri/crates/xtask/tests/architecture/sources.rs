//! What a source file may hold: a readable length, a purpose, no hidden clock or environment.

use crate::none;
use crate::workspace::{Source, rust_files};

/// Longer than this, nobody reads a file in one sitting.
const MOST_LINES: usize = 500;

/// Calls that make a function's result depend on when and where it is called.
const AMBIENT: &[&str] = &[
    "Instant::now(",
    "SystemTime::now(",
    "Timestamp::now(",
    "Zoned::now(",
    "env::var(",
    "env::var_os(",
    "env::vars(",
    "env::vars_os(",
    "env::args(",
    "env::args_os(",
    "env::current_dir(",
    "env::current_exe(",
    "env::temp_dir(",
    "env::home_dir(",
];

/// Where a library may speak to one kind of operating system: one module a crate, so that a new
/// platform is a known list of places.
const PLATFORM_MODULES: &[&str] = &[
    "src-tauri/crates/home/src/platform/",
    "src-tauri/crates/ipc/src/transport/",
    "src-tauri/crates/ledger/src/platform.rs",
    "src-tauri/crates/sources/src/platform/",
    "src-tauri/crates/spool/src/platform.rs",
    "src-tauri/crates/telemetry/src/dispatch/file.rs",
    "src-tauri/crates/usage/src/platform.rs",
    "src-tauri/src/platform/",
];

/// Where a library may call one of [`AMBIENT`] all the same.
struct Exception {
    path: &'static str,
    call: &'static str,
    why: &'static str,
}

const EXCEPTIONS: &[Exception] = &[
    Exception {
        path: "src-tauri/crates/spool/src/sync.rs",
        call: "Instant::now(",
        why: "when its own thread is next due; no record's time comes from it",
    },
    Exception {
        path: "src-tauri/crates/agent/src/emit.rs",
        call: "Instant::now(",
        why: "the pace of test records; whoever calls it waits for it",
    },
];

/// Programs read clock and environment, once, and hand them on. Tests and tools are programs.
fn is_library(path: &str) -> bool {
    let programs = [
        "src-tauri/src/main.rs",
        "src-tauri/crates/cli/",
        "src-tauri/crates/xtask/",
        "tests/",
    ];
    let is_program =
        programs.iter().any(|program| path.starts_with(program)) || path.ends_with("/build.rs");
    !is_program && !path.contains("/tests/") && !is_test_module(path)
}

/// `tests.rs`, or `spool_tests.rs` beside `spool.rs`.
fn is_test_module(path: &str) -> bool {
    path.ends_with("tests.rs")
}

/// The lines that are shipped, with their numbers: a file's own test module is its end.
fn shipped(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines: Vec<&str> = text.lines().collect();
    let end = lines
        .windows(2)
        .position(|pair| {
            pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod ") && pair[1].ends_with('{')
        })
        .unwrap_or(lines.len());
    (1..).zip(lines).take(end)
}

fn ambient_calls(files: &[Source], exceptions: &[Exception]) -> Vec<String> {
    let mut violations = Vec::new();
    let mut used = vec![false; exceptions.len()];
    for file in files.iter().filter(|file| is_library(&file.path)) {
        // tokio's own clock is handed in: a test pauses and moves it.
        let tokios = file
            .text
            .lines()
            .any(|line| line.starts_with("use tokio::time::") && line.contains("Instant"));
        for (number, line) in shipped(&file.text) {
            if line.trim_start().starts_with("//") {
                continue;
            }
            for call in AMBIENT.iter().filter(|call| line.contains(**call)) {
                if tokios && *call == "Instant::now(" {
                    continue;
                }
                let exception = exceptions
                    .iter()
                    .position(|known| known.path == file.path && *call == known.call);
                match exception {
                    Some(known) => used[known] = true,
                    None => violations.push(format!(
                        "{}:{number}: `{call}…)` in a library: take a Clock or an Environment",
                        file.path
                    )),
                }
            }
        }
    }
    for (Exception { path, call, why }, _) in
        exceptions.iter().zip(&used).filter(|(_, used)| !**used)
    {
        violations.push(format!(
            "{path} no longer calls `{call}…)`: drop the exception ({why})"
        ));
    }
    violations
}

fn platform_calls(files: &[Source], modules: &[&str]) -> Vec<String> {
    files
        .iter()
        .filter(|file| is_library(&file.path))
        .filter(|file| !modules.iter().any(|module| file.path.starts_with(module)))
        .flat_map(|file| {
            shipped(&file.text)
                .filter(|(_, line)| line.contains("std::os::"))
                .map(|(number, _)| {
                    format!(
                        "{}:{number}: `std::os` outside a platform module",
                        file.path
                    )
                })
        })
        .collect()
}

fn long_files(files: &[Source]) -> Vec<String> {
    files
        .iter()
        .map(|file| (file, file.text.lines().count()))
        .filter(|(_, lines)| *lines > MOST_LINES)
        .map(|(file, lines)| {
            format!(
                "{}: {lines} lines, more than {MOST_LINES}: split it by concern",
                file.path
            )
        })
        .collect()
}

fn without_purpose(files: &[Source]) -> Vec<String> {
    files
        .iter()
        // The purpose of a test module is the module it tests.
        .filter(|file| !is_test_module(&file.path) && !file.text.starts_with("//! "))
        .map(|file| format!("{}: does not open with `//!` and why it exists", file.path))
        .collect()
}

#[test]
fn libraries_are_handed_their_clock_and_environment() {
    none(&ambient_calls(&rust_files(), EXCEPTIONS));
}

#[test]
fn platforms_differ_in_few_places() {
    none(&platform_calls(&rust_files(), PLATFORM_MODULES));
}

#[test]
fn files_are_short_enough_to_read() {
    none(&long_files(&rust_files()));
}

#[test]
fn files_open_with_their_purpose() {
    none(&without_purpose(&rust_files()));
}

fn file(path: &str, text: &str) -> Vec<Source> {
    vec![Source {
        path: path.to_owned(),
        text: text.to_owned(),
    }]
}

#[test]
fn a_hidden_clock_is_found() {
    let text = "//! Why.\n// Instant::now() in a comment\nfn f() { std::time::Instant::now(); }\n\
                #[cfg(test)]\nmod tests {\n    fn g() { Instant::now(); }\n}\n";
    let library = file("src-tauri/crates/spool/src/a.rs", text);
    let found = ambient_calls(&library, &[]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("src-tauri/crates/spool/src/a.rs:3: `Instant::now("));

    for path in [
        "src-tauri/crates/cli/src/main.rs",
        "src-tauri/crates/spool/src/a/tests.rs",
        "src-tauri/crates/spool/tests/model.rs",
        "tests/e2e/src/wait.rs",
    ] {
        none(&ambient_calls(&file(path, text), &[]));
    }
}

#[test]
fn code_below_the_declaration_of_a_test_file_is_shipped() {
    let text = "#[cfg(test)]\nmod tests;\nfn f() { env::var(\"HOME\"); }\n";
    let found = ambient_calls(&file("src-tauri/crates/home/src/a.rs", text), &[]);
    assert_eq!(found.len(), 1, "{found:?}");
}

#[test]
fn tokios_clock_is_no_hidden_one() {
    let path = "src-tauri/crates/agent/src/a.rs";
    let text = "use tokio::time::{Instant, sleep_until};\nfn f() { Instant::now(); }\n";
    none(&ambient_calls(&file(path, text), &[]));
    let wall = text.replace("Instant::now()", "SystemTime::now()");
    assert_eq!(ambient_calls(&file(path, &wall), &[]).len(), 1);
}

#[test]
fn an_exception_holds_for_its_place_and_only_while_needed() {
    let path = "src-tauri/crates/spool/src/a.rs";
    let exception = || {
        [Exception {
            path,
            call: "Instant::now(",
            why: "because",
        }]
    };
    let call = "fn f() { Instant::now(); }";
    none(&ambient_calls(&file(path, call), &exception()));
    let elsewhere = ambient_calls(&file("src-tauri/crates/spool/src/b.rs", call), &exception());
    assert_eq!(
        elsewhere.len(),
        2,
        "the call, and the exception unused: {elsewhere:?}"
    );
}

#[test]
fn a_platform_outside_its_module_is_found() {
    let text = "//! Why.\nuse std::os::unix::fs::MetadataExt;\n";
    let files = file("src-tauri/crates/spool/src/a/unix.rs", text);
    none(&platform_calls(&files, &["src-tauri/crates/spool/src/a/"]));
    assert_eq!(platform_calls(&files, &[]).len(), 1);
}

#[test]
fn a_long_file_is_found() {
    let short = file("a.rs", &"\n".repeat(MOST_LINES));
    let long = file("a.rs", &"\n".repeat(MOST_LINES + 1));
    none(&long_files(&short));
    assert_eq!(long_files(&long).len(), 1);
}

#[test]
fn a_file_without_purpose_is_found() {
    none(&without_purpose(&file("a.rs", "//! Why.\nfn f() {}\n")));
    assert_eq!(without_purpose(&file("a.rs", "use std::fs;\n")).len(), 1);
}
