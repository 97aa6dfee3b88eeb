//! Messages of before there was a database: a JSON file each, and one for each of their parts.
//!
//! A message is written again at the end of each of its steps, after the part that tells the step: so
//! its file says when to look, and its parts what was spent.

use super::message::{Maker, Message, Part, Spent};
use super::paths;
use aco_domain::{Call, Checkpoint, Increment};
use aco_usage::room::{below, unrecognised};
use aco_usage::{FoundFile, Opened, ReadError, Reading};
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};

/// The size of the longest message that is read: it holds counts and folders, and the differences it made
/// in files, but nothing that was said.
const LONGEST_MESSAGE: u64 = 16 << 20;

/// A part that ends a step has some hundred bytes; longer ones hold text.
const LONGEST_PART: u64 = 1 << 20;

pub(super) fn open<'b>(
    file: &FoundFile,
    checkpoint: Option<&Checkpoint>,
) -> Result<Opened<'b>, ReadError> {
    if checkpoint.is_some_and(|known| file.is_unchanged_since(known)) {
        return Ok(Opened::Unchanged);
    }
    match read(&file.path, LONGEST_MESSAGE) {
        Ok(Some(message)) => Ok(Opened::Reading(Box::new(Whole {
            file: file.clone(),
            message,
        }))),
        Ok(None) => Err(ReadError::new(
            &file.path,
            io::Error::new(ErrorKind::FileTooLarge, "a message has less than 16 MiB"),
        )),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Opened::Gone),
        Err(error) => Err(ReadError::new(&file.path, error)),
    }
}

struct Whole {
    file: FoundFile,
    message: Vec<u8>,
}

impl Reading for Whole {
    fn step(&mut self) -> Result<Increment, ReadError> {
        let (calls, skipped_lines, strange) = self.calls()?;
        Ok(Increment {
            calls,
            checkpoint: Checkpoint {
                path: self.file.path.clone(),
                file_id: self.file.file_id,
                size: self.file.size,
                modified: self.file.modified,
                offset: self.message.len() as u64,
                fingerprint: 0,
                skipped_lines,
                state: Vec::new(),
            },
            more: false,
            unrecognised: unrecognised(strange, None),
        })
    }
}

impl Whole {
    /// Calls, how much could not be read, and how much of that has a shape that is not known.
    fn calls(&self) -> Result<(Vec<Call>, u64, u64), ReadError> {
        let message = match Message::read(&self.message) {
            Ok(message) => message.filter(Message::is_by_a_model),
            // It may be half written; it is read again when it has changed.
            Err(_) if !holds(&self.message, b"\"tokens\"") => None,
            Err(_) => return Ok((Vec::new(), 1, 0)),
        };
        let Some(message) = message else {
            return Ok((Vec::new(), 0, 0));
        };
        let session = message
            .session()
            .or_else(|| paths::session(&self.file.path))
            .unwrap_or_default();
        let (mut maker, mut calls) = (Maker::default(), Vec::new());
        let (mut skipped, mut strange) = (0, 0);
        let mut steps: HashMap<u128, u32> = HashMap::new();
        for spent in self.steps(&message)? {
            let (tokens, cost) = match spent {
                Spent::Tokens(tokens, cost) => (tokens, cost),
                Spent::Nothing => continue,
                Spent::Unreadable => {
                    skipped += 1;
                    continue;
                }
                Spent::Unrecognised => {
                    skipped += 1;
                    strange += 1;
                    continue;
                }
            };
            let Some(content) = maker.content(&message, &tokens) else {
                skipped += 1;
                continue;
            };
            let before = steps.entry(content).or_default();
            let identity = maker.identity(content, *before);
            *before += 1;
            calls.push(maker.call(identity, &message, session, None, (tokens, cost)));
        }
        Ok((calls, skipped, strange))
    }

    /// What each step of the message spent; of a message without steps, what it says itself.
    fn steps(&self, message: &Message<'_>) -> Result<Vec<Spent>, ReadError> {
        let mut steps = Vec::new();
        let folder: Vec<PathBuf> = paths::parts(&self.file.path).into_iter().collect();
        // Ids rise with time, and so do the names of the files.
        for file in below(&folder, &|path| {
            path.extension().is_some_and(|end| end == "json")
        })
        .files
        {
            if file.size > LONGEST_PART {
                continue;
            }
            let part = match read(&file.path, LONGEST_PART) {
                Ok(part) => part.unwrap_or_default(),
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => return Err(ReadError::new(&file.path, error)),
            };
            if !holds(&part, b"\"step-finish\"") {
                continue;
            }
            match Part::read(&part) {
                Ok(Some(part)) if part.ends_a_step() => steps.push(part.spent_by_step()),
                Ok(_) => {}
                Err(_) => steps.push(Spent::Unreadable),
            }
        }
        if steps.is_empty() {
            steps.push(message.spent());
        }
        Ok(steps)
    }
}

fn holds(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

/// A file's contents; nothing where there is more than `most`.
fn read(path: &Path, most: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= most).then_some(bytes))
}
