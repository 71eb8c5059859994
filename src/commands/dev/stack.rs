//! Parts of a development run: certificates, files and servers.

use std::net::{Ipv4Addr, TcpListener};

use actix_web::dev::ServerHandle;
use rustix::process::getuid;
use toml::{Table, Value};

use super::{
    DevArgs, DevError,
    authorization_server::{self, Client},
    coverages::DescribedCoverages,
    daemon::Daemon,
    dev_dir::{DevDir, shell_word},
    front,
    perils::PerilValues,
    pki::{CertificateAuthority, Holder, thumbprint},
    print,
    sample::{RESTRICTED_SCOPE, SharedFiles},
    tls,
};

/// Servers, certificates and files of a run, in the order in which it ends.
pub(super) struct DevStack {
    servers: Vec<ServerHandle>,
    /// The daemon.
    pub(super) daemon: Daemon,
    /// Those who make the calls.
    pub(super) people: People,
    /// The front's address, `https://host:port`.
    pub(super) front: String,
    /// The directory's address and issuer.
    pub(super) issuer: String,
    /// The files that are shared.
    pub(super) files: SharedFiles,
    /// The peril values.
    pub(super) perils: PerilValues,
    /// The coverages that descriptions tell of.
    pub(super) coverages: DescribedCoverages,
    /// The directory of the run.
    pub(super) dev_dir: DevDir,
}

/// Roots and certificates of a run.
pub(super) struct People {
    /// Issues what clients show.
    pub(super) directory_ca: CertificateAuthority,
    /// Issues what the front shows.
    pub(super) web_ca: CertificateAuthority,
    /// A consumer that may have everything.
    pub(super) consumer: Holder,
    /// A consumer without the scope of the restricted dataset.
    pub(super) limited: Holder,
    provider: Holder,
}

/// The `client_id` of the consumer that may have everything.
pub(super) const CONSUMER: &str = "dev-consumer";
/// The `client_id` of the consumer without the scope of the restricted dataset.
pub(super) const LIMITED: &str = "dev-limited";
const PROVIDER: &str = "dev-provider";

impl DevStack {
    /// Starts the directory, the daemon and the front; `listener` is the front's.
    pub(super) async fn start(args: &DevArgs, listener: TcpListener) -> Result<Self, DevError> {
        let dev_dir = DevDir::take()?;
        let people = People::mint(&dev_dir)?;
        let perils = PerilValues::import(&dev_dir, args.shared_data.as_deref())?;
        print(&format!("peril values: {}", perils.origin))?;
        let coverages =
            DescribedCoverages::import(args.shared_data.as_deref(), &dev_dir.directory("state")?)?;
        let of = |folder| SharedFiles::of(folder, &coverages.sources);
        let files = match args.shared_data.as_deref().map(of) {
            // Perils alone are enough to be tried.
            None => SharedFiles::synthetic(&dev_dir)?,
            Some(Err(DevError::NoCsv(_))) if perils.is_given => SharedFiles::synthetic(&dev_dir)?,
            Some(files) => files?,
        };
        let front_address = listener.local_addr().map_err(DevError::Server)?;
        let front = format!("https://{front_address}");
        let (issuer, directory) = start_directory(&people)?;
        let servers = vec![directory.handle()];
        actix_web::rt::spawn(directory);

        for (name, client_id) in [("consumer", CONSUMER), ("limited", LIMITED)] {
            let configuration = consumer_configuration(&dev_dir, &issuer, name, client_id);
            dev_dir.write(&format!("{name}.toml"), &configuration.to_string())?;
        }
        dev_dir.directory("public")?;
        dev_dir.write("consumer.env", &environment(&dev_dir, &issuer, &front))?;
        let settings = Settings {
            dev_dir: &dev_dir,
            files: &files,
            issuer: &issuer,
            front: &front,
        };
        let configuration = dev_dir.write("perild.toml", &settings.daemon().to_string())?;
        let log = if args.smoke {
            Some(dev_dir.log()?)
        } else {
            None
        };
        let daemon = Daemon::start(&configuration, dev_dir.sockets(), log)?;
        dev_dir.write("perild.pid", &format!("{}\n", daemon.id()))?;
        let mut stack = Self {
            servers,
            daemon,
            people,
            front,
            issuer,
            files,
            perils,
            coverages,
            dev_dir,
        };
        stack.open_front(listener).await?;
        Ok(stack)
    }

    /// Stops the servers of this process; the daemon ends when the stack is dropped.
    pub(super) async fn stop(&self) {
        for server in &self.servers {
            server.stop(false).await;
        }
    }

    async fn open_front(&mut self, listener: TcpListener) -> Result<(), DevError> {
        let nobody = tls::client(&[], None)?;
        let client = front::daemon_client(self.dev_dir.socket(), nobody)?;
        self.daemon.ready(&client).await?;
        let holder = self.people.web_ca.server("perild dev front")?;
        let tls = tls::server(&holder, self.people.directory_ca.der())?;
        let front = front::start(listener, tls, client).map_err(DevError::Server)?;
        self.servers.push(front.handle());
        actix_web::rt::spawn(front);
        Ok(())
    }
}

impl People {
    fn mint(dev_dir: &DevDir) -> Result<Self, DevError> {
        let directory_ca = CertificateAuthority::new("perild dev directory CA")?;
        let web_ca = CertificateAuthority::new("perild dev web CA")?;
        let people = Self {
            consumer: directory_ca.client(CONSUMER, "dev-org-consumer", "Consumer Ltd")?,
            limited: directory_ca.client(LIMITED, "dev-org-limited", "Limited Ltd")?,
            provider: directory_ca.client(PROVIDER, "dev-org-provider", "Provider Ltd")?,
            directory_ca,
            web_ca,
        };
        let (directory, web) = (people.directory_ca.pem(), people.web_ca.pem());
        dev_dir.write("directory-ca.pem", &directory)?;
        dev_dir.write("ca.pem", &format!("{directory}{web}"))?;
        dev_dir.write_holder("consumer", &people.consumer)?;
        dev_dir.write_holder("limited", &people.limited)?;
        dev_dir.write_holder("provider", &people.provider)?;
        Ok(people)
    }

    fn clients(&self) -> Vec<Client> {
        let client = |id, organisation_id, holder: &Holder, scopes| Client {
            id,
            organisation_id,
            thumbprint: thumbprint(holder.der()),
            is_provider: id == PROVIDER,
            scopes,
        };
        vec![
            client(
                CONSUMER,
                "dev-org-consumer",
                &self.consumer,
                &["dev:data", RESTRICTED_SCOPE],
            ),
            client(LIMITED, "dev-org-limited", &self.limited, &["dev:data"]),
            client(PROVIDER, "dev-org-provider", &self.provider, &[]),
        ]
    }
}

/// Variables that the programs of `examples/` read, as lines for a POSIX shell.
fn environment(dev_dir: &DevDir, issuer: &str, front: &str) -> String {
    let [ca, certificate, key] =
        ["ca.pem", "consumer.pem", "consumer.key"].map(|name| shell_word(&dev_dir.path(name)));
    format!(
        "export PERILS_URL={front}
export PERILS_TOKEN_ENDPOINT={issuer}/mtls/token
export PERILS_CLIENT_ID={CONSUMER}
export PERILS_CERTIFICATE={certificate}
export PERILS_KEY={key}
export PERILS_CA={ca}
"
    )
}

fn start_directory(people: &People) -> Result<(String, actix_web::dev::Server), DevError> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(DevError::Server)?;
    let issuer = format!(
        "https://{}",
        listener.local_addr().map_err(DevError::Server)?
    );
    let holder = people.directory_ca.server("perild dev directory")?;
    let tls = tls::server(&holder, people.directory_ca.der())?;
    let server = authorization_server::start(listener, tls, issuer.clone(), people.clients())
        .map_err(DevError::Server)?;
    Ok((issuer, server))
}

/// Parts of the daemon's configuration.
struct Settings<'w> {
    dev_dir: &'w DevDir,
    files: &'w SharedFiles,
    issuer: &'w str,
    front: &'w str,
}

impl Settings<'_> {
    fn daemon(&self) -> Table {
        let path = |name: &str| text(&self.dev_dir.path(name).display());
        let shared_data = text(&self.files.shared_data.display());
        let directory = table([
            ("issuer", text(self.issuer)),
            ("client_id", text(PROVIDER)),
            ("certificate", path("provider.pem")),
            ("private_key", path("provider.key")),
            ("trust_anchors", path("directory-ca.pem")),
        ]);
        let restricted = table([
            ("name", text(&self.files.restricted.name)),
            ("scope", text(RESTRICTED_SCOPE)),
        ]);
        let own_uid = Value::Integer(getuid().as_raw().into());
        let paths = [
            ("shared_data", shared_data),
            ("public", path("public")),
            ("state", path("state")),
        ];
        table([
            (
                "listen",
                text(&format!("unix:{}", self.dev_dir.socket().display())),
            ),
            ("base_url", text(self.front)),
            ("paths", table(paths).into()),
            ("directory", directory.into()),
            (
                "consumers",
                table([("trust_anchors", path("directory-ca.pem"))]).into(),
            ),
            // Short, so that a revoked token is refused while somebody watches.
            (
                "introspection",
                table([("cache_seconds", CACHE_SECONDS.into())]).into(),
            ),
            (
                "server",
                table([("proxy_uids", Value::Array(vec![own_uid]))]).into(),
            ),
            // As the original guide: whatever lies in the folder is served.
            ("defaults", table([("publish", text("all"))]).into()),
            ("datasets", Value::Array(vec![restricted.into()])),
        ])
    }
}

/// For `perild get`: the consumer's own view, with the front's root among those it trusts.
fn consumer_configuration(dev_dir: &DevDir, issuer: &str, name: &str, client_id: &str) -> Table {
    let path = |name: &str| text(&dev_dir.path(name).display());
    let directory = table([
        ("issuer", text(issuer)),
        ("client_id", text(client_id)),
        ("certificate", path(&format!("{name}.pem"))),
        ("private_key", path(&format!("{name}.key"))),
        ("trust_anchors", path("ca.pem")),
    ]);
    table([("directory", directory.into())])
}

fn table<const N: usize>(entries: [(&str, Value); N]) -> Table {
    entries
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
}

fn text(text: &(impl ToString + ?Sized)) -> Value {
    Value::String(text.to_string())
}

/// Seconds that the daemon believes the directory's answer about a token.
pub(super) const CACHE_SECONDS: i64 = 1;
