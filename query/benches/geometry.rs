//! Places of a portfolio in the polygons of outages: a million in a hundred thousand.

use std::{hint::black_box, sync::Arc};

use arrow_array::{BinaryArray, RecordBatch, UInt32Array};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use geo::{Coord, LineString, Polygon};
use perild_query::{geometry::wkb, locate::Locator};

fn locate(criterion: &mut Criterion) {
    let rows = outages();
    let build = || {
        let batches = rows.iter().cloned().map(Ok::<_, ArrowError>);
        let locator = Locator::new(&schema(), batches, 1, 1 << 30);
        locator.expect("outages that fit into memory")
    };
    let locator = build();
    let places = places();
    let mut group = criterion.benchmark_group("geometry");
    group.sample_size(10);
    group.bench_function("bring 100,000 polygons into memory", |bencher| {
        bencher.iter(|| black_box(build().len()));
    });
    group.throughput(Throughput::Elements(MANY.into()));
    group.bench_function("locate a million places in 100,000 polygons", |bencher| {
        bencher.iter(|| {
            let batches = places
                .chunks(8192)
                .map(|places| locator.locate(places, usize::MAX));
            batches.map(|located| located.places.len()).sum::<usize>()
        });
    });
    group.finish();
}

/// Polygons of 12 to 60 corners, some tenths of a degree across, all over the world, in batches.
fn outages() -> Vec<RecordBatch> {
    let mut random = Random(7);
    let batches = (0..FEATURES / TOGETHER).map(|batch| {
        let keys: UInt32Array = (batch * TOGETHER..(batch + 1) * TOGETHER).collect();
        let areas = (0..TOGETHER).map(|_| Some(wkb::from_geo(&outage(&mut random).into())));
        let areas: BinaryArray = areas.collect();
        RecordBatch::try_new(schema(), vec![Arc::new(keys), Arc::new(areas)]).expect("a batch")
    });
    batches.collect()
}

fn outage(random: &mut Random) -> Polygon {
    let middle = random.place(179.0, 79.0);
    let corners = 12 + random.below(49);
    let turn = std::f64::consts::TAU / f64::from(corners);
    let ring = (0..corners).map(|corner| {
        let (sine, cosine) = (turn * f64::from(corner)).sin_cos();
        let reach = 0.2 + 0.4 * random.share();
        let [x, y] = middle;
        Coord {
            x: x + reach * cosine,
            y: y + reach * sine,
        }
    });
    Polygon::new(LineString(ring.collect()), Vec::new())
}

fn places() -> Vec<Option<[f64; 2]>> {
    let mut random = Random(11);
    let places = (0..MANY).map(|_| Some(random.place(180.0, 80.0)));
    places.collect()
}

fn schema() -> Arc<Schema> {
    let fields = [
        Field::new("id", DataType::UInt32, false),
        Field::new("area", DataType::Binary, false),
    ];
    Arc::new(Schema::new(fields.to_vec()))
}

/// Numbers that are the same in each run (Marsaglia's xorshift).
struct Random(u32);

impl Random {
    fn next(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0
    }

    fn below(&mut self, bound: u32) -> u32 {
        self.next() % bound
    }

    fn share(&mut self) -> f64 {
        f64::from(self.next()) / f64::from(u32::MAX)
    }

    fn place(&mut self, longitude: f64, latitude: f64) -> [f64; 2] {
        [longitude, latitude].map(|most| most * (2.0 * self.share() - 1.0))
    }
}

const FEATURES: u32 = 100_000;
const TOGETHER: u32 = 1000;
const MANY: u32 = 1_000_000;

criterion_group!(benches, locate);
criterion_main!(benches);
