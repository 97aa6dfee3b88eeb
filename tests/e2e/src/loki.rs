//! What Loki has, asked through its query API: the only judge of "delivered".

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::http::Client;
use crate::now_ns;

/// The stream selector of everything an agent ships.
pub const AGENT: &str = r#"{service_name="ai-cost-observer"}"#;

/// Loki's own `max_entries_limit_per_query`; more is fetched in pages.
const PAGE: usize = 5_000;
const MINUTE_NS: i64 = 60_000_000_000;

/// One entry as Loki shows it. Copies that Loki did not fold are entries of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The record's time.
    pub timestamp_ns: i64,
    /// The record's body.
    pub line: String,
    /// Index labels, `detected_level` aside: a handful of resource attributes.
    pub labels: BTreeMap<String, String>,
    /// Structured metadata: everything else, dots turned to underscores.
    pub metadata: BTreeMap<String, String>,
}

impl Entry {
    /// An attribute of the record, its resource or scope by its OpenTelemetry name.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let name = name.replace(['.', '-'], "_");
        self.metadata
            .get(&name)
            .or_else(|| self.labels.get(&name))
            .map(String::as_str)
    }

    /// `log.record.uid`.
    pub fn uid(&self) -> Option<&str> {
        self.attribute("log.record.uid")
    }
}

/// Which of a list of uids are there more than once: `(uid, how often)`.
pub fn copies(uids: &[String]) -> Vec<(String, usize)> {
    let mut counts = BTreeMap::new();
    for uid in uids {
        *counts.entry(uid.clone()).or_insert(0_usize) += 1;
    }
    counts.into_iter().filter(|&(_, count)| count > 1).collect()
}

/// How many different uids a list has.
pub fn distinct(uids: &[String]) -> usize {
    uids.iter().collect::<BTreeSet<_>>().len()
}

/// Loki's HTTP interface.
#[derive(Clone, Debug)]
pub struct Loki {
    base: String,
    client: Client,
    since_ns: i64,
}

impl Loki {
    /// Queries begin an hour before `started_ns`, unless they say otherwise: what a test wrote.
    pub(crate) fn new(base: String, started_ns: i64) -> Self {
        Self {
            base,
            client: Client::new(None),
            since_ns: started_ns - 60 * MINUTE_NS,
        }
    }

    /// Its address, for links.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Every entry of a LogQL log query from an hour before the stack's start to an hour from now,
    /// oldest first.
    #[track_caller]
    pub fn query(&self, logql: &str) -> Vec<Entry> {
        self.query_between(logql, self.since_ns, now_ns() + 60 * MINUTE_NS)
    }

    /// Every entry within `[start, end)`, oldest first, however many there are.
    #[track_caller]
    pub fn query_between(&self, logql: &str, start_ns: i64, end_ns: i64) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut from = start_ns;
        loop {
            let page = self.page(logql, from, end_ns);
            let (Some(last), full) = (page.last(), page.len() >= PAGE) else {
                return entries;
            };
            let last = last.timestamp_ns;
            entries.extend(page);
            if !full {
                return entries;
            }
            // The page may have ended between entries of one time: fetch all of that time again.
            assert!(
                last > from,
                "more than {PAGE} entries at {last}: cannot page through them"
            );
            entries.retain(|entry| entry.timestamp_ns < last);
            from = last;
        }
    }

    /// Every entry that agents shipped.
    #[track_caller]
    pub fn agent_entries(&self) -> Vec<Entry> {
        self.query(AGENT)
    }

    /// The uids of every entry that agents shipped, in Loki's order of time, copies included.
    #[track_caller]
    pub fn uids(&self) -> Vec<String> {
        let entries = self.agent_entries();
        entries
            .iter()
            .map(|entry| {
                entry
                    .uid()
                    .unwrap_or_else(|| panic!("no uid: {entry:?}"))
                    .to_owned()
            })
            .collect()
    }

    /// An instant metric query, now: each series' labels and value.
    #[track_caller]
    pub fn sums(&self, logql: &str) -> Vec<(BTreeMap<String, String>, f64)> {
        let url = format!("{}/loki/api/v1/query", self.base);
        let answer = self
            .client
            .get(&url, &[("query", logql)], &[])
            .expect("Loki answers")
            .json();
        let series = answer["data"]["result"].as_array();
        series
            .unwrap_or_else(|| panic!("no vector: {answer}"))
            .iter()
            .map(|series| {
                let value = series["value"][1].as_str().expect("a number as text");
                (string_map(&series["metric"]), value.parse().unwrap())
            })
            .collect()
    }

    fn page(&self, logql: &str, start_ns: i64, end_ns: i64) -> Vec<Entry> {
        let url = format!("{}/loki/api/v1/query_range", self.base);
        let (start, end) = (start_ns.to_string(), end_ns.to_string());
        let limit = PAGE.to_string();
        let query = [
            ("query", logql),
            ("start", &start),
            ("end", &end),
            ("limit", &limit),
            ("direction", "forward"),
        ];
        // Without this flag structured metadata is mixed into the stream's labels.
        let categorize = [("X-Loki-Response-Encoding-Flags", "categorize-labels")];
        let answer = self
            .client
            .get(&url, &query, &categorize)
            .expect("Loki answers")
            .json();
        let streams = answer["data"]["result"].as_array().expect("streams");
        let mut entries: Vec<Entry> = streams.iter().flat_map(entries_of).collect();
        entries.sort_by_key(|entry| entry.timestamp_ns);
        entries
    }

    /// Whether a write is stored and a query answered; `/ready` says so 15 s later than true. The
    /// record goes to a stream that no test looks at.
    pub(crate) fn takes_writes(&self) -> bool {
        let labels = format!("{}/loki/api/v1/labels", self.base);
        self.write() == Some(204)
            && self
                .client
                .get(&labels, &[], &[])
                .is_ok_and(|answer| answer.status == 200)
    }

    /// Whether a write is refused for what it is, or for how much there is of it.
    pub(crate) fn refuses_writes(&self) -> bool {
        matches!(self.write(), Some(400 | 429))
    }

    /// What a write of one record is answered with.
    fn write(&self) -> Option<u16> {
        let push = format!("{}/loki/api/v1/push", self.base);
        let record = json!({"streams": [{
            "stream": {"service_name": "aco-e2e-probe"},
            "values": [[now_ns().to_string(), "probe"]],
        }]});
        let answer = self.client.post_json(&push, &[], &record);
        answer.ok().map(|answer| answer.status)
    }
}

fn entries_of(stream: &Value) -> Vec<Entry> {
    let labels = string_map(&stream["stream"]);
    let values = stream["values"].as_array().expect("a stream's values");
    values
        .iter()
        .map(|value| Entry {
            timestamp_ns: value[0].as_str().unwrap().parse().unwrap(),
            line: value[1].as_str().unwrap().to_owned(),
            labels: labels.clone(),
            metadata: string_map(&value[2]["structuredMetadata"]),
        })
        .collect()
}

/// A JSON object of strings; null is an empty one.
pub(crate) fn string_map(object: &Value) -> BTreeMap<String, String> {
    let Some(object) = object.as_object() else {
        return BTreeMap::new();
    };
    object
        .iter()
        .map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned()))
        .collect()
}
