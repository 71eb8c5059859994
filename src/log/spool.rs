//! Lines on their way out: gathered for a moment, written by a thread of their own.
//!
//! A write(2) for each record was a tenth of what a small answer cost. Now one write takes what has
//! gathered while the thread rested: on a quiet day each record alone, under load some hundred.

use std::{
    io::Write,
    mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

/// Takes lines in order and writes them soon. Clones share what has gathered.
///
/// At most [`GATHERED_BYTES`] wait: whoever brings more writes it himself, so that a slow reader of
/// the log slows the daemon down and costs neither records nor memory.
#[derive(Debug)]
pub(super) struct Spool<W>(Arc<Shared<W>>);

#[derive(Debug)]
struct Shared<W> {
    gathered: Mutex<Vec<u8>>,
    has_gathered: Condvar,
    out: Mutex<Out<W>>,
}

#[derive(Debug)]
struct Out<W> {
    writer: W,
    lines: Vec<u8>,
}

impl<W: Write + Send + 'static> Spool<W> {
    /// Starts the thread that writes to `writer`; it ends with the process.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(super) fn start(writer: W) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            gathered: Mutex::default(),
            has_gathered: Condvar::new(),
            out: Mutex::new(Out {
                writer,
                lines: Vec::new(),
            }),
        });
        let spool = Self(Arc::clone(&shared));
        thread::Builder::new()
            .name("perild-log".to_owned())
            .spawn(move || shared.keep_writing())?;
        Ok(spool)
    }

    /// Takes `line` to be written soon.
    pub(super) fn push(&self, line: &[u8]) {
        let shared = &self.0;
        let mut gathered = held(&shared.gathered);
        let is_first = gathered.is_empty();
        gathered.extend_from_slice(line);
        let is_full = gathered.len() >= GATHERED_BYTES;
        drop(gathered);
        if is_full {
            shared.write();
        } else if is_first {
            shared.has_gathered.notify_one();
        }
    }

    /// Writes what has gathered, now.
    pub(super) fn flush(&self) {
        self.0.write();
    }
}

impl<W> Clone for Spool<W> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<W: Write> Shared<W> {
    fn keep_writing(&self) {
        loop {
            let gathered = held(&self.gathered);
            let gathered = self
                .has_gathered
                .wait_while(gathered, |gathered| gathered.is_empty());
            drop(gathered);
            self.write();
            thread::sleep(REST);
        }
    }

    /// Lines leave in the order in which they came: what has gathered is taken by whoever may write.
    fn write(&self) {
        let mut out = held(&self.out);
        let Out { writer, lines } = &mut *out;
        mem::swap(lines, &mut *held(&self.gathered));
        // A closed stderr must not end the daemon, and there is nowhere left to complain.
        let _ = writer.write_all(lines);
        lines.clear();
    }
}

/// A panic while a line was taken leaves whole lines behind, so the lock is as good as before.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How long lines gather once one was written: too short to be noticed by who follows the log.
const REST: Duration = Duration::from_millis(5);

/// Octets that wait at most.
const GATHERED_BYTES: usize = 256 * 1024;

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// Hands each write on.
    struct Told(mpsc::Sender<Vec<u8>>);

    impl Write for Told {
        fn write(&mut self, octets: &[u8]) -> std::io::Result<usize> {
            self.0.send(octets.to_vec()).unwrap();
            Ok(octets.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_is_written_without_a_second_one() {
        let (told, written) = mpsc::channel();
        let spool = Spool::start(Told(told)).unwrap();
        for line in [&b"one\n"[..], b"two\n"] {
            spool.push(line);
            assert_eq!(written.recv().unwrap(), line);
        }
    }

    #[test]
    fn every_line_of_every_thread_is_written_once_in_its_order_and_none_is_cut() {
        const LINES: usize = 20_000;
        let (told, written) = mpsc::channel();
        let spool = Spool::start(Told(told)).unwrap();
        thread::scope(|threads| {
            for name in ["a", "b"] {
                let spool = spool.clone();
                threads.spawn(move || {
                    (0..LINES).for_each(|n| spool.push(format!("{name} {n:040}\n").as_bytes()));
                });
            }
        });
        spool.flush();
        let text = String::from_utf8(written.try_iter().flatten().collect()).unwrap();
        for name in ["a ", "b "] {
            let mut lines = text.lines().filter_map(|line| line.strip_prefix(name));
            assert!((0..LINES).all(|n| lines.next() == Some(&format!("{n:040}"))));
            assert_eq!(lines.next(), None);
        }
    }

    #[test]
    fn who_brings_too_much_writes_it_himself() {
        let (told, written) = mpsc::channel();
        let spool = Spool::start(Told(told)).unwrap();
        let line = vec![b'x'; GATHERED_BYTES];
        spool.push(&line);
        assert_eq!(
            written.try_iter().map(|octets| octets.len()).sum::<usize>(),
            GATHERED_BYTES
        );
    }
}
