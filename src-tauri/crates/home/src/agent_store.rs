//! What the agent must remember over a restart, beside what the spool and the ledger keep.

use crate::FileError;
use crate::versioned::{Content, Finding, Format, Opened, VersionedFile};
use aco_domain::{Answers, Dropped, PauseUntil, UnixNanos};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

const FORMAT: Format = Format {
    magic: "aco-state",
    version: 1,
};

/// Endpoints whose answers are remembered. People move between two or three; the file stays small.
const MOST_ENDPOINTS: usize = 8;

/// The content of the state file. A field that is missing has its default, so that a field can be
/// added without a new version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StoredState {
    /// How long nothing may leave the machine, when paused.
    pub pause: Option<PauseUntil>,
    /// The totals of dropped records the user has seen and dismissed.
    pub acknowledged_dropped: Dropped,
    /// When newer prices were last tried to be fetched.
    pub prices_tried_at: Option<UnixNanos>,
    /// Whose answers each endpoint gave, by its address.
    pub answers: BTreeMap<String, Answers>,
    /// Records that were kept because there was no endpoint to send them to.
    pub kept: Option<KeptRecords>,
}

/// Records that were kept because there was no endpoint to send them to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeptRecords {
    /// There is still none.
    Local,
    /// There is one, and the user is asked whether they are sent there.
    Asked {
        /// The number of the last one of them.
        through: u64,
    },
}

/// The state file, in the hands of the process that holds the home's lock.
#[derive(Debug)]
pub struct AgentStore {
    file: VersionedFile<StoredState>,
    state: StoredState,
}

impl AgentStore {
    /// Reads the state, beginning with the default where there is none. Call it only while holding
    /// the home's lock.
    ///
    /// # Errors
    /// When the file cannot be read, or a damaged one cannot be moved aside.
    pub fn open(path: &Path) -> Result<(Self, Vec<Finding>), FileError> {
        let Opened {
            file,
            content,
            findings,
        } = VersionedFile::open(path, FORMAT)?;
        Ok((
            Self {
                file,
                state: content.unwrap_or_default(),
            },
            findings,
        ))
    }

    /// Reads the state without holding the lock: what `aco status` shows when no agent runs.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn peek(path: &Path) -> Result<Content<StoredState>, FileError> {
        VersionedFile::read(path, FORMAT)
    }

    /// The state as it stands in the file.
    #[must_use]
    pub fn state(&self) -> &StoredState {
        &self.state
    }

    /// Pauses, or resumes with nothing.
    ///
    /// # Errors
    /// When the file cannot be written: the pause would not survive a restart, so it is not taken.
    pub fn set_pause(&mut self, pause: Option<PauseUntil>) -> Result<(), FileError> {
        self.save(StoredState {
            pause,
            ..self.state.clone()
        })
    }

    /// Notes the totals of dropped records the user has seen, or need not see.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn acknowledge_dropped(&mut self, totals: Dropped) -> Result<(), FileError> {
        self.save(StoredState {
            acknowledged_dropped: totals,
            ..self.state.clone()
        })
    }

    /// Notes that newer prices are about to be fetched.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn note_prices_tried(&mut self, at: UnixNanos) -> Result<(), FileError> {
        self.save(StoredState {
            prices_tried_at: Some(at),
            ..self.state.clone()
        })
    }

    /// Notes whose answers an endpoint gives.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn note_answers(&mut self, endpoint: &str, found: Answers) -> Result<(), FileError> {
        let mut answers = self.state.answers.clone();
        answers.insert(endpoint.to_owned(), found);
        while answers.len() > MOST_ENDPOINTS {
            let oldest = answers.iter().min_by_key(|(_, found)| found.found_at);
            let Some(oldest) = oldest.map(|(endpoint, _)| endpoint.clone()) else {
                break;
            };
            answers.remove(&oldest);
        }
        self.save(StoredState {
            answers,
            ..self.state.clone()
        })
    }

    /// Notes what is kept, and what the user is asked about it.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn note_kept(&mut self, kept: Option<KeptRecords>) -> Result<(), FileError> {
        self.save(StoredState {
            kept,
            ..self.state.clone()
        })
    }

    fn save(&mut self, state: StoredState) -> Result<(), FileError> {
        if state != self.state {
            self.file.save(&state)?;
            self.state = state;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aco_domain::Answerer;

    #[test]
    fn what_is_set_survives_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let (mut store, findings) = AgentStore::open(&path).unwrap();
        assert_eq!((store.state(), findings), (&StoredState::default(), vec![]));
        store.set_pause(Some(PauseUntil::At(UnixNanos(5)))).unwrap();
        let seen = Dropped {
            age: 7,
            ..Dropped::default()
        };
        store.acknowledge_dropped(seen).unwrap();
        let kept = Some(KeptRecords::Asked { through: 3 });
        store.note_kept(kept).unwrap();

        let (store, _) = AgentStore::open(&path).unwrap();
        let pause = Some(PauseUntil::At(UnixNanos(5)));
        assert_eq!(
            store.state(),
            &StoredState {
                pause,
                acknowledged_dropped: seen,
                kept,
                ..StoredState::default()
            }
        );
        assert_eq!(
            AgentStore::peek(&path).unwrap(),
            Content::Found(store.state().clone())
        );
    }

    #[test]
    fn a_state_that_cannot_be_saved_is_not_taken() {
        let folder = tempfile::tempdir().unwrap();
        let gone = folder.path().join("gone");
        std::fs::create_dir(&gone).unwrap();
        let (mut store, _) = AgentStore::open(&gone.join("state")).unwrap();
        std::fs::remove_dir(&gone).unwrap();
        assert!(store.set_pause(Some(PauseUntil::Resumed)).is_err());
        assert_eq!(store.state().pause, None);
    }

    #[test]
    fn the_answers_of_the_last_endpoints_are_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let (mut store, _) = AgentStore::open(&path).unwrap();
        let found = |by, at| Answers {
            by,
            found_at: UnixNanos(at),
        };
        for at in 1..=10 {
            let endpoint = format!("https://{at}:4317");
            let collectors = found(Answerer::Collector, at);
            store.note_answers(&endpoint, collectors).unwrap();
        }
        let lokis = found(Answerer::Loki, 11);
        store.note_answers("https://3:4317", lokis).unwrap();

        let (store, _) = AgentStore::open(&path).unwrap();
        let answers = &store.state().answers;
        assert_eq!(answers.len(), MOST_ENDPOINTS);
        assert_eq!(answers.get("https://3:4317"), Some(&lokis));
        assert_eq!(answers.get("https://2:4317"), None, "the oldest go");
    }

    #[test]
    fn fields_of_later_versions_of_the_format_default() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        std::fs::write(&path, "aco-state 1\n{\"unknown\": [1]}\n").unwrap();
        let (store, findings) = AgentStore::open(&path).unwrap();
        assert_eq!((store.state(), findings), (&StoredState::default(), vec![]));
    }
}
