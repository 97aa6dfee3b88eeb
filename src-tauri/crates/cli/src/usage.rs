//! The ledger for commands: brought up to date by the running agent or under the home's lock, or
//! read as it is.

use crate::arguments;
use crate::context::{Context, Writer, block_on};
use crate::failure::Failure;
use crate::output::complain;
use crate::progress::Reading;
use aco_agent::usage::{
    Platform, Surroundings, collect, keep_limits, open_ledger, price_book, sources,
};
use aco_home::{Environment, HomeLock};
use aco_ipc::{Client, Request, Response};
use aco_ledger::{History, Ledger};
use aco_prices::PriceBook;
use std::path::Path;

/// Files that cannot be read are named up to this many.
const NAMED: usize = 5;

/// Whether the tools' files are read first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scan {
    First,
    No,
}

impl From<arguments::Scan> for Scan {
    fn from(scan: arguments::Scan) -> Self {
        if scan.no_scan { Self::No } else { Self::First }
    }
}

/// Reads the ledger; there is none where nothing was ever recorded.
pub(crate) fn with_history<T>(
    context: &Context,
    scan: Scan,
    read: impl FnOnce(Option<&History>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    if scan == Scan::First {
        // In one runtime: a connection does not outlive the one it was made in.
        let lock = block_on(async {
            match context.writer().await? {
                Writer::Us(lock) => Ok(Some(lock)),
                Writer::Agent(agent) => match scanned(context, *agent).await? {
                    Response::Done { .. } => Ok(None),
                    other => Err(Failure::unexpected(&other)),
                },
            }
        })?;
        if let Some(lock) = lock {
            let mut writing = Writing::open(context, lock)?;
            writing.update(context)?;
            let answer = read(Some(writing.ledger.history()));
            writing.close()?;
            return answer;
        }
    }
    let history = History::open(&context.home.ledger_file())?;
    read(history.as_ref())
}

/// Asks the agent to scan, and says to who waits how far it is.
async fn scanned(context: &Context, mut agent: Client) -> Result<Response, Failure> {
    let mut reading = Reading::begin(context);
    let answer = agent
        .request_with_news(&Request::ScanNow, |news| reading.hear(&news))
        .await;
    reading.end();
    Ok(answer?)
}

/// The ledger and its prices in our hands; nobody else writes meanwhile.
pub(crate) struct Writing {
    pub(crate) ledger: Ledger,
    pub(crate) prices: PriceBook,
    _lock: HomeLock,
}

impl Writing {
    pub(crate) fn open(context: &Context, lock: HomeLock) -> Result<Self, Failure> {
        let settings = context.settings()?;
        let opened = open_ledger(&context.home, &*context.clock)?;
        for finding in opened.findings {
            complain(&format!("aco: {finding}"));
        }
        Ok(Self {
            ledger: opened.ledger,
            prices: price_book(&context.home, &settings.config)?,
            _lock: lock,
        })
    }

    /// Reads what the tools have recorded since the last time.
    fn update(&mut self, context: &Context) -> Result<(), Failure> {
        let environment = &context.environment;
        let surroundings = Surroundings {
            variable: &|name| environment.get(name).map(ToOwned::to_owned),
            home: user_home(environment),
            platform: Platform::current(),
        };
        let zone = context.zone(None)?;
        let mut reading = Reading::begin(context);
        let collected = collect(
            &mut self.ledger,
            &sources(),
            &surroundings,
            &self.prices,
            &zone,
            &mut |progress| {
                reading.at(progress);
                true
            },
        )
        .map_err(|error| Failure::failed(error.to_string()))?;
        if let Err(error) = keep_limits(&context.home, collected.limits) {
            complain(&format!("aco: the tools' limits cannot be kept: {error}"));
        }
        for problem in collected.problems.iter().take(NAMED) {
            complain(&format!("aco: {problem}; what is in it is missing here"));
        }
        if let Some(more) = collected.problems.len().checked_sub(NAMED + 1) {
            complain(&format!("aco: and {} more cannot be read", more + 1));
        }
        for (format, records) in &collected.unknown_formats {
            complain(&format!("aco: {format} ({records} records)"));
        }
        if let Some(trouble) = self.prices.trouble() {
            complain(&format!(
                "aco: new calls are unpriced: {trouble}; or go back with: aco prices update \
                 --built-in"
            ));
        }
        Ok(())
    }

    pub(crate) fn close(self) -> Result<(), Failure> {
        Ok(self.ledger.close()?)
    }
}

/// Whose files are read.
fn user_home(environment: &Environment) -> Option<&Path> {
    let variable = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
    environment.get(variable).map(Path::new)
}
