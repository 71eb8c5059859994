//! The end of a record's way: standard error, or the journal's socket.

use std::{
    io::{self, ErrorKind, Write},
    os::unix::net::UnixDatagram,
    thread,
    time::Duration,
};

use super::records::Records;

/// Takes records, and may take its time over it.
pub(super) trait Sink: Send {
    /// Writes `records`; gives the number of those that could not be written.
    fn write(&mut self, records: &Records) -> u64;
}

/// Lines, many in one write.
#[derive(Debug)]
pub(super) struct Lines<W>(pub(super) W);

impl<W: Write + Send> Sink for Lines<W> {
    fn write(&mut self, records: &Records) -> u64 {
        // A closed stderr must not end the daemon, and there is nowhere left to complain.
        let _ = self.0.write_all(records.bytes());
        0
    }
}

/// The journal's native socket, a datagram a record (<https://systemd.io/JOURNAL_NATIVE_PROTOCOL>).
#[derive(Debug)]
pub(super) struct Journal {
    socket: UnixDatagram,
    path: &'static str,
}

impl Journal {
    /// Reaches nobody yet: a journal that hangs or is not there must not hold up a start.
    ///
    /// # Errors
    /// When the system gives no socket.
    pub(super) fn new(path: &'static str) -> io::Result<Self> {
        let socket = UnixDatagram::unbound()?;
        Ok(Self { socket, path })
    }

    /// Waits for a journal that is being started, as long as it takes.
    fn send(&self, record: &[u8]) -> io::Result<()> {
        loop {
            match self.socket.send_to(record, self.path) {
                Ok(_) => return Ok(()),
                Err(error) if is_away(&error) => thread::sleep(BETWEEN_TRIES),
                Err(error) => return Err(error),
            }
        }
    }
}

impl Sink for Journal {
    fn write(&mut self, records: &Records) -> u64 {
        let lost = records.iter().filter(|record| self.send(record).is_err());
        u64::try_from(lost.count()).unwrap_or(u64::MAX)
    }
}

/// Nobody at the socket, or no memory for another datagram at this moment.
fn is_away(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionRefused | ErrorKind::Interrupted | ErrorKind::NotFound
    ) || error.raw_os_error() == Some(rustix::io::Errno::NOBUFS.raw_os_error())
}

const BETWEEN_TRIES: Duration = Duration::from_millis(100);
