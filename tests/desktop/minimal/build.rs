//! What every Tauri program's build does, where this one is a program at all.

fn main() {
    if std::env::var_os("CARGO_CFG_TARGET_OS").is_some_and(|system| system == "linux") {
        tauri_build::build();
    }
}
