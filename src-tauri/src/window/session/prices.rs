//! "Update Prices".

use super::{Session, unexpected};
use aco_ipc::{Request, Response};
use aco_window::Problem;

impl Session {
    /// Prices calls that have no price yet, by the prices in force.
    pub(crate) async fn update_prices(&self) -> Result<String, Problem> {
        let mut client = self.connect().await?;
        let request = Request::ScanNow;
        match client.request_with_news(&request, |_| {}).await {
            Ok(Response::Done { message }) => Ok(message),
            Ok(_) => Err(unexpected()),
            Err(error) => Err(super::problem(&error)),
        }
    }
}
