//! The cost of a record in the audit file, for the request that makes it, alone and with other threads at it; and the
//! pace of `perild audit verify` and `perild usage`.

use std::{
    error::Error,
    hint::black_box,
    path::Path,
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

use criterion::{Criterion, Throughput};
use perild::{
    audit::{Audit, Digest, Dimension, Facts, OnFailure, Wanted, usage, verify},
    clock::Milliseconds,
};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let audit = Audit::start(&folder.path().join("audit.jsonl"), OnFailure::Refuse)?;
    let mut criterion = Criterion::default().configure_from_args();
    criterion.bench_function("audit/record a request", |bencher| {
        bencher.iter_custom(|times| recorded(&audit, times, 1));
    });
    let processors = thread::available_parallelism().map_or(1, usize::from);
    criterion.bench_function("audit/record a request, every processor at it", |bencher| {
        bencher.iter_custom(|times| recorded(&audit, times, processors));
    });
    audit.stop()?;
    reading(&mut criterion, &folder.path().join("read.jsonl"))?;
    criterion.final_summary();
    Ok(())
}

/// Time that one of `threads` takes for so many requests, each of which finds a place: it is stopped while the writer
/// brings to the file what waits.
fn recorded(audit: &Audit, times: u64, threads: usize) -> Duration {
    let facts = facts();
    let record = |times: u64| {
        let begin = Instant::now();
        for _ in 0..times {
            let place = audit.place().expect("the writer has kept up");
            let place = place.expect("nothing is handed out without a place");
            place.record(black_box(&facts));
        }
        begin.elapsed()
    };
    let mut took = Duration::ZERO;
    let mut left = times;
    while left > 0 {
        let now = left.min(AT_ONCE);
        left -= now;
        let all = Barrier::new(threads);
        took += thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(|| {
                    all.wait();
                    record(now)
                });
            }
            all.wait();
            record(now)
        });
        audit
            .reopen()
            .expect("the writer answers once it has written");
    }
    took
}

/// Reading of a file of 10,000 records.
fn reading(criterion: &mut Criterion, path: &Path) -> Result<(), Box<dyn Error>> {
    let audit = Audit::start(path, OnFailure::Refuse)?;
    let facts = facts();
    for _ in 0..LINES {
        if let Some(place) = audit.place()? {
            place.record(&facts);
        }
    }
    audit.stop()?;
    let files = [path.to_path_buf()];
    let wanted = Wanted {
        from: Milliseconds::from_count(0),
        to: Milliseconds::from_count(i64::MAX),
        now: Milliseconds::now(),
        by: vec![Dimension::Collection, Dimension::Day],
    };
    let mut group = criterion.benchmark_group("audit");
    group.throughput(Throughput::Elements(LINES));
    group.bench_function("verify a line", |bencher| {
        bencher.iter(|| verify(&files, None));
    });
    group.bench_function("count a line", |bencher| {
        bencher.iter(|| usage(&files, &wanted));
    });
    group.finish();
    Ok(())
}

/// A record as a request by a member has it.
fn facts() -> Facts<'static> {
    Facts {
        decision: "granted".into(),
        rule: Some("description of tidy_DYTS01_kWh".into()),
        condition: Some("a token with energy:read (OE-SA)".into()),
        status: 200,
        method: "GET".into(),
        route: "/{name}".into(),
        collection: Some("tidy_DYTS01_kWh".into()),
        version: Some("2026.1".into()),
        licence: Some("CC-BY-4.0".into()),
        query_sha256: Some(Digest::of(b"day=2026-01-15")),
        bytes: 1024,
        duration_us: 120,
        client_id: Some("olQh4BLV0mQUaM3OZbpXy".into()),
        organisation_id: Some("0015800000jfQ9aAAE".into()),
        member: Some("https://directory.core.trust.ib1.org/member/81524".into()),
        application: Some("https://directory.core.trust.ib1.org/application/26241".into()),
        account: Some(Digest::of(b"account")),
        cert_issuer: Some(
            "CN=Core Trust Framework Client Issuer,O=Core Trust Framework,C=GB".into(),
        ),
        cert_serial: Some("1c2d3e4f5a6b7c8d9e0f".into()),
        cert_thumbprint: Some("47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU".into()),
        cert_days_left: Some(211),
        interaction_id: "8c9a1f0e-7f0b-4d5e-9a55-2f6c1d3b7a90".into(),
        ..Facts::default()
    }
}

const LINES: u64 = 10_000;
/// Requests of a thread between two rests of the writer: those of some processors have places all at once.
const AT_ONCE: u64 = 1000;
