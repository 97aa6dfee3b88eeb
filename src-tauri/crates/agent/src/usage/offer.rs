//! Newer price data that was downloaded and waits for its user's word: what it would change is shown
//! before it prices anything.

use super::book::{PRICES_LIMIT, PricesError, price_book, read_prices};
use super::price_changes::{plausible, price_changes};
use aco_config::Config;
use aco_domain::{PriceChanges, UnixNanos};
use aco_home::{FileError, Home, platform};
use aco_ledger::History;
use aco_prices::{Data, PriceBook};
use aco_telemetry::download::download;
use std::io;
use std::path::Path;
use std::time::Duration;

/// How long a download may take: less than a megabyte, over a slow line.
const FETCHED_WITHIN: Duration = Duration::from_secs(120);

/// Price data against what is in force, ready to be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// What it would change.
    pub changes: PriceChanges,
    json: Vec<u8>,
}

impl Offer {
    /// What a file would change.
    ///
    /// # Errors
    /// When it cannot be read or priced by, in words.
    pub fn of_file(
        file: &Path,
        home: &Home,
        config: &Config,
        now: UnixNanos,
    ) -> Result<Self, String> {
        let (json, _) = read_prices(file).map_err(|error| error.to_string())?;
        Self::of(json, home, config, now)
    }

    fn of(json: Vec<u8>, home: &Home, config: &Config, now: UnixNanos) -> Result<Self, String> {
        let own = config.prices.iter().map(|row| row.price.clone()).collect();
        let before = price_book(home, config).map_err(|error| error.to_string())?;
        let after = PriceBook::new(Data::File(json.clone()), own);
        // A ledger that cannot be read must not keep better prices away.
        let history = History::open(&home.ledger_file()).ok().flatten();
        let changes = price_changes(history.as_ref(), &before, &after, now)
            .map_err(|error| error.to_string())?;
        Ok(Self { changes, json })
    }

    /// The download that waits; nothing when none does. It was held against what was in force when it
    /// came.
    ///
    /// # Errors
    /// When it cannot be read or priced by, in words.
    pub fn waiting(home: &Home, config: &Config, now: UnixNanos) -> Result<Option<Self>, String> {
        match Self::of_waiting(home) {
            Err(PricesError::File(error)) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.to_string()),
            Ok(json) => Self::of(json, home, config, now).map(Some),
        }
    }

    fn of_waiting(home: &Home) -> Result<Vec<u8>, PricesError> {
        read_prices(&home.offered_prices_file()).map(|(json, _)| json)
    }

    /// Makes it the data that calls are priced by. Calls without a price get theirs at the next scan.
    ///
    /// # Errors
    /// When it cannot be written; prices are then as they were.
    pub fn take(&self, home: &Home) -> Result<(), FileError> {
        home.create()?;
        let path = home.prices_file();
        platform::write_atomically(&path, &self.json).map_err(FileError::during("write", &path))?;
        forget(home)
    }
}

/// Drops a download that waits.
///
/// # Errors
/// When it cannot be removed.
pub fn forget(home: &Home) -> Result<(), FileError> {
    let path = home.offered_prices_file();
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(FileError::during("remove", &path)(error))
        }
        _ => Ok(()),
    }
}

/// Fetches price data from `address`, holds it against what is in force, and lets it wait. Nothing
/// waits, and nothing is written, where it brings nothing new. Must be called on a tokio runtime.
///
/// Whether anything may leave the machine now is for the caller to know.
///
/// # Errors
/// In words: it cannot be fetched, or is not plausible.
pub async fn fetch_prices(
    address: &str,
    home: Home,
    config: Config,
    now: UnixNanos,
) -> Result<Option<Offer>, String> {
    let limit = usize::try_from(PRICES_LIMIT).unwrap_or(usize::MAX);
    let json = download(address, limit, FETCHED_WITHIN).await?;
    let examined = tokio::task::spawn_blocking(move || examine(json, &home, &config, now));
    examined.await.map_err(|panic| panic.to_string())?
}

fn examine(
    json: Vec<u8>,
    home: &Home,
    config: &Config,
    now: UnixNanos,
) -> Result<Option<Offer>, String> {
    let offer = Offer::of(json, home, config, now)?;
    if offer.changes.from == offer.changes.to {
        forget(home).map_err(|error| error.to_string())?;
        return Ok(None);
    }
    let in_force = price_book(home, config).map_err(|error| error.to_string())?;
    if let Ok(summary) = in_force.open() {
        plausible(summary, &offer.changes)?;
    }
    home.create().map_err(|error| error.to_string())?;
    let path = home.offered_prices_file();
    platform::write_atomically(&path, &offer.json)
        .map_err(|error| FileError::during("write", &path)(error).to_string())?;
    Ok(Some(offer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aco_home::Environment;

    fn data(models: usize, input: u64) -> Vec<u8> {
        let model = |n| {
            format!(
                r#"{{"id": "m{n}", "match": {{"equals": "m{n}"}}, "prices": {{"input_mtok": {input}}}}}"#
            )
        };
        let models: Vec<_> = (0..models).map(model).collect();
        let models = models.join(",");
        format!(
            r#"[{{"id": "acme", "name": "Acme", "api_pattern": "acme", "models": [{models}]}}]"#
        )
        .into_bytes()
    }

    #[test]
    fn a_download_waits_for_its_users_word() {
        let folder = tempfile::tempdir().unwrap();
        let home = Environment::from_iter([("ACO_HOME", folder.path())]);
        let home = Home::resolve(&home).unwrap();
        let (config, now) = (Config::default(), UnixNanos(1));
        std::fs::write(home.prices_file(), data(10, 1)).unwrap();
        assert_eq!(Offer::waiting(&home, &config, now), Ok(None));
        let same = examine(data(10, 1), &home, &config, now);
        assert_eq!(same, Ok(None), "nothing new");
        let cut = examine(data(4, 1), &home, &config, now).unwrap_err();
        assert!(cut.contains("cut off"), "{cut}");
        let broken = examine(b"<html>".to_vec(), &home, &config, now).unwrap_err();
        assert!(broken.contains("not a price file"), "{broken}");
        assert_eq!(Offer::waiting(&home, &config, now), Ok(None));

        let offer = examine(data(11, 2), &home, &config, now).unwrap().unwrap();
        assert_eq!(std::fs::read(home.prices_file()).unwrap(), data(10, 1));
        assert_eq!(Offer::waiting(&home, &config, now), Ok(Some(offer.clone())));
        offer.take(&home).unwrap();
        assert_eq!(std::fs::read(home.prices_file()).unwrap(), data(11, 2));
        assert_eq!(Offer::waiting(&home, &config, now), Ok(None));
    }
}
