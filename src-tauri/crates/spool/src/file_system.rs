//! What the spool asks of a file system, and the real one.
//!
//! The trait exists so that tests can refuse a write, fill a disk or cut the power between any
//! two calls. It names no more than the spool uses, and nothing an operating system lacks;
//! permissions and the syncing of folders differ between systems and stand in
//! [`platform`](crate::platform). No format and no policy may enter.

use crate::platform;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// One file of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name, without the folder.
    pub name: String,
    /// Its length in bytes.
    pub len: u64,
}

/// Files and folders as the spool needs them.
pub trait FileSystem: Send + Sync + 'static {
    /// Creates the folder and those above it, readable by their owner only.
    ///
    /// # Errors
    /// As the system says.
    fn create_dir_all(&self, dir: &Path) -> io::Result<()>;

    /// The files (not folders) of a folder, in no order. Names that are not Unicode are left out:
    /// none of ours is.
    ///
    /// # Errors
    /// As the system says.
    fn list(&self, dir: &Path) -> io::Result<Vec<Entry>>;

    /// Creates a file for reading and writing, readable by its owner only.
    ///
    /// # Errors
    /// As the system says; `AlreadyExists` when there is one of that name.
    fn create_new(&self, path: &Path) -> io::Result<Box<dyn File>>;

    /// Opens a file for reading and writing.
    ///
    /// # Errors
    /// As the system says.
    fn open(&self, path: &Path) -> io::Result<Box<dyn File>>;

    /// Opens a file for reading.
    ///
    /// # Errors
    /// As the system says.
    fn open_read(&self, path: &Path) -> io::Result<Box<dyn File>>;

    /// Removes a file.
    ///
    /// # Errors
    /// As the system says.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Makes the creation of the folder's files durable.
    ///
    /// # Errors
    /// As the system says.
    fn sync_dir(&self, dir: &Path) -> io::Result<()>;
}

/// An open file. Writing and syncing take `&self` because a sync runs beside the writes.
pub trait File: Send + Sync {
    /// Writes at the file's position, which moves behind what was written; possibly less than
    /// asked.
    ///
    /// # Errors
    /// As the system says.
    fn write(&self, bytes: &[u8]) -> io::Result<usize>;

    /// Writes all of `bytes` at `offset`. Must not be mixed with [`File::write`].
    ///
    /// # Errors
    /// As the system says.
    fn write_all_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Reads at `offset`; possibly less than asked, 0 at the end.
    ///
    /// # Errors
    /// As the system says.
    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize>;

    /// Cuts the file to `len` and puts the position of [`File::write`] there.
    ///
    /// # Errors
    /// As the system says.
    fn cut(&self, len: u64) -> io::Result<()>;

    /// Makes what was written durable.
    ///
    /// # Errors
    /// As the system says.
    fn sync_data(&self) -> io::Result<()>;
}

/// Writes all of `bytes`: one call unless the system takes less at once.
pub(crate) fn write_all(file: &dyn File, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match file.write(bytes) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(taken) => bytes = bytes.get(taken..).unwrap_or_default(),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Reads once at `offset`; 0 at the end of the file.
pub(crate) fn read_some(file: &dyn File, offset: u64, into: &mut [u8]) -> io::Result<usize> {
    loop {
        match file.read_at(offset, into) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}

/// Reads from `offset` until `into` is full or the file ends; says how much that was.
pub(crate) fn read_full(file: &dyn File, offset: u64, into: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < into.len() {
        match read_some(file, offset + filled as u64, &mut into[filled..])? {
            0 => break,
            more => filled += more,
        }
    }
    Ok(filled)
}

/// Reads the first `limit` bytes of a file, or all of a shorter one.
pub(crate) fn read_start(fs: &dyn FileSystem, path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let file = fs.open_read(path)?;
    let mut bytes = vec![0; limit];
    let len = read_full(&*file, 0, &mut bytes)?;
    bytes.truncate(len);
    Ok(bytes)
}

/// The machine's file system.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsFileSystem;

impl FileSystem for OsFileSystem {
    fn create_dir_all(&self, dir: &Path) -> io::Result<()> {
        platform::private_dirs().recursive(true).create(dir)
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<Entry>> {
        let mut files = Vec::new();
        for entry in fs::read_dir(dir)? {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            match entry.metadata() {
                Ok(about) if about.is_file() => files.push(Entry {
                    name,
                    len: about.len(),
                }),
                Ok(_) => {}
                // Removed between the listing and this look, by the agent `inspect` looks at.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(files)
    }

    fn create_new(&self, path: &Path) -> io::Result<Box<dyn File>> {
        let file = platform::private_files().create_new(true).open(path)?;
        Ok(Box::new(OsFile(file)))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn File>> {
        let file = platform::private_files().open(path)?;
        Ok(Box::new(OsFile(file)))
    }

    fn open_read(&self, path: &Path) -> io::Result<Box<dyn File>> {
        let file = OpenOptions::new().read(true).open(path)?;
        Ok(Box::new(OsFile(file)))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        platform::sync_dir(dir)
    }
}

struct OsFile(fs::File);

impl File for OsFile {
    fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        (&self.0).write(bytes)
    }

    fn write_all_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        (&self.0).seek(SeekFrom::Start(offset))?;
        (&self.0).write_all(bytes)
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        (&self.0).seek(SeekFrom::Start(offset))?;
        (&self.0).read(into)
    }

    fn cut(&self, len: u64) -> io::Result<()> {
        self.0.set_len(len)?;
        (&self.0).seek(SeekFrom::Start(len)).map(drop)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.0.sync_data()
    }
}
