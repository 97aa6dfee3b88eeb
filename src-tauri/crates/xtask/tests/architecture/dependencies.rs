//! Who may import whom. The reasons stand beside the rows; the same table, in words, is in
//! CONTRIBUTING.md.

use crate::none;
use crate::workspace::Imports;

/// A user interface, by the first letters of its crates.
const DISPLAYS: &[&str] = &[
    "tauri",
    "wry",
    "tao",
    "gtk",
    "gdk",
    "webkit2gtk",
    "winit",
    "egui",
    "iced",
    "x11",
    "wayland-",
];

/// `of` imports nothing but these.
struct Only {
    of: &'static str,
    imports: &'static [&'static str],
    why: &'static str,
}

const ONLY: &[Only] = &[
    Only {
        of: "aco-domain",
        imports: &["serde", "uuid"],
        why: "pure types: no clock, no I/O, nothing that could bring either",
    },
    Only {
        of: "aco-histories",
        imports: &[
            "aco-domain",
            "fastrand",
            "jiff",
            "rusqlite",
            "serde",
            "serde_json",
        ],
        why: "what it says is what readers are measured by; with one of them inside, a fault would \
              be the truth",
    },
    Only {
        of: "aco-window",
        imports: &["aco-domain", "jiff", "serde"],
        why: "what the window shows is a function of what it is told: a table in a test, with no \
              window, no agent and no clock",
    },
    Only {
        of: "aco-tray",
        imports: &["aco-domain", "jiff", "serde"],
        why: "what a tray shows is a function of what the agent says, the moment and the zone",
    },
    Only {
        of: "aco-icons",
        imports: &["png", "resvg"],
        why: "it draws files; what an icon means is said elsewhere",
    },
    Only {
        of: "aco-minimal-tray",
        imports: &["tauri", "tauri-build"],
        why: "what the tray application adds to it is what ours costs",
    },
    Only {
        of: "xtask",
        imports: &[],
        why: "the first thing a newcomer compiles",
    },
];

/// `from` reaches nothing whose name begins with one of these, through whomever.
struct Never {
    from: &'static str,
    reaches: &'static [&'static str],
    why: &'static str,
}

const NEVER: &[Never] = &[
    Never {
        from: "aco-home",
        reaches: &["tokio", "tonic", "opentelemetry", "log", "aco-config"],
        why: "where things are is known before anything runs, is logged or is configured",
    },
    Never {
        from: "aco-config",
        reaches: &[
            "tokio",
            "tonic",
            "opentelemetry",
            "aco-spool",
            "aco-telemetry",
        ],
        why: "reading settings is a function of text; whoever asked reports what is wrong",
    },
    Never {
        from: "aco-spool",
        reaches: &[
            "tokio",
            "tonic",
            "opentelemetry",
            "prost",
            "log",
            "aco-home",
            "aco-config",
        ],
        why: "it works inside a log call, where logging deadlocks and no runtime can be waited for; \
              to it a record is bytes",
    },
    Never {
        from: "aco-telemetry",
        reaches: &[
            "aco-home",
            "aco-config",
            "aco-ipc",
            "aco-sources",
            "aco-agent",
        ],
        why: "it is handed values; what it ships and where to is decided elsewhere",
    },
    Never {
        from: "aco-sources",
        reaches: &[
            "tokio",
            "tonic",
            "opentelemetry",
            "aco-spool",
            "aco-telemetry",
            "aco-ipc",
        ],
        why: "looking at the machine blocks, and finds things; the loop decides on which thread, \
              and what is said of them",
    },
    Never {
        from: "aco-prices",
        reaches: &["tokio", "tonic", "opentelemetry", "aco-home", "aco-config"],
        why: "a price is a function of the call and of data that is handed in",
    },
    Never {
        from: "aco-budget",
        reaches: &[
            "tokio",
            "tonic",
            "opentelemetry",
            "rusqlite",
            "aco-home",
            "aco-config",
            "aco-ledger",
        ],
        why: "what is paid and what is meant to be is a function of amounts, days and a zone",
    },
    Never {
        from: "aco-ledger",
        reaches: &[
            "tokio",
            "tonic",
            "opentelemetry",
            "aco-config",
            "aco-sources",
            "aco-usage",
            "aco-spool",
            "aco-telemetry",
            "aco-ipc",
        ],
        why: "it is handed what was read and what it costs; its transaction waits for nobody",
    },
    Never {
        from: "aco-usage",
        reaches: &[
            "tokio",
            "tonic",
            "opentelemetry",
            "rusqlite",
            "libsqlite3-sys",
            "aco-home",
            "aco-config",
            "aco-spool",
            "aco-telemetry",
            "aco-sources",
        ],
        why: "it reads what others wrote, and is handed where; who keeps it, and when, is decided \
              by whoever calls",
    },
    Never {
        from: "aco-usage-sqlite",
        reaches: &[
            "tokio",
            "tonic",
            "opentelemetry",
            "aco-home",
            "aco-config",
            "aco-ledger",
            "aco-spool",
            "aco-telemetry",
            "aco-sources",
        ],
        why: "what holds for aco-usage; it is apart from it so that reading transcripts needs no \
              SQLite",
    },
    Never {
        from: "aco-ipc",
        reaches: &[
            "tonic",
            "opentelemetry",
            "aco-spool",
            "aco-telemetry",
            "aco-home",
            "aco-config",
        ],
        why: "questions, answers and a socket; the window links this crate and nothing below it",
    },
    Never {
        from: "aco-agent",
        reaches: &["clap"],
        why: "the tray runs the same agent and has no command line",
    },
    Never {
        from: "ai-cost-observer",
        reaches: &["aco-icons", "aco-cli", "clap"],
        why: "a user's program draws no icon, and has no command line to speak of",
    },
    Never {
        from: "aco-cli",
        reaches: DISPLAYS,
        why: "aco runs on machines without a display, and so does everything it is made of",
    },
];

/// Of all our crates only `by` import `what` by name.
struct Keeper {
    what: &'static str,
    by: &'static [&'static str],
    why: &'static str,
}

const KEEPERS: &[Keeper] = &[
    Keeper {
        what: "clap",
        by: &["aco-cli"],
        why: "one program has a command line",
    },
    Keeper {
        what: "tauri",
        by: &["ai-cost-observer", "aco-minimal-tray"],
        why: "one program has a display; what it shows is decided without",
    },
    Keeper {
        what: "resvg",
        by: &["aco-icons"],
        why: "pictures are drawn at a developer's, never at a user's",
    },
    Keeper {
        what: "fern",
        by: &["aco-telemetry", "aco-bench"],
        why: "the dispatch is built in one place",
    },
    Keeper {
        what: "tonic",
        by: &["aco-telemetry", "aco-e2e", "aco-bench"],
        why: "one thread speaks to the endpoint",
    },
    Keeper {
        what: "opentelemetry-otlp",
        by: &["aco-telemetry", "aco-bench"],
        why: "it reads the environment by itself: its exporter is made in one place, with our headers",
    },
    Keeper {
        what: "sysinfo",
        by: &["aco-sources"],
        why: "one crate reads the machine",
    },
    Keeper {
        what: "genai-prices",
        by: &["aco-prices"],
        why: "money is f64 there; one crate turns it into integers",
    },
    Keeper {
        what: "rusqlite",
        by: &["aco-histories", "aco-ledger", "aco-usage-sqlite"],
        why: "the ledger's tables are its own; some tools keep their counts in SQLite too",
    },
    Keeper {
        what: "interprocess",
        by: &["aco-ipc"],
        why: "one crate knows sockets and pipes",
    },
    Keeper {
        what: "etcetera",
        by: &["aco-home"],
        why: "one crate knows the platforms' folders",
    },
];

fn only(rules: &[Only], imports: &Imports) -> Vec<String> {
    let mut violations = Vec::new();
    for Only {
        of,
        imports: allowed,
        why,
    } in rules
    {
        let Some(found) = imports.ours.get(*of) else {
            violations.push(format!(
                "a rule speaks of {of}, which is not in the workspace"
            ));
            continue;
        };
        for import in found
            .iter()
            .filter(|import| !allowed.contains(&import.as_str()))
        {
            violations.push(format!("{of} imports {import}: {why}"));
        }
    }
    violations
}

fn never(rules: &[Never], imports: &Imports) -> Vec<String> {
    let mut violations = Vec::new();
    for Never { from, reaches, why } in rules {
        if !imports.ours.contains_key(*from) {
            violations.push(format!(
                "a rule speaks of {from}, which is not in the workspace"
            ));
        }
        for reached in imports.reached_from(from) {
            if reaches.iter().any(|&forbidden| covers(forbidden, reached)) {
                violations.push(format!("{from} reaches {reached}: {why}"));
            }
        }
    }
    violations
}

/// Whether `forbidden` means `name`: itself or, behind a dash or underscore, one of its family.
fn covers(forbidden: &str, name: &str) -> bool {
    name.strip_prefix(forbidden).is_some_and(|rest| {
        rest.is_empty() || forbidden.ends_with('-') || rest.starts_with(['-', '_'])
    })
}

fn kept(rules: &[Keeper], imports: &Imports) -> Vec<String> {
    let mut violations = Vec::new();
    for Keeper { what, by, why } in rules {
        for (name, theirs) in &imports.ours {
            if theirs.contains(*what) && !by.contains(&name.as_str()) {
                violations.push(format!("{name} imports {what}, which is for {by:?}: {why}"));
            }
        }
    }
    violations
}

#[test]
fn imports_stay_within_their_boundaries() {
    let imports = Imports::read();
    none(&only(ONLY, &imports));
    none(&never(NEVER, &imports));
    none(&kept(KEEPERS, &imports));
}

#[test]
fn an_import_too_many_is_found() {
    let rule = [Only {
        of: "pure",
        imports: &["serde"],
        why: "because",
    }];
    let imports = Imports::sample(&[("pure", &["serde", "chrono"])]);
    assert_eq!(only(&rule, &imports), ["pure imports chrono: because"]);
    assert_eq!(
        only(&rule, &Imports::default()).len(),
        1,
        "a crate that left"
    );
}

#[test]
fn a_forbidden_crate_is_found_behind_others() {
    let rule = [Never {
        from: "store",
        reaches: &["log", "tokio"],
        why: "because",
    }];
    let imports = Imports::sample(&[
        ("store", &["middle", "logos"]),
        ("middle", &["tokio-util", "store"]),
    ]);
    assert_eq!(
        never(&rule, &imports),
        ["store reaches tokio-util: because"]
    );
    assert_eq!(
        never(&rule, &Imports::default()).len(),
        1,
        "a crate that left"
    );
}

#[test]
fn an_import_by_another_than_its_keeper_is_found() {
    let rule = [Keeper {
        what: "clap",
        by: &["cli"],
        why: "because",
    }];
    let imports = Imports::sample(&[("cli", &["clap"]), ("agent", &["clap"])]);
    assert_eq!(
        kept(&rule, &imports),
        [r#"agent imports clap, which is for ["cli"]: because"#]
    );
}
