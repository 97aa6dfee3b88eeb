//! Where things are: the clone, and the cache folder that outlives it.
//!
//! The only module that reads the environment.

use crate::process::Failure;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folders a command works in.
#[derive(Debug)]
pub(crate) struct Place {
    /// The top of the clone.
    pub(crate) root: PathBuf,
    /// Where the checks build, so that a fresh clone finds what the last one built.
    pub(crate) checks_target: PathBuf,
    /// Where programs are kept that the checks need and the system lacks.
    pub(crate) tools: PathBuf,
    /// Where the benches put what they make.
    pub(crate) bench: PathBuf,
    cargo: OsString,
}

impl Place {
    /// Reads the environment cargo gave us.
    ///
    /// # Errors
    /// When not started by cargo.
    pub(crate) fn find() -> Result<Self, Failure> {
        let read = variable;
        let manifest = read("CARGO_MANIFEST_DIR").ok_or_else(|| {
            Failure::new("CARGO_MANIFEST_DIR is not set; start this as `cargo xtask`")
        })?;
        let root = Path::new(&manifest)
            .ancestors()
            .nth(3)
            .ok_or_else(|| Failure::new("this crate no longer lies in src-tauri/crates/xtask"))?
            .to_owned();
        let kept = cache_folder(read).map_or_else(
            || root.join("target").join("checks"),
            |cache| cache.join("ai-cost-observer"),
        );
        Ok(Self {
            checks_target: read("CARGO_TARGET_DIR")
                .map_or_else(|| kept.join("target"), |chosen| root.join(chosen)),
            tools: kept.join("tools"),
            bench: kept.join("bench"),
            cargo: read("CARGO").unwrap_or_else(|| "cargo".into()),
            root,
        })
    }

    /// `program`, started at the top of the clone.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        command
    }

    /// cargo, building where a user's own `cargo build` would.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(&self.cargo);
        command.args(arguments);
        command
    }

    /// cargo, building in [`Place::checks_target`].
    pub(crate) fn check_cargo(&self, arguments: &[&str]) -> Command {
        let mut command = self.cargo(arguments);
        command.env("CARGO_TARGET_DIR", &self.checks_target);
        command
    }
}

/// What the environment says, if anything.
pub(crate) fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// The platform's folder for what can be made again.
fn cache_folder(read: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let folder = if cfg!(windows) {
        PathBuf::from(read("LOCALAPPDATA")?)
    } else if cfg!(target_os = "macos") {
        PathBuf::from(read("HOME")?).join("Library").join("Caches")
    } else {
        // A relative XDG path is to be ignored, says its specification.
        read("XDG_CACHE_HOME")
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
            .or_else(|| Some(PathBuf::from(read("HOME")?).join(".cache")))?
    };
    folder.is_absolute().then_some(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(all(unix, not(target_os = "macos")))]
    #[test]
    fn the_cache_folder_is_the_platforms() {
        let table = [
            (Some("/xdg"), Some("/home/a"), Some("/xdg")),
            (Some("relative"), Some("/home/a"), Some("/home/a/.cache")),
            (None, Some("/home/a"), Some("/home/a/.cache")),
            (None, None, None),
            (None, Some("relative"), None),
        ];
        for (xdg, home, expected) in table {
            let found = cache_folder(|name| match name {
                "XDG_CACHE_HOME" => xdg.map(OsString::from),
                "HOME" => home.map(OsString::from),
                _ => None,
            });
            assert_eq!(found, expected.map(PathBuf::from), "{xdg:?} {home:?}");
        }
    }

    #[test]
    fn the_clone_is_found_from_this_crate() {
        let place = Place::find().unwrap();
        assert!(place.root.join("Cargo.lock").is_file());
    }
}
