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
        let url = format!("{}/api/v1/query", self.base);
        let answer = self
            .client
            .get(&url, &[("query", promql)], &[])
            .expect("Prometheus answers")
            .json();
        let result = answer["data"]["result"].as_array().expect("a vector");
        result
            .iter()
            .map(|series| Sample {
                labels: crate::loki::string_map(&series["metric"]),
                value: series["value"][1].as_str().unwrap().parse().unwrap(),
            })
            .collect()
    }

    pub(crate) fn is_ready(&self) -> bool {
        let url = format!("{}/-/ready", self.base);
        self.client
            .get(&url, &[], &[])
            .is_ok_and(|answer| answer.status == 200)
    }
}
