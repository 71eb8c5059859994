//! nginx with the files we ship: the same text with this run's places and ports put in.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use rustix::process::Signal;

use super::process::{Running, free_port, tool};

/// nginx in front of the daemon.
pub struct Nginx {
    process: Running,
    dir: PathBuf,
    pub https: u16,
    pub http: u16,
    /// Where a balancer connects, when the site listens for one.
    pub balanced: u16,
}

/// The ports of this run in place of 443, 80 and 8443.
#[derive(Clone, Copy)]
struct Ports {
    https: u16,
    http: u16,
    balanced: u16,
}

impl Ports {
    fn free() -> Self {
        Self {
            https: free_port(),
            http: free_port(),
            balanced: free_port(),
        }
    }
}

impl Nginx {
    /// Starts nginx on the site file `site` of `nginx/`, with `dir` in place of the system's directories.
    pub fn start(dir: &Path, site: &str) -> Self {
        let ports = Ports::free();
        let config = install(dir, site, ports);
        let mut command = Command::new(tool("nginx", "nginx"));
        let process = Running::start(
            "nginx",
            command.arg("-e").arg("stderr").arg("-c").arg(config),
        );
        process.wait_for_line(|line| line.contains("start worker process "));
        Self {
            process,
            dir: dir.to_owned(),
            https: ports.https,
            http: ports.http,
            balanced: ports.balanced,
        }
    }

    pub fn reload(&self) {
        self.process.signal(Signal::HUP);
    }

    /// The text of the log `name`, as the site files name it.
    pub fn log(&self, name: &str) -> String {
        fs::read_to_string(self.dir.join("log").join(name)).unwrap()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Waited for even when a test fails: a master that is killed leaves its workers behind.
        self.process.signal(Signal::TERM);
        let status = self.process.end();
        if !std::thread::panicking() {
            assert!(status.is_some_and(|status| status.success()), "{status:?}");
        }
    }
}

/// Asks nginx itself whether the site file `site` is right; what it says when it is not.
pub fn check(dir: &Path, site: &str) -> Result<(), String> {
    let config = install(dir, site, Ports::free());
    let done = Command::new(tool("nginx", "nginx"))
        .arg("-t")
        .arg("-c")
        .arg(config)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    let clean = done.status.success() && !said.contains("[warn]");
    if clean { Ok(()) } else { Err(said) }
}

/// Copies `nginx/` below `dir`, with this run's places in it, and writes the main file that Debian has. What a test
/// has put there as an operator would, sites of further names and local parts, gets the places and ports as well.
fn install(dir: &Path, site: &str, ports: Ports) -> PathBuf {
    let etc = dir.join("nginx");
    for sub in [
        "nginx/perild.d",
        "log",
        "run",
        "tmp",
        "acme/.well-known/acme-challenge",
    ] {
        fs::create_dir_all(dir.join(sub)).unwrap();
    }
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("nginx");
    let mut files = vec![PathBuf::from(site)];
    for entry in fs::read_dir(shipped.join("perild.d")).unwrap() {
        files.push(Path::new("perild.d").join(entry.unwrap().file_name()));
    }
    for file in files {
        let text = fs::read_to_string(shipped.join(&file)).unwrap();
        fs::write(etc.join(&file), placed(&text, dir, ports)).unwrap();
    }
    for path in further_sites(&etc) {
        let text = fs::read_to_string(&path).unwrap();
        fs::write(path, placed(&text, dir, ports)).unwrap();
    }
    let types = "/etc/nginx/mime.types";
    fs::copy(types, etc.join("mime.types"))
        .unwrap_or_else(|_| panic!("{types}: apt-get install nginx"));
    let main = etc.join("nginx.conf");
    fs::write(&main, main_file(dir, site)).unwrap();
    main
}

fn further_sites(etc: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(etc)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let is_further = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy();
        name.starts_with("perild_") && name.ends_with(".conf")
    };
    files.filter(is_further).collect()
}

/// Puts a site for the further `name` below `dir`, as `perild-provision` makes it: what sites share is in the first.
pub fn add_name(dir: &Path, name: &str) {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("nginx/perild.conf");
    let text = fs::read_to_string(shipped).unwrap();
    let servers: Vec<&str> = text
        .split("\nserver {")
        .filter(|server| server.contains("server_name example.energydata.org.uk;"))
        .collect();
    assert_eq!(servers.len(), 2, "TLS and plain HTTP");
    let site: String = servers
        .iter()
        .map(|server| format!("server {{{server}\n").replace("example.energydata.org.uk", name))
        .collect();
    fs::create_dir_all(dir.join("nginx/perild.d")).unwrap();
    fs::write(dir.join(format!("nginx/perild_{name}.conf")), site).unwrap();
}

/// The shipped text with this run's name, places and ports: nothing else differs.
fn placed(text: &str, dir: &Path, ports: Ports) -> String {
    let Ports {
        https,
        http,
        balanced,
    } = ports;
    let dir = dir.display();
    text.replace("example.energydata.org.uk", "localhost")
        .replace("/etc/letsencrypt", &format!("{dir}/letsencrypt"))
        .replace("/etc/perild", &format!("{dir}"))
        .replace("/run/perild", &format!("{dir}/run"))
        .replace("/srv/perild", &format!("{dir}/srv"))
        .replace("/var/log/nginx", &format!("{dir}/log"))
        .replace("/var/www/perild-acme", &format!("{dir}/acme"))
        .replace("listen 443", &format!("listen 127.0.0.1:{https}"))
        .replace("listen [::]:443", &format!("listen [::1]:{https}"))
        .replace("listen 80;", &format!("listen 127.0.0.1:{http};"))
        .replace("listen [::]:80", &format!("listen [::1]:{http}"))
        .replace("listen 8443", &format!("listen 127.0.0.1:{balanced}"))
        .replace("^8443/", &format!("^{balanced}/"))
}

/// Debian 12's /etc/nginx/nginx.conf, weak TLS defaults and compression included, in the foreground.
fn main_file(dir: &Path, site: &str) -> String {
    let dir = dir.display();
    format!(
        "user www-data;
worker_processes 2;
daemon off;
pid {dir}/run/nginx.pid;
error_log stderr notice;
events {{ worker_connections 768; }}
http {{
    sendfile on;
    tcp_nopush on;
    types_hash_max_size 2048;
    include mime.types;
    default_type application/octet-stream;
    ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;
    ssl_prefer_server_ciphers on;
    access_log {dir}/log/access.log;
    gzip on;
    client_body_temp_path {dir}/tmp/body;
    proxy_temp_path {dir}/tmp/proxy;
    fastcgi_temp_path {dir}/tmp/fastcgi;
    uwsgi_temp_path {dir}/tmp/uwsgi;
    scgi_temp_path {dir}/tmp/scgi;
    include {site};
    include perild_*.conf;
}}
"
    )
}
