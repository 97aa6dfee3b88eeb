//! Walking a TOML document so that everything wrong with it is found in one pass.
//!
//! serde would stop at the first error and know no line of a value it took. Here a [`Section`]
//! hands out values by key, takes the default where one is absent or wrong, remembers which keys
//! were asked for, and in the end reports those nobody asked for. So the list of known keys is the
//! code that reads them.

use crate::Sourced;
use crate::problem::{Problem, Wrong};
use aco_domain::Origin;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The document being read and what was found wrong with it so far.
pub(crate) struct Document<'d> {
    path: &'d Path,
    text: &'d str,
    problems: RefCell<Vec<Problem>>,
    unknown: RefCell<Vec<Problem>>,
}

impl<'d> Document<'d> {
    pub(crate) fn new(path: &'d Path, text: &'d str) -> Self {
        Self {
            path,
            text,
            problems: RefCell::default(),
            unknown: RefCell::default(),
        }
    }

    /// Parses the text and reads it from its root, then answers with every problem in the order of
    /// the lines.
    pub(crate) fn read<T>(self, read: impl FnOnce(&mut Section<'_>) -> T) -> (T, Vec<Problem>) {
        let (root, errors) = DeTable::parse_recoverable(self.text);
        let value = Section::new(&self, String::new(), 0, Some(root.get_ref())).finish(read);
        let mut problems: Vec<_> = errors.iter().map(|error| self.syntax(error)).collect();
        // One mistake can be several errors to a parser.
        problems.dedup_by_key(|problem| line(problem));
        let broken: Vec<_> = problems.iter().map(line).collect();
        // What was made of a broken line is not what its author meant, and a broken header puts the
        // keys below it where nobody knows them.
        let understood = self.problems.into_inner().into_iter();
        problems.extend(understood.filter(|problem| !broken.contains(&line(problem))));
        if broken.is_empty() {
            problems.extend(self.unknown.into_inner());
        }
        problems.sort_by_key(line);
        (value, problems)
    }

    fn syntax(&self, error: &toml::de::Error) -> Problem {
        let at = error.span().map_or(self.text.len(), |span| span.start);
        let start = self
            .text
            .get(..at)
            .and_then(|before| before.rfind('\n'))
            .map_or(0, |n| n + 1);
        let written = self.text.get(start..).and_then(|rest| rest.lines().next());
        let remedy = if written.is_some_and(|line| line.contains('\\')) {
            "put a text with backslashes in 'single quotes'"
        } else {
            "correct the line; https://toml.io has the rules"
        };
        let wrong = Wrong::new(error.message(), remedy);
        Problem {
            origin: self.origin(at),
            key: None,
            entry: None,
            wrong,
        }
    }

    fn origin(&self, at: usize) -> Origin {
        let before = self.text.as_bytes().iter().take(at);
        let line = before.filter(|&&byte| byte == b'\n').count() + 1;
        Origin::File {
            path: self.path.to_owned(),
            line,
        }
    }
}

fn line(problem: &Problem) -> usize {
    match problem.origin {
        Origin::File { line, .. } => line,
        _ => 0,
    }
}

/// One table of the document, or the absence of one.
pub(crate) struct Section<'d> {
    document: &'d Document<'d>,
    name: String,
    /// Which entry of a list it is.
    entry: Option<usize>,
    /// Where it begins.
    at: usize,
    table: Option<&'d DeTable<'d>>,
    asked: Vec<&'static str>,
}

impl<'d> Section<'d> {
    fn new(
        document: &'d Document<'d>,
        name: String,
        at: usize,
        table: Option<&'d DeTable<'d>>,
    ) -> Self {
        Self {
            document,
            name,
            entry: None,
            at,
            table,
            asked: Vec::new(),
        }
    }

    /// Reads the section, then reports the keys that were not asked for.
    fn finish<T>(mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        let value = read(&mut self);
        for (key, _) in self.table.into_iter().flatten() {
            let name: &str = key.get_ref();
            if !self.asked.contains(&name) {
                let wrong = unknown(name, &self.asked);
                let problem = self.problem(key.span().start, name, wrong);
                self.document.unknown.borrow_mut().push(problem);
            }
        }
        value
    }

    /// Where the section begins.
    pub(crate) fn origin(&self) -> Origin {
        self.document.origin(self.at)
    }

    /// Reports something wrong with the section as a whole, or with a key of it.
    pub(crate) fn wrong(&self, key: &str, wrong: Wrong) {
        let problem = self.problem(self.at, key, wrong);
        self.document.problems.borrow_mut().push(problem);
    }

    /// Whether the key is there, with whatever value.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.is_some_and(|table| table.contains_key(key))
    }

    /// The value of a key, or its default.
    pub(crate) fn value<T>(
        &mut self,
        key: &'static str,
        default: T,
        read: impl FnOnce(&DeValue<'_>) -> Result<T, Wrong>,
    ) -> Sourced<T> {
        self.optional(key, read).unwrap_or(Sourced {
            value: default,
            origin: Origin::Default,
        })
    }

    /// The value of a key that may be absent.
    pub(crate) fn optional<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&DeValue<'_>) -> Result<T, Wrong>,
    ) -> Option<Sourced<T>> {
        let value = self.get(key)?;
        self.take(key, value, read)
    }

    /// The value of a key that must be there.
    pub(crate) fn required<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&DeValue<'_>) -> Result<T, Wrong>,
    ) -> Option<T> {
        if self.get(key).is_none() {
            self.wrong(
                key,
                Wrong::new("the key is missing", format!("add a line `{key} = …`")),
            );
        }
        self.optional(key, read).map(|value| value.value)
    }

    /// A table of names that the user makes up.
    pub(crate) fn names<T>(
        &mut self,
        key: &'static str,
        read: impl Fn(&DeValue<'_>) -> Result<T, Wrong>,
    ) -> BTreeMap<String, Sourced<T>> {
        let table = self.table(key).and_then(|(_, table)| table);
        let entries = table.into_iter().flatten().filter_map(|(name, value)| {
            let value = self.take(&format!("{key}.{}", name.get_ref()), value, &read)?;
            Some((name.get_ref().to_string(), value))
        });
        entries.collect()
    }

    /// A table of keys. An absent one is read too: it is full of defaults.
    pub(crate) fn section<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&mut Section<'_>) -> T,
    ) -> T {
        let (at, table) = self.table(key).unwrap_or((self.at, None));
        Section::new(self.document, self.full(key), at, table).finish(read)
    }

    /// A list of tables (`[[key]]`); those that lack something are reported and left out.
    pub(crate) fn list<T>(
        &mut self,
        key: &'static str,
        mut read: impl FnMut(&mut Section<'_>) -> Option<T>,
    ) -> Vec<T> {
        let remedy = format!("begin each with a line `[[{key}]]`");
        let Some(value) = self.get(key) else {
            return Vec::new();
        };
        let Some(items) = value.get_ref().as_array() else {
            self.problem_at(
                value,
                key,
                Wrong::new("this is not a list of tables", remedy),
            );
            return Vec::new();
        };
        let mut found = Vec::new();
        for (entry, item) in items.iter().enumerate() {
            match item.get_ref().as_table() {
                Some(table) => {
                    let at = item.span().start;
                    let section = Section {
                        entry: Some(entry),
                        ..Section::new(self.document, self.full(key), at, Some(table))
                    };
                    found.extend(section.finish(&mut read));
                }
                None => self.problem_at(item, key, Wrong::new("this is no table", remedy.clone())),
            }
        }
        found
    }

    fn get(&mut self, key: &'static str) -> Option<&'d Spanned<DeValue<'d>>> {
        if !self.asked.contains(&key) {
            self.asked.push(key);
        }
        self.table?.get(key)
    }

    /// Where the table of a key begins, and the table unless something else stands there.
    fn table(&mut self, key: &'static str) -> Option<(usize, Option<&'d DeTable<'d>>)> {
        let value = self.get(key)?;
        let table = value.get_ref().as_table();
        if table.is_none() {
            let remedy = format!("begin it with a line `[{}]`", self.full(key));
            self.problem_at(value, key, Wrong::new("this is not a table", remedy));
        }
        Some((value.span().start, table))
    }

    fn take<T>(
        &self,
        key: &str,
        value: &Spanned<DeValue<'_>>,
        read: impl FnOnce(&DeValue<'_>) -> Result<T, Wrong>,
    ) -> Option<Sourced<T>> {
        match read(value.get_ref()) {
            Ok(taken) => {
                let origin = self.document.origin(value.span().start);
                Some(Sourced {
                    value: taken,
                    origin,
                })
            }
            Err(wrong) => {
                self.problem_at(value, key, wrong);
                None
            }
        }
    }

    fn problem_at(&self, value: &Spanned<DeValue<'_>>, key: &str, wrong: Wrong) {
        let problem = self.problem(value.span().start, key, wrong);
        self.document.problems.borrow_mut().push(problem);
    }

    fn problem(&self, at: usize, key: &str, wrong: Wrong) -> Problem {
        Problem {
            origin: self.document.origin(at),
            key: Some(self.full(key)),
            entry: self.entry,
            wrong,
        }
    }

    fn full(&self, key: &str) -> String {
        if self.name.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.name)
        }
    }
}

/// The words for a key that does not exist. Its value is not repeated: it may be a secret.
fn unknown(key: &str, known: &[&str]) -> Wrong {
    let what = "there is no such key here";
    if matches!(key, "token" | "api_key" | "password" | "authorization") {
        let remedy = "remove the line and give the token to `aco token set`: this file holds none";
        return Wrong::new(what, remedy);
    }
    let distance = |name: &str| strsim::damerau_levenshtein(key, name);
    let nearest = known.iter().min_by_key(|name| distance(name));
    match nearest.filter(|name| distance(name) <= name.len().div_ceil(3)) {
        Some(name) => Wrong::new(what, format!("did you mean `{name}`?")),
        None if known.is_empty() => Wrong::new(what, "remove it: the section has no keys yet"),
        None => Wrong::new(
            what,
            format!("remove it; these exist: {}", known.join(", ")),
        ),
    }
}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;
