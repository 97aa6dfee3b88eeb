//! The local file: rotated by size, bounded in number, never a reason to panic or to wait.
//!
//! `file-rotate` rotates it (small, maintained, knows nothing of `log`). It splits no line in the
//! mode used here, and it asserts and expects in places where a background agent must go on (a
//! folder that cannot be created, a file renamed under it), so every call is fenced: a failure
//! loses the line, is counted, and the next line tries again.

use file_rotate::{ContentLimit, FileRotate, compression::Compression, suffix::AppendCount};
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// When the file is rotated and how many old ones stay.
#[derive(Clone, Copy, Debug)]
pub struct FileLimits {
    /// A file is rotated before the line that follows this many bytes.
    pub bytes: usize,
    /// Rotated files kept beside the current one.
    pub kept: usize,
}

impl Default for FileLimits {
    fn default() -> Self {
        Self {
            bytes: 10 * 1024 * 1024,
            kept: 5,
        }
    }
}

/// A `Write` for fern's file child: one write call a line, however fern cuts it up.
pub struct LogFile {
    path: PathBuf,
    limits: FileLimits,
    rotate: Option<FileRotate<AppendCount>>,
    line: Vec<u8>,
    lost: Arc<AtomicU64>,
}

impl LogFile {
    /// Opens or continues the log at `path`.
    ///
    /// # Errors
    /// When it cannot be written now. Later failures are counted in [`LogFile::lost`] instead.
    pub fn open(path: &Path, limits: FileLimits) -> io::Result<Self> {
        options().open(path)?;
        let lost = Arc::new(AtomicU64::new(0));
        let mut file = Self {
            path: path.to_owned(),
            limits,
            rotate: None,
            line: Vec::new(),
            lost,
        };
        file.rotate = file.reopen();
        Ok(file)
    }

    /// Lines that could not be written, shared with whoever shows them.
    #[must_use]
    pub fn lost(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.lost)
    }

    fn reopen(&self) -> Option<FileRotate<AppendCount>> {
        let (path, limits) = (self.path.clone(), self.limits);
        catch_unwind(move || {
            FileRotate::new(
                path,
                AppendCount::new(limits.kept),
                ContentLimit::BytesSurpassed(limits.bytes.max(1)),
                Compression::None,
                Some(options()),
            )
        })
        .ok()
    }

    fn write_line(&mut self) {
        let Some(mut rotate) = self.rotate.take().or_else(|| self.reopen()) else {
            self.lost.fetch_add(1, Ordering::Relaxed);
            return;
        };
        let line = &self.line;
        match catch_unwind(AssertUnwindSafe(|| rotate.write_all(line).map(|()| rotate))) {
            Ok(Ok(rotate)) => self.rotate = Some(rotate),
            // A rotator that failed midway has no file open and would swallow what follows.
            Ok(Err(_)) | Err(_) => {
                self.lost.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).create(true).append(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        // Project names stand in it.
        options.mode(0o600);
    }
    options
}

impl Write for LogFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.line.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    /// fern flushes after each line; that is when it is written.
    fn flush(&mut self) -> io::Result<()> {
        if !self.line.is_empty() {
            self.write_line();
            self.line.clear();
            self.line.shrink_to(64 * 1024);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn write(file: &mut LogFile, line: &str) {
        file.write_all(line.as_bytes()).unwrap();
        file.write_all(b"\n").unwrap();
        file.flush().unwrap();
    }

    #[test]
    fn rotates_between_lines_and_keeps_five() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.log");
        let mut file = LogFile::open(&path, FileLimits { bytes: 20, kept: 5 }).unwrap();
        for n in 0..40 {
            write(&mut file, &format!("line number {n:02}"));
        }
        let mut names: Vec<_> = fs::read_dir(dir.path())
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(
            names,
            [
                "a.log", "a.log.1", "a.log.2", "a.log.3", "a.log.4", "a.log.5"
            ]
        );
        for name in names {
            for line in fs::read_to_string(dir.path().join(name)).unwrap().lines() {
                assert_eq!(line.len(), "line number 00".len(), "{line}");
            }
        }
        assert_eq!(file.lost().load(Ordering::Relaxed), 0);
    }

    #[test]
    fn continues_a_file_of_an_earlier_run() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.log");
        for n in 0..2 {
            let mut file = LogFile::open(&path, FileLimits::default()).unwrap();
            write(&mut file, &n.to_string());
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), "0\n1\n");
    }

    // Elsewhere an open file keeps its folder where it is.
    #[cfg(unix)]
    #[test]
    fn a_folder_that_vanished_costs_lines_and_no_panic() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("logs");
        fs::create_dir(&folder).unwrap();
        let mut file =
            LogFile::open(&folder.join("a.log"), FileLimits { bytes: 1, kept: 5 }).unwrap();
        write(&mut file, "before");
        fs::remove_dir_all(&folder).unwrap();
        // Something else took the folder's name: rotation cannot work.
        fs::write(&folder, "in the way").unwrap();
        write(&mut file, "lost");
        assert_eq!(file.lost().load(Ordering::Relaxed), 1);
        fs::remove_file(&folder).unwrap();
        fs::create_dir(&folder).unwrap();
        write(&mut file, "after");
        assert_eq!(fs::read_to_string(folder.join("a.log")).unwrap(), "after\n");
    }

    #[test]
    #[cfg(unix)]
    fn only_the_owner_may_read_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.log");
        LogFile::open(&path, FileLimits::default()).unwrap();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
}
