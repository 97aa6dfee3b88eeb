//! Embeds the window's pages and declares which commands they may call.

use std::path::Path;
use std::process::exit;

/// Every command of the window. Declared here, each needs its own permission in
/// `capabilities/window.json`; what is not listed is refused.
const COMMANDS: &[&str] = &[
    "opening",
    "status",
    "pause",
    "resume",
    "try_now",
    "acknowledge_dropped",
    "send_kept",
    "open_grafana",
    "open_config",
    "open_log_folder",
    "show_quarantine",
    "start_agent",
    "follow_logs",
    "took_logs",
    "stop_logs",
    "older_logs",
    "spend",
    "stop_spend",
    "update_prices",
    "settings",
    "check_settings",
    "change_settings",
    "change_subscriptions",
    "set_token",
    "clear_token",
    "test_connection",
    "stop_test",
    "first_run",
    "try_first_run",
    "finish_first_run",
    "skip_first_run",
    "quit",
];

#[allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a build script speaks to cargo and to who builds through its output"
)]
fn main() {
    // Tauri's own words for this are a panic of a macro that names a path and no remedy.
    let pages = Path::new("../ui/dist/index.html");
    println!("cargo::rerun-if-changed={}", pages.display());
    if !pages.is_file() {
        println!("cargo::error=ui/dist/index.html is missing: the window's pages are not built");
        println!(
            "cargo::error=build them by `cargo xtask ui` (or in ui/: npm ci && npm run build)"
        );
        exit(1);
    }
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    let attributes = tauri_build::Attributes::new().app_manifest(manifest);
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error={error:#}");
        exit(1);
    }
}
