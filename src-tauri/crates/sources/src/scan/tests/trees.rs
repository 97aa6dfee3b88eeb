//! Whole process tables of three systems, with parents: what counts once, what for itself, and
//! whose the rest is. The shapes are recorded ones, the processes made up.

use crate::catalogue::Catalogue;
use crate::matching::{Os, ProcessView};
use crate::scan::{Listed, ProcessTable, Resources, ScanError, Scanner};
use aco_domain::UnixNanos;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::time::Duration;

/// pid, parent, name, executable, arguments after the program. Each has used as many seconds as
/// its pid says, and started in the order of the pids.
type Row = (
    u32,
    u32,
    &'static str,
    &'static str,
    &'static [&'static str],
);

struct Table(&'static [Row]);

impl ProcessTable for Table {
    fn list(&mut self) -> Result<Vec<Listed>, ScanError> {
        let listed = self.0.iter().map(|&(pid, parent, ..)| Listed {
            pid,
            parent: Some(parent),
            start_time: UnixNanos(u64::from(pid)),
            program: 0,
        });
        Ok(listed.collect())
    }

    fn look(
        &mut self,
        pids: &[u32],
        see: &mut dyn FnMut(u32, &ProcessView<'_>),
    ) -> Result<(), ScanError> {
        for &(pid, _, name, exe, rest) in self.0.iter().filter(|row| pids.contains(&row.0)) {
            let program = std::iter::once(&exe);
            let args: Vec<OsString> = program.chain(rest).map(OsString::from).collect();
            let view = ProcessView {
                name: OsStr::new(name),
                exe: Some(Path::new(exe)),
                args: &args,
            };
            see(pid, &view);
        }
        Ok(())
    }

    fn measure(&mut self, pids: &[u32]) -> Result<Vec<(u32, Resources)>, ScanError> {
        let used = |&pid: &u32| Resources {
            cpu_time: Duration::from_secs(u64::from(pid)),
            resident_bytes: 1,
        };
        Ok(pids.iter().map(|pid| (*pid, used(pid))).collect())
    }
}

/// What runs in a table: by pid the tool, and the pids of the processes it is charged with (told
/// apart by their number and sum).
fn assert_running(os: Os, rows: &'static [Row], expected: &[(&str, &[u32])]) {
    let mut scanner = Scanner::new(Table(rows), Catalogue::embedded(os).unwrap());
    let scan = scanner.scan().unwrap();
    let found: BTreeMap<u32, (String, u64, u64)> = scan
        .running
        .iter()
        .map(|running| {
            let used = running.resources;
            let seconds = used.cpu_time.as_secs();
            let tool = running.tool.to_string();
            (running.pid, (tool, seconds, used.resident_bytes))
        })
        .collect();
    let expected: BTreeMap<u32, (String, u64, u64)> = expected
        .iter()
        .map(|(tool, pids)| {
            let seconds = pids.iter().map(|pid| u64::from(*pid)).sum();
            (pids[0], ((*tool).to_owned(), seconds, pids.len() as u64))
        })
        .collect();
    assert_eq!(found, expected);
}

#[rustfmt::skip] // A table: one process a line.
const LINUX: &[Row] = &[
    (1, 0, "systemd", "/usr/lib/systemd/systemd", &[]),
    // An AppImage's editor with an agent in its terminal, which runs a command.
    (1001, 1, "Cursor-1.7.AppI", "/home/u/Cursor-1.7.AppImage", &[]),
    (1003, 1001, "cursor", "/tmp/.mount_CursorXyZ/usr/share/cursor/cursor", &["--no-sandbox"]),
    (1007, 1003, "cursor", "/tmp/.mount_CursorXyZ/usr/share/cursor/cursor", &["--type=zygote"]),
    (1013, 1007, "cursor", "/tmp/.mount_CursorXyZ/usr/share/cursor/cursor", &["--type=renderer"]),
    (1021, 1003, "cursor", "/tmp/.mount_CursorXyZ/usr/share/cursor/cursor", &["--type=utility"]),
    (1033, 1021, "rust-analyzer", "/home/u/.cursor/extensions/rust-analyzer/rust-analyzer", &[]),
    (1049, 1021, "zsh", "/usr/bin/zsh", &["-i"]),
    (1069, 1049, "claude", "/home/u/.local/share/claude/versions/2.1.39", &[]),
    (1087, 1069, "zsh", "/usr/bin/zsh", &["-c", "cargo test"]),
    (1103, 1087, "cargo", "/home/u/.cargo/bin/cargo", &["test"]),
    (1117, 1049, "make", "/usr/bin/make", &[]),
    // npm's script and the program it starts; below it another agent.
    (2003, 1, "bash", "/usr/bin/bash", &[]),
    (2011, 2003, "MainThread", "/usr/bin/node", &["/usr/bin/codex"]),
    (2017, 2011, "codex", "/usr/lib/node_modules/@openai/codex/vendor/x86_64-unknown-linux-musl/codex/codex", &[]),
    (2027, 2017, "MainThread", "/usr/bin/node", &["/usr/bin/gemini", "-p", "x"]),
    // gemini starts itself again with more memory.
    (2029, 2027, "MainThread", "/usr/bin/node", &["--max-old-space-size=4096", "/usr/bin/gemini", "-p", "x"]),
    // A server and its runner.
    (3001, 1, "ollama", "/usr/local/bin/ollama", &["serve"]),
    (3011, 3001, "ollama", "/usr/local/bin/ollama", &["runner", "--port", "41001"]),
    // A flatpak: the editor behind two bwraps, Copilot's part in one of its own.
    (4001, 1, "bwrap", "/usr/bin/bwrap", &["--args", "41", "code"]),
    (4003, 4001, "bwrap", "/usr/bin/bwrap", &["--args", "41", "code"]),
    (4007, 4003, "code", "/app/extra/vscode/code", &[]),
    (4013, 4007, "code", "/app/extra/vscode/code", &["--type=utility"]),
    (4019, 4013, "code", "/app/extra/vscode/code", &["/app/extra/vscode/resources/app/extensions/node_modules/typescript/lib/tsserver.js", "--pluginProbeLocations", "/home/u/.vscode/extensions/github.copilot-chat-0.27.1"]),
    // An IDE without any, and what its user looks at in its terminal.
    (5003, 1, "idea", "/opt/idea/bin/idea", &[]),
    (5009, 5003, "bash", "/usr/bin/bash", &[]),
    (5011, 5009, "less", "/usr/bin/less", &["/home/u/full-line-inference"]),
    // gh, and the program it started.
    (6007, 2003, "gh", "/usr/bin/gh", &["copilot"]),
    (6011, 6007, "copilot", "/home/u/.local/share/gh/copilot/copilot", &[]),
    (6029, 2003, "gh", "/usr/bin/gh", &["pr", "list"]),
    // An IDE whose assistant is another tool's program.
    (7001, 1, "webstorm", "/opt/webstorm/bin/webstorm", &[]),
    (7013, 7001, "codex", "/home/u/.cache/JetBrains/WebStorm2025.3/aia/codex/bin/codex", &["app-server"]),
];

#[test]
fn linux() {
    let expected: &[(&str, &[u32])] = &[
        ("cursor", &[1003, 1007, 1013, 1021, 1033]),
        ("claude-code", &[1069, 1087, 1103]),
        ("codex", &[2011, 2017]),
        ("gemini-cli", &[2027, 2029]),
        ("ollama", &[3001, 3011]),
        ("vscode-copilot", &[4007, 4013, 4019]),
        ("gh-copilot", &[6007, 6011]),
        ("jetbrains", &[7001]),
        ("codex", &[7013]),
    ];
    assert_running(Os::Linux, LINUX, expected);
}

#[rustfmt::skip] // A table: one process a line.
const MACOS: &[Row] = &[
    (1, 0, "launchd", "/sbin/launchd", &[]),
    // Closed, and its helper goes on.
    (801, 1, "ChatGPTHelper", "/Applications/ChatGPT.app/Contents/Resources/ChatGPTHelper", &[]),
    // Helpers it started, and one that launchd started.
    (1009, 1, "Claude", "/Applications/Claude.app/Contents/MacOS/Claude", &[]),
    (1013, 1009, "Claude Helper", "/Applications/Claude.app/Contents/Frameworks/Claude Helper.app/Contents/MacOS/Claude Helper", &["--type=gpu-process"]),
    (1019, 1009, "Claude Helper (Renderer)", "/Applications/Claude.app/Contents/Frameworks/Claude Helper (Renderer).app/Contents/MacOS/Claude Helper (Renderer)", &["--type=renderer"]),
    (1021, 1, "chrome-native-host", "/Applications/Claude.app/Contents/Helpers/chrome-native-host", &[]),
    // The application's own Claude Code is Claude Code.
    (1031, 1009, "claude", "/Users/u/Library/Application Support/Claude/claude-code/2.1.41/claude", &[]),
    // An application with a copy of the command-line tool.
    (2003, 1, "Codex", "/Applications/Codex.app/Contents/MacOS/Codex", &[]),
    (2011, 2003, "codex", "/Applications/Codex.app/Contents/Resources/codex", &["app-server"]),
    // A terminal that is a tool, its shells, and a tool started in one.
    (3001, 1, "stable", "/Applications/Warp.app/Contents/MacOS/stable", &[]),
    (3011, 3001, "stable", "/Applications/Warp.app/Contents/MacOS/stable", &["terminal-server", "--parent-pid=3001"]),
    (3019, 3011, "zsh", "/bin/zsh", &["-l"]),
    (3023, 3019, "2.1.39", "/Users/u/.local/share/claude/versions/2.1.39", &[]),
    (3037, 3019, "node", "/opt/homebrew/Cellar/node/25.1.0/bin/node", &["/Users/u/site/server.js"]),
    // A menu-bar program and its server.
    (4001, 1, "Ollama", "/Applications/Ollama.app/Contents/MacOS/Ollama", &[]),
    (4003, 4001, "ollama", "/Applications/Ollama.app/Contents/Resources/ollama", &["serve"]),
    // An IDE with Copilot, and its terminal.
    (5003, 1, "idea", "/Users/u/Applications/IntelliJ IDEA.app/Contents/MacOS/idea", &[]),
    (5009, 5003, "copilot-language-server", "/Users/u/Library/Application Support/JetBrains/IntelliJIdea2025.3/plugins/github-copilot-intellij/copilot-agent/native/darwin-arm64/copilot-language-server", &["--stdio"]),
    (5011, 5003, "zsh", "/bin/zsh", &[]),
    (5021, 5011, "java", "/opt/homebrew/opt/openjdk/bin/java", &[]),
    // An editor without.
    (6007, 1, "Electron", "/Applications/Visual Studio Code.app/Contents/MacOS/Electron", &[]),
    (6011, 6007, "Code Helper (Plugin)", "/Applications/Visual Studio Code.app/Contents/Frameworks/Code Helper (Plugin).app/Contents/MacOS/Code Helper (Plugin)", &["--type=utility"]),
];

#[test]
fn macos() {
    let expected: &[(&str, &[u32])] = &[
        ("claude", &[1009, 1013, 1019, 1021]),
        ("claude-code", &[1031]),
        ("codex-app", &[2003, 2011]),
        ("warp", &[3001, 3011]),
        ("claude-code", &[3023]),
        ("ollama", &[4001, 4003]),
        ("jetbrains", &[5003, 5009]),
    ];
    assert_running(Os::MacOs, MACOS, expected);
}

#[rustfmt::skip] // A table: one process a line.
const WINDOWS: &[Row] = &[
    (4, 0, "System", "", &[]),
    // The desktop's shell is none of commands.
    (900, 4, "explorer.exe", r"C:\Windows\explorer.exe", &[]),
    (1009, 900, "claude.exe", r"C:\Users\u\AppData\Local\AnthropicClaude\app-0.14.10\claude.exe", &[]),
    (1013, 1009, "claude.exe", r"C:\Users\u\AppData\Local\AnthropicClaude\app-0.14.10\claude.exe", &["--type=crashpad-handler"]),
    (1019, 1009, "claude.exe", r"C:\Users\u\AppData\Local\AnthropicClaude\app-0.14.10\claude.exe", &["--type=renderer"]),
    // A Store application with a copy of the command-line tool.
    (2003, 900, "ChatGPT.exe", r"C:\Program Files\WindowsApps\OpenAI.Codex_26.924.2738.0_x64__2p2nqsd0c76g0\app\ChatGPT.exe", &[]),
    (2011, 2003, "ChatGPT.exe", r"C:\Program Files\WindowsApps\OpenAI.Codex_26.924.2738.0_x64__2p2nqsd0c76g0\app\ChatGPT.exe", &["--type=gpu-process"]),
    (2017, 2003, "codex.exe", r"C:\Program Files\WindowsApps\OpenAI.Codex_26.924.2738.0_x64__2p2nqsd0c76g0\app\resources\codex.exe", &["app-server"]),
    // npm's batch file keeps a cmd; a launcher of uv starts python with its own path.
    (3001, 900, "powershell.exe", r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe", &[]),
    (3011, 3001, "cmd.exe", r"C:\Windows\System32\cmd.exe", &["/c", "gemini.cmd"]),
    (3019, 3011, "node.exe", r"C:\Program Files\nodejs\node.exe", &[r"C:\Users\u\AppData\Roaming\npm\node_modules\@google\gemini-cli\dist\index.js"]),
    (3023, 3001, "aider.exe", r"C:\Users\u\.local\bin\aider.exe", &[]),
    (3037, 3023, "python.exe", r"C:\Users\u\AppData\Roaming\uv\tools\aider-chat\Scripts\python.exe", &[r"C:\Users\u\.local\bin\aider.exe"]),
    // An editor whose Copilot comes with it, a tool in its terminal, and one inside WSL, unseen.
    (4001, 900, "Code.exe", r"C:\Users\u\AppData\Local\Programs\Microsoft VS Code\Code.exe", &[]),
    (4003, 4001, "Code.exe", r"C:\Users\u\AppData\Local\Programs\Microsoft VS Code\Code.exe", &["--type=utility"]),
    (4007, 4003, "Code.exe", r"C:\Users\u\AppData\Local\Programs\Microsoft VS Code\Code.exe", &["tsserver.js", "--pluginProbeLocations", r"c:\Users\u\AppData\Local\Programs\Microsoft VS Code\resources\app\extensions\copilot"]),
    (4013, 4003, "pwsh.exe", r"C:\Program Files\PowerShell\7\pwsh.exe", &[]),
    (4019, 4013, "claude.exe", r"C:\Users\u\.local\bin\claude.exe", &[]),
    (4021, 4013, "wsl.exe", r"C:\Windows\System32\wsl.exe", &["codex"]),
    // Left by a parent that is gone, whose number went to a younger process.
    (5003, 6007, "ollama.exe", r"C:\Users\u\AppData\Local\Programs\Ollama\ollama.exe", &["serve"]),
    (6007, 900, "ollama app.exe", r"C:\Users\u\AppData\Local\Programs\Ollama\ollama app.exe", &[]),
];

#[test]
fn windows() {
    let expected: &[(&str, &[u32])] = &[
        ("claude", &[1009, 1013, 1019]),
        ("codex-app", &[2003, 2011, 2017]),
        ("gemini-cli", &[3019]),
        ("aider", &[3023, 3037]),
        ("vscode-copilot", &[4001, 4003, 4007]),
        ("claude-code", &[4019]),
        ("ollama", &[5003]),
        ("ollama", &[6007]),
    ];
    assert_running(Os::Windows, WINDOWS, expected);
}
