//! Older lines: those of the local file and of the files it was rotated into, read backwards a page
//! at a time.
//!
//! A place in them survives a rotation, because it names a file by its first line and not by its
//! name. Memory is one block and one page, whatever the files hold: a huge line is cut, with its
//! size said, and bytes that are not UTF-8 are replaced.

use aco_domain::{LineLevel, LogLine, UnixNanos, escape_line};
use std::fmt;
use std::fs::File;
use std::hash::{DefaultHasher, Hasher as _};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Lines of one page at most.
pub const PAGE_LINES: usize = 256;

/// Bytes of one page's lines as JSON, about: half of what a frame of the local socket holds.
const PAGE_BYTES: usize = 512 * 1024;

/// Bytes looked through for one page: a search for what is nowhere ends, and can be gone on with.
const LOOKED_THROUGH: u64 = 16 * 1024 * 1024;

/// A longer line is cut here.
const LINE_BYTES: usize = 16 * 1024;

/// Read at a time.
const BLOCK: u64 = 64 * 1024;

/// Files the log was rotated into, the newest first: as many as are kept, and one more.
const ROTATED: u32 = 6;

/// Which lines are meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// At least this urgent; all when absent.
    pub level: Option<LineLevel>,
    /// Holding this text, whatever its case; all when absent.
    pub text: Option<String>,
}

/// A place between two lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Which file: a hash of its first line, which holds the moment it was written.
    file: u64,
    /// Bytes before the place.
    offset: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}-{}", self.file, self.offset)
    }
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.split_once('-').and_then(|(file, offset)| {
            let file = u64::from_str_radix(file, 16).ok()?;
            Some((file, offset.parse().ok()?))
        });
        let (file, offset) = parts.ok_or_else(|| format!("{text:?} is no place in the log"))?;
        Ok(Self { file, offset })
    }
}

/// Lines, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Numbered from 1, in this page only.
    pub lines: Vec<LogLine>,
    /// Where older ones go on; nothing at the beginning of the oldest file.
    pub before: Option<Place>,
}

/// Reads at most `count` lines before a place in the log at `path`, or the newest ones. Blocks. A
/// place in a file that is gone has nothing before it.
///
/// # Errors
/// When a file that is there cannot be read.
pub fn page(
    path: &Path,
    before: Option<&Place>,
    count: usize,
    wanted: &Wanted,
) -> io::Result<Page> {
    let mut search = Search {
        level: wanted.level.unwrap_or(LineLevel::Trace),
        text: wanted.text.as_deref().unwrap_or_default().to_lowercase(),
        count: count.min(PAGE_LINES),
        bytes: PAGE_BYTES,
        looked_through: 0,
        lines: Vec::new(),
    };
    let mut from = before.copied();
    for path in files(path) {
        let Some(mut file) = open(&path)? else {
            continue;
        };
        let name = first_line(&mut file)?;
        let length = file.metadata()?.len();
        let end = match from {
            // Newer than what is asked for.
            Some(place) if place.file != name => continue,
            Some(place) => place.offset.min(length),
            None => length,
        };
        // From here on all older files are read from their ends.
        from = None;
        if let Some(offset) = search.backwards(&mut file, end)? {
            let before = Some(Place { file: name, offset });
            return Ok(search.page(before));
        }
    }
    Ok(search.page(None))
}

/// The log and what it was rotated into, the newest first.
fn files(path: &Path) -> impl Iterator<Item = PathBuf> {
    let rotated = path.as_os_str().to_owned();
    let rotated = (1..=ROTATED).map(move |number| {
        let mut name = rotated.clone();
        name.push(format!(".{number}"));
        PathBuf::from(name)
    });
    std::iter::once(path.to_owned()).chain(rotated)
}

fn open(path: &Path) -> io::Result<Option<File>> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// What names a file: it begins with a time, to the microsecond, and never changes.
fn first_line(file: &mut File) -> io::Result<u64> {
    const MOST: u64 = 256;
    let mut start = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(MOST).read_to_end(&mut start)?;
    let line = start.split(|&byte| byte == b'\n').next().unwrap_or(&start);
    let mut hasher = DefaultHasher::new();
    hasher.write(line);
    Ok(hasher.finish())
}

/// What was found so far, and how much more may be.
struct Search {
    level: LineLevel,
    /// In lower case.
    text: String,
    count: usize,
    /// Bytes of lines that may still be taken.
    bytes: usize,
    looked_through: u64,
    lines: Vec<LogLine>,
}

impl Search {
    /// Takes lines of `file` that end before `end`, the last one first. Where it stopped because
    /// the page is full; nothing at the file's beginning.
    fn backwards(&mut self, file: &mut File, end: u64) -> io::Result<Option<u64>> {
        // The end of the line that is looked for, without its line break.
        let mut line_end = end;
        let mut block_end = end;
        let mut is_first = true;
        while block_end > 0 {
            let block_start = block_end.saturating_sub(BLOCK);
            let block = read(file, block_start, block_end - block_start)?;
            self.looked_through += block_end - block_start;
            for (index, _) in block.iter().enumerate().rev().filter(|(_, b)| **b == b'\n') {
                let at = block_start + index as u64;
                // What stands behind the last line break is a line that is still being written.
                if !std::mem::take(&mut is_first) && !self.line(file, at + 1, line_end)? {
                    return Ok(Some(line_end + 1));
                }
                line_end = at;
            }
            block_end = block_start;
            if self.looked_through > LOOKED_THROUGH && block_end > 0 && !is_first {
                return Ok(Some(line_end + 1));
            }
        }
        if !is_first && !self.line(file, 0, line_end)? {
            return Ok(Some(line_end + 1));
        }
        Ok(None)
    }

    /// Takes the line if it is wanted; false when there is no room for it.
    fn line(&mut self, file: &mut File, start: u64, end: u64) -> io::Result<bool> {
        if self.lines.len() >= self.count {
            return Ok(false);
        }
        let bytes = read(file, start, (end - start).min(LINE_BYTES as u64))?;
        let cut = (end - start).saturating_sub(bytes.len() as u64);
        let text = String::from_utf8_lossy(&bytes);
        let Some(mut line) = parse(text.trim_end_matches('\r')) else {
            return Ok(true);
        };
        let is_meant = self.text.is_empty()
            || line.message.to_lowercase().contains(&self.text)
            || line.target.to_lowercase().contains(&self.text);
        if line.level > self.level || !is_meant {
            return Ok(true);
        }
        if cut > 0 {
            line.message.push_str(&format!("… [{cut} bytes cut]"));
        }
        let size = serde_json::to_vec(&line).map_or(0, |json| json.len());
        let Some(left) = self.bytes.checked_sub(size) else {
            return Ok(false);
        };
        self.bytes = left;
        line.number = self.lines.len() as u64 + 1;
        self.lines.push(line);
        Ok(true)
    }

    fn page(self, before: Option<Place>) -> Page {
        Page {
            lines: self.lines,
            before,
        }
    }
}

fn read(file: &mut File, start: u64, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(start))?;
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A line as the dispatch tree writes it: `<time> <LEVEL> <target> <message>`. What else stands in
/// the file is no line of ours.
fn parse(line: &str) -> Option<LogLine> {
    let (time, rest) = line.split_once(' ')?;
    let (level, rest) = rest.trim_start().split_once(' ')?;
    let (target, written) = rest.trim_start().split_once(' ').unwrap_or((rest, ""));
    let time: jiff::Timestamp = time.parse().ok()?;
    // It was escaped when it was written, unless somebody else wrote it.
    let mut message = String::with_capacity(written.len());
    escape_line(written, &mut message);
    Some(LogLine {
        number: 0,
        at: UnixNanos(u64::try_from(time.as_nanosecond()).ok()?),
        level: level.parse().ok()?,
        target: target.to_owned(),
        message,
        attributes: Vec::new(),
        seq: None,
    })
}

#[cfg(test)]
#[path = "history_tests.rs"]
mod tests;
