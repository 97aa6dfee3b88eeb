//! The tools, each in a room of its own.

pub(crate) mod amp;
pub(crate) mod claude_code;
pub(crate) mod codex;
pub(crate) mod copilot_cli;
pub(crate) mod droid;
pub(crate) mod gemini_cli;
pub(crate) mod kimi;
pub(crate) mod qwen_code;

use crate::source::Source;

/// Every source, in a fixed order.
#[must_use]
pub fn all() -> Vec<Box<dyn Source>> {
    vec![
        Box::new(claude_code::ClaudeCode::new()),
        Box::new(codex::Codex::new()),
        Box::new(gemini_cli::GeminiCli::new()),
        Box::new(copilot_cli::CopilotCli::new()),
        Box::new(qwen_code::QwenCode::new()),
        Box::new(amp::Amp::new()),
        Box::new(droid::Droid::new()),
        Box::new(kimi::Kimi::new()),
    ]
}
