use proptest::prelude::*;

use super::*;
use crate::dataset::coverage::RegularAxis;

fn lattice(latitude: (i64, i64, u32), longitude: (i64, i64, u32)) -> Lattice {
    let axis = |(first, step, count)| {
        RegularAxis::new(first * 1_000_000, step * 1_000_000, 1, count).unwrap()
    };
    Lattice::new(axis(latitude), axis(longitude)).unwrap()
}

/// Ten degrees around the world, with cells around the poles and the date line.
fn world() -> Lattice {
    lattice((-90, 10, 19), (-180, 10, 36))
}

fn cells(lattice: &Lattice, text: &str) -> BoxCells {
    let found = BoundingBox::read(text, Crs::Crs84).unwrap();
    found.cells(lattice)
}

fn ends(found: &BoxCells) -> Vec<(u32, u32)> {
    let ends = |columns: &Range<u32>| (columns.start, columns.end);
    found.columns.iter().map(ends).collect()
}

/// Rows: EDR-6, OAF-6
#[test]
fn a_box_has_four_numbers_or_six_in_the_order_of_the_axes() {
    let flat = BoundingBox {
        west: -6.0,
        south: 50.0,
        east: -4.35,
        north: 52.0,
        vertical: None,
    };
    for (text, crs, expected) in [
        ("-6.0,50.0,-4.35,52.0", Crs::Crs84, flat),
        (" -6 , 5e1,-4.35, +52", Crs::Crs84, flat),
        ("50.0,-6.0,52.0,-4.35", Crs::Epsg4326, flat),
        (
            "-6,50,0,-4.35,52,100",
            Crs::Crs84,
            BoundingBox {
                vertical: Some((0.0, 100.0)),
                ..flat
            },
        ),
        (
            "50,-6,-1,52,-4.35,-1",
            Crs::Epsg4326,
            BoundingBox {
                vertical: Some((-1.0, -1.0)),
                ..flat
            },
        ),
    ] {
        assert_eq!(BoundingBox::read(text, crs), Ok(expected), "{text}");
    }
    let over = BoundingBox::read("177,-20,-178,-15", Crs::Crs84).unwrap();
    assert_eq!((over.west, over.east), (177.0, 182.0));
}

/// Rows: EDR-6, OAF-6
#[test]
fn what_is_no_box_is_refused() {
    use BoxFault as F;
    for (text, fault) in [
        ("", F::NotANumber { place: 1 }),
        ("1,2,3", F::WrongCount),
        ("1,2,3,4,5", F::WrongCount),
        ("1,2,3,4,5,6,7", F::WrongCount),
        ("1,2,3,", F::NotANumber { place: 4 }),
        ("1,NaN,3,4", F::NotANumber { place: 2 }),
        ("1,2,inf,4", F::NotANumber { place: 3 }),
        ("1,2,1e999,4", F::NotANumber { place: 3 }),
        ("1;2;3;4", F::NotANumber { place: 1 }),
        ("-6,52,-4,50", F::SouthAboveNorth),
        ("-6,50,-4,91", F::LatitudeOutOfRange),
        ("-6,-91,-4,50", F::LatitudeOutOfRange),
        ("-361,0,0,1", F::LongitudeOutOfRange),
        ("0,0,400,1", F::LongitudeOutOfRange),
        ("-200,0,200,1", F::WiderThanTheWorld),
        ("0,0,5,1,1,2", F::UpsideDown),
    ] {
        assert_eq!(BoundingBox::read(text, Crs::Crs84), Err(fault), "{text}");
    }
    assert_eq!(
        BoundingBox::read(&"1,".repeat(1 << 20), Crs::Crs84),
        Err(F::WrongCount)
    );
}

#[test]
fn a_box_meets_the_cells_of_which_it_has_a_part() {
    for (text, rows, columns) in [
        ("0,0,10,10", 9..11, &[(18, 20)][..]),
        ("1,1,2,2", 9..10, &[(18, 19)]),
        ("4,4,6,6", 9..11, &[(18, 20)]),
        ("5,5,15,15", 10..11, &[(19, 20)]),
        ("-180,-90,180,90", 0..19, &[(0, 36)]),
        ("0,-90,360,90", 0..19, &[(18, 36), (0, 18)]),
        ("-357,-90,3,-87", 0..1, &[(18, 36), (0, 18)]),
        ("170,0,-170,0", 9..10, &[(35, 36), (0, 2)]),
        ("174,0,-174,0", 9..10, &[(35, 36), (0, 2)]),
        ("176,0,-176,0", 9..10, &[(0, 1)]),
        ("176,0,184,0", 9..10, &[(0, 1)]),
        ("-184,0,-176,0", 9..10, &[(0, 1)]),
        ("350,86,10,90", 18..19, &[(17, 20)]),
        ("7,7,7,7", 10..11, &[(19, 20)]),
        ("185,0,185,0", 9..10, &[(0, 1)]),
    ] {
        let found = cells(&world(), text);
        assert_eq!(
            (&found.rows, ends(&found).as_slice()),
            (&rows, columns),
            "{text}"
        );
    }
}

#[test]
fn a_box_beside_a_regional_grid_has_no_cells_and_one_over_it_those_within() {
    let grid = lattice((50, 1, 5), (340, 1, 21));
    for (text, rows, columns) in [
        ("-3,51,3,52", 1..3, &[(17, 21)][..]),
        ("357,51,3,52", 1..3, &[(17, 21)]),
        ("-180,-90,180,90", 0..5, &[(0, 21)]),
        ("-15,-90,345,90", 0..5, &[(5, 21), (0, 5)]),
        ("20,51,40,52", 1..3, &[]),
        ("0,10,5,20", 0..0, &[(20, 21)]),
        ("0,80,5,85", 5..5, &[(20, 21)]),
        ("-20,51,-5,52", 1..3, &[(0, 16)]),
    ] {
        let found = cells(&grid, text);
        assert_eq!(ends(&found), columns, "{text}");
        assert_eq!(found.rows.len(), rows.len(), "{text}");
        assert!(rows.is_empty() || found.rows == rows, "{text}");
        let listed: u64 = found
            .runs()
            .map(|run| u64::from(run.columns.end - run.columns.start))
            .sum();
        assert_eq!(listed, found.count());
    }
}

fn any_lattice() -> impl Strategy<Value = Lattice> {
    prop::sample::select(vec![
        world(),
        lattice((85, -10, 18), (5, 10, 36)),
        lattice((50, 1, 5), (-10, 1, 20)),
        lattice((50, 1, 5), (340, 1, 21)),
        lattice((0, -7, 5), (40, -7, 12)),
    ])
}

proptest! {
    #[test]
    fn the_cells_are_those_that_overlap_the_box(
        grid in any_lattice(),
        west in -360.0..360.0_f64,
        width in 0.01..360.0_f64,
        (south, north) in (-90.0..89.0_f64, 0.001..1.0_f64).prop_map(|(south, part)| (south, south + (90.0 - south) * part)),
    ) {
        let wide = BoundingBox { west, south, east: west + width, north, vertical: None };
        let found = wide.cells(&grid);
        let (tall, broad) = (grid.latitude().step() / 2.0, grid.longitude().step() / 2.0);
        for row in 0..grid.rows() {
            let latitude = grid.latitude().coordinate(row);
            let is_met = latitude + tall > south && latitude - tall < north;
            prop_assert_eq!(found.rows.contains(&row), is_met, "row {}", row);
        }
        for column in 0..grid.columns() {
            let longitude = grid.longitude().coordinate(column);
            let is_met = (-3..=3).map(|turn| longitude + f64::from(turn) * 360.0).any(|longitude| {
                longitude + broad > west && longitude - broad < west + width
            });
            let times = found.columns.iter().filter(|columns| columns.contains(&column)).count();
            prop_assert_eq!(times, usize::from(is_met), "column {}", column);
        }
    }
}
