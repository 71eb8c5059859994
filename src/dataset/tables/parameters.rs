//! Parameters of a request for rows: each stands once, those that are named like columns ask for their values.

use std::collections::BTreeMap;

use perild_query::{ColumnType, TableSchema};

use super::Refused;

/// A parameter that is known of every table.
#[derive(
    Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, strum::EnumString, strum::IntoStaticStr,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Known {
    /// A box that geometries meet (OGC API Features Part 1).
    Bbox,
    /// The system of the box (Part 2).
    BboxCrs,
    /// Rows that are summed up together.
    By,
    /// The number of rows.
    Count,
    /// The system of the answer (Part 2).
    Crs,
    /// A time at which rows hold (Part 1).
    Datetime,
    /// The length of the intervals that rows are summed up by.
    Every,
    /// The format of the answer.
    F,
    /// The values of intervals without rows.
    Fill,
    /// A condition (Part 3).
    Filter,
    /// The system of the condition's geometries (Part 3).
    FilterCrs,
    /// The form of the condition (Part 3).
    FilterLang,
    /// Functions of the values.
    Functions,
    /// Keys (OGC API Records).
    Ids,
    /// The first column of the key, by its beginning where an asterisk ends it.
    Key,
    /// Rows of a page (Part 1).
    Limit,
    /// The distance that geometries may be from those that are stored.
    MaxAllowableOffset,
    /// The rows after a page.
    Next,
    /// Rows that are passed over.
    Offset,
    /// The shape of a scheme.
    Profile,
    /// Columns of the answer.
    Properties,
    /// Rows or their number.
    #[strum(serialize = "resultType")]
    ResultType,
    /// The shape of the answer: a series is rows, or columns.
    Shape,
    /// The order of rows.
    Sortby,
    /// The zone by whose clocks intervals begin.
    Zone,
    /// The zoom of the map that geometries are for.
    Zoom,
}

/// Those that rows are asked for by, in alphabetical order.
pub const KNOWN: &[Known] = &[
    Known::Bbox,
    Known::BboxCrs,
    Known::Count,
    Known::Crs,
    Known::Datetime,
    Known::F,
    Known::Filter,
    Known::FilterCrs,
    Known::FilterLang,
    Known::Ids,
    Known::Key,
    Known::Limit,
    Known::MaxAllowableOffset,
    Known::Next,
    Known::Offset,
    Known::Properties,
    Known::ResultType,
    Known::Sortby,
    Known::Zoom,
];

/// Those that one row is asked for by, in alphabetical order.
pub const OF_AN_ITEM: &[Known] = &[
    Known::Crs,
    Known::F,
    Known::MaxAllowableOffset,
    Known::Properties,
    Known::Zoom,
];

/// Those that sums of series are asked for by, in alphabetical order.
pub const OF_SUMS: &[Known] = &[
    Known::By,
    Known::Datetime,
    Known::Every,
    Known::F,
    Known::Fill,
    Known::Filter,
    Known::FilterLang,
    Known::Functions,
    Known::Ids,
    Known::Key,
    Known::Properties,
    Known::Shape,
    Known::Zone,
];

/// Those that the latest rows of series are asked for by, in alphabetical order.
pub const OF_LATEST: &[Known] = &[
    Known::Datetime,
    Known::F,
    Known::Filter,
    Known::FilterLang,
    Known::Ids,
    Known::Key,
    Known::Properties,
];

/// Those that readings in the shape of a scheme are asked for by, in alphabetical order.
pub const OF_READINGS: &[Known] = &[
    Known::Datetime,
    Known::F,
    Known::Filter,
    Known::FilterLang,
    Known::Ids,
    Known::Key,
    Known::Profile,
    Known::Properties,
];

impl Known {
    /// The name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// The parameters of one request, as texts.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Parameters {
    known: BTreeMap<Known, String>,
    columns: Vec<(usize, String)>,
}

impl Parameters {
    /// Reads `pairs` for a table of `schema`; of the known ones those in `taken` may be among them, and columns where
    /// `takes_columns`. A known name stands before a column that is called so, which `filter` can ask for.
    ///
    /// # Errors
    /// [`Refused::Unknown`] for a name that is none of them (OAF-8), [`Refused::Twice`].
    pub fn read(
        pairs: &[(String, String)],
        schema: &TableSchema,
        taken: &[Known],
        takes_columns: bool,
    ) -> Result<Self, Refused> {
        let mut parameters = Self::default();
        for (name, value) in pairs {
            let known = name.parse().ok().filter(|known| taken.contains(known));
            let is_first = if let Some(known) = known {
                parameters.known.insert(known, value.clone()).is_none()
            } else {
                let column = schema.column(name).filter(|_| takes_columns);
                let (column, _) =
                    column.ok_or_else(|| unknown(name, schema, taken, takes_columns))?;
                let is_first = parameters.columns.iter().all(|(other, _)| *other != column);
                parameters.columns.push((column, value.clone()));
                is_first
            };
            if !is_first {
                return Err(Refused::Twice);
            }
        }
        Ok(parameters)
    }

    /// The text of `known`.
    #[must_use]
    pub fn get(&self, known: Known) -> Option<&str> {
        self.known.get(&known).map(String::as_str)
    }

    /// Columns by their positions, with the values that are asked for.
    #[must_use]
    pub fn columns(&self) -> &[(usize, String)] {
        &self.columns
    }
}

fn unknown(name: &str, schema: &TableSchema, taken: &[Known], takes_columns: bool) -> Refused {
    let is_asked = |column: &&perild_query::Column| {
        let is_compared = !matches!(column.column_type, ColumnType::Geometry | ColumnType::Json);
        takes_columns && is_compared
    };
    let columns = schema.columns.iter().filter(is_asked);
    let columns = columns.map(|column| &*column.name);
    let known = taken.iter().map(|known| known.name());
    Refused::unknown("a parameter of the query", name, known.chain(columns))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::tables::tests::watches;

    fn read(query: &str) -> Result<Parameters, Refused> {
        let pairs = url::form_urlencoded::parse(query.as_bytes()).into_owned();
        Parameters::read(&pairs.collect::<Vec<_>>(), &watches(), KNOWN, true)
    }

    /// Rows: OAF-8
    #[test]
    fn names_are_those_of_the_standards_and_of_columns_and_each_stands_once() {
        let found = read("limit=5&bbox-crs=x&resultType=hits&brand=Om%C3%A9ga&year=").unwrap();
        assert_eq!(found.get(Known::Limit), Some("5"));
        assert_eq!(found.get(Known::BboxCrs), Some("x"));
        assert_eq!(found.get(Known::ResultType), Some("hits"));
        assert_eq!(found.get(Known::F), None);
        assert_eq!(found.columns(), [(1, "Oméga".into()), (2, String::new())]);
        for query in ["limit=5&limit=5", "brand=a&brand=b", "f=&f="] {
            assert_eq!(read(query), Err(Refused::Twice), "{query}");
        }
        for (query, nearest) in [
            ("Limit=5", Some("limit")),
            ("bran=a", Some("brand")),
            ("bbox_crs=x", Some("bbox-crs")),
            ("=", None),
            ("qqqqqqqqqqqqqq=1", None),
        ] {
            let Err(Refused::Unknown { nearest: found, .. }) = read(query) else {
                panic!("{query} is not known");
            };
            assert_eq!(found.as_deref(), nearest, "{query}");
        }
    }

    #[test]
    fn what_another_route_takes_is_not_known_where_it_is_not_taken() {
        let read = |name: &str| {
            let pairs = [(name.to_owned(), "1".to_owned())];
            Parameters::read(&pairs, &watches(), &[Known::F], false)
        };
        assert!(read("f").is_ok());
        assert!(matches!(read("limit"), Err(Refused::Unknown { .. })));
        let Err(refused) = read("brand") else {
            panic!("a column is not taken");
        };
        assert!(refused.to_string().ends_with("known are f"), "{refused}");
    }

    #[test]
    fn known_names_are_in_alphabetical_order() {
        for known in [KNOWN, OF_AN_ITEM, OF_SUMS, OF_LATEST] {
            let names = known.iter().map(|known| known.name().to_lowercase());
            assert!(names.is_sorted());
        }
    }
}
