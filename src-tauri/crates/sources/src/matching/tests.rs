//! Process tables of three systems, on whichever system the tests run. The shapes are those the
//! tools really have; the processes are made up. Every tool of the catalogue is here, and beside
//! it what looks like it and is not.

use super::*;
use crate::catalogue::Catalogue;
use std::collections::BTreeSet;

/// name, executable ("" where the system does not tell), arguments after the program, tool ("" for
/// none).
type Row = (
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static str,
);

#[rustfmt::skip] // A table: one process a line.
const LINUX: &[Row] = &[
    // By name, wherever it lies: the executable may be unreadable, another user's.
    ("ollama", "/usr/local/bin/ollama", &["serve"], "ollama"),
    ("ollama", "", &[], "ollama"),
    ("ollama", "/tmp/copy/ollama", &["600"], "ollama"),
    ("crush", "/usr/bin/crush", &[], "crush"),
    ("droid", "/home/u/.local/bin/droid", &[], "droid"),
    ("goose", "/home/u/.local/bin/goose", &["session"], "goose"),
    ("opencode", "/home/u/.opencode/bin/opencode", &[], "opencode"),
    ("codex", "/usr/lib/node_modules/@openai/codex/vendor/x86_64-unknown-linux-musl/codex/codex", &[], "codex"),
    ("windsurf", "/usr/share/windsurf/windsurf", &[], "windsurf"),
    ("cursor", "/tmp/.mount_CursorXyZ/usr/share/cursor/cursor", &["--no-sandbox"], "cursor"),
    ("lm-studio", "/tmp/.mount_LM-Stu1/lm-studio", &[], "lm-studio"),
    ("Jan", "/usr/bin/Jan", &[], "jan"),
    ("claude-desktop", "/usr/bin/claude-desktop", &[], "claude"),
    // The native Claude Code: the symbolic link gives the name, the version the executable's.
    ("claude", "/home/u/.local/share/claude/versions/2.1.37", &[], "claude-code"),
    ("2.1.37", "/home/u/.local/share/claude/versions/2.1.37", &["-p", "hello"], "claude-code"),
    ("claude", "/home/u/.vscode/extensions/anthropic.claude-code-2.1.153-linux-x64/resources/native-binary/claude", &["--verbose"], "claude-code"),
    // An interpreter, whatever it calls its main thread.
    ("claude", "/usr/bin/node", &[], "claude-code"),
    ("node", "/usr/bin/node", &["--no-warnings", "/usr/bin/claude"], "claude-code"),
    ("MainThread", "/usr/bin/node", &["/usr/local/bin/gemini"], "gemini-cli"),
    ("node-MainThread", "/usr/bin/node", &["--max-old-space-size=4096", "/opt/npm/lib/node_modules/@google/gemini-cli/dist/index.js"], "gemini-cli"),
    ("node", "", &["/usr/bin/qwen"], "qwen-code"),
    ("node", "/usr/bin/node", &["-r", "/opt/hook.js", "/usr/bin/copilot"], "copilot-cli"),
    ("node", "/usr/bin/node", &["--", "/usr/bin/amp"], "amp"),
    ("node", "/usr/bin/node", &["/usr/bin/codex", "exec", "fix it"], "codex"),
    ("bun", "/usr/bin/bun", &["run", "/home/u/.bun/bin/opencode"], "opencode"),
    ("deno", "/usr/bin/deno", &["run", "-A", "/srv/node_modules/@sourcegraph/amp/dist/main.js"], "amp"),
    ("node", "/home/u/.local/share/cursor-agent/versions/2025.09.18/node", &["--use-system-ca", "/home/u/.local/share/cursor-agent/versions/2025.09.18/index.js"], "cursor-agent"),
    ("aider", "/usr/bin/python3.12", &["/home/u/.local/bin/aider"], "aider"),
    ("python3", "/usr/bin/python3.12", &["-X", "utf8", "/home/u/.local/bin/aider", "--model", "x"], "aider"),
    ("python", "/opt/venv/bin/python", &["-m", "llm", "a prompt"], "llm"),
    ("python3", "/usr/bin/python3.11", &["/home/u/.local/bin/kimi"], "kimi"),
    // Parts of a name, of a folder, of a script.
    ("ollamafoo", "/usr/bin/ollamafoo", &[], ""),
    ("my-ollama", "/usr/bin/my-ollama", &[], ""),
    ("claude-monitor", "/usr/bin/python3", &["/usr/bin/claude-monitor"], ""),
    ("claude_monitor_", "/usr/bin/claude_monitor_for_teams", &[], ""),
    ("codexd", "/opt/codex/codexd", &[], ""),
    ("vim", "/usr/bin/vim", &["/usr/bin/claude"], ""),
    ("bash", "/usr/bin/bash", &["/home/u/claude/versions/run.sh"], ""),
    ("2.1.37", "/home/u/projects/claude/versions/2.1.37", &[], ""),
    ("node", "/usr/bin/node", &["/usr/bin/npm", "install", "-g", "@google/gemini-cli"], ""),
    ("node", "/usr/bin/node", &["-e", "require('claude')", "claude"], ""),
    ("node", "/usr/bin/node", &["-r", "/usr/bin/claude", "/srv/app.js"], ""),
    ("node", "/usr/bin/node", &["--require=/usr/bin/claude"], ""),
    ("node", "/usr/bin/node", &["/srv/@google/gemini-cli-clone/index.js"], ""),
    ("node", "/usr/bin/node", &[], ""),
    ("python3", "/usr/bin/python3", &["llm.py"], ""),
    ("python3", "/usr/bin/python3", &["-c", "import aider", "aider"], ""),
    ("python3", "/usr/bin/python3", &["-m", "http.server", "llm"], ""),
    ("pythonista", "/usr/bin/pythonista", &["/usr/bin/aider"], ""),
    ("grep", "/usr/bin/grep", &["ollama"], ""),
    ("Ollama", "/opt/Ollama", &[], ""),
    // The other goose.
    ("goose", "/home/u/go/bin/goose", &["up"], ""),
    ("goose", "/home/linuxbrew/.linuxbrew/Cellar/goose/3.26.0/bin/goose", &["up"], ""),
    // Helpers of an application.
    ("cursor", "/usr/share/cursor/cursor", &["--type=renderer", "--lang=en"], ""),
    ("cursor", "/usr/share/cursor/cursor", &["--x", "--type=zygote"], ""),
    ("chrome_crashpad", "/usr/share/cursor/chrome_crashpad_handler", &["--monitor-self"], ""),
    // A kernel thread may be called anything, also a path.
    ("kworker/0:1", "", &[], ""),
    ("x/ollama", "", &[], ""),
];

#[rustfmt::skip] // A table: one process a line.
const MACOS: &[Row] = &[
    ("ChatGPT", "/Applications/ChatGPT.app/Contents/MacOS/ChatGPT", &[], "chatgpt"),
    ("Claude", "/Applications/Claude.app/Contents/MacOS/Claude", &[], "claude"),
    ("Cursor", "/Users/u/Applications/Cursor.app/Contents/MacOS/Cursor", &[], "cursor"),
    ("Electron", "/Applications/Windsurf.app/Contents/MacOS/Electron", &[], "windsurf"),
    ("LM Studio", "/Applications/LM Studio.app/Contents/MacOS/LM Studio", &[], "lm-studio"),
    ("Jan", "/Applications/Jan.app/Contents/MacOS/Jan", &[], "jan"),
    ("Ollama", "/Applications/Ollama.app/Contents/MacOS/Ollama", &[], "ollama"),
    ("ollama", "/Applications/Ollama.app/Contents/Resources/ollama", &["serve"], "ollama"),
    ("2.1.37", "/Users/u/.local/share/claude/versions/2.1.37", &[], "claude-code"),
    ("node", "/opt/homebrew/Cellar/node/25.1.0/bin/node", &["/opt/homebrew/bin/gemini"], "gemini-cli"),
    ("Python", "/Library/Frameworks/Python.framework/Versions/3.12/Resources/Python.app/Contents/MacOS/Python", &["/usr/local/bin/aider"], "aider"),
    ("goose", "/opt/homebrew/Cellar/block-goose-cli/1.9.3/bin/goose", &[], "goose"),
    ("Claude Helper (Renderer)", "/Applications/Claude.app/Contents/Frameworks/Claude Helper (Renderer).app/Contents/MacOS/Claude Helper (Renderer)", &["--type=renderer"], ""),
    ("Claude Helper", "/Applications/Claude.app/Contents/Frameworks/Claude Helper.app/Contents/MacOS/Claude Helper", &[], ""),
    ("Cursor Helper (Plugin)", "/Applications/Cursor.app/Contents/Frameworks/Cursor Helper (Plugin).app/Contents/MacOS/Cursor Helper (Plugin)", &[], ""),
    ("chrome_crashpad_handler", "/Applications/Claude.app/Contents/Frameworks/Electron Framework.framework/Helpers/chrome_crashpad_handler", &[], ""),
    ("ChatGPT Atlas", "/Applications/ChatGPT Atlas.app/Contents/MacOS/ChatGPT Atlas", &[], ""),
    ("Electron", "/Applications/Visual Studio Code.app/Contents/MacOS/Electron", &[], ""),
    ("NotClaude", "/Applications/NotClaude.app/Contents/MacOS/NotClaude", &[], ""),
    ("goose", "/opt/homebrew/Cellar/goose/3.26.0/bin/goose", &[], ""),
];

#[rustfmt::skip] // A table: one process a line.
const WINDOWS: &[Row] = &[
    // One executable name, two products.
    ("claude.exe", r"C:\Users\u\AppData\Local\AnthropicClaude\app-0.14.10\claude.exe", &[], "claude"),
    ("claude.exe", r"C:\Users\u\AppData\Local\AnthropicClaude\claude.exe", &[], "claude"),
    ("Claude.exe", r"C:\Program Files\WindowsApps\Claude_1.3036.0.0_x64__pzs8sxrjxfjjc\app\Claude.exe", &[], "claude"),
    ("claude.exe", r"C:\Users\u\.local\bin\claude.exe", &[], "claude-code"),
    ("claude.exe", "", &[], "claude-code"),
    ("claude.exe", r"c:\Users\u\.vscode\extensions\anthropic.claude-code-2.1.153-win32-x64\resources\native-binary\claude.exe", &[], "claude-code"),
    ("CURSOR.EXE", r"C:\Users\u\AppData\Local\Programs\cursor\Cursor.exe", &[], "cursor"),
    ("ChatGPT.exe", r"C:\Program Files\WindowsApps\OpenAI.ChatGPT-Desktop_1.2025.1_x64__2p2nqsd0c76g0\app\ChatGPT.exe", &[], "chatgpt"),
    ("Windsurf.exe", r"C:\Users\u\AppData\Local\Programs\Windsurf\Windsurf.exe", &[], "windsurf"),
    ("LM Studio.exe", r"C:\Users\u\AppData\Local\Programs\LM Studio\LM Studio.exe", &[], "lm-studio"),
    ("Jan.exe", r"C:\Users\u\AppData\Local\Programs\jan\Jan.exe", &[], "jan"),
    ("ollama app.exe", r"C:\Users\u\AppData\Local\Programs\Ollama\ollama app.exe", &[], "ollama"),
    ("ollama.exe", r"C:\Users\u\AppData\Local\Programs\Ollama\ollama.exe", &["serve"], "ollama"),
    ("node.exe", r"C:\Program Files\nodejs\node.exe", &[r"C:\Users\u\AppData\Roaming\npm\node_modules\@google\gemini-cli\dist\index.js"], "gemini-cli"),
    ("node.exe", r"C:\Program Files\nodejs\node.exe", &[r"C:\Users\u\AppData\Roaming\npm\node_modules\@openai\codex\bin\codex.js"], "codex"),
    ("node.exe", r"C:\Program Files\nodejs\node.exe", &[r"C:\Users\u\AppData\Roaming\npm\node_modules\@anthropic-ai\claude-code\cli.js"], "claude-code"),
    ("node.exe", r"C:\Users\u\AppData\Local\cursor-agent\versions\2026.01.1\node.exe", &["index.js"], "cursor-agent"),
    ("python.exe", r"C:\Python312\python.exe", &[r"C:\Users\u\.local\bin\aider.exe"], "aider"),
    ("copilot.exe", r"C:\Users\u\AppData\Roaming\npm\node_modules\@github\copilot-win32-x64\copilot.exe", &[], "copilot-cli"),
    ("Copilot.exe", r"C:\Program Files\WindowsApps\Microsoft.Copilot_1.25.0_x64__8wekyb3d8bbwe\Copilot.exe", &[], ""),
    ("claude.exe", r"C:\Users\u\AppData\Local\AnthropicClaude\app-0.14.10\claude.exe", &["--type=gpu-process"], ""),
    ("claude.exe", r"C:\Users\u\AppData\Local\AnthropicClaude\app-0.14.10\claude.exe", &["--type=crashpad-handler"], ""),
    ("Update.exe", r"C:\Users\u\AppData\Local\AnthropicClaude\Update.exe", &[], ""),
    ("claude.exe.bak", r"C:\claude.exe.bak", &[], ""),
    ("explorer.exe", r"C:\Windows\explorer.exe", &[r"C:\Users\u\.local\bin\claude.exe"], ""),
];

fn args(rest: &[&str]) -> Vec<OsString> {
    let program = std::iter::once(&"program");
    program.chain(rest).map(OsString::from).collect()
}

fn judge(catalogue: &Catalogue, name: &str, exe: &str, rest: &[&str]) -> String {
    let args = args(rest);
    let view = ProcessView {
        name: OsStr::new(name),
        exe: (!exe.is_empty()).then(|| Path::new(exe)),
        args: &args,
    };
    let tool = catalogue.judge(&view).nature.tool();
    tool.map(|tool| tool.id.to_string()).unwrap_or_default()
}

#[test]
fn three_systems_processes_are_what_they_are() {
    let mut seen = BTreeSet::new();
    for (os, rows) in [
        (Os::Linux, LINUX),
        (Os::MacOs, MACOS),
        (Os::Windows, WINDOWS),
    ] {
        let catalogue = Catalogue::embedded(os).unwrap();
        for (name, exe, rest, tool) in rows {
            let judged = judge(&catalogue, name, exe, rest);
            assert_eq!(judged, *tool, "{os:?}: {name} {exe} {rest:?}");
            seen.insert(judged);
        }
    }
    let catalogue = Catalogue::embedded(Os::Linux).unwrap();
    for tool in catalogue.tools() {
        assert!(
            seen.contains(tool.id.as_str()),
            "no process of `{}` above",
            tool.id
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
}
