//! The running daemon: sockets, workers, signals.

use std::{path::PathBuf, time::Duration};

use actix_web::{dev::ServerHandle, web::Data};
use tokio::{
    runtime::Handle,
    signal::unix::{Signal, SignalKind, signal},
    task::block_in_place,
};

use super::{
    ServeError,
    drain::{Connections, drain},
    metrics,
    reload::Reload,
    server,
};
use crate::{
    app::{Parts, Perild, Site},
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

    let connections = Connections::new();
    let server = server::start(&perild, &config, listeners, &connections)?;
    let reading = metrics::serve(&perild, readers)?;
    let end = End {
        server: server.handle(),
        connections,
        patience: Duration::from_secs(config.server.shutdown_seconds),
    };
    let reload = Reload::new(path, config);
    let described = perild.clone();
    let signals = tokio::spawn(signals.heed(end, perild, reload, control));
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

/// What is to be ended, and how long that may take.
struct End {
    server: ServerHandle,
    connections: Connections,
    patience: Duration,
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
    async fn heed(mut self, end: End, perild: Data<Perild>, mut reload: Reload, control: Control) {
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
        drain(&end.server, &end.connections, end.patience).await;
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

const READY: &str = "serving";
