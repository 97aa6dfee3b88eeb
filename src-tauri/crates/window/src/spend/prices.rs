//! Newer prices in one sentence, before they are taken.

use crate::amounts;
use aco_domain::figures::plural;
use aco_domain::{NanoUsd, PriceChanges};

/// What would change, and how to have it.
#[must_use]
pub fn price_offer(changes: &PriceChanges) -> String {
    let mut text = String::new();
    let filled = changes.filled.iter();
    let (calls, cost) = filled.fold((0_u64, 0_i64), |(calls, cost), model| {
        (
            calls.saturating_add(model.calls),
            cost.saturating_add(model.api_value.0),
        )
    });
    let count = |models: usize| plural(models as u64, "model", "models");
    if !changes.filled.is_empty() {
        text.push_str(&format!(
            "{} of {} without a price would get one, {} together. ",
            plural(calls, "call", "calls"),
            count(changes.filled.len()),
            amounts::money(NanoUsd(cost))
        ));
    }
    if !changes.repriced.is_empty() {
        text.push_str(&format!(
            "New calls of {} would cost something else; recorded ones keep their price. ",
            count(changes.repriced.len())
        ));
    }
    if text.is_empty() {
        text.push_str("Newer prices change nothing that is recorded here. ");
    }
    text.push_str("Press Update Prices again to take them.");
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use aco_domain::{FilledModel, RepricedModel};

    fn changes(filled: Vec<FilledModel>, repriced: Vec<RepricedModel>) -> PriceChanges {
        PriceChanges {
            from: "old".into(),
            to: "new".into(),
            providers: 1,
            models: 2,
            filled,
            repriced,
        }
    }

    #[test]
    fn what_would_change_is_said_before_it_does() {
        let filled = |calls, cost| FilledModel {
            model: "m".into(),
            calls,
            api_value: NanoUsd(cost),
        };
        let repriced: RepricedModel = RepricedModel {
            model: "m".into(),
            input_before: None,
            input_after: None,
            output_before: None,
            output_after: None,
        };
        assert_eq!(
            price_offer(&changes(
                vec![filled(400, 12_000_000_000), filled(12, 300_000_000)],
                vec![repriced]
            )),
            "412 calls of 2 models without a price would get one, $12.30 together. New calls of \
             1 model would cost something else; recorded ones keep their price. Press Update \
             Prices again to take them."
        );
        assert_eq!(
            price_offer(&changes(Vec::new(), Vec::new())),
            "Newer prices change nothing that is recorded here. Press Update Prices again to take \
             them."
        );
    }
}
