//! `perild dev --smoke`: the calls a newcomer would make, and those that must be refused.

mod perils;
mod report;

use std::time::Duration;

use actix_web::rt::time::sleep;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{
    RequestBuilder,
    header::{self, HeaderValue},
};
use serde::Deserialize;

use super::{
    DevError,
    pki::{CertificateAuthority, Holder},
    stack::{CACHE_SECONDS, CONSUMER, DevStack, LIMITED},
    tls,
};
use report::SmokeReport;

/// Makes every call, prints each with its status, and says how many went wrong.
///
/// # Errors
///
/// [`DevError::Smoke`] when an allowed call failed or a forbidden one was not refused as it should be.
pub(super) async fn run(stack: &DevStack) -> Result<(), DevError> {
    let clients = Clients::of(stack)?;
    let mut report = SmokeReport::default();
    infrastructure(&clients, &mut report).await?;
    let token = clients
        .token(&clients.consumer, CONSUMER, &mut report)
        .await?;
    let limited = clients
        .token(&clients.limited, LIMITED, &mut report)
        .await?;
    allowed(&clients, &token, &limited, &mut report).await?;
    perils::allowed(&clients, &token, &mut report).await?;
    forbidden(&clients, &token, &limited, &mut report).await?;
    perils::forbidden(&clients, &token, &mut report).await?;
    revoked(&clients, &mut report).await?;
    report.verdict(stack)
}

async fn infrastructure(clients: &Clients<'_>, report: &mut SmokeReport) -> Result<(), DevError> {
    for path in ["/healthz", "/readyz"] {
        let call = clients.nobody.get(clients.at(path));
        report
            .allowed(200, &format!("GET {path} by anyone"), call)
            .await?;
    }
    Ok(())
}

async fn allowed(
    clients: &Clients<'_>,
    token: &Token,
    limited: &Token,
    report: &mut SmokeReport,
) -> Result<(), DevError> {
    let files = &clients.stack.files;
    let (plain, restricted) = (
        format!("/{}", files.plain.name),
        format!("/{}", files.restricted.name),
    );
    let get = |path: &str| {
        clients
            .consumer
            .get(clients.at(path))
            .bearer_auth(&token.access_token)
    };

    let answer = report
        .allowed(
            200,
            &format!("GET {plain} with certificate and token"),
            get(&plain),
        )
        .await?;
    // Without an ETag the call below is not answered with 304, and counts as wrong.
    let etag = answer
        .as_ref()
        .and_then(|answer| answer.headers().get(header::ETAG).cloned());
    let etag = etag.unwrap_or_else(|| HeaderValue::from_static("\"none\""));
    let body = match answer {
        Some(answer) => answer.bytes().await.unwrap_or_default(),
        None => Vec::new().into(),
    };
    let file = std::fs::read(&files.plain.path).map_err(|source| DevError::SharedData {
        path: files.plain.path.clone(),
        source,
    })?;
    report.claim(
        body == file,
        "     and the answer is the file, octet for octet",
    )?;

    let head = clients.consumer.head(clients.at(&plain));
    let head = head.bearer_auth(&token.access_token);
    let range = get(&plain).header(header::RANGE, "bytes=0-0");
    let again = get(&plain).header(header::IF_NONE_MATCH, etag);
    let versioned = format!("/v1/files{plain}.csv");
    for (status, what, call) in [
        (200, format!("HEAD {plain}"), head),
        (206, format!("GET {plain}, its first octet"), range),
        (304, format!("GET {plain} again with its ETag"), again),
        (200, format!("GET {versioned}"), get(&versioned)),
        (
            200,
            format!("GET {restricted} with its scope"),
            get(&restricted),
        ),
    ] {
        report.allowed(status, &what, call).await?;
    }
    if plain != restricted {
        let call = clients
            .limited
            .get(clients.at(&plain))
            .bearer_auth(&limited.access_token);
        report
            .allowed(200, &format!("GET {plain} by the limited consumer"), call)
            .await?;
    }
    Ok(())
}

async fn forbidden(
    clients: &Clients<'_>,
    token: &Token,
    limited: &Token,
    report: &mut SmokeReport,
) -> Result<(), DevError> {
    let files = &clients.stack.files;
    let (plain, restricted) = (
        clients.at(&format!("/{}", files.plain.name)),
        clients.at(&format!("/{}", files.restricted.name)),
    );
    let (nothing, outside) = (
        clients.at("/no-such-dataset"),
        clients.at("/v1/files/..%2Fperild.toml"),
    );
    let bearer = |call: RequestBuilder| call.bearer_auth(&token.access_token);
    let get = |url: &str| clients.consumer.get(url);
    let copied =
        utf8_percent_encode(&clients.stack.people.consumer.pem(), NON_ALPHANUMERIC).to_string();
    let forged = bearer(clients.nobody.get(&plain))
        .header("X-OE-CLIENT-CERT", copied)
        .header("X-OE-CLIENT-VERIFY", "SUCCESS");
    let unknown = get(&plain).bearer_auth("never-issued");
    let in_query = get(&format!("{plain}?access_token={}", token.access_token));
    let lacking = clients.limited.get(&restricted);
    let lacking = lacking.bearer_auth(&limited.access_token);

    let nobodys = bearer(clients.nobody.get(&plain));
    report.forbidden(401, "no certificate", nobodys).await?;
    let what = "no certificate, but a header that claims one";
    report.forbidden(401, what, forged).await?;
    let strangers = bearer(clients.stranger.get(&plain));
    report
        .forbidden_handshake("a certificate of another CA", strangers)
        .await?;
    for (status, what, call) in [
        (
            401,
            "another client's certificate",
            bearer(clients.limited.get(&plain)),
        ),
        (401, "no token", get(&plain)),
        (401, "a token that was never issued", unknown),
        (400, "a token in the query", in_query),
        (404, "a name that does not exist", bearer(get(&nothing))),
        (401, "a name that does not exist, no token", get(&nothing)),
        (404, "a name outside the directory", bearer(get(&outside))),
        (403, "a scope that the token lacks", lacking),
    ] {
        report.forbidden(status, what, call).await?;
    }
    Ok(())
}

/// A token that was good stops being so within the time that answers are remembered.
async fn revoked(clients: &Clients<'_>, report: &mut SmokeReport) -> Result<(), DevError> {
    let token = clients.token(&clients.consumer, CONSUMER, report).await?;
    let plain = clients.at(&format!("/{}", clients.stack.files.plain.name));
    let get = || {
        clients
            .consumer
            .get(&plain)
            .bearer_auth(&token.access_token)
    };
    report
        .allowed(200, "GET with a token that is still good", get())
        .await?;
    let form = [
        ("token", token.access_token.as_str()),
        ("client_id", CONSUMER),
    ];
    let revoke = clients
        .consumer
        .post(clients.directory("revocation"))
        .form(&form);
    report
        .allowed(200, "POST to the directory: revoke it", revoke)
        .await?;
    sleep(Duration::from_secs(CACHE_SECONDS.unsigned_abs()) + Duration::from_millis(200)).await;
    report.forbidden(401, "a revoked token", get()).await
}

/// The clients that call, by what they show in the handshake.
struct Clients<'w> {
    stack: &'w DevStack,
    consumer: reqwest::Client,
    limited: reqwest::Client,
    nobody: reqwest::Client,
    stranger: reqwest::Client,
}

#[derive(Default, Deserialize)]
struct Token {
    access_token: String,
}

impl<'w> Clients<'w> {
    fn of(stack: &'w DevStack) -> Result<Self, DevError> {
        let people = &stack.people;
        let stranger = CertificateAuthority::new("some other CA")?.client(
            CONSUMER,
            "elsewhere",
            "Stranger",
        )?;
        let client = |holder: Option<&Holder>| -> Result<reqwest::Client, DevError> {
            let roots = [people.directory_ca.der(), people.web_ca.der()];
            let client = reqwest::Client::builder()
                .tls_backend_preconfigured(tls::client(&roots, holder)?)
                .no_proxy()
                .redirect(reqwest::redirect::Policy::none())
                .timeout(Duration::from_secs(10))
                .build()?;
            Ok(client)
        };
        Ok(Self {
            stack,
            consumer: client(Some(&people.consumer))?,
            limited: client(Some(&people.limited))?,
            nobody: client(None)?,
            stranger: client(Some(&stranger))?,
        })
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.stack.front)
    }

    fn directory(&self, endpoint: &str) -> String {
        format!("{}/mtls/{endpoint}", self.stack.issuer)
    }

    async fn token(
        &self,
        client: &reqwest::Client,
        client_id: &str,
        report: &mut SmokeReport,
    ) -> Result<Token, DevError> {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", client_id),
        ];
        let call = client.post(self.directory("token")).form(&form);
        let what = format!("POST to the directory: a token for {client_id}");
        let Some(answer) = report.allowed(200, &what, call).await? else {
            return Ok(Token::default());
        };
        let body = answer.bytes().await.unwrap_or_default();
        Ok(serde_json::from_slice(&body).unwrap_or_default())
    }
}
