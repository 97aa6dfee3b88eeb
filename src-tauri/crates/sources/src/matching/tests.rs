//! Process tables of three systems, on whichever system the tests run. The shapes are those the
//! tools really have; the processes are made up. Every tool of the catalogue is there on each
//! system it has patterns for, and beside it what looks like it and is not.

use super::*;
use crate::catalogue::Catalogue;
use std::collections::BTreeSet;

mod linux;
mod macos;
mod windows;

/// What a row's process is.
#[derive(Clone, Copy, Debug)]
enum Expect {
    /// This tool.
    Is(&'static str),
    /// A part of this application, and not a second tool.
    Part(&'static str),
    /// Not this tool and no other, though it looks like it.
    Like(&'static str),
    /// Nothing.
    None,
}

/// What it is, its name, its executable ("" where the system does not tell), its arguments after
/// the program.
type Row = (Expect, &'static str, &'static str, &'static [&'static str]);

const TABLES: [(Os, &[Row]); 3] = [
    (Os::Linux, linux::ROWS),
    (Os::MacOs, macos::ROWS),
    (Os::Windows, windows::ROWS),
];

/// Arguments as the system gives them. Where a first one is "\0", the process has overwritten even
/// the program's name with the second.
fn args(rest: &[&str]) -> Vec<OsString> {
    let all: Vec<&str> = match rest {
        ["\0", title @ ..] => title.to_vec(),
        _ => std::iter::once("program")
            .chain(rest.iter().copied())
            .collect(),
    };
    all.into_iter().map(OsString::from).collect()
}

fn judge<'c>(catalogue: &'c Catalogue, name: &str, exe: &str, rest: &[&str]) -> Verdict<'c> {
    let args = args(rest);
    catalogue.judge(&ProcessView {
        name: OsStr::new(name),
        exe: (!exe.is_empty()).then(|| Path::new(exe)),
        args: &args,
    })
}

#[test]
fn three_systems_processes_are_what_they_are() {
    for (os, rows) in TABLES {
        let catalogue = Catalogue::embedded(os).unwrap();
        for (expected, name, exe, rest) in rows {
            let nature = judge(&catalogue, name, exe, rest).nature;
            let right = match (expected, nature) {
                (Expect::Is(id), Nature::Tool(tool)) => tool.id.as_str() == *id,
                (Expect::Part(id), Nature::PartOf(tool)) => tool.id.as_str() == *id,
                (Expect::Like(id), Nature::PartOf(tool)) => tool.id.as_str() != *id,
                (Expect::Like(_) | Expect::None, nature) => {
                    matches!(nature, Nature::Other | Nature::Shell)
                }
                _ => false,
            };
            assert!(
                right,
                "{os:?}: {name} {exe} {rest:?} is {nature:?}, not {expected:?}"
            );
        }
    }
}

#[test]
fn every_tool_has_a_process_and_a_look_alike_on_each_system_it_claims() {
    for (os, rows) in TABLES {
        let catalogue = Catalogue::embedded(os).unwrap();
        let is = |row: &Row| match row.0 {
            Expect::Is(id) => Some(id),
            _ => None,
        };
        let like = |row: &Row| match row.0 {
            Expect::Like(id) => Some(id),
            _ => None,
        };
        let ids: BTreeSet<_> = rows.iter().filter_map(is).collect();
        let likes: BTreeSet<_> = rows.iter().filter_map(like).collect();
        let claimed: BTreeSet<&str> = catalogue
            .tools()
            .map(|tool| tool.id.as_str())
            .filter(|id| catalogue.recognises(id))
            .collect();
        assert_eq!(claimed, ids, "{os:?}: tools with a process");
        assert_eq!(claimed, likes, "{os:?}: tools with a look-alike");
    }
}

#[test]
fn an_assistant_shows_itself_in_a_path_or_an_argument() {
    #[rustfmt::skip] // A table: one process a line.
    let table: &[(Os, &str, &[&str], &[&str])] = &[
        (Os::Linux, "/usr/share/code/code", &["/usr/share/code/resources/app/extensions/node_modules/typescript/lib/tsserver.js", "--globalPlugins", "@vscode/copilot-typescript-server-plugin", "--pluginProbeLocations", "/home/u/.vscode/extensions/github.copilot-chat-0.27.2025040901"], &["vscode-copilot"]),
        (Os::Linux, "/usr/share/code/code", &["--pluginProbeLocations", "/x/vue.volar-1.0,/home/u/.vscode/extensions/github.copilot-chat-0.27,/y"], &["vscode-copilot"]),
        (Os::MacOs, "/Applications/Visual Studio Code.app/Contents/Frameworks/Code Helper (Plugin).app/Contents/MacOS/Code Helper (Plugin)", &["/Users/u/Library/Application Support/Code/User/globalStorage/github.copilot-chat/copilotCli/copilotCLIShim.js"], &["vscode-copilot"]),
        (Os::Windows, r"C:\Users\u\AppData\Local\Programs\Microsoft VS Code\Code.exe", &["--pluginProbeLocations", r"c:\Users\u\AppData\Local\Programs\Microsoft VS Code\resources\app\extensions\copilot"], &["vscode-copilot"]),
        (Os::MacOs, "/Users/u/Library/Application Support/JetBrains/IntelliJIdea2025.3/plugins/github-copilot-intellij/copilot-agent/native/darwin-arm64/copilot-language-server", &["--stdio"], &["vscode-copilot", "jetbrains"]),
        (Os::Windows, r"C:\Users\u\AppData\Local\JetBrains\WebStorm2026.1\full-line\models\0f00\full-line-inference.zip_extracted\full-line-inference.exe", &[], &["jetbrains"]),
        (Os::Linux, "/home/u/.cache/JetBrains/WebStorm2025.3/aia/codex/bin/codex", &["app-server"], &["jetbrains"]),
        (Os::Linux, "/usr/share/code/code", &["/home/u/.vscode/extensions/github.vscode-github-actions-0.25.6/dist/server-node.js"], &[]),
        (Os::Linux, "/usr/bin/less", &["/home/u/notes-on-github.copilot.txt"], &[]),
    ];
    for (os, exe, rest, expected) in table {
        let catalogue = Catalogue::embedded(*os).unwrap();
        let verdict = judge(&catalogue, "x", exe, rest);
        let ids: Vec<_> = verdict.proves.iter().map(|tool| tool.id.as_str()).collect();
        assert_eq!(ids, *expected, "{os:?}: {exe} {rest:?}");
    }
}

#[test]
fn shells_are_known_on_each_system() {
    let table = [
        (Os::Linux, "zsh", "/usr/bin/zsh"),
        (Os::Linux, "bash", ""),
        (
            Os::MacOs,
            "fish",
            "/opt/homebrew/Cellar/fish/4.1.2/bin/fish",
        ),
        (
            Os::Windows,
            "PowerShell.exe",
            r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe",
        ),
        (Os::Windows, "cmd.exe", r"C:\Windows\System32\cmd.exe"),
    ];
    for (os, name, exe) in table {
        let catalogue = Catalogue::embedded(os).unwrap();
        assert_eq!(
            judge(&catalogue, name, exe, &[]).nature,
            Nature::Shell,
            "{name}"
        );
    }
}

#[test]
fn a_process_without_arguments_or_with_strange_bytes_is_judged_all_the_same() {
    let catalogue = Catalogue::embedded(Os::Linux).unwrap();
    let bare = ProcessView {
        name: OsStr::new("node"),
        exe: None,
        args: &[],
    };
    assert_eq!(catalogue.judge(&bare).nature, Nature::Other);

    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStringExt as _;
        let strange = OsString::from_vec(vec![0xff, b'/', 0xfe]);
        let args = [OsString::from("node"), strange.clone()];
        let view = ProcessView {
            name: &strange,
            exe: Some(Path::new(&strange)),
            args: &args,
        };
        assert_eq!(catalogue.judge(&view).nature, Nature::Other);
    }
}

#[test]
fn a_pattern_that_would_fit_anything_is_none() {
    for wrong in ["", "/", "*", "a/*/b", "a*b", "**", "*a"] {
        let error = Parts::parse(wrong, Os::Linux).unwrap_err();
        assert!(error.contains(&format!("`{wrong}`")), "{error}");
    }
    for right in ["a", "a*", "a/b*/c"] {
        assert_eq!(Parts::parse(right, Os::Linux).unwrap().to_string(), right);
    }
    for wrong in ["", "gh", "gh copilot suggest"] {
        assert!(Command::parse(wrong, Os::Linux).is_err(), "{wrong}");
    }
}
