//! What other price data would change for what is recorded here, and whether a download of it is
//! plausible.

use aco_domain::{
    Call, CallIdentity, FilledModel, NanoUsd, PriceChanges, Pricing as _, RepricedModel, Terms,
    TokenCounts, UnixNanos,
};
use aco_ledger::{CountedCall, Error, Filter, History};
use aco_prices::{PriceBook, Rejected, Summary};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::Arc;

/// Below this part of the models in force a download is cut off or something else.
const LEAST_PART: usize = 2;

/// A price does not become so many times another within a week.
const MOST_TIMES: i64 = 20;

/// Tokens by which a price per million is told: below every long-context limit, so that the usual
/// price is meant.
const SAMPLE: u64 = 10_000;

/// Why changes cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    /// The other data cannot be used.
    #[error(transparent)]
    Rejected(#[from] Rejected),
    /// The ledger cannot be read.
    #[error(transparent)]
    Ledger(#[from] Error),
}

/// Compares two books over every call of the ledger. `now` is when a new call would be made.
///
/// # Errors
/// When the other data or the ledger cannot be used.
pub fn price_changes(
    history: Option<&History>,
    before: &PriceBook,
    after: &PriceBook,
    now: UnixNanos,
) -> Result<PriceChanges, CompareError> {
    let summary = after.open().map_err(Clone::clone)?;
    let mut filled: BTreeMap<Arc<str>, (u64, i64)> = BTreeMap::new();
    let mut models: BTreeSet<(Arc<str>, Option<Arc<str>>)> = BTreeSet::new();
    if let Some(history) = history {
        history.calls(&Filter::default(), |counted| {
            models.insert((counted.model.clone(), counted.provider.clone()));
            if counted.cost.is_none()
                && let Some(price) = after.price(&as_recorded(&counted))
            {
                let (calls, cost) = filled.entry(counted.model).or_default();
                *calls += 1;
                *cost = cost.saturating_add(price.0);
            }
            ControlFlow::Continue(())
        })?;
    }
    let mut filled: Vec<_> = filled
        .into_iter()
        .map(|(model, (calls, cost))| FilledModel {
            model: model.to_string(),
            calls,
            api_value: NanoUsd(cost),
        })
        .collect();
    filled.sort_by_key(|it| std::cmp::Reverse(it.calls));
    let repriced = models.iter().filter_map(|(model, provider)| {
        let rate = |book: &PriceBook, tokens| {
            let call = sample(model, provider.as_ref(), tokens, now);
            let scale = 1_000_000 / i64::try_from(SAMPLE).unwrap_or(1);
            book.price(&call)
                .map(|price| NanoUsd(price.0.saturating_mul(scale)))
        };
        let input = TokenCounts {
            input: SAMPLE,
            ..TokenCounts::default()
        };
        let output = TokenCounts {
            output: SAMPLE,
            ..TokenCounts::default()
        };
        let repriced = RepricedModel {
            model: model.to_string(),
            input_before: rate(before, input),
            input_after: rate(after, input),
            output_before: rate(before, output),
            output_after: rate(after, output),
        };
        let is_same = repriced.input_before == repriced.input_after
            && repriced.output_before == repriced.output_after;
        (!is_same).then_some(repriced)
    });
    Ok(PriceChanges {
        from: before.version().to_owned(),
        to: after.version().to_owned(),
        providers: summary.providers as u64,
        models: summary.models as u64,
        filled,
        repriced: repriced.collect(),
    })
}

/// Why data that nobody has looked at is not to be taken, compared with what is in force.
///
/// # Errors
/// A sentence, with what to do.
pub fn plausible(before: Summary, changes: &PriceChanges) -> Result<(), String> {
    let least = |count: usize| (count / LEAST_PART) as u64;
    if changes.models < least(before.models) || changes.providers < least(before.providers) {
        return Err(format!(
            "it knows {} models of {} providers, and the data in force {} of {}: it seems cut off; \
             to take it all the same, give it as a file to `aco prices update`",
            changes.models, changes.providers, before.models, before.providers
        ));
    }
    let leaps = |before: Option<NanoUsd>, after: Option<NanoUsd>| match (before, after) {
        (Some(before), Some(after)) => {
            let (less, more) = (before.min(after).0, before.max(after).0);
            more > less.saturating_mul(MOST_TIMES)
        }
        // A price that goes away is nothing that calls could lose by.
        _ => false,
    };
    let leap = changes.repriced.iter().find(|it| {
        leaps(it.input_before, it.input_after) || leaps(it.output_before, it.output_after)
    });
    match leap {
        Some(it) => Err(format!(
            "{} would cost more than {MOST_TIMES} times as much or as little: that seems wrong; to \
             take it all the same, give it as a file to `aco prices update`",
            it.model
        )),
        None => Ok(()),
    }
}

fn as_recorded(counted: &CountedCall) -> Call {
    Call {
        terms: Terms {
            service_tier: counted.service_tier.clone(),
            speed: counted.speed.clone(),
            ..Terms::default()
        },
        ..sample(
            &counted.model,
            counted.provider.as_ref(),
            counted.tokens,
            counted.at,
        )
    }
}

fn sample(
    model: &Arc<str>,
    provider: Option<&Arc<str>>,
    tokens: TokenCounts,
    at: UnixNanos,
) -> Call {
    Call {
        identity: CallIdentity {
            call: 0,
            message: 0,
            sidechain: false,
        },
        at,
        model: Arc::clone(model),
        provider: provider.cloned(),
        session: Arc::from(""),
        project: Arc::from(""),
        tokens,
        terms: Terms::default(),
        recorded_cost: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aco_prices::Data;

    fn book(input: u64) -> PriceBook {
        let json = format!(
            r#"[{{"id": "acme", "name": "Acme", "api_pattern": "acme", "models": [
                {{"id": "m", "match": {{"equals": "m"}}, "prices": {{"input_mtok": {input}, "output_mtok": 15}}}}]}}]"#
        );
        PriceBook::new(Data::File(json.into_bytes()), Vec::new())
    }

    fn repriced(before: Option<i64>, after: Option<i64>) -> PriceChanges {
        PriceChanges {
            from: String::new(),
            to: String::new(),
            providers: 10,
            models: 100,
            filled: Vec::new(),
            repriced: vec![RepricedModel {
                model: "m".to_owned(),
                input_before: before.map(NanoUsd),
                input_after: after.map(NanoUsd),
                output_before: None,
                output_after: None,
            }],
        }
    }

    const IN_FORCE: Summary = Summary {
        providers: 10,
        models: 100,
    };

    #[test]
    fn a_download_that_leaps_or_shrinks_is_not_taken() {
        let table = [
            (Some(3), Some(6), true),
            (Some(3), Some(60), true),
            (Some(3), Some(61), false),
            (Some(61), Some(3), false),
            (Some(3), Some(0), false),
            (None, Some(1_000), true),
            (Some(1_000), None, true),
        ];
        for (before, after, taken) in table {
            let found = plausible(IN_FORCE, &repriced(before, after));
            assert_eq!(found.is_ok(), taken, "{before:?} {after:?}");
        }
        let cut = PriceChanges {
            models: 49,
            ..repriced(None, None)
        };
        assert!(plausible(IN_FORCE, &cut).unwrap_err().contains("cut off"));
    }

    #[test]
    fn what_cannot_be_priced_by_is_rejected() {
        let broken = PriceBook::new(Data::File(b"[]".to_vec()), Vec::new());
        let found = price_changes(None, &book(1), &broken, UnixNanos(0));
        assert!(matches!(found, Err(CompareError::Rejected(_))));
        let same = price_changes(None, &book(1), &book(2), UnixNanos(0)).unwrap();
        assert_eq!(
            (same.models, same.repriced.len()),
            (1, 0),
            "nothing is recorded"
        );
        assert_ne!(same.from, same.to);
    }

    #[test]
    fn what_is_filled_and_what_costs_something_else_is_told() {
        use aco_domain::{Checkpoint, Increment, ToolId};
        let folder = tempfile::tempdir().unwrap();
        let opened = aco_ledger::Ledger::open(&folder.path().join("l"), UnixNanos(0), 0).unwrap();
        let mut ledger = opened.ledger;
        let day = 86_400_000_000_000;
        let tokens = TokenCounts {
            input: 1_000_000,
            ..TokenCounts::default()
        };
        let calls = ["m", "m", "new"].into_iter().enumerate().map(|(n, model)| {
            let acme = Some(Arc::from("acme"));
            let mut call = sample(&Arc::from(model), acme.as_ref(), tokens, UnixNanos(day));
            call.identity.call = n as u128;
            call.identity.message = n as u128;
            call
        });
        let increment = Increment {
            calls: calls.collect(),
            checkpoint: Checkpoint {
                path: "f".into(),
                file_id: None,
                size: 1,
                modified: UnixNanos(0),
                offset: 1,
                fingerprint: 0,
                skipped_lines: 0,
                state: Vec::new(),
            },
            more: false,
            unrecognised: None,
        };
        let nothing = PriceBook::new(Data::File(b"[]".to_vec()), Vec::new());
        let mut intake = ledger.intake(&nothing, jiff::tz::TimeZone::UTC).unwrap();
        let tool = ToolId::new("codex").unwrap();
        intake.take(&tool, "transcripts", &increment).unwrap();
        intake.commit().unwrap();
        let history = Some(ledger.history());
        let found = price_changes(history, &book(1), &book(2), UnixNanos(day)).unwrap();
        let filled = FilledModel {
            model: "m".to_owned(),
            calls: 2,
            api_value: NanoUsd(4 * NanoUsd::DOLLAR.0),
        };
        assert_eq!(found.filled, [filled]);
        let repriced = &found.repriced;
        assert_eq!(repriced.len(), 1);
        let dollars = |dollars: i64| Some(NanoUsd(dollars * NanoUsd::DOLLAR.0));
        assert_eq!(
            (repriced[0].input_before, repriced[0].input_after),
            (dollars(1), dollars(2))
        );
        assert_eq!(repriced[0].output_before, repriced[0].output_after);
    }
}
