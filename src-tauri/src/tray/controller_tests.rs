use super::*;
use aco_domain::{AgentState, Backlog, Counters, PauseUntil, Role, UnixNanos};
use aco_home::Holder;
use aco_tray::PauseChoice;
use std::sync::Mutex;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// 2026-11-25 12:00 UTC.
const NOON: UnixNanos = UnixNanos(1_795_608_000_000_000_000);
const GRAFANA: &str = "https://grafana.example.org";

/// What the desktop was asked to do, in order; drawings by their first line.
#[derive(Clone, Debug, PartialEq)]
enum Done {
    Drew(String, bool),
    Window(Option<View>, bool),
    Closed,
    Asked(Asked, Request),
    Grafana(String),
    Folder(PathBuf),
    Told(String),
    Login(bool),
    Remembered,
}

#[derive(Clone, Default)]
struct FakeDesktop {
    done: Arc<Mutex<Vec<Done>>>,
    preferences: Preferences,
    refuses: bool,
}

impl FakeDesktop {
    fn note(&self, done: Done) {
        self.done.lock().unwrap().push(done);
    }

    fn result(&self) -> Result<(), String> {
        match self.refuses {
            true => Err("not today".to_owned()),
            false => Ok(()),
        }
    }
}

impl Desktop for FakeDesktop {
    fn draw(&mut self, drawing: &Drawing, anew: bool) {
        let Some(Entry::Item { label, .. }) = drawing.menu.first() else {
            panic!("a menu begins with the state");
        };
        self.note(Done::Drew(label.clone(), anew));
    }

    fn show_window(&mut self, view: Option<View>, no_tray: bool) {
        self.note(Done::Window(view, no_tray));
    }

    fn close_window(&mut self) {
        self.note(Done::Closed);
    }

    fn ask(&mut self, asked: Asked, request: Request) {
        self.note(Done::Asked(asked, request));
    }

    fn open_grafana(&mut self, url: &str, configured: &str) -> Result<(), String> {
        assert_eq!(configured, GRAFANA);
        self.note(Done::Grafana(url.to_owned()));
        self.result()
    }

    fn open_folder(&mut self, folder: &Path) -> Result<(), String> {
        self.note(Done::Folder(folder.to_owned()));
        self.result()
    }

    fn tell(&mut self, title: &str, _: &str) {
        self.note(Done::Told(title.to_owned()));
    }

    fn login(&self) -> LoginStart {
        LoginStart::Off
    }

    fn set_login(&mut self, on: bool) -> Result<(), String> {
        self.note(Done::Login(on));
        self.result()
    }

    fn preferences(&self) -> Preferences {
        self.preferences
    }

    fn remember(&mut self, _: &Told) {
        self.note(Done::Remembered);
    }
}

struct Noon;

impl Clock for Noon {
    fn now(&self) -> UnixNanos {
        NOON
    }
}

/// A controller that runs, and what it does.
struct Running {
    events: mpsc::Sender<Event>,
    done: Arc<Mutex<Vec<Done>>>,
    again: Arc<tokio::sync::Notify>,
    stopped: watch::Receiver<Option<&'static str>>,
    ended: JoinHandle<()>,
}

impl Running {
    fn start(desktop: FakeDesktop, by_hand: bool) -> Self {
        Self::start_in(desktop, by_hand, false)
    }

    fn start_in(desktop: FakeDesktop, by_hand: bool, first_run: bool) -> Self {
        let (host, again, stopped) = Host::unattended();
        let (events, received) = mpsc::channel(64);
        let done = Arc::clone(&desktop.done);
        let parts = Parts {
            desktop,
            host,
            clock: Arc::new(Noon),
            zone: Arc::new(|| TimeZone::UTC),
            ground: Ground::Any,
            log_folder: "/home/a/logs".into(),
            told: Told::default(),
            by_hand,
            first_run,
        };
        Self {
            events,
            done,
            again,
            stopped,
            ended: tokio::spawn(Controller::new(parts).run(received)),
        }
    }

    async fn send(&self, event: Event) {
        self.events.send(event).await.unwrap();
    }

    /// What was done since the last look, once everything sent is through.
    async fn done(&self) -> Vec<Done> {
        while self.events.capacity() < self.events.max_capacity() {
            tokio::task::yield_now().await;
        }
        // The last event has been taken; its handling does not wait for anything.
        tokio::task::yield_now().await;
        std::mem::take(&mut self.done.lock().unwrap())
    }

    /// What one event leads to.
    async fn after(&self, event: Event) -> Vec<Done> {
        let _ = self.done().await;
        self.send(event).await;
        self.done().await
    }
}

fn by_hand() -> Running {
    Running::start(FakeDesktop::default(), true)
}

fn status(state: AgentState) -> Box<Status> {
    Box::new(Status {
        schema_version: Status::SCHEMA_VERSION,
        version: "0.1.0".to_owned(),
        pid: Some(42),
        role: Some(Role::Tray),
        home: "/home/a".into(),
        installation: String::new(),
        host_name: "laptop".to_owned(),
        state,
        summary: format!("{state:?}"),
        attention: Vec::new(),
        endpoint: None,
        last_answer: None,
        last_accepted: None,
        answers: None,
        backlog: Backlog::default(),
        records: Counters::default(),
        paused: None,
        tools: Vec::new(),
        spend: None,
        reading: None,
        shipped_through: 0,
        kept: None,
        outlook: None,
        limits: Vec::new(),
        grafana: Some(GRAFANA.to_owned()),
    })
}

fn is(state: AgentState) -> Event {
    Event::Link(LinkNews::State(status(state)))
}

fn drew(words: &str) -> Done {
    Done::Drew(words.to_owned(), false)
}

fn runs() -> Event {
    Event::Host(HostNews::Runs)
}

fn service() -> Holder {
    Holder {
        pid: 7,
        role: Role::Service,
    }
}

#[tokio::test]
async fn the_tray_is_drawn_when_something_changes_and_not_else() {
    let tray = by_hand();
    assert_eq!(tray.done().await, [drew("Starting…")]);
    assert_eq!(tray.after(runs()).await, []);
    assert_eq!(
        tray.after(is(AgentState::Shipping)).await,
        [drew("Shipping")]
    );
    assert_eq!(tray.after(is(AgentState::Shipping)).await, []);
    assert_eq!(tray.after(is(AgentState::Paused)).await, [drew("Paused")]);
}

#[tokio::test]
async fn clicks_ask_the_agent_and_nobody_else() {
    let tray = by_hand();
    tray.send(is(AgentState::Shipping)).await;
    let pause = |until| Done::Asked(Asked::Pausing, Request::Pause { until });
    let hour = PauseUntil::At(NOON.plus(Duration::from_secs(3_600)));
    let midnight = PauseUntil::At(NOON.plus(Duration::from_secs(12 * 3_600)));
    let table = [
        (Command::Pause(PauseChoice::Hour), pause(hour)),
        (Command::Pause(PauseChoice::Tomorrow), pause(midnight)),
        (
            Command::Pause(PauseChoice::Resumed),
            pause(PauseUntil::Resumed),
        ),
        (
            Command::Resume,
            Done::Asked(Asked::Pausing, Request::Resume),
        ),
        (Command::Open, Done::Window(None, false)),
        (Command::OpenStatus, Done::Window(Some(View::Status), false)),
        (Command::OpenSpend, Done::Window(Some(View::Spend), false)),
        (
            Command::OpenSettings,
            Done::Window(Some(View::Settings), false),
        ),
        (
            Command::ConnectGrafana,
            Done::Window(Some(View::Settings), false),
        ),
        (Command::OpenLogFolder, Done::Folder("/home/a/logs".into())),
    ];
    for (command, expected) in table {
        assert_eq!(tray.after(Event::Clicked(command)).await, [expected]);
    }
}

#[tokio::test]
async fn grafana_is_opened_where_the_agent_says() {
    let tray = by_hand();
    tray.send(is(AgentState::Shipping)).await;
    let link = Request::Link {
        at: None,
        query: None,
    };
    assert_eq!(
        tray.after(Event::Clicked(Command::OpenGrafana)).await,
        [Done::Asked(Asked::Link, link)]
    );
    let url = format!("{GRAFANA}/explore?x");
    let answer = Ok(Response::Link { url: url.clone() });
    assert_eq!(
        tray.after(Event::Answered(Asked::Link, answer)).await,
        [Done::Grafana(url)]
    );
    let refused = Err("no Grafana is configured".to_owned());
    assert_eq!(
        tray.after(Event::Answered(Asked::Link, refused)).await,
        [Done::Told("Grafana was not opened".to_owned())]
    );
}

#[tokio::test]
async fn what_does_not_work_is_told_and_the_menu_shows_the_truth() {
    let desktop = FakeDesktop {
        refuses: true,
        ..FakeDesktop::default()
    };
    let tray = Running::start(desktop, true);
    assert_eq!(
        tray.after(Event::Clicked(Command::StartAtLogin(true)))
            .await,
        [
            Done::Login(true),
            Done::Told("Start at login was not changed".to_owned()),
            // The toolkit has set the mark by itself.
            Done::Drew("Starting…".to_owned(), true),
        ]
    );
    assert_eq!(
        tray.after(Event::Clicked(Command::OpenLogFolder)).await[1..],
        [Done::Told("The log folder was not opened".to_owned())]
    );
    let lost = Err("it is gone".to_owned());
    assert_eq!(
        tray.after(Event::Answered(Asked::Pausing, lost)).await,
        [Done::Told("Shipping was not changed".to_owned())]
    );
}

#[tokio::test]
async fn a_client_looks_for_a_free_home_whenever_its_agent_is_lost() {
    let tray = by_hand();
    tray.send(Event::Host(HostNews::Client(Some(service()))))
        .await;
    tray.send(is(AgentState::Shipping)).await;
    let lost = Event::Link(LinkNews::Lost(None));
    assert_eq!(tray.after(lost.clone()).await, [drew("Starting…")]);
    tray.again.notified().await;
    // It took over: a lost connection is its own business now.
    tray.send(runs()).await;
    assert_eq!(tray.after(lost).await, []);
}

#[tokio::test]
async fn trouble_is_shown_and_told_once() {
    let tray = by_hand();
    let fails = || Event::Host(HostNews::Fails("the disk is full".to_owned()));
    assert_eq!(
        tray.after(fails()).await,
        [
            Done::Told("The agent does not start".to_owned()),
            drew("the disk is full")
        ]
    );
    assert_eq!(tray.after(fails()).await, []);
    let waits = Event::Host(HostNews::Waits(Holder {
        role: Role::Command,
        ..service()
    }));
    assert_eq!(
        tray.after(waits).await,
        [drew("Waiting for a short `aco` command (pid 7)")]
    );
    let silent = "The agent does not answer".to_owned();
    tray.send(Event::Host(HostNews::Client(None))).await;
    assert_eq!(
        tray.after(Event::Link(LinkNews::Lost(Some(silent.clone()))))
            .await,
        [drew(&silent)]
    );
}

#[tokio::test]
async fn the_window_is_shown_when_it_is_asked_for() {
    let tray = by_hand();
    let shown = [Done::Window(None, false)];
    assert_eq!(tray.after(Event::Link(LinkNews::ShowWindow)).await, shown);
    assert_eq!(tray.after(Event::IconClicked).await, shown);
    assert_eq!(tray.after(Event::WindowClosed).await, []);
    let crashed = Event::WindowFailed("signal: 11 (SIGSEGV)".to_owned());
    assert_eq!(
        tray.after(crashed).await,
        [Done::Told("The window ended unexpectedly".to_owned())]
    );
}

#[tokio::test]
async fn only_a_start_by_hand_opens_a_window_by_itself() {
    let no_tray = || Event::NoTray("no panel".to_owned());
    let tray = by_hand();
    assert_eq!(tray.after(runs()).await, []);
    assert_eq!(tray.after(no_tray()).await, [Done::Window(None, true)]);
    // The next one says so too, at a second start say.
    let again = Event::Link(LinkNews::ShowWindow);
    assert_eq!(tray.after(again).await, [Done::Window(None, true)]);

    let hidden = Running::start(FakeDesktop::default(), false);
    assert_eq!(hidden.after(no_tray()).await, []);
}

#[tokio::test]
async fn a_first_run_begins_with_the_window_unless_it_is_hidden() {
    let window = Done::Window(None, false);
    for (by_hand, shows) in [(true, true), (false, false)] {
        let tray = Running::start_in(FakeDesktop::default(), by_hand, true);
        tray.send(runs()).await;
        assert_eq!(tray.done().await.contains(&window), shows);
    }
}

#[tokio::test]
async fn the_agent_looks_up_when_the_machine_wakes() {
    let tray = by_hand();
    assert_eq!(
        tray.after(Event::Woke).await,
        [Done::Asked(Asked::Wake, Request::Reload)]
    );
    let refused = Err("the configuration is invalid".to_owned());
    assert_eq!(tray.after(Event::Answered(Asked::Wake, refused)).await, []);
}

#[tokio::test]
async fn a_notice_is_told_once_and_remembered() {
    let desktop = FakeDesktop {
        preferences: Preferences {
            token_refused: true,
            ..Preferences::default()
        },
        ..FakeDesktop::default()
    };
    let tray = Running::start(desktop, true);
    let refused = || {
        let mut status = status(AgentState::Attention);
        status.attention.push(aco_domain::Attention {
            code: "token_refused".to_owned(),
            what: String::new(),
            remedy: String::new(),
        });
        Event::Link(LinkNews::State(status))
    };
    let told = [
        Done::Told("Token refused".to_owned()),
        Done::Remembered,
        drew("Attention"),
    ];
    assert_eq!(tray.after(refused()).await, told);
    assert_eq!(tray.after(refused()).await, []);
}

#[tokio::test]
async fn quit_lets_the_agent_drain() {
    for quit in [
        Event::Clicked(Command::Quit),
        Event::End("asked to end (SIGTERM)"),
    ] {
        let mut tray = by_hand();
        tray.send(runs()).await;
        tray.send(quit).await;
        tray.stopped.wait_for(Option::is_some).await.unwrap();
        assert!(!tray.ended.is_finished(), "it waits for the agent");
        tray.send(Event::Host(HostNews::Ended(Ok(())))).await;
        tray.ended.await.unwrap();
        assert!(tray.done.lock().unwrap().contains(&Done::Closed));
    }
}

#[tokio::test(start_paused = true)]
async fn an_agent_that_hangs_is_waited_for_five_seconds() {
    let tray = by_hand();
    tray.send(runs()).await;
    let began = Instant::now();
    tray.send(Event::End("the session ends")).await;
    tray.ended.await.unwrap();
    assert_eq!(began.elapsed(), ENDS_WITHIN);
}

#[tokio::test(start_paused = true)]
async fn quit_of_a_client_waits_for_nobody() {
    let tray = by_hand();
    tray.send(Event::Host(HostNews::Client(Some(service()))))
        .await;
    let began = Instant::now();
    tray.send(Event::Clicked(Command::Quit)).await;
    tray.ended.await.unwrap();
    assert_eq!(began.elapsed(), Duration::ZERO);
}
