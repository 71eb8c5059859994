//! The HTTP server on the daemon's sockets: actix-web's application behind actix's server, with each connection
//! screened before HTTP is read from it ([`Screen`]), for which `HttpServer` has no place.

use std::{io, net::SocketAddr, time::Duration};

use actix_http::{HttpService, Protocol, error::DispatchError};
use actix_server::{Server, ServerBuilder};
use actix_service::{ServiceFactory, ServiceFactoryExt as _, fn_service, map_config};
use actix_web::{App, dev::AppConfig, web::Data};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, UnixStream},
};

use super::drain::Connections;
use crate::{
    app::{self, Perild},
    config::Config,
    edge::{Listener, Screen},
    response::LOW_WATER_BYTES,
};

/// The server on `listeners`, from now on; `connections` counts who is connected.
///
/// # Errors
/// When a listener cannot be taken over.
pub(super) fn start(
    perild: &Data<Perild>,
    config: &Config,
    listeners: Vec<Listener>,
    connections: &Connections,
) -> io::Result<Server> {
    let mut server = Server::build()
        .workers(workers(config))
        .worker_max_blocking_threads(threads(config))
        .disable_signals();
    for listener in listeners {
        server = listen(server, perild, listener, connections)?;
    }
    Ok(server.run())
}

fn listen(
    server: ServerBuilder,
    perild: &Data<Perild>,
    listener: Listener,
    connections: &Connections,
) -> io::Result<ServerBuilder> {
    let (perild, connections) = (perild.clone(), connections.clone());
    match listener {
        Listener::Tcp(listener) => server.listen("tcp", listener, move || {
            let screened = |stream: TcpStream| async {
                let peer = stream.peer_addr().ok();
                Ok::<_, DispatchError>(screened(stream, peer))
            };
            fn_service(screened).and_then(http(perild.clone(), connections.clone()))
        }),
        Listener::Unix(listener) => server.listen_uds("unix", listener, move || {
            let screened =
                |stream: UnixStream| async { Ok::<_, DispatchError>(screened(stream, None)) };
            fn_service(screened).and_then(http(perild.clone(), connections.clone()))
        }),
    }
}

/// A connection as [`HttpService`] takes it.
type Connection<T> = (Screen<T>, Protocol, Option<SocketAddr>);

fn screened<T>(stream: T, peer: Option<SocketAddr>) -> Connection<T> {
    let screen = Screen::new(stream, REQUEST_TIMEOUT);
    (screen, Protocol::Http1, peer)
}

fn http<T: AsyncRead + AsyncWrite + Unpin + 'static>(
    perild: Data<Perild>,
    connections: Connections,
) -> impl ServiceFactory<Connection<T>, Config = (), Response = (), Error = DispatchError, InitError = ()>
{
    let application = App::new().configure(app::configure(perild.clone()));
    let application = map_config(application, |()| AppConfig::default())
        .map_err(|error: actix_web::Error| error.error_response());
    let on_connect = app::on_connect(perild);
    let opened = connections.clone();
    HttpService::build()
        .graceful_shutdown_signal(move || connections.over())
        .keep_alive(KEEP_ALIVE)
        .client_request_timeout(REQUEST_TIMEOUT + AFTER_SCREEN)
        .client_disconnect_timeout(FAREWELL)
        .h1_write_buffer_size(LOW_WATER_BYTES)
        .on_connect_ext(move |connection, extensions| {
            extensions.insert(opened.open());
            on_connect(connection, extensions);
        })
        .finish(application)
}

fn workers(config: &Config) -> usize {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    if config.server.workers == 0 {
        processors
    } else {
        config.server.workers
    }
}

/// Threads beside a worker for what has to wait. Each long answer has one for as long as its reader likes, and all
/// of them may be one worker's: bodies and files have theirs all the same.
fn threads(config: &Config) -> usize {
    let long_answers = usize::try_from(config.perils.max_streams);
    long_answers
        .unwrap_or(usize::MAX)
        .saturating_add(BESIDE_LONG_ANSWERS)
}

/// Threads of a worker that bodies and files have for themselves.
const BESIDE_LONG_ANSWERS: usize = 64;

/// Longer than nginx keeps an idle connection to us, so that it is nginx that closes it.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// Time that a request's header block may take to arrive.
pub(super) const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// Time that a connection that ends may take for what is still to be sent or read.
const FAREWELL: Duration = Duration::from_secs(1);

/// So much later the library would end a connection itself, with less said.
const AFTER_SCREEN: Duration = Duration::from_secs(5);
