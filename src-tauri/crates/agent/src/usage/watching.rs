//! Wakes a round when a tool writes into its folders, so that what it cost is known within seconds
//! and nobody has to look all the time.
//!
//! Watching misses things: a folder that is made later, a network drive, a system that has no
//! watches left. A sweep at intervals finds those, so nothing here is an error to the rounds.

use crate::events::TARGET;
use notify::{Config, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::Notify;

/// Watches the folders of the tools.
pub(crate) struct Watching {
    wake: Arc<Notify>,
    watcher: Option<RecommendedWatcher>,
    /// Folders that are watched.
    watched: BTreeSet<PathBuf>,
    /// Folders that cannot be, so that it is said once.
    refused: BTreeSet<PathBuf>,
}

impl Watching {
    /// Watches nothing yet; `wake` will be told of each change.
    pub(crate) fn new(wake: Arc<Notify>) -> Self {
        Self {
            wake,
            watcher: None,
            watched: BTreeSet::new(),
            refused: BTreeSet::new(),
        }
    }

    /// Watches these folders, as far as they exist, and no others any more.
    pub(crate) fn follow(&mut self, folders: &BTreeSet<PathBuf>) {
        let gone = |folder: &PathBuf| !folders.contains(folder) || !folder.is_dir();
        for folder in self.watched.extract_if(.., gone) {
            if let Some(watcher) = &mut self.watcher {
                // One that was deleted is watched no longer anyway.
                let _ = watcher.unwatch(&folder);
            }
        }
        for folder in folders {
            if self.watched.contains(folder) || !folder.is_dir() {
                continue;
            }
            match self.watch(folder.clone()) {
                Ok(()) => {
                    self.refused.remove(folder);
                }
                Err(error) => {
                    if self.refused.insert(folder.clone()) {
                        log::debug!(
                            target: TARGET,
                            "{} cannot be watched ({error}); it is looked at from time to time",
                            folder.display()
                        );
                    }
                }
            }
        }
    }

    fn watch(&mut self, folder: PathBuf) -> notify::Result<()> {
        let watcher = match &mut self.watcher {
            Some(watcher) => watcher,
            None => {
                let wake = Arc::clone(&self.wake);
                let changed = move |event: notify::Result<notify::Event>| {
                    // Our own reading must not wake us. What went wrong may have hidden a change.
                    if event.map_or(true, |event| !matches!(event.kind, EventKind::Access(_))) {
                        wake.notify_one();
                    }
                };
                let watcher = RecommendedWatcher::new(changed, Config::default())?;
                self.watcher.insert(watcher)
            }
        };
        watcher.watch(&folder, RecursiveMode::Recursive)?;
        self.watched.insert(folder);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::time::Duration;

    const SOON: Duration = Duration::from_secs(20);

    #[tokio::test]
    async fn a_change_in_a_watched_folder_wakes_and_reading_it_does_not() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("projects");
        let absent = home.path().join("absent");
        // Wine, in which the tests of Windows run, does not look below the folder itself.
        let below = folder.join(if cfg!(windows) { "." } else { "p" });
        fs::create_dir_all(&below).unwrap();
        let file = below.join("a.jsonl");
        fs::write(&file, "one\n").unwrap();
        let wake = Arc::new(Notify::new());
        let mut watching = Watching::new(Arc::clone(&wake));
        let folders = BTreeSet::from([folder.clone(), absent.clone()]);
        watching.follow(&folders);
        assert_eq!(watching.watched, BTreeSet::from([folder.clone()]));

        fs::read(&file).unwrap();
        fs::write(&file, "one\ntwo\n").unwrap();
        tokio::time::timeout(SOON, wake.notified()).await.unwrap();

        // A folder that is made later is watched from the next round on.
        fs::create_dir(&absent).unwrap();
        watching.follow(&folders);
        assert_eq!(watching.watched, folders);
        watching.follow(&BTreeSet::new());
        assert!(watching.watched.is_empty());
    }
}
