//! Tokens redeemed: one that was seen before, opaque or JWT, by keyed hash, cache, and every check of time and binding;
//! and a JWT that was not, by its header, signature and claims as well.

mod authority;
#[path = "../tests/support/fake_directory.rs"]
mod fake_directory;
#[path = "../tests/support/jwt.rs"]
mod jwt;

use std::{error::Error, hint::black_box, time::Duration};

use criterion::{BatchSize, Criterion};
use futures_util::FutureExt as _;
use perild::{
    caller::Caller,
    clock::Timestamp,
    edge::AccessToken,
    token::{Claim, JwtSettings, TokenKinds, TokenSettings, Tokens},
};
use serde_json::json;
use tokio::runtime::Runtime;

use self::{
    authority::{Authority, TOKEN},
    fake_directory::FakeDirectory,
    jwt::SigningKey,
};

fn main() -> Result<(), Box<dyn Error>> {
    let authority = Authority::mint()?;
    let (caller, now) = (authority.caller(&authority.header()?)?, Timestamp::now());
    let directory = authority.directory(&caller)?;
    let runtime = Runtime::new()?;
    let start = |kinds| -> Result<Tokens, Box<dyn Error>> {
        let settings = TokenSettings {
            kinds,
            ..authority.settings(&directory)?
        };
        Ok(Tokens::start(settings, None, runtime.handle().clone())?)
    };
    let signer = Signer::new(&directory, &caller, now);
    let (opaque, jwt) = (start(TokenKinds::Opaque)?, start(TokenKinds::Jwt(rules()))?);

    let mut criterion = Criterion::default().configure_from_args();
    let known = signer.sign(0);
    for (name, tokens, text) in [
        ("token/redeem a token seen before", &opaque, TOKEN),
        ("token/redeem a JWT seen before", &jwt, &known),
    ] {
        let token = AccessToken::parse(text).ok_or("the token is one")?;
        runtime.block_on(tokens.redeem(token, &caller, now))?;
        criterion.bench_function(name, |bencher| {
            bencher.iter(|| {
                let redeemed = tokens.redeem(black_box(token), &caller, now).now_or_never();
                assert!(
                    matches!(redeemed, Some(Ok(_))),
                    "a cached token waits for nothing"
                );
            });
        });
    }
    let mut number = 0;
    criterion.bench_function("token/redeem a new JWT by ES256", |bencher| {
        bencher.iter_batched(
            || {
                number += 1;
                signer.sign(number)
            },
            |text| {
                let token = AccessToken::parse(&text).expect("the token is one");
                let redeemed = runtime.block_on(jwt.redeem(token, &caller, now));
                assert!(redeemed.is_ok(), "the token is good");
            },
            BatchSize::SmallInput,
        );
    });
    criterion.final_summary();
    Ok(())
}

/// Signs tokens for one caller.
struct Signer {
    claims: serde_json::Value,
    key: SigningKey,
}

impl Signer {
    fn new(directory: &FakeDirectory, caller: &Caller, now: Timestamp) -> Self {
        let key = SigningKey::p256();
        directory.publish_keys(&[key.jwk("key")]);
        let claims = json!({
            "iss": directory.issuer, "aud": AUDIENCE, "sub": "consumer", "client_id": "consumer",
            "scope": "energy:read", "iat": now.seconds(), "exp": now.seconds() + 3600,
            "cnf": {"x5t#S256": caller.thumbprint().to_string()},
        });
        Self { claims, key }
    }

    /// A token of its own for each number.
    fn sign(&self, number: u64) -> String {
        let mut claims = self.claims.clone();
        if let Some(members) = claims.as_object_mut() {
            members.insert("jti".to_owned(), json!(number.to_string()));
        }
        let header = json!({"typ": "at+jwt", "kid": "key"});
        self.key.sign(&header, &claims)
    }
}

fn rules() -> JwtSettings {
    JwtSettings {
        audience: AUDIENCE.to_owned(),
        required_claims: Claim::ALL.to_vec(),
        accepts_plain_jwt: false,
        longest: Some(Duration::from_hours(1)),
    }
}

/// The audience of [`Authority::settings`].
const AUDIENCE: &str = "https://us.example";
