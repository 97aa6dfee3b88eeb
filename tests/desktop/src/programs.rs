//! Where the programs under test are: given, or built by cargo beside the running test.

use std::path::PathBuf;
use std::sync::OnceLock;

/// The tray application: `$ACO_TRAY_BIN`, else built.
pub fn tray() -> PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM
        .get_or_init(|| {
            aco_e2e::aco::program_of("ACO_TRAY_BIN", "ai-cost-observer", "ai-cost-observer")
        })
        .clone()
}

/// The least a Tauri program with a tray can be: `$ACO_MINIMAL_TRAY_BIN`, else built.
pub fn minimal() -> PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM
        .get_or_init(|| {
            aco_e2e::aco::program_of("ACO_MINIMAL_TRAY_BIN", "aco-minimal-tray", "minimal-tray")
        })
        .clone()
}
