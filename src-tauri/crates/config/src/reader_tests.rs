use crate::{Config, ConfigError, Loaded};
use aco_domain::Origin;
use std::path::Path;

fn parse(text: &str) -> Result<Loaded, ConfigError> {
    Config::parse(text, Path::new("/c/config.toml"), None)
}

fn problems(text: &str) -> Vec<String> {
    match parse(text) {
        Err(ConfigError::Invalid(problems)) => problems.iter().map(ToString::to_string).collect(),
        other => panic!("{text}\n{other:?}"),
    }
}

fn line(line: usize) -> Origin {
    Origin::File {
        path: "/c/config.toml".into(),
        line,
    }
}

#[test]
fn every_error_names_its_line_its_key_and_a_remedy() {
    // The text, and the error after the file's name.
    let table = [
        (
            "\n[ship]\nendpont = \"https://h\"",
            ":3: ship.endpont: there is no such key here; did you mean `endpoint`?",
        ),
        (
            "[shp]\n",
            ":1: shp: there is no such key here; did you mean `ship`?",
        ),
        (
            "endpoint = \"https://h\"",
            ":1: endpoint: there is no such key here; remove it; these exist: ship, spool, ",
        ),
        (
            "[ship]\ntoken = \"s3cret\"",
            ":2: ship.token: there is no such key here; remove the line and give the token to `aco token set`",
        ),
        (
            "[sources]\nclaude = true",
            ":2: sources.claude: there is no such key here; remove it: the section has no keys yet",
        ),
        (
            "[scan]\ninterval = \"4s\"",
            ":2: scan.interval: 4s is out of range; write a duration from \"5s\" to \"60s\"",
        ),
        (
            "[scan]\ninterval = \"61s\"",
            ":2: scan.interval: 61s is out of range; ",
        ),
        (
            "[ship]\nmetrics_interval = \"500ms\"",
            ":2: ship.metrics_interval: 500ms is out of range; write a duration from \"1s\" to \"120s\"",
        ),
        (
            "[ship]\nmetrics_interval = \"3m\"",
            ":2: ship.metrics_interval: 3m is out of range; ",
        ),
        (
            "[scan]\ninterval = 15",
            ":2: scan.interval: text is expected, not this integer; write it in quotes",
        ),
        (
            "[scan]\ninterval = \"often\"",
            ":2: scan.interval: \"often\" is not a duration; ",
        ),
        (
            "[ship]\nlevel = \"loud\"",
            ":2: ship.level: \"loud\" is not a level; write \"error\", ",
        ),
        (
            "[ship.targets]\n\"a\" = \"loud\"",
            ":2: ship.targets.a: \"loud\" is not a level; ",
        ),
        (
            "[log]\ntargets = 3",
            ":2: log.targets: this is not a table; begin it with a line `[log.targets]`",
        ),
        (
            "ship = 3",
            ":1: ship: this is not a table; begin it with a line `[ship]`",
        ),
        (
            "[ship]\nallow_plaintext = \"yes\"",
            ":2: ship.allow_plaintext: true or false is expected, not this string; ",
        ),
        (
            "[ship]\nendpoint = \"collector:4317\"",
            ":2: ship.endpoint: the address has no scheme; write it like https://",
        ),
        (
            "[ship]\nca_file = \"~/ca.pem\"",
            ":2: ship.ca_file: `~` is not expanded here; write the whole path",
        ),
        (
            "[ship]\nenvironment = \" \"",
            ":2: ship.environment: the text is empty; ",
        ),
        (
            "[spool]\nmax_bytes = \"lots\"",
            ":2: spool.max_bytes: \"lots\" is not a size; ",
        ),
        (
            "[spool]\nmax_bytes = 1000",
            ":2: spool.max_bytes: the spool would be too small",
        ),
        (
            "[spool]\nmax_bytes = -1",
            ":2: spool.max_bytes: a whole number from 0 is expected",
        ),
        (
            "[spool]\nmax_bytes = 1.5",
            ":2: spool.max_bytes: text is expected, not this float",
        ),
        (
            "[spool]\nmax_age = \"0s\"",
            ":2: spool.max_age: no record could wait at all; ",
        ),
        (
            "[grafana]\nurl = \"grafana.example\"",
            ":2: grafana.url: the address begins neither with https://",
        ),
        (
            "[grafana]\nurl = \"https://a:s3cret@h\"",
            ":2: grafana.url: the address holds a user name or password; ",
        ),
        (
            "[grafana]\nurl = \"https://\"",
            ":2: grafana.url: this is not the address of a web page; ",
        ),
        (
            "[grafana]\nurl = \"https://h/?orgId=1\"",
            ":2: grafana.url: the address holds a query or fragment; ",
        ),
        (
            "[grafana]\norg_id = \"1\"",
            ":2: grafana.org_id: a whole number from 0 is expected, not this string; ",
        ),
        (
            "[budget]\ndaily_usd = -1",
            ":2: budget.daily_usd: -1 is not an amount of dollars; ",
        ),
        (
            "[budget]\ndaily_usd = true",
            ":2: budget.daily_usd: an amount of dollars is expected, not this boolean; ",
        ),
        (
            "[budget]\nthresholds = [80, 2000]",
            ":2: budget.thresholds: 2000 percent is out of range; write it like [80, 100]; [] tells nothing",
        ),
        (
            "[budget]\nthresholds = 80",
            ":2: budget.thresholds: a list of percentages is expected, not this integer; write it like [80, 100]; [] tells nothing",
        ),
        (
            "[budget]\nbasis = \"guess\"",
            ":2: budget.basis: \"guess\" is not known here; write \"api_value\" or \"fees\" or \"billed\"",
        ),
        (
            "\n[[subscription]]\nfee_usd = 1\ntools = []",
            ":2: subscription.name: the key is missing; add a line `name = …`",
        ),
        (
            "subscription = 1",
            ":1: subscription: this is not a list of tables; begin each with a line `[[subscription]]`",
        ),
        ("price = [1]", ":1: price: this is no table; "),
        (
            "[[subscription]]\nname = \"n\"\nfee_usd = 1\ntools = \"codex\"",
            ":4: subscription.tools: a list is expected, not this string; ",
        ),
        (
            "[[subscription]]\nname = \"n\"\nfee_usd = 1\ntools = [\"Codex\"]",
            ":4: subscription.tools: `Codex` is not a tool id",
        ),
        (
            "[[subscription]]\nname = \"n\"\nfee_usd = 1\ntools = []\nsince = \"2026-02-30\"",
            ":5: subscription.since: this is not a day; write it like 2026-01-31",
        ),
        (
            "[[subscription]]\nname = \"n\"\nfee_usd = 1\ntools = []\nsince = 2026-01-01T00:00:00Z",
            ":5: subscription.since: this is not a day; ",
        ),
        (
            "[[tool]]\nid = \"t\"\nname = \"T\"\nkind = \"web\"\npaths = [\"x\"]",
            ":4: tool.kind: \"web\" is not known here; write \"app\" or \"cli\"",
        ),
        (
            "[[tool]]\nid = \"t\"\nname = \"T\"\nkind = \"app\"",
            ":1: tool.processes: nothing says how to recognise the tool; ",
        ),
        (
            "[[tool]]\nid = \"t\"\nname = \"T\"\nkind = \"app\"\nprocesses = [\"\"]",
            ":5: tool.processes: the text is empty; it would match everything",
        ),
        (
            "[[price]]\nmodel = \"m\"\ninput = 1\noutput = 2\ncache_reed = 1",
            ":5: price.cache_reed: there is no such key here; did you mean `cache_read`?",
        ),
        (
            "[[price]]\nmodel = \"m\"\noutput = 2",
            ":1: price.input: the key is missing; ",
        ),
        (
            "[[price]]\nmodel = \"m\"\ninput = -1\noutput = 2",
            ":3: price.input: -1 is not an amount of dollars; ",
        ),
        (
            "[[price]]\nmodel = \"m\"\ninput = 1000000.1\noutput = 2",
            ":3: price.input: 1000000.1 dollars per million tokens is out of range; ",
        ),
        (
            "[[price]]\nmodel = \"m\"\ninput = 1\noutput = 2\nsince = 2026-02-01\nuntil = 2026-01-31",
            ":1: price.until: it ends before 2026-02-01, its first day; ",
        ),
    ];
    for (text, expected) in table {
        let found = problems(text);
        let first = found.first().unwrap();
        let rest = first
            .strip_prefix("/c/config.toml")
            .unwrap_or_else(|| panic!("{first}"));
        assert!(rest.starts_with(expected), "{text}\n{first}");
        assert!(!found.concat().contains("s3cret"), "{found:?}");
    }
}

#[test]
fn everything_wrong_is_said_at_once_in_the_order_of_the_lines() {
    let found = problems("[ship]\nlevel = 1\nendpont = 2\n\n[scan]\ninterval = 3\n[x]\n");
    let places: Vec<_> = found
        .iter()
        .map(|text| &text[.."/c/config.toml:1".len()])
        .collect();
    let expected = [2, 3, 6, 7].map(|line| format!("/c/config.toml:{line}"));
    assert_eq!(places, expected, "{found:#?}");
}

#[test]
fn broken_syntax_is_one_error_on_its_line_beside_the_others() {
    let table = [
        ("[ship]\nlevel = \n[scan]\ninterval = \"1s\"\n", vec![2, 4]),
        (
            "[ship]\nendpoint = \"https://h\n[scan]\ninterval = \"1s\"\n",
            vec![2, 4],
        ),
        ("[ship]\nca_file = \"C:\\Users\\x\"\n", vec![2]),
        ("[ship]\nlevel = \"info\"\nlevel = \"warn\"\n", vec![3]),
        ("[ship\nlevel = \"info\"\n", vec![1]),
        ("what is this\n", vec![1]),
    ];
    for (text, expected) in table {
        let Err(ConfigError::Invalid(problems)) = parse(text) else {
            panic!("{text} passed")
        };
        let lines: Vec<_> = problems
            .iter()
            .map(|problem| problem.origin.clone())
            .collect();
        let expected: Vec<_> = expected.into_iter().map(line).collect();
        assert_eq!(lines, expected, "{text}{problems:#?}");
    }
}

/// Every prefix of a file full of mistakes: no panic, and no problem outside the file.
#[test]
fn whatever_is_cut_off_where_has_an_answer() {
    // Without its comment signs the template is sentences and keys in turn.
    let text = include_str!("template.toml").replace('#', "");
    for end in (0..=text.len()).filter(|&end| text.is_char_boundary(end)) {
        let prefix = &text[..end];
        if let Err(ConfigError::Invalid(problems)) = parse(prefix) {
            let last = prefix.matches('\n').count() + 1;
            for problem in &problems {
                let inside = (1..=last).any(|n| problem.origin == line(n));
                assert!(inside, "{problem} in a text of {last} lines");
            }
        }
    }
}
