//! A token that was seen before, redeemed: keyed hash, cache, and every check of time and binding.

mod authority;
#[path = "../tests/support/fake_directory.rs"]
mod fake_directory;

use std::{error::Error, hint::black_box};

use criterion::Criterion;
use futures_util::FutureExt as _;
use perild::{clock::Timestamp, edge::AccessToken, token::Tokens};
use tokio::runtime::Runtime;

use self::authority::{Authority, TOKEN};

fn main() -> Result<(), Box<dyn Error>> {
    let authority = Authority::mint()?;
    let (caller, now) = (authority.caller(&authority.header()?)?, Timestamp::now());
    let directory = authority.directory(&caller)?;
    let runtime = Runtime::new()?;
    let settings = authority.settings(&directory)?;
    let tokens = Tokens::start(settings, None, runtime.handle().clone())?;
    let token = AccessToken::parse(TOKEN).ok_or("the token is one")?;
    runtime.block_on(tokens.redeem(token, &caller, now))?;

    let mut criterion = Criterion::default().configure_from_args();
    criterion.bench_function("token/redeem a token seen before", |bencher| {
        bencher.iter(|| {
            let redeemed = tokens.redeem(black_box(token), &caller, now).now_or_never();
            assert!(
                matches!(redeemed, Some(Ok(_))),
                "a cached token waits for nothing"
            );
        });
    });
    criterion.final_summary();
    Ok(())
}
