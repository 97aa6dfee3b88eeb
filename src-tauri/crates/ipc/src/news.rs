//! News of a request that takes long, from whoever works on it to its asker.
//!
//! The worker must never wait for a reader. News is a small bounded queue: of what does not fit,
//! the asker hears nothing, for a later word says more. The answer in the end has a place of its own
//! and always arrives.

use crate::protocol::Response;
use tokio::sync::{mpsc, oneshot};

/// News that waits for one reader. More than a doctor has steps, so that none of them is missing.
const QUEUE: usize = 64;

/// The worker's end. Dropped without an answer, the asker is told that the agent lost the request.
pub struct News {
    news: mpsc::Sender<Response>,
    answer: oneshot::Sender<Response>,
}

/// The connection's end.
pub(crate) struct NewsSource {
    news: mpsc::Receiver<Response>,
    answer: oneshot::Receiver<Response>,
}

/// What comes next.
#[derive(Debug, PartialEq)]
pub(crate) enum Told {
    News(Response),
    Answer(Response),
    /// Whoever worked on it has gone.
    Lost,
}

pub(crate) fn news() -> (News, NewsSource) {
    let (news, news_source) = mpsc::channel(QUEUE);
    let (answer, answer_source) = oneshot::channel();
    (
        News { news, answer },
        NewsSource {
            news: news_source,
            answer: answer_source,
        },
    )
}

impl News {
    /// Tells how it goes, or not where the reader is slow. Never waits. Whether there is still
    /// somebody to tell.
    pub fn tell(&self, news: Response) -> bool {
        !matches!(
            self.news.try_send(news),
            Err(mpsc::error::TrySendError::Closed(_))
        )
    }

    /// Answers. An asker that has gone is not an error.
    pub fn answer(self, response: Response) {
        drop(self.answer.send(response));
    }
}

impl NewsSource {
    /// What comes next. Dropping the future loses nothing.
    pub(crate) async fn next(&mut self) -> Told {
        if let Some(news) = self.news.recv().await {
            return Told::News(news);
        }
        match (&mut self.answer).await {
            Ok(response) => Told::Answer(response),
            Err(_) => Told::Lost,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aco_domain::Progress;

    fn progress(done: u64) -> Response {
        Response::Progress(Progress { done, of: 1_000 })
    }

    #[tokio::test]
    async fn a_slow_reader_misses_news_and_never_the_answer() {
        let (news, mut source) = news();
        for done in 0..1_000 {
            assert!(news.tell(progress(done)));
        }
        news.answer(Response::LogsEnd);
        for done in 0..QUEUE as u64 {
            assert_eq!(source.next().await, Told::News(progress(done)));
        }
        assert_eq!(source.next().await, Told::Answer(Response::LogsEnd));
    }

    #[tokio::test]
    async fn each_end_notices_that_the_other_is_gone() {
        let (sender, source) = news();
        drop(source);
        assert!(!sender.tell(progress(1)));
        let (sender, mut source) = news();
        drop(sender);
        assert_eq!(source.next().await, Told::Lost);
    }
}
