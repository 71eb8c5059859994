//! The running daemon: sockets, workers, signals.

use std::{path::PathBuf, time::Duration};

use actix_web::{
    App, HttpServer,
    dev::{Server, ServerHandle},
    web::Data,
};
use tokio::{
    runtime::Handle,
    signal::unix::{Signal, SignalKind, signal},
    task::block_in_place,
    time::sleep,
};

use super::{ServeError, metrics, reload::Reload};
use crate::{
    app::{self, Parts, Perild, Site},
    config::Config,
    edge::{Listener, Sockets},
    log::Log,
    service::{Bound, Control, Notify, Probe, bind_health, keep_alive},
};

/// Serves `config` until a signal ends it.
pub(super) async fn serve(
    path: PathBuf,
    config: Config,
    parts: Parts,
    control: Bound,
    log: Log,
) -> Result<(), ServeError> {
    let signals = Signals::catch()?;
    let control = control.listen()?;
    let site = Site::assemble(parts, None, &Handle::current())?;
    let Sockets {
        http: mut listeners,
        metrics: readers,
    } = Sockets::open(
        &config.listen,
        &config.server.trusted_peers,
        config.metrics.listen,
    )?;
    let perild = Data::new(Perild::new(site, metrics::start(&readers)?, log));
    let bound = bound_socket(&config, &listeners);
    listeners.extend(bind_health()?.map(Listener::Unix));
    let probe = probe(&listeners);

    let server = server(&perild, &config, listeners)?;
    let reading = metrics::serve(&perild, readers)?;
    let reload = Reload::new(path, config);
    let described = perild.clone();
    let signals = tokio::spawn(signals.heed(server.handle(), perild, reload, control));
    if let Some(probe) = probe {
        tokio::spawn(keep_alive(probe));
    }
    Notify::Ready(READY).send();
    // After the first request could come, and before anyone asks for it.
    tokio::task::spawn_blocking(move || described.site().description.make());
    tracing::info!("perild {} serves", env!("CARGO_PKG_VERSION"));
    let ended = server.await;
    signals.abort();
    if let Some(reading) = reading {
        reading.stop(false).await;
    }
    if let Some(path) = bound {
        // Whoever starts next binds the path anew; a socket left behind is only untidy.
        let _ = std::fs::remove_file(path);
    }
    tracing::info!("perild ends");
    Ok(ended?)
}

/// What answers on `listeners`, from now on.
fn server(
    perild: &Data<Perild>,
    config: &Config,
    listeners: Vec<Listener>,
) -> std::io::Result<Server> {
    let for_workers = perild.clone();
    let mut server =
        HttpServer::new(move || App::new().configure(app::configure(for_workers.clone())))
            .workers(workers(config))
            .worker_max_blocking_threads(threads(config))
            .keep_alive(KEEP_ALIVE)
            .client_request_timeout(REQUEST_TIMEOUT)
            .h1_write_buffer_size(NEXT_PIECE_BELOW)
            .shutdown_timeout(config.server.shutdown_seconds)
            .on_connect(app::on_connect(perild.clone()))
            .disable_signals();
    for listener in listeners {
        server = match listener {
            Listener::Tcp(listener) => server.listen(listener)?,
            Listener::Unix(listener) => server.listen_uds(listener)?,
        };
    }
    Ok(server.run())
}

/// The signals that mean something, caught before readiness is told: until then each of them kills.
struct Signals {
    hangup: Signal,
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn catch() -> std::io::Result<Self> {
        Ok(Self {
            hangup: signal(SignalKind::hangup())?,
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// SIGHUP and the control socket reload; SIGTERM and SIGINT finish what runs, and end.
    async fn heed(
        mut self,
        server: ServerHandle,
        perild: Data<Perild>,
        mut reload: Reload,
        control: Control,
    ) {
        // A reload reads files and checks signatures: calls to the directory must not wait for that.
        loop {
            tokio::select! {
                _ = self.hangup.recv() => drop(block_in_place(|| reload.run(&perild))),
                asker = control.next() => {
                    let outcome = block_in_place(|| reload.run(&perild));
                    asker.tell(&outcome).await;
                }
                _ = self.terminate.recv() => break,
                _ = self.interrupt.recv() => break,
            }
        }
        Notify::Stopping.send();
        tracing::info!("stopping: running requests are finished");
        perild.stop();
        sleep(FAREWELL).await;
        server.stop(true).await;
    }
}

/// How the daemon reaches itself: by a unix socket, the consumers' before its own, for there the kernel
/// says who asks; else by TCP, as long as this machine is let in.
fn probe(listeners: &[Listener]) -> Option<Probe> {
    let unix = listeners.iter().find_map(|listener| match listener {
        Listener::Unix(listener) => {
            let address = listener.local_addr().ok()?;
            let path = address.as_pathname()?;
            Some(Probe::Unix(path.to_path_buf()))
        }
        Listener::Tcp(_) => None,
    });
    unix.or_else(|| {
        listeners.iter().find_map(|listener| match listener {
            Listener::Tcp(listener) => listener.local_addr().ok().map(Probe::Tcp),
            Listener::Unix(_) => None,
        })
    })
}

/// The socket that was bound here rather than handed over: its path is ours to remove.
fn bound_socket(config: &Config, listeners: &[Listener]) -> Option<PathBuf> {
    #[expect(
        clippy::disallowed_methods,
        reason = "LISTEN_FDS says that systemd owns the sockets"
    )]
    let is_handed_over = std::env::var_os("LISTEN_FDS").is_some();
    match (&config.listen, listeners) {
        (crate::edge::Listen::Unix(path), [Listener::Unix(_)]) if !is_handed_over => {
            Some(path.clone())
        }
        _ => None,
    }
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

/// With how many octets left to send the next piece of a body is asked for. Few, so that the buffer holds one
/// piece and not two: above 128 KiB it is made anew each time.
const NEXT_PIECE_BELOW: usize = 4096;

/// How long a request's header block may take to arrive.
pub(super) const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// How long requests are still taken after SIGTERM, each answered with the end of its connection.
///
/// nginx keeps connections to us, and may send a request over one just as we close it. Under load all of
/// them are used, and so given up, within this time; what comes then waits in the socket for the next
/// daemon.
const FAREWELL: Duration = Duration::from_millis(500);

const READY: &str = "serving";
