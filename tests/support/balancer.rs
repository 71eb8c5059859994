//! The balancer of docs/deploy.md: nginx that passes TCP on, with a PROXY line before it.

use std::{
    fs,
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream},
    path::Path,
    process::Command,
};

use rustix::{
    net::{AddressFamily, SocketType, bind, connect, socket},
    process::Signal,
};

use super::process::{Running, free_port, tool};

/// Where the balancer's connections come from.
pub const ADDRESS: [u8; 4] = [127, 0, 0, 9];

/// A running balancer.
pub struct Balancer {
    process: Running,
    pub port: u16,
}

impl Balancer {
    /// Starts it before the ports of two `machines`; each connection goes to the next of them.
    pub fn start(dir: &Path, machines: [u16; 2]) -> Self {
        let port = free_port();
        let [first, second] = machines;
        let stream = documented("/etc/nginx/nginx.conf of the balancer")
            .replace("10.0.0.11:8443", &format!("127.0.0.1:{first}"))
            .replace("10.0.0.12:8443", &format!("127.0.0.1:{second}"))
            .replace("listen 443;", &format!("listen 127.0.0.1:{port};"))
            .replace(
                "proxy_protocol on;",
                &format!("proxy_protocol on; proxy_bind {};", Ipv4Addr::from(ADDRESS)),
            );
        let config = dir.join("balancer.conf");
        let text = format!(
            "load_module /usr/lib/nginx/modules/ngx_stream_module.so;
worker_processes 1;
daemon off;
pid {}/balancer.pid;
error_log stderr notice;
events {{ worker_connections 768; }}
{stream}",
            dir.display()
        );
        fs::write(&config, text).unwrap();
        let mut command = Command::new(tool("nginx", "nginx"));
        let process = Running::start(
            "balancer",
            command.arg("-e").arg("stderr").arg("-c").arg(config),
        );
        process.wait_for_line(|line| line.contains("start worker process "));
        Self { process, port }
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        self.process.signal(Signal::TERM);
        let _ = self.process.end();
    }
}

/// The block of docs/deploy.md whose first line is a comment with `title`.
pub fn documented(title: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/deploy.md");
    let text = fs::read_to_string(path).unwrap();
    let begin = format!("```nginx\n# {title}\n");
    let (_, block) = text.split_once(&begin).unwrap_or_else(|| panic!("{title}"));
    let (block, _) = block.split_once("```").unwrap();
    block.to_owned()
}

/// A connection from the loopback address `from` to `port`.
pub fn connect_from(from: [u8; 4], port: u16) -> TcpStream {
    let address = |octets: [u8; 4], port| SocketAddr::new(IpAddr::from(octets), port);
    let socket = socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
    bind(&socket, &address(from, 0)).unwrap();
    connect(&socket, &address([127, 0, 0, 1], port)).unwrap();
    TcpStream::from(socket)
}
