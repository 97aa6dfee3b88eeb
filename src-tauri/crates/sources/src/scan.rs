//! From a process table to the tools that run.
//!
//! A process is looked at closely only while it is new or has become another program; afterwards
//! its verdict stands, and a scan costs one listing and a measurement of the tools' own processes. A process is known by its
//! number and start time together, because numbers are used again.
//!
//! # What counts as one running tool
//! A process whose ancestors include a process of the same tool is part of that one: npm's `codex`
//! and the native program it starts, an application and its helpers, a server and its runners, an
//! agent started by an agent of the same kind. The outermost process gives pid and start time. A
//! tool started by *another* tool, or from an editor's terminal, stands for itself. Should the
//! outermost process end before its child, the child counts as started anew.
//!
//! Whose a process is, for what the tools use, is `family`'s business; how much that is, `meter`'s.

mod family;
mod meter;

use crate::catalogue::{Catalogue, Tool};
use crate::matching::{Nature, ProcessView};
use aco_domain::{ToolCategory, ToolId, ToolKind, UnixNanos};
use family::{Family, Known, Member, Process};
use meter::Meter;
use std::collections::HashMap;
use std::time::Duration;

/// Scans in which a process that was not recognised is looked at again. A process may be met
/// between fork and exec, or as the shim that is about to become the tool; at the shortest interval
/// three scans span ten seconds.
const LOOKS: u8 = 3;

/// Why the machine could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot read the process table: {0}")]
pub struct ScanError(pub String);

/// A process as a listing has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its number.
    pub pid: u32,
    /// Its parent's, where there is one.
    pub parent: Option<u32>,
    /// When it started; 0 where the system does not tell.
    pub start_time: UnixNanos,
    /// A number that changes when the process has become another program, as far as a listing
    /// notices; 0 where none does.
    pub program: u64,
}

/// What a process has used, or all processes of one tool's instance together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resources {
    /// Processor time on all cores, since it started. Of an instance it never decreases: what a
    /// helper had used when it was last measured stays counted after its end, and only what it
    /// used between then and its end is missing.
    pub cpu_time: Duration,
    /// Resident memory. A page that several processes of an instance share counts for each.
    pub resident_bytes: u64,
}

/// Where processes are read from: the machine, or a test's table.
pub trait ProcessTable {
    /// All processes that run now, without those that only wait to be buried.
    ///
    /// # Errors
    /// When nothing can be read. An empty list would mean that every tool has stopped.
    fn list(&mut self) -> Result<Vec<Listed>, ScanError>;

    /// Shows each of `pids` to `see`. A process that has gone meanwhile is left out.
    ///
    /// # Errors
    /// When nothing can be read.
    fn look(
        &mut self,
        pids: &[u32],
        see: &mut dyn FnMut(u32, &ProcessView<'_>),
    ) -> Result<(), ScanError>;

    /// What each of `pids` has used. A process that has gone meanwhile, or whose figures belong to
    /// another user and are hidden, is left out.
    ///
    /// # Errors
    /// When nothing can be read.
    fn measure(&mut self, pids: &[u32]) -> Result<Vec<(u32, Resources)>, ScanError>;
}

/// A tool that runs, once per instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    /// The tool's id.
    pub tool: ToolId,
    /// Its name for people.
    pub display_name: String,
    /// What it is.
    pub kind: ToolKind,
    /// What people use it for.
    pub category: ToolCategory,
    /// The instance's outermost process.
    pub pid: u32,
    /// When that started, to the second; 0 where the system does not tell.
    pub start_time: UnixNanos,
    /// What all its processes have used: those of the tool and what they started, without other
    /// tools' processes, and of an application without what was started from a shell in it.
    pub resources: Resources,
}

/// What runs at one moment, by pid.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    /// One entry per instance.
    pub running: Vec<Running>,
}

/// Scans a process table again and again, remembering what it has already looked at.
pub struct Scanner<T> {
    table: T,
    catalogue: Catalogue,
    known: HashMap<u32, Known>,
    meter: Meter,
}

impl<T: ProcessTable> Scanner<T> {
    /// A scanner that has seen nothing yet.
    pub fn new(table: T, catalogue: Catalogue) -> Self {
        Self {
            table,
            catalogue,
            known: HashMap::new(),
            meter: Meter::default(),
        }
    }

    /// Judges by another catalogue from the next scan on, which looks at everything anew.
    pub fn set_catalogue(&mut self, catalogue: Catalogue) {
        self.catalogue = catalogue;
        self.known.clear();
    }

    /// What runs now.
    ///
    /// # Errors
    /// When the table cannot be read; what was known stays known.
    pub fn scan(&mut self) -> Result<Scan, ScanError> {
        let listed: HashMap<u32, Listed> = self
            .table
            .list()?
            .into_iter()
            .map(|process| (process.pid, process))
            .collect();
        self.known.retain(|pid, known| {
            let same = listed.get(pid);
            same.is_some_and(|process| process.start_time == known.start_time)
        });
        for (pid, known) in &mut self.known {
            let program = listed
                .get(pid)
                .map_or(known.program, |listed| listed.program);
            if known.program != program {
                (known.program, known.looks) = (program, 0);
            }
        }
        self.look_at_new(&listed)?;
        let family = Family::new(&listed, &self.known);
        let (members, proven) = (family.members(), family.proven());
        // A proof holds as long as the instance runs: the process that gave it may be a short one.
        for instance in proven {
            if let Some(known) = self.known.get_mut(&instance.pid) {
                known.proven = true;
            }
        }
        let counted: Vec<Member> = members
            .into_iter()
            .filter(|member| self.counts(member.instance.pid))
            .collect();
        let pids: Vec<u32> = counted.iter().map(|member| member.process.pid).collect();
        let used = match pids.is_empty() {
            true => Vec::new(),
            false => self.table.measure(&pids)?,
        };
        let used = self.meter.read(&counted, &used);
        let mut running: Vec<Running> = used
            .into_iter()
            .filter_map(|(process, resources)| {
                let tool = self.known.get(&process.pid)?.tool()?;
                Some(instance(tool, process, resources))
            })
            .collect();
        running.sort_by_key(|instance| instance.pid);
        Ok(Scan { running })
    }

    fn look_at_new(&mut self, listed: &HashMap<u32, Listed>) -> Result<(), ScanError> {
        let settled = |pid: &u32| {
            let known = self.known.get(pid);
            known.is_some_and(|known| match known.looks {
                0 => false,
                looks => known.tool().is_some() || looks >= LOOKS,
            })
        };
        let new: Vec<u32> = listed.keys().copied().filter(|pid| !settled(pid)).collect();
        if new.is_empty() {
            return Ok(());
        }
        let (catalogue, known) = (&self.catalogue, &mut self.known);
        self.table.look(&new, &mut |pid, process| {
            let Some(listed) = listed.get(&pid) else {
                return;
            };
            let looked = known.entry(pid).or_insert(Known {
                start_time: listed.start_time,
                nature: family::Nature::Other,
                proves: Vec::new(),
                proven: false,
                program: listed.program,
                looks: 0,
            });
            let verdict = catalogue.judge(process);
            looked.looks += 1;
            looked.nature = match verdict.nature {
                Nature::Tool(tool) => family::Nature::Tool(tool.clone()),
                Nature::PartOf(tool) => family::Nature::PartOf(tool.id.clone()),
                Nature::Shell => family::Nature::Shell,
                Nature::Other => family::Nature::Other,
            };
            looked.proves = verdict.proves.iter().map(|tool| tool.id.clone()).collect();
        })
    }

    fn counts(&self, instance: u32) -> bool {
        self.known.get(&instance).is_some_and(|known| {
            let tool = known.tool();
            tool.is_some_and(|tool| known.proven || !self.catalogue.needs_proof(&tool.id))
        })
    }
}

fn instance(tool: &Tool, process: Process, resources: Resources) -> Running {
    Running {
        tool: tool.id.clone(),
        display_name: tool.display_name.clone(),
        kind: tool.kind,
        category: tool.category,
        pid: process.pid,
        start_time: process.start_time,
        resources,
    }
}

#[cfg(test)]
mod tests;
