//! The server of `/metrics`, beside that for consumers.

use std::sync::Arc;

use actix_web::{App, HttpServer, dev::ServerHandle, web::Data};

use super::{ServeError, server::REQUEST_TIMEOUT};
use crate::{
    app::{self, Perild, Route},
    clock::Timestamp,
    edge::Listener,
    metrics::Metrics,
};

/// Metrics, when there is a socket to read them at.
pub(super) fn start(readers: &[Listener]) -> Result<Option<Arc<Metrics>>, ServeError> {
    if readers.is_empty() {
        return Ok(None);
    }
    let metrics = Metrics::new(&Route::templates(), Timestamp::now())?;
    Ok(Some(Arc::new(metrics)))
}

/// Answers from a thread of its own, so that one who reads slowly holds up no consumer.
pub(super) fn serve(
    perild: &Data<Perild>,
    readers: Vec<Listener>,
) -> Result<Option<ServerHandle>, ServeError> {
    if readers.is_empty() {
        return Ok(None);
    }
    let perild = perild.clone();
    let mut server =
        HttpServer::new(move || App::new().configure(app::configure_metrics(perild.clone())))
            .workers(1)
            .max_connections(MOST_READERS)
            .client_request_timeout(REQUEST_TIMEOUT)
            .disable_signals();
    for reader in readers {
        server = match reader {
            Listener::Tcp(reader) => {
                tracing::info!("metrics are at http://{}/metrics", reader.local_addr()?);
                server.listen(reader)?
            }
            Listener::Unix(reader) => {
                tracing::info!("metrics are at a unix socket that was handed over");
                server.listen_uds(reader)?
            }
        };
    }
    let server = server.run();
    let handle = server.handle();
    tokio::spawn(server);
    Ok(Some(handle))
}

/// Connections at a time: a Prometheus or two, and whoever looks by hand.
const MOST_READERS: usize = 64;
