//! The price book of a home: the user's own prices, over a data file of theirs or the embedded one.

use aco_config::Config;
use aco_home::{FileError, Home};
use aco_prices::{Data, PriceBook, Rejected, Summary};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// A data file has less than a megabyte; what is larger than this is something else.
pub const PRICES_LIMIT: u64 = 64 << 20;

/// A file that cannot become the home's price data.
#[derive(Debug, thiserror::Error)]
pub enum PricesError {
    /// It cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// It can, and is something else.
    #[error("{}: {why}", path.display())]
    Rejected {
        /// Which.
        path: std::path::PathBuf,
        /// Why.
        why: Rejected,
    },
}

/// The book that prices this home's calls. Cheap: nothing is decoded before something is to be
/// priced.
///
/// # Errors
/// When there is a data file that cannot be read.
pub fn price_book(home: &Home, config: &Config) -> Result<PriceBook, FileError> {
    let own = config.prices.iter().map(|row| row.price.clone()).collect();
    let path = home.prices_file();
    let data = match read(&path) {
        Ok(json) => Data::File(json),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Data::Embedded,
        Err(error) => return Err(FileError::during("read", &path)(error)),
    };
    Ok(PriceBook::new(data, own))
}

/// Reads a data file and makes sure that it can be priced by. Says what it holds.
///
/// # Errors
/// When it cannot be read or priced by.
pub fn read_prices(path: &Path) -> Result<(Vec<u8>, Summary), PricesError> {
    let json = read(path).map_err(FileError::during("read", path))?;
    let book = PriceBook::new(Data::File(json.clone()), Vec::new());
    match book.open() {
        Ok(summary) => Ok((json, summary)),
        Err(why) => Err(PricesError::Rejected {
            path: path.to_owned(),
            why: why.clone(),
        }),
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut json = Vec::new();
    let file = File::open(path)?;
    file.take(PRICES_LIMIT + 1).read_to_end(&mut json)?;
    if json.len() as u64 > PRICES_LIMIT {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            "a file of prices has less than 64 MiB",
        ));
    }
    Ok(json)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aco_domain::Pricing as _;
    use aco_home::Environment;

    fn home(folder: &Path) -> Home {
        Home::resolve(&Environment::from_iter([("ACO_HOME", folder)])).unwrap()
    }

    #[test]
    fn a_file_goes_before_the_embedded_data_and_own_prices_before_both() {
        let folder = tempfile::tempdir().unwrap();
        let home = home(folder.path());
        let version = |config: &Config| price_book(&home, config).unwrap().version().to_owned();
        let embedded = version(&Config::default());
        assert!(embedded.starts_with("genai-prices "), "{embedded}");
        let toml = "[[price]]\nmodel = \"m\"\ninput = 1\noutput = 1";
        let config = Config::parse(toml, Path::new("c"), None).unwrap().config;
        assert_ne!(version(&config), embedded);
        std::fs::write(home.prices_file(), "[]").unwrap();
        assert!(version(&Config::default()).starts_with("file "));
    }

    #[test]
    fn what_cannot_be_priced_by_is_rejected_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.json");
        let said = |path: &Path| read_prices(path).unwrap_err().to_string();
        assert!(said(&path).contains("p.json"), "{}", said(&path));
        std::fs::write(&path, "[]").unwrap();
        assert!(
            said(&path).contains("p.json: this is not a price file"),
            "{}",
            said(&path)
        );
        std::fs::File::create(&path)
            .unwrap()
            .set_len(PRICES_LIMIT + 1)
            .unwrap();
        assert!(said(&path).contains("less than 64 MiB"), "{}", said(&path));
    }
}
