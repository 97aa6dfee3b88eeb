//! A disk in memory that tells what was written from what is durable.
//!
//! It can be full, take writes in pieces, refuse reads, flip bits and lose its power. It knows
//! nothing about the spool's formats.

use crate::platform::medium_error;
use crate::{Entry, File, FileSystem};
use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

/// The disk; clones are the same one.
#[derive(Clone, Default)]
pub(crate) struct Disk(Arc<(Mutex<Inner>, Condvar)>);

#[derive(Default)]
struct Inner {
    inodes: Vec<Inode>,
    /// The names as programs see them, and as they are on the platter.
    names: BTreeMap<PathBuf, usize>,
    durable_names: BTreeMap<PathBuf, usize>,
    capacity: Option<u64>,
    most_at_once: Option<usize>,
    unreadable: Option<PathBuf>,
    forbidden: bool,
    read_only: bool,
    syncs_fail: bool,
    cuts_fail: bool,
    pub(crate) calls: Calls,
}

/// How often something was asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Calls {
    pub(crate) writes: u64,
    pub(crate) syncs: u64,
}

#[derive(Default)]
struct Inode {
    content: Vec<u8>,
    durable: Vec<u8>,
    /// Since the last sync, in order.
    pending: Vec<Op>,
}

enum Op {
    Write(usize, Vec<u8>),
    Cut(usize),
}

fn apply(content: &mut Vec<u8>, op: &Op, upto: usize) {
    match op {
        Op::Write(at, bytes) => {
            let bytes = &bytes[..upto.min(bytes.len())];
            if content.len() < at + bytes.len() {
                content.resize(at + bytes.len(), 0);
            }
            content[*at..at + bytes.len()].copy_from_slice(bytes);
        }
        Op::Cut(len) => content.resize(*len, 0),
    }
}

impl Disk {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.0.lock().unwrap()
    }

    /// Bytes of all files.
    pub(crate) fn used(&self) -> u64 {
        self.inner().used()
    }

    /// Refuses what would go beyond `bytes`; none: takes everything.
    pub(crate) fn set_capacity(&self, bytes: Option<u64>) {
        self.inner().capacity = bytes;
    }

    /// Takes at most so much in one write.
    pub(crate) fn set_most_at_once(&self, bytes: Option<usize>) {
        self.inner().most_at_once = bytes;
    }

    /// Refuses to read that file.
    pub(crate) fn set_unreadable(&self, path: Option<PathBuf>) {
        self.inner().unreadable = path;
    }

    /// Whether what cannot be read is forbidden rather than lost.
    pub(crate) fn set_forbidden(&self, forbidden: bool) {
        self.inner().forbidden = forbidden;
    }

    pub(crate) fn set_read_only(&self, read_only: bool) {
        self.inner().read_only = read_only;
    }

    pub(crate) fn set_syncs_fail(&self, fail: bool) {
        self.inner().syncs_fail = fail;
    }

    pub(crate) fn set_cuts_fail(&self, fail: bool) {
        self.inner().cuts_fail = fail;
    }

    pub(crate) fn calls(&self) -> Calls {
        self.inner().calls
    }

    /// Waits until somebody has made all that was written to `path` durable.
    pub(crate) fn wait_until_durable(&self, path: &Path) {
        let is_dirty = |inner: &mut Inner| {
            let name = inner.names[path];
            !inner.inodes[name].pending.is_empty() || !inner.durable_names.contains_key(path)
        };
        let long = Duration::from_secs(30);
        let waited = self.0.1.wait_timeout_while(self.inner(), long, is_dirty);
        assert!(!waited.unwrap().1.timed_out(), "{path:?} was never synced");
    }

    /// The paths of all files.
    pub(crate) fn paths(&self) -> Vec<PathBuf> {
        self.inner().names.keys().cloned().collect()
    }

    pub(crate) fn content(&self, path: &Path) -> Vec<u8> {
        let inner = self.inner();
        inner.inodes[inner.names[path]].content.clone()
    }

    /// Changes a file behind the spool's back, durably.
    pub(crate) fn edit(&self, path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
        let mut inner = self.inner();
        let next = inner.inodes.len();
        let inode = *inner.names.entry(path.to_owned()).or_insert(next);
        inner.durable_names.insert(path.to_owned(), inode);
        if inode == next {
            inner.inodes.push(Inode::default());
        }
        let inode = &mut inner.inodes[inode];
        change(&mut inode.content);
        inode.durable = inode.content.clone();
        inode.pending.clear();
    }

    pub(crate) fn flip(&self, path: &Path, at: usize) {
        self.edit(path, |content| content[at] ^= 0x10);
    }

    /// Cuts the power. `choose(n)` picks a number below `n`: for each file what became of each
    /// write that was not durable (0: dropped; n - 1: kept; else torn), for each name that was
    /// not durable whether it is there.
    pub(crate) fn power_cut(&self, choose: &mut dyn FnMut(usize) -> usize) {
        let mut inner = self.inner();
        for inode in &mut inner.inodes {
            let mut content = std::mem::take(&mut inode.durable);
            for op in std::mem::take(&mut inode.pending) {
                let choice = choose(4);
                let upto = match &op {
                    Op::Write(_, bytes) if choice == 1 || choice == 2 => choose(bytes.len()),
                    _ => usize::MAX,
                };
                if choice > 0 {
                    apply(&mut content, &op, upto);
                }
            }
            inode.durable.clone_from(&content);
            inode.content = content;
        }
        let mut names = inner.durable_names.clone();
        let unsure: Vec<PathBuf> = inner.names.keys().chain(names.keys()).cloned().collect();
        for path in unsure {
            let (now, durable) = (inner.names.get(&path), inner.durable_names.get(&path));
            if now != durable && choose(2) == 1 {
                match now {
                    Some(&inode) => names.insert(path, inode),
                    None => names.remove(&path),
                };
            }
        }
        inner.durable_names.clone_from(&names);
        inner.names = names;
    }
}

impl Inner {
    fn used(&self) -> u64 {
        let sizes = self.names.values().map(|&inode| &self.inodes[inode]);
        sizes.map(|inode| inode.content.len() as u64).sum()
    }

    /// How many of `wanted` further bytes fit.
    fn room(&self, wanted: usize) -> usize {
        let free = self
            .capacity
            .map_or(u64::MAX, |capacity| capacity.saturating_sub(self.used()));
        wanted.min(usize::try_from(free).unwrap_or(usize::MAX))
    }

    fn may_write(&self) -> io::Result<()> {
        match self.read_only {
            true => Err(ErrorKind::ReadOnlyFilesystem.into()),
            false => Ok(()),
        }
    }
}

impl FileSystem for Disk {
    fn create_dir_all(&self, _dir: &Path) -> io::Result<()> {
        Ok(())
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<Entry>> {
        let inner = self.inner();
        let inside = inner
            .names
            .iter()
            .filter(|(path, _)| path.parent() == Some(dir));
        Ok(inside
            .map(|(path, &inode)| Entry {
                name: path.file_name().unwrap().to_str().unwrap().to_owned(),
                len: inner.inodes[inode].content.len() as u64,
            })
            .collect())
    }

    fn create_new(&self, path: &Path) -> io::Result<Box<dyn File>> {
        let mut inner = self.inner();
        inner.may_write()?;
        if inner.names.contains_key(path) {
            return Err(ErrorKind::AlreadyExists.into());
        }
        if inner.room(1) == 0 {
            return Err(ErrorKind::StorageFull.into());
        }
        let inode = inner.inodes.len();
        inner.inodes.push(Inode::default());
        inner.names.insert(path.to_owned(), inode);
        drop(inner);
        self.handle(inode)
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn File>> {
        let inner = self.inner();
        inner.may_write()?;
        let inode = *inner.names.get(path).ok_or(ErrorKind::NotFound)?;
        drop(inner);
        self.handle(inode)
    }

    fn open_read(&self, path: &Path) -> io::Result<Box<dyn File>> {
        let inode = *self.inner().names.get(path).ok_or(ErrorKind::NotFound)?;
        self.handle(inode)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut inner = self.inner();
        inner.may_write()?;
        inner
            .names
            .remove(path)
            .map(drop)
            .ok_or(ErrorKind::NotFound.into())
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        let mut inner = self.inner();
        let elsewhere = |path: &Path| path.parent() != Some(dir);
        let mut durable = inner.names.clone();
        durable.retain(|path, _| !elsewhere(path));
        let old = std::mem::take(&mut inner.durable_names);
        durable.extend(old.into_iter().filter(|(path, _)| elsewhere(path)));
        inner.durable_names = durable;
        self.0.1.notify_all();
        Ok(())
    }
}

impl Disk {
    fn handle(&self, inode: usize) -> io::Result<Box<dyn File>> {
        Ok(Box::new(Handle {
            disk: self.clone(),
            inode,
            position: Mutex::new(0),
        }))
    }
}

struct Handle {
    disk: Disk,
    inode: usize,
    position: Mutex<usize>,
}

impl Handle {
    fn write_at(&self, at: usize, bytes: &[u8]) -> io::Result<usize> {
        let mut inner = self.disk.inner();
        inner.may_write()?;
        inner.calls.writes += 1;
        let len = inner.inodes[self.inode].content.len();
        let growth = (at + bytes.len()).saturating_sub(len);
        let taken = bytes.len() - (growth - inner.room(growth));
        let taken = taken.min(inner.most_at_once.unwrap_or(usize::MAX));
        if taken == 0 {
            return Err(ErrorKind::StorageFull.into());
        }
        let op = Op::Write(at, bytes[..taken].to_vec());
        let inode = &mut inner.inodes[self.inode];
        apply(&mut inode.content, &op, usize::MAX);
        inode.pending.push(op);
        Ok(taken)
    }
}

impl File for Handle {
    fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        let mut position = self.position.lock().unwrap();
        let taken = self.write_at(*position, bytes)?;
        *position += taken;
        Ok(taken)
    }

    fn write_all_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut at = usize::try_from(offset).unwrap();
        let mut left = bytes;
        while !left.is_empty() {
            let taken = self.write_at(at, left)?;
            at += taken;
            left = &left[taken..];
        }
        Ok(())
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        let inner = self.disk.inner();
        let refused = inner.unreadable.as_ref();
        if refused.is_some_and(|path| inner.names.get(path) == Some(&self.inode)) {
            return Err(match inner.forbidden {
                true => ErrorKind::PermissionDenied.into(),
                false => medium_error(),
            });
        }
        let content = &inner.inodes[self.inode].content;
        let at = usize::try_from(offset).unwrap().min(content.len());
        let len = into.len().min(content.len() - at);
        into[..len].copy_from_slice(&content[at..at + len]);
        Ok(len)
    }

    fn cut(&self, len: u64) -> io::Result<()> {
        let len = usize::try_from(len).unwrap();
        let mut inner = self.disk.inner();
        inner.may_write()?;
        if inner.cuts_fail {
            return Err(io::Error::other("cut refused"));
        }
        let inode = &mut inner.inodes[self.inode];
        apply(&mut inode.content, &Op::Cut(len), usize::MAX);
        inode.pending.push(Op::Cut(len));
        *self.position.lock().unwrap() = len;
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut inner = self.disk.inner();
        inner.calls.syncs += 1;
        if inner.syncs_fail {
            return Err(io::Error::other("sync refused"));
        }
        let inode = &mut inner.inodes[self.inode];
        inode.durable = inode.content.clone();
        inode.pending.clear();
        self.disk.0.1.notify_all();
        Ok(())
    }
}
