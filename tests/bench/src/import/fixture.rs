//! The history both sides read, made anew for each run: it grows while it is measured.

use aco_histories::claude::{Live, Shape, write};
use aco_histories::{
    Manifest, Totals, amp, codex, copilot, droid, gemini, goose, kimi, opencode, qwen,
};
use std::fs;
use std::io;
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

    /// The share of each other tool.
    fn others(self) -> aco_histories::Shape {
        let sessions = match self {
            Self::Full | Self::LargeFiles => 300,
            Self::Quick => 30,
        };
        aco_histories::Shape {
            seed: 9,
            sessions,
            calls: 40,
            text: 2_000,
            ..aco_histories::Shape::SMALL
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

    /// From here on the person has used every tool.
    pub(crate) fn use_every_tool(&mut self, size: Size) {
        type Write = fn(&Path, &aco_histories::Shape) -> io::Result<Manifest>;
        const TOOLS: [Write; 8] = [
            gemini::write,
            copilot::write,
            qwen::write,
            amp::write,
            droid::write,
            kimi::write,
            opencode::write,
            goose::write,
        ];
        let (home, shape) = (self.home(), size.others());
        let codex_shape = codex::Shape {
            threads: shape.sessions,
            calls: shape.calls,
            text: shape.text,
            ..codex::Shape::SMALL
        };
        let codex = codex::write(&home.join(".codex"), &codex_shape).unwrap();
        self.history.merge(codex);
        for write in TOOLS {
            self.history.merge(write(&home, &shape).unwrap());
        }
    }

    /// Megabytes of it all.
    pub(crate) fn megabytes(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a size to divide by")]
        let bytes = self.history.written.bytes as f64;
        bytes / 1e6
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
