//! The built daemon, configured and started as systemd would, watched by what it tells systemd.

use std::{
    fs,
    os::unix::{
        fs::{PermissionsExt, chown},
        net::UnixDatagram,
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::Command,
};

use nix::unistd::{Uid, User};
use rustix::process::Signal;

use super::{
    printed,
    process::{PATIENCE, Running},
};

/// The web server's user on Debian.
pub const WEB_SERVER: &str = "www-data";
/// A user with no rights: the daemon's in the tests, when they run as root.
pub const DAEMON: &str = "nobody";
/// A user that is neither.
pub const BYSTANDER: &str = "daemon";

/// What a test may set; the rest is as in the documentation, with this run's places.
#[derive(Clone, Debug)]
pub struct Settings {
    pub issuer: String,
    pub cache_seconds: u32,
    pub accel_prefix: &'static str,
    pub revocation_lists: Vec<PathBuf>,
    /// The user that connects to the socket.
    pub proxy: String,
    /// Lines of `[defaults]`.
    pub defaults: String,
    /// Files that are there before the first rule for them, empty where a test writes nothing else.
    pub files: Vec<&'static str>,
    /// Lines added as they are, tables of their own.
    pub more: String,
    /// Texts of the file that are replaced, each by its own.
    pub edits: Vec<(String, String)>,
    /// Arguments of `perild serve` beside the configuration.
    pub arguments: Vec<&'static str>,
    /// What its environment has beside.
    pub variables: Vec<(&'static str, String)>,
}

impl Settings {
    pub fn new(issuer: &str) -> Self {
        Self {
            issuer: issuer.to_owned(),
            cache_seconds: 60,
            accel_prefix: "",
            revocation_lists: Vec::new(),
            proxy: web_server(),
            defaults: "publish = \"all\"\n".to_owned(),
            files: Vec::new(),
            more: String::new(),
            edits: Vec::new(),
            arguments: Vec::new(),
            variables: Vec::new(),
        }
    }

    /// Has `replacement` stand where the file has `text`.
    pub fn edit(&mut self, text: &str, replacement: &str) {
        self.edits.push((text.to_owned(), replacement.to_owned()));
    }

    fn text(&self, dir: &Path) -> String {
        let Self {
            issuer,
            cache_seconds,
            accel_prefix,
            revocation_lists,
            proxy,
            defaults,
            files: _,
            more,
            edits,
            arguments: _,
            variables: _,
        } = self;
        let d = dir.display();
        let text = format!(
            r#"listen = "unix:{d}/run/perild.sock"
base_url = "https://localhost"

[paths]
shared_data = "{d}/srv/shared_data"
public = "{d}/srv/public"
state = "{d}/state"

[directory]
issuer = "{issuer}"
client_id = "provider"
certificate = "{d}/certs/a.pem"
private_key = "{d}/certs/a.key"
trust_anchors = "{d}/certs/directory-ca.pem"

[consumers]
trust_anchors = "{d}/certs/consumers-ca.pem"
revocation_lists = {revocation_lists:?}
certificate_header = "X-OE-CLIENT-CERT"
certificate_format = "pem-urlencoded"

[introspection]
cache_seconds = {cache_seconds}
timeout_ms = 3000

[defaults]
{defaults}
[server]
proxy_uids = ["{proxy}"]
accel_prefix = "{accel_prefix}"
{more}
"#
        );
        edits.iter().fold(text, |text, (old, new)| {
            assert!(text.contains(old), "{old:?} is not in\n{text}");
            text.replace(old, new)
        })
    }
}

/// The running daemon.
pub struct Perild {
    process: Running,
    notified: UnixDatagram,
    pub socket: PathBuf,
    pub config: PathBuf,
    expect_clean: bool,
}

/// How the daemon is started.
pub enum Launch {
    /// It binds `listen` itself.
    Itself,
    /// `systemd-socket-activate` binds and hands over.
    SocketActivation,
    /// As `Itself`, with standard error in the journal, as a unit has it.
    Journal,
}

impl Perild {
    /// Starts the daemon below `dir` and waits until it says that it is ready.
    pub fn start(dir: &Path, settings: &Settings) -> Self {
        let perild = Self::launch(dir, settings, &Launch::Itself);
        perild.await_state("READY=1");
        perild
    }

    /// Starts the daemon and waits for nothing.
    pub fn launch(dir: &Path, settings: &Settings, launch: &Launch) -> Self {
        let config = dir.join("perild.toml");
        write_config(dir, settings);
        let run = dir.join("run");
        for sub in ["run", "state", "srv/shared_data", "srv/public"] {
            fs::create_dir_all(dir.join(sub)).unwrap();
        }
        hand_over(dir);
        let socket = run.join("perild.sock");
        let _ = fs::remove_file(&socket);
        let notify = run.join("notify.sock");
        let _ = fs::remove_file(&notify);
        let notified = UnixDatagram::bind(&notify).unwrap();
        fs::set_permissions(&notify, fs::Permissions::from_mode(0o666)).unwrap();
        notified.set_read_timeout(Some(PATIENCE)).unwrap();

        let mut command = command(launch, &socket, &notify);
        command
            .args(["serve", "--config"])
            .arg(&config)
            .args(&settings.arguments)
            .envs(settings.variables.iter().map(|(name, value)| (name, value)))
            .env("NOTIFY_SOCKET", &notify);
        let process = Running::start("perild", as_daemon(&mut command));
        let expect_clean = !matches!(launch, Launch::Journal);
        Self {
            process,
            notified,
            socket,
            config,
            expect_clean,
        }
    }

    /// The next message to systemd that holds the line `assignment`, whole.
    pub fn await_state(&self, assignment: &str) -> String {
        let mut message = [0; 4096];
        loop {
            let length = self.notified.recv(&mut message).unwrap_or_else(|error| {
                panic!("perild never said {assignment}: {error}\n{}", self.log())
            });
            let message = String::from_utf8_lossy(&message[..length]).into_owned();
            if message.lines().any(|line| line == assignment) {
                return message;
            }
        }
    }

    /// Sends SIGHUP and waits for the end of the reload; the two messages.
    pub fn reload(&self) -> (String, String) {
        self.process.signal(Signal::HUP);
        (self.await_state("RELOADING=1"), self.await_state("READY=1"))
    }

    pub fn signal(&self, signal: Signal) {
        self.process.signal(signal);
    }

    /// Waits until what was asked to stop has stopped, and checks that it ended well.
    pub fn wait(&mut self) {
        let status = self.process.wait();
        assert!(
            status.success(),
            "perild ended with {status}:\n{}",
            self.log()
        );
    }

    pub fn stop(&mut self) {
        self.process.signal(Signal::TERM);
        self.wait();
    }

    /// The exit code of a start that was to fail, and what was said.
    pub fn failure(&mut self) -> (Option<i32>, String) {
        let code = self.process.wait().code();
        let log = self.log();
        printed::is_for_people(&log);
        (code, log)
    }

    /// Everything the daemon has written.
    pub fn log(&self) -> String {
        self.process.lines().join("\n")
    }

    pub fn wait_for_line(&self, wanted: impl Fn(&str) -> bool) -> String {
        self.process.wait_for_line(wanted)
    }

    pub fn pid(&self) -> rustix::process::Pid {
        self.process.pid()
    }
}

impl Drop for Perild {
    fn drop(&mut self) {
        if !self.process.has_ended() && !std::thread::panicking() {
            self.stop();
        }
        if std::thread::panicking() {
            eprintln!("--- perild said:\n{}", self.log());
        } else if self.expect_clean {
            let log = self.log();
            assert!(!log.contains("panicked at"), "{log}");
            printed::is_for_people(&log);
        }
    }
}

/// Writes the configuration anew, for a reload to read.
pub fn write_config(dir: &Path, settings: &Settings) {
    for file in &settings.files {
        let place = dir.join("srv/shared_data").join(file);
        if !place.exists() {
            fs::write(place, "").unwrap();
        }
    }
    fs::write(dir.join("perild.toml"), settings.text(dir)).unwrap();
}

fn command(launch: &Launch, socket: &Path, notify: &Path) -> Command {
    let binary = env!("CARGO_BIN_EXE_perild");
    match launch {
        Launch::Itself => Command::new(binary),
        Launch::Journal => {
            let mut command = Command::new(super::process::tool("systemd-cat", "systemd"));
            // As a unit's environment would say it; systemd-cat 252 does not.
            let named =
                r#"export JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2); exec "$0" "$@""#;
            command
                .args(["--identifier=perild", "sh", "-c", named])
                .arg(binary);
            command
        }
        Launch::SocketActivation => {
            let mut command =
                Command::new(super::process::tool("systemd-socket-activate", "systemd"));
            command.arg("--fdname=http").arg("--listen").arg(socket);
            command
                .arg(format!("--setenv=NOTIFY_SOCKET={}", notify.display()))
                .arg(binary);
            command
        }
    }
}

/// The daemon runs as a user without rights, in the web server's group so that its socket is the web server's too.
fn as_daemon(command: &mut Command) -> &mut Command {
    if Uid::effective().is_root() {
        command
            .uid(user(DAEMON).uid.as_raw())
            .gid(user(WEB_SERVER).gid.as_raw());
    }
    command
}

/// Gives the daemon's user what a package's installation would.
fn hand_over(dir: &Path) {
    if !Uid::effective().is_root() {
        return;
    }
    let (owner, group) = (user(DAEMON).uid.as_raw(), user(WEB_SERVER).gid.as_raw());
    for name in ["run", "state", "certs", "certs/a.key", "perild.toml"] {
        chown(dir.join(name), Some(owner), Some(group)).unwrap();
    }
}

/// The account `name`, which Debian's base or nginx brings.
pub fn user(name: &str) -> User {
    User::from_name(name)
        .unwrap()
        .unwrap_or_else(|| panic!("no user {name}: apt-get install nginx"))
}

/// Who connects to the socket: nginx's user, or our own where nginx runs as it.
fn web_server() -> String {
    if Uid::effective().is_root() {
        WEB_SERVER.to_owned()
    } else {
        own_name()
    }
}

/// The user that the tests run as.
pub fn own_name() -> String {
    User::from_uid(Uid::effective()).unwrap().unwrap().name
}
