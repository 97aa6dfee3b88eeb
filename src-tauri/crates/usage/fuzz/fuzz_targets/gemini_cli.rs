//! Gemini CLI's chats. Nothing but the file's name may be decided here.

#![no_main]

use aco_usage_fuzz::hold;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| hold(
    "gemini-cli",
    ".gemini/tmp/app/chats/session-1.jsonl",
    bytes
));
