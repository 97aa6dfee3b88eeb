//! What must stand before the first log line: the home, its lock, the identity, the spool, and the
//! dispatch tree over it.

use crate::events::TARGET;
use aco_config::Config;
use aco_domain::{Clock, Role, SERVICE_NAME};
use aco_home::installation::Origin;
use aco_home::{AgentStore, FileError, Holder, Home, HomeLock, Installation, LockError};
use aco_spool::{Flusher, Header, OpenError, Options, OsFileSystem, Recovery, Spool};
use aco_telemetry::SHIP_TARGET;
use aco_telemetry::bridge::{ResourceAttributes, SpoolProcessor, appender, encode_resource};
use aco_telemetry::dispatch::{
    FileLimits, LocalSinks, LogFile, Logging, Masker, Ring, TargetLevels, build,
};
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// How long a short command in the way is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// Who and where this process is. Only `main` knows.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The program's version.
    pub version: &'static str,
    /// This process.
    pub pid: u32,
    /// What this process does with the home.
    pub role: Role,
    /// `host.name`.
    pub host_name: String,
    /// The machine's own id, hashed before it is kept; a copied home is noticed by it.
    pub machine_id: Option<String>,
}

/// Where formatted lines may go beside the file.
pub type Terminal = Option<Box<dyn Write + Send>>;

/// Everything the agent and short commands stand on. Dropping it closes the spool and lets the
/// home go, in this order.
pub struct Foundation {
    /// Where everything lies.
    pub home: Home,
    /// Who this is.
    pub identity: Identity,
    /// `service.instance.id`.
    pub installation: Installation,
    /// What survives restarts.
    pub store: AgentStore,
    /// Hides secrets; told every token that is loaded.
    pub masker: Masker,
    /// The last lines.
    pub ring: Ring,
    /// The clock everything is stamped by.
    pub clock: Arc<dyn Clock>,
    /// Where records wait.
    pub spool: Arc<Spool>,
    /// Who speaks, in records and metrics.
    pub(crate) resource: ResourceAttributes,
    recovery: Recovery,
    /// Things to say once there is a log to say them to.
    notes: Vec<String>,
    _flusher: Flusher,
    _lock: HomeLock,
}

/// Why there is no foundation. Each message names the place and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum FoundationError {
    /// Another process has the home.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// A file or folder cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
    /// The spool's folder cannot be used.
    #[error(transparent)]
    Spool(#[from] OpenError),
    /// The system refused a thread, or this program is broken.
    #[error("{0}")]
    System(String),
}

impl Foundation {
    /// Takes the home and opens everything in it. `waiting` is told about a short command that is
    /// waited for. The second value is the dispatch tree, for `main` to install.
    ///
    /// # Errors
    /// See [`FoundationError`]. Damaged content is not an error; [`Foundation::announce`] says it.
    pub fn lay(
        home: Home,
        identity: Identity,
        config: &Config,
        clock: Arc<dyn Clock>,
        terminal: Terminal,
        waiting: impl FnMut(&Holder),
    ) -> Result<(Self, Logging), FoundationError> {
        home.create()?;
        let me = Holder {
            pid: identity.pid,
            role: identity.role,
        };
        let lock = HomeLock::acquire_within(&home.lock_file(), me, PATIENCE, waiting)?;
        let installation = Installation::load_or_create(
            &home.installation_file(),
            identity.machine_id.as_deref(),
            Uuid::new_v4,
        )?;
        let (store, mut findings) = AgentStore::open(&home.state_file())?;
        findings.extend(installation.findings.iter().cloned());
        let mut notes: Vec<String> = findings.iter().map(ToString::to_string).collect();
        if let Origin::MachineChanged { previous } = installation.origin {
            notes.push(format!(
                "this home was copied from another machine: installation {previous} stays there, \
                 here it is {} from now on",
                installation.id
            ));
        }
        let resource = resource(config, &identity, installation.id);
        let header = Header {
            installation: installation.id.into_bytes(),
            opaque: encode_resource(&resource),
        };
        let options = Options {
            max_bytes: config.spool.max_bytes.value,
            max_age: config.spool.max_age.value,
            ..Options::default()
        };
        let folder = home.spool_folder();
        let (spool, recovery) = Spool::open(
            Arc::new(OsFileSystem),
            Arc::clone(&clock),
            &folder,
            header,
            options,
        )?;
        let spool = Arc::new(spool);
        let system = |error: std::io::Error| {
            FoundationError::System(format!("cannot start the spool's flusher: {error}"))
        };
        let flusher = Flusher::spawn(&spool).map_err(system)?;

        let masker = Masker::new().map_err(|e| FoundationError::System(e.to_string()))?;
        let ring = Ring::new(Ring::DEFAULT_CAPACITY, Arc::clone(&clock));
        let file = LogFile::open(&home.log_file(), FileLimits::default())
            .map_err(|error| {
                let path = home.log_file();
                notes.push(format!(
                    "no local log: {} cannot be written: {error}; check that it and its folder \
                     belong to you, then start again (records are kept and shipped all the same)",
                    path.display()
                ));
            })
            .ok();
        let local = LocalSinks {
            file,
            terminal,
            ring: Some(ring.clone()),
            levels: local_levels(config),
            clock: Arc::clone(&clock),
        };
        let processor = SpoolProcessor::new(Arc::clone(&spool) as _, installation.id);
        let bridge = Some((appender(processor), shipping_levels(config)));
        let logging = build(masker.clone(), local, bridge);
        let foundation = Self {
            home,
            identity,
            installation,
            store,
            masker,
            ring,
            clock,
            spool,
            resource,
            recovery,
            notes,
            _flusher: flusher,
            _lock: lock,
        };
        Ok((foundation, logging))
    }

    /// Says what was found, once the dispatch tree is installed. What concerns the spool stays on
    /// this machine.
    pub fn announce(&mut self) {
        for note in self.notes.drain(..) {
            log::warn!(target: TARGET, "{note}");
        }
        for finding in findings(&self.recovery) {
            log::warn!(target: SHIP_TARGET, "{finding}");
        }
    }
}

/// What opening the spool found, in words.
fn findings(recovery: &Recovery) -> Vec<String> {
    let about = |paths: &[PathBuf], what: &'static str| {
        let lines = paths
            .iter()
            .map(move |path| format!("{}: {what}", path.display()));
        lines.collect::<Vec<_>>()
    };
    let mut findings = [
        about(
            &recovery.newer,
            "written by a newer AI Cost Observer, left untouched; update this program to use it",
        ),
        about(
            &recovery.damaged_headers,
            "its header is damaged; its records are shipped under this program's own",
        ),
        about(
            &recovery.unrecognised,
            "nothing in it is valid; moved into the quarantine",
        ),
        about(&recovery.unread, "cannot be read now; its records wait"),
    ]
    .concat();
    if recovery.cursor_lost {
        findings.push(
            "the spool's cursor was lost: what is in the spool is sent again, totals restart"
                .to_owned(),
        );
    }
    if recovery.torn_bytes > 0 {
        findings.push(format!(
            "{} bytes of a record that was never finished were passed over; no `log!` had returned \
             for it",
            recovery.torn_bytes
        ));
    }
    if let Some(seq) = recovery.sequence_restarted_at {
        findings.push(format!(
            "nothing knew the last record's number: numbers go on at {seq}"
        ));
    }
    findings
}

/// Who speaks, in every record.
pub(crate) fn resource(
    config: &Config,
    identity: &Identity,
    installation: Uuid,
) -> ResourceAttributes {
    // A user may call the host otherwise; the contract's other attributes are set last, because
    // dashboards rely on them.
    let host = ResourceAttributes::default().with("host.name", &identity.host_name);
    config
        .ship
        .resource
        .iter()
        .fold(host, |resource, attribute| {
            let (key, value) = &attribute.value;
            resource.with(key, value)
        })
        .with("service.name", SERVICE_NAME)
        .with("service.version", identity.version)
        .with("service.instance.id", &installation.to_string())
        .with("os.type", os_type())
        .with("deployment.environment", &config.ship.environment.value)
}

/// `os.type` of the OpenTelemetry semantic conventions.
fn os_type() -> &'static str {
    if cfg!(target_os = "macos") {
        "darwin"
    } else {
        std::env::consts::OS
    }
}

fn local_levels(config: &Config) -> TargetLevels {
    let ours = config.log.level.value;
    config.log.targets.iter().fold(
        TargetLevels::new(config.log.others.value)
            .with("aco", ours)
            .with(SHIP_TARGET, ours),
        |levels, (target, level)| levels.with(target, level.value),
    )
}

fn shipping_levels(config: &Config) -> TargetLevels {
    let levels = TargetLevels::new(config.ship.level.value);
    let chosen = config.ship.targets.iter();
    let levels = chosen.fold(levels, |levels, (target, level)| {
        levels.with(target, level.value)
    });
    // Last, so that no configuration makes the shipper ship itself.
    levels.never_the_shipper()
}
