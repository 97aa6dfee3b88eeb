//! A Windows to run tests in: Wine, with a folder of its own that no other program of the user's
//! sees.

use super::System;
use crate::place::Place;
use crate::process::{Failure, output, run, step, succeeds};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Neither .NET nor a browser nor menu entries: setting up each would take longer than the tests.
const OVERRIDES: &str = "mscoree,mshtml=;winemenubuilder.exe=d";

/// What Windows calls one of its own libraries, and what Wine before 9 lacks.
const RANDOM: &str = "bcryptprimitives.dll";

/// Every Rust program imports it; without it, each ends with 53 before its first line and says
/// nothing.
const RANDOM_SOURCE: &str = include_str!("bcryptprimitives.c");

/// How cargo starts a test. One start in a thousand or two Wine fails to load a library of its own
/// and exits with 1, which no test program does: a failed test is 101, a crash something else. One
/// that hangs ends with 124: there is nobody to press Ctrl-C.
const RUNNER: &str = "\
#!/bin/sh
for attempt in 1 2 3; do
  timeout 180 wine \"$@\"
  code=$?
  [ $code = 1 ] || exit $code
done
exit $code
";

/// A Windows' drive and registry, beside what is built, and the process that keeps them.
#[derive(Debug)]
pub(crate) struct Prefix {
    folder: PathBuf,
}

impl Prefix {
    /// Sets one up for the installed Wine, once.
    ///
    /// # Errors
    /// When Wine cannot, in its own words.
    pub(crate) fn prepare(place: &Place) -> Result<Self, Failure> {
        let version = output(place.command("wine").arg("--version"))?;
        // "wine-8.0 (Debian 8.0~repack-4)"
        let version = version.split_whitespace().next().unwrap_or("wine");
        let prefix = Self {
            // Ours as the build folder is: two runs in one prefix would end each other's programs.
            folder: super::folder(place).join(format!("{version}-prefix")),
        };
        let ready = prefix.folder.join("ready");
        if !ready.exists() {
            step("set up Wine (once)", || prefix.set_up(place))?;
            fs::write(&ready, "")
                .map_err(|error| Failure::new(format!("could not write in the prefix: {error}")))?;
        }
        super::write(&prefix.runner(), RUNNER)?;
        super::make_executable(&prefix.runner())?;
        // What an interrupted run has left: the next one would not be ours.
        prefix.leave();
        // By itself it ends three seconds after each program, and starts anew for the next.
        let mut server = place.command("wineserver");
        prefix.environment(&mut server);
        run(server.arg("--persistent"))?;
        Ok(prefix)
    }

    /// Has `command`, cargo, run what it builds for `system` in here.
    pub(crate) fn enter(&self, command: &mut Command, system: &System) {
        let variable = system.target.to_uppercase().replace('-', "_");
        command.env(format!("CARGO_TARGET_{variable}_RUNNER"), self.runner());
        self.environment(command);
    }

    fn runner(&self) -> PathBuf {
        self.folder.join("run-test")
    }

    fn environment(&self, command: &mut Command) {
        command
            .env("WINEPREFIX", &self.folder)
            .env("WINEARCH", "win64")
            // Its own notes would bury what a failing test prints.
            .env("WINEDEBUG", "-all")
            .env("WINEDLLOVERRIDES", OVERRIDES);
    }

    /// Ends what still runs in it.
    fn leave(&self) {
        let mut server = Command::new("wineserver");
        self.environment(&mut server);
        // Nothing is left to be ended, then.
        succeeds(server.arg("--kill"));
    }

    fn set_up(&self, place: &Place) -> Result<(), Failure> {
        // What an interrupted attempt has left, processes included.
        self.leave();
        let _ = fs::remove_dir_all(&self.folder);
        fs::create_dir_all(&self.folder).map_err(|error| {
            Failure::new(format!("could not make {}: {error}", self.folder.display()))
        })?;
        let mut boot = place.command("wine");
        self.environment(&mut boot);
        // Without a display it says so on standard error, and goes on.
        output(boot.args(["wineboot", "--init"]))?;
        let library = self.folder.join("drive_c/windows/system32").join(RANDOM);
        if library.exists() {
            return Ok(());
        }
        self.build_random(place, &library)
    }

    fn build_random(&self, place: &Place, library: &Path) -> Result<(), Failure> {
        let source = self.folder.join("bcryptprimitives.c");
        fs::write(&source, RANDOM_SOURCE).map_err(|error| {
            Failure::new(format!("could not write {}: {error}", source.display()))
        })?;
        run(place
            .command("x86_64-w64-mingw32-gcc")
            .args(["-shared", "-O1", "-Wall", "-Werror", "-o"])
            .arg(library)
            .arg(&source)
            .arg("-ladvapi32"))
    }
}

impl Drop for Prefix {
    fn drop(&mut self) {
        self.leave();
    }
}
