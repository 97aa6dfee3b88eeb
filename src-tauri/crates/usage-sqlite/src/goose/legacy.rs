//! Sessions of before there was a database: a file of JSON lines, of which the first holds the sums.
//!
//! Goose writes such a file anew each time, and no model into it.

use super::session::{self, Recorded};
use aco_domain::{Call, CallIdentity, Checkpoint, Increment, Terms};
use aco_usage::room::json::{self, Count, Text};
use aco_usage::room::{Identities, found};
use aco_usage::{FoundFile, Opened, ReadError, Reading};
use serde::Deserialize;
use std::fs::File;
use std::io::{BufRead as _, BufReader, ErrorKind, Read as _};
use std::path::Path;
use std::sync::Arc;

/// The first line holds a description and some numbers.
const LONGEST: u64 = 1 << 20;

#[derive(Deserialize)]
struct Sums<'a> {
    #[serde(borrow, default)]
    working_dir: Text<'a>,
    #[serde(default)]
    accumulated_input_tokens: Count,
    #[serde(default)]
    accumulated_output_tokens: Count,
}

pub(super) fn open<'b>(
    file: &FoundFile,
    checkpoint: Option<&Checkpoint>,
) -> Result<Opened<'b>, ReadError> {
    if checkpoint.is_some_and(|known| file.is_unchanged_since(known)) {
        return Ok(Opened::Unchanged);
    }
    match first_line(&file.path) {
        Ok((file, line)) => Ok(Opened::Reading(Box::new(Whole { file, line }))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Opened::Gone),
        Err(error) => Err(ReadError::new(&file.path, error)),
    }
}

/// The file as it is now, and its first line if that is finished.
fn first_line(path: &Path) -> std::io::Result<(FoundFile, Vec<u8>)> {
    let file = File::open(path)?;
    let found = found(path.to_owned(), &file.metadata()?);
    let mut line = Vec::new();
    BufReader::new(file.take(LONGEST)).read_until(b'\n', &mut line)?;
    Ok((found, line))
}

struct Whole {
    file: FoundFile,
    line: Vec<u8>,
}

impl Reading for Whole {
    fn step(&mut self) -> Result<Increment, ReadError> {
        let (call, skipped_lines) = match self.call() {
            Ok(call) => (call, 0),
            Err(Skipped) => (None, 1),
        };
        Ok(Increment {
            calls: call.into_iter().collect(),
            checkpoint: Checkpoint {
                path: self.file.path.clone(),
                file_id: self.file.file_id,
                size: self.file.size,
                modified: self.file.modified,
                offset: self.line.len() as u64,
                fingerprint: 0,
                skipped_lines,
                state: Vec::new(),
            },
            more: false,
            unrecognised: None,
        })
    }
}

/// It should have held sums, and cannot be read.
struct Skipped;

impl Whole {
    fn call(&self) -> Result<Option<Call>, Skipped> {
        let sums: Sums<'_> = match json::object(&self.line) {
            Ok(Some(sums)) => sums,
            Ok(None) => return Ok(None),
            // A line that is not finished yet is met again when it is.
            Err(_) if !self.line.ends_with(b"\n") => return Ok(None),
            Err(_) => return Err(Skipped),
        };
        let count = |count: Count| match count.0 {
            Some(count) => i64::try_from(count).map_err(|_| Skipped),
            None => Err(Skipped),
        };
        let recorded = Recorded {
            input: Some(count(sums.accumulated_input_tokens)?),
            output: Some(count(sums.accumulated_output_tokens)?),
            ..Recorded::default()
        };
        let tokens = recorded.tokens().ok_or(Skipped)?;
        if tokens.total() == 0 {
            return Ok(None);
        }
        let name = self
            .file
            .path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy();
        let identity = session::sum(&mut Identities::default(), &name, "");
        // A name that a user chose says nothing of time; the file was last written then.
        let at = session::begun(&name).unwrap_or(self.file.modified);
        Ok(Some(Call {
            identity: CallIdentity {
                call: identity,
                message: identity,
                sidechain: false,
            },
            at,
            model: Arc::from(""),
            provider: None,
            session: Arc::from(&*name),
            project: Arc::from(sums.working_dir.get().unwrap_or_default()),
            tokens,
            terms: Terms {
                summed: true,
                ..Terms::default()
            },
            recorded_cost: None,
        }))
    }
}
