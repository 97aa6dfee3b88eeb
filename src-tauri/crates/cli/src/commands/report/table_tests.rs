use super::*;

fn column(head: &'static str, cells: &[&str]) -> Column {
    Column {
        head,
        cells: cells.iter().map(ToString::to_string).collect(),
    }
}

fn table() -> Table {
    let cost = column("API value", &["$1.00", "<$0.01", "$1,001.00"]);
    let calls = column("Calls", &["5", "12", "17"]);
    let tokens = column("Tokens", &["1.84 M", "312", "1.84 M"]);
    Table {
        head: "Project",
        keys: ["/home/someone/work/a-project", "/b", "Total"]
            .map(str::to_owned)
            .to_vec(),
        cut: Cut::Beginning,
        layouts: vec![vec![calls, tokens, cost.clone()], vec![cost]],
    }
}

fn shown(width: Option<usize>) -> String {
    table().render(Page {
        width,
        coloured: false,
    })
}

#[test]
fn figures_are_aligned_to_the_right() {
    let expected = "\
Project                       Calls  Tokens  API value
/home/someone/work/a-project      5  1.84 M      $1.00
/b                               12     312     <$0.01
Total                            17  1.84 M  $1,001.00
";
    assert_eq!(shown(None), expected);
    assert_eq!(shown(Some(54)), expected);
}

#[test]
fn a_narrow_terminal_cuts_keys_first_and_then_leaves_columns_out() {
    let expected = "\
Project       Calls  Tokens  API value
…k/a-project      5  1.84 M      $1.00
/b               12     312     <$0.01
Total            17  1.84 M  $1,001.00
";
    assert_eq!(shown(Some(38)), expected);
    let expected = "\
Project                     API value
…meone/work/a-project           $1.00
";
    assert!(shown(Some(37)).starts_with("Project"));
    assert_eq!(
        shown(Some(37)).lines().count(),
        expected.lines().count() + 2
    );
    for width in 1..80 {
        let longest = shown(Some(width)).lines().map(|line| line.width()).max();
        // Below this not even the value has room.
        assert!(longest.unwrap() <= width.max(12), "{width}");
    }
}

#[test]
fn wide_letters_take_their_room_and_controls_none() {
    assert_eq!(cut("日本語", 4, Cut::End), "日…");
    assert_eq!(cut("日本語", 4, Cut::Beginning), "…語");
    assert_eq!(cut("日本語", 6, Cut::End), "日本語");
    assert_eq!(
        cut("a\u{1b}[31m\nb", 99, Cut::End),
        "a\u{fffd}[31m\u{fffd}b"
    );
    assert_eq!(cut("abc", 1, Cut::End), "…");
}

#[test]
fn colour_is_around_whole_lines_and_only_where_wanted() {
    let coloured = table().render(Page {
        width: None,
        coloured: true,
    });
    let lines: Vec<_> = coloured.lines().collect();
    assert!(lines[0].starts_with("\u{1b}[1mProject") && lines[0].ends_with("\u{1b}[0m"));
    assert!(!lines[1].contains('\u{1b}'));
    assert!(lines[3].starts_with("\u{1b}[1mTotal"));
    assert!(!shown(None).contains('\u{1b}'));
}
