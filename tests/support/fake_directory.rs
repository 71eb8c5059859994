//! A directory for what a correct one cannot do: wrong answers, hangs and floods.
//!
//! It speaks TLS, demands a client certificate, and answers as it is told.

#![allow(dead_code, reason = "each test binary uses its own part")]

use std::{
    collections::HashMap,
    net::TcpListener,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer,
    body::SizedStream,
    dev::{Extensions, ServerHandle},
    http::StatusCode,
    rt::{System, net::TcpStream},
    web,
};
use futures_util::stream;
use rustls::{RootCertStore, ServerConfig, crypto::aws_lc_rs, server::WebPkiClientVerifier};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};
use serde_json::{Value, json};
use tokio::sync::watch;

/// What the directory shows and whom it lets in, all PEM.
pub(crate) struct DirectoryTls {
    pub(crate) certificate: String,
    pub(crate) private_key: String,
    pub(crate) client_anchors: String,
}

/// What the directory says when it is asked.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// Takes that long to answer.
    After(Duration, Box<Answer>),
    /// Holds the answer back until [`FakeDirectory::release`].
    AfterRelease(Box<Answer>),
    /// Begins a whole answer and hangs up in its middle.
    CloseConnection,
    /// Says nothing, ever.
    Hang,
    Json(Value),
    /// An object of this many octets, all of it JSON.
    Oversize(usize),
    /// `200 OK` with these octets.
    Raw(Vec<u8>),
    Redirect(String),
    Status(u16),
    /// This status with these fields and octets, and nothing besides.
    Whole(u16, Vec<(&'static str, String)>, Vec<u8>),
}

/// One request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct RecordedCall {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) form: Vec<(String, String)>,
    pub(crate) client_certificate: Option<Vec<u8>>,
}

impl RecordedCall {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let field = self.headers.iter().find(|(held, _)| held == name);
        field.map(|(_, value)| value.as_str())
    }

    /// The token that it is about.
    pub(crate) fn token(&self) -> Option<&str> {
        let field = self.form.iter().find(|(name, _)| name == "token");
        field.map(|(_, value)| value.as_str())
    }
}

/// The running directory; it stops when dropped.
pub(crate) struct FakeDirectory {
    pub(crate) issuer: String,
    pub(crate) port: u16,
    script: Arc<Script>,
    server: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

struct Script {
    busiest: AtomicUsize,
    calls: watch::Sender<Vec<RecordedCall>>,
    discovery: Mutex<Answer>,
    in_progress: AtomicUsize,
    introspection: Mutex<Answer>,
    /// What is said of single tokens and at single places, whatever else is said.
    particular: Mutex<HashMap<String, Answer>>,
    released: watch::Sender<bool>,
}

impl FakeDirectory {
    pub(crate) const INTROSPECTION_PATH: &str = "/mtls/introspect";
    pub(crate) const KEYS_PATH: &str = "/keys";

    /// Starts on a free port of loopback; publishes good metadata, calls every token inactive.
    pub(crate) fn start(tls: &DirectoryTls) -> Self {
        Self::start_at(0, tls)
    }

    /// As [`start`](Self::start), on the port of one that has ended.
    pub(crate) fn start_at(port: u16, tls: &DirectoryTls) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).expect("the port is free");
        let port = listener
            .local_addr()
            .expect("a bound socket has an address")
            .port();
        let issuer = format!("https://localhost:{port}/");
        let script = Arc::new(Script {
            busiest: AtomicUsize::new(0),
            calls: watch::Sender::new(Vec::new()),
            discovery: Mutex::new(Answer::Json(metadata(&issuer))),
            in_progress: AtomicUsize::new(0),
            introspection: Mutex::new(Answer::Json(json!({"active": false}))),
            particular: Mutex::default(),
            released: watch::Sender::new(false),
        });
        let (handle, started) = mpsc::channel();
        let (config, told) = (server_config(tls), Arc::clone(&script));
        let thread = std::thread::spawn(move || serve(listener, config, &told, &handle));
        let server = started.recv().expect("the fake directory starts");
        Self {
            issuer,
            port,
            script,
            server,
            thread: Some(thread),
        }
    }

    pub(crate) fn answer_introspection(&self, answer: Answer) {
        *lock(&self.script.introspection) = answer;
    }

    /// Answers as told when asked about `token`.
    pub(crate) fn answer_about(&self, token: &str, answer: Answer) {
        lock(&self.script.particular).insert(token.to_owned(), answer);
    }

    /// Answers as told whatever is asked at `path`.
    pub(crate) fn answer_at(&self, path: &str, answer: Answer) {
        lock(&self.script.particular).insert(path.to_owned(), answer);
    }

    /// How often it was asked about `token`.
    pub(crate) fn asked_about(&self, token: &str) -> usize {
        let calls = self.introspections().into_iter();
        calls.filter(|call| call.token() == Some(token)).count()
    }

    /// Publishes `keys`.
    pub(crate) fn publish_keys(&self, keys: &[Value]) {
        self.answer_at(Self::KEYS_PATH, Answer::Json(json!({"keys": keys})));
    }

    /// Waits until the keys were fetched `number` times.
    pub(crate) async fn wait_for_fetches_of_keys(&self, number: usize) {
        let mut calls = self.script.calls.subscribe();
        let enough = |calls: &Vec<RecordedCall>| {
            let fetches = calls.iter().filter(|call| call.target == Self::KEYS_PATH);
            fetches.count() >= number
        };
        calls.wait_for(enough).await.expect("the directory lives");
    }

    /// How often the keys were fetched.
    pub(crate) fn fetches_of_keys(&self) -> usize {
        let calls = self.calls().into_iter();
        calls.filter(|call| call.target == Self::KEYS_PATH).count()
    }

    pub(crate) fn answer_discovery(&self, answer: Answer) {
        *lock(&self.script.discovery) = answer;
    }

    /// The metadata that it publishes when not told otherwise.
    pub(crate) fn metadata(&self) -> Value {
        metadata(&self.issuer)
    }

    pub(crate) fn calls(&self) -> Vec<RecordedCall> {
        self.script.calls.borrow().clone()
    }

    pub(crate) fn introspections(&self) -> Vec<RecordedCall> {
        self.calls().into_iter().filter(is_introspection).collect()
    }

    /// The most requests that were being answered at one time.
    pub(crate) fn busiest(&self) -> usize {
        self.script.busiest.load(Ordering::SeqCst)
    }

    /// Waits until there were `number` introspection requests.
    pub(crate) async fn wait_for_introspections(&self, number: usize) {
        let mut calls = self.script.calls.subscribe();
        let enough = |calls: &Vec<RecordedCall>| {
            calls.iter().filter(|call| is_introspection(call)).count() >= number
        };
        calls.wait_for(enough).await.expect("the directory lives");
    }

    /// Lets go what [`Answer::AfterRelease`] holds back.
    pub(crate) fn release(&self) {
        self.script.released.send_replace(true);
    }
}

impl FakeDirectory {
    /// Ends it: its port refuses connections.
    pub(crate) fn stop(&mut self) {
        // The command is sent by the call itself; the future only waits.
        drop(self.server.stop(false));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        // The worker and the connections it keeps end after the server: each holds the script.
        let deadline = Instant::now() + Duration::from_secs(5);
        while Arc::strong_count(&self.script) > 1 && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Drop for FakeDirectory {
    fn drop(&mut self) {
        self.stop();
    }
}

fn metadata(issuer: &str) -> Value {
    json!({
        "issuer": issuer,
        "introspection_endpoint": format!("{issuer}introspect"),
        "jwks_uri": format!("{}{}", issuer.trim_end_matches('/'), FakeDirectory::KEYS_PATH),
        "mtls_endpoint_aliases": {
            "introspection_endpoint":
                format!("{}{}", issuer.trim_end_matches('/'), FakeDirectory::INTROSPECTION_PATH),
        },
    })
}

fn is_introspection(call: &RecordedCall) -> bool {
    call.target.contains("introspect")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn server_config(tls: &DirectoryTls) -> ServerConfig {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut roots = RootCertStore::empty();
    for anchor in CertificateDer::pem_slice_iter(tls.client_anchors.as_bytes()) {
        roots
            .add(anchor.expect("an anchor is PEM"))
            .expect("an anchor is a certificate");
    }
    let verifier =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
    let chain = CertificateDer::pem_slice_iter(tls.certificate.as_bytes());
    let key = PrivateKeyDer::from_pem_slice(tls.private_key.as_bytes());
    ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider knows TLS")
        .with_client_cert_verifier(verifier.build().expect("there are anchors"))
        .with_single_cert(
            chain.collect::<Result<_, _>>().expect("the chain is PEM"),
            key.expect("the key is PEM"),
        )
        .expect("the key belongs to the certificate")
}

fn serve(
    listener: TcpListener,
    config: ServerConfig,
    script: &Arc<Script>,
    handle: &mpsc::Sender<ServerHandle>,
) {
    let script = web::Data::from(Arc::clone(script));
    System::new().block_on(async move {
        let app = move || {
            App::new()
                .app_data(script.clone())
                .default_service(web::to(answer_as_told))
        };
        let server = HttpServer::new(app)
            .workers(1)
            .disable_signals()
            .on_connect(remember_certificate)
            .listen_rustls_0_23(listener, config)
            .expect("the socket is listening")
            .run();
        handle.send(server.handle()).expect("the test waits");
        let _ = server.await;
    });
}

struct ClientCertificate(Vec<u8>);

fn remember_certificate(connection: &dyn std::any::Any, facts: &mut Extensions) {
    let stream = connection.downcast_ref::<TlsStream<TcpStream>>();
    let chain = stream.and_then(|stream| stream.get_ref().1.peer_certificates());
    if let Some(end_entity) = chain.and_then(|chain| chain.first()) {
        facts.insert(ClientCertificate(end_entity.to_vec()));
    }
}

async fn answer_as_told(
    request: HttpRequest,
    body: web::Bytes,
    script: web::Data<Script>,
) -> HttpResponse {
    let _busy = Busy::begin(&script);
    let call = record(&request, &body);
    let particular = {
        let particular = lock(&script.particular);
        let of_token = call.token().and_then(|token| particular.get(token));
        of_token.or_else(|| particular.get(&call.target)).cloned()
    };
    let answer = if let Some(answer) = particular {
        answer
    } else if is_introspection(&call) {
        lock(&script.introspection).clone()
    } else if call.target.contains("/.well-known/") {
        lock(&script.discovery).clone()
    } else {
        Answer::Status(404)
    };
    script.calls.send_modify(|calls| calls.push(call));
    let answer = match answer {
        Answer::After(time, late) => {
            actix_web::rt::time::sleep(time).await;
            *late
        }
        Answer::AfterRelease(held) => {
            let mut released = script.released.subscribe();
            let _ = released.wait_for(|released| *released).await;
            *held
        }
        now => now,
    };
    if matches!(answer, Answer::Hang) {
        std::future::pending::<()>().await;
    }
    response(answer)
}

/// One request being answered, also when its client hangs up.
struct Busy<'s>(&'s Script);

impl<'s> Busy<'s> {
    fn begin(script: &'s Script) -> Self {
        let now = script.in_progress.fetch_add(1, Ordering::SeqCst) + 1;
        script.busiest.fetch_max(now, Ordering::SeqCst);
        Self(script)
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.in_progress.fetch_sub(1, Ordering::SeqCst);
    }
}

fn record(request: &HttpRequest, body: &[u8]) -> RecordedCall {
    let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
    let headers = request.headers().iter();
    RecordedCall {
        method: request.method().to_string(),
        target: request.uri().to_string(),
        headers: headers
            .map(|(name, value)| (name.to_string(), text(value.as_bytes())))
            .collect(),
        form: url::form_urlencoded::parse(body).into_owned().collect(),
        client_certificate: request
            .conn_data::<ClientCertificate>()
            .map(|held| held.0.clone()),
    }
}

fn response(answer: Answer) -> HttpResponse {
    let mut ok = HttpResponse::Ok();
    ok.content_type("application/json");
    match answer {
        Answer::CloseConnection => {
            let begun = Ok(web::Bytes::from_static(b"{\"active\""));
            let pieces = [begun, Err(std::io::Error::other("hangs up"))];
            ok.body(SizedStream::new(1000, stream::iter(pieces)))
        }
        Answer::Json(value) => ok.body(value.to_string()),
        Answer::Oversize(octets) => {
            let frame = r#"{"active":true,"x":""}"#.len();
            let filling = "x".repeat(octets.saturating_sub(frame));
            ok.body(format!(r#"{{"active":true,"x":"{filling}"}}"#))
        }
        Answer::Raw(octets) => ok.body(octets),
        Answer::Redirect(location) => HttpResponse::TemporaryRedirect()
            .append_header(("Location", location))
            .finish(),
        Answer::Status(code) => {
            HttpResponse::new(StatusCode::from_u16(code).expect("a test names a status"))
        }
        Answer::Whole(code, fields, octets) => {
            let status = StatusCode::from_u16(code).expect("a test names a status");
            let mut whole = HttpResponse::build(status);
            for field in fields {
                whole.insert_header(field);
            }
            whole.body(octets)
        }
        Answer::After(..) | Answer::AfterRelease(_) | Answer::Hang => {
            HttpResponse::InternalServerError().finish()
        }
    }
}
