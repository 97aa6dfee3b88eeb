//! The price book: own prices over a catalogue, each question asked once.

use crate::catalogue::{Catalogue, Data, Question, Rejected, Summary, hash};
use crate::limits::{Cell, Limits};
use crate::rates::Rates;
use crate::who::fits;
use aco_domain::{Call, NanoUsd, OwnPrice, Pricing, Terms, UnixNanos};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// More models than anybody uses; a source that makes names up must not fill the memory.
const MOST_MODELS: usize = 4_096;

/// Prices calls.
///
/// One that is wrong about its catalogue (a damaged file) prices by own prices alone and says why
/// in [`PriceBook::trouble`]: calls are then unpriced, which is seen, and filled in later.
#[derive(Debug)]
pub struct PriceBook {
    data: Data,
    own: Vec<OwnPrice>,
    version: String,
    opened: OnceLock<Opened>,
    answers: Mutex<Answers>,
}

/// What stays known of the data once it was decoded.
#[derive(Debug)]
struct Opened {
    summary: Result<Summary, Rejected>,
    limits: Limits,
}

#[derive(Debug, Default)]
struct Answers {
    memo: Memo,
    /// Decoded when something is asked that was never asked before.
    catalogue: Option<Catalogue>,
}

impl PriceBook {
    /// A book that opens its data when something is to be priced. Of several own prices that fit a
    /// call, the last counts.
    #[must_use]
    pub fn new(data: Data, own: Vec<OwnPrice>) -> Self {
        let mut version = data.version();
        if !own.is_empty() {
            let own = hash(format!("{own:?}").as_bytes());
            version = format!("{version}, own prices {own}");
        }
        Self {
            data,
            own,
            version,
            opened: OnceLock::new(),
            answers: Mutex::default(),
        }
    }

    /// Decodes the data now, and says what it holds.
    ///
    /// # Errors
    /// When it cannot be used.
    pub fn open(&self) -> Result<Summary, &Rejected> {
        self.opened().summary.as_ref().copied()
    }

    /// Why the catalogue could not be used, if something was to be priced and it could not.
    #[must_use]
    pub fn trouble(&self) -> Option<&Rejected> {
        self.opened.get()?.summary.as_ref().err()
    }

    /// Gives back the memory of the decoded data; what was asked before stays known. For a program
    /// that goes on running: the next question of a new kind costs some 30 ms again.
    pub fn rest(&self) {
        self.answers().catalogue = None;
    }

    fn opened(&self) -> &Opened {
        self.opened.get_or_init(|| {
            let decoded = Catalogue::decode(&self.data).and_then(|catalogue| {
                let known = (catalogue.summary(), self.data.limits()?);
                self.answers().catalogue = Some(catalogue);
                Ok(known)
            });
            let (summary, limits) = match decoded {
                Ok((summary, limits)) => (Ok(summary), limits),
                Err(rejected) => (Err(rejected), Limits::default()),
            };
            let limits = limits.with_own(&self.own);
            Opened { summary, limits }
        })
    }

    /// Nothing in it is half done when a thread panics.
    fn answers(&self) -> MutexGuard<'_, Answers> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn rates(&self, catalogue: &mut Option<Catalogue>, question: &Question<'_>) -> Option<Rates> {
        let own = self.own.iter().rev().find(|own| {
            own.from.is_none_or(|from| from <= question.at)
                && own.before.is_none_or(|before| question.at < before)
                && (own.above_input_tokens == 0 || question.input > own.above_input_tokens)
                && fits(own, question.model, question.provider, question.terms)
        });
        if let Some(own) = own {
            return Rates::own(&own.rates);
        }
        if self.trouble().is_some() {
            return None;
        }
        if catalogue.is_none() {
            *catalogue = Catalogue::decode(&self.data).ok();
        }
        catalogue.as_ref()?.rates(question)
    }
}

impl Pricing for PriceBook {
    fn version(&self) -> &str {
        &self.version
    }

    fn price(&self, call: &Call) -> Option<NanoUsd> {
        let tokens = &call.tokens;
        let input = match call.terms.summed {
            true => 0,
            false => [
                tokens.cache_read,
                tokens.cache_write_5m,
                tokens.cache_write_1h,
            ]
            .into_iter()
            .fold(tokens.input, u64::saturating_add),
        };
        let cell = self.opened().limits.cell(input, call.at);
        let mut answers = self.answers();
        let Answers { memo, catalogue } = &mut *answers;
        let rates = memo.rates(call, cell, || {
            self.rates(catalogue, &question(call, call.at, input))
        });
        drop(answers);
        rates?.price(tokens)
    }
}

fn question(call: &Call, at: UnixNanos, input: u64) -> Question<'_> {
    Question {
        model: &call.model,
        provider: call.provider.as_deref(),
        terms: &call.terms,
        at,
        input,
    }
}

/// What was asked before.
#[derive(Debug, Default)]
struct Memo {
    known: Vec<Known>,
    index: HashMap<Who, usize>,
    /// The one asked for last: calls come in runs.
    last: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Who {
    model: Arc<str>,
    provider: Option<Arc<str>>,
    terms: Terms,
}

#[derive(Debug)]
struct Known {
    who: Who,
    rates: Vec<(Cell, Option<Rates>)>,
}

impl Memo {
    fn rates(
        &mut self,
        call: &Call,
        cell: Cell,
        ask: impl FnOnce() -> Option<Rates>,
    ) -> Option<Rates> {
        let at = self.place(call);
        let Some(known) = self.known.get_mut(at) else {
            return ask();
        };
        if let Some((_, rates)) = known.rates.iter().find(|(known, _)| *known == cell) {
            return *rates;
        }
        let rates = ask();
        known.rates.push((cell, rates));
        rates
    }

    fn place(&mut self, call: &Call) -> usize {
        if self
            .known
            .get(self.last)
            .is_some_and(|known| known.is(call))
        {
            return self.last;
        }
        let who = Who {
            model: Arc::clone(&call.model),
            provider: call.provider.clone(),
            terms: call.terms.clone(),
        };
        if let Some(&at) = self.index.get(&who) {
            self.last = at;
            return at;
        }
        if self.known.len() >= MOST_MODELS {
            *self = Self::default();
        }
        self.last = self.known.len();
        self.index.insert(who.clone(), self.last);
        let rates = Vec::new();
        self.known.push(Known { who, rates });
        self.last
    }
}

impl Known {
    fn is(&self, call: &Call) -> bool {
        self.who.model == call.model
            && self.who.provider == call.provider
            && self.who.terms == call.terms
    }
}

#[cfg(test)]
#[path = "book_tests.rs"]
mod tests;
