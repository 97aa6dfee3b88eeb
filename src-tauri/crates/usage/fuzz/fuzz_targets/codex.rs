//! Codex's rollouts. Nothing but the file's name may be decided here.

#![no_main]

use aco_usage_fuzz::hold;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| hold(
    "codex",
    "sessions/2025/11/03/rollout-2025-11-03T10-00-00-00000000-0000-7000-8000-000000000001.jsonl",
    bytes
));
