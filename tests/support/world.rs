//! Everything at once: a directory, the daemon, nginx before it, and files to ask for.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use super::{
    directory::Directory,
    http::{Answer, Connection, Request},
    nginx::Nginx,
    perild::{Launch, Perild, Settings},
    pki::{Identity, Pki},
    process::{PATIENCE, eventually},
    tls,
};

/// The file that every world offers, under its name.
pub const NAME: &str = "tidy_DYTS01_kWh";
/// What is in it.
pub const CONTENT: &str = "time,kWh\n2021-01-01T00:00:00Z,0.250\n2021-01-01T00:30:00Z,0.125\n";

/// A whole system. Fields are dropped in order: nginx before the daemon, the directory last.
pub struct World {
    pub nginx: Nginx,
    pub perild: Perild,
    pub directory: Directory,
    pub bank: Identity,
    pub pki: Pki,
    dir: TempDir,
}

impl World {
    pub fn start() -> Self {
        Self::with(|_, _| {})
    }

    /// Starts with the settings changed by `change`.
    pub fn with(change: impl FnOnce(&mut Settings, &Pki)) -> Self {
        Self::launched(&Launch::Itself, change)
    }

    /// Starts the daemon as `launch` has it.
    pub fn launched(launch: &Launch, change: impl FnOnce(&mut Settings, &Pki)) -> Self {
        Self::under(|_| {}, launch, change)
    }

    /// Starts under a directory that is configured by `configure`.
    pub fn under(
        configure: impl FnOnce(&mut serde_json::Value),
        launch: &Launch,
        change: impl FnOnce(&mut Settings, &Pki),
    ) -> Self {
        let dir = place();
        let pki = Pki::new(dir.path());
        let directory = Directory::with(&pki, &["bank-a", "bank-b"], configure);
        let bank = pki.consumer("bank-a");
        let mut settings = Settings::new(&directory.issuer);
        change(&mut settings, &pki);
        let perild = Perild::launch(dir.path(), &settings, launch);
        match launch {
            Launch::SocketActivation => {
                perild.wait_for_line(|line| line.contains("Listening on"));
                let group = fs::Permissions::from_mode(0o660);
                fs::set_permissions(&perild.socket, group).unwrap();
            }
            Launch::Itself | Launch::Journal => {
                perild.await_state("READY=1");
            }
        }
        let nginx = Nginx::start(dir.path(), "perild.conf");
        let world = Self {
            nginx,
            perild,
            directory,
            bank,
            pki,
            dir,
        };
        let knows_directory = settings.issuer == world.directory.issuer;
        if knows_directory && !matches!(launch, Launch::SocketActivation) {
            world.await_ready();
        }
        world
    }

    /// Waits until the daemon knows the directory; it serves before that, and says 503 for data.
    pub fn await_ready(&self) {
        let client = self.client(None);
        eventually("the directory to be known", PATIENCE, || {
            let answer = client.connect().send(&Request::get("/readyz"));
            (answer.status == 200).then_some(())
        });
    }

    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub fn shared(&self, file: &str) -> PathBuf {
        self.dir().join("srv/shared_data").join(file)
    }

    pub fn public(&self, file: &str) -> PathBuf {
        self.dir().join("srv/public").join(file)
    }

    /// A token for the bank, bound to its certificate.
    pub fn token(&self) -> String {
        self.directory.token("bank-a", &self.bank)
    }

    /// Someone who shows `identity`, or nothing, to nginx.
    pub fn client(&self, identity: Option<&Identity>) -> tls::Client {
        tls::Client::new(&self.pki.path("web.pem"), identity, self.nginx.https)
    }

    /// A connection by the bank.
    pub fn bank(&self) -> Connection<tls::Stream> {
        self.client(Some(&self.bank)).connect()
    }

    /// One request by the bank with `token`.
    pub fn get(&self, target: &str, token: &str) -> Answer {
        self.bank().send(&Request::get(target).bearer(token))
    }

    pub fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.nginx.https)
    }
}

/// A directory that the web server's user may look into, with the file that every world offers.
pub fn place() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    for sub in ["srv/shared_data", "srv/public"] {
        fs::create_dir_all(dir.path().join(sub)).unwrap();
    }
    fs::write(
        dir.path().join(format!("srv/shared_data/{NAME}.csv")),
        CONTENT,
    )
    .unwrap();
    dir
}
