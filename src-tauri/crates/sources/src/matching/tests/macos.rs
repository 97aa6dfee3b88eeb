//! macOS. A process's name is its executable's file name, where a link leads to.

use super::Expect::{self, Is, Like, None, Part};

#[rustfmt::skip] // A table: one process a line.
pub(super) const ROWS: &[(Expect, &str, &str, &[&str])] = &[
    (Is("claude-code"), "2.1.37", "/Users/u/.local/share/claude/versions/2.1.37", &[]),
    (Is("claude-code"), "claude", "/Users/u/Library/Application Support/Claude/claude-code/2.1.41/claude", &["--output-format", "stream-json"]),
    (Is("claude-code"), "node", "/opt/homebrew/Cellar/node/25.1.0/bin/node", &["/opt/homebrew/bin/claude"]),
    // process.title of node overwrites even the program's name.
    (Is("claude-code"), "node", "/opt/homebrew/Cellar/node/25.1.0/bin/node", &["\0", "claude"]),
    (Like("claude-code"), "2.1.37", "/Users/u/versions/2.1.37", &[]),
    (Like("claude-code"), "ClaudeBar", "/Applications/ClaudeBar.app/Contents/MacOS/ClaudeBar", &[]),

    (Is("codex"), "codex-aarch64-apple-darwin", "/opt/homebrew/Caskroom/codex/0.58.0/codex-aarch64-apple-darwin", &[]),
    (Is("codex"), "codex", "/opt/homebrew/lib/node_modules/@openai/codex/vendor/aarch64-apple-darwin/codex/codex", &[]),
    (Is("codex"), "codex", "/Users/u/.vscode/extensions/openai.chatgpt-0.4.46-darwin-arm64/bin/macos-aarch64/codex", &["app-server"]),
    (Like("codex"), "codex", "/Applications/Codex.app/Contents/Resources/codex", &["app-server"]),
    (Like("codex"), "CodexBar", "/Applications/CodexBar.app/Contents/MacOS/CodexBar", &[]),

    (Is("gemini-cli"), "node", "/opt/homebrew/Cellar/node/25.1.0/bin/node", &["/opt/homebrew/bin/gemini"]),
    (Is("gemini-cli"), "node", "/Users/u/.volta/tools/image/node/22.11.0/bin/node", &["/Users/u/.volta/tools/image/packages/@google/gemini-cli/bin/gemini"]),
    (Like("gemini-cli"), "Gemini", "/Applications/Gemini 2.app/Contents/MacOS/Gemini", &[]),

    (Is("opencode"), "opencode", "/opt/homebrew/Cellar/opencode/1.0.85/bin/opencode", &[]),
    (Like("opencode"), "OpenCode", "/Applications/OpenCode.app/Contents/MacOS/OpenCode", &[]),

    (Is("gh-copilot"), "gh", "/opt/homebrew/Cellar/gh/2.86.0/bin/gh", &["copilot"]),
    (Is("gh-copilot"), "copilot", "/Users/u/.local/share/gh/copilot/copilot", &[]),
    (Like("gh-copilot"), "gh", "/opt/homebrew/Cellar/gh/2.86.0/bin/gh", &["repo", "clone", "copilot"]),

    (Is("copilot-cli"), "copilot", "/opt/homebrew/Caskroom/copilot-cli/0.0.420/copilot", &["--acp", "--stdio"]),
    (Is("copilot-cli"), "node", "/opt/homebrew/Cellar/node/25.1.0/bin/node", &["/opt/homebrew/bin/copilot"]),
    (Like("copilot-cli"), "copilot", "/opt/homebrew/Cellar/copilot-cli/1.34.0/bin/copilot", &["svc", "deploy"]),
    (Like("copilot-cli"), "Copilot", "/Applications/Copilot.app/Contents/MacOS/Copilot", &[]),
    (Like("copilot-cli"), "copilot-language-server", "/Users/u/Library/Application Support/JetBrains/IntelliJIdea2025.3/plugins/github-copilot-intellij/copilot-agent/native/darwin-arm64/copilot-language-server", &["--stdio"]),

    (Is("amp"), "amp", "/Users/u/.amp/bin/amp", &[]),
    (Is("amp"), "node", "/opt/homebrew/Cellar/node/25.1.0/bin/node", &["/opt/homebrew/bin/amp"]),
    (Like("amp"), "Amphetamine", "/Applications/Amphetamine.app/Contents/MacOS/Amphetamine", &[]),

    (Is("goose"), "goose", "/opt/homebrew/Cellar/block-goose-cli/1.9.3/bin/goose", &[]),
    (Like("goose"), "goose", "/opt/homebrew/Cellar/goose/3.26.0/bin/goose", &[]),
    (Like("goose"), "Goose", "/Applications/Goose.app/Contents/MacOS/Goose", &[]),

    (Is("qwen-code"), "node", "/opt/homebrew/Cellar/node/25.1.0/bin/node", &["/opt/homebrew/bin/qwen"]),
    (Like("qwen-code"), "Qwen", "/Applications/Qwen.app/Contents/MacOS/Qwen", &[]),

    // setproctitle overwrites the arguments, and the name stays Python's.
    (Is("kimi"), "python3.13", "/Users/u/.local/share/uv/python/cpython-3.13.5-macos-aarch64-none/bin/python3.13", &["\0", "Kimi Code"]),
    (Is("kimi"), "kimi", "/opt/homebrew/Cellar/kimi-cli/1.2/bin/kimi", &[]),
    (Like("kimi"), "Kimi", "/Applications/Kimi.app/Contents/MacOS/Kimi", &[]),

    (Is("vibe"), "python3.13", "/Users/u/.local/share/uv/tools/mistral-vibe/bin/python3.13", &["/Users/u/.local/bin/vibe"]),
    (Like("vibe"), "Vibe", "/Applications/Vibe.app/Contents/MacOS/Vibe", &[]),

    (Is("aider"), "Python", "/Library/Frameworks/Python.framework/Versions/3.12/Resources/Python.app/Contents/MacOS/Python", &["/usr/local/bin/aider"]),
    (Like("aider"), "Python", "/Library/Frameworks/Python.framework/Versions/3.12/Resources/Python.app/Contents/MacOS/Python", &["/Users/u/aider.py"]),

    (Is("cursor-agent"), "node", "/Users/u/.local/share/cursor-agent/versions/2025.09.18/node", &["/Users/u/.local/share/cursor-agent/versions/2025.09.18/index.js"]),
    (Like("cursor-agent"), "cursor-agent-bar", "/usr/local/bin/cursor-agent-bar", &[]),

    (Is("droid"), "droid", "/Users/u/.local/bin/droid", &[]),
    (Like("droid"), "Android File Transfer", "/Applications/Android File Transfer.app/Contents/MacOS/Android File Transfer", &[]),

    (Is("crush"), "crush", "/opt/homebrew/Cellar/crush/0.18.0/bin/crush", &[]),
    (Like("crush"), "pngcrush", "/opt/homebrew/bin/pngcrush", &[]),

    (Is("llm"), "Python", "/opt/homebrew/Cellar/python@3.13/3.13.1/Frameworks/Python.framework/Versions/3.13/Resources/Python.app/Contents/MacOS/Python", &["/opt/homebrew/bin/llm", "a prompt"]),
    (Like("llm"), "llm-server", "/usr/local/bin/llm-server", &[]),

    (Is("sgpt"), "python3.12", "/Users/u/.local/pipx/venvs/shell-gpt/bin/python3.12", &["/Users/u/.local/bin/sgpt"]),
    (Like("sgpt"), "python3.12", "/usr/bin/python3.12", &["-c", "import sgpt"]),

    (Is("openai"), "python3.12", "/usr/bin/python3.12", &["/Users/u/.local/bin/openai", "api", "models.list"]),
    (Like("openai"), "OpenAI Translator", "/Applications/OpenAI Translator.app/Contents/MacOS/OpenAI Translator", &[]),

    (Is("ollama"), "Ollama", "/Applications/Ollama.app/Contents/MacOS/Ollama", &[]),
    (Is("ollama"), "ollama", "/Applications/Ollama.app/Contents/Resources/ollama", &["serve"]),
    (Like("ollama"), "Ollamac", "/Applications/Ollamac.app/Contents/MacOS/Ollamac", &[]),
    (Like("ollama"), "Squirrel", "/Applications/Ollama.app/Contents/Frameworks/Squirrel.framework/Versions/A/Squirrel", &["background"]),

    (Is("claude"), "Claude", "/Applications/Claude.app/Contents/MacOS/Claude", &[]),
    (Part("claude"), "Claude Helper (Renderer)", "/Applications/Claude.app/Contents/Frameworks/Claude Helper (Renderer).app/Contents/MacOS/Claude Helper (Renderer)", &["--type=renderer"]),
    (Part("claude"), "Claude Helper", "/Applications/Claude.app/Contents/Frameworks/Claude Helper.app/Contents/MacOS/Claude Helper", &[]),
    (Part("claude"), "chrome_crashpad_handler", "/Applications/Claude.app/Contents/Frameworks/Electron Framework.framework/Helpers/chrome_crashpad_handler", &[]),
    (Part("claude"), "chrome-native-host", "/Applications/Claude.app/Contents/Helpers/chrome-native-host", &[]),
    (Like("claude"), "NotClaude", "/Applications/NotClaude.app/Contents/MacOS/NotClaude", &[]),
    (Like("claude"), "Auto-Claude", "/Applications/Auto-Claude.app/Contents/MacOS/Auto-Claude", &[]),

    (Is("codex-app"), "Codex", "/Applications/Codex.app/Contents/MacOS/Codex", &[]),
    (Part("codex-app"), "codex", "/Applications/Codex.app/Contents/Resources/codex", &["app-server", "--analytics-default-enabled"]),
    (Part("codex-app"), "Codex Helper (Renderer)", "/Applications/Codex.app/Contents/Frameworks/Codex Helper (Renderer).app/Contents/MacOS/Codex Helper (Renderer)", &["--type=renderer"]),
    (Like("codex-app"), "CodexBar", "/Applications/CodexBar.app/Contents/MacOS/CodexBar", &[]),

    (Is("chatgpt"), "ChatGPT", "/Applications/ChatGPT.app/Contents/MacOS/ChatGPT", &[]),
    (Part("chatgpt"), "ChatGPTHelper", "/Applications/ChatGPT.app/Contents/Resources/ChatGPTHelper", &[]),
    (Part("chatgpt"), "codex", "/Applications/ChatGPT.app/Contents/Resources/codex", &["app-server", "--listen", "stdio"]),
    (Like("chatgpt"), "ChatGPT Atlas", "/Applications/ChatGPT Atlas.app/Contents/MacOS/ChatGPT Atlas", &[]),

    (Is("perplexity"), "Perplexity", "/Applications/Perplexity.app/Contents/MacOS/Perplexity", &[]),
    (Like("perplexity"), "Comet", "/Applications/Comet.app/Contents/MacOS/Comet", &[]),
    (Like("perplexity"), "llama-perplexity", "/opt/homebrew/bin/llama-perplexity", &["-m", "x.gguf"]),

    (Is("msty"), "Msty", "/Applications/Msty.app/Contents/MacOS/Msty", &[]),
    (Is("msty"), "MstyStudio", "/Applications/MstyStudio.app/Contents/MacOS/MstyStudio", &[]),
    (Part("msty"), "MstyStudio Helper (GPU)", "/Applications/MstyStudio.app/Contents/Frameworks/MstyStudio Helper (GPU).app/Contents/MacOS/MstyStudio Helper (GPU)", &["--type=gpu-process"]),
    (Like("msty"), "Mystery", "/Applications/Mystery.app/Contents/MacOS/Mystery", &[]),

    (Is("cursor"), "Cursor", "/Users/u/Applications/Cursor.app/Contents/MacOS/Cursor", &[]),
    (Part("cursor"), "Cursor Helper (Plugin)", "/Applications/Cursor.app/Contents/Frameworks/Cursor Helper (Plugin).app/Contents/MacOS/Cursor Helper (Plugin)", &[]),
    (Like("cursor"), "Cursor Pro", "/Applications/Cursor Pro.app/Contents/MacOS/Cursor Pro", &[]),

    (Is("windsurf"), "Electron", "/Applications/Windsurf.app/Contents/MacOS/Electron", &[]),
    (Part("windsurf"), "Windsurf Helper", "/Applications/Windsurf.app/Contents/Frameworks/Windsurf Helper.app/Contents/MacOS/Windsurf Helper", &["--type=utility"]),
    (Like("windsurf"), "Windsurf Forecast", "/Applications/Windsurf Forecast.app/Contents/MacOS/Windsurf Forecast", &[]),
    (Like("windsurf"), "Electron", "/Applications/Other.app/Contents/MacOS/Electron", &[]),

    (Is("antigravity"), "Electron", "/Applications/Antigravity.app/Contents/MacOS/Electron", &[]),
    (Is("antigravity"), "Antigravity IDE", "/Applications/Antigravity IDE.app/Contents/MacOS/Antigravity IDE", &[]),
    (Part("antigravity"), "language_server", "/Applications/Antigravity.app/Contents/Resources/bin/language_server", &[]),
    (Like("antigravity"), "Antigravity Manager", "/Applications/Antigravity Manager.app/Contents/MacOS/Antigravity Manager", &[]),

    (Is("zed"), "zed", "/Applications/Zed.app/Contents/MacOS/zed", &[]),
    (Is("zed"), "zed", "/Applications/Zed Preview.app/Contents/MacOS/zed", &[]),
    (Part("zed"), "cli", "/Applications/Zed.app/Contents/MacOS/cli", &["--wait", "x"]),
    (Like("zed"), "zed", "/opt/local/sbin/zed", &["-F"]),

    (Is("vscode-copilot"), "Electron", "/Applications/Visual Studio Code.app/Contents/MacOS/Electron", &[]),
    (Is("vscode-copilot"), "Code - Insiders", "/Applications/Visual Studio Code - Insiders.app/Contents/MacOS/Code - Insiders", &[]),
    (Part("vscode-copilot"), "Code Helper (Plugin)", "/Applications/Visual Studio Code.app/Contents/Frameworks/Code Helper (Plugin).app/Contents/MacOS/Code Helper (Plugin)", &["--ms-enable-electron-run-as-node"]),
    (Like("vscode-copilot"), "VSCodium", "/Applications/VSCodium.app/Contents/MacOS/VSCodium", &[]),

    (Is("jetbrains"), "idea", "/Users/u/Applications/IntelliJ IDEA.app/Contents/MacOS/idea", &[]),
    (Is("jetbrains"), "rustrover", "/Applications/RustRover.app/Contents/MacOS/rustrover", &[]),
    (Like("jetbrains"), "jetbrains-toolbox", "/Applications/JetBrains Toolbox.app/Contents/MacOS/jetbrains-toolbox", &[]),

    (Is("warp"), "stable", "/Applications/Warp.app/Contents/MacOS/stable", &[]),
    (Is("warp"), "stable", "/Applications/Warp.app/Contents/MacOS/stable", &["terminal-server", "--parent-pid=3300"]),
    (Like("warp"), "Cloudflare WARP", "/Applications/Cloudflare WARP.app/Contents/MacOS/Cloudflare WARP", &[]),

    (Is("lm-studio"), "LM Studio", "/Applications/LM Studio.app/Contents/MacOS/LM Studio", &[]),
    (Part("lm-studio"), "LM Studio Helper", "/Applications/LM Studio.app/Contents/Frameworks/LM Studio Helper.app/Contents/MacOS/LM Studio Helper", &["--type=utility"]),
    (Like("lm-studio"), "Android Studio", "/Applications/Android Studio.app/Contents/MacOS/studio", &[]),

    (Is("jan"), "Jan", "/Applications/Jan.app/Contents/MacOS/Jan", &[]),
    (Part("jan"), "llama-server", "/Applications/Jan.app/Contents/Resources/bin/llama-server", &[]),
    (Like("jan"), "Janitor", "/Applications/Janitor.app/Contents/MacOS/Janitor", &[]),

    (Is("pieces"), "Pieces", "/Applications/Pieces.app/Contents/MacOS/Pieces", &[]),
    (Is("pieces"), "Pieces OS", "/Applications/Pieces OS.app/Contents/MacOS/Pieces OS", &[]),
    (Like("pieces"), "Puzzle Pieces", "/Applications/Puzzle Pieces.app/Contents/MacOS/Puzzle Pieces", &[]),

    (Is("superwhisper"), "superwhisper", "/Applications/superwhisper.app/Contents/MacOS/superwhisper", &[]),
    (Like("superwhisper"), "OpenSuperWhisper", "/Applications/OpenSuperWhisper.app/Contents/MacOS/OpenSuperWhisper", &[]),

    (None, "launchd", "/sbin/launchd", &[]),
];
