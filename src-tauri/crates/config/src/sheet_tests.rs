use super::*;
use aco_domain::Origin;
use aco_home::Environment;
use std::path::Path;

fn config(text: &str) -> Config {
    let env = Environment::from_iter([("OTEL_EXPORTER_OTLP_ENDPOINT", "https://h")]);
    Config::parse(text, Path::new("/c/config.toml"), Some(&env))
        .unwrap()
        .config
}

fn find<'s>(settings: &'s [Setting], key: &str) -> &'s Setting {
    settings.iter().find(|setting| setting.key == key).unwrap()
}

#[test]
fn each_key_is_shown_as_it_is_typed_with_where_it_came_from() {
    let (settings, _) = sheet(&config(
        "[log.targets]\n'a.b' = 'off'\n[budget]\ndaily_usd = 1.50\n",
    ));
    let endpoint = find(&settings, "ship.endpoint");
    assert_eq!(
        (&*endpoint.value, &*endpoint.default),
        ("https://h:4317", "")
    );
    assert_eq!(endpoint.fixed_by(), Some("OTEL_EXPORTER_OTLP_ENDPOINT"));
    let target = find(&settings, "log.targets.a.b");
    assert_eq!((&*target.value, target.needs_restart), ("off", true));
    assert!(matches!(target.origin, Origin::File { line: 2, .. }));
    let daily = find(&settings, "budget.daily_usd");
    assert_eq!((&*daily.value, &*daily.default), ("1.5", "0"));
    assert_eq!(daily.takes, Takes::Dollars);
    assert_eq!(find(&settings, "spool.max_bytes").value, "512 MiB");
    assert_eq!(find(&settings, "ship.metrics").takes, Takes::Flag);
    assert!(!find(&settings, "ship.metrics").needs_restart);
}

#[test]
fn entries_of_lists_are_numbered() {
    let text = "[[subscription]]\nname = 'a'\nfee_usd = 1\ntools = ['codex', 'amp']\n\
                [[subscription]]\nname = 'b'\nfee_usd = 2\ntools = []\nsince = 2026-01-31\n";
    let (_, lists) = sheet(&config(text));
    let [subscriptions, tools, prices] = &*lists else {
        panic!("three lists");
    };
    assert_eq!((subscriptions.entries.len(), tools.entries.len()), (2, 0));
    assert_eq!(
        find(&subscriptions.entries[0], "subscription.0.tools").value,
        "codex, amp"
    );
    let since = find(&subscriptions.entries[1], "subscription.1.since");
    assert_eq!((&*since.value, &since.takes), ("2026-01-31", &Takes::Day));
    let required = prices.fields.iter().filter(|field| field.required);
    let required: Vec<_> = required.map(|field| &*field.name).collect();
    assert_eq!(required, ["model", "input", "output"]);
}

#[test]
fn problems_name_the_entry_they_are_in() {
    let text =
        "[[price]]\nmodel = 'm'\ninput = 1\noutput = 1\n[[price]]\nmodel = 'm'\ninput = 'x'\n";
    let Err(crate::ConfigError::Invalid(problems)) = Config::parse(text, Path::new("c"), None)
    else {
        panic!("it is invalid");
    };
    let keys: Vec<_> = problems
        .iter()
        .map(|problem| SettingProblem::from(problem).key.unwrap())
        .collect();
    assert_eq!(keys, ["price.1.output", "price.1.input"]);
    assert!(
        problems[1].to_string().contains("price.input"),
        "as before in words"
    );
}

/// What an entry of the template's examples has is what a sheet says it may have.
#[test]
fn the_fields_of_lists_are_the_schemas() {
    for (list, fields) in LISTS {
        for field in fields {
            let field = field.trim_end_matches('*');
            let text = format!("[[{list}]]\n{field} = 1979\nunknown = 1\n");
            let Err(crate::ConfigError::Invalid(problems)) =
                Config::parse(&text, Path::new("c"), None)
            else {
                panic!("it is invalid");
            };
            let unknown = problems
                .iter()
                .filter(|problem| problem.wrong.what.contains("no such key"))
                .filter_map(|problem| problem.key.clone());
            assert_eq!(
                unknown.collect::<Vec<_>>(),
                [format!("{list}.unknown")],
                "{field}"
            );
        }
    }
}
