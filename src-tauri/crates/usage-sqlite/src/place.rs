//! Up to where a table was read, and which rows before that are looked at again.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, ToSql};
use serde::{Deserialize, Serialize};

/// Rows with counts that a step takes from one table at most.
const MOST_ROWS: i64 = 1_000;

/// Rows of any kind that a step passes in one table at most: while it lasts, a writer without a
/// write-ahead log waits.
const MOST_PASSED: i64 = 10_000;

/// How many rows before the place are asked whether they were changed. What a tool still changes is
/// near the end; asking costs a look at some hundred pages.
const NEAR: i64 = 1_024;

/// How many unfinished rows are remembered. One that a killed tool left unfinished stays in the list
/// until newer ones push it out.
const MOST_OPEN: usize = 128;

/// A place in a table whose rows have a number (`rowid`), an id and perhaps a time of their last change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
    /// The last row that was read; 0 for none.
    pub(crate) row: i64,
    /// Its id.
    id: String,
    /// The newest change that was met.
    changed: i64,
    /// Rows up to `row` that were not finished.
    open: Vec<i64>,
    /// Rows up to `row` that should have held counts and could not be read when they were met.
    pub(crate) unreadable: u64,
    /// Of these, how many the last step met whose shape is not known.
    #[serde(skip)]
    pub(crate) unrecognised: u64,
}

/// A table as the tool made it.
pub(crate) struct Table {
    pub(crate) name: &'static str,
    /// The column that holds a row's own id.
    pub(crate) id: &'static str,
    /// The column that holds when it was last changed, where there is one.
    pub(crate) changed: Option<&'static str>,
    /// What else is read, in this order, behind `rowid`, the id and the time of the last change.
    pub(crate) columns: &'static str,
    /// Which rows are read. It may not look into long values.
    pub(crate) wanted: &'static str,
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Met {
    /// It was understood.
    Read,
    /// It was understood, and the tool has not finished it.
    Open,
    /// It should have held counts, and cannot be read.
    Unreadable,
    /// It is sound and should hold counts, but not where they were ever seen to.
    Unrecognised,
}

/// The first column of `Table::columns` in a row.
pub(crate) const FIRST: usize = 3;

impl Place {
    /// Reads on, and says whether there are further rows: each row that is new, and each before that
    /// may have changed, is shown to `each`.
    pub(crate) fn read_on(
        &mut self,
        connection: &Connection,
        table: &Table,
        mut each: impl FnMut(&Row<'_>) -> rusqlite::Result<Met>,
    ) -> rusqlite::Result<bool> {
        if !self.holds(connection, table)? {
            *self = Self::default();
        }
        self.unrecognised = 0;
        let Table {
            name,
            id,
            columns,
            wanted,
            ..
        } = table;
        let changed = table.changed.unwrap_or("0");
        let select = format!("SELECT rowid, {id}, {changed}, {columns} FROM {name} WHERE");
        self.look_back(connection, table, &select, &mut each)?;

        let Some((last, more)) = self.last_of_step(connection, table)? else {
            return Ok(false);
        };
        let sql = format!(
            "{select} rowid > ?1 AND rowid <= ?2 AND ({wanted}) ORDER BY rowid LIMIT {MOST_ROWS}"
        );
        let mut statement = connection.prepare(&sql)?;
        let mut rows = statement.query([self.row, last.0])?;
        let mut count = 0;
        while let Some(row) = rows.next()? {
            count += 1;
            self.row = row.get(0)?;
            self.id = text(row, 1)?.unwrap_or_default();
            self.note(row)?;
            match each(row)? {
                Met::Read => {}
                Met::Open => self.open.push(self.row),
                Met::Unreadable => self.unreadable += 1,
                Met::Unrecognised => {
                    self.unreadable += 1;
                    self.unrecognised += 1;
                }
            }
        }
        let is_full = count == MOST_ROWS;
        if !is_full {
            (self.row, self.id) = last;
        }
        if self.open.len() > MOST_OPEN {
            self.open.drain(..self.open.len() - MOST_OPEN);
        }
        Ok(more || is_full)
    }

    /// Whether the row at the place is still the one that was read.
    pub(crate) fn holds(&self, connection: &Connection, table: &Table) -> rusqlite::Result<bool> {
        if self.row == 0 {
            return Ok(true);
        }
        let sql = format!("SELECT {} FROM {} WHERE rowid = ?1", table.id, table.name);
        let mut statement = connection.prepare(&sql)?;
        let mut rows = statement.query([self.row])?;
        let found = match rows.next()? {
            Some(row) => text(row, 0)?,
            None => None,
        };
        Ok(found.is_some_and(|id| id == self.id))
    }

    /// Rows before the place that may say something else now.
    fn look_back(
        &mut self,
        connection: &Connection,
        table: &Table,
        select: &str,
        each: &mut impl FnMut(&Row<'_>) -> rusqlite::Result<Met>,
    ) -> rusqlite::Result<()> {
        for number in std::mem::take(&mut self.open) {
            let sql = format!("{select} rowid = ?1");
            self.meet_again(connection, &sql, &[&number], each)?;
        }
        if let Some(changed) = table.changed {
            let wanted = table.wanted;
            let sql =
                format!("{select} rowid > ?1 AND rowid <= ?2 AND {changed} >= ?3 AND ({wanted})");
            let (row, since) = (self.row, self.changed);
            self.meet_again(connection, &sql, &[&(row - NEAR), &row, &since], each)?;
        }
        Ok(())
    }

    fn meet_again(
        &mut self,
        connection: &Connection,
        sql: &str,
        parameters: &[&dyn ToSql],
        each: &mut impl FnMut(&Row<'_>) -> rusqlite::Result<Met>,
    ) -> rusqlite::Result<()> {
        let mut statement = connection.prepare(sql)?;
        let mut rows = statement.query(parameters)?;
        while let Some(row) = rows.next()? {
            self.note(row)?;
            let number: i64 = row.get(0)?;
            if each(row)? == Met::Open && !self.open.contains(&number) {
                self.open.push(number);
            }
        }
        Ok(())
    }

    /// Takes the time of a row's last change in.
    fn note(&mut self, row: &Row<'_>) -> rusqlite::Result<()> {
        if let ValueRef::Integer(changed) = row.get_ref(2)? {
            self.changed = self.changed.max(changed);
        }
        Ok(())
    }

    /// The last row that a step may pass, with its id, and whether others follow it; nothing where there
    /// is no new one.
    fn last_of_step(
        &self,
        connection: &Connection,
        table: &Table,
    ) -> rusqlite::Result<Option<((i64, String), bool)>> {
        let Table { name, id, .. } = table;
        let within = format!(
            "SELECT rowid, {id} FROM {name} WHERE rowid > ?1 ORDER BY rowid LIMIT 1 OFFSET {}",
            MOST_PASSED - 1
        );
        if let Some(last) = row_and_id(connection, &within, &[&self.row])? {
            return Ok(Some((last, true)));
        }
        let newest = format!("SELECT rowid, {id} FROM {name} ORDER BY rowid DESC LIMIT 1");
        let newest = row_and_id(connection, &newest, &[])?;
        Ok(newest
            .filter(|(row, _)| *row > self.row)
            .map(|last| (last, false)))
    }
}

fn row_and_id(
    connection: &Connection,
    sql: &str,
    parameters: &[&dyn ToSql],
) -> rusqlite::Result<Option<(i64, String)>> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query(parameters)?;
    match rows.next()? {
        Some(row) => Ok(Some((row.get(0)?, text(row, 1)?.unwrap_or_default()))),
        None => Ok(None),
    }
}

/// A column as text, whatever its type; nothing where it is NULL or no text.
pub(crate) fn text(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<String>> {
    Ok(match row.get_ref(column)? {
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Text(bytes) => std::str::from_utf8(bytes).ok().map(str::to_owned),
        ValueRef::Null | ValueRef::Real(_) | ValueRef::Blob(_) => None,
    })
}

/// A column's bytes, where it holds text or a blob.
pub(crate) fn bytes<'r>(row: &'r Row<'_>, column: usize) -> rusqlite::Result<Option<&'r [u8]>> {
    Ok(match row.get_ref(column)? {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(bytes),
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => None,
    })
}

/// The columns of a table, none where there is none.
pub(crate) fn columns(connection: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare("SELECT name FROM pragma_table_info(?1)")?;
    let names = statement.query_map([table], |row| row.get(0))?;
    names.collect()
}

#[cfg(test)]
#[path = "place_tests.rs"]
mod tests;
