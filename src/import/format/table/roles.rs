//! Roles of the columns of a table.

use std::collections::HashSet;

use super::{
    super::{FormatError, Naming, refused::shown},
    TableFault,
};

/// The places of the columns that are read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Roles {
    pub(super) latitude: usize,
    pub(super) longitude: usize,
    /// Names and places, in the order the dimensions are to have.
    pub(super) dimensions: Vec<(String, usize)>,
    /// The column that names the variable; then there is one column of values.
    pub(super) variable: Option<usize>,
    /// Names and places; with a column of variables the name says nothing.
    pub(super) values: Vec<(String, usize)>,
}

impl Roles {
    /// # Errors
    /// A column that is named and not there, or that is needed and not named.
    pub(super) fn of(names: &[String], naming: &Naming) -> Result<Self, FormatError> {
        let place = |wanted: &String| place(names, wanted);
        let (latitude, longitude) = Self::of_place(names, naming)?;
        let both = |name: &String| Ok::<_, FormatError>((name.clone(), place(name)?));
        let dimensions = naming
            .dimensions
            .iter()
            .map(both)
            .collect::<Result<_, _>>()?;
        let variable = naming.variable.as_ref().map(place).transpose()?;
        let values = match (&naming.value, variable) {
            (Some(value), _) => vec![both(value)?],
            (None, Some(_)) => return Err(TableFault::Unnamed("values").into()),
            (None, None) => naming
                .variables
                .iter()
                .map(both)
                .collect::<Result<_, _>>()?,
        };
        if values.is_empty() {
            return Err(TableFault::Unnamed("values").into());
        }
        Ok(Self {
            latitude,
            longitude,
            dimensions,
            variable,
            values,
        })
    }

    /// The places of the latitudes and the longitudes.
    ///
    /// # Errors
    /// A column that is not there, or one that is there twice.
    pub(super) fn of_place(
        names: &[String],
        naming: &Naming,
    ) -> Result<(usize, usize), FormatError> {
        let mut seen = HashSet::new();
        if let Some(twice) = names.iter().find(|name| !seen.insert(*name)) {
            return Err(TableFault::Twice(shown(twice)).into());
        }
        let axis = |name: &Option<String>, usual: [&str; 3], what| match name {
            Some(name) => place(names, name),
            None => usual
                .iter()
                .find_map(|usual| {
                    names
                        .iter()
                        .position(|name| name.eq_ignore_ascii_case(usual))
                })
                .ok_or_else(|| TableFault::Unnamed(what).into()),
        };
        let latitude = axis(&naming.latitude, ["latitude", "lat", "y"], "latitudes")?;
        let longitude = axis(&naming.longitude, ["longitude", "lon", "x"], "longitudes")?;
        Ok((latitude, longitude))
    }
}

fn place(names: &[String], wanted: &String) -> Result<usize, FormatError> {
    let place = names.iter().position(|name| name == wanted);
    place.ok_or_else(|| TableFault::NoColumn(shown(wanted)).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(header: &str, naming: &Naming) -> String {
        let names: Vec<String> = header.split(',').map(str::to_owned).collect();
        match Roles::of(&names, naming) {
            Ok(roles) => format!("{roles:?}"),
            Err(error) => error.to_string(),
        }
    }

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn columns_are_those_that_are_named_or_have_the_usual_names() {
        let long = Naming {
            dimensions: texts(&["scenario", "year"]),
            variable: Some("metric".to_owned()),
            value: Some("value".to_owned()),
            ..Naming::default()
        };
        let header = "Lat,LON,metric,scenario,year,value,comment";
        let names = texts(&header.split(',').collect::<Vec<_>>());
        let roles = Roles::of(&names, &long).unwrap();
        assert_eq!(
            (roles.latitude, roles.longitude, roles.variable),
            (0, 1, Some(2))
        );
        assert_eq!(
            roles.dimensions,
            [("scenario".to_owned(), 3), ("year".to_owned(), 4)]
        );
        assert_eq!(roles.values, [("value".to_owned(), 5)]);

        assert_eq!(
            said("lat,lon,scenario,year,value", &long),
            "the table has no column \"metric\""
        );
        assert_eq!(
            said("a,lon,metric,scenario,year,value", &long),
            "the table has no column of latitudes: name it in the description file"
        );
        assert_eq!(
            said("lat,lon,lat", &long),
            "the table has the column \"lat\" twice"
        );
        let none = said("lat,lon,tas", &Naming::default());
        assert_eq!(
            none,
            "the table has no column of values: name it in the description file"
        );
        let values = Naming {
            variables: texts(&["tas", "pr"]),
            ..Naming::default()
        };
        assert!(said("lat,lon,pr,tas", &values).contains(r#"values: [("tas", 3), ("pr", 2)]"#));
    }
}
