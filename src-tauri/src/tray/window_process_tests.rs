#![cfg(unix)]

use super::*;
use aco_tray::Command as Entry;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

/// Longer than anything here takes on a busy machine.
const LONGEST: Duration = Duration::from_secs(60);

/// A program that notes its arguments and its orders beside itself, and ends by the order it is
/// given. Only linked to: one that was just written may be refused while somebody forks.
const WINDOW: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tray/window_double.sh");

struct Kept {
    folder: tempfile::TempDir,
    orders: mpsc::Sender<WindowOrder>,
    events: mpsc::Receiver<Event>,
}

impl Kept {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("window");
        symlink(WINDOW, &program).unwrap();
        let (tell, events) = mpsc::channel(8);
        Self {
            orders: keep(Ok(program), tell),
            folder,
            events,
        }
    }

    async fn show(&self, view: Option<View>) {
        let order = WindowOrder::Show {
            view,
            no_tray: false,
        };
        self.orders.send(order).await.unwrap();
    }

    async fn event(&mut self) -> Event {
        timeout(LONGEST, self.events.recv()).await.unwrap().unwrap()
    }

    /// What the windows noted, once that is `lines`.
    async fn noted(&self, lines: &[&str]) {
        let log = self.folder.path().join("window.log");
        let read = |log: &Path| fs::read_to_string(log).unwrap_or_default();
        let noted = timeout(LONGEST, async {
            while read(&log).lines().ne(lines.iter().copied()) {
                tokio::task::yield_now().await;
            }
        });
        assert!(noted.await.is_ok(), "{}", read(&log));
    }
}

#[tokio::test]
async fn there_is_one_window_and_it_is_told_to_come() {
    let mut kept = Kept::new();
    kept.show(Some(View::Settings)).await;
    kept.show(None).await;
    let started = "started --window --ordered --view settings";
    kept.noted(&[started, "show"]).await;
    kept.orders.send(WindowOrder::Close).await.unwrap();
    kept.noted(&[started, "show", "close"]).await;
    // The next one is another process.
    kept.show(None).await;
    kept.noted(&[started, "show", "close", "started --window --ordered"])
        .await;
    kept.show(Some(View::Logs)).await;
    assert!(matches!(kept.event().await, Event::Clicked(Entry::Quit)));
}

#[tokio::test]
async fn a_crash_is_told_and_the_next_window_opens() {
    let mut kept = Kept::new();
    kept.show(None).await;
    kept.show(Some(View::Spend)).await;
    let Event::WindowFailed(why) = kept.event().await else {
        panic!("a crash is no end like another");
    };
    assert!(why.contains("signal: 11"), "{why}");
    kept.show(None).await;
    let started = "started --window --ordered";
    kept.noted(&[started, "show spend", started]).await;
}

#[tokio::test]
async fn a_program_that_is_gone_is_said() {
    let mut kept = Kept::new();
    fs::remove_file(kept.folder.path().join("window")).unwrap();
    kept.show(None).await;
    let Event::WindowFailed(why) = kept.event().await else {
        panic!("nothing was started");
    };
    assert!(why.contains("window"), "{why}");
}
