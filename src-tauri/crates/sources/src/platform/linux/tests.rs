//! A folder that looks like /proc: what is read in which scan, and what a list says.

use super::*;
use tempfile::TempDir;

/// A process as its `stat` tells it.
#[derive(Clone, Copy)]
struct Process {
    pid: u32,
    parent: u32,
    start: u64,
    name: &'static str,
    state: &'static str,
    cpu: u64,
}

impl Process {
    fn new(pid: u32, parent: u32) -> Self {
        Self {
            pid,
            parent,
            start: 100,
            name: "sh",
            state: "S",
            cpu: 0,
        }
    }
}

struct Proc {
    folder: TempDir,
    machine: Machine,
}

impl Proc {
    fn new(processes: &[Process]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("stat"), "cpu 1 2\nbtime 1000\n").unwrap();
        let machine = Machine::at(folder.path(), 100, 4096).unwrap();
        let proc = Self { folder, machine };
        processes.iter().for_each(|process| proc.put(*process));
        proc
    }

    fn path(&self, pid: u32) -> PathBuf {
        self.folder.path().join(pid.to_string())
    }

    fn put(&self, process: Process) {
        let Process {
            pid,
            parent,
            start,
            name,
            state,
            cpu,
        } = process;
        fs::create_dir_all(self.path(pid)).unwrap();
        let line = format!(
            "{pid} ({name}) {state} {parent} 1 1 0 -1 4194304 0 0 0 0 {cpu} 0 0 0 20 0 1 0 {start} \
             0 3 0\n"
        );
        fs::write(self.path(pid).join("stat"), line).unwrap();
    }

    fn end(&self, pid: u32) {
        fs::remove_dir_all(self.path(pid)).unwrap();
    }

    fn list(&mut self) -> HashMap<u32, Listed> {
        let listed = self.machine.list().unwrap();
        listed
            .into_iter()
            .map(|listed| (listed.pid, listed))
            .collect()
    }

    /// How many of the processes were read in the last scan.
    fn read(&self) -> usize {
        let known = self.machine.known.values();
        known
            .filter(|known| known.read == self.machine.scan)
            .count()
    }
}

#[test]
fn a_list_has_parents_and_starts_and_leaves_out_what_has_ended() {
    let mut proc = Proc::new(&[
        Process::new(1, 0),
        Process {
            start: 250,
            ..Process::new(7, 1)
        },
        Process {
            state: "Z",
            ..Process::new(8, 1)
        },
    ]);
    fs::create_dir(proc.folder.path().join("sys")).unwrap();
    let listed = proc.list();
    assert_eq!(listed.len(), 2);
    assert_eq!(listed[&1].parent, None);
    assert_eq!(listed[&7].parent, Some(1));
    assert_eq!(listed[&7].start_time.seconds(), 1002);
}

#[test]
fn what_nothing_hangs_on_is_read_once_and_then_in_rounds() {
    let processes: Vec<Process> = (1..=400).map(|pid| Process::new(pid, 0)).collect();
    let mut proc = Proc::new(&processes);
    assert_eq!(proc.list().len(), 400);
    assert_eq!(proc.read(), 400);
    let mut all = 0;
    for _ in 0..ROUNDS {
        assert_eq!(proc.list().len(), 400);
        assert!(proc.read() <= 400 / ROUNDS as usize + 1);
        all += proc.read();
    }
    assert_eq!(all, 400);
}

#[test]
fn a_process_that_became_another_program_is_noticed_within_a_round() {
    let mut proc = Proc::new(&[Process::new(7, 0)]);
    let before = proc.list()[&7].program;
    proc.put(Process {
        name: "claude",
        ..Process::new(7, 0)
    });
    let noticed = (0..ROUNDS).any(|_| proc.list()[&7].program != before);
    assert!(noticed);
}

#[test]
fn what_is_measured_is_read_in_every_scan_and_once_in_each() {
    let mut proc = Proc::new(&[Process::new(7, 0), Process::new(8, 0)]);
    for cpu in [100, 250, 375, 400] {
        proc.list();
        proc.put(Process {
            cpu,
            ..Process::new(7, 0)
        });
        proc.list();
        // What changes after the list is for the next scan.
        proc.put(Process {
            cpu: 9_999,
            ..Process::new(7, 0)
        });
        let used = proc.machine.measure(&[7, 9]).unwrap();
        if cpu > 100 {
            let cpu_time = Duration::from_millis(cpu * 10);
            let resident_bytes = 3 * 4096;
            let expected = Resources {
                cpu_time,
                resident_bytes,
            };
            assert_eq!(used, [(7, expected)]);
        }
    }
    // A tool that only waits to be buried runs no longer, at once.
    proc.put(Process {
        state: "Z",
        ..Process::new(7, 0)
    });
    assert!(!proc.list().contains_key(&7));
}

#[test]
fn an_orphan_gets_its_new_parent_at_once() {
    let mut proc = Proc::new(&[Process::new(1, 0), Process::new(7, 1), Process::new(8, 7)]);
    assert_eq!(proc.list()[&8].parent, Some(7));
    proc.end(7);
    proc.put(Process::new(8, 1));
    assert_eq!(proc.list()[&8].parent, Some(1));
}

#[test]
fn a_number_used_again_is_read_again() {
    let mut proc = Proc::new(&[Process::new(1, 0), Process::new(7, 1)]);
    proc.list();
    // The new folder is there before the old one goes, or it might get the same inode.
    let aside = proc.folder.path().join("aside");
    fs::rename(proc.path(7), &aside).unwrap();
    proc.put(Process {
        start: 900,
        ..Process::new(7, 1)
    });
    assert_eq!(proc.list()[&7].start_time.seconds(), 1009);
}

#[test]
fn a_folder_without_processes_is_no_process_table() {
    let mut proc = Proc::new(&[]);
    assert!(
        proc.machine
            .list()
            .unwrap_err()
            .to_string()
            .contains("empty")
    );
    let nowhere = proc.folder.path().join("nowhere");
    let Err(error) = Machine::at(&nowhere, 100, 4096) else {
        panic!("there is none")
    };
    assert!(error.to_string().contains("nowhere"), "{error}");
}

#[test]
fn arguments_are_told_apart_however_they_end() {
    let table: [(&[u8], &[&str]); 6] = [
        (b"", &[]),
        (b"node\0", &["node"]),
        (b"node\0/usr/bin/gemini\0", &["node", "/usr/bin/gemini"]),
        (b"node\0\0x\0", &["node", "", "x"]),
        // Written over by the process.
        (b"Kimi Code\0\0\0", &["Kimi Code", "", ""]),
        (b"cursor --type=renderer", &["cursor --type=renderer"]),
    ];
    for (cmdline, expected) in table {
        let found: Vec<&OsStr> = arguments(cmdline).collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn an_executable_that_was_replaced_keeps_its_name() {
    let table = [
        ("/usr/bin/claude (deleted)", "/usr/bin/claude"),
        ("/usr/bin/claude", "/usr/bin/claude"),
    ];
    for (link, expected) in table {
        assert_eq!(without_deleted(link.into()), Path::new(expected));
    }
}

/// The real one, as far as this process knows itself.
#[test]
fn this_process_is_listed_looked_at_and_measured() {
    let mut machine = Machine::new().unwrap();
    let pid = std::process::id();
    let listed = machine.list().unwrap();
    let listed = listed.iter().find(|process| process.pid == pid).unwrap();
    assert!(listed.parent.is_some());
    let mut seen = 0;
    let mut see = |_: u32, process: &ProcessView<'_>| {
        seen += 1;
        assert_eq!(process.exe, std::env::current_exe().ok().as_deref());
        assert_eq!(process.args, std::env::args_os().collect::<Vec<_>>());
    };
    machine.look(&[pid, u32::MAX], &mut see).unwrap();
    assert_eq!(seen, 1);
    let used = machine.measure(&[pid]).unwrap();
    assert!(used[0].1.resident_bytes > 100_000);
}
