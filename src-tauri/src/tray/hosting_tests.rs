use super::*;
use crate::tray::controller::Event;
use crate::tray::link::{self, LinkNews};
use aco_domain::{AgentState, Clock, UnixNanos};
use aco_home::HomeLock;
use tokio::sync::mpsc;

/// Longer than anything here takes on a busy machine.
const LONGEST: Duration = Duration::from_secs(60);

struct Standing;

impl Clock for Standing {
    fn now(&self) -> UnixNanos {
        UnixNanos(1_795_608_000_000_000_000)
    }
}

fn surroundings(folder: &std::path::Path) -> Surroundings {
    Surroundings {
        environment: [
            ("ACO_HOME", folder),
            ("HOME", folder),
            ("USERPROFILE", folder),
        ]
        .into_iter()
        .collect(),
        clock: Arc::new(Standing),
        program: Err("a test".to_owned()),
        temporary: folder.to_owned(),
        pid: std::process::id(),
        host_name: "host".to_owned(),
        machine_id: None,
    }
}

async fn next<T>(news: &mut mpsc::Receiver<T>) -> T {
    let heard = timeout(LONGEST, news.recv()).await;
    heard.expect("something happens").unwrap()
}

/// One test, because the log is installed once in a process.
#[tokio::test]
async fn the_home_decides_who_hosts_and_a_free_one_is_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    let surroundings = surroundings(folder.path());
    let home = Home::resolve(&surroundings.environment).unwrap();
    home.create().unwrap();
    // An invalid configuration keeps nobody from recording.
    std::fs::write(home.config_file(), "[ship]\nendpoint = 7\n").unwrap();
    let hold = |role| {
        let me = Holder { pid: 7, role };
        (HomeLock::acquire(&home.lock_file(), me).unwrap(), me)
    };

    let (service, holder) = hold(Role::Service);
    let (tell, mut news) = mpsc::channel(64);
    let host = Host::spawn(&surroundings, &home, Role::Tray, move |news| {
        let _ = tell.blocking_send(news);
    })
    .unwrap();
    assert_eq!(next(&mut news).await, HostNews::Client(Some(holder)));
    host.look_again();
    assert_eq!(next(&mut news).await, HostNews::Client(Some(holder)));

    drop(service);
    let (command, holder) = hold(Role::Command);
    host.look_again();
    assert_eq!(next(&mut news).await, HostNews::Waits(holder));
    drop(command);
    assert_eq!(next(&mut news).await, HostNews::Runs);

    let (events, mut heard) = mpsc::channel(64);
    let link = tokio::spawn(link::keep(home.socket().to_owned(), events));
    // Its socket opens a moment after the lock is taken.
    let state = loop {
        match next(&mut heard).await {
            Event::Link(LinkNews::State(status)) => break status,
            Event::Link(LinkNews::Lost(None)) => {}
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        (state.role, state.state),
        (Some(Role::Tray), AgentState::Attention)
    );
    assert_eq!(state.attention[0].code, "config_invalid");

    host.stop("the test ends");
    assert_eq!(next(&mut news).await, HostNews::Ended(Ok(())));
    while !matches!(next(&mut heard).await, Event::Link(LinkNews::Lost(None))) {}
    link.abort();
    let me = Holder {
        pid: 7,
        role: Role::Command,
    };
    HomeLock::acquire(&home.lock_file(), me).expect("the home is free again");
}
