//! The real backend on 127.0.0.1, started with the very files from `infra/`.
//!
//! Ports and folders reach those files through environment variables, as in any deployment;
//! Prometheus expands none in its targets, so that one address (and, for the impatient, how often it
//! is asked) is replaced in a copy. Each server
//! can be killed, frozen and started again on its own folder and ports: that is what the tests of
//! the delivery guarantee are made of.

mod options;

pub use options::Builder;

use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::build::{ServerBinaries, ensure_servers};
use crate::certificates::{Authority, CertificateKind};
use crate::http::Client;
use crate::loki::Loki;
use crate::ports::PortBlock;
use crate::process::Process;
use crate::prometheus::Prometheus;
use crate::scratch::Scratch;
use crate::{eventually, infra, now_ns};

/// Generous: a loaded two-core machine replays Loki's log within it.
const START: Duration = Duration::from_secs(60);
const STOP: Duration = Duration::from_secs(60);
/// The address in `infra/prometheus.yml`.
const SCRAPED: &str = "otel-collector:8889";
/// And how often it is asked.
const SCRAPE_INTERVAL: &str = "scrape_interval: 15s";

// Places in the block of ports.
const GRPC: u16 = 0;
const HTTP: u16 = 1;
const HEALTH: u16 = 2;
const EXPORTER: u16 = 3;
const LOKI_HTTP: u16 = 4;
const LOKI_GRPC: u16 = 5;
const PROMETHEUS: u16 = 6;

/// A running backend. Dropping it kills every server and removes its folder.
#[derive(Debug)]
pub struct Stack {
    options: Builder,
    servers: ServerBinaries,
    authority: Authority,
    ports: PortBlock,
    started_ns: i64,
    collector: Option<Process>,
    loki: Option<Process>,
    prometheus: Option<Process>,
    // The last field: removed after the servers that write into it have ended.
    scratch: Scratch,
}

impl Stack {
    /// See [`Builder`] for the defaults.
    pub fn builder() -> Builder {
        Builder::default()
    }

    #[track_caller]
    fn start(options: Builder) -> Self {
        let servers = ensure_servers();
        let scratch = Scratch::new("aco-stack-");
        let authority = Authority::create(&scratch.path().join("certs"));
        if let Some(kind) = options.certificate {
            authority.issue(kind);
        }
        let mut stack = Self {
            servers,
            authority,
            ports: PortBlock::reserve(),
            started_ns: now_ns(),
            collector: None,
            loki: None,
            prometheus: None,
            options,
            scratch,
        };
        stack.write_tokens();
        stack.start_loki();
        stack.start_collector();
        if stack.options.with_prometheus {
            stack.start_prometheus();
        }
        stack
    }

    /// OTLP over gRPC: what an agent's `[ship] endpoint` takes.
    pub fn grpc_endpoint(&self) -> String {
        format!("{}://localhost:{}", self.scheme(), self.ports.port(GRPC))
    }

    /// OTLP over HTTP, without `/v1/logs`.
    pub fn http_endpoint(&self) -> String {
        format!("{}://localhost:{}", self.scheme(), self.ports.port(HTTP))
    }

    /// The first of the tokens that the Collector takes.
    pub fn token(&self) -> &str {
        self.options.tokens.first().map_or("", String::as_str)
    }

    /// The authority's certificate for clients; `None` without TLS.
    pub fn ca_file(&self) -> Option<PathBuf> {
        self.options.certificate.map(|_| self.authority.ca_file())
    }

    /// An HTTP client that trusts this stack's authority.
    pub fn client(&self) -> Client {
        Client::new(self.ca_file().as_deref())
    }

    /// Asks Loki.
    pub fn loki(&self) -> Loki {
        Loki::new(self.local(LOKI_HTTP), self.started_ns)
    }

    /// Asks Prometheus. Values arrive with its next scrape, up to 15 s later unless told otherwise.
    pub fn prometheus(&self) -> Prometheus {
        Prometheus::new(self.local(PROMETHEUS))
    }

    /// Where the servers' data and output is (`*.log`).
    pub fn folder(&self) -> &Path {
        self.scratch.path()
    }

    /// Everything a server (`collector`, `loki`, `prometheus`) has written since the stack's start.
    pub fn output(&self, server: &str) -> String {
        std::fs::read(self.output_file(server))
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default()
    }

    /// Replaces the token file; the running Collector notices by itself, within moments.
    pub fn set_tokens(&mut self, tokens: &[&str]) {
        self.options.tokens = tokens.iter().map(|&token| token.to_owned()).collect();
        self.write_tokens();
    }

    /// Replaces the server's certificate; a Collector shows it from its next start on. The
    /// authority that clients trust stays the same.
    pub fn set_certificate(&mut self, kind: CertificateKind) {
        assert!(
            self.options.certificate.is_some(),
            "this stack was started without TLS"
        );
        self.options.certificate = Some(kind);
        self.authority.issue(kind);
    }

    /// Starts the Collector and waits until it listens.
    #[track_caller]
    pub fn start_collector(&mut self) {
        assert!(self.collector.is_none(), "the Collector is running");
        let mut command = self.collector_command("");
        let health = self.local(HEALTH);
        let process = self.spawn("collector", &mut command);
        let client = Client::new(None);
        wait_for_start(
            self.collector.insert(process),
            "the Collector to listen",
            || {
                client
                    .get(&health, &[], &[])
                    .is_ok_and(|answer| answer.status == 200)
            },
        );
    }

    /// SIGKILL.
    pub fn kill_collector(&mut self) {
        self.collector.take().expect("a running Collector").kill9();
    }

    /// SIGTERM, and waits for its end.
    #[track_caller]
    pub fn stop_collector(&mut self) {
        self.collector
            .take()
            .expect("a running Collector")
            .terminate(STOP);
    }

    /// SIGSTOP: connections stay open, and nothing answers.
    pub fn freeze_collector(&mut self) {
        self.collector
            .as_mut()
            .expect("a running Collector")
            .freeze();
    }

    /// SIGCONT.
    pub fn thaw_collector(&mut self) {
        self.collector.as_mut().expect("a running Collector").thaw();
    }

    /// Starts Loki on the data it has and waits until it stores a write and answers a query.
    #[track_caller]
    pub fn start_loki(&mut self) {
        assert!(self.loki.is_none(), "Loki is running");
        let mut command = self.loki_command(&[]);
        let process = self.spawn("loki", &mut command);
        let loki = self.loki();
        wait_for_start(self.loki.insert(process), "Loki to take writes", || {
            loki.takes_writes()
        });
    }

    /// Starts Loki with such arguments that it refuses every write, limits of nothing say, and waits
    /// until it does.
    #[track_caller]
    pub fn start_refusing_loki(&mut self, arguments: &[&str]) {
        assert!(self.loki.is_none(), "Loki is running");
        let mut command = self.loki_command(arguments);
        let process = self.spawn("loki", &mut command);
        let loki = self.loki();
        wait_for_start(self.loki.insert(process), "Loki to refuse writes", || {
            loki.refuses_writes()
        });
    }

    /// Starts another Collector than the deployed one in the same place, and waits until it
    /// listens: its command line is the usual one with `configuration` as a further file, or the
    /// only one. It ends with what is returned.
    #[track_caller]
    pub fn start_other_collector(&self, configuration: &str, alone: bool) -> Process {
        let path = self.scratch.path().join("other-collector.yaml");
        std::fs::write(&path, configuration).unwrap();
        let usual = self.collector_command("");
        let mut command = Command::new(usual.get_program());
        if !alone {
            command.args(usual.get_args());
        }
        command.arg(format!("--config={}", path.display())).envs(
            usual
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
        let mut process = self.spawn("other-collector", &mut command);
        let port = self.ports.port(GRPC);
        wait_for_start(&mut process, "the other Collector to listen", || {
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        process
    }

    /// SIGKILL: what it acknowledged is in its write-ahead log.
    pub fn kill_loki(&mut self) {
        self.loki.take().expect("a running Loki").kill9();
    }

    /// SIGTERM, and waits for its end.
    #[track_caller]
    pub fn stop_loki(&mut self) {
        self.loki.take().expect("a running Loki").terminate(STOP);
    }

    /// SIGSTOP: the Collector's requests hang until its exporter's timeout.
    pub fn freeze_loki(&mut self) {
        self.loki.as_mut().expect("a running Loki").freeze();
    }

    /// SIGCONT: what hung in its sockets is processed, requests whose client gave up included.
    pub fn thaw_loki(&mut self) {
        self.loki.as_mut().expect("a running Loki").thaw();
    }

    /// Starts Prometheus and waits until it is ready.
    #[track_caller]
    pub fn start_prometheus(&mut self) {
        assert!(self.prometheus.is_none(), "Prometheus is running");
        let mut text = std::fs::read_to_string(infra().join("prometheus.yml")).unwrap();
        let mut replace = |what: &str, by: &str| {
            assert_eq!(text.matches(what).count(), 1, "one {what} to replace");
            text = text.replace(what, by);
        };
        replace(SCRAPED, &format!("127.0.0.1:{}", self.ports.port(EXPORTER)));
        if let Some(interval) = &self.options.scrape_interval {
            replace(SCRAPE_INTERVAL, &format!("scrape_interval: {interval}"));
        }
        let config = self.scratch.path().join("prometheus.yml");
        std::fs::write(&config, text).unwrap();

        let mut command = Command::new(&self.servers.prometheus);
        command
            .arg(format!("--config.file={}", config.display()))
            .arg(format!(
                "--storage.tsdb.path={}",
                self.scratch.path().join("prometheus").display()
            ))
            .arg(format!(
                "--web.listen-address=127.0.0.1:{}",
                self.ports.port(PROMETHEUS)
            ));
        let process = self.spawn("prometheus", &mut command);
        let prometheus = self.prometheus();
        wait_for_start(
            self.prometheus.insert(process),
            "Prometheus to be ready",
            || prometheus.is_ready(),
        );
    }

    /// SIGKILL.
    pub fn kill_prometheus(&mut self) {
        self.prometheus
            .take()
            .expect("a running Prometheus")
            .kill9();
    }

    /// SIGTERM to every server that runs, in the order of the data.
    #[track_caller]
    pub fn stop(&mut self) {
        for server in [&mut self.collector, &mut self.loki, &mut self.prometheus] {
            if let Some(process) = server.take() {
                process.terminate(STOP);
            }
        }
    }

    /// The Collector's command line; `subcommand` may be `validate`.
    pub fn collector_command(&self, subcommand: &str) -> Command {
        let local = |index| format!("127.0.0.1:{}", self.ports.port(index));
        let mut command = Command::new(&self.servers.collector);
        if !subcommand.is_empty() {
            command.arg(subcommand);
        }
        command.arg(config_argument("otel-collector-config.yaml"));
        if self.options.certificate.is_some() {
            command
                .arg(config_argument("otel-collector-tls.yaml"))
                .env("COLLECTOR_TLS_CERT", self.authority.server_certificate())
                .env("COLLECTOR_TLS_KEY", self.authority.server_key());
        }
        command
            .env("COLLECTOR_TOKEN_FILE", self.token_file())
            .env("COLLECTOR_GRPC_ENDPOINT", local(GRPC))
            .env("COLLECTOR_HTTP_ENDPOINT", local(HTTP))
            .env("COLLECTOR_HEALTH_ENDPOINT", local(HEALTH))
            .env("COLLECTOR_PROMETHEUS_ENDPOINT", local(EXPORTER))
            .env(
                "LOKI_OTLP_ENDPOINT",
                format!("{}/otlp", self.local(LOKI_HTTP)),
            )
            // Proxies of the machine's owner are not for a loopback address.
            .env("NO_PROXY", "*")
            .envs(
                self.options
                    .environment
                    .iter()
                    .map(|(name, value)| (name, value)),
            );
        command
    }

    /// Loki's command line with further arguments, `-verify-config` say.
    pub fn loki_command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.servers.loki);
        command
            .arg(format!(
                "-config.file={}",
                infra().join("loki-config.yaml").display()
            ))
            .arg("-config.expand-env=true")
            .args(arguments)
            // Loki looks for its optional files below the folder it was started in.
            .current_dir(self.scratch.path())
            .env("LOKI_HTTP_PORT", self.ports.port(LOKI_HTTP).to_string())
            .env("LOKI_GRPC_PORT", self.ports.port(LOKI_GRPC).to_string())
            .env("LOKI_DATA", self.scratch.path().join("loki"))
            // Its own account of every query would bury what a failing test prints.
            .env("LOKI_LOG_LEVEL", "warn")
            // The machine that runs the tests may be fuller than a server should be.
            .env("LOKI_DISK_FULL_THRESHOLD", "1")
            .envs(
                self.options
                    .environment
                    .iter()
                    .map(|(name, value)| (name, value)),
            );
        command
    }

    #[track_caller]
    fn spawn(&self, server: &str, command: &mut Command) -> Process {
        if self.options.apart_from_terminal {
            command.process_group(0);
        }
        Process::spawn(server, command, &self.output_file(server))
    }

    fn scheme(&self) -> &'static str {
        if self.options.certificate.is_some() {
            "https"
        } else {
            "http"
        }
    }

    fn local(&self, index: u16) -> String {
        format!("http://127.0.0.1:{}", self.ports.port(index))
    }

    fn write_tokens(&self) {
        std::fs::write(self.token_file(), self.options.tokens.join("\n") + "\n").unwrap();
    }

    fn token_file(&self) -> PathBuf {
        self.scratch.path().join("token")
    }

    fn output_file(&self, server: &str) -> PathBuf {
        self.scratch.path().join(format!("{server}.log"))
    }
}

fn config_argument(file: &str) -> String {
    format!("--config={}", infra().join(file).display())
}

/// Gives up as soon as the process has ended: its output says why, a deadline would not.
#[track_caller]
fn wait_for_start(process: &mut Process, what: &str, mut condition: impl FnMut() -> bool) {
    eventually(START, what, || {
        assert!(
            process.is_running(),
            "it ended while a test waited for {what}"
        );
        condition()
    });
}
