//! What the window remembers: colours of tools, its size, what it has said. A file of its own in
//! the home, because the agent's are the agent's. There is one window at a time; should there be
//! two, the one that writes last wins, and what is lost is a size.

use aco_domain::ToolId;
use aco_home::versioned::{Content, Format, VersionedFile};
use aco_home::{Home, platform};
use aco_window::Slots;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

const FORMAT: Format = Format {
    magic: "aco-window",
    version: 1,
};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Stored {
    /// Tools in the order of their colours.
    tools: Vec<ToolId>,
    first_run_over: bool,
    /// Whether it was said that the agent goes on.
    said_it_goes_on: bool,
    place: Option<Place>,
}

/// Where the window was, in logical pixels.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Place {
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) maximized: bool,
}

/// The file, and what stands in it.
pub(crate) struct WindowStore {
    path: PathBuf,
    stored: Mutex<Stored>,
}

impl WindowStore {
    /// What is kept in this home; a file that cannot be read is begun again, for nothing in it is
    /// worth a window that does not open.
    pub(crate) fn open(home: &Home) -> Self {
        let path = home.window_file();
        let stored = match VersionedFile::<Stored>::read(&path, FORMAT) {
            Ok(Content::Found(stored)) => stored,
            _ => Stored::default(),
        };
        Self {
            path,
            stored: Mutex::new(stored),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Stored> {
        self.stored.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Stored)) {
        let mut stored = self.lock();
        let before = stored.clone();
        change(&mut stored);
        if *stored == before {
            return;
        }
        let folder = self.path.parent().map(platform::create_private_folder);
        let file = VersionedFile::<Stored>::to_replace(&self.path, FORMAT);
        if let (Some(Ok(())), Ok(file)) = (folder, file) {
            // A disk that refuses has the agent's attention; here a colour may change.
            let _ = file.save(&stored);
        }
    }

    pub(crate) fn is_first_run(&self) -> bool {
        !self.lock().first_run_over
    }

    pub(crate) fn first_run_is_over(&self) {
        self.change(|stored| {
            stored.first_run_over = true;
            // Its last step says it.
            stored.said_it_goes_on = true;
        });
    }

    /// Whether it is still to be said that the agent goes on; from now on it is said.
    pub(crate) fn says_once(&self) -> bool {
        let is_new = !self.lock().said_it_goes_on;
        self.change(|stored| stored.said_it_goes_on = true);
        is_new
    }

    /// Lets `look` see and give colours, and keeps those that are new, which it says beside its
    /// result.
    pub(crate) fn with_slots<T>(&self, look: impl FnOnce(&mut Slots) -> (T, bool)) -> T {
        let mut slots = Slots::kept(self.lock().tools.iter().cloned());
        let (result, is_news) = look(&mut slots);
        if is_news {
            self.change(|stored| stored.tools = slots.tools().cloned().collect());
        }
        result
    }

    pub(crate) fn place(&self) -> Option<Place> {
        self.lock().place
    }

    pub(crate) fn keep_place(&self, place: Place) {
        self.change(|stored| stored.place = Some(place));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aco_home::Environment;
    use std::path::Path;

    fn home(folder: &Path) -> Home {
        Home::resolve(&Environment::from_iter([("ACO_HOME", folder)])).unwrap()
    }

    #[test]
    fn what_is_kept_is_there_again() {
        let folder = tempfile::tempdir().unwrap();
        let home = home(folder.path());
        let store = WindowStore::open(&home);
        assert!(store.is_first_run());
        assert!(store.says_once());
        assert!(!store.says_once());
        store.with_slots(|slots| ((), slots.see(&ToolId::new("codex").unwrap())));
        let place = Place {
            width: 800.0,
            height: 600.0,
            maximized: false,
        };
        store.keep_place(place);
        store.first_run_is_over();
        let again = WindowStore::open(&home);
        assert!(!again.is_first_run());
        assert_eq!(again.place(), Some(place));
        let colour = again.with_slots(|slots| (slots.of("codex"), false));
        assert_eq!(colour, aco_window::Slot::S1);
    }

    #[test]
    fn a_newer_or_damaged_file_keeps_no_window_from_opening() {
        let folder = tempfile::tempdir().unwrap();
        let home = home(folder.path());
        let file = folder.path().join("window");
        for text in ["aco-window 99\n{}", "nonsense"] {
            std::fs::write(&file, text).unwrap();
            let store = WindowStore::open(&home);
            assert!(store.is_first_run());
            store.first_run_is_over();
            assert!(!WindowStore::open(&home).is_first_run(), "{text}");
        }
        let newer = std::fs::read_to_string(&file);
        assert!(newer.is_ok());
    }

    #[test]
    fn a_newer_file_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("window");
        std::fs::write(&file, "aco-window 99\n{}").unwrap();
        WindowStore::open(&home(folder.path())).first_run_is_over();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "aco-window 99\n{}");
    }
}
