//! Windows. Names end in .exe, case does not count, and parents may be gone.

use super::Expect::{self, Is, Like, None, Part};

#[rustfmt::skip] // A table: one process a line.
pub(super) const ROWS: &[(Expect, &str, &str, &[&str])] = &[
    // One executable name, two products.
    (Is("claude-code"), "claude.exe", r"C:\Users\u\.local\bin\claude.exe", &[]),
    (Is("claude-code"), "claude.exe", "", &[]),
    (Is("claude-code"), "claude.exe", r"c:\Users\u\.vscode\extensions\anthropic.claude-code-2.1.153-win32-x64\resources\native-binary\claude.exe", &[]),
    (Is("claude-code"), "claude.exe", r"C:\Users\u\AppData\Roaming\Claude\claude-code\2.1.41\claude.exe", &[]),
    (Is("claude-code"), "node.exe", r"C:\Program Files\nodejs\node.exe", &[r"C:\Users\u\AppData\Roaming\npm\node_modules\@anthropic-ai\claude-code\cli.js"]),
    (Like("claude-code"), "claude.exe.bak", r"C:\claude.exe.bak", &[]),
    (Like("claude-code"), "explorer.exe", r"C:\Windows\explorer.exe", &[r"C:\Users\u\.local\bin\claude.exe"]),
    // What runs inside WSL is seen by an agent inside WSL.
    (Like("claude-code"), "wsl.exe", r"C:\Windows\System32\wsl.exe", &["claude"]),

    (Is("codex"), "node.exe", r"C:\Program Files\nodejs\node.exe", &[r"C:\Users\u\AppData\Roaming\npm\node_modules\@openai\codex\bin\codex.js"]),
    (Is("codex"), "codex.exe", r"C:\Users\u\AppData\Roaming\npm\node_modules\@openai\codex\vendor\x86_64-pc-windows-msvc\codex\codex.exe", &[]),
    (Is("codex"), "codex-x86_64-pc-windows-msvc.exe", r"C:\Users\u\AppData\Local\Microsoft\WinGet\Packages\OpenAI.Codex_x\codex-x86_64-pc-windows-msvc.exe", &[]),
    (Like("codex"), "codex.exe", r"C:\Program Files\WindowsApps\OpenAI.Codex_26.908.4834.0_x64__2p2nqsd0c76g0\app\resources\codex.exe", &["app-server"]),
    (Like("codex"), "codex-setup.exe", r"C:\codex-setup.exe", &[]),

    (Is("gemini-cli"), "node.exe", r"C:\Program Files\nodejs\node.exe", &[r"C:\Users\u\AppData\Roaming\npm\node_modules\@google\gemini-cli\dist\index.js"]),
    (Is("gemini-cli"), "node.exe", r"C:\Users\u\AppData\Local\pnpm\node.exe", &[r"C:\Users\u\AppData\Local\pnpm\global\5\node_modules\@google\gemini-cli\dist\index.js"]),
    (Like("gemini-cli"), "node.exe", r"C:\Program Files\nodejs\node.exe", &[r"C:\Program Files\nodejs\node_modules\npm\bin\npm-cli.js", "i", "@google/gemini-cli"]),

    (Is("opencode"), "opencode.exe", r"C:\Users\u\scoop\apps\opencode\current\opencode.exe", &[]),
    (Like("opencode"), "OpenCodeDesktop.exe", r"C:\Users\u\AppData\Local\OpenCodeDesktop\OpenCodeDesktop.exe", &[]),

    (Is("gh-copilot"), "gh.exe", r"C:\Program Files\GitHub CLI\gh.exe", &["copilot", "-p", "x"]),
    (Is("gh-copilot"), "copilot.exe", r"C:\Users\u\AppData\Local\GitHub CLI\copilot\copilot.exe", &[]),
    (Is("gh-copilot"), "gh-copilot.exe", r"C:\Users\u\AppData\Local\GitHub CLI\extensions\gh-copilot\gh-copilot.exe", &["explain"]),
    (Like("gh-copilot"), "gh.exe", r"C:\Program Files\GitHub CLI\gh.exe", &["auth", "status"]),

    (Is("copilot-cli"), "copilot.exe", r"C:\Users\u\AppData\Roaming\npm\node_modules\@github\copilot-win32-x64\copilot.exe", &[]),
    (Like("copilot-cli"), "Copilot.exe", r"C:\Program Files\WindowsApps\Microsoft.Copilot_1.25.0_x64__8wekyb3d8bbwe\Copilot.exe", &[]),

    (Is("amp"), "amp.exe", r"C:\Users\u\.amp\bin\amp.exe", &[]),
    (Is("amp"), "node.exe", r"C:\Program Files\nodejs\node.exe", &[r"C:\Users\u\AppData\Roaming\npm\node_modules\@sourcegraph\amp\dist\main.js"]),
    (Like("amp"), "Winamp.exe", r"C:\Program Files (x86)\Winamp\Winamp.exe", &[]),

    (Is("goose"), "goose.exe", r"C:\Users\u\goose\goose.exe", &["session"]),
    (Like("goose"), "goose.exe", r"C:\Users\u\go\bin\goose.exe", &["up"]),

    (Is("qwen-code"), "node.exe", r"C:\Program Files\nodejs\node.exe", &[r"C:\Users\u\AppData\Roaming\npm\node_modules\@qwen-code\qwen-code\cli.js"]),
    (Like("qwen-code"), "QwenChat.exe", r"C:\Program Files\QwenChat\QwenChat.exe", &[]),

    (Is("kimi"), "kimi.exe", r"C:\Users\u\.local\bin\kimi.exe", &[]),
    (Like("kimi"), "KimiDesktop.exe", r"C:\Program Files\KimiDesktop\KimiDesktop.exe", &[]),

    // uv's and pip's launchers start python with their own path: one instance.
    (Is("vibe"), "vibe.exe", r"C:\Users\u\.local\bin\vibe.exe", &[]),
    (Is("vibe"), "python.exe", r"C:\Users\u\AppData\Roaming\uv\tools\mistral-vibe\Scripts\python.exe", &[r"C:\Users\u\.local\bin\vibe.exe"]),
    (Like("vibe"), "VibeApp.exe", r"C:\Program Files\VibeApp\VibeApp.exe", &[]),

    (Is("aider"), "python.exe", r"C:\Python312\python.exe", &[r"C:\Users\u\.local\bin\aider.exe"]),
    (Like("aider"), "python.exe", r"C:\Python312\python.exe", &[r"C:\Users\u\aider.py"]),

    (Is("cursor-agent"), "node.exe", r"C:\Users\u\AppData\Local\cursor-agent\versions\2026.01.1\node.exe", &["index.js"]),
    (Like("cursor-agent"), "node.exe", r"C:\Program Files\nodejs\node.exe", &["index.js"]),

    (Is("droid"), "droid.exe", r"C:\Users\u\bin\droid.exe", &[]),
    (Like("droid"), "DroidCam.exe", r"C:\Program Files\DroidCam\DroidCam.exe", &[]),

    (Is("crush"), "crush.exe", r"C:\Users\u\scoop\apps\crush\current\crush.exe", &[]),
    (Like("crush"), "CandyCrush.exe", r"C:\Games\CandyCrush.exe", &[]),

    (Is("llm"), "llm.exe", r"C:\Python312\Scripts\llm.exe", &["a prompt"]),
    (Is("llm"), "python.exe", r"C:\Python312\python.exe", &[r"C:\Python312\Scripts\llm.exe", "a prompt"]),
    (Like("llm"), "python.exe", r"C:\Python312\python.exe", &[r"C:\src\llm.py"]),

    (Is("sgpt"), "python.exe", r"C:\Python312\python.exe", &[r"C:\Python312\Scripts\sgpt.exe"]),
    (Like("sgpt"), "sgpt-tray.exe", r"C:\sgpt-tray.exe", &[]),

    (Is("openai"), "openai.exe", r"C:\Python312\Scripts\openai.exe", &["api", "models.list"]),
    (Like("openai"), "openai-translator.exe", r"C:\Program Files\OpenAI Translator\openai-translator.exe", &[]),

    (Is("ollama"), "ollama app.exe", r"C:\Users\u\AppData\Local\Programs\Ollama\ollama app.exe", &[]),
    (Is("ollama"), "ollama.exe", r"C:\Users\u\AppData\Local\Programs\Ollama\ollama.exe", &["serve"]),
    (Like("ollama"), "ollama-setup.exe", r"C:\Users\u\Downloads\ollama-setup.exe", &[]),

    (Is("claude"), "claude.exe", r"C:\Users\u\AppData\Local\AnthropicClaude\app-0.14.10\claude.exe", &[]),
    (Is("claude"), "claude.exe", r"C:\Users\u\AppData\Local\AnthropicClaude\claude.exe", &[]),
    (Is("claude"), "Claude.exe", r"C:\Program Files\WindowsApps\Claude_1.3036.0.0_x64__pzs8sxrjxfjjc\app\Claude.exe", &[]),
    (Part("claude"), "claude.exe", r"C:\Users\u\AppData\Local\AnthropicClaude\app-0.14.10\claude.exe", &["--type=gpu-process"]),
    (Part("claude"), "claude.exe", r"C:\Users\u\AppData\Local\AnthropicClaude\app-0.14.10\claude.exe", &["--type=crashpad-handler"]),
    (Like("claude"), "Update.exe", r"C:\Users\u\AppData\Local\AnthropicClaude\Update.exe", &[]),

    // The Store's package is still called Codex, its program ChatGPT.
    (Is("codex-app"), "ChatGPT.exe", r"C:\Program Files\WindowsApps\OpenAI.Codex_26.924.2738.0_x64__2p2nqsd0c76g0\app\ChatGPT.exe", &[]),
    (Is("codex-app"), "Codex.exe", r"C:\Program Files\WindowsApps\OpenAI.Codex_26.204.0.0_x64__2p2nqsd0c76g0\app\Codex.exe", &[]),
    (Part("codex-app"), "ChatGPT.exe", r"C:\Program Files\WindowsApps\OpenAI.Codex_26.924.2738.0_x64__2p2nqsd0c76g0\app\ChatGPT.exe", &["--type=renderer"]),
    (Like("codex-app"), "CodexTray.exe", r"C:\Program Files\CodexTray\CodexTray.exe", &[]),

    (Is("chatgpt"), "ChatGPT.exe", r"C:\Program Files\WindowsApps\OpenAI.ChatGPT-Desktop_1.2025.1_x64__2p2nqsd0c76g0\app\ChatGPT.exe", &[]),
    (Is("chatgpt"), "ChatGPT Classic.exe", r"C:\Program Files\WindowsApps\OpenAI.ChatGPT-Desktop_1.2026.133.0_x64__2p2nqsd0c76g0\app\ChatGPT Classic.exe", &[]),
    (Like("chatgpt"), "ChatGPTWidget.exe", r"C:\Program Files\ChatGPTWidget\ChatGPTWidget.exe", &[]),

    (Is("perplexity"), "Perplexity.exe", r"C:\Users\u\AppData\Local\Programs\Perplexity\Perplexity.exe", &[]),
    (Like("perplexity"), "perplexity.exe", r"C:\llama.cpp\build\bin\perplexity.exe", &["-m", "x.gguf"]),

    (Is("msty"), "Msty.exe", r"C:\Users\u\AppData\Local\Programs\Msty\Msty.exe", &[]),
    (Is("msty"), "MstyStudio.exe", r"C:\Users\u\AppData\Local\Programs\MstyStudio\MstyStudio.exe", &[]),
    (Like("msty"), "MstyUpdater.exe", r"C:\Users\u\AppData\Local\MstyUpdater.exe", &[]),

    (Is("cursor"), "CURSOR.EXE", r"C:\Users\u\AppData\Local\Programs\cursor\Cursor.exe", &[]),
    (Part("cursor"), "Cursor.exe", r"C:\Users\u\AppData\Local\Programs\cursor\Cursor.exe", &["--type=utility"]),
    (Like("cursor"), "CursorFX.exe", r"C:\Program Files\Stardock\CursorFX\CursorFX.exe", &[]),

    (Is("windsurf"), "Windsurf.exe", r"C:\Users\u\AppData\Local\Programs\Windsurf\Windsurf.exe", &[]),
    (Like("windsurf"), "language_server_windows_x64.exe", r"C:\Users\u\AppData\Local\Programs\Windsurf\resources\app\extensions\windsurf\bin\language_server_windows_x64.exe", &[]),

    (Is("antigravity"), "Antigravity.exe", r"C:\Users\u\AppData\Local\Programs\antigravity\Antigravity.exe", &[]),
    (Is("antigravity"), "Antigravity IDE.exe", r"C:\Users\u\AppData\Local\Programs\Antigravity IDE\Antigravity IDE.exe", &[]),
    (Like("antigravity"), "antigravity-agent.exe", r"C:\Program Files\antigravity-agent\antigravity-agent.exe", &[]),

    (Is("zed"), "Zed.exe", r"C:\Users\u\AppData\Local\Programs\Zed\Zed.exe", &[]),
    (Like("zed"), "zed.exe", r"C:\tools\zed.exe", &[]),

    (Is("vscode-copilot"), "Code.exe", r"C:\Users\u\AppData\Local\Programs\Microsoft VS Code\Code.exe", &[]),
    (Part("vscode-copilot"), "Code.exe", r"C:\Users\u\AppData\Local\Programs\Microsoft VS Code\Code.exe", &[r"c:\Users\u\AppData\Local\Programs\Microsoft VS Code\resources\app\extensions\json-language-features\server\dist\node\jsonServerMain", "--node-ipc", "--clientProcessId=480"]),
    (Like("vscode-copilot"), "VSCodium.exe", r"C:\Program Files\VSCodium\VSCodium.exe", &[]),

    (Is("jetbrains"), "idea64.exe", r"C:\Program Files\JetBrains\IntelliJ IDEA 2026.1\bin\idea64.exe", &[]),
    (Is("jetbrains"), "rider64.exe", r"C:\Users\u\AppData\Local\Programs\Rider\bin\rider64.exe", &[]),
    (Like("jetbrains"), "fsnotifier.exe", r"C:\Program Files\JetBrains\IntelliJ IDEA 2026.1\bin\fsnotifier.exe", &[]),

    (Is("warp"), "warp.exe", r"C:\Users\u\AppData\Local\Programs\Warp\warp.exe", &[]),
    (Is("warp"), "warp.exe", r"C:\Program Files\Warp\warp.exe", &[]),
    (Like("warp"), "warp-svc.exe", r"C:\Program Files\Cloudflare\Cloudflare WARP\warp-svc.exe", &[]),
    (Like("warp"), "warp.exe", r"C:\tools\warp.exe", &[]),

    (Is("lm-studio"), "LM Studio.exe", r"C:\Users\u\AppData\Local\Programs\LM Studio\LM Studio.exe", &[]),
    (Part("lm-studio"), "LM Studio.exe", r"C:\Users\u\AppData\Local\Programs\LM Studio\LM Studio.exe", &["--type=renderer"]),
    (Like("lm-studio"), "studio64.exe", r"C:\Program Files\Android\Android Studio\bin\studio64.exe", &[]),

    (Is("jan"), "Jan.exe", r"C:\Users\u\AppData\Local\Programs\jan\Jan.exe", &[]),
    (Like("jan"), "janus.exe", r"C:\janus\janus.exe", &[]),

    (Is("pieces"), "Pieces OS.exe", r"C:\Users\u\AppData\Local\Pieces OS\Pieces OS.exe", &[]),
    (Like("pieces"), "PiecesGame.exe", r"C:\Games\PiecesGame.exe", &[]),

    (Is("superwhisper"), "Superwhisper.exe", r"C:\Users\u\AppData\Local\superwhisper\Superwhisper.exe", &[]),
    (Like("superwhisper"), "OpenSuperWhisper.exe", r"C:\Program Files\OpenSuperWhisper\OpenSuperWhisper.exe", &[]),

    (None, "svchost.exe", r"C:\Windows\System32\svchost.exe", &["-k", "netsvcs"]),
];
