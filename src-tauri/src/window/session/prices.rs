//! "Update Prices": what newer ones change is said first, and taken by the second press.

use super::{Session, unexpected};
use aco_ipc::{Request, Response};
use aco_window::{Problem, price_offer};

impl Session {
    /// What came of it, in a sentence.
    pub(crate) async fn update_prices(&self) -> Result<String, Problem> {
        // Whatever comes of it, the next press asks again.
        let offered = self.lock().offered.take();
        let request = match offered {
            Some(version) => Request::TakePrices { version },
            None => Request::OfferPrices,
        };
        match self.ask(&request).await? {
            Response::Done { message } => Ok(Problem::new(&message, "").message),
            Response::PriceChanges(changes) => {
                let offer = price_offer(&changes);
                self.lock().offered = Some(changes.to);
                Ok(offer)
            }
            _ => Err(unexpected()),
        }
    }
}
