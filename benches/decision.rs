//! perild's own work from the header fields of a request to the permit, room after room.

mod authority;
#[path = "../tests/support/fake_directory.rs"]
mod fake_directory;

use std::{error::Error, hint::black_box};

use actix_web::{
    HttpRequest,
    http::header::{AUTHORIZATION, HOST, HeaderName},
    test::TestRequest,
};
use criterion::{BatchSize, Criterion};
use futures_util::FutureExt as _;
use perild::{
    caller::Callers,
    clock::Timestamp,
    dataset::FileName,
    edge::{Authorization, CertificateFormat, Hop, Inbound, InteractionId, Limits, Peer, Peers},
    policy::{Defaults, Permit, Policy, Publish},
    token::Tokens,
};
use tokio::runtime::Runtime;

use self::authority::{Authority, TOKEN};

/// The rooms of the walk but for the callers, who are new in one of the benches.
struct Rooms {
    peers: Peers,
    limits: Limits,
    hop: Hop,
    tokens: Tokens,
    policy: Policy,
}

fn main() -> Result<(), Box<dyn Error>> {
    let authority = Authority::mint()?;
    let header = authority.header()?;
    let directory = authority.directory(&authority.caller(&header)?)?;
    let runtime = Runtime::new()?;
    let settings = authority.settings(&directory)?;
    let rooms = Rooms {
        peers: Peers::only(vec![33]),
        limits: Limits::default(),
        hop: Hop {
            certificate_header: HeaderName::from_static("x-oe-client-cert"),
            certificate_format: CertificateFormat::PemUrlencoded,
            verify_header: Some(HeaderName::from_static("x-oe-client-verify")),
            require_verify: false,
        },
        tokens: Tokens::start(settings, None, runtime.handle().clone())?,
        policy: Policy::new(
            &[],
            &Defaults {
                publish: Publish::All,
                ..Defaults::default()
            },
        )?,
    };
    let request = TestRequest::with_uri("/tidy_DYTS01_kWh")
        .insert_header((HOST, "localhost"))
        .insert_header((AUTHORIZATION, format!("Bearer {TOKEN}")))
        .insert_header(("x-oe-client-cert", header))
        .insert_header(("x-oe-client-verify", "SUCCESS"))
        .insert_header(("x-forwarded-for", "127.0.0.1"))
        .insert_header(("x-forwarded-proto", "https"))
        .insert_header(("accept", "*/*"))
        .to_http_request();
    let callers = authority.callers()?;
    // The first walk asks the directory; what is measured comes after.
    runtime
        .block_on(decide(&request, &rooms, &callers))
        .ok_or("the request is granted")?;

    let mut criterion = Criterion::default().configure_from_args();
    criterion.bench_function("decision/known caller and token", |bencher| {
        bencher.iter(|| decided(&request, &rooms, &callers));
    });
    criterion.bench_function("decision/new certificate, known token", |bencher| {
        bencher.iter_batched_ref(
            || authority.callers().expect("the authority is one"),
            |callers| decided(&request, &rooms, callers),
            BatchSize::PerIteration,
        );
    });
    criterion.final_summary();
    Ok(())
}

/// The walk, which waits for nothing once the token is known.
fn decided(request: &HttpRequest, rooms: &Rooms, callers: &Callers) {
    let permit = decide(black_box(request), rooms, callers).now_or_never();
    assert!(matches!(permit, Some(Some(_))), "the request is granted");
}

async fn decide(request: &HttpRequest, rooms: &Rooms, callers: &Callers) -> Option<Permit> {
    let now = Timestamp::now();
    let file = FileName::csv(request.path().strip_prefix('/')?)?;
    black_box(InteractionId::read(std::iter::empty()));
    let neighbour = rooms.peers.admit(black_box(Peer::User(33))).ok()?;
    rooms.limits.admit(request).ok()?;
    let inbound = Inbound::read(request, neighbour, &rooms.hop).ok()?;
    let presented = callers.recognise(inbound.certificate()?).ok()?;
    let Authorization::Token(token) = inbound.authorization() else {
        return None;
    };
    let caller = presented.verify(now).ok()?;
    let token = rooms.tokens.redeem(token, &caller, now).await.ok()?;
    rooms
        .policy
        .decide(&token, &file.collection(&rooms.policy))
        .ok()
}
