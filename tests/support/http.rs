//! HTTP/1.1 with exact bytes: what is sent is what a test wrote, what came back is all there.

use std::{
    fmt::Write as _,
    io::{BufRead, BufReader, Read, Write},
    os::unix::net::UnixStream,
    path::Path,
};

use serde_json::json;

use super::{described, printed, process::PATIENCE};

/// An answer: status, header field lines in order with names in lower case, content.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub fields: Vec<(String, String)>,
    pub content: Vec<u8>,
}

impl Answer {
    /// The value of the one field line named `name`; two lines of it are a failure.
    pub fn field(&self, name: &str) -> Option<&str> {
        let mut values = self
            .fields
            .iter()
            .filter(|(field, _)| field == name)
            .map(|(_, value)| value.as_str());
        let first = values.next();
        assert_eq!(
            values.next(),
            None,
            "{name} is there twice: {:?}",
            self.fields
        );
        first
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.content).unwrap()
    }

    /// The problem details in the content, checked against the status and the media type (RFC 9457 §3).
    pub fn problem(&self) -> serde_json::Value {
        let media_type = self.field("content-type").unwrap_or_default();
        assert!(
            media_type.starts_with("application/problem+json"),
            "{self:?}"
        );
        let problem: serde_json::Value = serde_json::from_slice(&self.content).unwrap();
        assert_eq!(problem["status"], self.status, "{problem}");
        let described = json!({"$ref": "#/components/schemas/Problem"});
        described::valid(&described, &problem).unwrap();
        problem
    }

    pub fn interaction_id(&self) -> &str {
        self.field("x-fapi-interaction-id")
            .unwrap_or_else(|| panic!("no interaction id: {self:?}"))
    }
}

/// A request line and fields, in the order given.
#[derive(Clone, Debug)]
pub struct Request {
    head: String,
    content: Vec<u8>,
    wants_content: bool,
}

impl Request {
    pub fn new(method: &str, target: &str) -> Self {
        Self {
            head: format!("{method} {target} HTTP/1.1\r\nHost: localhost\r\n"),
            content: Vec::new(),
            wants_content: method != "HEAD",
        }
    }

    pub fn get(target: &str) -> Self {
        Self::new("GET", target)
    }

    /// Asks the host `name` in place of localhost.
    pub fn host(mut self, name: &str) -> Self {
        self.head = self
            .head
            .replacen("Host: localhost", &format!("Host: {name}"), 1);
        self
    }

    pub fn field(mut self, name: &str, value: &str) -> Self {
        write!(self.head, "{name}: {value}\r\n").unwrap();
        self
    }

    pub fn bearer(self, token: &str) -> Self {
        self.field("Authorization", &format!("Bearer {token}"))
    }

    pub fn content(mut self, content: &[u8]) -> Self {
        self.content = content.to_vec();
        let length = content.len().to_string();
        self.field("Content-Length", &length)
    }

    /// The method and the target.
    pub fn line(&self) -> (&str, &str) {
        let mut parts = self.head.split(' ');
        (parts.next().unwrap(), parts.next().unwrap())
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = format!("{}\r\n", self.head).into_bytes();
        bytes.extend_from_slice(&self.content);
        bytes
    }
}

/// One connection; requests on it share it as a keep-alive client's do.
pub struct Connection<S> {
    stream: BufReader<S>,
}

impl<S: Read + Write> Connection<S> {
    pub fn new(stream: S) -> Self {
        Self {
            stream: BufReader::new(stream),
        }
    }

    pub fn send(&mut self, request: &Request) -> Answer {
        self.try_send(request).expect("an answer")
    }

    /// As [`send`](Self::send); `None` when the connection ends without an answer.
    pub fn try_send(&mut self, request: &Request) -> Option<Answer> {
        self.write(&request.bytes());
        self.read(request.wants_content)
    }

    pub fn write(&mut self, bytes: &[u8]) {
        // The peer may answer, or hang up, before it has read all.
        let _ = self.stream.get_mut().write_all(bytes);
        let _ = self.stream.get_mut().flush();
    }

    /// Reads the next answer; `None` when the connection ends first.
    pub fn read(&mut self, with_content: bool) -> Option<Answer> {
        let head = self.head()?;
        let (status_line, fields) = head.split_first()?;
        let status = status_line.split(' ').nth(1)?.parse().ok()?;
        let fields: Vec<_> = fields.iter().map(|line| named(line)).collect();
        let mut answer = Answer {
            status,
            fields,
            content: Vec::new(),
        };
        if with_content && !matches!(status, 204 | 304) {
            answer.content = self.content(&answer);
        }
        if answer.field("content-type") == Some("application/problem+json") {
            printed::is_for_people(answer.text());
        }
        Some(answer)
    }

    pub fn stream(&mut self) -> &mut BufReader<S> {
        &mut self.stream
    }

    fn head(&mut self) -> Option<Vec<String>> {
        let mut lines = Vec::new();
        loop {
            let mut line = Vec::new();
            if self.stream.read_until(b'\n', &mut line).ok()? == 0 {
                return None;
            }
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            if line.is_empty() {
                return Some(lines);
            }
            lines.push(line);
        }
    }

    fn content(&mut self, answer: &Answer) -> Vec<u8> {
        let mut content = Vec::new();
        if let Some(length) = answer.field("content-length") {
            content.resize(length.parse().unwrap(), 0);
            self.stream.read_exact(&mut content).unwrap();
        } else if answer.field("transfer-encoding") == Some("chunked") {
            while let Some(chunk) = self.chunk() {
                content.extend(chunk);
            }
        } else {
            let _ = self.stream.read_to_end(&mut content);
        }
        content
    }

    fn chunk(&mut self) -> Option<Vec<u8>> {
        let mut line = String::new();
        self.stream.read_line(&mut line).unwrap();
        let length = usize::from_str_radix(line.trim(), 16).unwrap();
        let mut chunk = vec![0; length + 2];
        self.stream.read_exact(&mut chunk).unwrap();
        chunk.truncate(length);
        (length > 0).then_some(chunk)
    }
}

/// A connection to the daemon's own socket, past nginx.
pub fn unix(socket: &Path) -> Connection<UnixStream> {
    let stream =
        UnixStream::connect(socket).unwrap_or_else(|error| panic!("{}: {error}", socket.display()));
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    Connection::new(stream)
}

/// A plain TCP connection to a port of the loopback address.
pub fn plain(port: u16) -> Connection<std::net::TcpStream> {
    let stream = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    Connection::new(stream)
}

fn named(line: &str) -> (String, String) {
    let (name, value) = line
        .split_once(':')
        .unwrap_or_else(|| panic!("not a field line: {line:?}"));
    (name.to_ascii_lowercase(), value.trim().to_owned())
}
