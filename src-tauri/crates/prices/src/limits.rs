//! Where a catalogue's rates can change: its dates, its times of day, its tiers of input.
//!
//! The catalogue does not tell them, so they are read out of its data.

use aco_domain::{OwnPrice, UnixNanos};
use serde_json::Value;

const DAY: u64 = 86_400 * 1_000_000_000;

/// Sorted, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Rates can differ for an input *above* so many tokens.
    tiers: Vec<u64>,
    /// Rates can differ *from* these on.
    moments: Vec<UnixNanos>,
    /// The same within every day, in nanoseconds since midnight UTC.
    times: Vec<u64>,
}

/// Calls in one cell have one set of rates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cell(usize, usize, usize);

impl Limits {
    /// Those of a data file that the catalogue has accepted.
    ///
    /// # Errors
    /// What in it cannot be understood.
    pub(crate) fn of_file(json: &[u8]) -> Result<Self, String> {
        let providers: Value = serde_json::from_slice(json).map_err(|error| error.to_string())?;
        let mut limits = Self::default();
        for provider in items(&providers) {
            for model in items(&provider["models"]) {
                limits
                    .add_model(model)
                    .map_err(|wrong| format!("{} {}: {wrong}", provider["id"], model["id"]))?;
            }
        }
        limits.sort();
        Ok(limits)
    }

    fn add_model(&mut self, model: &Value) -> Result<(), String> {
        let prices = &model["prices"];
        if prices.is_object() {
            self.add_prices(prices)?;
        }
        for dated in items(prices).iter().chain(items(&model["price_variants"])) {
            self.add_prices(&dated["prices"])?;
            self.add_constraint(&dated["constraint"])?;
        }
        Ok(())
    }

    fn add_prices(&mut self, prices: &Value) -> Result<(), String> {
        for price in prices.as_object().into_iter().flat_map(|map| map.values()) {
            for tier in items(&price["tiers"]) {
                let start = &tier["start"];
                // Above 200,000.5 is above 200,000 to whole tokens.
                let whole = start.as_u64().or_else(|| whole_part(start.as_f64()?));
                let whole = whole.ok_or_else(|| format!("{start} is no tier of input"))?;
                self.tiers.push(whole);
            }
        }
        Ok(())
    }

    fn add_constraint(&mut self, constraint: &Value) -> Result<(), String> {
        let text = |key: &str| constraint[key].as_str().filter(|text| !text.is_empty());
        if let Some(start) = text("start_date") {
            let moment = date(start).ok_or_else(|| format!("{start} is no date"))?;
            self.moments.push(moment);
        }
        for key in ["start_time", "end_time"] {
            if let Some(limit) = text(key) {
                let limit = time(limit).ok_or_else(|| format!("{limit} is no time of day"))?;
                self.times.push(limit);
            }
        }
        Ok(())
    }

    /// With those of the user's own prices.
    pub(crate) fn with_own(mut self, own: &[OwnPrice]) -> Self {
        for row in own {
            self.tiers.push(row.above_input_tokens);
            self.moments.extend(row.from);
            self.moments.extend(row.before);
        }
        self.sort();
        self
    }

    fn sort(&mut self) {
        self.tiers.sort_unstable();
        self.tiers.dedup();
        self.moments.sort_unstable();
        self.moments.dedup();
        self.times.sort_unstable();
        self.times.dedup();
    }

    /// The cell of a request with this much input at this time.
    pub(crate) fn cell(&self, input: u64, at: UnixNanos) -> Cell {
        let time = at.0 % DAY;
        Cell(
            self.tiers.partition_point(|&start| start < input),
            self.moments.partition_point(|&from| from <= at),
            self.times.partition_point(|&from| from <= time),
        )
    }
}

#[cfg(test)]
impl Limits {
    pub(crate) fn tiers(&self) -> &[u64] {
        &self.tiers
    }

    pub(crate) fn moments(&self) -> &[UnixNanos] {
        &self.moments
    }

    pub(crate) fn times(&self) -> &[u64] {
        &self.times
    }
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn whole_part(number: f64) -> Option<u64> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "within the range in which an f64 has every whole number"
    )]
    (0.0..=9e15).contains(&number).then_some(number as u64)
}

/// The midnight UTC a day begins with.
fn date(text: &str) -> Option<UnixNanos> {
    let at: jiff::Timestamp = format!("{text}T00:00:00Z").parse().ok()?;
    // A price from before 1970 on is one from the beginning on.
    u64::try_from(at.as_nanosecond().max(0)).ok().map(UnixNanos)
}

/// A time of day with its offset, as nanoseconds since midnight UTC.
fn time(text: &str) -> Option<u64> {
    let at: jiff::Timestamp = format!("1970-01-02T{text}").parse().ok()?;
    u64::try_from(at.as_nanosecond())
        .ok()
        .map(|nanos| nanos % DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_of_a_file_is_found() {
        let json = r#"[{"id": "p", "models": [
            {"id": "flat", "prices": {"input_mtok": 1}},
            {"id": "dated", "prices": [
                {"prices": {"input_mtok": {"base": 1, "tiers": [{"start": 200000, "price": 2}]}}},
                {"constraint": {"start_date": "2026-01-02"}, "prices": {"input_mtok": 3}},
                {"constraint": {"start_time": "00:30:00Z", "end_time": "01:30:00+02:00"},
                 "prices": {"output_mtok": {"base": 1, "tiers": [{"start": 5.5, "price": 2}]}}}
            ], "price_variants": [
                {"when": {"a": "b"}, "constraint": {"start_date": "1960-01-01"},
                 "prices": {"output_mtok": {"base": 1, "tiers": [{"start": 7, "price": 2}]}}}
            ]}
        ]}]"#;
        let limits = Limits::of_file(json.as_bytes()).unwrap();
        let hour = 3_600_000_000_000;
        let expected = Limits {
            tiers: vec![5, 7, 200_000],
            moments: vec![UnixNanos(0), UnixNanos(1_767_312_000_000_000_000)],
            times: vec![hour / 2, 23 * hour + hour / 2],
        };
        assert_eq!(limits, expected);
    }

    #[test]
    fn a_limit_that_cannot_be_understood_is_named() {
        let file = |constraint: &str| {
            let json = format!(
                r#"[{{"id": "p", "models": [{{"id": "m", "prices":
                    [{{"prices": {{}}, "constraint": {constraint}}}]}}]}}]"#
            );
            Limits::of_file(json.as_bytes()).unwrap_err()
        };
        let wrong = file(r#"{"start_date": "soon"}"#);
        assert_eq!(wrong, r#""p" "m": soon is no date"#);
        let wrong = file(r#"{"start_time": "25:00:00Z", "end_time": "01:00:00Z"}"#);
        assert_eq!(wrong, r#""p" "m": 25:00:00Z is no time of day"#);
    }

    #[test]
    fn cells_end_where_rates_change() {
        let limits = Limits {
            tiers: vec![100],
            moments: vec![UnixNanos(5 * DAY)],
            times: vec![DAY / 2],
        };
        let cell = |input, at| limits.cell(input, UnixNanos(at));
        assert_eq!(cell(0, 0), cell(100, DAY / 2 - 1));
        assert_ne!(cell(100, 0), cell(101, 0));
        assert_ne!(cell(0, DAY / 2 - 1), cell(0, DAY / 2));
        assert_ne!(cell(0, 5 * DAY - 1), cell(0, 5 * DAY + DAY / 2));
        assert_ne!(cell(0, 4 * DAY), cell(0, 5 * DAY));
        assert_eq!(cell(0, 5 * DAY), cell(0, 6 * DAY));
    }
}
