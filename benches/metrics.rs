//! What it costs to count one request, alone and with other threads counting the same series.

use std::{
    error::Error,
    hint::black_box,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use criterion::Criterion;
use perild::{
    app::Route,
    clock::Timestamp,
    dataset::Catalog,
    metrics::Metrics,
    policy::CollectionId,
    response::{Reason, Refusal},
};

fn main() -> Result<(), Box<dyn Error>> {
    let metrics = Metrics::new(&Route::templates(), Timestamp::now())?;
    let ids = (0..400).map(|number| CollectionId::parse(&format!("tidy_{number}")));
    metrics.know(ids.collect::<Result<Vec<_>, _>>()?);
    let catalog = Catalog::default();
    let metrics = Arc::new(metrics);
    let route = Route::find("/tidy_DYTS01_kWh");
    let count = |metrics: &Arc<Metrics>| {
        let asked = route.asks(&catalog);
        let meter = metrics.meter(black_box(&route).template(), asked.as_ref());
        meter.end(200, 1024, Duration::from_micros(10));
    };

    let mut criterion = Criterion::default().configure_from_args();
    criterion.bench_function("metrics/count a request", |bencher| {
        bencher.iter(|| count(&metrics));
    });
    criterion.bench_function("metrics/count a refusal", |bencher| {
        let asked = route.asks(&catalog);
        let meter = metrics.meter(route.template(), asked.as_ref());
        let reason = Reason::from(&Refusal::NoToken);
        bencher.iter(|| meter.refused(black_box(reason)));
    });
    let is_over = AtomicBool::new(false);
    thread::scope(|threads| {
        for _ in 1..thread::available_parallelism().map_or(1, usize::from) {
            threads.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    count(&metrics);
                }
            });
        }
        criterion.bench_function(
            "metrics/count a request, every processor at it",
            |bencher| {
                bencher.iter(|| count(&metrics));
            },
        );
        is_over.store(true, Ordering::Relaxed);
    });
    criterion.final_summary();
    Ok(())
}
