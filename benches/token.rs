//! Tokens redeemed: one that was seen before, opaque or JWT, by keyed hash, cache, and every check of time and binding;
//! and a JWT that was not, by its header, signature and claims as well.

mod authority;
#[path = "../tests/support/fake_directory.rs"]
mod fake_directory;
#[path = "../tests/support/jwt.rs"]
mod jwt;
mod signer;

use std::{error::Error, hint::black_box};

use criterion::{BatchSize, Criterion};
use futures_util::FutureExt as _;
use perild::{
    clock::Timestamp,
    edge::AccessToken,
    token::{TokenKinds, TokenSettings, Tokens},
};
use tokio::runtime::Runtime;

use self::{
    authority::{Authority, TOKEN},
    signer::{Signer, rules},
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
