//! How long tools ran that run models on this machine: they record no tokens and cost nothing, so that
//! is what there is to say of them. Read out of the totals behind the metrics.

use aco_domain::ToolCategory;
use aco_home::versioned::Content;
use aco_home::{FileError, Home, MetricStore, StoredTotal};
use std::collections::BTreeMap;
use std::time::Duration;

/// The metrics that count it, whose totals are in milliseconds.
const DURATIONS: [&str; 2] = ["ai.app.active.duration", "ai.cli.active.duration"];

/// The running time of each such tool, by id, while an agent watched: as of the last time it was stored,
/// some minutes ago at most.
///
/// # Errors
/// When the totals cannot be read.
pub fn local_models(home: &Home) -> Result<BTreeMap<String, Duration>, FileError> {
    Ok(match MetricStore::peek(&home.metrics_file())? {
        Content::Found(totals) => of(&totals),
        Content::Absent | Content::Damaged(_) | Content::Newer(_) => BTreeMap::new(),
    })
}

/// The same, of these totals.
pub(crate) fn of(totals: &[StoredTotal]) -> BTreeMap<String, Duration> {
    let mut ran: BTreeMap<String, Duration> = BTreeMap::new();
    for total in totals
        .iter()
        .filter(|total| DURATIONS.contains(&&*total.name))
    {
        if let [tool, category] = &total.labels[..]
            && category == ToolCategory::LocalModel.as_str()
        {
            *ran.entry(tool.clone()).or_default() += Duration::from_millis(total.total);
        }
    }
    ran
}

#[cfg(test)]
mod tests {
    use super::*;
    use aco_telemetry::metrics::Series;
    use aco_telemetry::metrics::family::{APP_ACTIVE_DURATION, CLI_ACTIVE_DURATION};

    fn total(name: &str, labels: [&str; 2], total: u64) -> StoredTotal {
        StoredTotal {
            name: name.to_owned(),
            labels: labels.map(str::to_owned).to_vec(),
            total,
            ..StoredTotal::default()
        }
    }

    #[test]
    fn only_what_runs_models_here_is_told_and_an_entry_that_changed_its_kind_once() {
        let [app, cli] = DURATIONS;
        let totals = [
            total(cli, ["ollama", "local-model"], 90_000),
            total(app, ["ollama", "local-model"], 1_500),
            total(app, ["cursor", "ide"], 5_000),
            total("ai.app.cpu.usage", ["lm-studio", "local-model"], 7),
        ];
        let expected = BTreeMap::from([("ollama".to_owned(), Duration::from_millis(91_500))]);
        assert_eq!(of(&totals), expected);
    }

    #[test]
    fn these_are_the_names_of_the_metrics() {
        let labels = ["ollama", "local-model"];
        let families = [APP_ACTIVE_DURATION, CLI_ACTIVE_DURATION];
        for (name, family) in DURATIONS.into_iter().zip(families) {
            let named = Series::named(name, &labels.map(str::to_owned));
            assert_eq!(named, Some(family.series(labels)));
        }
    }
}
