//! Droid's sessions. Nothing but the file's name may be decided here.

#![no_main]

use aco_usage_fuzz::hold;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| hold("droid", ".factory/sessions/s-1.settings.json", bytes));
