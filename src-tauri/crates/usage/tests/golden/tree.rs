//! A fixture on disk, and a reader of it that keeps its checkpoints.

use super::fixtures::Fixture;
use super::ledger::{Ledger, Totals};
use aco_domain::Checkpoint;
use aco_usage::{Buffer, Opened, Platform, Source, Surroundings};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

pub struct Tree {
    folder: TempDir,
    source: Box<dyn Source>,
    files: Vec<(PathBuf, Vec<u8>)>,
    checkpoints: BTreeMap<PathBuf, Checkpoint>,
    ledger: Ledger,
}

impl Tree {
    /// All of the fixture.
    pub fn of(fixture: &Fixture) -> Self {
        let mut tree = Self::empty(fixture);
        for at in 0..tree.files.len() {
            let length = tree.files[at].1.len();
            tree.grow(at, length);
        }
        tree
    }

    /// The fixture before its tool has started.
    pub fn empty(fixture: &Fixture) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let files = fixture.files.iter();
        let files = files.map(|(path, bytes)| (folder.path().join(path), bytes.clone()));
        let mut sources = aco_usage::all().into_iter();
        Self {
            files: files.collect(),
            source: sources
                .find(|source| source.tool() == fixture.tool())
                .unwrap(),
            folder,
            checkpoints: BTreeMap::new(),
            ledger: Ledger::default(),
        }
    }

    /// Lets file `at` reach `end`.
    pub fn grow(&mut self, at: usize, end: usize) {
        let (path, bytes) = &self.files[at];
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut options = fs::OpenOptions::new();
        let mut file = options.create(true).append(true).open(path).unwrap();
        let written = usize::try_from(file.metadata().unwrap().len()).unwrap();
        std::io::Write::write_all(&mut file, &bytes[written..end.max(written)]).unwrap();
    }

    /// Puts a new file with the same contents in the place of file `at`.
    pub fn rewrite(&mut self, at: usize) {
        let (path, bytes) = &self.files[at];
        let aside = self.folder.path().join("aside");
        fs::write(&aside, bytes).unwrap();
        fs::rename(aside, path).unwrap();
    }

    pub fn delete_all(&mut self) {
        for (path, _) in &self.files {
            fs::remove_file(path).unwrap();
        }
    }

    pub fn forget(&mut self, at: usize) {
        self.checkpoints.remove(&self.files[at].0);
    }

    pub fn clone_checkpoint(&self, at: usize) -> Option<Checkpoint> {
        self.checkpoints.get(&self.files[at].0).cloned()
    }

    pub fn restore_checkpoint(&mut self, at: usize, checkpoint: Option<Checkpoint>) {
        let path = &self.files[at].0;
        match checkpoint {
            Some(checkpoint) => self.checkpoints.insert(path.clone(), checkpoint),
            None => self.checkpoints.remove(path),
        };
    }

    /// Reads what is new, the files of `first` before the others. Gives the number of files opened.
    pub fn scan(&mut self, first: &[usize]) -> usize {
        let home = self.folder.path();
        let variable = |name: &str| {
            let homes = ["CLAUDE_CONFIG_DIR", "CODEX_HOME"];
            homes.contains(&name).then(|| OsString::from(home))
        };
        let roots = self.source.roots(&Surroundings {
            variable: &variable,
            home: None,
            platform: Platform::Linux,
        });
        let mut listing = self.source.list(&roots);
        assert!(listing.problems.is_empty(), "{:?}", listing.problems);
        let place = |path: &PathBuf| {
            let at = self.files.iter().position(|(known, _)| known == path);
            first.iter().position(|first| Some(*first) == at)
        };
        listing
            .files
            .sort_by_key(|file| place(&file.path).unwrap_or(usize::MAX));
        let mut buffer = Buffer::default();
        let mut opened = 0;
        for file in &listing.files {
            let checkpoint = self.checkpoints.get(&file.path);
            let Opened::Reading(mut reading) =
                self.source.open(file, checkpoint, &mut buffer).unwrap()
            else {
                continue;
            };
            opened += 1;
            loop {
                let step = reading.step().unwrap();
                let skipped = step.checkpoint.skipped_lines;
                self.ledger.take(&file.path, step.calls, skipped);
                self.checkpoints.insert(file.path.clone(), step.checkpoint);
                if !step.more {
                    break;
                }
            }
        }
        opened
    }

    pub fn totals(&self) -> Totals {
        self.ledger.totals()
    }

    pub fn read_all(mut self) -> Totals {
        self.scan(&[]);
        self.totals()
    }
}
