use super::*;
use crate::{
    dataset::{
        Perils,
        grid::{
            Axis, ColumnStatistics, Columns, CoverageMetadata, Dimension, DimensionValues, Grid,
            GridShape, Instant, MICRO, Named, Profile, StoreMetadata, StoreVersion, StoreWriter,
            Variable, WIDE_NOT_COVERED,
        },
        perils::{Coverage, Refused},
    },
    policy::{Class, CollectionId, DatasetRule, Defaults, Policy},
    token::Scope,
};

/// Two variables for two scenarios, three heights and three times.
pub(crate) fn columns() -> Columns {
    let variable = |name: &str, decimals| Variable {
        name: name.into(),
        decimals,
        ..Variable::default()
    };
    let name = |name: &str| Named {
        name: name.into(),
        definition: "".into(),
    };
    let time = |text: &str, seconds| Instant {
        text: text.into(),
        seconds,
    };
    let dimension = |name: &str, values| Dimension {
        name: name.into(),
        values,
        ..Dimension::default()
    };
    Columns::new(
        [variable("speed", 2), variable("gusts", 0)],
        [
            dimension(
                "scenario",
                DimensionValues::Text(vec![name("low"), name("high")]),
            ),
            dimension(
                "x",
                DimensionValues::Number(vec![MICRO / 2, 10 * MICRO, 20 * MICRO]),
            ),
            dimension(
                "year",
                DimensionValues::Time(vec![
                    time("1970", 0),
                    time("1971", 31_536_000),
                    time("1972-02", 65_664_000),
                ]),
            ),
        ],
    )
    .unwrap()
}

/// One variable without a dimension.
pub(crate) fn plain() -> Columns {
    let variable = Variable {
        name: "speed".into(),
        decimals: 1,
        ..Variable::default()
    };
    Columns::new([variable], []).unwrap()
}

/// Ten degrees around the world.
pub(crate) fn world() -> GridShape {
    GridShape {
        latitude: Axis::new(-90_000_000, 10_000_000, 1, 19).unwrap(),
        longitude: Axis::new(-180_000_000, 10_000_000, 1, 36).unwrap(),
    }
}

/// A coverage of `columns`, in which a value is the cell's number and the column's.
pub(crate) fn coverage(
    shape: GridShape,
    columns: &Columns,
    has_row: impl Fn(u32) -> bool,
) -> Coverage {
    let cells = 0..u32::try_from(shape.cells()).unwrap();
    let cells: Vec<_> = cells.filter(|cell| has_row(*cell)).collect();
    let version = StoreVersion {
        id: 1,
        imported_at: 0,
    };
    let peril = CoverageMetadata::of(&Profile::perils().coverages[0]);
    let statistics = columns.all().map(|column| ColumnStatistics {
        column: columns.name(column),
        ..peril.statistics[0].clone()
    });
    let metadata = StoreMetadata {
        coverages: vec![CoverageMetadata {
            id: "solar".into(),
            statistics: statistics.collect(),
            columns: columns.clone(),
            ..peril
        }],
        ..StoreMetadata::of_perils(version, shape, u32::try_from(cells.len()).unwrap())
    };
    let mut writer = StoreWriter::begin(Vec::new(), metadata, None, false).unwrap();
    for cell in cells {
        let value = |column: u32| i64::from(cell) * 100 + i64::from(column);
        let mut row: Vec<_> = (0..columns.count()).map(value).collect();
        if cell == 1 {
            row[0] = WIDE_NOT_COVERED;
        }
        writer.push(cell, &row).unwrap();
    }
    let grid = Grid::from_bytes(writer.finish().unwrap().into()).unwrap();
    let open = DatasetRule {
        name: "solar".into(),
        scope: Scope::default(),
        class: Class::Open,
    };
    let policy = Policy::new(&[open], &Defaults::default()).unwrap();
    let permit = policy.open(&CollectionId::parse("solar").unwrap()).unwrap();
    Perils::of([grid]).coverage(&permit).unwrap()
}

/// Parameters of a query of `kind`, as `name=value`, for `columns`.
pub(crate) fn parameters_of(
    columns: &Columns,
    kind: QueryKind,
    query: &[&str],
) -> Result<Parameters, Refused> {
    let pairs = query.iter().map(|one| {
        let (name, value) = one.split_once('=').unwrap();
        (name.to_owned(), value.to_owned())
    });
    Parameters::read(kind, &pairs.collect::<Vec<_>>(), columns)
}

pub(crate) fn select(coverage: &Coverage, kind: QueryKind, query: &[&str]) -> Option<Selection> {
    let limits = Limits { values: 1_000_000 };
    let parameters = parameters_of(coverage.columns(), kind, query).unwrap();
    Selection::read(coverage.clone(), &parameters, limits).unwrap()
}

fn along(query: &[&str]) -> Result<Vec<Vec<usize>>, Refused> {
    let query = [&["coords=POINT(0 0)"], query].concat();
    let parameters = parameters_of(&columns(), QueryKind::Position, &query)?;
    Ok(Slice::read(&columns(), &parameters)?.along().to_vec())
}

/// Rows: EDR-8
#[test]
fn each_kind_of_dimension_is_selected_in_its_own_words() {
    let (both, all) = (vec![0, 1], vec![0, 1, 2]);
    for (query, expected) in [
        (&[][..], [both.clone(), all.clone(), all.clone()]),
        (
            &["subset=scenario(HIGH)"],
            [vec![1], all.clone(), all.clone()],
        ),
        (
            &["subset=scenario(\"low\")"],
            [vec![0], all.clone(), all.clone()],
        ),
        (&["subset=x(0.5)"], [both.clone(), vec![0], all.clone()]),
        (
            &["subset=x(1:20),x(10)"],
            [both.clone(), vec![1, 2], all.clone()],
        ),
        (&["subset=year(1971)"], [both.clone(), all.clone(), vec![1]]),
        (&["datetime=1971"], [both.clone(), all.clone(), vec![1]]),
        (
            &["datetime=1970-01-01T00:00:00Z"],
            [both.clone(), all.clone(), vec![0]],
        ),
        (
            &["datetime=1971/.."],
            [both.clone(), all.clone(), vec![1, 2]],
        ),
        (&["datetime=1999"], [both.clone(), all.clone(), vec![]]),
        (
            &["datetime=../1971", "subset=year(1971),year(1972-02)"],
            [both.clone(), all.clone(), vec![1]],
        ),
        (
            &["scenario=low", "x=../10", "year=1971/1972"],
            [vec![0], vec![0, 1], vec![1, 2]],
        ),
        (
            &["X=R2/10/10", "subset=scenario(high)", "year="],
            [vec![1], vec![1, 2], all.clone()],
        ),
        (
            &["year=1970,1971", "datetime=1971/.."],
            [both.clone(), all.clone(), vec![1]],
        ),
    ] {
        assert_eq!(along(query).unwrap(), expected, "{query:?}");
    }
    for refused in [
        "subset=scenario(middle)",
        "subset=scenario(low:high)",
        "subset=x(11)",
        "subset=x(11:12)",
        "subset=x(20:1)",
        "subset=x()",
        "subset=()",
        "subset=x(1",
        "subset=year(1973)",
        "datetime=1973/1971",
        "parameter-name=speed,,gusts",
    ] {
        assert!(along(&[refused]).is_err(), "{refused}");
    }
    for refused in [
        ["x=10", "x=20"],
        ["x=10", "X=10"],
        ["x=10", "subset=x(20)"],
        ["x=10", "y=10"],
    ] {
        assert!(along(&refused).is_err(), "{refused:?}");
    }
}

#[test]
fn owslib_writes_the_name_of_a_parameter_in_its_own_way_and_once_is_enough() {
    let read = |query: &[&str]| parameters_of(&plain(), QueryKind::Position, query);
    let names = |query| read(query).unwrap().names;
    let speed = Some(vec!["speed".to_owned()]);
    assert_eq!(
        names(&["coords=POINT(0 0)", "parameter_names=speed"]),
        speed
    );
    assert_eq!(names(&["coords=POINT(0 0)", "parameter-name=speed"]), speed);
    let both = [
        "coords=POINT(0 0)",
        "parameter-name=speed",
        "parameter_names=speed",
    ];
    assert!(matches!(read(&both), Err(Refused::Malformed { .. })));
}

#[test]
fn columns_of_a_slice_are_those_of_its_places_the_last_dimension_fastest() {
    let query = [
        "coords=POINT(0 0)",
        "subset=scenario(high),x(0.5),x(20)",
        "datetime=1970",
    ];
    let parameters = parameters_of(&columns(), QueryKind::Position, &query).unwrap();
    let (columns, slice) = (columns(), Slice::read(&columns(), &parameters).unwrap());
    let names = |variable| {
        let found = slice.columns(&columns, variable).into_iter();
        found.map(|column| columns.name(column)).collect::<Vec<_>>()
    };
    assert_eq!(names(1), ["gusts_high_0.5_1970", "gusts_high_20_1970"]);
    assert_eq!((slice.of_a_variable(), slice.count()), (2, 4));
}

/// Rows: EDR-11
#[test]
fn a_selection_without_a_row_is_none_and_one_beyond_the_limit_is_refused() {
    let coverage = coverage(world(), &plain(), |cell| cell == 36 * 9 + 18);
    for (kind, hit, miss) in [
        (
            QueryKind::Position,
            "coords=POINT(1 1)",
            "coords=POINT(20 1)",
        ),
        (
            QueryKind::Position,
            "coords=MULTIPOINT(50 50,1 1)",
            "coords=MULTIPOINT(50 50)",
        ),
        (QueryKind::Cube, "bbox=-30,-30,30,30", "bbox=10,-30,30,30"),
        (
            QueryKind::Cube,
            "bbox=-180,-90,180,90",
            "bbox=170,-90,-170,90",
        ),
        (
            QueryKind::Area,
            "coords=POLYGON((1 1,2 1,2 2,1 1))",
            "coords=POLYGON((11 1,12 1,12 2,11 1))",
        ),
        (
            QueryKind::Trajectory,
            "coords=LINESTRING(-30 0,30 0)",
            "coords=LINESTRING(10 0,30 0)",
        ),
    ] {
        assert!(select(&coverage, kind, &[hit]).is_some(), "{hit}");
        assert!(select(&coverage, kind, &[miss]).is_none(), "{miss}");
    }
    let whole = parameters_of(&plain(), QueryKind::Cube, &["bbox=-180,-90,180,90"]).unwrap();
    let read = |values| Selection::read(coverage.clone(), &whole, Limits { values });
    assert!(read(36 * 19).is_ok());
    assert!(matches!(
        read(36 * 19 - 1),
        Err(Refused::TooMuch {
            found: 684,
            limit: 683,
            ..
        })
    ));
}
