//! What a program took, by the system's own accounting.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// A finished program.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taken {
    /// Seconds of processor time in all its threads, its own and the kernel's on its behalf.
    pub(crate) cpu: f64,
    /// Seconds until it ended.
    pub(crate) wall: f64,
    /// The most it had resident, in MiB.
    pub(crate) resident: f64,
}

/// Runs `program` and says what it took. Its output goes to a file.
///
/// This program runs it in a process of its own again: what a parent has resident when it forks is
/// charged to the child it becomes, and this one has made a history.
///
/// # Panics
/// When the program fails; its errors have been shown.
pub(crate) fn taken(output: &Path, command: &Command) -> Taken {
    let mut again = Command::new(std::env::current_exe().unwrap());
    again
        .arg("measure")
        .arg(output)
        .arg(command.get_program())
        .args(command.get_args())
        .env_clear()
        .envs(
            command
                .get_envs()
                .filter_map(|(key, value)| Some((key, value?))),
        )
        .stderr(Stdio::inherit());
    let said = again.output().unwrap();
    assert!(said.status.success(), "{command:?}: {}", said.status);
    let said = String::from_utf8(said.stdout).unwrap();
    let mut figures = said.split_whitespace().map(|word| word.parse().unwrap());
    let mut next = || figures.next().unwrap();
    Taken {
        cpu: next(),
        wall: next(),
        resident: next(),
    }
}

/// The other half of [`taken`].
pub(crate) fn child(output: &Path, program: &str, arguments: &[&str]) {
    let started = Instant::now();
    #[expect(clippy::zombie_processes, reason = "wait4 below reaps it, by its pid")]
    let child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(File::create(output).unwrap())
        .spawn()
        .unwrap();
    let (status, usage) = wait(child.id());
    let wall = started.elapsed().as_secs_f64();
    assert_eq!(status, 0, "{program} {arguments:?} failed");
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    // KiB, says getrusage(2).
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    let resident = usage.ru_maxrss as f64 / 1024.0;
    let cpu = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    println!("{cpu:.6} {wall:.6} {resident:.3}");
}

/// Waits for a child of ours, as wait4(2) does: the only call that tells one child's peak.
#[allow(
    unsafe_code,
    reason = "a system call the standard library does not offer"
)]
fn wait(pid: u32) -> (i32, libc::rusage) {
    let pid = libc::pid_t::try_from(pid).unwrap();
    let mut status = 0;
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: both pointers are valid for writing, and a rusage of zeroes is a rusage.
    let (reaped, usage) = unsafe {
        let reaped = libc::wait4(pid, &raw mut status, 0, usage.as_mut_ptr());
        (reaped, usage.assume_init())
    };
    assert_eq!(reaped, pid, "{}", std::io::Error::last_os_error());
    (status, usage)
}
