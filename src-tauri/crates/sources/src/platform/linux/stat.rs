//! One process's line in /proc/PID/stat (proc_pid_stat(5)). Pure.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// Bit of the flags that marks a thread of the kernel's own (PF_KTHREAD in its sched.h).
const KERNEL_THREAD: u64 = 0x0020_0000;

/// What is kept of the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stat {
    pub(super) parent: u32,
    /// When it started, in ticks since the machine did.
    pub(super) start: u64,
    /// Stands for the program's name, which a process changes when it becomes another program.
    pub(super) name: u64,
    /// It only waits to be buried.
    pub(super) ended: bool,
    pub(super) is_kernel_thread: bool,
    /// Processor time, in ticks.
    pub(super) cpu: u64,
    /// Resident memory.
    pub(super) pages: u64,
}

impl Stat {
    /// Takes the line apart. Nothing when it is not one.
    pub(super) fn parse(line: &[u8]) -> Option<Self> {
        // The name stands in parentheses and may hold any byte, parentheses and spaces too.
        let open = line.iter().position(|byte| *byte == b'(')?;
        let close = line.iter().rposition(|byte| *byte == b')')?;
        let mut name = DefaultHasher::new();
        line.get(open + 1..close)?.hash(&mut name);
        let rest = std::str::from_utf8(line.get(close + 1..)?).ok()?;
        // The manual counts from one, and these begin with its third.
        let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
        let text = |number: usize| fields.get(number - 3).copied();
        let field = |number: usize| text(number)?.parse::<u64>().ok();
        Some(Self {
            parent: u32::try_from(field(4)?).ok()?,
            start: field(22)?,
            name: name.finish(),
            ended: matches!(text(3)?, "Z" | "X" | "x"),
            is_kernel_thread: field(9)? & KERNEL_THREAD != 0,
            cpu: field(14)?.saturating_add(field(15)?),
            pages: field(24)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line of a real shape.
    fn line(name: &str, state: &str, parent: u32, flags: u64) -> String {
        format!(
            "4242 ({name}) {state} {parent} 4242 4242 34816 4300 {flags} 2054 11 3 0 150 25 7 8 20 0 \
             1 0 987654 15065088 1729 18446744073709551615 1 1 0 0 0 0 65536 3670020 1266777851 0 0 \
             0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
        )
    }

    #[test]
    fn the_fields_are_those_of_the_manual() {
        let stat = Stat::parse(line("bash", "S", 17, 0x40_0000).as_bytes()).unwrap();
        assert_eq!(
            (stat.parent, stat.start, stat.cpu, stat.pages),
            (17, 987_654, 175, 1729)
        );
        assert!(!stat.ended && !stat.is_kernel_thread);
        let kernel = Stat::parse(line("kworker/0:1", "I", 2, 0x0420_8060).as_bytes()).unwrap();
        assert!(kernel.is_kernel_thread);
        for state in ["Z", "X"] {
            let ended = Stat::parse(line("bash", state, 17, 0).as_bytes()).unwrap();
            assert!(ended.ended);
        }
    }

    #[test]
    fn a_name_may_hold_anything() {
        let odd = Stat::parse(line("a) S 1 (b", "R", 17, 0).as_bytes()).unwrap();
        assert_eq!(odd.parent, 17);
        let other = Stat::parse(line("a", "R", 17, 0).as_bytes()).unwrap();
        assert_ne!(odd.name, other.name);
        assert_eq!(odd.start, other.start);
    }

    #[test]
    fn what_is_no_such_line_is_nothing() {
        let whole = line("bash", "S", 17, 0);
        for wrong in ["", "4242", "4242 (bash", "4242 (bash) S", &whole[..40]] {
            assert_eq!(Stat::parse(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
