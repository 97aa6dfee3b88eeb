//! The other tracker that benches and rigs compare with: ccusage's native program, from npm.
//!
//! Fetched through npm itself, and only when a command needs it: nobody who builds or tests the
//! product downloads it.

use crate::place::Place;
use crate::process::{Failure, run, step};
use crate::ui::npm;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The newest ccusage the registry serves for this machine; without a registry, the newest that
/// is here.
///
/// # Errors
/// When there is neither.
pub(crate) fn ccusage(place: &Place) -> Result<PathBuf, Failure> {
    let package = package()?;
    let program = |folder: &Path| {
        let name = format!("ccusage{}", std::env::consts::EXE_SUFFIX);
        folder.join("package").join("bin").join(name)
    };
    let Some(version) = newest(place, &package) else {
        return fetched(&place.tools)
            .map(|folder| program(&folder))
            .filter(|program| program.is_file())
            .ok_or_else(|| {
                Failure::new(format!(
                    "`npm view {package}` gives no version; install Node.js, or see whether its registry can be reached"
                ))
            });
    };
    let folder = place.tools.join(format!("ccusage-{version}"));
    let there = program(&folder);
    if !there.is_file() {
        step("fetch ccusage", || {
            fetch(place, &format!("{package}@{version}"), &folder)
        })?;
        executable(&there)?;
    }
    Ok(there)
}

fn package() -> Result<String, Failure> {
    let system = match std::env::consts::OS {
        "linux" => "linux",
        "macos" => "darwin",
        "windows" => "win32",
        other => return Err(Failure::new(format!("there is no ccusage for {other}"))),
    };
    let machine = match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => return Err(Failure::new(format!("there is no ccusage for {other}"))),
    };
    Ok(format!("@ccusage/ccusage-{system}-{machine}"))
}

fn newest(place: &Place, package: &str) -> Option<String> {
    let output = npm(place)
        .args(["view", package, "version"])
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let version = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && is_version(&version)).then_some(version)
}

/// It becomes the name of a folder.
fn is_version(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || ".-+".contains(c))
}

fn fetch(place: &Place, what: &str, folder: &Path) -> Result<(), Failure> {
    let failed = |error| Failure::new(format!("could not write {}: {error}", folder.display()));
    fs::create_dir_all(folder).map_err(failed)?;
    run(npm(place)
        .args(["pack", "--silent", "--pack-destination"])
        .arg(folder)
        .arg(what)
        .stdout(Stdio::null()))?;
    let archives = fs::read_dir(folder).map_err(failed)?.flatten();
    let archive = archives
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|end| end == "tgz"))
        .ok_or_else(|| Failure::new(format!("`npm pack {what}` left no archive")))?;
    // Every system we build on has a tar, Windows too.
    run(Command::new("tar")
        .arg("-xzf")
        .arg(archive)
        .arg("-C")
        .arg(folder))
}

/// The archive does not say so.
#[cfg(unix)]
fn executable(program: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(program, fs::Permissions::from_mode(0o755)).map_err(|error| {
        Failure::new(format!(
            "could not make {} executable: {error}",
            program.display()
        ))
    })
}

#[cfg(not(unix))]
fn executable(_program: &Path) -> Result<(), Failure> {
    Ok(())
}

/// What an earlier run has left, the newest by time.
fn fetched(tools: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(tools).ok()?.flatten();
    entries
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("ccusage-"))
        .max_by_key(|entry| entry.metadata().and_then(|data| data.modified()).ok())
        .map(|entry| entry.path())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_becomes_a_folder_is_a_version() {
        for version in ["20.0.24", "1.0.0-beta.2"] {
            assert!(is_version(version), "{version}");
        }
        for other in ["", "latest", "../..", "1.0/../..", "1.0\n2.0"] {
            assert!(!is_version(other), "{other}");
        }
    }
}
