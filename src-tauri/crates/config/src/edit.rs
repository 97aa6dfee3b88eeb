//! Changing the file and nothing else in it: comments, order and spelling of what is not meant stay.
//!
//! What comes out is text, to be read and judged by the schema like any other before it is written.
//! May not enter: files, and what a value means.

use crate::sheet::takes;
use crate::show::said;
use crate::{Config, Wrong};
use aco_domain::{SettingChange, Takes};
use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, TableLike, Value};

/// Why a change cannot be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EditError {
    /// The text is no TOML: somebody must mend it first.
    Syntax(Wrong),
    /// The change's key is none that could be written.
    Key {
        /// Which.
        key: String,
        /// Why.
        wrong: Wrong,
    },
}

/// The text with all changes made.
///
/// # Errors
/// The first change that cannot be written at all. Whether values are right is not asked here.
pub fn edit(text: &str, changes: &[SettingChange]) -> Result<String, EditError> {
    let mut text = text.to_owned();
    // Entries are removed last and from the end, so that numbers mean what they meant before.
    let (removals, others): (Vec<_>, Vec<_>) = changes.iter().partition(|change| {
        change.value.is_none() && matches!(Path::of(&change.key), Path::Entry { field: None, .. })
    });
    for change in others {
        text = one(&text, change)?;
    }
    let mut removals = removals;
    removals.sort_by_key(|change| match Path::of(&change.key) {
        Path::Entry { index, .. } => std::cmp::Reverse(index),
        Path::Key { .. } => std::cmp::Reverse(0),
    });
    for change in removals {
        text = one(&text, change)?;
    }
    Ok(text)
}

/// Where a key leads.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Path<'k> {
    /// A key in a section, be it of names that the user makes up.
    Key {
        sections: Vec<&'k str>,
        name: &'k str,
    },
    /// An entry of a list, or a key of it.
    Entry {
        list: &'k str,
        index: usize,
        field: Option<&'k str>,
    },
}

impl<'k> Path<'k> {
    fn of(key: &'k str) -> Self {
        // The names of targets hold dots themselves.
        for section in ["ship.targets.", "log.targets."] {
            if let Some(name) = key.strip_prefix(section) {
                let sections = section.trim_end_matches('.').split('.').collect();
                return Self::Key { sections, name };
            }
        }
        let mut parts: Vec<_> = key.split('.').collect();
        if let [list, index, rest @ ..] = &*parts
            && let Ok(index) = index.parse()
            && rest.len() <= 1
        {
            return Self::Entry {
                list,
                index,
                field: rest.first().copied(),
            };
        }
        let name = parts.pop().unwrap_or(key);
        Self::Key {
            sections: parts,
            name,
        }
    }
}

fn one(text: &str, change: &SettingChange) -> Result<String, EditError> {
    let wrong = |what: &str, remedy: &str| EditError::Key {
        key: change.key.clone(),
        wrong: Wrong::new(what, remedy),
    };
    if let Path::Key { sections, name } = Path::of(&change.key) {
        let line = |value: &Value| format!("{name} = {}", value.to_string().trim());
        let replaced = match &change.value {
            Some(value) => {
                let begins = format!("#{name} = ");
                let line = line(&literal(&change.key, value));
                replace_line(text, &sections, 1, |old| old.starts_with(&begins), &line)
            }
            None => default_of(&change.key).and_then(|value| {
                let line = format!("#{name} = {value}");
                let is_ours = |old: &str| {
                    let rest = old.strip_prefix(name).map(str::trim_start);
                    rest.is_some_and(|rest| rest.starts_with('='))
                };
                replace_line(text, &sections, -1, is_ours, &line)
            }),
        };
        if let Some(replaced) = replaced {
            return Ok(replaced);
        }
    }
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
        let what = format!("the configuration is broken: {}", error.message());
        EditError::Syntax(Wrong::new(what, "mend it in an editor first"))
    })?;
    match Path::of(&change.key) {
        Path::Key { sections, name } => {
            let mut table: &mut dyn TableLike = document.as_table_mut();
            for section in sections {
                table = table
                    .entry(section)
                    .or_insert_with(|| Item::Table(Table::new()))
                    .as_table_like_mut()
                    .ok_or_else(|| wrong("no section has this name", "mend the file first"))?;
            }
            put(table, name, &change.key, change.value.as_deref());
        }
        Path::Entry { list, index, field } => {
            let item = document
                .entry(list)
                .or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
            let entries = item.as_array_of_tables_mut().ok_or_else(|| {
                let remedy = format!("begin each with a line `[[{list}]]`, in an editor");
                wrong("the list is written in one line", &remedy)
            })?;
            let last = entries.len();
            match field {
                None if change.value.is_none() && index < last => drop(entries.remove(index)),
                Some(field) if index <= last => {
                    if index == last {
                        entries.push(Table::new());
                    }
                    if let Some(table) = entries.get_mut(index) {
                        put(table, field, &change.key, change.value.as_deref());
                    }
                }
                _ => return Err(wrong("there is no such entry", "read the settings again")),
            }
        }
    }
    Ok(document.to_string())
}

/// Sets or removes a key; what stands around its value stays.
fn put(table: &mut dyn TableLike, name: &str, key: &str, value: Option<&str>) {
    let Some(text) = value else {
        table.remove(name);
        return;
    };
    let mut value = literal(key, text);
    match table.get_mut(name) {
        Some(old) => {
            if let Some(old) = old.as_value() {
                *value.decor_mut() = old.decor().clone();
            }
            // The comment above it belongs to the key, which stays.
            *old = Item::Value(value);
        }
        None => {
            table.insert(name, Item::Value(value));
        }
    }
}

/// Replaces a line of a section by another one: a key that is commented out by its value, so that it
/// stands below its explanation, or the other way round. Nothing where there is no such line, or
/// where the section does not become larger or smaller by that `many` keys: then the line was part of
/// a longer text, or not the only one.
fn replace_line(
    text: &str,
    sections: &[&str],
    many: isize,
    is_meant: impl Fn(&str) -> bool,
    by: &str,
) -> Option<String> {
    let header = format!("[{}]", sections.join("."));
    let (mut is_inside, mut found) = (false, false);
    let mut changed = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        if line.starts_with('[') {
            is_inside = line.trim_end() == header;
        }
        if is_inside && !found && is_meant(line) {
            found = true;
            changed.push_str(by);
            changed.push_str(if line.ends_with("\r\n") { "\r\n" } else { "\n" });
        } else {
            changed.push_str(line);
        }
    }
    let keys = |text: &str| -> Option<usize> {
        let document: DocumentMut = text.parse().ok()?;
        let mut table: &dyn TableLike = document.as_table();
        for section in sections {
            table = table.get(section)?.as_table_like()?;
        }
        Some(table.iter().count())
    };
    let expected = keys(text)?.checked_add_signed(many)?;
    (found && keys(&changed)? == expected).then_some(changed)
}

/// What holds where nothing is said, as it is written.
fn default_of(key: &str) -> Option<toml::Value> {
    let mut defaults = said(&Config::default()).into_iter();
    defaults
        .find(|said| said.path() == key)
        .map(|said| said.value)
}

/// A typed text as the TOML value that its key takes. A text that is no such value becomes a string,
/// which the schema will judge.
fn literal(key: &str, text: &str) -> Value {
    let default = default_of(key);
    let default = default.as_ref();
    let field = match Path::of(key) {
        Path::Entry {
            list,
            field: Some(field),
            ..
        } => format!("{list}.{field}"),
        _ => key.to_owned(),
    };
    let text = text.trim();
    let bare = |fits: fn(&Value) -> bool| text.parse::<Value>().ok().filter(fits);
    let typed = match takes(&field, default) {
        Takes::Flag => bare(Value::is_bool),
        Takes::Whole => bare(Value::is_integer),
        Takes::Dollars => bare(|value| value.is_integer() || value.is_float()),
        Takes::Day => bare(Value::is_datetime),
        Takes::Texts => {
            let items = text
                .split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty());
            let has_numbers = default
                .and_then(toml::Value::as_array)
                .is_some_and(|items| items.iter().any(toml::Value::is_integer));
            let item = |item: &str| match item.parse::<i64>() {
                Ok(number) if has_numbers => Value::from(number),
                _ => Value::from(item),
            };
            Some(Value::Array(items.map(item).collect::<Array>()))
        }
        _ => None,
    };
    typed.unwrap_or_else(|| Value::from(text))
}

#[cfg(test)]
#[path = "edit_tests.rs"]
mod tests;
