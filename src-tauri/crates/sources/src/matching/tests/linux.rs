//! Linux. Names are the kernel's, cut to 15 bytes, and say what a script or a link was called.

use super::Expect::{self, Is, Like, None, Part};

#[rustfmt::skip] // A table: one process a line.
pub(super) const ROWS: &[(Expect, &str, &str, &[&str])] = &[
    // By name, wherever it lies: the executable may be unreadable, another user's.
    (Is("ollama"), "ollama", "/usr/local/bin/ollama", &["serve"]),
    (Is("ollama"), "ollama", "", &[]),
    (Is("ollama"), "ollama", "/tmp/copy/ollama", &["600"]),
    (Is("ollama"), "ollama", "/snap/ollama/105/bin/ollama", &["runner", "--model", "/x", "--port", "43211"]),
    (Like("ollama"), "ollamafoo", "/usr/bin/ollamafoo", &[]),
    (Like("ollama"), "my-ollama", "/usr/bin/my-ollama", &[]),
    (Like("ollama"), "Ollama", "/opt/Ollama", &[]),
    (Like("ollama"), "grep", "/usr/bin/grep", &["ollama"]),
    // A kernel thread may be called anything, also a path.
    (Like("ollama"), "x/ollama", "", &[]),

    // The native Claude Code: the symbolic link gives the name, the version the executable's.
    (Is("claude-code"), "claude", "/home/u/.local/share/claude/versions/2.1.37", &[]),
    (Is("claude-code"), "2.1.37", "/home/u/.local/share/claude/versions/2.1.37", &["-p", "hello"]),
    (Is("claude-code"), "claude", "/home/u/.vscode/extensions/anthropic.claude-code-2.1.153-linux-x64/resources/native-binary/claude", &["--verbose"]),
    // An interpreter, whatever it calls its main thread.
    (Is("claude-code"), "claude", "/usr/bin/node", &[]),
    (Is("claude-code"), "node", "/usr/bin/node", &["--no-warnings", "/usr/bin/claude"]),
    (Is("claude-code"), "MainThread", "/home/u/.nvm/versions/node/v22.11.0/bin/node", &["/home/u/.nvm/versions/node/v22.11.0/bin/claude"]),
    (Like("claude-code"), "claude-monitor", "/usr/bin/python3", &["/usr/bin/claude-monitor"]),
    (Like("claude-code"), "claude_monitor_", "/usr/bin/claude_monitor_for_teams", &[]),
    (Like("claude-code"), "vim", "/usr/bin/vim", &["/usr/bin/claude"]),
    (Like("claude-code"), "bash", "/usr/bin/bash", &["/home/u/claude/versions/run.sh"]),
    (Like("claude-code"), "2.1.37", "/home/u/projects/claude/versions/2.1.37", &[]),
    (Like("claude-code"), "node", "/usr/bin/node", &["-e", "require('claude')", "claude"]),
    (Like("claude-code"), "node", "/usr/bin/node", &["-r", "/usr/bin/claude", "/srv/app.js"]),
    (Like("claude-code"), "node", "/usr/bin/node", &["--require=/usr/bin/claude"]),
    // A Windows program started from inside WSL.
    (Like("claude-code"), "claude.exe", "/init", &["/mnt/c/Users/u/.local/bin/claude.exe", "claude.exe"]),

    (Is("codex"), "codex", "/usr/lib/node_modules/@openai/codex/vendor/x86_64-unknown-linux-musl/codex/codex", &[]),
    (Is("codex"), "codex-x86_64-un", "/opt/codex-x86_64-unknown-linux-musl", &[]),
    (Is("codex"), "node", "/usr/bin/node", &["/usr/bin/codex", "exec", "fix it"]),
    (Like("codex"), "codexd", "/opt/codex/codexd", &[]),
    (Like("codex"), "node", "/usr/bin/node", &["/srv/codex-docs/server.js"]),

    (Is("gemini-cli"), "MainThread", "/usr/bin/node", &["/usr/local/bin/gemini"]),
    (Is("gemini-cli"), "node-MainThread", "/usr/bin/node", &["--max-old-space-size=4096", "/opt/npm/lib/node_modules/@google/gemini-cli/dist/index.js"]),
    // Installed by pnpm, bun, mise; volta's shim stays as the parent of what it starts.
    (Is("gemini-cli"), "node", "/usr/bin/node", &["/home/u/.local/share/pnpm/global/5/node_modules/@google/gemini-cli/dist/index.js"]),
    (Is("gemini-cli"), "bun", "/home/u/.bun/bin/bun", &["/home/u/.bun/install/global/node_modules/@google/gemini-cli/dist/index.js"]),
    (Is("gemini-cli"), "node", "/home/u/.local/share/mise/installs/node/22.11.0/bin/node", &["/home/u/.local/share/mise/installs/npm-google-gemini-cli/0.9.0/bin/gemini"]),
    (Is("gemini-cli"), "gemini", "/home/u/.volta/bin/volta-shim", &[]),
    (Like("gemini-cli"), "node", "/usr/bin/node", &["/usr/bin/npm", "install", "-g", "@google/gemini-cli"]),
    (Like("gemini-cli"), "node", "/usr/bin/node", &["/srv/@google/gemini-cli-clone/index.js"]),
    (Like("gemini-cli"), "amfora-gemini", "/usr/bin/amfora-gemini", &["gemini://example.org"]),

    (Is("opencode"), "opencode", "/home/u/.opencode/bin/opencode", &[]),
    (Is("opencode"), "bun", "/usr/bin/bun", &["run", "/home/u/.bun/bin/opencode"]),
    (Is("opencode"), "node", "/usr/bin/node", &["/usr/lib/node_modules/opencode-ai/bin/opencode"]),
    (Like("opencode"), "opencode-bench", "/usr/bin/opencode-bench", &[]),

    (Is("gh-copilot"), "gh", "/usr/bin/gh", &["copilot", "-p", "hello"]),
    (Is("gh-copilot"), "gh-copilot", "/home/u/.local/share/gh/extensions/gh-copilot/gh-copilot", &["suggest"]),
    (Is("gh-copilot"), "copilot", "/home/u/.local/share/gh/copilot/copilot", &[]),
    (Like("gh-copilot"), "gh", "/usr/bin/gh", &["pr", "list"]),
    (Like("gh-copilot"), "gh", "/usr/bin/gh", &["pr", "view", "copilot"]),
    (Like("gh-copilot"), "gh", "/usr/bin/gh", &[]),
    (Like("gh-copilot"), "ghc", "/usr/bin/ghc", &["copilot"]),

    (Is("copilot-cli"), "node", "/usr/bin/node", &["-r", "/opt/hook.js", "/usr/bin/copilot"]),
    (Is("copilot-cli"), "copilot", "/usr/lib/node_modules/@github/copilot/node_modules/@github/copilot-linux-x64/copilot", &[]),
    (Is("copilot-cli"), "node", "/usr/bin/node", &["/usr/lib/node_modules/@github/copilot/index.js", "--acp"]),
    (Like("copilot-cli"), "copilot", "/home/linuxbrew/.linuxbrew/Cellar/copilot-cli/1.34.0/bin/copilot", &["deploy"]),
    (Like("copilot-cli"), "copilot-languag", "/home/u/.local/bin/copilot-language-server", &["--stdio"]),

    (Is("amp"), "node", "/usr/bin/node", &["--", "/usr/bin/amp"]),
    (Is("amp"), "deno", "/usr/bin/deno", &["run", "-A", "/srv/node_modules/@sourcegraph/amp/dist/main.js"]),
    (Is("amp"), "node", "/usr/bin/node", &["/usr/lib/node_modules/@ampcode/cli/dist/main.js"]),
    (Is("amp"), "amp", "/home/u/.local/bin/amp", &[]),
    (Like("amp"), "ampache", "/usr/bin/ampache", &[]),

    (Is("goose"), "goose", "/home/u/.local/bin/goose", &["session"]),
    (Like("goose"), "goose", "/home/u/go/bin/goose", &["up"]),
    (Like("goose"), "goose", "/home/linuxbrew/.linuxbrew/Cellar/goose/3.26.0/bin/goose", &["up"]),

    (Is("qwen-code"), "node", "", &["/usr/bin/qwen"]),
    (Is("qwen-code"), "node", "/usr/bin/node", &["/home/u/.volta/tools/image/packages/@qwen-code/qwen-code/lib/node_modules/@qwen-code/qwen-code/cli.js"]),
    (Like("qwen-code"), "python3", "/usr/bin/python3", &["/srv/qwen_server.py", "--model", "qwen"]),

    (Is("kimi"), "python3", "/usr/bin/python3.11", &["/home/u/.local/bin/kimi"]),
    (Is("kimi"), "Kimi Code", "/home/u/.local/share/uv/tools/kimi-cli/bin/python3", &[]),
    (Is("kimi"), "kimi", "/home/u/.local/bin/kimi", &[]),
    (Like("kimi"), "kimi-proxy", "/usr/bin/kimi-proxy", &[]),

    (Is("vibe"), "vibe", "/home/u/.local/share/uv/tools/mistral-vibe/bin/python3", &["/home/u/.local/bin/vibe"]),
    (Is("vibe"), "python3", "/usr/bin/python3", &["/home/u/.local/bin/vibe-acp"]),
    (Like("vibe"), "python3", "/usr/bin/python3", &["/srv/vibe.py"]),

    (Is("aider"), "aider", "/usr/bin/python3.12", &["/home/u/.local/bin/aider"]),
    (Is("aider"), "python3", "/usr/bin/python3.12", &["-X", "utf8", "/home/u/.local/bin/aider", "--model", "x"]),
    (Is("aider"), "python", "/home/u/.local/share/pipx/venvs/aider-chat/bin/python", &["-m", "aider"]),
    (Like("aider"), "python3", "/usr/bin/python3", &["-c", "import aider", "aider"]),
    (Like("aider"), "pythonista", "/usr/bin/pythonista", &["/usr/bin/aider"]),

    (Is("cursor-agent"), "node", "/home/u/.local/share/cursor-agent/versions/2025.09.18/node", &["--use-system-ca", "/home/u/.local/share/cursor-agent/versions/2025.09.18/index.js"]),
    (Is("cursor-agent"), "cursor-agent", "/home/u/.local/bin/cursor-agent", &[]),
    (Like("cursor-agent"), "node", "/usr/bin/node", &["/srv/cursor-agent-ui/index.js"]),

    (Is("droid"), "droid", "/home/u/.local/bin/droid", &[]),
    (Is("droid"), "node", "/usr/bin/node", &["/usr/lib/node_modules/@factory/cli/bin/run.js"]),
    (Like("droid"), "droidcam", "/usr/bin/droidcam", &[]),

    (Is("crush"), "crush", "/usr/bin/crush", &[]),
    (Is("crush"), "node", "/usr/bin/node", &["/usr/lib/node_modules/@charmland/crush/bin/crush.js"]),
    (Like("crush"), "crushtool", "/usr/bin/crushtool", &[]),

    (Is("llm"), "python", "/opt/venv/bin/python", &["-m", "llm", "a prompt"]),
    (Is("llm"), "llm", "/home/u/.local/share/uv/tools/llm/bin/python", &["/home/u/.local/bin/llm", "chat"]),
    (Like("llm"), "python3", "/usr/bin/python3", &["llm.py"]),
    (Like("llm"), "python3", "/usr/bin/python3", &["-m", "http.server", "llm"]),

    (Is("sgpt"), "sgpt", "/usr/bin/python3.12", &["/home/u/.local/bin/sgpt", "a question"]),
    (Like("sgpt"), "sgpt-server", "/usr/bin/sgpt-server", &[]),

    (Is("openai"), "openai", "/usr/bin/python3.12", &["/home/u/.local/bin/openai", "api", "models.list"]),
    (Is("openai"), "python3", "/usr/bin/python3.12", &["-m", "openai", "api", "models.list"]),
    (Like("openai"), "python3", "/usr/bin/python3.12", &["/srv/openai_proxy.py"]),

    (Is("claude"), "claude-desktop", "/usr/bin/claude-desktop", &[]),
    (Is("claude"), "electron", "/usr/lib/claude-desktop/node_modules/electron/dist/electron", &["/usr/lib/claude-desktop/app.asar"]),
    (Part("claude"), "claude-desktop", "/usr/bin/claude-desktop", &["--type=zygote"]),
    (Like("claude"), "electron", "/usr/lib/electron37/electron", &["/usr/lib/other/app.asar"]),

    (Is("msty"), "msty", "/tmp/.mount_MstyAbc/msty", &["--no-sandbox"]),
    (Like("msty"), "mstyle", "/usr/bin/mstyle", &[]),

    (Is("cursor"), "cursor", "/tmp/.mount_CursorXyZ/usr/share/cursor/cursor", &["--no-sandbox"]),
    (Is("cursor"), "cursor", "/usr/share/cursor/cursor", &[]),
    (Part("cursor"), "cursor", "/usr/share/cursor/cursor", &["--type=renderer", "--lang=en"]),
    (Part("cursor"), "cursor", "/usr/share/cursor/cursor", &["--x", "--type=zygote"]),
    // Forked by the zygote: it writes over its arguments, without NULs between them.
    (Part("cursor"), "cursor", "/usr/share/cursor/cursor", &["\0", "/usr/share/cursor/cursor --type=renderer --lang=en"]),
    (Part("cursor"), "cursor", "/usr/share/cursor/cursor", &["/usr/share/cursor/resources/app/extensions/json/serverMain", "--node-ipc", "--clientProcessId=7"]),
    (Like("cursor"), "chrome_crashpad", "/usr/share/cursor/chrome_crashpad_handler", &["--monitor-self"]),
    (Like("cursor"), "xcursorgen", "/usr/bin/xcursorgen", &["cursor"]),

    (Is("windsurf"), "windsurf", "/usr/share/windsurf/windsurf", &[]),
    (Part("windsurf"), "windsurf", "/usr/share/windsurf/windsurf", &["--type=utility"]),
    (Like("windsurf"), "windsurf-forecast", "/usr/bin/windsurf-forecast", &[]),

    (Is("antigravity"), "antigravity", "/usr/share/antigravity/antigravity", &["."]),
    (Is("antigravity"), "antigravity-ide", "/opt/AntigravityIDE/antigravity-ide", &[]),
    (Part("antigravity"), "antigravity", "/usr/share/antigravity/antigravity", &["--type=gpu-process"]),
    (Like("antigravity"), "antigravity-man", "/usr/bin/antigravity-manager", &[]),
    (Like("antigravity"), "python3", "/usr/bin/python3", &["-c", "import antigravity"]),

    (Is("zed"), "zed-editor", "/home/u/.local/zed.app/libexec/zed-editor", &["/home/u/project"]),
    (Is("zed"), "zeditor", "/usr/bin/zeditor", &[]),
    (Is("zed"), "zed-editor", "/app/libexec/zed-editor", &[]),
    // ZFS's event daemon.
    (Like("zed"), "zed", "/usr/sbin/zed", &["-F"]),

    (Is("vscode-copilot"), "code", "/usr/share/code/code", &[]),
    (Is("vscode-copilot"), "code", "/snap/code/190/usr/share/code/code", &["--no-sandbox"]),
    (Is("vscode-copilot"), "code", "/app/extra/vscode/code", &[]),
    (Part("vscode-copilot"), "code", "/usr/share/code/code", &["--type=utility", "--utility-sub-type=node.mojom.NodeService"]),
    (Like("vscode-copilot"), "codium", "/usr/share/codium/codium", &[]),
    (Like("vscode-copilot"), "code-server", "/usr/lib/code-server/lib/node", &["/usr/lib/code-server/out/node/entry"]),

    (Is("jetbrains"), "idea", "/home/u/.local/share/JetBrains/Toolbox/apps/intellij-idea/bin/idea", &[]),
    (Is("jetbrains"), "pycharm", "/snap/pycharm-professional/455/bin/pycharm", &[]),
    (Like("jetbrains"), "java", "/usr/lib/jvm/java-21/bin/java", &["-jar", "/srv/idea.jar"]),
    (Like("jetbrains"), "fsnotifier", "/opt/idea/bin/fsnotifier", &[]),

    (Is("warp"), "warp", "/opt/warpdotdev/warp-terminal/warp", &[]),
    (Is("warp"), "warp-terminal", "/usr/bin/warp-terminal", &[]),
    (Like("warp"), "warp-svc", "/usr/bin/warp-svc", &[]),
    (Like("warp"), "warp", "/usr/bin/warp", &["send", "file"]),

    (Is("lm-studio"), "lm-studio", "/tmp/.mount_LM-Stu1/lm-studio", &[]),
    (Is("lm-studio"), "lm-studio", "/opt/LM Studio/lm-studio", &[]),
    (Part("lm-studio"), "lm-studio", "/opt/LM Studio/lm-studio", &["--type=renderer"]),
    (Like("lm-studio"), "lm-sensors", "/usr/bin/lm-sensors", &[]),

    (Is("jan"), "Jan", "/usr/bin/Jan", &[]),
    (Like("jan"), "janus", "/usr/bin/janus", &[]),

    (Is("pieces"), "pieces-os", "/snap/pieces-os/120/pieces-os", &[]),
    (Like("pieces"), "piecesd", "/usr/bin/piecesd", &[]),

    // What an interpreter calls itself holds for it alone.
    (None, "node", "/usr/bin/node", &[]),
    (None, "kworker/0:1", "", &[]),
    (None, "bwrap", "/usr/bin/bwrap", &["--args", "42", "zed-editor"]),
];
