//! An agent over a history that does not change.

use crate::fixture::Fixture;
use crate::sides::environment;
use rustix::fs::inotify;
use std::fs;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What an agent did in some time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Idle {
    /// How long it was watched.
    pub(crate) seconds: f64,
    /// Transcripts opened, by whomever.
    pub(crate) opened: u64,
    /// Bytes read, from /proc and pipes as well.
    pub(crate) read: u64,
    /// Bytes written to files.
    pub(crate) written: u64,
    /// Seconds of processor time.
    pub(crate) cpu: f64,
    /// MiB resident at the end.
    pub(crate) resident: f64,
}

/// Starts an agent in a home, and watches it once it has imported the history and rests.
pub(crate) fn watch(fixture: &Fixture, aco: &Path, aco_home: &Path, time: Duration) -> Idle {
    let mut command = Command::new(aco);
    command.arg("run");
    environment(&mut command, &fixture.home(), aco_home);
    let agent = Agent(
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap(),
    );
    // It rests when it has used no processor time worth speaking of for a while.
    let began = Instant::now();
    loop {
        let before = agent.cpu();
        std::thread::sleep(Duration::from_secs(3));
        if agent.cpu() - before < 0.1 {
            break;
        }
        assert!(
            began.elapsed() < Duration::from_secs(300),
            "the agent never rests"
        );
    }
    let opens = Opens::of(&fixture.home());
    let (started, cpu, io) = (Instant::now(), agent.cpu(), agent.io());
    std::thread::sleep(time);
    let (read, written) = agent.io();
    Idle {
        seconds: started.elapsed().as_secs_f64(),
        opened: opens.count(),
        read: read - io.0,
        written: written - io.1,
        cpu: agent.cpu() - cpu,
        resident: agent.resident(),
    }
}

/// A running agent, stopped when dropped.
struct Agent(Child);

impl Agent {
    fn proc(&self, file: &str) -> String {
        fs::read_to_string(format!("/proc/{}/{file}", self.0.id())).expect("the agent runs")
    }

    /// User and system time: fields 14 and 15 of proc_pid_stat(5), in ticks of 10 ms.
    fn cpu(&self) -> f64 {
        let stat = self.proc("stat");
        // The name stands in parentheses and may hold anything.
        let fields: Vec<&str> = stat[stat.rfind(')').unwrap() + 2..].split(' ').collect();
        let ticks = |field: usize| fields[field - 3].parse::<f64>().unwrap();
        (ticks(14) + ticks(15)) / 100.0
    }

    /// Bytes read by any call, and bytes written to files.
    fn io(&self) -> (u64, u64) {
        let io = self.proc("io");
        let figure = |key: &str| value(&io, key).unwrap();
        (figure("rchar:"), figure("write_bytes:"))
    }

    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    fn resident(&self) -> f64 {
        value(&self.proc("status"), "VmRSS:").unwrap() as f64 / 1024.0
    }
}

fn value(text: &str, key: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(key))?;
    line.split_whitespace().next()?.parse().ok()
}

impl Drop for Agent {
    fn drop(&mut self) {
        let pid = i32::try_from(self.0.id())
            .ok()
            .and_then(rustix::process::Pid::from_raw);
        if let Some(pid) = pid {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
        let _ = self.0.wait();
    }
}

/// Counts how often a file below a folder is opened, as inotify(7) tells it.
struct Opens(OwnedFd);

impl Opens {
    fn of(folder: &Path) -> Self {
        let queue = inotify::init(inotify::CreateFlags::NONBLOCK | inotify::CreateFlags::CLOEXEC);
        let queue = queue.unwrap();
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            inotify::add_watch(&queue, &folder, inotify::WatchFlags::OPEN).unwrap();
            for entry in fs::read_dir(&folder).unwrap().map(Result::unwrap) {
                if entry.file_type().unwrap().is_dir() {
                    folders.push(entry.path());
                }
            }
        }
        let opens = Self(queue);
        // Those were our own.
        opens.count();
        opens
    }

    /// Files opened since it was asked last. Looking into a folder is not reading a transcript.
    fn count(&self) -> u64 {
        let mut buffer = [MaybeUninit::uninit(); 16 * 1024];
        let mut reader = inotify::Reader::new(&self.0, &mut buffer);
        let mut count = 0;
        while let Ok(event) = reader.next() {
            let folder = event.events().contains(inotify::ReadFlags::ISDIR);
            count += u64::from(!folder);
        }
        count
    }
}
