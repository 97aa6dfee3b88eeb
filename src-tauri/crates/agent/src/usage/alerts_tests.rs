use super::*;
use aco_domain::Percent;
use aco_home::Environment;
use jiff::civil::date;
use std::path::Path;

const HOUR: u64 = 3_600_000_000_000;

fn config(toml: &str) -> Config {
    Config::parse(toml, Path::new("config.toml"), None)
        .unwrap()
        .config
}

fn reading(percent: u32, at: UnixNanos, resets_at: UnixNanos) -> LimitReading {
    LimitReading {
        tool: ToolId::new("codex").unwrap(),
        window: "secondary".to_owned(),
        used_percent: Percent::whole(percent),
        minutes: Some(10_080),
        resets_at: Some(resets_at),
        at,
    }
}

struct Rig {
    folder: tempfile::TempDir,
    zone: TimeZone,
    config: Config,
    standing: Standing,
}

impl Rig {
    fn new(toml: &str) -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            // Europe/Berlin's rules: the clocks go forward on 29 March 2026.
            zone: TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap(),
            config: config(toml),
            standing: Standing::default(),
        }
    }

    fn home(&self) -> Home {
        let home = Environment::from_iter([("ACO_HOME", self.folder.path())]);
        Home::resolve(&home).unwrap()
    }

    /// What one round of an agent tells that was started just now.
    fn told(&self, now: UnixNanos, dollars: (i64, i64), limits: Vec<LimitReading>) -> Vec<String> {
        let mut told = Vec::new();
        let mut alerts = Alerts::open(&self.home(), self.standing.clone()).unwrap();
        let found = Found {
            config: &self.config,
            zone: &self.zone,
            now,
            today: NanoUsd(dollars.0 * NanoUsd::DOLLAR.0),
            month: NanoUsd(dollars.1 * NanoUsd::DOLLAR.0),
            first_call: Some(Day::of(date(2026, 1, 1), &self.zone).begins),
            limits,
        };
        alerts.look(found, |alert| {
            told.push(match alert {
                Alert::Budget(it) => format!("{} {}", it.budget.span.as_str(), it.threshold),
                Alert::Limit(it) => format!("{} {}", it.reading.window, it.threshold),
            });
        });
        told
    }

    fn at(&self, day: Date, hour: u64) -> UnixNanos {
        UnixNanos(Day::of(day, &self.zone).begins.0 + hour * HOUR)
    }
}

#[test]
fn a_budget_is_told_once_for_its_date_over_restarts_and_changed_clocks() {
    let rig = Rig::new("[budget]\ndaily_usd = 10\nmonthly_usd = 100\nthresholds = [50, 100]");
    let (saturday, sunday, monday) = (date(2026, 3, 28), date(2026, 3, 29), date(2026, 3, 30));
    let none: &[&str] = &[];
    assert_eq!(rig.told(rig.at(saturday, 23), (5, 40), vec![]), ["day 50"]);
    assert_eq!(rig.told(rig.at(saturday, 23), (6, 41), vec![]), none);
    // A day of 23 hours.
    let said = rig.told(rig.at(sunday, 22), (10, 51), vec![]);
    assert_eq!(said, ["day 50", "day 100", "month 50"]);
    assert_eq!(rig.told(rig.at(sunday, 22), (11, 52), vec![]), none);
    assert_eq!(rig.told(rig.at(monday, 0), (5, 56), vec![]), ["day 50"]);
    // The clock was wrong for a moment.
    assert_eq!(rig.told(rig.at(saturday, 1), (10, 40), vec![]), ["day 100"]);
    assert_eq!(rig.told(rig.at(monday, 1), (5, 56), vec![]), none);
    let april = date(2026, 4, 1);
    assert_eq!(rig.told(rig.at(april, 0), (1, 50), vec![]), ["month 50"]);
}

#[test]
fn a_limit_is_told_once_for_its_window_and_kept_as_it_was_recorded() {
    let rig = Rig::new("");
    let now = rig.at(date(2026, 3, 28), 12);
    let ends = UnixNanos(now.0 + 100 * HOUR);
    let later = |hours| UnixNanos(now.0 + hours * HOUR);
    let none: &[&str] = &[];
    assert_eq!(rig.told(now, (0, 0), vec![reading(79, now, ends)]), none);
    let said = rig.told(later(1), (0, 0), vec![reading(85, later(1), ends)]);
    assert_eq!(said, ["secondary 80"]);
    // Nothing new was recorded; then the status line hands something in.
    assert_eq!(rig.told(later(2), (0, 0), vec![]), none);
    rig.standing.hand_in(vec![reading(100, later(2), ends)]);
    assert_eq!(
        rig.standing.limits(later(2)),
        [reading(100, later(2), ends)]
    );
    assert_eq!(rig.told(later(3), (0, 0), vec![]), ["secondary 100"]);
    let kept = AlertStore::peek_limits(&rig.home().alerts_file()).unwrap();
    assert_eq!(kept, [reading(100, later(2), ends)]);
    assert_eq!(rig.standing.limits(ends), [], "its window is over");
    let next = UnixNanos(ends.0 + 168 * HOUR);
    let said = rig.told(ends, (0, 0), vec![reading(90, ends, next)]);
    assert_eq!(said, ["secondary 80"]);
}

#[test]
fn a_status_says_fees_budget_and_the_months_end() {
    let rig = Rig::new(
        "[budget]\nmonthly_usd = 100\nbasis = \"fees\"\n\
         [[subscription]]\nname = \"Plus\"\nfee_usd = 31\nsince = 2026-01-01\ntools = [\"codex\"]",
    );
    assert_eq!(rig.standing.outlook(), None);
    rig.told(rig.at(date(2026, 3, 11), 12), (0, 200), vec![]);
    let outlook = rig.standing.outlook().unwrap();
    let dollars = |dollars: i64| NanoUsd(dollars * NanoUsd::DOLLAR.0);
    let fees = FeesPaid {
        today: dollars(1),
        month_to_date: dollars(11),
        month: dollars(31),
    };
    assert_eq!(
        (outlook.date.as_str(), outlook.fees),
        ("2026-03-11", Some(fees))
    );
    assert_eq!(outlook.projected, Some(dollars(620)));
    assert_eq!(
        outlook.budgets[0].spent,
        Some(dollars(11)),
        "the fees, not the API value"
    );
}

#[test]
fn what_nobody_imports_is_not_known() {
    let rig = Rig::new("[budget]\ndaily_usd = 1\nbasis = \"billed\"");
    let said = rig.told(rig.at(date(2026, 3, 11), 12), (50, 50), vec![]);
    assert!(said.is_empty(), "{said:?}");
    let outlook = rig.standing.outlook().unwrap();
    assert_eq!((outlook.budgets[0].spent, outlook.fees), (None, None));
}

#[test]
fn a_fee_is_a_metric_of_each_of_its_tools() {
    let rig = Rig::new(
        "[[subscription]]\nname = \"All\"\nfee_usd = 9\ntools = [\"codex\", \"cursor\", \"mine\"]\n\
         [[subscription]]\nname = \"None\"\nfee_usd = 9\ntools = []",
    );
    let mut alerts = Alerts::open(&rig.home(), rig.standing.clone()).unwrap();
    let fees = fees(&rig.config, date(2026, 1, 1));
    let paid = alerts.paid(&rig.config, &fees);
    let told: Vec<_> = paid
        .iter()
        .map(|paid| (paid.tool.as_str(), paid.kind, paid.category))
        .collect();
    let expected = [
        ("codex", ToolKind::Cli, ToolCategory::CodingAgent),
        ("cursor", ToolKind::App, ToolCategory::Ide),
        ("mine", ToolKind::Cli, ToolCategory::Other),
    ];
    assert_eq!(told, expected);
}
