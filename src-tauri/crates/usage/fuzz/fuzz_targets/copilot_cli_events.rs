//! GitHub Copilot CLI's events of a session. Nothing but the file's name may be decided here.

#![no_main]

use aco_usage_fuzz::hold;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| hold(
    "copilot-cli",
    ".copilot/session-state/s-1/events.jsonl",
    bytes
));
