//! The running daemon: sockets, workers, signals.

use std::{path::PathBuf, sync::Arc, time::Duration};

use actix_web::{dev::ServerHandle, web::Data};
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::{Notify, oneshot},
    task::block_in_place,
};

use super::{
    ServeError,
    drain::{Connections, drain},
    metrics,
    reading::Examined,
    reload::{self, Reload},
    server,
};
use crate::{
    app::Perild,
    config::Config,
    edge::{Listener, Sockets},
    import::Unattended,
    log::Log,
    service::{self, Bound, Control, Probe, bind_health, keep_alive},
};

/// Serves `config` until a signal ends it, or waits until what it names is there.
pub(super) async fn serve(
    path: PathBuf,
    config: Config,
    examined: Examined,
    control: Bound,
    log: Log,
) -> Result<(), ServeError> {
    let signals = Signals::catch()?;
    let control = control.listen()?;
    let imported = Arc::new(Notify::new());
    let tell = Arc::clone(&imported);
    let unattended = Unattended::start(move || tell.notify_one())?;
    let (present, reload) = Reload::begin(path, &config, examined, unattended)?;
    let Sockets {
        http: mut listeners,
        metrics: readers,
    } = Sockets::open(
        &config.listen,
        &config.server.trusted_peers,
        config.metrics.listen,
    )?;
    let perild = Data::new(Perild::new(present, metrics::start(&readers)?, log));
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
    let (described, ending) = (perild.clone(), perild.clone());
    let (give_up, mut last_word) = oneshot::channel();
    reload::tell(&perild);
    let wishes = Wishes { control, imported };
    let signals = tokio::spawn(signals.heed(end, perild, reload, wishes, give_up));
    if let Some(probe) = probe {
        tokio::spawn(keep_alive(probe));
    }
    // After the first request could come, and before anyone asks for it.
    tokio::task::spawn_blocking(move || {
        if let Some(site) = described.present().site() {
            site.description.make();
            site.harvest.make();
        }
        service::give_back_memory();
    });
    let ended = server.await;
    signals.abort();
    if let Some(reading) = reading {
        reading.stop(false).await;
    }
    if let Some(path) = bound {
        // Whoever starts next binds the path anew; a socket left behind is only untidy.
        let _ = std::fs::remove_file(path);
    }
    if let Some(audit) = ending.present().site().and_then(|site| site.audit.file())
        && let Err(reason) = audit.stop()
    {
        tracing::error!("the audit file has no end: {reason}");
    }
    tracing::info!("perild ends");
    match last_word.try_recv() {
        Ok(error) => Err(error),
        Err(_) => Ok(ended?),
    }
}

/// Those beside signals who ask for another site.
struct Wishes {
    control: Control,
    /// Tables that were imported meanwhile, however many.
    imported: Arc<Notify>,
}

/// The server that is to be ended, and the time that it may take.
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
    /// That of a file that may not grow (`LimitFSIZE=`): caught, so that the write fails and nothing else does.
    _file_size: Signal,
}

impl Signals {
    fn catch() -> std::io::Result<Self> {
        Ok(Self {
            hangup: signal(SignalKind::hangup())?,
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            _file_size: signal(SignalKind::from_raw(FILE_SIZE.as_raw()))?,
        })
    }

    /// SIGHUP and the control socket reload; SIGTERM and SIGINT finish what runs, and end. So does what a start waited
    /// for and only a person can mend: that is handed to `give_up`.
    async fn heed(
        mut self,
        end: End,
        perild: Data<Perild>,
        mut reload: Reload,
        wishes: Wishes,
        give_up: oneshot::Sender<ServeError>,
    ) {
        // A reload reads files and checks signatures: calls to the directory must not wait for that.
        loop {
            tokio::select! {
                _ = self.hangup.recv() => drop(block_in_place(|| reload.run(&perild))),
                asker = wishes.control.next() => {
                    let outcome = block_in_place(|| {
                        let outcome = reload.run(&perild);
                        // Who asked looks there next.
                        perild.log().written();
                        outcome
                    });
                    asker.tell(&outcome).await;
                }
                () = wishes.imported.notified() => block_in_place(|| reload.renew(&perild)),
                () = reload.due() => {
                    if let Err(error) = block_in_place(|| reload.look_again(&perild)) {
                        let _ = give_up.send(error);
                        break;
                    }
                }
                _ = self.terminate.recv() => break,
                _ = self.interrupt.recv() => break,
            }
        }
        service::Notify::Stopping.send();
        tracing::info!("stopping: running requests are finished");
        perild.stop();
        reload.stop_imports();
        drain(&end.server, &end.connections, end.patience).await;
    }
}

/// Address at which the daemon reaches itself: a unix socket, the consumers' before its own, for there the kernel
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

const FILE_SIZE: rustix::process::Signal = rustix::process::Signal::XFSZ;
