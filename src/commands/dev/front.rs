//! The mTLS front: what nginx does in a deployment, for a machine that has none.
//!
//! It takes TLS from consumers, removes what they say about their own certificate, says what the
//! handshake said, and passes the request to the daemon's unix socket. Request targets go through a
//! URL parser, so that dot segments are resolved here; the daemon is tested with raw ones elsewhere.

use std::{net::TcpListener, path::Path, sync::Arc};

use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer, body::SizedStream, dev::Server, http::StatusCode,
    http::header, web,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use rustls::ServerConfig;
use rustls_pki_types::CertificateDer;

use super::tls::{PeerCertificate, remember_peer};

/// Starts the front on `listener`; `daemon` speaks HTTP on the daemon's unix socket.
pub(super) fn start(
    listener: TcpListener,
    tls: ServerConfig,
    daemon: reqwest::Client,
) -> std::io::Result<Server> {
    let authority: Arc<str> = listener.local_addr()?.to_string().into();
    let upstream = web::Data::new(Upstream { daemon, authority });
    let server = HttpServer::new(move || {
        App::new()
            .app_data(upstream.clone())
            .app_data(web::PayloadConfig::new(MAX_REQUEST_BODY_BYTES))
            .default_service(web::to(forward))
    });
    let server = server
        .workers(2)
        .disable_signals()
        .on_connect(remember_peer);
    Ok(server.listen_rustls_0_23(listener, tls)?.run())
}

/// A client of the unix socket at `socket`.
pub(super) fn daemon_client(
    socket: &Path,
    tls: rustls::ClientConfig,
) -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .unix_socket(socket)
        .redirect(reqwest::redirect::Policy::none())
        .build()
}

struct Upstream {
    daemon: reqwest::Client,
    authority: Arc<str>,
}

/// The body is read before the daemon is asked, as nginx does with `proxy_request_buffering on`.
async fn forward(
    request: HttpRequest,
    body: web::Bytes,
    upstream: web::Data<Upstream>,
) -> HttpResponse {
    match upstream.ask(&request, body).await {
        Ok(answer) => relay(answer),
        Err(_unreachable) => HttpResponse::build(StatusCode::BAD_GATEWAY)
            .content_type("application/problem+json")
            .body(r#"{"title":"Bad Gateway","status":502,"detail":"perild does not answer"}"#),
    }
}

impl Upstream {
    async fn ask(
        &self,
        request: &HttpRequest,
        body: web::Bytes,
    ) -> Result<reqwest::Response, Box<dyn std::error::Error>> {
        let target = request
            .uri()
            .path_and_query()
            .map_or("/", |target| target.as_str());
        let method = reqwest::Method::from_bytes(request.method().as_str().as_bytes())?;
        let headers = self.headers(request)?;
        let ask = self
            .daemon
            .request(method, format!("http://perild{target}"))
            .headers(headers);
        let ask = if body.is_empty() { ask } else { ask.body(body) };
        Ok(ask.send().await?)
    }

    /// The client's header fields without those of the proxy, and the proxy's own in their place.
    fn headers(&self, request: &HttpRequest) -> Result<HeaderMap, Box<dyn std::error::Error>> {
        let mut headers = HeaderMap::new();
        for (name, value) in request.headers() {
            if is_passed_on(name.as_str()) {
                let name = HeaderName::from_bytes(name.as_str().as_bytes())?;
                headers.append(name, HeaderValue::from_bytes(value.as_bytes())?);
            }
        }
        let host = request
            .headers()
            .get(header::HOST)
            .map_or(self.authority.as_bytes(), |host| host.as_bytes());
        headers.insert("host", HeaderValue::from_bytes(host)?);
        let address = request
            .peer_addr()
            .map_or_else(String::new, |peer| peer.ip().to_string());
        headers.insert("x-forwarded-for", HeaderValue::try_from(address)?);
        headers.insert("x-forwarded-proto", HeaderValue::from_static("https"));
        match request.conn_data() {
            Some(PeerCertificate(certificate)) => {
                headers.insert(
                    "x-oe-client-cert",
                    HeaderValue::try_from(escaped(certificate))?,
                );
                headers.insert("x-oe-client-verify", HeaderValue::from_static("SUCCESS"));
            }
            None => {
                headers.insert("x-oe-client-verify", HeaderValue::from_static("NONE"));
            }
        }
        Ok(headers)
    }
}

/// `true` when a field of the client's may reach the daemon: not the connection's, and none that speaks for the proxy.
fn is_passed_on(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    !HOP_BY_HOP.contains(&name.as_str())
        && !SAID_BY_THE_HOP
            .iter()
            .any(|prefix| name.starts_with(prefix))
}

/// The daemon's answer, streamed; its length is said again so that nothing becomes chunked.
fn relay(answer: reqwest::Response) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status().as_u16()).unwrap_or(StatusCode::BAD_GATEWAY);
    let mut response = HttpResponse::build(status);
    for (name, value) in answer.headers() {
        if !HOP_BY_HOP.contains(&name.as_str()) {
            response.append_header((name.as_str(), value.as_bytes()));
        }
    }
    let length = answer
        .headers()
        .get("content-length")
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    match length {
        _ if matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) => {
            response.finish()
        }
        Some(length) => response.body(SizedStream::new(length, answer.bytes_stream())),
        None => response.streaming(answer.bytes_stream()),
    }
}

/// PEM, escaped as nginx's `$ssl_client_escaped_cert` escapes it.
fn escaped(certificate: &CertificateDer<'_>) -> String {
    let base64 = STANDARD.encode(certificate);
    let mut pem = "-----BEGIN CERTIFICATE-----\n".to_owned();
    for line in base64.as_bytes().chunks(64) {
        pem.extend(line.iter().copied().map(char::from));
        pem.push('\n');
    }
    pem.push_str("-----END CERTIFICATE-----\n");
    percent_encode(pem.as_bytes(), ESCAPED).to_string()
}

const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// RFC 9110 §7.6.1, and the framing that the next connection sets for itself.
const HOP_BY_HOP: [&str; 9] = [
    "connection",
    "content-length",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "expect",
];

/// Beginnings of the names that a client must not send for itself, RFC 9440 §4.
const SAID_BY_THE_HOP: [&str; 6] = [
    "client-cert",
    "forwarded",
    "host",
    "x-amzn-mtls",
    "x-forwarded",
    "x-oe-client",
];

/// A portfolio of a million places as CSV takes some 30 MB.
const MAX_REQUEST_BODY_BYTES: usize = 64 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc9440_4_nothing_that_speaks_for_the_hop_is_passed_on() {
        for name in [
            "Authorization",
            "Range",
            "If-None-Match",
            "x-fapi-interaction-id",
        ] {
            assert!(is_passed_on(name), "{name}");
        }
        for name in [
            "X-OE-CLIENT-CERT",
            "x-oe-client-verify",
            "Client-Cert",
            "Client-Cert-Chain",
            "X-Amzn-Mtls-Clientcert-Leaf",
            "X-Forwarded-For",
            "Forwarded",
            "Host",
            "Connection",
            "Transfer-Encoding",
        ] {
            assert!(!is_passed_on(name), "{name}");
        }
    }

    #[test]
    fn a_certificate_is_escaped_as_nginx_does_it() {
        let escaped = escaped(&CertificateDer::from(vec![0xFB; 49]));
        assert!(
            escaped.starts_with("-----BEGIN%20CERTIFICATE-----%0A%2B%2Fv7"),
            "{escaped}"
        );
        assert!(
            escaped.ends_with("%2Bw%3D%3D%0A-----END%20CERTIFICATE-----%0A"),
            "{escaped}"
        );
        assert_eq!(
            escaped.matches("%0A").count(),
            4,
            "lines have 64 characters: {escaped}"
        );
    }
}
