//! From a process table to the tools that run.
//!
//! A process is looked at closely only while it is new; afterwards its verdict stands, and a scan
//! costs one listing. A process is known by its number and start time together, because numbers
//! are used again.
//!
//! # What counts as one running tool
//! A process whose ancestors include a process of the same tool is part of that one: npm's `codex`
//! and the native program it starts, an application and its helpers, a server and its runners, an
//! agent started by an agent of the same kind. The outermost process gives pid and start time. A
//! tool started by *another* tool, or from an editor's terminal, stands for itself. Should the
//! outermost process end before its child, the child counts as started anew.

use crate::catalogue::{Catalogue, Tool};
use crate::matching::ProcessView;
use aco_domain::{ToolId, ToolKind, UnixNanos};
use std::collections::HashMap;

/// Scans in which a process that was not recognised is looked at again. A process may be met
/// between fork and exec, or as the shim that is about to become the tool; at the shortest interval
/// three scans span ten seconds.
const LOOKS: u8 = 3;

/// Ancestors followed at most. Real chains are far shorter; a table read while processes come and
/// go may hold a circle.
const MAX_ANCESTORS: usize = 64;

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
    /// The instance's outermost process.
    pub pid: u32,
    /// When that started, to the second; 0 where the system does not tell.
    pub start_time: UnixNanos,
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
}

struct Known {
    start_time: UnixNanos,
    verdict: Option<Tool>,
    looks: u8,
}

impl<T: ProcessTable> Scanner<T> {
    /// A scanner that has seen nothing yet.
    pub fn new(table: T, catalogue: Catalogue) -> Self {
        Self {
            table,
            catalogue,
            known: HashMap::new(),
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
        self.look_at_new(&listed)?;
        Ok(self.instances(&listed))
    }

    fn look_at_new(&mut self, listed: &HashMap<u32, Listed>) -> Result<(), ScanError> {
        let settled = |pid: &u32| {
            let known = self.known.get(pid);
            known.is_some_and(|known| known.verdict.is_some() || known.looks >= LOOKS)
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
                verdict: None,
                looks: 0,
            });
            looked.looks += 1;
            looked.verdict = catalogue.matches(process).cloned();
        })
    }

    fn instances(&self, listed: &HashMap<u32, Listed>) -> Scan {
        let outermost = |pid: u32, tool: &Tool| {
            let mut ancestors = ancestors(pid, listed);
            !ancestors.any(|pid| self.verdict(pid).is_some_and(|other| other.id == tool.id))
        };
        let mut running: Vec<Running> = self
            .known
            .iter()
            .filter_map(|(&pid, known)| Some((pid, known.start_time, known.verdict.as_ref()?)))
            .filter(|(pid, _, tool)| outermost(*pid, tool))
            .map(|(pid, start_time, tool)| Running {
                tool: tool.id.clone(),
                display_name: tool.display_name.clone(),
                kind: tool.kind,
                pid,
                start_time,
            })
            .collect();
        running.sort_by_key(|instance| instance.pid);
        Scan { running }
    }

    fn verdict(&self, pid: u32) -> Option<&Tool> {
        self.known.get(&pid)?.verdict.as_ref()
    }
}

/// The pids above `pid`. Windows keeps the number of a parent that has ended, and may have given
/// it to another process since: a parent younger than its child is none.
fn ancestors(pid: u32, listed: &HashMap<u32, Listed>) -> impl Iterator<Item = u32> {
    let parent = |child: &&Listed| {
        let parent = listed.get(&child.parent?)?;
        (parent.start_time <= child.start_time).then_some(parent)
    };
    std::iter::successors(listed.get(&pid), move |child| parent(child))
        .skip(1)
        .take(MAX_ANCESTORS)
        .map(|ancestor| ancestor.pid)
}

#[cfg(test)]
mod tests;
