//! The query of `/v1/location`: options, and with GET the places.

use super::Options;
use crate::dataset::perils::Refused;

/// What the parameters of a query say.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// The options among them.
    pub options: Options,
    /// The format of the answer, by name.
    pub format: Option<String>,
    latitudes: Vec<String>,
    longitudes: Vec<String>,
    ids: Vec<String>,
}

impl Query {
    /// Reads `parameters`; places are among them only `with_places`.
    ///
    /// # Errors
    /// [`Refused::Unknown`] for a parameter that is none, [`Refused::Malformed`].
    pub fn read(parameters: &[(String, String)], with_places: bool) -> Result<Self, Refused> {
        let mut query = Self::default();
        for (name, value) in parameters {
            let list = match name.as_str() {
                "f" => {
                    query.format = Some(value.trim().to_owned());
                    continue;
                }
                "latitude" | "lat" if with_places => &mut query.latitudes,
                "longitude" | "lon" | "lng" if with_places => &mut query.longitudes,
                "id" if with_places => &mut query.ids,
                _ => {
                    let others: &[&str] = if with_places {
                        &["f", "id", "lat", "lon"]
                    } else {
                        &["f"]
                    };
                    query.options.take_parameter(name, value, others)?;
                    continue;
                }
            };
            list.extend(value.split(',').map(|item| item.trim().to_owned()));
        }
        Ok(query)
    }

    /// The places as the body of a POST would have them.
    ///
    /// # Errors
    /// [`Refused::Malformed`] unless there are as many longitudes as latitudes, and as many ids or none.
    pub fn places(&self) -> Result<Vec<u8>, Refused> {
        let (count, ids) = (self.latitudes.len(), self.ids.len());
        if count == 0 || self.longitudes.len() != count || !(ids == 0 || ids == count) {
            return Err(Refused::Malformed {
                at: "the query".to_owned(),
                expected: "lat=LATITUDE&lon=LONGITUDE, or as many lon as lat with commas between them, and as many id or none".into(),
            });
        }
        let places: Vec<_> = (0..count)
            .map(|index| {
                let mut place = serde_json::Map::new();
                if let Some(id) = self.ids.get(index) {
                    place.insert("id".to_owned(), id.as_str().into());
                }
                for (name, list) in [
                    ("latitude", &self.latitudes),
                    ("longitude", &self.longitudes),
                ] {
                    let text = list.get(index).map_or("", String::as_str);
                    let number = text.parse().ok().and_then(serde_json::Number::from_f64);
                    // What is no number stays as text, so that the place says what is wrong with it.
                    place.insert(name.to_owned(), number.map_or(text.into(), Into::into));
                }
                serde_json::Value::from(place)
            })
            .collect();
        Ok(serde_json::json!({"locations": places})
            .to_string()
            .into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &[(&str, &str)], with_places: bool) -> Result<Query, Refused> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Query::read(&query.iter().map(owned).collect::<Vec<_>>(), with_places)
    }

    #[test]
    fn places_are_pairs_however_they_are_listed() {
        let query = read(
            &[
                ("lat", "1,2"),
                ("lon", "3"),
                ("longitude", "x"),
                ("f", "csv"),
            ],
            true,
        );
        let query = query.unwrap();
        assert_eq!(query.format.as_deref(), Some("csv"));
        let text = String::from_utf8(query.places().unwrap()).unwrap();
        let places: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(places["locations"][0]["longitude"], 3.0);
        assert_eq!(places["locations"][1]["longitude"], "x");
        for broken in [&[][..], &[("lat", "1")], &[("lat", "1"), ("lon", "1,2")]] {
            assert!(read(broken, true).unwrap().places().is_err());
        }
        assert!(read(&[("lat", "1")], false).is_err());
    }
}
