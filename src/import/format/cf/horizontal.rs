//! Latitude and longitude: CF §4.1 and §4.2.

use super::{
    super::{
        Naming, Skipped,
        array::{Array, Extent},
        refused::shown,
    },
    CfFault, FormatError, Roles, cf,
};

/// The variables with the coordinates of the grid.
#[derive(Debug)]
pub(super) struct Horizontal<'a> {
    pub(super) latitude: &'a Array,
    pub(super) longitude: &'a Array,
    latitude_extent: &'a Extent,
    longitude_extent: &'a Extent,
}

/// One of the two.
struct Kind {
    name: &'static str,
    units: &'static [&'static str],
    names: &'static [&'static str],
}

impl<'a> Horizontal<'a> {
    pub(super) fn find(arrays: &'a [Array], naming: &Naming) -> Result<Self, FormatError> {
        let latitude = coordinate(arrays, &LATITUDE, naming.latitude.as_deref())?;
        let longitude = coordinate(arrays, &LONGITUDE, naming.longitude.as_deref())?;
        let (latitude_extent, longitude_extent) = (only(latitude)?, only(longitude)?);
        if latitude_extent.name == longitude_extent.name {
            let fault = CfFault::DiscreteSampling(shown(&latitude_extent.name));
            return Err(cf(latitude, fault));
        }
        Ok(Self {
            latitude,
            longitude,
            latitude_extent,
            longitude_extent,
        })
    }

    pub(super) fn latitude_dimension(&self) -> String {
        self.latitude_extent.name.clone()
    }

    pub(super) fn longitude_dimension(&self) -> String {
        self.longitude_extent.name.clone()
    }

    /// The variables to take.
    pub(super) fn data(
        &self,
        arrays: &'a [Array],
        roles: &Roles,
        naming: &Naming,
    ) -> Result<Vec<&'a Array>, FormatError> {
        let data: Vec<&Array> = if naming.variables.is_empty() {
            let all = arrays.iter().filter(|array| roles.is_data(array));
            all.filter(|array| self.is_on(array) && array.is_numeric())
                .collect()
        } else {
            let named = naming.variables.iter();
            let found = named.map(|name| self.named(arrays, name));
            found.collect::<Result<_, _>>()?
        };
        for array in &data {
            self.is_as_its_coordinates(array)?;
            is_unprojected(arrays, array)?;
        }
        if data.is_empty() {
            return Err(FormatError::NoVariable(
                "name the variables to take in the description file",
            ));
        }
        Ok(data)
    }

    /// Arrays that look like data and are not taken, with the reason.
    pub(super) fn skipped(&self, arrays: &[Array], roles: &Roles, naming: &Naming) -> Vec<Skipped> {
        let data = arrays.iter().filter(|array| roles.is_data(array));
        let not_taken = data.filter_map(|array| {
            let reason = if !naming.variables.is_empty() {
                (!naming.variables.contains(&array.name)).then_some("it is not named")
            } else if array.dimensions.is_empty() {
                None
            } else if !self.is_on(array) {
                Some("it has no latitude and longitude")
            } else {
                (!array.is_numeric()).then_some("it holds no numbers")
            };
            Some(Skipped {
                name: array.name.clone(),
                reason: reason?,
            })
        });
        let axes = [&self.latitude.name, &self.longitude.name];
        not_taken
            .filter(|found| !axes.contains(&&found.name))
            .collect()
    }

    /// The dimensions of `array` beside latitude and longitude.
    pub(super) fn others(&self, array: &'a Array) -> impl Iterator<Item = &'a Extent> {
        let axes = [&self.latitude_extent.name, &self.longitude_extent.name];
        let extents = array.dimensions.iter();
        extents.filter(move |extent| !axes.contains(&&extent.name))
    }

    fn named(&self, arrays: &'a [Array], name: &str) -> Result<&'a Array, FormatError> {
        let array = named(arrays, name)?;
        if !array.is_numeric() {
            return Err(cf(array, CfFault::Element));
        }
        if !self.is_on(array) {
            return Err(FormatError::NoVariable(
                "of those that are named, one has none",
            ));
        }
        Ok(array)
    }

    fn is_on(&self, array: &Array) -> bool {
        array.has_dimension(&self.latitude_extent.name)
            && array.has_dimension(&self.longitude_extent.name)
    }

    /// No dimension twice, and the axes as long as their coordinates: in Zarr each array says its own sizes.
    fn is_as_its_coordinates(&self, array: &Array) -> Result<(), FormatError> {
        for (at, extent) in array.dimensions.iter().enumerate() {
            let before = array.dimensions.get(..at).unwrap_or_default();
            if before.iter().any(|other| other.name == extent.name) {
                return Err(cf(array, CfFault::Repeated(shown(&extent.name))));
            }
            if extent.size == 0 {
                return Err(cf(array, CfFault::Empty(shown(&extent.name))));
            }
            let axes = [self.latitude_extent, self.longitude_extent];
            if axes
                .iter()
                .any(|axis| axis.name == extent.name && axis.size != extent.size)
            {
                return Err(cf(array, CfFault::Sizes(shown(&extent.name))));
            }
        }
        Ok(())
    }
}

/// The variable with the latitudes or the longitudes: the one that is named, or the only one that is such by
/// its units, its standard name, or its name.
fn coordinate<'a>(
    arrays: &'a [Array],
    kind: &Kind,
    name: Option<&str>,
) -> Result<&'a Array, FormatError> {
    if let Some(name) = name {
        let array = named(arrays, name)?;
        return kind.has_units(array).map(|()| array);
    }
    let mut candidates = arrays.iter().filter(|array| kind.is_kind(array));
    match (candidates.next(), candidates.next()) {
        (Some(only), None) => kind.has_units(only).map(|()| only),
        (Some(first), Some(second)) => {
            // Of a coordinate variable and others, as of a curvilinear grid, it is the coordinate variable.
            let mut on_themselves = arrays.iter().filter(|array| {
                kind.is_kind(array)
                    && matches!(array.dimensions.as_slice(), [only] if only.name == array.name)
            });
            match (on_themselves.next(), on_themselves.next()) {
                (Some(only), None) => kind.has_units(only).map(|()| only),
                _ => Err(cf(
                    first,
                    CfFault::TwoAxes {
                        axis: kind.name,
                        other: shown(&second.name),
                    },
                )),
            }
        }
        (None, _) => Err(none(arrays)),
    }
}

/// The reason why there is no latitude or no longitude.
fn none(arrays: &[Array]) -> FormatError {
    let projected = arrays.iter().find_map(|array| {
        let name = array.text("standard_name")?;
        PROJECTED.contains(&name).then_some((array, name))
    });
    match projected {
        Some((array, name)) => cf(array, CfFault::Projected(shown(name))),
        None => FormatError::NoVariable(
            "CF has them in variables with the units degrees_north and degrees_east",
        ),
    }
}

/// A grid mapping that is not plain latitude and longitude.
fn is_unprojected(arrays: &[Array], array: &Array) -> Result<(), FormatError> {
    let Some(reference) = array.text("grid_mapping") else {
        return Ok(());
    };
    let names = reference
        .split_whitespace()
        .map(|word| word.trim_end_matches(':'));
    let mappings = names.filter_map(|name| arrays.iter().find(|other| other.name == name));
    for mapping in mappings {
        match mapping.text("grid_mapping_name") {
            None | Some("latitude_longitude") => (),
            Some(name) => return Err(cf(array, CfFault::Projected(shown(name)))),
        }
    }
    Ok(())
}

fn named<'a>(arrays: &'a [Array], name: &str) -> Result<&'a Array, FormatError> {
    let found = arrays.iter().find(|array| array.name == name);
    found.ok_or_else(|| FormatError::cf(name, CfFault::NoSuchVariable))
}

/// The one dimension of a coordinate.
fn only(array: &Array) -> Result<&Extent, FormatError> {
    if !array.is_numeric() {
        return Err(cf(array, CfFault::Element));
    }
    match array.dimensions.as_slice() {
        [only] => Ok(only),
        [] => Err(cf(array, CfFault::DiscreteSampling(shown("nothing")))),
        _ => Err(cf(array, CfFault::Curvilinear)),
    }
}

impl Kind {
    fn is_kind(&self, array: &Array) -> bool {
        if array
            .text("units")
            .is_some_and(|units| self.units.contains(&units))
        {
            return array
                .text("standard_name")
                .is_none_or(|name| !PROJECTED.contains(&name));
        }
        let is_plain = array
            .text("units")
            .is_none_or(|units| PLAIN.contains(&units));
        let by_standard = array.text("standard_name") == Some(self.name);
        let by_name = self
            .names
            .iter()
            .any(|name| name.eq_ignore_ascii_case(&array.name));
        by_standard || (is_plain && by_name)
    }

    fn has_units(&self, array: &Array) -> Result<(), FormatError> {
        match array.text("units") {
            None => Ok(()),
            Some(units) if self.units.contains(&units) || PLAIN.contains(&units) => Ok(()),
            Some(units) => Err(cf(
                array,
                CfFault::UnitsOfAxis {
                    axis: self.name,
                    units: shown(units),
                },
            )),
        }
    }
}

const LATITUDE: Kind = Kind {
    name: "latitude",
    units: &[
        "degrees_north",
        "degree_north",
        "degree_N",
        "degrees_N",
        "degreeN",
        "degreesN",
    ],
    names: &["latitude", "lat"],
};
const LONGITUDE: Kind = Kind {
    name: "longitude",
    units: &[
        "degrees_east",
        "degree_east",
        "degree_E",
        "degrees_E",
        "degreeE",
        "degreesE",
    ],
    names: &["longitude", "lon", "long"],
};
/// Units without a direction, with which a name or a standard name says which it is.
const PLAIN: [&str; 3] = ["degrees", "degree", "deg"];
const PROJECTED: [&str; 6] = [
    "grid_latitude",
    "grid_longitude",
    "projection_x_coordinate",
    "projection_y_coordinate",
    "projection_x_angular_coordinate",
    "projection_y_angular_coordinate",
];
