//! What lies between perild and its directory and may forget connections, as a firewall that restarts does:
//! neither side hears of it, and new connections work.

#![allow(dead_code, reason = "each test binary uses its own part")]

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// Passes TCP connections on to a port of loopback.
pub(crate) struct ForgetfulProxy {
    pub(crate) port: u16,
    ages: Arc<Ages>,
}

#[derive(Default)]
struct Ages {
    taken: AtomicUsize,
    forgotten: AtomicUsize,
}

impl ForgetfulProxy {
    pub(crate) fn before(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port is free");
        let own = listener
            .local_addr()
            .expect("a bound socket has an address");
        let ages = Arc::new(Ages::default());
        let shared = Arc::clone(&ages);
        thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                let Ok(far) = TcpStream::connect(("127.0.0.1", port)) else {
                    continue;
                };
                let number = shared.taken.fetch_add(1, Ordering::SeqCst);
                pass(&near, &far, number, &shared);
                pass(&far, &near, number, &shared);
            }
        });
        Self {
            port: own.port(),
            ages,
        }
    }

    /// From now on nothing passes on the connections that there are.
    pub(crate) fn forget(&self) {
        let taken = self.ages.taken.load(Ordering::SeqCst);
        self.ages.forgotten.store(taken, Ordering::SeqCst);
    }

    /// How many connections were made.
    pub(crate) fn connections(&self) -> usize {
        self.ages.taken.load(Ordering::SeqCst)
    }
}

fn pass(from: &TcpStream, to: &TcpStream, number: usize, ages: &Arc<Ages>) {
    let (mut from, mut to) = (
        from.try_clone().expect("a socket can be shared"),
        to.try_clone().expect("a socket can be shared"),
    );
    let ages = Arc::clone(ages);
    thread::spawn(move || {
        let mut octets = [0; 16 * 1024];
        while let Ok(length @ 1..) = from.read(&mut octets) {
            // Both sockets stay open: nobody is told.
            while number < ages.forgotten.load(Ordering::SeqCst) {
                thread::park();
            }
            if to.write_all(&octets[..length]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    });
}
