//! Land, in tiles of five degrees: roughly the real continents and islands.
//! The tiles around the south pole itself are left out, so that about as many are covered as in the original.

/// Degrees of a tile's side.
const SIDE: f64 = 5.0;

/// Position of a place to the land.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Ground {
    /// A tile with land whose neighbours have land too.
    Inland,
    /// A tile with land beside one without.
    Coast,
    /// A tile without land.
    Sea,
}

/// The ground at a place in degrees. Nothing is known of latitude 90 and longitude 180.
pub(super) fn ground(latitude: f64, longitude: f64) -> Ground {
    let row = whole((latitude + 90.0) / SIDE);
    let column = whole((longitude + 180.0) / SIDE);
    if column >= COLUMNS || !is_land(row, column) {
        return Ground::Sea;
    }
    let beside = [(-1, 0), (1, 0), (0, -1), (0, 1)];
    let is_inland = beside.iter().all(|(up, right)| {
        let row = (row + up).max(0);
        is_land(row, (column + right).rem_euclid(COLUMNS))
    });
    if is_inland {
        Ground::Inland
    } else {
        Ground::Coast
    }
}

fn is_land(row: i64, column: i64) -> bool {
    let west = column * 5 - 180;
    usize::try_from(row)
        .ok()
        .and_then(|row| LAND.get(row))
        .is_some_and(|ranges| ranges.iter().any(|(from, to)| (*from..*to).contains(&west)))
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "a number of tiles"
)]
fn whole(number: f64) -> i64 {
    number.floor() as i64
}

const COLUMNS: i64 = 72;

/// For each band of five degrees from the south pole on: longitudes from and to.
const LAND: [&[(i64, i64)]; 36] = [
    &[],
    &[(-180, 180)],
    &[(-180, 180)],
    &[(-105, -60), (-20, 180)],
    &[(-75, -60), (25, 165)],
    &[(-70, -50)],
    &[(-75, -65), (-40, -25)],
    &[(-75, -55), (-40, -35), (70, 75)],
    &[(-80, -65), (65, 75), (165, 175)],
    &[(-75, -60), (145, 150), (165, 180)],
    &[(-75, -55), (135, 150), (170, 180)],
    &[(-75, -50), (15, 35), (115, 125), (130, 155), (170, 175)],
    &[(-75, -45), (15, 35), (45, 50), (110, 155)],
    &[(-75, -40), (10, 50), (110, 155), (160, 170)],
    &[
        (-180, -175),
        (-75, -35),
        (10, 50),
        (120, 150),
        (165, 170),
        (175, 180),
    ],
    &[(-175, -170), (-80, -35), (10, 40), (40, 55), (120, 170)],
    &[(-80, -35), (10, 40), (105, 165)],
    &[(-95, -90), (-85, -35), (5, 45), (95, 155)],
    &[(-80, -50), (-10, 50), (70, 75), (95, 130), (170, 175)],
    &[
        (-85, -55),
        (-15, 50),
        (70, 85),
        (90, 105),
        (115, 135),
        (150, 155),
        (165, 175),
    ],
    &[
        (-95, -60),
        (-20, 55),
        (70, 85),
        (90, 110),
        (115, 125),
        (140, 145),
    ],
    &[
        (-160, -155),
        (-110, -60),
        (-30, 60),
        (70, 115),
        (120, 125),
        (145, 150),
    ],
    &[(-160, -155), (-115, -70), (-20, 60), (65, 125)],
    &[(-120, -75), (-20, 125), (125, 130)],
    &[(-120, -75), (-65, -60), (-20, 135)],
    &[(-125, -70), (-30, -25), (-10, 145)],
    &[(-125, -60), (-10, 150)],
    &[(-130, -50), (-5, 155)],
    &[(-180, -160), (-135, -55), (-15, 160), (170, 180)],
    &[(-170, -60), (-50, -40), (-10, 165)],
    &[(-175, -60), (-55, -35), (-25, -10), (5, 180)],
    &[(-180, -60), (-55, -10), (10, 180)],
    &[
        (-160, -150),
        (-130, -70),
        (-60, -20),
        (15, 35),
        (50, 165),
        (175, 180),
    ],
    &[(-125, -15), (10, 35), (55, 70), (90, 115), (135, 150)],
    &[(-95, -20), (15, 30), (45, 65), (90, 100)],
    &[],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn about_as_many_tiles_have_land_as_in_the_original() {
        let tiles = (0..36).flat_map(|row| (0..COLUMNS).map(move |column| (row, column)));
        let land = tiles.filter(|(row, column)| is_land(*row, *column)).count();
        // 1,150 of 2,592 there.
        assert!((1_110..=1_190).contains(&land), "{land}");
    }

    #[test]
    fn known_places_lie_where_they_do() {
        for (name, latitude, longitude, expected) in [
            ("London", 51.5, -0.1, true),
            ("San Francisco", 37.75, -122.5, true),
            ("Tokyo", 35.7, 139.7, true),
            ("Nairobi", -1.3, 36.8, true),
            ("Wellington", -41.3, 174.8, true),
            ("the middle of the Pacific", -40.0, -120.0, false),
            ("the north pole", 90.0, 0.0, false),
            ("the date line", 0.0, 180.0, false),
        ] {
            assert_eq!(
                ground(latitude, longitude) != Ground::Sea,
                expected,
                "{name}"
            );
        }
        assert_eq!(ground(47.0, 100.0), Ground::Inland);
    }
}
