//! Whether a ledger is what it should be. Reads it all; changes nothing.

use crate::Sums;
use rusqlite::{Connection, ErrorCode};

/// What is wrong with the structure of the file, if anything. Some 30 ms for 100,000 calls.
pub(crate) fn structure(connection: &Connection) -> rusqlite::Result<Option<String>> {
    ask(connection, "PRAGMA quick_check(1)")
}

fn ask(connection: &Connection, pragma: &str) -> rusqlite::Result<Option<String>> {
    let found: String = connection.query_row(pragma, [], |row| row.get(0))?;
    Ok((found != "ok").then_some(found))
}

/// What is wrong with the structure or with what the tables say of each other: no checksum guards
/// a number in a page that is otherwise well formed, but the rollup is the sum over the calls.
/// Some 0.1 s for 100,000 calls.
pub(crate) fn everything(
    connection: &Connection,
    migrations: &[&str],
) -> rusqlite::Result<Option<String>> {
    if let Some(why) = ask(connection, "PRAGMA integrity_check(1)")? {
        return Ok(Some(why));
    }
    let mint = Connection::open_in_memory()?;
    for sql in migrations {
        mint.execute_batch(sql)?;
    }
    if tables(connection)? != tables(&mint)? {
        return Ok(Some("its tables are not those of its version".to_owned()));
    }
    match contradiction(connection) {
        // Numbers whose sum overflows.
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::Unknown) => {
            Ok(Some(error.to_string()))
        }
        found => found.map(|found| found.map(str::to_owned)),
    }
}

/// What was created by whom, in the words it was created with. SQLite's own tables aside.
fn tables(connection: &Connection) -> rusqlite::Result<Vec<[String; 4]>> {
    let sql = "SELECT type, name, tbl_name, sql FROM sqlite_schema
        WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([], |row| {
        Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?])
    })?;
    rows.collect()
}

fn contradiction(connection: &Connection) -> rusqlite::Result<Option<&'static str>> {
    let sums = |sql| {
        connection.query_row(sql, [], |row| {
            Ok((
                Sums::read(row, 0)?,
                row.get::<_, i64>(Sums::LEN)?,
                row.get::<_, i64>(Sums::LEN + 1)?,
            ))
        })
    };
    let (calls, least, most) = sums(
        "SELECT count(*), count(cost), ifnull(sum(input_tokens), 0), ifnull(sum(output_tokens), 0),
            ifnull(sum(cache_read_tokens), 0), ifnull(sum(cache_write_5m_tokens), 0),
            ifnull(sum(cache_write_1h_tokens), 0), ifnull(sum(reasoning_tokens), 0),
            ifnull(sum(iif(cost IS NULL, input_tokens + output_tokens + cache_read_tokens
                + cache_write_5m_tokens + cache_write_1h_tokens, 0)), 0),
            ifnull(sum(cost), 0),
            ifnull(min(min(tool, model, session, project, path, ifnull(provider, 1),
                ifnull(service_tier, 1), ifnull(speed, 1), ifnull(priced_by, 1))), 1),
            ifnull(max(max(tool, model, session, project, path, ifnull(provider, 0),
                ifnull(service_tier, 0), ifnull(speed, 0), ifnull(priced_by, 0))), 0)
        FROM calls",
    )?;
    let (rollup, least_of_rollup, most_of_rollup) = sums(
        "SELECT ifnull(sum(calls), 0), ifnull(sum(priced_calls), 0), ifnull(sum(input_tokens), 0),
            ifnull(sum(output_tokens), 0), ifnull(sum(cache_read_tokens), 0),
            ifnull(sum(cache_write_5m_tokens), 0), ifnull(sum(cache_write_1h_tokens), 0),
            ifnull(sum(reasoning_tokens), 0), ifnull(sum(unpriced_tokens), 0),
            ifnull(sum(cost), 0),
            ifnull(min(min(tool, model, session, project)), 1),
            ifnull(max(max(tool, model, session, project)), 0)
        FROM rollup",
    )?;
    if calls != rollup {
        return Ok(Some("its sums are not those of its calls"));
    }
    // Names are never removed: their numbers have no gap.
    let (mut names, mut last) = (0, 0);
    let mut statement = connection.prepare("SELECT id, text FROM names ORDER BY id")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        last = row.get(0)?;
        names += 1;
        if row.get_ref(1)?.as_str().is_err() {
            return Ok(Some("it has a name that is no text"));
        }
    }
    let known =
        names == last && least.min(least_of_rollup) >= 1 && most.max(most_of_rollup) <= last;
    Ok((!known).then_some("it has lost names"))
}
