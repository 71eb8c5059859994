//! A small authorization server, in place of the directory: discovery, certificate-bound tokens, introspection and revocation over mTLS.
//!
//! Clients are known by the certificates that were registered for them, as an authorization server
//! knows them in RFC 8705 §2.2. It keeps everything in memory and is for loopback only.

use std::{
    collections::HashMap,
    net::TcpListener,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer, dev::Server, http::StatusCode,
    http::header::CACHE_CONTROL, web,
};
use rustls::ServerConfig;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    pki::thumbprint,
    tls::{PeerCertificate, remember_peer},
};
use crate::clock::Timestamp;

/// A client that the directory knows.
pub(super) struct Client {
    /// Its `client_id`.
    pub(super) id: &'static str,
    /// The organisation that it belongs to.
    pub(super) organisation_id: &'static str,
    /// `x5t#S256` of the one certificate that it may show.
    pub(super) thumbprint: String,
    /// `true` when it is a data provider, which may ask about others' tokens.
    pub(super) is_provider: bool,
    /// The scopes that it may have; all of them when it asks for none.
    pub(super) scopes: &'static [&'static str],
}

/// Starts the directory on `listener`; `issuer` is the address that it has there.
pub(super) fn start(
    listener: TcpListener,
    tls: ServerConfig,
    issuer: String,
    clients: Vec<Client>,
) -> std::io::Result<Server> {
    let directory = web::Data::new(AuthorizationServer {
        issuer,
        clients,
        grants: Mutex::new(HashMap::new()),
    });
    let server = HttpServer::new(move || {
        App::new()
            .app_data(directory.clone())
            .app_data(web::FormConfig::default().error_handler(|_unreadable, _| {
                let answer = Refusal::InvalidRequest.answer();
                actix_web::error::InternalError::from_response("form", answer).into()
            }))
            .route(
                "/.well-known/openid-configuration",
                web::get().to(discovery),
            )
            .route("/mtls/token", web::post().to(token))
            .route("/mtls/introspection", web::post().to(introspection))
            .route("/mtls/revocation", web::post().to(revocation))
    });
    let server = server
        .workers(1)
        .disable_signals()
        .on_connect(remember_peer);
    Ok(server.listen_rustls_0_23(listener, tls)?.run())
}

struct AuthorizationServer {
    issuer: String,
    clients: Vec<Client>,
    grants: Mutex<HashMap<String, Grant>>,
}

/// Record of a token that was given out.
struct Grant {
    client_id: &'static str,
    organisation_id: &'static str,
    scope: String,
    thumbprint: String,
    issued: Timestamp,
    expires: Timestamp,
}

/// Error codes of RFC 6749 §5.2.
enum Refusal {
    InvalidClient,
    InvalidRequest,
    InvalidScope,
    UnsupportedGrantType,
}

#[derive(Deserialize)]
struct TokenRequest {
    grant_type: String,
    client_id: Option<String>,
    scope: Option<String>,
}

#[derive(Deserialize)]
struct AboutToken {
    token: String,
    client_id: Option<String>,
}

async fn discovery(directory: web::Data<AuthorizationServer>) -> HttpResponse {
    let issuer = &directory.issuer;
    let endpoints = json!({
        "token_endpoint": format!("{issuer}/mtls/token"),
        "introspection_endpoint": format!("{issuer}/mtls/introspection"),
        "revocation_endpoint": format!("{issuer}/mtls/revocation"),
    });
    let mut document = json!({
        "issuer": issuer,
        "mtls_endpoint_aliases": endpoints,
        "grant_types_supported": ["client_credentials"],
        "response_types_supported": [],
        "token_endpoint_auth_methods_supported": ["self_signed_tls_client_auth"],
        "tls_client_certificate_bound_access_tokens": true,
    });
    if let (Value::Object(document), Value::Object(endpoints)) = (&mut document, endpoints) {
        document.extend(endpoints);
    }
    HttpResponse::Ok().json(document)
}

/// RFC 6749 §4.4 with RFC 8705 §3: the token is bound to the certificate of this handshake.
async fn token(
    request: HttpRequest,
    form: web::Form<TokenRequest>,
    directory: web::Data<AuthorizationServer>,
) -> HttpResponse {
    let issued = directory
        .client(&request, form.client_id.as_deref())
        .ok_or(Refusal::InvalidClient)
        .and_then(|client| directory.grant(client, &form));
    match issued {
        Ok(answer) => HttpResponse::Ok()
            .insert_header((CACHE_CONTROL, "no-store"))
            .json(answer),
        Err(refusal) => refusal.answer(),
    }
}

/// RFC 7662 §2: for data providers, by their certificate and their `client_id`.
async fn introspection(
    request: HttpRequest,
    form: web::Form<AboutToken>,
    directory: web::Data<AuthorizationServer>,
) -> HttpResponse {
    let asker = directory.client(&request, form.client_id.as_deref());
    if !asker.is_some_and(|client| client.is_provider) {
        return Refusal::InvalidClient.answer();
    }
    let answer = directory
        .describe(&form.token)
        .unwrap_or_else(|| json!({ "active": false }));
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(answer)
}

/// RFC 7009 §2: a client revokes its own token; an unknown one is answered alike.
async fn revocation(
    request: HttpRequest,
    form: web::Form<AboutToken>,
    directory: web::Data<AuthorizationServer>,
) -> HttpResponse {
    let Some(client) = directory.client(&request, form.client_id.as_deref()) else {
        return Refusal::InvalidClient.answer();
    };
    let mut grants = directory
        .grants
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    if grants
        .get(&form.token)
        .is_some_and(|grant| grant.client_id == client.id)
    {
        grants.remove(&form.token);
    }
    HttpResponse::Ok().finish()
}

impl AuthorizationServer {
    /// The client that this handshake's certificate belongs to, when it calls itself `client_id`.
    fn client(&self, request: &HttpRequest, client_id: Option<&str>) -> Option<&Client> {
        let PeerCertificate(certificate) = request.conn_data()?;
        let shown = thumbprint(certificate);
        self.clients
            .iter()
            .find(|client| client.thumbprint == shown && Some(client.id) == client_id)
    }

    fn grant(&self, client: &Client, form: &TokenRequest) -> Result<Value, Refusal> {
        if form.grant_type != "client_credentials" {
            return Err(Refusal::UnsupportedGrantType);
        }
        let scope = client
            .scope(form.scope.as_deref())
            .ok_or(Refusal::InvalidScope)?;
        let token = random_token();
        let issued = Timestamp::now();
        let answer = json!({
            "access_token": token, "token_type": "Bearer",
            "expires_in": TOKEN_LIFETIME.as_secs(), "scope": scope,
        });
        let grant = Grant {
            client_id: client.id,
            organisation_id: client.organisation_id,
            scope,
            thumbprint: client.thumbprint.clone(),
            issued,
            expires: issued.after(TOKEN_LIFETIME),
        };
        let mut grants = self.grants.lock().unwrap_or_else(PoisonError::into_inner);
        grants.retain(|_, grant| issued < grant.expires);
        grants.insert(token, grant);
        Ok(answer)
    }

    fn describe(&self, token: &str) -> Option<Value> {
        let grants = self.grants.lock().unwrap_or_else(PoisonError::into_inner);
        let grant = grants
            .get(token)
            .filter(|grant| Timestamp::now() < grant.expires)?;
        Some(json!({
            "active": true,
            "iss": self.issuer,
            "client_id": grant.client_id,
            "organisation_id": grant.organisation_id,
            "scope": grant.scope,
            "token_type": "Bearer",
            "iat": grant.issued.seconds(),
            "exp": grant.expires.seconds(),
            "cnf": { "x5t#S256": grant.thumbprint },
        }))
    }
}

impl Client {
    fn scope(&self, asked: Option<&str>) -> Option<String> {
        let asked = asked.unwrap_or_default();
        if asked.is_empty() {
            return Some(self.scopes.join(" "));
        }
        asked
            .split(' ')
            .all(|scope| self.scopes.contains(&scope))
            .then(|| asked.to_owned())
    }
}

impl Refusal {
    fn answer(&self) -> HttpResponse {
        let (status, code) = match self {
            Self::InvalidClient => (StatusCode::UNAUTHORIZED, "invalid_client"),
            Self::InvalidRequest => (StatusCode::BAD_REQUEST, "invalid_request"),
            Self::InvalidScope => (StatusCode::BAD_REQUEST, "invalid_scope"),
            Self::UnsupportedGrantType => (StatusCode::BAD_REQUEST, "unsupported_grant_type"),
        };
        HttpResponse::build(status)
            .insert_header((CACHE_CONTROL, "no-store"))
            .json(json!({ "error": code }))
    }
}

/// 244 random bits, opaque to everyone.
fn random_token() -> String {
    format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}

const TOKEN_LIFETIME: Duration = Duration::from_mins(10);
