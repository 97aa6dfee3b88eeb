//! Processes that do nothing, so that the machine has as many as one that is used.

use std::fs;
use std::process::{Child, Command, Stdio};

/// Sleeping programs, ended when dropped.
pub(crate) struct Crowd(Vec<Child>);

impl Crowd {
    /// As many as are missing until this machine runs `processes`, the kernel's own included.
    pub(crate) fn up_to(processes: usize) -> Self {
        let missing = processes.saturating_sub(count());
        let sleeper = || {
            Command::new("sleep")
                .arg("3600")
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap()
        };
        Self((0..missing).map(|_| sleeper()).collect())
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The processes of this machine.
pub(crate) fn count() -> usize {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    let is_process = |name: &str| name.bytes().all(|byte| byte.is_ascii_digit());
    entries
        .filter(|entry| entry.file_name().to_str().is_some_and(is_process))
        .count()
}
