//! The parts of OpenCode's messages that tell steps, as files and in rows.

#![no_main]

use aco_usage_fuzz::hold_beside;
use libfuzzer_sys::fuzz_target;

const MESSAGE: &[u8] = br#"{"id":"msg_1","sessionID":"ses_1","role":"assistant","modelID":"m",
    "providerID":"p","time":{"created":1772359200000,"completed":1772359201000}}"#;

fuzz_target!(|bytes: &[u8]| hold_beside(
    "opencode",
    &[(
        ".local/share/opencode/storage/message/ses_1/msg_1.json",
        MESSAGE
    )],
    ".local/share/opencode/storage/part/msg_1/prt_1.json",
    bytes
));
