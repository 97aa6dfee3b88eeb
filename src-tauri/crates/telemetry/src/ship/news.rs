//! What of shipping's ups and downs the local log is told as news.
//!
//! An outage is one warning, not one for each attempt. A backlog that drains against a rate limit
//! fails and works again every second or so; that is one warning a minute. May not enter: the
//! text, and the log itself.

use std::time::Duration;
use tokio::time::Instant;

/// Trouble of the same kind that returns sooner is the same trouble.
const SAME_TROUBLE: Duration = Duration::from_secs(60);

/// What was told last, of troubles told apart by `K`.
#[derive(Debug)]
pub(super) struct News<K> {
    told: Option<Told<K>>,
}

#[derive(Debug)]
struct Told<K> {
    kind: K,
    at: Instant,
    /// It works again, and that was told too.
    over: bool,
}

impl<K> Default for News<K> {
    fn default() -> Self {
        Self { told: None }
    }
}

impl<K: PartialEq> News<K> {
    /// Whether a failure of this kind is news.
    pub(super) fn failed(&mut self, kind: K, now: Instant) -> bool {
        let known = self.told.as_ref().is_some_and(|told| {
            told.kind == kind && (!told.over || now.duration_since(told.at) < SAME_TROUBLE)
        });
        if !known {
            let over = false;
            self.told = Some(Told {
                kind,
                at: now,
                over,
            });
        }
        !known
    }

    /// Whether it is news that a request was taken.
    pub(super) fn accepted(&mut self) -> bool {
        let trouble = self.told.as_mut().filter(|told| !told.over);
        trouble.map(|told| told.over = true).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aco_domain::AnswerKind;

    #[test]
    fn an_outage_is_told_once_and_its_end_once() {
        let (mut news, now) = (News::default(), Instant::now());
        assert!(!news.accepted(), "that it works is no news");
        assert!(news.failed(AnswerKind::Unavailable, now));
        for minute in 1..10 {
            let later = now + SAME_TROUBLE * minute;
            assert!(!news.failed(AnswerKind::Unavailable, later));
        }
        assert!(
            news.failed(AnswerKind::TokenRefused, now),
            "another trouble"
        );
        assert!(news.accepted());
        assert!(!news.accepted());
    }

    #[test]
    fn trouble_that_comes_and_goes_is_told_once_a_minute() {
        let (mut news, start) = (News::default(), Instant::now());
        let mut told = 0;
        for second in 0..120 {
            let now = start + Duration::from_secs(second);
            told += u32::from(news.failed(AnswerKind::Unavailable, now));
            told += u32::from(news.accepted());
        }
        assert_eq!(told, 4);
    }
}
