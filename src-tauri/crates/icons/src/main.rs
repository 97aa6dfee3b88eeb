//! Writes every icon that the SVGs draw: `cargo xtask icons`.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line speaks through its output"
)]

use std::fs;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    // Where cargo found this crate: a tool of the repository works on the repository.
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../icons");
    match write(&folder) {
        Ok(count) => {
            println!("{count} icons written below src-tauri/icons");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("icons: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write(folder: &Path) -> Result<usize, String> {
    let read = |name: &str| {
        let path = folder.join(name);
        fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
    };
    let files = aco_icons::all(&read)?;
    for file in &files {
        let path = folder.join(&file.path);
        fs::write(&path, &file.bytes).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(files.len())
}
