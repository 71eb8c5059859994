//! A geometry in well-known binary, as a publisher's file has it: it is refused, or it is written, simplified and
//! related like the geometry that it is.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use perild_query::geometry::{
    Bbox, Crs, Prepared, Relation, admit, bounds, geojson, in_crs, simplify, wkb, wkt,
};

fuzz_target!(|octets: &[u8]| {
    let box_of_any = bounds(octets);
    let Ok(admitted) = admit(octets) else {
        return;
    };
    assert_eq!(box_of_any, Some(admitted.bounds));
    let own = &*admitted.wkb;
    assert_eq!(admit(own).as_ref(), Ok(&admitted));

    let mut text = Vec::new();
    wkt::write(own, Crs::Crs84, &mut text).expect("text of a geometry");
    let read = wkt::to_wkb(str::from_utf8(&text).expect("a text")).expect("a geometry");
    assert_eq!(wkb::to_geo(&read), wkb::to_geo(own));
    text.clear();
    geojson::write(own, Crs::Crs84, &mut text).expect("GeoJSON of a geometry");
    let read = geojson::to_wkb(str::from_utf8(&text).expect("a text")).expect("a geometry");
    assert_eq!(wkb::to_geo(&read), wkb::to_geo(own));
    assert!(in_crs(own, Crs::Epsg3857).is_ok());

    let simple = simplify(own, 1.0).expect("fewer positions");
    assert!(simple.len() <= own.len());
    let meets = BOX.meets(own).expect("a geometry");
    assert!(!meets || BOX.meets_box(admitted.bounds));
    for prepared in &*SHAPES {
        let relating = prepared.relating();
        let holds = |relation| relating.relates(relation, own).expect("a geometry");
        assert_ne!(holds(Relation::Intersects), holds(Relation::Disjoint));
        for relation in [Relation::Within, Relation::Contains, Relation::Touches] {
            let may_hold = prepared.may_relate(relation, admitted.bounds);
            assert!(!holds(relation) || (may_hold && holds(Relation::Intersects)));
        }
    }
});

const BOX: Bbox = Bbox {
    west: 170.0,
    south: -10.0,
    east: -170.0,
    north: 10.0,
    vertical: None,
};
static SHAPES: LazyLock<Vec<Prepared>> = LazyLock::new(|| {
    let texts = [
        "POINT(0 0)",
        "LINESTRING(-1 -1,0 0,3 1)",
        "POLYGON((0 0,4 0,4 4,0 4,0 0))",
        "POLYGON((-9 -9,9 -9,0 9,-9 -9),(-1 -1,0 1,1 -1,-1 -1))",
        "MULTIPOLYGON(((0 0,1 0,1 1,0 0)),((5 5,6 5,6 6,5 5)))",
    ];
    let shapes = texts.map(|text| Prepared::of(&wkt::to_wkb(text).expect("a geometry")));
    shapes
        .into_iter()
        .map(|shape| shape.expect("a shape"))
        .collect()
});
