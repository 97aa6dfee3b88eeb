//! One batch on its way: which part to send next, and what became of each record.
//!
//! A refusal says that something in the request is wrong, not what. The round halves the request
//! until the refused records stand alone; identical bytes are stored once, so sending neighbours
//! again costs nothing. Two kinds of refusal end differently:
//!
//! - *invalid*: the backend named a reason that lies in a record. Alone, that record is condemned.
//! - *refused*, or *too large*: the reason may as well be the address, the pipeline or a limit set
//!   too low. Alone, the record is only a suspect, and condemned once a **different** record was
//!   stored *after* its refusal: one wrong URL must not quarantine thirty days, not even one that
//!   becomes wrong in the middle of a round. Where none is left to send, one that was stored before
//!   is sent once more as a witness. If that fails too, or there is none, the round is stuck and
//!   keeps everything, unless the caller has a witness of an earlier round
//!   ([`Round::vouched_for`]): a record alone in its batch has no neighbours.
//!
//! Splitting on such a refusal has a budget until something is stored; after it, refused parts are
//! set aside whole. A wrong URL costs a few dozen requests a round, not two for every record.

use super::Meaning;
use std::ops::Range;

/// Splits of parts refused without a reason, in a row without anything being stored.
/// Nine reach a single record of 512; the others look for a neighbour that is taken.
const BLIND_SPLITS: usize = 16;

/// What became of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The endpoint answered for it.
    Stored,
    /// It is refused for good, in these words.
    Condemned(String),
}

/// The state of one batch.
#[derive(Debug)]
pub struct Round {
    /// Parts to send, the oldest on top.
    pending: Vec<Range<usize>>,
    /// Parts refused without a reason since something was last stored.
    set_aside: Vec<(Range<usize>, String)>,
    fates: Vec<Option<Fate>>,
    /// A record that was stored, to be sent again if nothing else can vouch for the pipeline.
    witness: Option<usize>,
    blind_splits: usize,
    /// Records whose fate was handed out.
    released: usize,
}

impl Round {
    /// A round over a batch of `records`.
    #[must_use]
    pub fn new(records: usize) -> Self {
        Self {
            pending: std::iter::once(0..records)
                .filter(|all| !all.is_empty())
                .collect(),
            set_aside: Vec::new(),
            fates: vec![None; records],
            witness: None,
            blind_splits: 0,
            released: 0,
        }
    }

    /// The part to send next; nothing when the round is over or stuck.
    #[must_use]
    pub fn next(&self) -> Option<Range<usize>> {
        let witness = self.witness.filter(|_| !self.set_aside.is_empty());
        let vouching = witness.map(|record| record..record + 1);
        self.pending.last().cloned().or(vouching)
    }

    /// Takes in what the answer to [`Round::next`] means. Waiting is the caller's business:
    /// [`Meaning::Later`] and [`Meaning::TokenRefused`] change nothing here. The caller turns
    /// [`Meaning::ClockAhead`] into waiting or, for a record alone, into [`Meaning::Invalid`].
    pub fn answered(&mut self, meaning: &Meaning, message: &str) {
        let Some(part) = self.next() else {
            return;
        };
        if matches!(meaning, Meaning::Later { .. } | Meaning::TokenRefused) {
            return;
        }
        let vouching = self.pending.pop().is_none();
        match meaning {
            Meaning::Later { .. } | Meaning::TokenRefused => {}
            Meaning::Stored { rejected } => {
                self.fates[part.clone()].fill(Some(Fate::Stored));
                // Where some were refused, nobody knows which were not.
                if *rejected == 0 {
                    self.witness = Some(part.start);
                    self.reconsider();
                }
            }
            // What was taken a moment ago no longer is: nothing here is the records' fault.
            _ if vouching => self.witness = None,
            Meaning::Invalid | Meaning::ClockAhead if part.len() == 1 => {
                self.fates[part.start] = Some(Fate::Condemned(message.to_owned()));
            }
            Meaning::Invalid | Meaning::ClockAhead => self.split(&part),
            Meaning::Refused | Meaning::TooLarge => {
                if part.len() > 1 && self.blind_splits < BLIND_SPLITS {
                    self.blind_splits += 1;
                    self.split(&part);
                } else {
                    self.set_aside.push((part, message.to_owned()));
                }
            }
        }
    }

    /// Whether everything was tried, and something is left that nothing vouches for.
    #[must_use]
    pub fn is_stuck(&self) -> bool {
        self.next().is_none() && !self.set_aside.is_empty()
    }

    /// A record that is not of this round, and was stored before, has been stored again: so what is
    /// refused here without a reason is its own fault.
    pub fn vouched_for(&mut self) {
        self.reconsider();
    }

    /// The fates that are known from the oldest record on and were not handed out before: the
    /// order of the spool is the order in which records leave it.
    pub fn release(&mut self) -> Vec<Fate> {
        let known: Vec<Fate> = self.fates[self.released..]
            .iter()
            .map_while(Clone::clone)
            .collect();
        self.released += known.len();
        known
    }

    fn split(&mut self, part: &Range<usize>) {
        let middle = part.start + part.len() / 2;
        self.pending.push(middle..part.end);
        self.pending.push(part.start..middle);
    }

    /// Something was stored: what was refused before is now known to be its own fault.
    fn reconsider(&mut self) {
        self.blind_splits = 0;
        for (part, message) in std::mem::take(&mut self.set_aside) {
            if part.len() == 1 {
                self.fates[part.start] = Some(Fate::Condemned(message));
            } else {
                self.pending.push(part);
            }
        }
        self.pending
            .sort_by_key(|part| std::cmp::Reverse(part.start));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A backend with a verdict on each record; a request gets the worst verdict in it.
    fn run(verdicts: &[Meaning]) -> (Vec<Option<Fate>>, bool, usize) {
        let mut round = Round::new(verdicts.len());
        let (mut requests, mut fates) = (0, Vec::new());
        while let Some(part) = round.next() {
            requests += 1;
            let worst = verdicts[part]
                .iter()
                .max_by_key(|m| match m {
                    Meaning::Refused | Meaning::TooLarge => 2,
                    Meaning::Invalid => 1,
                    _ => 0,
                })
                .unwrap();
            round.answered(worst, "no");
            fates.extend(round.release());
        }
        let mut known: Vec<_> = fates.into_iter().map(Some).collect();
        known.resize(verdicts.len(), None);
        (known, round.is_stuck(), requests)
    }

    const STORED: Meaning = Meaning::Stored { rejected: 0 };

    #[test]
    fn one_invalid_record_is_found_and_its_neighbours_are_stored() {
        let mut verdicts = vec![STORED; 512];
        verdicts[300] = Meaning::Invalid;
        let (fates, stuck, requests) = run(&verdicts);
        assert!(!stuck);
        for (n, fate) in fates.into_iter().enumerate() {
            let condemned = n == 300;
            assert_eq!(
                fate,
                Some(if condemned {
                    Fate::Condemned("no".into())
                } else {
                    Fate::Stored
                })
            );
        }
        assert!(requests <= 19, "{requests} requests");
    }

    #[test]
    fn a_wrong_address_condemns_nothing_and_costs_little() {
        let (fates, stuck, requests) = run(&vec![Meaning::Refused; 512]);
        assert!(stuck);
        assert!(fates.iter().all(Option::is_none));
        assert!(requests <= 2 * BLIND_SPLITS + 1, "{requests} requests");
    }

    #[test]
    fn a_lone_refused_record_waits_for_a_different_one() {
        assert!(run(&[Meaning::Refused]).1);
        let (fates, stuck, _) = run(&[Meaning::Refused, STORED]);
        assert!(!stuck);
        assert_eq!(
            fates,
            [Some(Fate::Condemned("no".into())), Some(Fate::Stored)]
        );
        // A storable record between two refused ones is found.
        let (fates, stuck, _) = run(&[Meaning::Refused, STORED, Meaning::Refused]);
        assert!(!stuck && fates.iter().all(Option::is_some));
    }

    #[test]
    fn a_pipeline_that_breaks_in_the_middle_condemns_nothing() {
        let mut round = Round::new(8);
        round.answered(&Meaning::Refused, "no");
        assert_eq!(round.next(), Some(0..4));
        round.answered(&STORED, "");
        assert_eq!(round.release(), vec![Fate::Stored; 4]);
        // From here on the address is wrong, for the witness as well.
        while round.next().is_some() {
            round.answered(&Meaning::Refused, "no");
        }
        assert!(round.is_stuck());
        assert_eq!(round.release(), []);
    }

    #[test]
    fn the_last_record_is_condemned_by_a_witness() {
        let mut round = Round::new(2);
        round.answered(&Meaning::Refused, "no");
        round.answered(&STORED, "");
        round.answered(&Meaning::Refused, "no");
        assert_eq!(round.next(), Some(0..1), "the one that was stored");
        round.answered(&STORED, "");
        assert_eq!(
            round.release(),
            [Fate::Stored, Fate::Condemned("no".into())]
        );
        assert!(round.next().is_none() && !round.is_stuck());
    }

    #[test]
    fn a_limit_below_every_record_condemns_nothing() {
        assert!(run(&vec![Meaning::TooLarge; 512]).1);
        let mut round = Round::new(2);
        round.answered(&Meaning::TooLarge, "large");
        round.answered(&STORED, "");
        round.answered(&Meaning::TooLarge, "large");
        round.answered(&STORED, "");
        assert_eq!(
            round.release(),
            [Fate::Stored, Fate::Condemned("large".into())]
        );
    }

    #[test]
    fn who_refuses_a_part_of_everything_vouches_for_nothing() {
        let mut round = Round::new(2);
        round.answered(&Meaning::Refused, "no");
        round.answered(&Meaning::Refused, "no");
        round.answered(&Meaning::Stored { rejected: 1 }, "");
        assert!(round.is_stuck());
    }

    #[test]
    fn passing_trouble_changes_nothing() {
        let mut round = Round::new(4);
        for meaning in [Meaning::Later { retry_after: None }, Meaning::TokenRefused] {
            round.answered(&meaning, "wait");
            assert_eq!(round.next(), Some(0..4));
        }
        assert!(round.release().is_empty());
        assert!(!round.is_stuck());
    }

    #[test]
    fn an_empty_round_is_over() {
        assert_eq!(Round::new(0).next(), None);
        assert!(!Round::new(0).is_stuck());
    }

    proptest! {
        #[test]
        fn every_record_meets_its_own_fate(codes in prop::collection::vec(0u8..10, 1..200)) {
            let verdicts: Vec<_> = codes
                .iter()
                .map(|c| match c { 0 => Meaning::Refused, 1 => Meaning::Invalid, _ => STORED })
                .collect();
            let (fates, stuck, _) = run(&verdicts);
            let any_stored = verdicts.contains(&STORED);
            // Up to this many records the budget reaches every single one.
            prop_assert!(!stuck || !any_stored || verdicts.len() > BLIND_SPLITS);
            if !stuck {
                for (fate, verdict) in fates.iter().zip(&verdicts) {
                    let expected = if *verdict == STORED { Fate::Stored } else { Fate::Condemned("no".into()) };
                    prop_assert_eq!(fate.as_ref(), Some(&expected));
                }
            } else if any_stored {
                // Nothing wrong was handed out either.
                for (fate, verdict) in fates.iter().zip(&verdicts) {
                    prop_assert!(fate.is_none() || *verdict != STORED || *fate == Some(Fate::Stored));
                }
            }
        }
    }
}
