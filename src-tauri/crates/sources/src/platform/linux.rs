//! The process table of Linux, read from /proc.
//!
//! Reading a process's `stat` costs the kernel some ten microseconds, listing the folder a third
//! of one (measured with 490 processes: 4.7 ms against 0.2 ms a scan; `sysinfo`, which reads
//! `status` beside it, 16 ms). So a process is read when it is new, when a tool's resources depend on
//! it, when its parent has gone, and otherwise once in [`ROUNDS`] scans.
//!
//! A process is new when its number or its folder's inode is: the kernel makes another one for
//! another process of the same number. Where it does not (nothing promises it), the round notices.

mod stat;

use crate::matching::ProcessView;
use crate::scan::{Listed, ProcessTable, Resources, ScanError};
use aco_domain::UnixNanos;
use stat::Stat;
use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Read as _;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::DirEntryExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Scans in which every process is read at least once: what has become another program without a
/// new number, long after it was new, is noticed within as many intervals.
const ROUNDS: u32 = 8;

/// What the kernel appends to an executable's path when the file has been replaced, by an update
/// for instance.
const DELETED: &[u8] = b" (deleted)";

/// The processes of this machine.
pub struct Machine {
    proc: PathBuf,
    units: Units,
    known: HashMap<u32, Known>,
    /// Whose resources were asked for last: they are asked for again at the next scan.
    measured: HashSet<u32>,
    scan: u32,
    /// For reading into, so that a scan allocates nothing a process.
    buffer: Vec<u8>,
}

#[derive(Clone, Copy)]
struct Units {
    /// Read once: a corrected clock must not make every process look new.
    boot_time: Duration,
    ticks_per_second: u64,
    page_size: u64,
}

struct Known {
    /// Of its folder below /proc.
    inode: u64,
    stat: Stat,
    /// The scan in which it was read.
    read: u32,
}

impl Machine {
    /// Prepares to read; reads no process yet.
    ///
    /// # Errors
    /// When the system offers no process table.
    pub fn new() -> Result<Self, ScanError> {
        let page_size = u64::try_from(rustix::param::page_size()).unwrap_or(4096);
        let ticks_per_second = rustix::param::clock_ticks_per_second().max(1);
        Self::at(Path::new("/proc"), ticks_per_second, page_size)
    }

    fn at(proc: &Path, ticks_per_second: u64, page_size: u64) -> Result<Self, ScanError> {
        let boot_time = boot_time(&proc.join("stat"))?;
        Ok(Self {
            proc: proc.to_owned(),
            units: Units {
                boot_time,
                ticks_per_second,
                page_size,
            },
            known: HashMap::new(),
            measured: HashSet::new(),
            scan: 0,
            buffer: Vec::new(),
        })
    }

    /// The numbers of all processes, and their folders' inodes.
    fn numbers(&self) -> Result<Vec<(u32, u64)>, ScanError> {
        let wrong = |error| ScanError(format!("{}: {error}", self.proc.display()));
        let mut numbers = Vec::with_capacity(self.known.len() + 16);
        for entry in fs::read_dir(&self.proc).map_err(wrong)? {
            let entry = entry.map_err(wrong)?;
            let name = entry.file_name();
            let pid = name.to_str().and_then(|name| name.parse::<u32>().ok());
            numbers.extend(pid.map(|pid| (pid, entry.ino())));
        }
        Ok(numbers)
    }

    fn read(&mut self, pid: u32) -> Option<Stat> {
        let path = self.proc.join(pid.to_string()).join("stat");
        self.buffer.clear();
        fs::File::open(path)
            .ok()?
            .read_to_end(&mut self.buffer)
            .ok()?;
        Stat::parse(&self.buffer)
    }

    /// Whether what was read of a process in an earlier scan still does.
    fn suffices(&self, pid: u32, inode: u64) -> bool {
        let known = self.known.get(&pid);
        known.is_some_and(|known| known.inode == inode)
            && !self.measured.contains(&pid)
            && pid % ROUNDS != self.scan % ROUNDS
    }

    /// Processes whose parent has just gone have got another one.
    fn read_orphans(&mut self, gone: &HashSet<u32>) {
        let orphans: Vec<u32> = self
            .known
            .iter()
            .filter(|(_, known)| known.read != self.scan && gone.contains(&known.stat.parent))
            .map(|(pid, _)| *pid)
            .collect();
        for pid in orphans {
            let stat = self.read(pid);
            match (stat, self.known.get_mut(&pid)) {
                (Some(stat), Some(known)) => (known.stat, known.read) = (stat, self.scan),
                _ => drop(self.known.remove(&pid)),
            }
        }
    }
}

impl ProcessTable for Machine {
    fn list(&mut self) -> Result<Vec<Listed>, ScanError> {
        self.scan = self.scan.wrapping_add(1);
        let here = self.numbers()?;
        let left: HashSet<u32> = here.iter().map(|(pid, _)| *pid).collect();
        let mut gone: HashSet<u32> = self.known.keys().copied().collect();
        gone.retain(|pid| !left.contains(pid));
        self.known.retain(|pid, _| left.contains(pid));
        for (pid, inode) in here {
            if self.suffices(pid, inode) {
                continue;
            }
            let Some(stat) = self.read(pid) else {
                self.known.remove(&pid);
                gone.insert(pid);
                continue;
            };
            let read = self.scan;
            let before = self.known.insert(pid, Known { inode, stat, read });
            if before.is_some_and(|before| before.stat.start != stat.start) {
                gone.insert(pid);
            }
        }
        self.read_orphans(&gone);
        if self.known.is_empty() {
            return Err(ScanError("it is empty (is /proc mounted?)".into()));
        }
        let processes = self.known.iter();
        Ok(processes
            .filter(|(_, known)| !known.stat.ended && !known.stat.is_kernel_thread)
            .map(|(pid, known)| self.units.listed(*pid, &known.stat))
            .collect())
    }

    fn look(
        &mut self,
        pids: &[u32],
        see: &mut dyn FnMut(u32, &ProcessView<'_>),
    ) -> Result<(), ScanError> {
        for pid in pids {
            let folder = self.proc.join(pid.to_string());
            let Ok(name) = fs::read(folder.join("comm")) else {
                continue;
            };
            // Of another user's process only the name can be read, of a kernel thread as well.
            let exe = fs::read_link(folder.join("exe")).ok().map(without_deleted);
            let args = fs::read(folder.join("cmdline")).unwrap_or_default();
            let args: Vec<OsString> = arguments(&args).map(OsStr::to_owned).collect();
            let view = ProcessView {
                name: OsStr::from_bytes(name.trim_ascii_end()),
                exe: exe.as_deref(),
                args: &args,
            };
            see(*pid, &view);
        }
        Ok(())
    }

    fn measure(&mut self, pids: &[u32]) -> Result<Vec<(u32, Resources)>, ScanError> {
        self.measured = pids.iter().copied().collect();
        let mut used = Vec::with_capacity(pids.len());
        for pid in pids {
            let in_this_scan = self.known.get(pid).filter(|known| known.read == self.scan);
            let stat = match in_this_scan {
                Some(known) => Some(known.stat),
                None => self.read(*pid),
            };
            used.extend(stat.map(|stat| (*pid, self.units.resources(&stat))));
        }
        Ok(used)
    }
}

impl Units {
    fn listed(self, pid: u32, stat: &Stat) -> Listed {
        let since_boot = Duration::from_secs(stat.start / self.ticks_per_second);
        Listed {
            pid,
            parent: (stat.parent != 0).then_some(stat.parent),
            start_time: UnixNanos(0).plus(self.boot_time + since_boot),
            program: stat.name,
        }
    }

    fn resources(self, stat: &Stat) -> Resources {
        let millis = stat.cpu.saturating_mul(1_000) / self.ticks_per_second;
        Resources {
            cpu_time: Duration::from_millis(millis),
            resident_bytes: stat.pages.saturating_mul(self.page_size),
        }
    }
}

/// When the machine started, to the second.
fn boot_time(stat: &Path) -> Result<Duration, ScanError> {
    let text = fs::read_to_string(stat)
        .map_err(|error| ScanError(format!("{}: {error} (is /proc mounted?)", stat.display())))?;
    let seconds = text.lines().find_map(|line| line.strip_prefix("btime "));
    let seconds = seconds.and_then(|seconds| seconds.trim().parse().ok());
    let missing = || ScanError(format!("{}: no boot time in it", stat.display()));
    seconds.map(Duration::from_secs).ok_or_else(missing)
}

fn without_deleted(exe: PathBuf) -> PathBuf {
    let bytes = exe.into_os_string().into_vec();
    let end = bytes.strip_suffix(DELETED).unwrap_or(&bytes).len();
    let mut bytes = bytes;
    bytes.truncate(end);
    PathBuf::from(OsString::from_vec(bytes))
}

/// A `cmdline` taken apart: each argument ends in a NUL, unless the process has written over them.
fn arguments(cmdline: &[u8]) -> impl Iterator<Item = &OsStr> {
    let whole = cmdline.strip_suffix(b"\0").unwrap_or(cmdline);
    let arguments = whole.split(|byte| *byte == 0);
    arguments
        .take(if cmdline.is_empty() { 0 } else { usize::MAX })
        .map(OsStr::from_bytes)
}

#[cfg(test)]
mod tests;
