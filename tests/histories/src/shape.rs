//! What histories of sessions have in common, whichever tool wrote them.

use crate::chance::Chance;
use crate::manifest::Spent;
use crate::time::later;
use aco_domain::{Terms, TokenCounts, UnixNanos};

/// How large a history, and from when.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// What everything follows from.
    pub seed: u64,
    /// Sessions. Each may lie in several files.
    pub sessions: u32,
    /// Calls in each, about.
    pub calls: u32,
    /// Bytes of text beside each call, on average.
    pub text: u32,
    /// Nothing is earlier.
    pub since: UnixNanos,
    /// Sessions begin within so many days of it.
    pub days: u32,
}

impl Shape {
    /// Every trap a few times, within milliseconds.
    pub const SMALL: Self = Self {
        seed: 3,
        sessions: 24,
        calls: 12,
        text: 300,
        // 2025-10-20T00:00:00Z
        since: UnixNanos(1_760_918_400_000_000_000),
        days: 20,
    };

    /// A moment within its days, on a whole millisecond.
    pub(crate) fn moment(&self, chance: &mut Chance) -> UnixNanos {
        let most = (u64::from(self.days) * 86_400_000).saturating_sub(1);
        later(self.since, chance.number(0..=most))
    }

    /// About as many calls as asked for, one at least.
    pub(crate) fn some_calls(&self, chance: &mut Chance) -> u32 {
        let most = u64::from(self.calls.max(1));
        u32::try_from(chance.number(most.div_ceil(2)..=most * 3 / 2)).unwrap_or(self.calls)
    }

    /// Text to be quoted, escaped.
    pub(crate) fn some_text(&self, chance: &mut Chance) -> String {
        let mut text = String::new();
        let bytes = chance.skewed(u64::from(self.text) * 4);
        chance.text(&mut text, usize::try_from(bytes).unwrap_or_default());
        text
    }
}

/// A session that is being written.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) tool: &'static str,
    pub(crate) id: String,
    pub(crate) project: String,
    pub(crate) at: UnixNanos,
}

impl Session {
    /// A call of it that takes place now.
    pub(crate) fn spent(&self, model: &str, tokens: TokenCounts) -> Spent {
        Spent {
            tool: self.tool,
            at: self.at,
            model: model.to_owned(),
            session: self.id.clone(),
            project: self.project.clone(),
            tokens,
            terms: Terms::default(),
        }
    }

    /// Some time goes by.
    pub(crate) fn wait(&mut self, chance: &mut Chance) {
        self.at = later(self.at, chance.number(900..=90_000));
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::Manifest;
    use std::fs;
    use std::io;
    use std::path::Path;

    /// The names of all files below `folder`, and their contents one after the other.
    pub(crate) fn texts(folder: &Path) -> (Vec<String>, String) {
        let mut found = Vec::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(next) = folders.pop() {
            for entry in fs::read_dir(next).unwrap().map(Result::unwrap) {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(folder).unwrap();
                    found.push((
                        name.to_string_lossy().into_owned(),
                        fs::read_to_string(&path).unwrap(),
                    ));
                }
            }
        }
        found.sort();
        let (names, texts): (Vec<_>, Vec<_>) = found.into_iter().unzip();
        (names, texts.concat())
    }

    /// That one seed makes the same history, and another one another.
    pub(crate) fn assert_repeatable(write: impl Fn(&Path, &Shape) -> io::Result<Manifest>) {
        let made = |seed| {
            let home = tempfile::tempdir().unwrap();
            let shape = Shape {
                seed,
                ..Shape::SMALL
            };
            let manifest = write(home.path(), &shape).unwrap();
            (manifest.to_json().unwrap(), texts(home.path()))
        };
        let one = made(1);
        assert!(one == made(1));
        assert!(one != made(2));
    }
}
