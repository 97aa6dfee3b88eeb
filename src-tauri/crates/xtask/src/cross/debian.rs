//! Debian's own Rust, for machines that reach Debian's servers and not rustup's.
//!
//! Its packages have what rustup's toolchain lacks there: the standard library's source. Unpacked
//! into the cache folder, nothing of the machine changes, and the packages' quarrel with an
//! installed rustup never comes up.

use super::System;
use crate::needs;
use crate::place::Place;
use crate::process::{Failure, output, run, step};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The compiler that Debian keeps new for its browsers, cargo, and the library's source.
const PACKAGES: &[&str] = &["rustc-web", "cargo-web", "rust-web-src"];

/// The package whose version names the folder.
const NAMED_BY: &str = "rustc-web";

/// How the folders are called, a version behind it: packages move, and two clones may disagree.
const PREFIX: &str = "debian-rust-";

/// What an earlier run has unpacked and built for all of `systems`.
pub(super) fn unpacked(place: &Place, systems: &[System]) -> Option<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(&place.tools)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|folder| {
            let name = folder.file_name().unwrap_or_default().to_string_lossy();
            let libraries = || systems.iter().map(|system| libraries(folder, system));
            name.starts_with(PREFIX) && libraries().all(|folder| folder.is_dir())
        })
        .collect();
    found.sort();
    found.pop()
}

/// Fetches the packages this machine lacks and builds the standard library for `systems`.
///
/// # Errors
/// When a package cannot be had or the library cannot be built.
pub(super) fn unpack(place: &Place, systems: &[System]) -> Result<PathBuf, Failure> {
    step("unpack Debian's Rust (once)", || {
        needs::apt_update()?;
        let (version, packages) = wanted(&output(
            place
                .command("apt-get")
                .args(["install", "--simulate", "--no-install-recommends"])
                .args(PACKAGES),
        )?)?;
        let folder = place.tools.join(format!("{PREFIX}{version}"));
        let downloads = folder.join("packages");
        in_it(&downloads, fs::create_dir_all(&downloads))?;
        run(place
            .command("apt-get")
            .args(["--quiet", "download"])
            .args(&packages)
            .current_dir(&downloads))?;
        let fetched = in_it(&downloads, fs::read_dir(&downloads))?;
        for package in fetched.filter_map(Result::ok) {
            run(place
                .command("dpkg-deb")
                .arg("--extract")
                .arg(package.path())
                .arg(&folder))?;
        }
        // Kept, they would be twice on the disk.
        in_it(&downloads, fs::remove_dir_all(&downloads))?;
        Ok(folder)
    })
    .and_then(|folder| {
        for system in systems {
            step(
                &format!("standard library for {} (once)", system.name),
                || build_library(place, &folder, system),
            )?;
        }
        Ok(folder)
    })
}

/// cargo and everything it starts, from `folder`.
pub(super) fn cargo(place: &Place, folder: &Path) -> Command {
    let bin = folder.join("usr/bin");
    let mut command = place.command(bin.join("cargo"));
    command
        .env("RUSTC", bin.join("rustc"))
        .env("PATH", before(&bin, "PATH"))
        .env(
            "LD_LIBRARY_PATH",
            before(&folder.join("usr/lib/x86_64-linux-gnu"), "LD_LIBRARY_PATH"),
        );
    command
}

/// `folder`, then what the variable says already.
fn before(folder: &Path, variable: &str) -> OsString {
    let mut value = folder.as_os_str().to_owned();
    if let Some(rest) = crate::place::variable(variable) {
        value.push(":");
        value.push(rest);
    }
    value
}

/// The version of the compiler and the packages that apt would install, from what it says it would:
/// `Inst rustc-web (1.96.0+dfsg1-1~deb12u2 Debian-Security:12/… [amd64])`.
fn wanted(simulation: &str) -> Result<(String, Vec<String>), Failure> {
    let mut version = None;
    let mut packages = Vec::new();
    for line in simulation.lines() {
        let mut words = line.split_whitespace();
        if words.next() != Some("Inst") {
            continue;
        }
        let Some(package) = words.next() else {
            continue;
        };
        if package == NAMED_BY {
            version = words
                .find_map(|word| word.strip_prefix('('))
                .map(str::to_owned);
        }
        packages.push(package.to_owned());
    }
    version.map(|version| (version, packages)).ok_or_else(|| {
        Failure::new(format!(
            "apt does not offer {NAMED_BY}: it is in Debian's security suite"
        ))
    })
}

/// Where the compiler looks for `system`'s standard library.
fn libraries(folder: &Path, system: &System) -> PathBuf {
    folder
        .join("usr/lib/rustlib")
        .join(system.target)
        .join("lib")
}

/// Builds it as the dependency of an empty library, and puts it where the compiler looks.
fn build_library(place: &Place, folder: &Path, system: &System) -> Result<(), Failure> {
    let package = folder.join("library");
    super::write(&package.join("Cargo.toml"), super::MANIFEST)?;
    super::write(&package.join("lib.rs"), "//! Nothing.\n")?;
    let mut build = cargo(place, folder);
    build
        .args(["build", "--quiet", "--release", "--target", system.target])
        .arg("-Zbuild-std=std,panic_unwind,test")
        .current_dir(&package)
        // Debian's compiler is a released one, and says no to -Z.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_DIR", package.join("target"));
    if !system.links {
        build.env("RUSTFLAGS", "-Zno-codegen");
    }
    run(&mut build)?;
    let built = package
        .join("target")
        .join(system.target)
        .join("release/deps");
    let library = libraries(folder, system);
    // Renamed when it is whole: that it exists is all that the next run asks.
    let unfinished = library.with_extension("unfinished");
    in_it(&unfinished, fs::create_dir_all(&unfinished))?;
    for file in in_it(&built, fs::read_dir(&built))?.filter_map(Result::ok) {
        let name = file.file_name();
        if is_library(&name) {
            in_it(&unfinished, fs::copy(file.path(), unfinished.join(&name)))?;
        }
    }
    in_it(&library, fs::rename(&unfinished, &library))
}

/// Whether it is a part of the standard library, and not the empty one.
fn is_library(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with("lib")
        && !name.starts_with("libprobe-")
        && (name.ends_with(".rlib") || name.ends_with(".rmeta"))
}

fn in_it<T>(path: &Path, done: io::Result<T>) -> Result<T, Failure> {
    done.map_err(|error| Failure::new(format!("could not use {}: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apt_says_which_packages_and_which_version() {
        let simulation = "Reading package lists...\n\
            The following packages will be REMOVED:\n  rustc\nRemv rustc [1.63]\n\
            Inst libllvm22 (1:22.1.8-1~deb12u1 Debian-Security:12/oldstable-security [amd64])\n\
            Inst rustc-web [1.85.0] (1.96.0+dfsg1-1~deb12u2 Debian-Security:12/oldstable-security [amd64])\n\
            Conf libllvm22 (1:22.1.8-1~deb12u1 Debian-Security:12/oldstable-security [amd64])\n";
        let (version, packages) = wanted(simulation).unwrap();
        assert_eq!(version, "1.96.0+dfsg1-1~deb12u2");
        assert_eq!(packages, ["libllvm22", "rustc-web"]);
        assert!(wanted("").unwrap_err().to_string().contains("rustc-web"));
    }

    #[test]
    fn the_empty_library_is_none_of_the_standard_one() {
        let table = [
            ("libstd-0a1b.rlib", true),
            ("libcore-0a1b.rmeta", true),
            ("libprobe-0a1b.rlib", false),
            ("std-0a1b.d", false),
        ];
        for (name, expected) in table {
            assert_eq!(is_library(OsStr::new(name)), expected, "{name}");
        }
    }
}
