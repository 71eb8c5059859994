//! Programs started for a test: their lines are events to wait for, and their end is certain.

use std::{
    io::{BufRead, BufReader, Read},
    net::TcpListener,
    path::PathBuf,
    process::{self, Child, Command, ExitStatus, Stdio},
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

/// How long anything may take before a test gives up on it.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Ports that tests are given: above those of services, below those of connections (Linux: from 32,768).
const FIRST_PORT: u16 = 10_000;
const PORTS: u32 = 22_000;

/// A running program with every line it has written.
pub struct Running {
    name: &'static str,
    child: Child,
    output: Arc<Output>,
}

#[derive(Default)]
struct Output {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    lines: Vec<String>,
    open_streams: usize,
}

impl Running {
    /// Starts `command`; its standard input stays open as long as this value lives.
    pub fn start(name: &'static str, command: &mut Command) -> Self {
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command
            .spawn()
            .unwrap_or_else(|error| panic!("{name} does not start: {error}"));
        let output = Arc::new(Output::default());
        output.state.lock().unwrap().open_streams = 2;
        collect(child.stdout.take().unwrap(), Arc::clone(&output));
        collect(child.stderr.take().unwrap(), Arc::clone(&output));
        Self {
            name,
            child,
            output,
        }
    }

    /// The first line, past or future, that `wanted` accepts.
    pub fn wait_for_line(&self, wanted: impl Fn(&str) -> bool) -> String {
        let found = |state: &State| state.lines.iter().find(|line| wanted(line)).cloned();
        let guard = self.output.state.lock().unwrap();
        let (state, _) = self
            .output
            .changed
            .wait_timeout_while(guard, PATIENCE, |state| {
                found(state).is_none() && state.open_streams > 0
            })
            .unwrap();
        found(&state).unwrap_or_else(|| {
            panic!(
                "{} never said what was awaited:\n{}",
                self.name,
                state.lines.join("\n")
            )
        })
    }

    /// Everything written so far.
    pub fn lines(&self) -> Vec<String> {
        self.output.state.lock().unwrap().lines.clone()
    }

    pub fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    /// Waits for the end: both output streams closed, then the status.
    pub fn wait(&mut self) -> ExitStatus {
        let status = self.end();
        status.unwrap_or_else(|| panic!("{} does not end:\n{}", self.name, self.lines().join("\n")))
    }

    /// As [`wait`](Self::wait); `None` when the program has not ended in time.
    pub fn end(&mut self) -> Option<ExitStatus> {
        let guard = self.output.state.lock().unwrap();
        let (state, _) = self
            .output
            .changed
            .wait_timeout_while(guard, PATIENCE, |state| state.open_streams > 0)
            .unwrap();
        let is_open = state.open_streams > 0;
        drop(state);
        if is_open {
            None
        } else {
            self.child.wait().ok()
        }
    }

    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = kill_process(self.pid(), Signal::KILL);
            let _ = self.child.wait();
        }
    }
}

fn collect(stream: impl Read + Send + 'static, output: Arc<Output>) {
    thread::spawn(move || {
        for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
            output
                .state
                .lock()
                .unwrap()
                .lines
                .push(String::from_utf8_lossy(&line).into_owned());
            output.changed.notify_all();
        }
        output.state.lock().unwrap().open_streams -= 1;
        output.changed.notify_all();
    });
}

/// Where `tool` is installed, or a failure that names the Debian package that brings it.
pub fn tool(tool: &str, package: &str) -> PathBuf {
    let places = [
        "/usr/bin",
        "/usr/sbin",
        "/bin",
        "/sbin",
        "/usr/local/bin",
        "/lib/systemd",
    ];
    places
        .iter()
        .map(|place| PathBuf::from(place).join(tool))
        .find(|path| path.exists())
        .unwrap_or_else(|| panic!("{tool} is not installed: apt-get install {package}"))
}

/// Runs `command` to its end and gives its standard output; anything but success is a failure.
pub fn output(command: &mut Command) -> String {
    let done = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(
        done.status.success(),
        "{command:?} failed: {}\n{said}\n{}",
        done.status,
        String::from_utf8_lossy(&done.stderr)
    );
    said
}

/// A TCP port that is free, and that no other test of this process was given. It lies below those that the system gives
/// to connections, so that none takes it before the test's own server does; each process looks from a place of its own.
pub fn free_port() -> u16 {
    static GIVEN: AtomicU32 = AtomicU32::new(0);
    loop {
        let place = process::id()
            .wrapping_mul(97)
            .wrapping_add(GIVEN.fetch_add(1, Ordering::Relaxed));
        let port = u16::try_from(place % PORTS).unwrap() + FIRST_PORT;
        if TcpListener::bind(("0.0.0.0", port)).is_ok() {
            return port;
        }
    }
}

/// Asks until `answer` gives something, for what tells nobody when it changes (a remote cache's age).
pub fn eventually<T>(what: &str, limit: Duration, mut answer: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(value) = answer() {
            return value;
        }
        assert!(start.elapsed() < limit, "{what}: not within {limit:?}");
        thread::sleep(Duration::from_millis(50));
    }
}
