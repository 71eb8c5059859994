//! Two machines behind one name: each with its own daemon, nginx and name, and before them a balancer that passes TCP on.

mod addresses;
mod links;
mod versions;

use std::{fs, path::Path, process::Command, sync::atomic::AtomicU64, sync::atomic::Ordering};

use tempfile::TempDir;

use crate::support::{
    balancer::{ADDRESS, Balancer, connect_from, documented},
    directory::Directory,
    http::{Answer, Connection, Request},
    nginx::{Nginx, add_name},
    perild::{Perild, Settings},
    pki::{Identity, Pki},
    process::{PATIENCE, eventually, output},
    store, tls, world,
};

/// Where the consumer of most requests is.
const CONSUMER: [u8; 4] = [127, 0, 0, 7];
/// Somebody else.
const OTHER: [u8; 4] = [127, 0, 0, 8];
/// The machines' own names.
const OWN: [&str; 2] = ["a.example", "b.example"];

/// One machine. Fields are dropped in order: nginx before the daemon.
struct Machine {
    nginx: Nginx,
    perild: Perild,
    dir: TempDir,
}

/// Two machines, the balancer before them and the directory behind.
struct Machines {
    balancer: Balancer,
    both: [Machine; 2],
    directory: Directory,
    bank: Identity,
    pki: Pki,
}

/// Lines that an operator has added to nginx's local parts.
#[derive(Default)]
struct Added {
    http: &'static str,
    server: &'static str,
}

impl Machines {
    fn start() -> Self {
        Self::with(&Added::default())
    }

    /// The first machine's daemon sends files itself, the second's has nginx send them.
    fn with(added: &Added) -> Self {
        let dirs = [world::place(), world::place()];
        let [first, second] = dirs.each_ref().map(TempDir::path);
        let pki = Pki::new(first);
        for name in OWN {
            pki.site(name);
        }
        store::import_sample(first, "10");
        store::import_coverage(first, "solar");
        fs::write(first.join("srv/shared_data/large.csv"), large(b'a')).unwrap();
        copy(&["-a"], first, second, &["certs", "letsencrypt", "srv"]);
        // The store's own files say when it was imported; theirs may be of any time.
        let but_times = ["-r", "--preserve=mode,ownership"];
        copy(&but_times, first, second, &["state"]);

        let directory = Directory::start(&pki, &["bank-a"]);
        let bank = pki.consumer("bank-a");
        let mut prefixes = ["", "/_shared/"].into_iter();
        let mut names = OWN.into_iter();
        let both = dirs.map(|dir| {
            let mut settings = Settings::new(&directory.issuer);
            settings.accel_prefix = prefixes.next().unwrap();
            let perild = Perild::start(dir.path(), &settings);
            add_name(dir.path(), names.next().unwrap());
            let place = dir.path().join("nginx/perild.d");
            let part = |name: &str, more: &str| {
                let file = format!("/etc/nginx/perild.d/{name}.inc");
                let text = documented(&file)
                    .replace("10.0.0.5", &std::net::Ipv4Addr::from(ADDRESS).to_string());
                fs::write(place.join(format!("{name}.inc")), text + more).unwrap();
            };
            part("local-http-balancer", added.http);
            part("local-server-balancer", added.server);
            let nginx = Nginx::start(dir.path(), "perild.conf");
            Machine { nginx, perild, dir }
        });
        let balancer = Balancer::start(
            &pki.path(""),
            both.each_ref().map(|machine| machine.nginx.balanced),
        );
        let machines = Self {
            balancer,
            both,
            directory,
            bank,
            pki,
        };
        for machine in &machines.both {
            let bank = machines.consumer(Some(&machines.bank), machine.nginx.https);
            eventually("the directory to be known", PATIENCE, || {
                let answer = bank.connect().send(&Request::get("/readyz"));
                (answer.status == 200).then_some(())
            });
        }
        machines
    }

    fn token(&self) -> String {
        self.directory.token("bank-a", &self.bank)
    }

    fn consumer(&self, identity: Option<&Identity>, port: u16) -> tls::Client {
        tls::Client::new(&self.pki.path("web.pem"), identity, port)
    }

    /// A connection to the common name, through the balancer, from the address `from`.
    fn connect(&self, identity: Option<&Identity>, from: [u8; 4]) -> Connection<tls::Stream> {
        let port = self.balancer.port;
        let socket = connect_from(from, port);
        self.consumer(identity, port).over(socket, "localhost")
    }

    /// The bank's `request` through the balancer, once each machine has answered it: an answer of each.
    fn answers(&self, request: &Request) -> [Answer; 2] {
        let mut found = [None, None];
        for _ in 0..8 {
            let (answer, by) = self.answered(request);
            *found.get_mut(by).unwrap() = Some(answer);
            if let [Some(first), Some(second)] = &found {
                return [first.clone(), second.clone()];
            }
        }
        panic!("one machine has not been asked: {found:?}");
    }

    /// An answer through the balancer, and which machine it came from.
    fn answered(&self, request: &Request) -> (Answer, usize) {
        let id = fresh_id();
        let request = request.clone().field("x-fapi-interaction-id", &id);
        let answer = self.connect(Some(&self.bank), CONSUMER).send(&request);
        assert_eq!(answer.interaction_id(), id);
        let by = eventually("a line of the log", PATIENCE, || {
            self.both
                .iter()
                .position(|machine| machine.logged(&id).is_some())
        });
        (answer, by)
    }
}

impl Machine {
    /// The line of nginx's log of the request with this interaction id.
    fn logged(&self, id: &str) -> Option<serde_json::Value> {
        let log = self.nginx.log("perild.access.log");
        let line = log.lines().find(|line| line.contains(id))?;
        serde_json::from_str(line).ok()
    }

    fn shared(&self, file: &str) -> std::path::PathBuf {
        self.dir.path().join("srv/shared_data").join(file)
    }
}

fn fresh_id() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("93bac548-d2de-4546-b106-{count:012}")
}

/// Larger than what is kept in memory.
fn large(byte: u8) -> Vec<u8> {
    vec![byte; 3_000_000]
}

fn copy(how: &[&str], from: &Path, to: &Path, names: &[&str]) {
    let mut cp = Command::new("cp");
    let sources = names.iter().map(|name| from.join(name));
    output(cp.args(how).args(sources).arg(to));
}
