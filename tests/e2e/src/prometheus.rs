//! What Prometheus has, asked through its query API.

use std::collections::BTreeMap;

use crate::http::Client;

/// One series' value.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The labels, `__name__` included.
    pub labels: BTreeMap<String, String>,
    /// The value at the time of the query.
    pub value: f64,
}

/// A series' samples.
#[derive(Clone, Debug, PartialEq)]
pub struct Samples {
    /// The labels, `__name__` included.
    pub labels: BTreeMap<String, String>,
    /// The values, oldest first.
    pub values: Vec<f64>,
}

impl Samples {
    /// What `increase()` is before it extrapolates: the sum of the steps, a step down being a
    /// restart from zero.
    pub fn increase(&self) -> f64 {
        let steps = self.values.windows(2).map(|pair| match pair[1] - pair[0] {
            step if step >= 0.0 => step,
            _ => pair[1],
        });
        steps.sum()
    }
}

/// Prometheus' HTTP interface.
#[derive(Clone, Debug)]
pub struct Prometheus {
    base: String,
    client: Client,
}

impl Prometheus {
    pub(crate) fn new(base: String) -> Self {
        Self {
            base,
            client: Client::new(None),
        }
    }

    /// Its address, for links.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// An instant query that answers with a vector.
    #[track_caller]
    pub fn query(&self, promql: &str) -> Vec<Sample> {
        let value = |value: &serde_json::Value| value.as_str().unwrap().parse().unwrap();
        let result = self.ask(promql);
        let samples = result.iter().map(|series| Sample {
            labels: crate::loki::string_map(&series["metric"]),
            value: value(&series["value"][1]),
        });
        samples.collect()
    }

    /// Every sample of a selector with a range (`name{…}[10m]`), as it was scraped.
    #[track_caller]
    pub fn samples(&self, selector: &str) -> Vec<Samples> {
        let value = |sample: &serde_json::Value| sample[1].as_str().unwrap().parse().unwrap();
        let result = self.ask(selector);
        let samples = result.iter().map(|series| Samples {
            labels: crate::loki::string_map(&series["metric"]),
            values: series["values"]
                .as_array()
                .unwrap()
                .iter()
                .map(value)
                .collect(),
        });
        samples.collect()
    }

    #[track_caller]
    fn ask(&self, promql: &str) -> Vec<serde_json::Value> {
        let url = format!("{}/api/v1/query", self.base);
        let answer = self
            .client
            .get(&url, &[("query", promql)], &[])
            .expect("Prometheus answers")
            .json();
        answer["data"]["result"]
            .as_array()
            .unwrap_or_else(|| panic!("{promql}: {answer:#}"))
            .clone()
    }

    pub(crate) fn is_ready(&self) -> bool {
        let url = format!("{}/-/ready", self.base);
        self.client
            .get(&url, &[], &[])
            .is_ok_and(|answer| answer.status == 200)
    }
}
