//! The process table of a system that gives all of it in one call (macOS, Windows), through
//! `sysinfo`.

use crate::matching::ProcessView;
use crate::scan::{Listed, ProcessTable, Resources, ScanError};
use aco_domain::UnixNanos;
use std::time::Duration;
use sysinfo::{
    Pid, ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, System, ThreadKind, UpdateKind,
};

/// The processes of this machine.
pub struct Machine {
    /// Holds what a listing needs and nothing else. It lives as long as the agent, so the boot
    /// time that start times are computed from is read once: a corrected clock must not make every
    /// process look new.
    listing: System,
}

impl Machine {
    /// Prepares to read; reads nothing yet.
    ///
    /// # Errors
    /// When the system offers no process table.
    pub fn new() -> Result<Self, ScanError> {
        Ok(Self { listing: system()? })
    }
}

impl ProcessTable for Machine {
    fn list(&mut self) -> Result<Vec<Listed>, ScanError> {
        let nothing_more = ProcessRefreshKind::nothing().without_tasks();
        let updated =
            self.listing
                .refresh_processes_specifics(ProcessesToUpdate::All, true, nothing_more);
        if updated == 0 {
            return Err(ScanError("it is empty (is /proc mounted?)".into()));
        }
        let processes = self.listing.processes().values();
        Ok(processes
            .filter(|process| {
                let ended = matches!(
                    process.status(),
                    ProcessStatus::Zombie | ProcessStatus::Dead
                );
                !ended && process.thread_kind() != Some(ThreadKind::Kernel)
            })
            .map(|process| Listed {
                pid: process.pid().as_u32(),
                parent: process.parent().map(Pid::as_u32),
                start_time: UnixNanos(0).plus(Duration::from_secs(process.start_time())),
                program: 0,
            })
            .collect())
    }

    fn look(
        &mut self,
        pids: &[u32],
        see: &mut dyn FnMut(u32, &ProcessView<'_>),
    ) -> Result<(), ScanError> {
        // A system of its own, dropped at the end: what it read of command lines goes with it. And
        // the listing's names are those of the first sight, while a process may have become
        // another program since.
        let mut close = system()?;
        let pids: Vec<Pid> = pids.iter().copied().map(Pid::from_u32).collect();
        close.refresh_processes_specifics(
            ProcessesToUpdate::Some(&pids),
            false,
            ProcessRefreshKind::nothing()
                .without_tasks()
                .with_exe(UpdateKind::Always)
                .with_cmd(UpdateKind::Always),
        );
        for process in close.processes().values() {
            let view = ProcessView {
                name: process.name(),
                exe: process.exe().filter(|exe| !exe.as_os_str().is_empty()),
                args: process.cmd(),
            };
            see(process.pid().as_u32(), &view);
        }
        Ok(())
    }

    fn measure(&mut self, pids: &[u32]) -> Result<Vec<(u32, Resources)>, ScanError> {
        let mut close = system()?;
        let pids: Vec<Pid> = pids.iter().copied().map(Pid::from_u32).collect();
        close.refresh_processes_specifics(
            ProcessesToUpdate::Some(&pids),
            false,
            ProcessRefreshKind::nothing()
                .without_tasks()
                .with_cpu()
                .with_memory(),
        );
        let processes = close.processes().values();
        let used = processes.map(|process| {
            let resources = Resources {
                cpu_time: Duration::from_millis(process.accumulated_cpu_time()),
                resident_bytes: process.memory(),
            };
            (process.pid().as_u32(), resources)
        });
        Ok(used.collect())
    }
}

fn system() -> Result<System, ScanError> {
    System::new().map_err(|error| ScanError(error.to_string()))
}
