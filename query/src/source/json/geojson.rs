//! Features of GeoJSON (RFC 7946), read one by one, whatever the length of the collection.

use serde_json::value::RawValue;

use super::{
    super::{
        columns::Columns,
        fault::{Shown, What},
        hints::Hints,
        read::{Broken, RowReader},
        row::{Cell, Row},
        window::Window,
    },
    Members, Values, end, last, members, push,
};
use crate::schema::{ColumnType, Kind};

/// A file of features: a collection, or one feature after the other.
pub(in super::super) struct GeoJsonFile {
    values: Values,
    /// The column of geometries.
    geometry: usize,
    /// The table is one of features.
    is_of_features: bool,
    is_collection: bool,
}

impl GeoJsonFile {
    /// The file, whose geometries are a column of the name that `hints` has for it.
    pub(in super::super) fn open(
        window: Window,
        hints: &Hints,
        columns: &mut Columns,
    ) -> Result<Self, What> {
        let mut file = Self {
            values: Values::new(window)?,
            geometry: columns.position(hints.geometry_column())?,
            is_of_features: hints.kind == Some(Kind::Features),
            is_collection: true,
        };
        match file.values.peek()? {
            None => Err(What::NoRows),
            Some(b'[') => Err(What::Json(
                "an array is no GeoJSON: a FeatureCollection or features are".into(),
            )),
            Some(_) => Ok(file.begin().map(|()| file)?),
        }
    }

    /// Goes to the features of a collection; where the first object is a feature, it is one of a sequence.
    fn begin(&mut self) -> Result<(), What> {
        // A collection may be long before its features come; a feature is short, and says so in its first member.
        if self.values.is_feature()? {
            self.is_collection = false;
            return Ok(());
        }
        self.values.expect(b'{', "a collection")?;
        if self.go_to_features()? {
            return Ok(());
        }
        Err(What::Json("there is no member \"features\"".into()))
    }

    /// Reads members up to the array of features; false at the end of the collection.
    fn go_to_features(&mut self) -> Result<bool, What> {
        loop {
            if self.values.peek()? == Some(b'}') {
                self.values.expect(b'}', "a collection")?;
                return Ok(false);
            }
            let name = self.values.next()?.map(|(_, text)| text.to_owned());
            let name = name.ok_or(What::Truncated("a collection"))?;
            let name = members::string(&name)?.into_owned();
            self.values.expect(b':', "a collection")?;
            if name == "features" {
                self.values.begin_array()?;
                return Ok(true);
            }
            let value = self.values.next()?.map(|(_, text)| text);
            member(&name, value.ok_or(What::Truncated("a collection"))?)?;
            if self.values.peek()? == Some(b',') {
                self.values.expect(b',', "a collection")?;
            }
        }
    }

    /// Goes over what comes behind the features.
    fn leave(&mut self) -> Result<(), What> {
        if !self.is_collection {
            return Ok(());
        }
        self.values.leave_array();
        if self.values.peek()? == Some(b',') {
            self.values.expect(b',', "a collection")?;
        }
        if self.go_to_features()? {
            return Err(What::Twice(Shown::new("features")));
        }
        Ok(())
    }
}

impl RowReader for GeoJsonFile {
    fn read(&mut self, row: &mut Row, columns: &mut Columns) -> Result<bool, Broken> {
        let (line, text) = match self.values.next() {
            Ok(Some(found)) => found,
            Ok(None) => {
                let left = self.leave();
                row.begin(self.values.line());
                left.map_err(last)?;
                return end(&mut self.values, row);
            }
            Err(what) => {
                row.begin(self.values.line());
                return Err(last(what));
            }
        };
        row.begin(line);
        feature(row, columns, self.geometry, text)?;
        Ok(true)
    }

    /// Of features the geometry is one, also where none has any.
    fn types(&self) -> Vec<(usize, ColumnType)> {
        let geometry = (self.geometry, ColumnType::Geometry);
        self.is_of_features
            .then_some(geometry)
            .into_iter()
            .collect()
    }
}

/// Adds the geometry, the properties and the id of the feature `text`.
fn feature(row: &mut Row, columns: &mut Columns, geometry: usize, text: &str) -> Result<(), What> {
    let feature = Members::of(text)?;
    let is_feature = feature
        .get("type")
        .is_some_and(|found| found.get() == "\"Feature\"");
    if !is_feature {
        return Err(What::Json(
            "it is no feature: its type is not \"Feature\"".into(),
        ));
    }
    if let Some(shape) = feature
        .get("geometry")
        .map(RawValue::get)
        .filter(|text| *text != "null")
    {
        row.push(geometry, Cell::Geometry(shape));
    }
    let properties = feature
        .get("properties")
        .map(RawValue::get)
        .filter(|text| *text != "null");
    let properties = properties.map(Members::of).transpose()?;
    let id = feature.get("id");
    if let Some(properties) = &properties {
        let both = id.zip(properties.get(ID));
        if let Some((id, other)) = both.filter(|(id, other)| id.get() != other.get()) {
            return Err(What::Json(
                format!(
                    "its id is {} and its property id is {}: leave one of them",
                    Shown::new(id.get()),
                    Shown::new(other.get())
                )
                .into(),
            ));
        }
        for (name, value) in &properties.0 {
            let is_geometry = columns.get(name) == Some(geometry);
            if is_geometry {
                return Err(What::Twice(Shown::new(name)));
            }
            push(row, columns, name, value)?;
        }
    }
    match id {
        Some(id) if properties.is_none_or(|properties| properties.get(ID).is_none()) => {
            push(row, columns, ID, id)
        }
        _ => Ok(()),
    }
}

/// A member of a collection beside its features.
fn member(name: &str, value: &str) -> Result<(), What> {
    match name {
        "type" if value != "\"FeatureCollection\"" => Err(What::Json(
            format!(
                "its type is {}, and not \"FeatureCollection\"",
                Shown::new(value)
            )
            .into(),
        )),
        // GeoJSON of 2008; RFC 7946 knows WGS 84 alone.
        "crs" => {
            let is_wgs84 = value == "null"
                || ["CRS84", "EPSG::4326", "EPSG:4326"]
                    .iter()
                    .any(|crs| value.contains(crs));
            if is_wgs84 {
                Ok(())
            } else {
                Err(What::Json(
                    format!(
                        "its crs is {}: save it in WGS 84 (EPSG:4326)",
                        Shown::new(value)
                    )
                    .into(),
                ))
            }
        }
        _ => Ok(()),
    }
}

/// The column of ids.
const ID: &str = "id";
