//! Amp's threads. Nothing but the file's name may be decided here.

#![no_main]

use aco_usage_fuzz::hold;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| hold("amp", ".local/share/amp/threads/T-1.json", bytes));
