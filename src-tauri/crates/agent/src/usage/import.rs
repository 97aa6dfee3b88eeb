//! From a file that the user hands over to the ledger.

use aco_domain::{Imported, Pricing, ToolId};
use aco_ledger::Ledger;
use aco_usage::imports::cursor::{self, Export, ImportError};
use jiff::tz::TimeZone;
use std::path::Path;

/// Why a file was not imported, or not to its end. What was committed before is in the ledger, and the
/// file imported again adds the rest.
#[derive(Debug, thiserror::Error)]
pub enum ImportFailure {
    /// The file cannot be read, or is another.
    #[error(transparent)]
    File(#[from] ImportError),
    /// The ledger cannot be written.
    #[error(transparent)]
    Ledger(#[from] aco_ledger::Error),
    /// The tool's id is none: a defect.
    #[error("the import has a tool id that is none ({0}); please report this")]
    Id(String),
}

/// Takes the usage that Cursor's dashboard has exported into the ledger. What is known already changes
/// nothing, in whichever file it stands. Blocks; memory does not grow with the file but for some bytes
/// an event.
///
/// `progress` is told how far it is, in thousandths, now and then.
///
/// # Errors
/// When the file is no such export, or it or the ledger fails.
pub fn import_cursor(
    ledger: &mut Ledger,
    file: &Path,
    pricing: &dyn Pricing,
    zone: &TimeZone,
    progress: &mut dyn FnMut(u64),
) -> Result<Imported, ImportFailure> {
    let mut export = Export::open(file)?;
    let tool = ToolId::new(cursor::TOOL).map_err(ImportFailure::Id)?;
    let mut intake = ledger.intake(pricing, zone.clone())?;
    let mut calls = 0;
    while let Some(step) = export.step()? {
        intake.import(&tool, file, &step)?;
        calls += step.len() as u64;
        progress(export.thousandths());
    }
    let taken = intake.commit()?;
    let tally = export.tally();
    Ok(Imported {
        rows: tally.rows,
        new_calls: taken.new_calls,
        known_calls: calls.saturating_sub(taken.new_calls),
        without_tokens: tally.without_tokens,
        skipped: tally.skipped,
    })
}

#[cfg(test)]
#[path = "import_tests.rs"]
mod tests;
