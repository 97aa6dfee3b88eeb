//! A tool's database on its way to the disk, counted. SQLite enters as the tools' own writer, not as a
//! reader.

use crate::manifest::Written;
use rusqlite::{Connection, ToSql, params_from_iter};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

#[derive(Debug)]
pub(crate) struct Database {
    connection: Connection,
    path: PathBuf,
    rows: u64,
}

impl Database {
    /// Makes `path` below `home`, with these tables, in one long transaction.
    pub(crate) fn begin(home: &Path, path: &Path, tables: &str) -> io::Result<Self> {
        let path = home.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let connection = Connection::open(&path).map_err(io::Error::other)?;
        connection
            .execute_batch(&format!(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; {tables} BEGIN;"
            ))
            .map_err(io::Error::other)?;
        Ok(Self {
            connection,
            path,
            rows: 0,
        })
    }

    /// Runs a statement that writes a row.
    pub(crate) fn run(&mut self, sql: &str, texts: &[&str]) -> io::Result<()> {
        let texts = params_from_iter(texts.iter().map(|text| text as &dyn ToSql));
        self.connection
            .execute(sql, texts)
            .map_err(io::Error::other)?;
        self.rows += 1;
        Ok(())
    }

    /// Everything is in the file; what was written to it.
    pub(crate) fn finish(self) -> io::Result<Written> {
        self.connection
            .execute_batch("COMMIT")
            .map_err(io::Error::other)?;
        self.connection
            .close()
            .map_err(|(_, error)| io::Error::other(error))?;
        Ok(Written {
            files: 1,
            bytes: fs::metadata(&self.path)?.len(),
            lines: self.rows,
            usage_lines: 0,
        })
    }

    #[cfg(test)]
    pub(crate) fn count(path: &Path, table: &str) -> rusqlite::Result<i64> {
        let sql = format!("SELECT count(*) FROM {table}");
        Connection::open(path)?.query_row(&sql, [], |row| row.get(0))
    }
}
