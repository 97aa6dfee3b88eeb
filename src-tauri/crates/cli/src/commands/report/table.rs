//! Rows of text in columns, as wide as the terminal allows. Knows no figure: cells are text.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// Between two columns.
const GAP: usize = 2;

/// The first column is not cut to less than this before others are left out.
const SHORTEST_KEY: usize = 12;

/// How a text that is too long is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// The beginning stays.
    End,
    /// The end stays: the last folders of a path tell more.
    Beginning,
}

/// A column of figures, right-aligned.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) head: &'static str,
    /// One for each key.
    pub(super) cells: Vec<String>,
}

/// What is shown. The last row is the total.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) head: &'static str,
    pub(super) keys: Vec<String>,
    pub(super) cut: Cut,
    /// Sets of columns; the first one that fits is shown, else the last.
    pub(super) layouts: Vec<Vec<Column>>,
}

/// Where it is shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Page {
    /// Columns of the terminal; nothing where there is no end to a line.
    pub(super) width: Option<usize>,
    pub(super) coloured: bool,
}

impl Page {
    /// Text that stands out.
    pub(super) fn bold(self, text: &str) -> String {
        self.style("1", text)
    }

    /// Text that steps back.
    pub(super) fn dim(self, text: &str) -> String {
        self.style("2", text)
    }

    /// Text that warns.
    pub(super) fn yellow(self, text: &str) -> String {
        self.style("33", text)
    }

    fn style(self, code: &str, text: &str) -> String {
        if self.coloured && !text.is_empty() {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}

impl Table {
    pub(super) fn render(&self, page: Page) -> String {
        let longest = self.keys.iter().map(|key| printed(key).width());
        let longest = longest.chain([self.head.width()]).max().unwrap_or(0);
        let (columns, key_width) = self.layout(page.width, longest);
        let widths: Vec<_> = columns.iter().map(Column::width).collect();
        let line = |key: &str, cells: &mut dyn Iterator<Item = &str>| {
            let mut line = padded(&cut(key, key_width, self.cut), key_width);
            for (cell, width) in cells.zip(&widths) {
                line.push_str(&" ".repeat(GAP + width.saturating_sub(cell.width())));
                line.push_str(cell);
            }
            line.trim_end().to_owned()
        };
        let head = line(self.head, &mut columns.iter().map(|column| column.head));
        let mut text = page.bold(&head) + "\n";
        let last = self.keys.len().saturating_sub(1);
        for (row, key) in self.keys.iter().enumerate() {
            let cells = columns.iter().map(|column| column.cells.get(row));
            let mut cells = cells.map(|cell| cell.map_or("", String::as_str));
            let line = line(key, &mut cells);
            let line = if row == last { page.bold(&line) } else { line };
            text.push_str(&line);
            text.push('\n');
        }
        text
    }

    /// The columns to show, and the width of the keys before them.
    fn layout(&self, width: Option<usize>, longest: usize) -> (&[Column], usize) {
        let Some(width) = width else {
            return (self.layouts.first().map_or(&[], Vec::as_slice), longest);
        };
        let mut shown = (&[][..], width);
        for layout in &self.layouts {
            let figures: usize = layout.iter().map(|column| GAP + column.width()).sum();
            let room = width.saturating_sub(figures);
            shown = (layout.as_slice(), longest.min(room.max(1)));
            if room >= longest.min(SHORTEST_KEY) {
                break;
            }
        }
        shown
    }
}

impl Column {
    fn width(&self) -> usize {
        let cells = self.cells.iter().map(|cell| cell.width());
        cells.chain([self.head.width()]).max().unwrap_or(0)
    }
}

/// A recorded text may hold line breaks and commands for the terminal.
fn printed(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}

fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// The text in at most `width` columns, an ellipsis where something was cut.
fn cut(text: &str, width: usize, cut: Cut) -> String {
    let text = printed(text);
    if text.width() <= width {
        return text;
    }
    let mut room = width.saturating_sub(1);
    let mut fits = |c: &char| {
        let needed = c.width().unwrap_or(0);
        let fits = needed <= room;
        room = if fits { room - needed } else { 0 };
        fits
    };
    match cut {
        Cut::End => {
            let kept: String = text.chars().take_while(&mut fits).collect();
            kept + "…"
        }
        Cut::Beginning => {
            let kept: Vec<_> = text.chars().rev().take_while(&mut fits).collect();
            let kept: String = kept.into_iter().rev().collect();
            format!("…{kept}")
        }
    }
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
