//! The history both sides read, made anew for each run: it grows while it is measured.

use aco_histories::claude::{Live, Shape, write};
use aco_histories::{Manifest, Totals};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// How much of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    /// A thousand transcripts, 750 MB.
    Full,
    /// A tenth of that.
    Quick,
    /// Ten transcripts of 500 MB.
    LargeFiles,
}

impl Size {
    fn shape(self) -> Shape {
        match self {
            Self::Full => Shape::BENCH,
            Self::Quick => Shape {
                files: 100,
                calls: 10_000,
                bytes: 75_000_000,
                ..Shape::BENCH
            },
            Self::LargeFiles => Shape::LARGE_FILES,
        }
    }

    pub(crate) fn rounds(self) -> usize {
        match self {
            Self::Full => 7,
            Self::Quick | Self::LargeFiles => 3,
        }
    }
}

/// A person's home with a history, removed when dropped.
#[derive(Debug)]
pub(crate) struct Fixture {
    folder: PathBuf,
    history: Manifest,
    live: Live,
}

impl Fixture {
    pub(crate) fn make(kept: &Path, size: Size) -> Self {
        let folder = kept.join("histories");
        let _ = fs::remove_dir_all(&folder);
        let claude = folder.join("home").join(".claude");
        let history = write(&claude, &size.shape()).unwrap();
        let mut fixture = Self {
            live: Live::new(&claude, 7),
            folder,
            history,
        };
        // The transcript that later grows.
        for _ in 0..50 {
            fixture.grow();
        }
        fixture
    }

    /// A question and its answer, a few lines, into a transcript that is there already.
    pub(crate) fn grow(&mut self) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let now = aco_domain::UnixNanos(u64::try_from(now.as_nanos()).unwrap());
        // Transcripts know milliseconds.
        let now = aco_domain::UnixNanos(now.0 / 1_000_000 * 1_000_000);
        self.live.ask(0, "", now).unwrap();
    }

    /// What plays the part of the person's home folder.
    pub(crate) fn home(&self) -> PathBuf {
        self.folder.join("home")
    }

    /// A folder for everything else, empty.
    pub(crate) fn fresh(&self, name: &str) -> PathBuf {
        let path = self.folder.join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        path
    }

    pub(crate) fn totals(&self) -> Totals {
        let mut totals = self.history.totals();
        for spent in self.live.manifest().calls() {
            totals.add(&spent.tokens);
        }
        totals
    }

    pub(crate) fn skipped_lines(&self) -> u64 {
        self.history.skipped_lines
    }

    /// In words.
    pub(crate) fn describe(&self) -> String {
        let written = self.history.written;
        format!(
            "{} transcripts, {} MB, {} lines of which {} hold usage; {} calls",
            written.files,
            written.bytes / 1_000_000,
            written.lines,
            written.usage_lines,
            self.history.totals().calls
        )
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}
