//! `perild dev --smoke`: the calls a newcomer would make, and those that must be refused.

mod perils;

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
    pki::{Authority, Holder},
    tally::Tally,
    tls,
    world::{CACHE_SECONDS, CONSUMER, LIMITED, World},
};

/// Makes every call, prints each with its status, and says how many went wrong.
///
/// # Errors
///
/// [`DevError::Smoke`] when an allowed call failed or a forbidden one was not refused as it should be.
pub(super) async fn run(world: &World) -> Result<(), DevError> {
    let cast = Cast::of(world)?;
    let mut tally = Tally::default();
    infrastructure(&cast, &mut tally).await?;
    let token = cast.token(&cast.consumer, CONSUMER, &mut tally).await?;
    let limited = cast.token(&cast.limited, LIMITED, &mut tally).await?;
    allowed(&cast, &token, &limited, &mut tally).await?;
    perils::allowed(&cast, &token, &mut tally).await?;
    forbidden(&cast, &token, &limited, &mut tally).await?;
    perils::forbidden(&cast, &token, &mut tally).await?;
    revoked(&cast, &mut tally).await?;
    tally.verdict(world)
}

async fn infrastructure(cast: &Cast<'_>, tally: &mut Tally) -> Result<(), DevError> {
    for path in ["/healthz", "/readyz"] {
        let call = cast.nobody.get(cast.at(path));
        tally
            .allowed(200, &format!("GET {path} by anyone"), call)
            .await?;
    }
    Ok(())
}

async fn allowed(
    cast: &Cast<'_>,
    token: &Token,
    limited: &Token,
    tally: &mut Tally,
) -> Result<(), DevError> {
    let offer = &cast.world.offer;
    let (plain, restricted) = (
        format!("/{}", offer.plain.name),
        format!("/{}", offer.restricted.name),
    );
    let get = |path: &str| {
        cast.consumer
            .get(cast.at(path))
            .bearer_auth(&token.access_token)
    };

    let answer = tally
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
    let file = std::fs::read(&offer.plain.path).map_err(|source| DevError::SharedData {
        path: offer.plain.path.clone(),
        source,
    })?;
    tally.claim(
        body == file,
        "     and the answer is the file, octet for octet",
    )?;

    let head = cast.consumer.head(cast.at(&plain));
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
        tally.allowed(status, &what, call).await?;
    }
    if plain != restricted {
        let call = cast
            .limited
            .get(cast.at(&plain))
            .bearer_auth(&limited.access_token);
        tally
            .allowed(200, &format!("GET {plain} by the limited consumer"), call)
            .await?;
    }
    Ok(())
}

async fn forbidden(
    cast: &Cast<'_>,
    token: &Token,
    limited: &Token,
    tally: &mut Tally,
) -> Result<(), DevError> {
    let offer = &cast.world.offer;
    let (plain, restricted) = (
        cast.at(&format!("/{}", offer.plain.name)),
        cast.at(&format!("/{}", offer.restricted.name)),
    );
    let (nothing, outside) = (
        cast.at("/no-such-dataset"),
        cast.at("/v1/files/..%2Fperild.toml"),
    );
    let bearer = |call: RequestBuilder| call.bearer_auth(&token.access_token);
    let get = |url: &str| cast.consumer.get(url);
    let copied =
        utf8_percent_encode(&cast.world.people.consumer.pem(), NON_ALPHANUMERIC).to_string();
    let forged = bearer(cast.nobody.get(&plain))
        .header("X-OE-CLIENT-CERT", copied)
        .header("X-OE-CLIENT-VERIFY", "SUCCESS");
    let unknown = get(&plain).bearer_auth("never-issued");
    let in_query = get(&format!("{plain}?access_token={}", token.access_token));
    let lacking = cast.limited.get(&restricted);
    let lacking = lacking.bearer_auth(&limited.access_token);

    let nobodys = bearer(cast.nobody.get(&plain));
    tally.forbidden(401, "no certificate", nobodys).await?;
    let what = "no certificate, but a header that claims one";
    tally.forbidden(401, what, forged).await?;
    let strangers = bearer(cast.stranger.get(&plain));
    tally
        .forbidden_handshake("a certificate of another CA", strangers)
        .await?;
    for (status, what, call) in [
        (
            401,
            "another client's certificate",
            bearer(cast.limited.get(&plain)),
        ),
        (401, "no token", get(&plain)),
        (401, "a token that was never issued", unknown),
        (400, "a token in the query", in_query),
        (404, "a name that does not exist", bearer(get(&nothing))),
        (401, "a name that does not exist, no token", get(&nothing)),
        (404, "a name outside the directory", bearer(get(&outside))),
        (403, "a scope that the token lacks", lacking),
    ] {
        tally.forbidden(status, what, call).await?;
    }
    Ok(())
}

/// A token that was good stops being so within the time that answers are remembered.
async fn revoked(cast: &Cast<'_>, tally: &mut Tally) -> Result<(), DevError> {
    let token = cast.token(&cast.consumer, CONSUMER, tally).await?;
    let plain = cast.at(&format!("/{}", cast.world.offer.plain.name));
    let get = || cast.consumer.get(&plain).bearer_auth(&token.access_token);
    tally
        .allowed(200, "GET with a token that is still good", get())
        .await?;
    let form = [
        ("token", token.access_token.as_str()),
        ("client_id", CONSUMER),
    ];
    let revoke = cast.consumer.post(cast.directory("revocation")).form(&form);
    tally
        .allowed(200, "POST to the directory: revoke it", revoke)
        .await?;
    sleep(Duration::from_secs(CACHE_SECONDS.unsigned_abs()) + Duration::from_millis(200)).await;
    tally.forbidden(401, "a revoked token", get()).await
}

/// The clients that call, by what they show in the handshake.
struct Cast<'w> {
    world: &'w World,
    consumer: reqwest::Client,
    limited: reqwest::Client,
    nobody: reqwest::Client,
    stranger: reqwest::Client,
}

#[derive(Default, Deserialize)]
struct Token {
    access_token: String,
}

impl<'w> Cast<'w> {
    fn of(world: &'w World) -> Result<Self, DevError> {
        let people = &world.people;
        let stranger =
            Authority::new("some other CA")?.client(CONSUMER, "elsewhere", "Stranger")?;
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
            world,
            consumer: client(Some(&people.consumer))?,
            limited: client(Some(&people.limited))?,
            nobody: client(None)?,
            stranger: client(Some(&stranger))?,
        })
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.world.front)
    }

    fn directory(&self, endpoint: &str) -> String {
        format!("{}/mtls/{endpoint}", self.world.issuer)
    }

    async fn token(
        &self,
        client: &reqwest::Client,
        client_id: &str,
        tally: &mut Tally,
    ) -> Result<Token, DevError> {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", client_id),
        ];
        let call = client.post(self.directory("token")).form(&form);
        let what = format!("POST to the directory: a token for {client_id}");
        let Some(answer) = tally.allowed(200, &what, call).await? else {
            return Ok(Token::default());
        };
        let body = answer.bytes().await.unwrap_or_default();
        Ok(serde_json::from_slice(&body).unwrap_or_default())
    }
}
