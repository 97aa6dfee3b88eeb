//! Goose's sessions of before its database. Nothing but the file's name may be decided here.

#![no_main]

use aco_usage_fuzz::hold;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| hold(
    "goose",
    ".local/share/goose/sessions/20250727_142210.jsonl",
    bytes
));
