//! The exports of Cursor's dashboard.

#![no_main]

use aco_usage_fuzz::hold_export;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| hold_export(bytes));
