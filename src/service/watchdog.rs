//! The watchdog: a ping only after perild answered a request of its own.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpStream, UnixStream},
    time::{MissedTickBehavior, interval, sleep, timeout},
};

use super::Notify;

/// Way in which perild reaches itself.
#[derive(Clone, Debug)]
pub enum Probe {
    /// Over TCP.
    Tcp(SocketAddr),
    /// Over a unix socket.
    Unix(PathBuf),
}

/// Pings systemd at half its interval, for as long as a request over `probe` is answered (SYSD-7).
/// Where none is, it is asked again and again: the first answer within the other half is in time.
///
/// Returns at once when systemd asks for no pings.
pub async fn keep_alive(probe: Probe) {
    let Some(limit) = sd_notify::watchdog_enabled() else {
        return;
    };
    let mut ticks = interval(limit / 2);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        while !answers(&probe, limit / 5).await {
            sleep(limit / 50).await;
        }
        Notify::Watchdog.send();
    }
}

async fn answers(probe: &Probe, patience: Duration) -> bool {
    match timeout(patience, ask(probe)).await {
        Ok(Ok(())) => return true,
        Ok(Err(error)) => tracing::error!("perild does not answer itself: {error}"),
        Err(_) => tracing::error!(
            "perild did not answer itself within {} ms",
            patience.as_millis()
        ),
    }
    false
}

async fn ask(probe: &Probe) -> std::io::Result<()> {
    match probe {
        Probe::Tcp(address) => exchange(TcpStream::connect(address).await?).await,
        Probe::Unix(path) => exchange(UnixStream::connect(path).await?).await,
    }
}

/// Any answer shows that a connection is accepted and a worker turns.
async fn exchange(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> std::io::Result<()> {
    let request = b"GET /healthz HTTP/1.1\r\nHost: watchdog\r\nConnection: close\r\n\r\n";
    stream.write_all(request).await?;
    let mut start = [0; 9];
    stream.read_exact(&mut start).await?;
    if start.starts_with(b"HTTP/1.1 ") {
        Ok(())
    } else {
        Err(std::io::ErrorKind::InvalidData.into())
    }
}
