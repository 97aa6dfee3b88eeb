//! `cargo xtask ui`: the window's pages, which the tray application carries inside.
//!
//! npm does the work, and only when what it would read has changed: `ui/dist` must be there before
//! cargo sees `src-tauri`, and most runs find it as they left it.

use crate::needs::{self, NODE};
use crate::place::Place;
use crate::process::{Failure, run, step, succeeds};
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is made from the rest, and by whom: not part of what decides whether it is made again.
const MADE: &[&str] = &["node_modules", "dist", "dist-harness", "coverage"];

/// Installs what the pages are made of and builds them, each if it has changed.
///
/// # Errors
/// When Node.js is missing, or in npm's own words.
pub(crate) fn build(place: &Place) -> Result<(), Failure> {
    needs::install(place, &[&NODE])?;
    let ui = Ui::of(place);
    ui.install(place)?;
    let sources = ui.hash_of(&ui.sources()?)?;
    if ui.dist.join("index.html").is_file() && ui.remembers("built", sources) {
        return Ok(());
    }
    step("pages of the window", || {
        run(ui.npm(place).args(["run", "--silent", "build"]))
    })?;
    ui.remember("built", sources)
}

/// Builds the same pages drawn from fixtures, which the tests of the window look at.
pub(crate) fn build_harness(place: &Place) -> Result<(), Failure> {
    build(place)?;
    let ui = Ui::of(place);
    let sources = ui.hash_of(&ui.sources()?)?;
    let harness = ui.folder.join("dist-harness").join("harness.html");
    if harness.is_file() && ui.remembers("harness", sources) {
        return Ok(());
    }
    step("pages drawn from fixtures", || {
        run(ui.npm(place).args(["run", "--silent", "harness"]))
    })?;
    ui.remember("harness", sources)
}

/// Lint, types and tests of the pages.
pub(crate) fn check(place: &Place) -> Result<(), Failure> {
    build(place)?;
    let ui = Ui::of(place);
    for (what, script) in [
        ("lint of the pages", "lint"),
        ("types of the pages", "check"),
        ("tests of the pages", "test"),
    ] {
        step(what, || {
            run(ui.npm(place).args(["run", "--silent", script]))
        })?;
    }
    Ok(())
}

/// npm, at the top of the clone. On Windows it is a script, which is not found by its bare name.
pub(crate) fn npm(place: &Place) -> Command {
    let plain = place.command("npm");
    if cfg!(windows) && !succeeds(place.command("npm").arg("--version")) {
        place.command("npm.cmd")
    } else {
        plain
    }
}

/// The folder, and what is remembered of it.
struct Ui {
    folder: PathBuf,
    dist: PathBuf,
    /// Gone with what it speaks of.
    stamps: PathBuf,
}

impl Ui {
    fn of(place: &Place) -> Self {
        Self::at(place.root.join("ui"))
    }

    fn at(folder: PathBuf) -> Self {
        Self {
            dist: folder.join("dist"),
            stamps: folder.join("node_modules").join(".aco"),
            folder,
        }
    }

    fn npm(&self, place: &Place) -> Command {
        let mut command = npm(place);
        command.current_dir(&self.folder);
        command
    }

    /// Exactly what the lock file says.
    fn install(&self, place: &Place) -> Result<(), Failure> {
        let lock = self.hash_of(&[
            self.folder.join("package.json"),
            self.folder.join("package-lock.json"),
        ])?;
        if self.remembers("installed", lock) {
            return Ok(());
        }
        step("packages of the pages", || {
            run(self.npm(place).args(["ci", "--no-audit", "--no-fund"]))
        })?;
        self.remember("installed", lock)
    }

    /// Everything the pages are built from, in an order that does not change.
    fn sources(&self) -> Result<Vec<PathBuf>, Failure> {
        let mut found = Vec::new();
        let mut open = vec![self.folder.clone()];
        while let Some(folder) = open.pop() {
            for entry in in_it(&folder, fs::read_dir(&folder))? {
                let entry = in_it(&folder, entry)?;
                let name = entry.file_name();
                if MADE.iter().any(|made| name == *made) {
                    continue;
                }
                let path = entry.path();
                if path.is_dir() {
                    open.push(path);
                } else {
                    found.push(path);
                }
            }
        }
        found.sort();
        Ok(found)
    }

    fn hash_of(&self, files: &[PathBuf]) -> Result<u64, Failure> {
        let mut hash = DefaultHasher::new();
        for path in files {
            path.strip_prefix(&self.folder)
                .unwrap_or(path)
                .hash(&mut hash);
            in_it(path, fs::read(path))?.hash(&mut hash);
        }
        Ok(hash.finish())
    }

    fn remembers(&self, what: &str, hash: u64) -> bool {
        fs::read_to_string(self.stamps.join(what)).is_ok_and(|known| known == hash.to_string())
    }

    fn remember(&self, what: &str, hash: u64) -> Result<(), Failure> {
        in_it(&self.stamps, fs::create_dir_all(&self.stamps))?;
        let path = self.stamps.join(what);
        in_it(&path, fs::write(&path, hash.to_string()))
    }
}

fn in_it<T>(path: &Path, done: io::Result<T>) -> Result<T, Failure> {
    done.map_err(|error| Failure::new(format!("could not use {}: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_source_is_noticed_and_what_is_made_is_not() {
        let folder = std::env::temp_dir().join(format!("aco-xtask-ui-{}", std::process::id()));
        let ui = Ui::at(folder.clone());
        fs::create_dir_all(folder.join("src")).unwrap();
        fs::create_dir_all(folder.join("dist")).unwrap();
        fs::write(folder.join("src/app.ts"), "one").unwrap();
        let hash = |ui: &Ui| ui.hash_of(&ui.sources().unwrap()).unwrap();
        let first = hash(&ui);
        assert!(!ui.remembers("built", first));
        ui.remember("built", first).unwrap();
        fs::write(folder.join("dist/app.js"), "made").unwrap();
        assert!(
            ui.remembers("built", hash(&ui)),
            "what is made decides nothing"
        );
        fs::write(folder.join("src/app.ts"), "two").unwrap();
        assert!(!ui.remembers("built", hash(&ui)));
        fs::write(folder.join("src/app.ts"), "one").unwrap();
        fs::rename(folder.join("src/app.ts"), folder.join("src/other.ts")).unwrap();
        assert!(!ui.remembers("built", hash(&ui)), "a name is part of it");
        fs::remove_dir_all(&folder).unwrap();
    }
}
