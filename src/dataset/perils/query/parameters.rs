//! The query of `/v1/location`: options, and with GET the places.

use serde_json::{Number, Value};

use super::Options;
use crate::dataset::perils::{
    Refused,
    places::{LATITUDE, LONGITUDE, is_json_number},
};

/// Parameters of a query.
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
            let is_one_of = |names: &[&str]| names.iter().any(|one| one.eq_ignore_ascii_case(name));
            let list = if is_one_of(&["f"]) {
                let format = value.trim();
                query.format = Some(format.to_owned()).filter(|format| !format.is_empty());
                continue;
            } else if with_places && is_one_of(&LATITUDE) {
                &mut query.latitudes
            } else if with_places && is_one_of(&LONGITUDE) {
                &mut query.longitudes
            } else if with_places && is_one_of(&["id"]) {
                &mut query.ids
            } else {
                let others: &[&str] = if with_places {
                    &["f", "id", "lat", "lon"]
                } else {
                    &["f"]
                };
                query.options.take_parameter(name, value, others)?;
                continue;
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
        let place = |index: usize| {
            let coordinate = |list: &[String]| in_json(list.get(index).map_or("", String::as_str));
            let (latitude, longitude) = (coordinate(&self.latitudes), coordinate(&self.longitudes));
            let id = self.ids.get(index).map(|id| Value::from(id.as_str()));
            let id = id.map_or(String::new(), |id| format!("\"id\":{id},"));
            format!("{{{id}\"latitude\":{latitude},\"longitude\":{longitude}}}")
        };
        let places: Vec<_> = (0..count).map(place).collect();
        Ok(format!("{{\"locations\":[{}]}}", places.join(",")).into_bytes())
    }
}

/// A coordinate as JSON: as it was sent where that is a JSON number. What is no number becomes a text, so that the
/// place says what is wrong with it.
fn in_json(text: &str) -> String {
    if is_json_number(text) {
        return text.to_owned();
    }
    let number = text.parse().ok().and_then(Number::from_f64);
    number.map_or(Value::from(text), Value::from).to_string()
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
        let places: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(places["locations"][0]["longitude"], 3.0);
        assert_eq!(places["locations"][1]["longitude"], "x");
        for broken in [&[][..], &[("lat", "1")], &[("lat", "1"), ("lon", "1,2")]] {
            assert!(read(broken, true).unwrap().places().is_err());
        }
        assert!(read(&[("lat", "1")], false).is_err());
    }

    #[test]
    fn coordinates_stay_as_they_were_sent_where_json_can_have_them_so() {
        let query = read(
            &[("LAT", "1.50,+2,-0"), ("Lon", "1e1,.5,nan"), ("f", "")],
            true,
        );
        let query = query.unwrap();
        assert_eq!(query.format, None);
        assert_eq!(
            String::from_utf8(query.places().unwrap()).unwrap(),
            "{\"locations\":[{\"latitude\":1.50,\"longitude\":1e1},{\"latitude\":2.0,\"longitude\":0.5},\
             {\"latitude\":-0,\"longitude\":\"nan\"}]}"
        );
    }
}
