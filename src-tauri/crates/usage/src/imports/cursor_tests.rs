use super::*;
use std::collections::BTreeSet;

const V1: &str = "Date,Model,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,Output Tokens,\
                  Total Tokens,Cost,Cost to you";
const V2: &str = "Date,Kind,Model,Max Mode,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,\
                  Output Tokens,Total Tokens,Cost";
const V3: &str = "Date,Cloud Agent ID,Automation ID,Kind,Model,Max Mode,Input (w/ Cache Write),\
                  Input (w/o Cache Write),Cache Read,Output Tokens,Total Tokens,Cost";

fn export(text: &str) -> Result<Export, ImportError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("usage.csv");
    std::fs::write(&path, text).unwrap();
    Export::open(&path)
}

fn read(text: &str) -> (Vec<Call>, Tally) {
    let mut export = export(text).unwrap();
    let mut calls = Vec::new();
    while let Some(more) = export.step().unwrap() {
        calls.extend(more);
    }
    assert_eq!(export.thousandths(), 1_000);
    (calls, export.tally())
}

/// Input, output, read, written.
fn counts(call: &Call) -> [u64; 4] {
    let tokens = call.tokens;
    [
        tokens.input,
        tokens.output,
        tokens.cache_read,
        tokens.cache_write_5m,
    ]
}

fn identities(calls: &[Call]) -> BTreeSet<u128> {
    calls.iter().map(|call| call.identity.call).collect()
}

#[test]
fn each_version_of_the_export_says_the_same() {
    let one = format!("{V1}\n2026-05-13T09:33:42.386Z,gpt-5,70,30,200,10,310,$1.50,$0.00\n");
    let two = format!(
        "{V2}\r\n\"2026-05-13T09:33:42.386Z\",\"Included\",\"gpt-5\",\"No\",\"70\",\"30\",\"200\",\"10\",\"310\",\"Included\"\r\n"
    );
    let three = format!(
        "\u{feff}{V3}\n2026-05-13T09:33:42.386Z,bc-1,,On-Demand,gpt-5,No,70,30,200,10,310,1.5"
    );
    let (first, _) = read(&one);
    assert_eq!(counts(&first[0]), [30, 10, 200, 70]);
    assert_eq!(
        (&*first[0].model, first[0].at.0),
        ("gpt-5", 1_778_664_822_386_000_000)
    );
    assert_eq!(first[0].recorded_cost, Some(NanoUsd(1_500_000_000)));
    assert!(first[0].terms.summed);
    for other in [two, three] {
        let (calls, tally) = read(&other);
        assert_eq!(identities(&calls), identities(&first), "{other}");
        assert_eq!((tally.rows, tally.skipped), (1, 0));
    }
}

#[test]
fn the_total_tells_what_the_column_of_writes_means() {
    let row = |with: u64, plain: u64, total: &str| {
        let (calls, tally) = read(&format!(
            "{V2}\n2026-05-13T09:33:42Z,x,m,No,{with},{plain},7,5,{total},-\n"
        ));
        calls.first().map(counts).ok_or(tally.skipped)
    };
    assert_eq!(
        row(100, 40, "152"),
        Ok([40, 5, 7, 100]),
        "beside each other"
    );
    assert_eq!(
        row(100, 40, "112"),
        Ok([40, 5, 7, 60]),
        "the plain input inside"
    );
    assert_eq!(
        row(100, 40, "52"),
        Ok([40, 5, 7, 60]),
        "the same, and what was written not in the total"
    );
    assert_eq!(row(40, 100, "152"), Ok([100, 5, 7, 40]));
    assert_eq!(
        row(100, 40, ""),
        Ok([40, 5, 7, 100]),
        "no total: as it is written today"
    );
    assert_eq!(row(100, 40, "999"), Err(1));
}

#[test]
fn what_is_no_event_is_counted() {
    let (calls, tally) = read(&format!(
        "{V2}\n\
         2026-05-13T09:33:42Z,\"Errored, No Charge\",m,No,0,0,0,0,0,-\n\
         yesterday,Included,m,No,0,1,0,1,2,-\n\
         2026-05-13T09:33:42Z,Included,m,No,0,many,0,1,2,-\n\
         2026-05-13T09:33:42Z,Included,m\n\
         \n\
         2026-05-13T09:33:43Z,Included,m,No,0,\"1,234\",0,1,\"1,235\",Included\n"
    ));
    assert_eq!(calls.len(), 1);
    assert_eq!(counts(&calls[0]), [1_234, 1, 0, 0]);
    let expected = Tally {
        rows: 5,
        without_tokens: 1,
        skipped: 3,
    };
    assert_eq!(tally, expected);
}

#[test]
fn overlapping_exports_meet_and_events_of_one_millisecond_do_not() {
    let row =
        |second: u32| format!("2026-05-13T09:33:{second:02}.000Z,Included,m,No,0,1,0,1,2,-\n");
    let (all, _) = read(&format!("{V2}\n{}{}{}{}", row(1), row(2), row(2), row(3)));
    assert_eq!(identities(&all).len(), 4);
    // Newest first, as the dashboard has it, and only a part of it.
    let (part, _) = read(&format!("{V2}\n{}{}{}", row(3), row(2), row(2)));
    let both: BTreeSet<u128> = identities(&all)
        .union(&identities(&part))
        .copied()
        .collect();
    assert_eq!(both, identities(&all));
}

#[test]
fn times_are_utc() {
    let noon = time("2026-05-13T12:00:00Z");
    assert!(noon.is_some());
    for text in [
        "2026-05-13",
        "2026-05-13 12:00:00",
        "2026-05-13T14:00:00+02:00",
    ] {
        assert_eq!(time(text), noon, "{text}");
    }
    assert_eq!(time("May 13, 2026"), None);
}

#[test]
fn another_file_is_refused_by_name() {
    let said = |text: &str| match export(text) {
        Ok(_) => String::new(),
        Err(error) => error.to_string(),
    };
    let sums = "Model,Request Count,Input (w/ Cache Write),Input (w/o Cache Write),Output Tokens";
    assert!(said(sums).contains("no column `Date`"), "{}", said(sums));
    assert!(
        said("").contains("usage.csv is no usage export"),
        "{}",
        said("")
    );
    assert!(matches!(
        Export::open(Path::new("/nowhere.csv")),
        Err(ImportError::Read { .. })
    ));
}

#[test]
fn a_long_export_comes_in_steps() {
    let mut text = format!("{V2}\n");
    for n in 0..4_500 {
        text += &format!(
            "2026-05-13T09:{:02}:{:02}.000Z,x,m,No,0,{n},0,1,,-\n",
            n / 60 % 60,
            n % 60
        );
    }
    let mut export = export(&text).unwrap();
    let mut steps = Vec::new();
    while let Some(calls) = export.step().unwrap() {
        steps.push(calls.len());
    }
    assert_eq!(steps, [2_000, 2_000, 500]);
}
