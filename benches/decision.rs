//! perild's own work from the header fields of a request to the permit, room after room.

mod authority;
#[path = "../tests/support/fake_directory.rs"]
mod fake_directory;
#[path = "../tests/support/jwt.rs"]
mod jwt;
mod signer;

use std::{collections::HashSet, error::Error, hint::black_box, path::Path};

use actix_web::{
    HttpRequest,
    http::header::{AUTHORIZATION, HOST, HeaderName},
    test::TestRequest,
};
use criterion::{BatchSize, Criterion};
use futures_util::FutureExt as _;
use perild::{
    caller::{Callers, Membership},
    clock::Timestamp,
    dataset::{Catalog, FileName, catalog::Sources},
    edge::{
        Authorization, CertificateFormat, Inbound, InteractionId, Limits, Peer, Peers, ProxyHeaders,
    },
    policy::{
        Applicant, AssertedFact, Class, Clause, CollectionId, Conditions, DatasetRule, Defaults,
        Lists, Names, Permit, Policy, Published, Publishers,
    },
    token::{Fact, Facts, Scope, TokenKinds, TokenSettings, Tokens},
};
use tokio::runtime::Runtime;

use self::{
    authority::{Authority, TOKEN},
    fake_directory::FakeDirectory,
    signer::{Signer, rules},
};

/// The rooms of the walk but for the callers, who are new in one of the benches.
struct Rooms {
    peers: Peers,
    limits: Limits,
    proxy_headers: ProxyHeaders,
    tokens: Tokens,
}

impl Rooms {
    /// The rooms with `tokens`, as all that is measured has them.
    fn with(tokens: Tokens) -> Self {
        Self {
            peers: Peers::only(vec![33]),
            limits: Limits::default(),
            proxy_headers: ProxyHeaders {
                certificate_header: HeaderName::from_static("x-oe-client-cert"),
                certificate_format: CertificateFormat::PemUrlencoded,
                verify_header: Some(HeaderName::from_static("x-oe-client-verify")),
                require_verify: false,
            },
            tokens,
        }
    }
}

/// A request with `token` by whoever shows the certificate in `header`.
fn request(header: &str, token: &str) -> HttpRequest {
    TestRequest::with_uri("/tidy_DYTS01_kWh")
        .insert_header((HOST, "localhost"))
        .insert_header((AUTHORIZATION, format!("Bearer {token}")))
        .insert_header(("x-oe-client-cert", header))
        .insert_header(("x-oe-client-verify", "SUCCESS"))
        .insert_header(("x-forwarded-for", "127.0.0.1"))
        .insert_header(("x-forwarded-proto", "https"))
        .insert_header(("accept", "*/*"))
        .to_http_request()
}

/// The same request with a JWT of the directory's, and the rooms that verify it.
fn jwt_of(
    authority: &Authority,
    directory: &FakeDirectory,
    header: &str,
    runtime: &Runtime,
) -> Result<(HttpRequest, Rooms), Box<dyn Error>> {
    let signer = Signer::new(directory, &authority.caller(header)?, Timestamp::now());
    let settings = TokenSettings {
        kinds: TokenKinds::Jwt(rules()),
        ..authority.settings(directory)?
    };
    let tokens = Tokens::start(settings, None, runtime.handle().clone())?;
    Ok((request(header, &signer.sign(0)), Rooms::with(tokens)))
}

/// The rules of so many collections, one of which is asked for.
struct Rules {
    catalog: Catalog,
    policy: Policy,
}

impl Rules {
    fn of(count: usize) -> Result<Self, Box<dyn Error>> {
        let others = (1..count).map(|number| format!("tidy_{number:05}_kWh"));
        let rules = others
            .chain(["tidy_DYTS01_kWh".to_owned()])
            .map(|name| DatasetRule {
                name,
                scope: Scope::default(),
                class: Class::SharedA,
            });
        let rules: Vec<_> = rules.collect();
        let ids = rules.iter().map(|rule| CollectionId::parse(&rule.name));
        let sources = Sources {
            folder: Path::new("/nonexistent"),
            publish_all: false,
            ruled: ids.collect::<Result<HashSet<_>, _>>()?,
            holdings: &[],
            now: Timestamp::now(),
        };
        Ok(Self {
            catalog: Catalog::load(&sources, None),
            policy: Policy::new(&rules, &Defaults::default())?,
        })
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let authority = Authority::mint()?;
    let header = authority.header()?;
    let directory = authority.directory(&authority.caller(&header)?)?;
    let runtime = Runtime::new()?;
    let settings = authority.settings(&directory)?;
    let rooms = Rooms::with(Tokens::start(settings, None, runtime.handle().clone())?);
    let request = request(&header, TOKEN);
    let callers = authority.callers()?;
    // The first walk asks the directory; what is measured comes after.
    let rules = Rules::of(1)?;
    runtime
        .block_on(decide(&request, &rooms, &rules, &callers))
        .ok_or("the request is granted")?;

    let mut criterion = Criterion::default().configure_from_args();
    criterion.bench_function("decision/known caller and token", |bencher| {
        bencher.iter(|| decided(&request, &rooms, &rules, &callers));
    });
    let (signed, of_jwt) = jwt_of(&authority, &directory, &header, &runtime)?;
    runtime
        .block_on(decide(&signed, &of_jwt, &rules, &callers))
        .ok_or("the request with a JWT is granted")?;
    criterion.bench_function("decision/known caller and JWT", |bencher| {
        bencher.iter(|| decided(&signed, &of_jwt, &rules, &callers));
    });
    let many = Rules::of(10_000)?;
    criterion.bench_function("decision/the same among 10,000 rules", |bencher| {
        bencher.iter(|| decided(&request, &rooms, &many, &callers));
    });
    criterion.bench_function("decision/new certificate, known token", |bencher| {
        bencher.iter_batched_ref(
            || authority.callers().expect("the authority is one"),
            |callers| decided(&request, &rooms, &rules, callers),
            BatchSize::PerIteration,
        );
    });
    let (policy, collection) = Conditioned::policy()?;
    let conditioned = Conditioned::new()?;
    criterion.bench_function("decision/64 conditions, lists of 256", |bencher| {
        let applicant = conditioned.applicant();
        bencher.iter(|| {
            let judged = policy.judge(black_box(&collection), black_box(&applicant));
            assert!(judged.is_ok(), "every condition holds");
        });
    });
    criterion.final_summary();
    Ok(())
}

/// One who satisfies each of 64 conditions: seven lists, a beginning and an end, approval, and 54 facts.
struct Conditioned {
    facts: Facts,
    membership: Membership,
    scope: Scope,
}

impl Conditioned {
    fn new() -> Result<Self, Box<dyn Error>> {
        let (role, member) = (url("role", 200), url("member", 200));
        let application = url("application", 200);
        let scope = format!("energy:read {}", url("licence", 200));
        Ok(Self {
            facts: facts().into_iter().collect(),
            membership: Membership::supposed(&[&role], Some(&member), Some(&application)),
            scope: Scope::parse(&scope).ok_or("the scope is one")?,
        })
    }

    fn applicant(&self) -> Applicant<'_> {
        Applicant {
            scope: &self.scope,
            client: Some(CLIENT),
            organisation: Some(ORGANISATION),
            membership: &self.membership,
            facts: &self.facts,
            now: Timestamp::from_seconds(1_768_478_400),
        }
    }

    fn policy() -> Result<(Policy, CollectionId), Box<dyn Error>> {
        let named = |what: &str| {
            (0..LISTED)
                .map(|at| url(what, at).into())
                .collect::<Names>()
        };
        let with = |what: &str, one: &str| {
            let others = (1..LISTED).map(|at| url(what, at).into());
            others.chain([Box::from(one)]).collect::<Names>()
        };
        let conditions = Conditions {
            roles: named("role"),
            licences: named("licence"),
            members: named("member"),
            applications: named("application"),
            clients: with("client", CLIENT),
            organisations: with("organisation", ORGANISATION),
            blocked: named("blocked"),
            from: Some(Timestamp::from_seconds(0)),
            until: Some(Timestamp::from_seconds(i64::MAX)),
            is_approved: true,
            facts: facts().into(),
        };
        let scope = Scope::parse("energy:read").ok_or("the scope is one")?;
        let clause = Clause::new(Class::SharedA, scope, conditions)?;
        let collection = CollectionId::parse("conditioned")?;
        let published = Published {
            id: &collection,
            group: None,
            clauses: &[clause],
        };
        let policy = Policy::new(&[], &Defaults::default())?;
        let (policy, _) = policy.publish([published], &Publishers::default());
        let policy = policy.with_lists(Lists {
            blocked: named("withdrawn"),
            approved: with("approved", CLIENT),
            licence_prefixes: [Box::from("https://")].into_iter().collect(),
        });
        Ok((policy, collection))
    }
}

fn facts() -> Vec<AssertedFact> {
    let fact = |at: usize| {
        (
            format!("oe:fact_{at}").into(),
            Fact::Text(url("value", at).into()),
        )
    };
    (0..54).map(fact).collect()
}

fn url(what: &str, at: usize) -> String {
    format!("https://registry.example.org/{what}/{at:04}")
}

/// Names in each list.
const LISTED: usize = 256;
const CLIENT: &str = "https://directory.example.org/application/2";
const ORGANISATION: &str = "https://directory.example.org/organisation/2";

/// The walk, which waits for nothing once the token is known.
fn decided(request: &HttpRequest, rooms: &Rooms, rules: &Rules, callers: &Callers) {
    let permit = decide(black_box(request), rooms, rules, callers).now_or_never();
    assert!(matches!(permit, Some(Some(_))), "the request is granted");
}

async fn decide(
    request: &HttpRequest,
    rooms: &Rooms,
    rules: &Rules,
    callers: &Callers,
) -> Option<Permit> {
    let now = Timestamp::now();
    let file = FileName::csv(request.path().strip_prefix('/')?)?;
    black_box(InteractionId::read(std::iter::empty()));
    let proxy = rooms.peers.admit(black_box(Peer::User(33))).ok()?;
    rooms.limits.admit(request).ok()?;
    let inbound = Inbound::read(request, proxy, &rooms.proxy_headers).ok()?;
    let presented = callers.recognise(inbound.certificate()?).ok()?;
    let Authorization::Token(token) = inbound.authorization() else {
        return None;
    };
    let caller = presented.verify(now).ok()?;
    let token = rooms.tokens.redeem(token, &caller, now).await.ok()?;
    let collection = rules.catalog.collection_of(&file)?;
    rules.policy.decide(&token, &collection, now).ok()
}
