//! A transcript on its way to the disk, counted.

use crate::manifest::Written;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

/// One file, appended to.
#[derive(Debug)]
pub(crate) struct Output {
    file: BufWriter<File>,
    pub(crate) written: Written,
}

impl Output {
    /// Begins `path` below `home`, or goes on with it.
    pub(crate) fn open(home: &Path, path: &Path) -> io::Result<Self> {
        let path = home.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let new = !path.exists();
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Self {
            file: BufWriter::with_capacity(1 << 18, file),
            written: Written {
                files: new.into(),
                ..Written::default()
            },
        })
    }

    /// A finished line.
    pub(crate) fn line(&mut self, line: &str) -> io::Result<()> {
        self.file.write_all(line.as_bytes())?;
        self.file.write_all(b"\n")?;
        self.count(line.len() + 1);
        Ok(())
    }

    /// A line that its writer has not finished.
    pub(crate) fn unfinished(&mut self, line: &str) -> io::Result<()> {
        self.file.write_all(line.as_bytes())?;
        self.count(line.len());
        Ok(())
    }

    fn count(&mut self, bytes: usize) {
        self.written.lines += 1;
        self.written.bytes += bytes as u64;
    }

    /// Everything is in the file; what was written to it.
    pub(crate) fn finish(mut self) -> io::Result<Written> {
        self.file.flush()?;
        Ok(self.written)
    }
}
