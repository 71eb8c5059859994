//! A folder with ten thousand described collections: the first load, a reload of which one has changed, and a page of
//! the list.

use std::{collections::HashSet, error::Error, fs, hint::black_box, path::Path};

use criterion::Criterion;
use perild::{
    clock::Timestamp,
    config::CatalogSettings,
    dataset::{
        Checksums, FileName,
        catalog::{Catalog, Sources},
    },
    discovery::{Asked, Document, View},
    harvest::{Format, Profile, Source},
    policy::{Defaults, Policy, Published, Publishers},
    response::media::Formats,
};

const COLLECTIONS: usize = 10_000;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    for number in 0..COLLECTIONS {
        write(folder.path(), number, 1)?;
        fs::write(
            folder.path().join(format!("meters-{number}.csv")),
            "kwh\n1\n",
        )?;
    }
    let load = |previous: Option<&Catalog>| {
        // Late enough for what was written to be settled.
        let now = Timestamp::from_seconds(Timestamp::now().seconds() + 60);
        let sources = Sources {
            folder: folder.path(),
            publish_all: false,
            ruled: HashSet::new(),
            holdings: &[],
            now,
        };
        Catalog::load(&sources, previous)
    };
    let first = load(None);
    assert_eq!((first.len(), first.faults().len()), (COLLECTIONS, 0));

    let mut criterion = Criterion::default().sample_size(20).configure_from_args();
    criterion.bench_function("catalog/10,000 collections, first load", |bencher| {
        bencher.iter(|| black_box(load(None)));
    });
    let mut version = 1;
    criterion.bench_function(
        "catalog/10,000 collections, reload of one changed",
        |bencher| {
            bencher.iter(|| {
                version += 1;
                let written = write(folder.path(), 7, version);
                black_box((written.is_ok(), load(Some(&first))))
            });
        },
    );
    let file = FileName::with_extension("meters-9999.csv").ok_or("no name")?;
    criterion.bench_function("catalog/10,000 collections, the one of a file", |bencher| {
        bencher.iter(|| black_box(first.collection_of(black_box(&file))));
    });
    let policy = policy(&first)?;
    let view = View {
        base_url: "https://data.example",
        catalog: &first,
        policy: &policy,
        token: None,
        now: Timestamp::from_seconds(1_768_478_400),
    };
    let asked = Asked::read(&[], true)?;
    criterion.bench_function("catalog/10,000 collections, a page of 100", |bencher| {
        bencher.iter(|| black_box(Document::Collections(&asked).json(&view)));
    });
    let settings = CatalogSettings::default();
    let checksums = Checksums::default();
    let files = || first.iter().flat_map(|one| one.representations());
    criterion.bench_function("catalog/10,000 files, their checksums", |bencher| {
        bencher.iter(|| black_box(checksums.read(folder.path(), files(), u64::MAX)));
    });
    let checksums = checksums.read(folder.path(), files(), u64::MAX);
    let source = Source {
        base_url: "https://data.example",
        catalog: &first,
        policy: &policy,
        settings: &settings,
        issuer: "https://auth.example/",
        checksums: &checksums,
        now: Timestamp::now(),
    };
    criterion.bench_function(
        "catalog/10,000 collections, harvested in every form",
        |bencher| {
            bencher.iter(|| {
                for profile in Profile::ALL {
                    let written = source.write(profile, Format::ALL, Vec::new);
                    black_box(written.is_ok_and(|texts| texts.len() == Format::ALL.len()));
                }
            });
        },
    );
    criterion.final_summary();
    Ok(())
}

/// The rules of their descriptions.
fn policy(catalog: &Catalog) -> Result<Policy, Box<dyn Error>> {
    let each = catalog.iter().map(|one| {
        let clauses = one.rules().iter().map(|rule| rule.clause.clone());
        (one, clauses.collect::<Vec<_>>())
    });
    let each: Vec<_> = each.collect();
    let published = each.iter().map(|(one, clauses)| Published {
        id: one.id(),
        group: one.group(),
        clauses,
    });
    let policy = Policy::new(&[], &Defaults::default())?;
    Ok(policy.publish(published, &Publishers::default()).0)
}

fn write(folder: &Path, number: usize, version: u64) -> std::io::Result<()> {
    let text = format!(
        "[collection]\ntitle = \"Meters {number}\"\nlicence = \"CC-BY-4.0\"\nversion = \"{version}\"\n\
        publisher = \"Example Energy Ltd\"\nkeywords = [\"energy\", \"meters\"]\n\n\
        [[rule]]\nclass = \"OE-SA\"\nscopes = [\"energy:read\"]\n\n\
        [[field]]\nname = \"kwh\"\ntype = \"number\"\nunit = \"kW.h\"\n"
    );
    let beside = folder.join(".new");
    fs::write(&beside, text)?;
    fs::rename(beside, folder.join(format!("meters-{number}.toml")))
}
