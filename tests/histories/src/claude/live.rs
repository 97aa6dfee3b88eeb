//! A history that grows while something watches it.

use super::author::{Author, Page};
use super::{Manifest, Transcript, Traps};
use crate::output::Output;
use aco_domain::UnixNanos;
use std::io;
use std::path::Path;

/// A person at work, one exchange at a time.
#[derive(Debug)]
pub struct Live {
    folder: std::path::PathBuf,
    author: Author,
    sessions: Vec<Transcript>,
}

impl Live {
    /// Sits down before `folder`, which plays the part of `~/.claude`.
    #[must_use]
    pub fn new(folder: &Path, seed: u64) -> Self {
        Self {
            folder: folder.to_owned(),
            author: Author::new(folder, seed, Traps::NONE),
            sessions: Vec::new(),
        }
    }

    /// Asks in session number `session` (a new one for the next number) at `at`; the answer comes
    /// seconds later. `words` are typed verbatim and must need no escaping. When it returns, all
    /// lines are in the file.
    ///
    /// # Errors
    /// What the disk says.
    pub fn ask(&mut self, session: usize, words: &str, at: UnixNanos) -> io::Result<()> {
        while self.sessions.len() <= session {
            let number = u32::try_from(self.sessions.len()).unwrap_or(u32::MAX);
            let transcript = self.author.main(number);
            self.sessions.push(transcript);
        }
        let transcript = &mut self.sessions[session];
        let mut page = Page::new(Output::open(&self.folder, &transcript.path)?);
        self.author
            .exchange(transcript, &mut page, 400, words, at)?;
        let written = page.output.finish()?;
        self.author.manifest.written.add(written);
        Ok(())
    }

    /// What was asked until now.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.author.manifest
    }
}
