//! What instances have used, kept from falling when one of their processes ends. Pure.

use super::Resources;
use super::family::{Member, Process};
use std::collections::HashMap;
use std::time::Duration;

/// Remembers the last measurement.
#[derive(Default)]
pub(super) struct Meter {
    /// The processor time of each process when it was last measured.
    processes: HashMap<Process, Duration>,
    /// The processor time of each instance.
    instances: HashMap<Process, Duration>,
}

impl Meter {
    /// Takes a measurement of `members` and says what each instance has used. A member that is
    /// missing from `used` counts with what it had.
    pub(super) fn read(
        &mut self,
        members: &[Member],
        used: &[(u32, Resources)],
    ) -> HashMap<Process, Resources> {
        let used: HashMap<u32, Resources> = used.iter().copied().collect();
        let processes = std::mem::take(&mut self.processes);
        let mut totals: HashMap<Process, Resources> = HashMap::new();
        for Member { process, instance } in members {
            let before = processes.get(process).copied().unwrap_or_default();
            let now = used.get(&process.pid).copied().unwrap_or_default();
            // Never less than before: a process that became unreadable has not run backwards.
            let cpu_time = now.cpu_time.max(before);
            self.processes.insert(*process, cpu_time);
            let total = totals.entry(*instance).or_default();
            // A new instance begins with all that its processes have used, a known one grows.
            total.cpu_time += match self.instances.contains_key(instance) {
                true => cpu_time - before,
                false => cpu_time,
            };
            total.resident_bytes += now.resident_bytes;
        }
        for (instance, total) in &mut totals {
            total.cpu_time += self.instances.get(instance).copied().unwrap_or_default();
        }
        let cpu_times = totals
            .iter()
            .map(|(instance, total)| (*instance, total.cpu_time));
        self.instances = cpu_times.collect();
        totals
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aco_domain::UnixNanos;

    fn process(pid: u32) -> Process {
        Process {
            start_time: UnixNanos(1),
            pid,
        }
    }

    /// Measures processes of instance 1, given as (pid, seconds, bytes), and says what it has used.
    fn read(meter: &mut Meter, used: &[(u32, u64, u64)]) -> (u64, u64) {
        let member = |(pid, _, _): &(u32, u64, u64)| Member {
            process: process(*pid),
            instance: process(1),
        };
        let members: Vec<Member> = used.iter().map(member).collect();
        let resources = |&(pid, seconds, resident_bytes): &(u32, u64, u64)| {
            let cpu_time = Duration::from_secs(seconds);
            (
                pid,
                Resources {
                    cpu_time,
                    resident_bytes,
                },
            )
        };
        let used: Vec<_> = used.iter().map(resources).collect();
        let total = meter.read(&members, &used)[&process(1)];
        (total.cpu_time.as_secs(), total.resident_bytes)
    }

    #[test]
    fn time_grows_and_stays_when_a_helper_ends_and_memory_goes_with_it() {
        let mut meter = Meter::default();
        assert_eq!(read(&mut meter, &[(1, 10, 100), (2, 5, 50)]), (15, 150));
        assert_eq!(read(&mut meter, &[(1, 11, 100), (2, 8, 60)]), (19, 160));
        assert_eq!(read(&mut meter, &[(1, 12, 100)]), (20, 100));
        // Another helper, with all it has used.
        assert_eq!(read(&mut meter, &[(1, 12, 100), (3, 2, 1)]), (22, 101));
        // One that cannot be read for a moment has not run backwards, nor again from nothing.
        assert_eq!(read(&mut meter, &[(1, 0, 0), (3, 2, 1)]), (22, 1));
        assert_eq!(read(&mut meter, &[(1, 14, 100), (3, 2, 1)]), (24, 101));
    }

    #[test]
    fn an_instance_that_ended_is_forgotten() {
        let mut meter = Meter::default();
        assert_eq!(read(&mut meter, &[(1, 10, 100)]), (10, 100));
        assert!(meter.read(&[], &[]).is_empty());
        assert!(meter.processes.is_empty() && meter.instances.is_empty());
        assert_eq!(read(&mut meter, &[(1, 3, 100)]), (3, 100));
    }
}
