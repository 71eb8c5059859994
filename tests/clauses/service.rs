//! The daemon under systemd, standards §18: sockets, readiness, reload, stop, watchdog.

use std::{
    fs,
    net::TcpListener,
    os::{
        fd::{AsRawFd as _, OwnedFd},
        unix::net::{UnixDatagram, UnixListener},
    },
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Resource, Rlimit, Signal, getrlimit, setrlimit};
use sd_notify::NotifyState;

use super::{
    expect::{challenged, unavailable},
    site::{CONTENT, NAME, Site, fresh_token, settings},
};
use crate::support::{
    fake_directory::Answer as Reply,
    http::{Request, plain, unix},
    perild::{Settings, write_config},
    pki::Pki,
    process::{PATIENCE, Running, tool},
    world::place,
};

/// No memory of the daemon's on a disk, whoever starts it: it holds keys and tokens.
#[test]
fn a_daemon_leaves_no_core_file_even_where_others_would() {
    let limit = getrlimit(Resource::Core);
    assert_ne!(limit.maximum, Some(0), "here nothing leaves a core file");
    let others = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    setrlimit(Resource::Core, others).unwrap();
    let site = Site::start();
    let pid = site.perild.pid().as_raw_nonzero();
    let limits = fs::read_to_string(format!("/proc/{pid}/limits")).unwrap();
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"));
    let core: Vec<_> = core.unwrap().split_whitespace().collect();
    assert_eq!(core[4..6], ["0", "0"], "{limits}");
}

/// Rows: SYSD-3, SYSD-4
#[test]
fn sysd_4_ready_is_said_once_the_socket_answers() {
    let site = Site::start();
    assert_eq!(site.ask(&Request::get("/healthz")).text(), "OK");
    let dir = place();
    Pki::new(dir.path());
    let notify = listen_for_notices(dir.path());
    let mut settings = settings("https://localhost:9/");
    settings.edit("client_id = \"provider\"", "client_id = 7");
    write_config(dir.path(), &settings);
    let done = command(dir.path()).output().unwrap();
    assert_eq!(done.status.code(), Some(78));
    notify.set_nonblocking(true).unwrap();
    assert!(
        notify.recv(&mut [0; 100]).is_err(),
        "a bad configuration is not ready"
    );
}

pub(super) fn listen_for_notices(dir: &Path) -> UnixDatagram {
    fs::create_dir_all(dir.join("run")).unwrap();
    let notify = UnixDatagram::bind(dir.join("run/notify.sock")).unwrap();
    notify.set_read_timeout(Some(PATIENCE)).unwrap();
    notify
}

pub(super) fn command(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_perild"));
    command
        .args(["serve", "--config"])
        .arg(dir.join("perild.toml"))
        .env("NOTIFY_SOCKET", dir.join("run/notify.sock"));
    command
}

pub(super) fn next_notice(notify: &UnixDatagram) -> String {
    let mut message = [0; 4096];
    let length = notify.recv(&mut message).unwrap();
    String::from_utf8_lossy(&message[..length]).into_owned()
}

/// A daemon in `dir` that is handed `sockets` by name, as systemd does it.
fn handed(dir: &Path, sockets: &[(&str, OwnedFd)], pid: &str) -> Running {
    handed_with(dir, &settings("https://localhost:9/"), sockets, pid)
}

pub(super) fn handed_with(
    dir: &Path,
    settings: &Settings,
    sockets: &[(&str, OwnedFd)],
    pid: &str,
) -> Running {
    Pki::new(dir);
    write_config(dir, settings);
    let names: Vec<&str> = sockets.iter().map(|(name, _)| *name).collect();
    // A shell puts each descriptor at its place, from 3 on, and keeps its pid for what it becomes.
    let script = format!("LISTEN_PID={pid} exec \"$0\" \"$@\"");
    let script = (3..)
        .zip(sockets)
        .fold(script, |script, (place, (_, socket))| {
            format!("{script} {place}<&{}", socket.as_raw_fd())
        });
    for (_, socket) in sockets {
        rustix::io::fcntl_setfd(socket, rustix::io::FdFlags::empty()).unwrap();
    }
    let mut command = Command::new("bash");
    command
        .args(["-c", &script])
        .arg(env!("CARGO_BIN_EXE_perild"))
        .args(["serve", "--config"])
        .arg(dir.join("perild.toml"))
        .env("NOTIFY_SOCKET", dir.join("run/notify.sock"))
        .env("LISTEN_FDS", sockets.len().to_string())
        .env("LISTEN_FDNAMES", names.join(":"));
    Running::start("perild", &mut command)
}

fn socket(dir: &Path, name: &str) -> OwnedFd {
    UnixListener::bind(dir.join("run").join(name))
        .unwrap()
        .into()
}

/// Rows: SYSD-1, SYSD-2
#[test]
fn sysd_1_sockets_are_taken_by_name_in_either_order() {
    for swapped in [false, true] {
        let dir = place();
        let notify = listen_for_notices(dir.path());
        let mut sockets = vec![
            ("http", socket(dir.path(), "http.sock")),
            ("metrics", socket(dir.path(), "metrics.sock")),
        ];
        if swapped {
            sockets.reverse();
        }
        let mut perild = handed(dir.path(), &sockets, "$$");
        assert!(next_notice(&notify).contains("READY=1"));
        let answer = unix(&dir.path().join("run/http.sock")).send(&Request::get("/healthz"));
        assert_eq!(answer.text(), "OK");
        let ask_metrics =
            |target| unix(&dir.path().join("run/metrics.sock")).send(&Request::get(target));
        assert!(ask_metrics("/metrics").text().contains("perild_ready 0"));
        assert_eq!(ask_metrics("/healthz").status, 404);
        // What is handed over is used in place of `listen`.
        assert!(!dir.path().join("run/perild.sock").exists());
        perild.signal(Signal::TERM);
        assert!(perild.wait().success());
        assert!(
            dir.path().join("run/http.sock").exists(),
            "systemd's own socket is left"
        );
    }
}

/// Rows: SYSD-1
#[test]
fn sysd_1_sockets_for_another_pid_are_left_alone() {
    let dir = place();
    let notify = listen_for_notices(dir.path());
    let sockets = vec![("http", socket(dir.path(), "http.sock"))];
    let mut perild = handed(dir.path(), &sockets, "1");
    assert!(next_notice(&notify).contains("READY=1"));
    let own = dir.path().join("run/perild.sock");
    assert_eq!(unix(&own).send(&Request::get("/healthz")).text(), "OK");
    perild.signal(Signal::TERM);
    perild.wait();
}

/// Rows: SYSD-1
#[test]
fn sysd_1_a_datagram_socket_is_a_configuration_error() {
    let dir = place();
    let _notify = listen_for_notices(dir.path());
    let datagram = UnixDatagram::bind(dir.path().join("run/datagram.sock")).unwrap();
    let mut perild = handed(dir.path(), &[("http", datagram.into())], "$$");
    assert_eq!(perild.wait().code(), Some(78));
    let said = perild.lines().join("\n");
    assert!(said.contains("ListenStream="), "{said}");
}

/// Rows: SYSD-1
#[test]
fn sysd_1_a_socket_for_metrics_that_other_machines_reach_is_a_configuration_error() {
    for (address, code) in [("127.0.0.1:0", Some(0)), ("0.0.0.0:0", Some(78))] {
        let dir = place();
        let notify = listen_for_notices(dir.path());
        let listener = TcpListener::bind(address).unwrap();
        let port = listener.local_addr().unwrap().port();
        let sockets = [
            ("metrics", listener.into()),
            ("http", socket(dir.path(), "http.sock")),
        ];
        let mut perild = handed(dir.path(), &sockets, "$$");
        if code == Some(0) {
            assert!(next_notice(&notify).contains("READY=1"));
            assert_eq!(plain(port).send(&Request::get("/metrics")).status, 200);
            perild.signal(Signal::TERM);
        }
        assert_eq!(perild.wait().code(), code);
        let said = perild.lines().join("\n");
        assert_eq!(
            said.contains("is not a loopback address"),
            code == Some(78),
            "{said}"
        );
    }
}

/// Rows: SYSD-5
#[test]
fn sysd_5_a_reload_is_one_datagram_with_its_time_and_then_ready() {
    let site = Site::start();
    let (reloading, ready) = site.perild.reload();
    let begun = reloading
        .lines()
        .find_map(|line| line.strip_prefix("MONOTONIC_USEC="));
    let begun: i128 = begun
        .unwrap_or_else(|| panic!("{reloading}"))
        .parse()
        .unwrap();
    let NotifyState::MonotonicUsec(now) = NotifyState::monotonic_usec_now().unwrap() else {
        panic!("no monotonic clock");
    };
    assert!(
        (now - 20_000_000..=now).contains(&begun),
        "{begun} at {now}"
    );
    assert!(
        !ready.contains("RELOADING") && ready.contains("STATUS="),
        "{ready}"
    );
}

/// Rows: SYSD-5, PKIX-12
#[test]
fn sysd_5_a_bad_reload_keeps_everything_and_says_so() {
    let site = Site::with(|settings, _| {
        settings.more = format!("[[datasets]]\nname = \"{NAME}\"\nscope = \"energy:read\"\n");
    });
    let known = site.request(&format!("/{NAME}"), &fresh_token());
    assert_eq!(site.ask(&known).status, 200);
    let again = |change: &dyn Fn(&mut Settings)| {
        let mut settings = settings(&site.directory.issuer);
        change(&mut settings);
        write_config(site.dir(), &settings);
        site.perild.reload().1
    };
    let bad: [&dyn Fn(&mut Settings); 4] = [
        &|settings| settings.edit("[consumers]", "[consumers]\nunknown = 1"),
        &|settings| settings.edit("certs/consumers-ca.pem", "certs/none.pem"),
        &|settings| settings.issuer = "http://localhost/".to_owned(),
        &|settings| settings.edit("a.key", "../consumers/none.key"),
    ];
    for change in bad {
        let ready = again(change);
        assert!(
            ready.contains("STATUS=") && ready.contains("old configuration"),
            "{ready}"
        );
        assert_eq!(site.ask(&known).status, 200);
        assert_eq!(site.fetch().status, 200);
    }
    site.perild
        .wait_for_line(|line| line.contains("reload failed") && line.contains("none.pem"));
    // A good one after bad ones is taken, and keeps what was learned of tokens.
    let ready = again(&|settings| {
        settings.more = format!("[[datasets]]\nname = \"{NAME}\"\nscope = \"other\"\n");
    });
    assert!(!ready.contains("old configuration"), "{ready}");
    let calls = site.introspections();
    challenged(&site, &site.ask(&known), 403, Some("insufficient_scope"));
    assert_eq!(site.introspections(), calls);
}

/// Rows: SYSD-5
#[test]
fn sysd_5_reloads_lose_no_request() {
    let site = Site::start();
    let request = site.request(&format!("/{NAME}"), &fresh_token());
    thread::scope(|threads| {
        let asking = threads.spawn(|| {
            let mut connection = site.connect();
            let until = Instant::now() + Duration::from_secs(1);
            let mut count = 0;
            while Instant::now() < until {
                assert_eq!(connection.send(&request).text(), CONTENT);
                count += 1;
            }
            count
        });
        while !asking.is_finished() {
            site.perild.reload();
        }
        assert!(asking.join().unwrap() > 10);
    });
    assert_eq!(site.introspections(), 1);
}

/// Rows: SYSD-6
#[test]
fn sysd_6_a_stop_finishes_what_runs_and_then_ends() {
    let mut site = Site::start();
    let length = 20_000_000;
    fs::write(site.shared("large.csv"), vec![b'x'; length]).unwrap();
    let mut connection = site.connect();
    connection.write(&site.request("/large", &fresh_token()).bytes());
    std::io::BufRead::fill_buf(connection.stream()).unwrap();
    let begun = Instant::now();
    site.perild.signal(Signal::TERM);
    site.perild.await_state("STOPPING=1");
    let answer = connection.read(true).unwrap();
    assert_eq!((answer.status, answer.content.len()), (200, length));
    site.perild.wait();
    assert!(begun.elapsed() < Duration::from_secs(20));
    assert!(!site.perild.socket.exists());
}

/// Rows: SYSD-6
#[test]
fn sysd_6_requests_are_answered_while_a_stop_waits_for_a_download() {
    let mut site = Site::start();
    let length = 20_000_000;
    fs::write(site.shared("large.csv"), vec![b'x'; length]).unwrap();
    let mut connection = site.connect();
    connection.write(&site.request("/large", &fresh_token()).bytes());
    std::io::BufRead::fill_buf(connection.stream()).unwrap();
    let begun = Instant::now();
    site.perild.signal(Signal::TERM);
    site.perild.await_state("STOPPING=1");
    // Longer than connections that are kept open have to be given up.
    let mut count = 0;
    while begun.elapsed() < Duration::from_secs(2) {
        let answer = site.fetch();
        assert_eq!(answer.text(), CONTENT);
        assert_eq!(answer.field("connection"), Some("close"));
        count += 1;
    }
    assert!(count > 10);
    let answer = connection.read(true).unwrap();
    assert_eq!((answer.status, answer.content.len()), (200, length));
    site.perild.wait();
}

/// Rows: SYSD-6
#[test]
fn sysd_6_connections_that_are_kept_do_not_hold_up_a_stop() {
    let shortest = (0..3).map(|_| {
        let mut site = Site::start();
        let request = site.request(&format!("/{NAME}"), &fresh_token());
        let kept: Vec<_> = (0..8)
            .map(|_| {
                let mut connection = site.connect();
                assert_eq!(connection.send(&request).text(), CONTENT);
                connection
            })
            .collect();
        let begun = Instant::now();
        // Each is closed by its other end when it ends, as nginx does.
        let ends: Vec<_> = kept
            .into_iter()
            .map(|mut connection| {
                thread::spawn(move || {
                    assert!(
                        std::io::BufRead::fill_buf(connection.stream())
                            .unwrap()
                            .is_empty()
                    );
                })
            })
            .collect();
        site.perild.signal(Signal::TERM);
        site.perild.wait();
        let took = begun.elapsed();
        for end in ends {
            end.join().unwrap();
        }
        took
    });
    let shortest = shortest.min().unwrap();
    assert!(shortest < Duration::from_millis(1400), "{shortest:?}");
}

/// Rows: SYSD-6
#[test]
fn sysd_6_a_download_that_never_ends_does_not_hold_up_a_stop() {
    let mut site = Site::with(|settings, _| settings.more = "shutdown_seconds = 1\n".to_owned());
    fs::File::create(site.shared("sparse.csv"))
        .unwrap()
        .set_len(3_000_000_000)
        .unwrap();
    let mut connection = site.connect();
    connection.write(&site.request("/sparse", &fresh_token()).bytes());
    std::io::BufRead::fill_buf(connection.stream()).unwrap();
    let begun = Instant::now();
    site.perild.stop();
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
}

/// Rows: SYSD-7
#[test]
fn sysd_7_the_watchdog_is_fed_at_half_its_interval_and_not_while_the_event_loops_are_blocked() {
    let dir = place();
    let notify = listen_for_notices(dir.path());
    Pki::new(dir.path());
    write_config(dir.path(), &settings("https://localhost:9/"));
    let mut command = command(dir.path());
    let perild = Running::start("perild", command.env("WATCHDOG_USEC", "400000"));
    assert!(next_notice(&notify).contains("READY=1"));
    let begun = Instant::now();
    for _ in 0..5 {
        assert!(
            next_notice(&notify)
                .lines()
                .any(|line| line == "WATCHDOG=1")
        );
    }
    let took = begun.elapsed();
    assert!(
        took > Duration::from_millis(600) && took < Duration::from_secs(5),
        "{took:?}"
    );
    let blocked = Blocked::workers_of(perild.pid());
    // A ping that was under way may still come; after it there is none for five intervals.
    notify
        .set_read_timeout(Some(Duration::from_secs(2)))
        .unwrap();
    let mut last = [0; 64];
    let late: Vec<_> = (0..2).map(|_| notify.recv(&mut last).is_ok()).collect();
    assert!(late.contains(&false), "pings came from a blocked daemon");
    drop(blocked);
    notify.set_read_timeout(Some(PATIENCE)).unwrap();
    assert!(next_notice(&notify).contains("WATCHDOG=1"));
}

/// The event loops of a process, each stopped where it is, and nothing else of it.
struct Blocked(std::process::Child);

impl Blocked {
    fn workers_of(process: rustix::process::Pid) -> Self {
        let process = process.as_raw_nonzero();
        let tasks = fs::read_dir(format!("/proc/{process}/task")).unwrap();
        let workers: Vec<_> = tasks
            .map(|task| task.unwrap())
            .filter(|task| {
                let name = fs::read_to_string(task.path().join("comm")).unwrap();
                name.starts_with("actix-server wo")
            })
            .map(|task| task.file_name())
            .collect();
        assert!(!workers.is_empty());
        let mut tracer = Command::new(tool("python3", "python3"))
            .args(["-c", STOP_THREADS])
            .args(workers)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = [0; 8];
        std::io::Read::read_exact(tracer.stdout.as_mut().unwrap(), &mut said).unwrap();
        assert_eq!(&said, b"stopped\n");
        Self(tracer)
    }
}

impl Drop for Blocked {
    /// The kernel lets the threads go when their tracer ends.
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// `PTRACE_SEIZE` and `PTRACE_INTERRUPT` stop single threads, which no signal can.
const STOP_THREADS: &str = r#"
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
for thread in map(int, sys.argv[1:]):
    for request in (0x4206, 0x4207):
        if libc.ptrace(request, thread, None, None) != 0:
            sys.exit(os.strerror(ctypes.get_errno()))
    os.waitpid(thread, 0x40000000)
print("stopped", flush=True)
sys.stdin.read()
"#;

/// Rows: SYSD-7
#[test]
fn sysd_7_without_a_watchdog_no_ping_is_sent() {
    let dir = place();
    let notify = listen_for_notices(dir.path());
    Pki::new(dir.path());
    write_config(dir.path(), &settings("https://localhost:9/"));
    for (name, value) in [("NONE", ""), ("WATCHDOG_PID", "1")] {
        let _ = fs::remove_file(dir.path().join("run/perild.sock"));
        let mut command = command(dir.path());
        command.env(name, value);
        if name == "WATCHDOG_PID" {
            command.env("WATCHDOG_USEC", "100000");
        }
        let mut perild = Running::start("perild", &mut command);
        assert!(next_notice(&notify).contains("READY=1"));
        perild.signal(Signal::TERM);
        let mut notices = Vec::new();
        while notices
            .last()
            .is_none_or(|notice: &String| !notice.contains("STOPPING=1"))
        {
            notices.push(next_notice(&notify));
        }
        assert!(!notices.concat().contains("WATCHDOG=1"), "{notices:?}");
        assert!(perild.wait().success());
    }
}

/// Rows: INT-15, DISC-6
#[test]
fn healthz_and_readyz_ask_nobody_and_tell_apart_life_and_readiness() {
    let mut site = Site::start();
    site.replies(Reply::Status(500));
    unavailable(&site, &site.fetch());
    for (target, media_type) in [
        ("/healthz", "text/html; charset=utf-8"),
        ("/readyz", "text/plain; charset=utf-8"),
    ] {
        let answer = site.ask(&Request::get(target));
        assert_eq!(answer.status, 200);
        assert_eq!(answer.field("content-type"), Some(media_type));
        assert_eq!(answer.field("cache-control"), Some("no-store"));
    }
    site.directory.stop();
    assert_eq!(site.ask(&Request::get("/healthz")).text(), "OK");
}
