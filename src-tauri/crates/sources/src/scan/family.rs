//! Whose a process is: which instance of a tool it belongs to. Pure.
//!
//! - A tool's process belongs to the outermost process of the same tool above it, or is one itself.
//! - Any other process belongs to the nearest tool above it: what a tool starts, it uses. In an
//!   application that ends at a shell, because a compiler in an editor's terminal is the user's
//!   work and not the editor's. A command-line agent's shells are its hands: they count.
//! - A part of an application that was not started by it (macOS starts some by launchd) belongs to
//!   that application's oldest instance.

use super::Listed;
use crate::catalogue::Tool;
use aco_domain::{ToolId, ToolKind, UnixNanos};
use std::collections::HashMap;

/// Ancestors followed at most. Real chains are far shorter; a table read while processes come and
/// go may hold a circle.
const MAX_ANCESTORS: usize = 64;

/// A process that was looked at.
pub(super) struct Known {
    pub(super) start_time: UnixNanos,
    pub(super) nature: Nature,
    /// The tools whose proof it is.
    pub(super) proves: Vec<ToolId>,
    /// Whether the instance it is the outermost process of has shown its proof.
    pub(super) proven: bool,
    /// What the listing said when it was last looked at.
    pub(super) program: u64,
    /// How often it was looked at since it is this program.
    pub(super) looks: u8,
}

impl Known {
    pub(super) fn tool(&self) -> Option<&Tool> {
        match &self.nature {
            Nature::Tool(tool) => Some(tool),
            _ => None,
        }
    }
}

/// What the look at a process found, to be kept.
pub(super) enum Nature {
    Tool(Tool),
    PartOf(ToolId),
    Shell,
    Other,
}

/// A process, known by its number and start time together: numbers are used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Process {
    pub(super) start_time: UnixNanos,
    pub(super) pid: u32,
}

impl From<&Listed> for Process {
    fn from(listed: &Listed) -> Self {
        Self {
            start_time: listed.start_time,
            pid: listed.pid,
        }
    }
}

/// A process of an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) process: Process,
    /// The instance's outermost process; this one where it is that.
    pub(super) instance: Process,
}

/// All processes of one moment, and what is known of them.
pub(super) struct Family<'s> {
    listed: &'s HashMap<u32, Listed>,
    known: &'s HashMap<u32, Known>,
}

impl<'s> Family<'s> {
    pub(super) fn new(listed: &'s HashMap<u32, Listed>, known: &'s HashMap<u32, Known>) -> Self {
        Self { listed, known }
    }

    /// Every process that belongs to an instance.
    pub(super) fn members(&self) -> Vec<Member> {
        let (mut members, mut strays) = (Vec::new(), Vec::new());
        let mut oldest: HashMap<&ToolId, Process> = HashMap::new();
        for listed in self.listed.values() {
            let process = Process::from(listed);
            match self.instance_above(listed.pid) {
                Some(instance) => members.push(Member { process, instance }),
                None => strays.push(process),
            }
            if let Some(tool) = self.tool(listed.pid) {
                let oldest = oldest.entry(&tool.id).or_insert(process);
                *oldest = process.min(*oldest);
            }
        }
        members.extend(strays.into_iter().filter_map(|process| {
            let Nature::PartOf(tool) = &self.known.get(&process.pid)?.nature else {
                return None;
            };
            let instance = self.instance_above(oldest.get(tool)?.pid)?;
            Some(Member { process, instance })
        }));
        members
    }

    /// The instances that have shown their proof: a process below one, though of another tool, but
    /// not behind a shell.
    pub(super) fn proven(&self) -> Vec<Process> {
        let showing = self
            .known
            .iter()
            .filter(|(_, known)| !known.proves.is_empty());
        showing
            .flat_map(|(&pid, known)| {
                let line = std::iter::once(pid).chain(self.ancestors(pid));
                let line = line.take_while(|pid| !self.is_shell(*pid));
                line.filter_map(|above| {
                    let tool = self
                        .tool(above)
                        .filter(|tool| known.proves.contains(&tool.id))?;
                    self.listed
                        .get(&self.outermost(above, tool))
                        .map(Process::from)
                })
            })
            .collect()
    }

    fn is_shell(&self, pid: u32) -> bool {
        let known = self.known.get(&pid);
        known.is_some_and(|known| matches!(known.nature, Nature::Shell))
    }

    /// The instance that a process belongs to by those above it.
    fn instance_above(&self, pid: u32) -> Option<Process> {
        let nearest = std::iter::once(pid).chain(self.ancestors(pid));
        let mut behind_shell = false;
        for above in nearest {
            if let Some(tool) = self.tool(above) {
                let theirs = above == pid || tool.kind == ToolKind::Cli || !behind_shell;
                let outermost = self.listed.get(&self.outermost(above, tool))?;
                return theirs.then(|| outermost.into());
            }
            behind_shell |= self.is_shell(above);
        }
        None
    }

    /// The topmost process of `tool` at or above `pid`.
    fn outermost(&self, pid: u32, tool: &Tool) -> u32 {
        self.ancestors(pid)
            .filter(|above| self.tool(*above).is_some_and(|other| other.id == tool.id))
            .last()
            .unwrap_or(pid)
    }

    fn tool(&self, pid: u32) -> Option<&'s Tool> {
        self.known.get(&pid)?.tool()
    }

    /// The pids above `pid`. Windows keeps the number of a parent that has ended, and may have
    /// given it to another process since: a parent younger than its child is none.
    fn ancestors(&self, pid: u32) -> impl Iterator<Item = u32> + use<'s> {
        let listed = self.listed;
        let parent = move |child: &&'s Listed| {
            let parent = listed.get(&child.parent?)?;
            (parent.start_time <= child.start_time).then_some(parent)
        };
        std::iter::successors(listed.get(&pid), parent)
            .skip(1)
            .take(MAX_ANCESTORS)
            .map(|ancestor| ancestor.pid)
    }
}
