//! What AI tools used, and what that costs: the ledger and the price book of a home, for the agent
//! and for commands that do without one.

mod alerts;
mod book;
mod collect;
mod import;
mod keeper;
mod memory;
mod offer;
mod price_changes;
mod records;
mod report;
mod rounds;
mod standing;
mod tally;
mod watching;

pub use aco_usage::{Platform, Surroundings};
pub use alerts::{fees, keep_limits, kept_limits};
pub use book::{PRICES_LIMIT, PricesError, price_book, read_prices};
pub use collect::{CollectError, Collected, Progress, UnknownFormat, collect};
pub use import::{ImportFailure, import_cursor};
pub use keeper::UsageParts;
pub(crate) use keeper::{Keeper, KeeperLinks, Round};
pub use offer::{Offer, fetch_prices, forget as forget_offer};
pub use price_changes::{CompareError, plausible, price_changes};
pub use report::report;
pub(crate) use rounds::{Job, Rounds};
#[cfg(test)]
pub(crate) use standing::{Paid, Stand};
#[cfg(test)]
pub(crate) use tally::Spent;
pub(crate) use tally::Tally;

use aco_domain::Clock;
use aco_home::Home;
use aco_ledger::{Ledger, Opened};
use aco_spool::OsFileSystem;

/// Every source of token counts, in a fixed order.
#[must_use]
pub fn sources() -> Vec<Box<dyn aco_usage::Source>> {
    let mut sources = aco_usage::all();
    sources.extend(aco_usage_sqlite::all());
    sources
}

/// Opens the home's ledger to write it, or begins one. Only for the holder of the home's lock.
///
/// # Errors
/// When it cannot be used; a damaged one is set aside and said to be, in the findings.
pub fn open_ledger(home: &Home, clock: &dyn Clock) -> Result<Opened, aco_ledger::Error> {
    // A ledger that is begun anew goes on above what the spool has taken. Without a spool there is
    // nothing above which to go on.
    let spool = aco_spool::inspect(&OsFileSystem, &home.spool_folder(), clock.now());
    let taken = spool.map_or(0, |stats| stats.usage_seq);
    Ledger::open(&home.ledger_file(), clock.now(), taken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aco_sources::{Catalogue, Os};
    use std::collections::BTreeSet;

    /// One id a tool everywhere: else what it cost and how long it ran would be two tools'.
    #[test]
    fn whoever_records_tokens_is_recognised_under_the_same_id() {
        let catalogue = Catalogue::embedded(Os::Linux).unwrap();
        let recognised: BTreeSet<_> = catalogue.tools().map(|tool| tool.id.as_str()).collect();
        let mut seen = BTreeSet::new();
        for source in sources() {
            assert!(recognised.contains(source.tool()), "{}", source.tool());
            assert!(seen.insert(source.tool()), "{} twice", source.tool());
        }
        assert!(seen.len() >= 10, "{seen:?}");
    }
}
