//! `cargo xtask cross check`: what the crates say to Windows and macOS, asked from Linux.
//!
//! A side behind `cfg(windows)` or `cfg(target_os = "macos")` is text to every other check here. Both
//! are type-checked and linted; Windows' tests are also built and run, under Wine. Nothing for
//! macOS is linked: that takes Apple's SDK, and a Mac. Releases are not built here.

mod debian;
mod toolchain;
mod wine;

use crate::needs::{self, C_COMPILER, MINGW, WINE};
use crate::place::Place;
use crate::process::{Failure, run, step};
use crate::summary::run_tests;
use crate::ui;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use toolchain::Toolchain;
use wine::Prefix;

/// A system whose side of the code is compiled here and runs elsewhere.
#[derive(Debug)]
pub(crate) struct System {
    name: &'static str,
    /// As the compiler calls it.
    pub(crate) target: &'static str,
    /// What its side of a file stands behind.
    predicate: &'static str,
    /// Whether its programs are linked, here and now.
    links: bool,
}

const WINDOWS: System = System {
    name: "Windows",
    target: "x86_64-pc-windows-gnu",
    predicate: "windows",
    links: true,
};

const MACOS: System = System {
    name: "macOS",
    target: "aarch64-apple-darwin",
    predicate: "target_os = \"macos\"",
    links: false,
};

/// All of them. Their results lie in [`folder`].
pub(crate) const SYSTEMS: &[System] = &[WINDOWS, MACOS];

/// What has no side on Windows, or is no test of a side: the real servers and desktops, the
/// measurements and this program; and the tray application, which shows itself by [`smoke`].
const NOT_UNDER_WINE: &[&str] = &[
    "aco-bench",
    "aco-e2e",
    "aco-e2e-desktop",
    "aco-minimal-tray",
    TRAY_APPLICATION,
    "xtask",
];

const TRAY_APPLICATION: &str = "ai-cost-observer";

/// Whether the tests run as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tests {
    UnderWine,
    Not,
}

/// Type-checks for each system, and runs Windows' tests under Wine unless told not to.
pub(crate) fn check(place: &Place, tests: Tests) -> Result<(), Failure> {
    needs::install(place, &[&C_COMPILER, &MINGW])?;
    if tests == Tests::UnderWine {
        needs::install(place, &[&WINE])?;
    }
    let cross = Cross::of(place)?;
    for system in SYSTEMS {
        step(&format!("types for {}", system.name), || {
            cross.notices_an_error(system)?;
            run(&mut cross.types(system, None))
        })?;
    }
    if tests == Tests::UnderWine {
        let prefix = Prefix::prepare(place)?;
        let summary = step("tests under Wine", || {
            run_tests(&mut cross.tests(&WINDOWS, &prefix))
        })?;
        println!("under Wine: {summary}");
    }
    Ok(())
}

/// Links the tray application for Windows and has it check itself under Wine. Apart from [`check`]:
/// the webview's half of the tree is only type-checked there, and is minutes to build.
pub(crate) fn smoke(place: &Place) -> Result<(), Failure> {
    needs::install(place, &[&C_COMPILER, &MINGW, &WINE])?;
    let cross = Cross::of(place)?;
    let prefix = Prefix::prepare(place)?;
    step("the tray application under Wine", || {
        run(&mut cross.smoke(&WINDOWS, &prefix))
    })
}

/// Where cargo builds for other systems: apart, because the compiler may be another.
pub(crate) fn folder(place: &Place) -> PathBuf {
    place.checks_target.join("cross")
}

struct Cross<'a> {
    place: &'a Place,
    toolchain: Toolchain,
    /// See [`no_code`].
    no_code: PathBuf,
}

impl<'a> Cross<'a> {
    fn of(place: &'a Place) -> Result<Self, Failure> {
        // The tray application carries them, wherever it runs.
        ui::build(place)?;
        Ok(Self {
            place,
            toolchain: Toolchain::find(place, SYSTEMS)?,
            no_code: no_code(place)?,
        })
    }

    /// Everything we have, or the package at `manifest`, as `system` sees it.
    fn types(&self, system: &System, manifest: Option<&Path>) -> Command {
        let mut command = self.cargo(self.toolchain.checker(), system);
        command.args(["--workspace", "--all-targets"]);
        if let Some(manifest) = manifest {
            command.arg("--manifest-path").arg(manifest);
        }
        command.args(self.toolchain.checker_arguments());
        command
    }

    /// The tests of the crates that have a side of their own.
    fn tests(&self, system: &System, prefix: &Prefix) -> Command {
        let mut command = self.cargo("test", system);
        command.args(["--workspace", "--no-fail-fast"]);
        for package in NOT_UNDER_WINE {
            command.args(["--exclude", package]);
        }
        prefix.enter(&mut command, system);
        command
    }

    /// The tray application's check of itself, which ends before the window: Wine has no webview.
    fn smoke(&self, system: &System, prefix: &Prefix) -> Command {
        let mut command = self.cargo("run", system);
        command.args(["--quiet", "--package", TRAY_APPLICATION, "--", "--smoke"]);
        prefix.enter(&mut command, system);
        // Nothing that an earlier run has left there is wrong: a home is used more than once.
        command.env("ACO_HOME", r"C:\aco-smoke");
        command
    }

    fn cargo(&self, subcommand: &str, system: &System) -> Command {
        let mut command = self.toolchain.cargo(self.place);
        command
            .args([subcommand, "--target", system.target])
            .env("CARGO_TARGET_DIR", folder(self.place));
        if !system.links {
            command
                .env("CC_aarch64_apple_darwin", self.no_code.join("clang"))
                .env("AR_aarch64_apple_darwin", self.no_code.join("ar"))
                // Otherwise build scripts ask a program of Apple's for it.
                .env("SDKROOT", &self.no_code);
        }
        command
    }

    /// Shows the check a side that does not compile: one that lets this pass checks nothing.
    fn notices_an_error(&self, system: &System) -> Result<(), Failure> {
        let probe = folder(self.place).join("probe").join(system.target);
        let manifest = probe.join("Cargo.toml");
        write(&manifest, MANIFEST)?;
        write(
            &probe.join("lib.rs"),
            &format!(
                "//! A side that only one system sees.\n\n\
                 #[cfg({})]\nconst _: u8 = \"no number\";\n",
                system.predicate
            ),
        )?;
        let output = self
            .types(system, Some(&manifest))
            .output()
            .map_err(|error| Failure::new(format!("could not start cargo: {error}")))?;
        let said = String::from_utf8_lossy(&output.stderr);
        if output.status.success() {
            Err(Failure::new(format!(
                "a type error behind cfg({}) passed: the check does not see that side",
                system.predicate
            )))
        } else if said.contains("error[E0308]") {
            Ok(())
        } else {
            Err(Failure::new(format!(
                "nothing can be compiled for {}:\n{said}",
                system.name
            )))
        }
    }
}

const MANIFEST: &str = "\
[package]
name = \"probe\"
edition = \"2024\"

[lib]
path = \"lib.rs\"

[workspace]
";

/// A compiler and an archiver that write empty files, for crates that bring C along: the types are
/// Rust's alone, and a compiler for Apple's systems is a large thing to have.
fn no_code(place: &Place) -> Result<PathBuf, Failure> {
    let folder = folder(place).join("no-code");
    for (name, script) in [
        (
            "clang",
            "#!/bin/sh\n# cargo xtask cross check: makes the file behind -o, empty.\n\
             while [ $# -gt 0 ]; do\n  if [ \"$1\" = -o ]; then : >\"$2\"; fi\n  shift\ndone\n",
        ),
        (
            "ar",
            "#!/bin/sh\n# cargo xtask cross check: makes an archive with nothing in it.\n\
             printf '!<arch>\\n' >\"$2\"\n",
        ),
    ] {
        let path = folder.join(name);
        write(&path, script)?;
        make_executable(&path)?;
    }
    Ok(folder)
}

/// Writes what is not there already: a newer file would be built anew.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    if fs::read_to_string(path).is_ok_and(|found| found == text) {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(path, text))
        .map_err(|error| Failure::new(format!("could not write {}: {error}", path.display())))
}

#[cfg(unix)]
fn make_executable(path: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).map_err(|error| {
        Failure::new(format!(
            "could not make {} executable: {error}",
            path.display()
        ))
    })
}

#[cfg(not(unix))]
fn make_executable(_path: &Path) -> Result<(), Failure> {
    Err(Failure::new(
        "other systems are checked from Linux; here `cargo test` checks this one",
    ))
}
