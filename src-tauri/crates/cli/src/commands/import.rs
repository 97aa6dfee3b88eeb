//! `aco import`: usage that a tool keeps elsewhere.

use crate::arguments;
use crate::context::{Context, Writer, block_on};
use crate::failure::Failure;
use crate::output::{complain, say};
use crate::usage::Writing;
use aco_agent::usage::{ImportFailure, import_cursor};
use aco_domain::Imported;
use aco_domain::figures::plural;
use aco_ipc::{Request, Response};
use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Version of what `--json` prints; rises when a field changes its meaning.
const SCHEMA_VERSION: u32 = 1;

/// An import that is through by then shows no progress.
const SILENT: Duration = Duration::from_millis(500);

pub(crate) fn import(
    context: &Context,
    arguments: &arguments::Import,
) -> Result<ExitCode, Failure> {
    let arguments::Import::Cursor { file, json } = arguments;
    // The agent has a working folder of its own.
    let path = std::path::absolute(file)
        .map_err(|error| Failure::usage(format!("{}: {error}", file.display())))?;
    let request = Request::ImportCursor { file: path.clone() };
    let asked = block_on(async {
        match context.writer().await? {
            Writer::Us(lock) => Ok(Err(lock)),
            Writer::Agent(mut agent) => match agent.request(&request).await? {
                Response::Imported(imported) => Ok(Ok(imported)),
                other => Err(Failure::unexpected(&other)),
            },
        }
    })?;
    let imported = match asked {
        Ok(imported) => imported,
        Err(lock) => {
            let writing = Writing::open(context, lock)?;
            ours(context, writing, &path)?
        }
    };
    if *json {
        let mut object = serde_json::to_value(imported)?;
        object["schema_version"] = SCHEMA_VERSION.into();
        say(&serde_json::to_string_pretty(&object)?);
    } else {
        say(&in_words(&imported));
    }
    Ok(ExitCode::SUCCESS)
}

/// No agent runs: the ledger is in our hands.
fn ours(context: &Context, mut writing: Writing, file: &Path) -> Result<Imported, Failure> {
    let zone = context.zone(None)?;
    let watched = io::stderr().is_terminal() && context.understands_escapes();
    let begun = Instant::now();
    let mut shown = false;
    let mut show = |thousandths: u64| {
        if watched && begun.elapsed() >= SILENT {
            shown = true;
            let mut error = io::stderr().lock();
            // Nobody can be told when that fails.
            let _ = write!(error, "\raco: importing, {} %\u{1b}[K", thousandths / 10);
            let _ = error.flush();
        }
    };
    let imported = import_cursor(&mut writing.ledger, file, &writing.prices, &zone, &mut show);
    if shown {
        let _ = write!(io::stderr().lock(), "\r\u{1b}[K");
    }
    if let Some(trouble) = writing.prices.trouble() {
        complain(&format!("aco: new calls are unpriced: {trouble}"));
    }
    let imported = imported.map_err(|failure| match failure {
        ImportFailure::File(wrong) => Failure::failed(wrong.to_string()),
        ImportFailure::Ledger(error) => Failure::failed(format!(
            "{error}; what was taken before stays, and importing again adds the rest"
        )),
        failure @ ImportFailure::Id(_) => Failure::failed(failure.to_string()),
    })?;
    writing.close()?;
    Ok(imported)
}

fn in_words(imported: &Imported) -> String {
    let Imported {
        rows,
        new_calls,
        known_calls,
        without_tokens,
        skipped,
    } = *imported;
    let mut text = format!(
        "{}: {new_calls} new, {known_calls} known already",
        plural(rows, "row", "rows")
    );
    if without_tokens > 0 {
        text.push_str(&format!(", {without_tokens} without tokens"));
    }
    text.push('.');
    if skipped > 0 {
        text.push_str(&format!(
            "\n{} skipped: not an event, or its counts do not add up to its total. What it spent is \
             missing.",
            plural(skipped, "row", "rows")
        ));
    }
    if new_calls > 0 {
        text.push_str("\nSee it: aco report --tool cursor");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_worth_a_word_is_said() {
        let mut imported = Imported {
            rows: 3,
            new_calls: 1,
            known_calls: 2,
            ..Imported::default()
        };
        let said = "3 rows: 1 new, 2 known already.\nSee it: aco report --tool cursor";
        assert_eq!(in_words(&imported), said);
        imported = Imported {
            rows: 3,
            without_tokens: 2,
            skipped: 1,
            ..Imported::default()
        };
        let said = in_words(&imported);
        assert!(
            said.starts_with("3 rows: 0 new, 0 known already, 2 without tokens.\n1 row skipped"),
            "{said}"
        );
        assert!(!said.contains("See it"), "{said}");
    }
}
