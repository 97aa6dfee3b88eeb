//! The local socket, kept open for as long as the agent runs.

use crate::Foundation;
use crate::supervise::{Stopped, ordered_to_end, supervise};
use aco_ipc::{Incoming, Server};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Binds the socket and serves it in a supervised task, which ends after the order to.
///
/// # Errors
/// When the socket cannot be bound; the sentence names the place and the remedy.
pub(crate) async fn serve(
    foundation: &Foundation,
    requests: mpsc::Sender<Incoming>,
    stopped: Stopped,
) -> Result<JoinHandle<()>, String> {
    let prepared = foundation.home.create_socket_folder();
    prepared.map_err(|error| error.to_string())?;
    let address = foundation.home.socket().to_owned();
    let version = foundation.identity.version;
    // The first one here and now: an agent nobody can reach must not start.
    let bound = Server::bind(&address, version).await;
    let mut first = Some(bound.map_err(|error| error.to_string())?);
    Ok(tokio::spawn(async move {
        let order = stopped.clone();
        supervise("the local socket", order, || {
            let (server, address) = (first.take(), address.clone());
            let (requests, stopped) = (requests.clone(), stopped.clone());
            async move {
                let server = match server {
                    Some(server) => server,
                    None => Server::bind(&address, version)
                        .await
                        .map_err(|error| error.to_string())?,
                };
                server.serve(requests, ordered_to_end(stopped)).await;
                Ok(())
            }
        })
        .await;
    }))
}
