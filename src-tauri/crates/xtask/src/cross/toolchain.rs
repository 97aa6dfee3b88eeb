//! The compiler that knows the other systems: the pinned one with their standard libraries, else
//! Debian's.

use super::{System, debian};
use crate::place::Place;
use crate::process::{Failure, step, succeeds};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A cargo that can compile for every [`System`].
#[derive(Debug)]
pub(crate) enum Toolchain {
    /// The one `rust-toolchain.toml` names: its lints are the ones the code is written for.
    Pinned,
    /// Debian's, unpacked below this folder. It may be newer, so its lints are not asked.
    Debian(PathBuf),
}

impl Toolchain {
    /// Adds what the pinned toolchain lacks; where rustup's server is out of reach, Debian's packages
    /// have both a compiler and the standard library's source.
    ///
    /// # Errors
    /// When neither can be had.
    pub(crate) fn find(place: &Place, systems: &[System]) -> Result<Self, Failure> {
        let missing: Vec<&str> = systems
            .iter()
            .map(|system| system.target)
            .filter(|target| !has_standard_library(place, target))
            .collect();
        if missing.is_empty() {
            return Ok(Self::Pinned);
        }
        if let Some(folder) = debian::unpacked(place, systems) {
            return Ok(Self::Debian(folder));
        }
        let added = step("add the standard libraries (once)", || {
            let mut rustup = place.command("rustup");
            rustup.args(["target", "add"]).args(&missing);
            Ok(succeeds(&mut rustup))
        })?;
        if added {
            return Ok(Self::Pinned);
        }
        if Path::new("/etc/debian_version").exists() {
            eprintln!("rustup could not add them; taking Debian's compiler and its source");
            return debian::unpack(place, systems).map(Self::Debian);
        }
        Err(Failure::new(format!(
            "missing on this machine:\n  the standard libraries of the other systems: \
             `rustup target add {}`",
            missing.join(" ")
        )))
    }

    /// cargo, at the top of the clone.
    pub(crate) fn cargo(&self, place: &Place) -> Command {
        match self {
            Self::Pinned => place.cargo(&[]),
            Self::Debian(folder) => debian::cargo(place, folder),
        }
    }

    /// The subcommand that checks types.
    pub(crate) fn checker(&self) -> &'static str {
        match self {
            Self::Pinned => "clippy",
            Self::Debian(_) => "check",
        }
    }

    /// What stands at its end.
    pub(crate) fn checker_arguments(&self) -> &'static [&'static str] {
        match self {
            Self::Pinned => &["--", "--deny", "warnings"],
            Self::Debian(_) => &[],
        }
    }
}

/// Whether the pinned compiler finds a standard library for `target`.
fn has_standard_library(place: &Place, target: &str) -> bool {
    let mut rustc = place.command(rustc());
    rustc.args(["--print", "target-libdir", "--target", target]);
    rustc.output().is_ok_and(|output| {
        let folder = String::from_utf8_lossy(&output.stdout);
        output.status.success() && Path::new(folder.trim()).is_dir()
    })
}

fn rustc() -> OsString {
    "rustc".into()
}
