//! Reads the table in a fixtures' `README.md`. Whoever writes one sees the columns there.

/// The columns, in their order.
const COLUMNS: &str = "| trap | moment | calls | input | output | cache_read | cache_write_5m | cache_write_1h | reasoning | skipped_lines | cost_usd |";

/// The rows below the header, cell by cell.
pub(crate) fn rows(text: &str) -> Vec<Vec<String>> {
    let mut lines = text.lines().skip_while(|line| *line != COLUMNS).skip(2);
    let mut rows = Vec::new();
    while let Some(line) = lines.next().filter(|line| line.starts_with('|')) {
        let cells = line.trim_matches('|').split('|');
        rows.push(cells.map(|cell| cell.trim().to_owned()).collect());
    }
    rows
}

#[test]
fn a_table_is_found_by_its_header_and_ends_with_its_rows() {
    let text =
        format!("# T\n| a | b |\n|-|-|\n| x | y |\n\n{COLUMNS}\n|---|\n| x | 1 |\n\n| z |\n");
    assert_eq!(rows(&text), [["x", "1"]]);
    assert!(rows("| trap |\n|-|\n| x |\n").is_empty());
}
