//! OpenCode's messages: the files of old versions hold the same JSON as the rows of new ones.

#![no_main]

use aco_usage_fuzz::hold;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| hold(
    "opencode",
    ".local/share/opencode/storage/message/ses_1/msg_1.json",
    bytes
));
