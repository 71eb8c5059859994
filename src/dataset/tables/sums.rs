//! Sums of series and their latest rows, from the parameters of a request.

use std::{collections::BTreeSet, str::FromStr, sync::Arc};

use arrow_array::RecordBatchReader;
use arrow_schema::ArrowError;
use perild_query::{
    ColumnType, Query, TableSchema, Time,
    literal::instant::YEAR_TEN_THOUSAND_MS,
    query::Interval,
    series::{
        self, Aggregation, By, Every, Fault, Fill, Function, Latest, Limits, Shape, Wanted, Within,
        Zone, aggregate,
    },
};
use strum::VariantNames;

use super::{Asked, Parameters, PermittedTable, Refused, datetime, parameters::Known};

/// Sums that are asked for.
#[derive(Clone, Debug)]
pub struct Sums {
    query: Query,
    question: Aggregation,
}

/// The latest rows that are asked for.
#[derive(Clone, Debug)]
pub struct LatestRows {
    query: Query,
    within: Within,
}

/// Batches of an answer, which are made while they are read.
pub type Batches = Box<dyn RecordBatchReader + Send>;

impl Sums {
    /// The question of `parameters` to a table of `schema`.
    ///
    /// # Errors
    /// [`Refused`], of the parameter that is not what it must be.
    pub fn read(parameters: &Parameters, schema: &TableSchema) -> Result<Self, Refused> {
        let asked = Asked::read(parameters, schema)?;
        let every: Every = parsed(parameters, Known::Every, EVERY)?
            .ok_or_else(|| Refused::malformed(Known::Every.name(), EVERY))?;
        let zone = parameters.get(Known::Zone).map(Zone::named).transpose();
        let zone = zone.or(Err(Refused::malformed(Known::Zone.name(), ZONE)))?;
        let zone = zone.unwrap_or_else(Zone::utc);
        let interval = interval(parameters, schema, &zone)?;
        let fill = word(parameters, Known::Fill, Fill::VARIANTS)?.unwrap_or_default();
        let within = within(interval);
        not_too_long(within, every, fill)?;
        let wanted = Wanted {
            every,
            zone,
            functions: functions(parameters)?,
            columns: asked.properties.unwrap_or_else(|| numbers(schema)),
            fill,
            by: by(parameters, schema)?,
            within,
            shape: word(parameters, Known::Shape, Shape::VARIANTS)?.unwrap_or_default(),
        };
        let question = Aggregation::new(schema, wanted);
        let question = question.map_err(|fault| refused(&fault))?;
        let query = Query {
            properties: Some(question.reads().to_vec()),
            datetime: interval,
            ..asked.query
        };
        Ok(Self { query, question })
    }

    /// The rows that are summed up.
    #[must_use]
    pub fn query(&self) -> &Query {
        &self.query
    }
}

impl LatestRows {
    /// The question of `parameters` to a table of `schema`.
    ///
    /// # Errors
    /// [`Refused`], of the parameter that is not what it must be.
    pub fn read(parameters: &Parameters, schema: &TableSchema) -> Result<Self, Refused> {
        let asked = Asked::read(parameters, schema)?;
        let interval = interval(parameters, schema, &Zone::utc())?;
        let all = (0..schema.columns.len()).collect();
        let mut columns: BTreeSet<usize> = asked.properties.map_or(all, BTreeSet::from_iter);
        columns.extend(super::permitted::unique(schema));
        let query = Query {
            properties: Some(columns.into_iter().collect()),
            datetime: interval,
            ..asked.query
        };
        Ok(Self {
            query,
            within: within(interval),
        })
    }

    /// The rows among which the latest are.
    #[must_use]
    pub fn query(&self) -> &Query {
        &self.query
    }
}

impl PermittedTable {
    /// The sums, which are made while they are read; what is found wrong then is a [`Fault`] within their error.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn sums(&self, sums: Sums) -> Result<Batches, Refused> {
        let rows = self.select(sums.query)?;
        aggregate(rows, &sums.question, LIMITS).map_err(|fault| (&fault).into())
    }

    /// The latest row of each series, of the columns that are asked for, with key and time.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn latest(&self, latest: LatestRows) -> Result<Batches, Refused> {
        let rows = self.select(latest.query)?;
        let schema = Arc::clone(rows.schema());
        let latest = Latest::of(rows, &schema, self.schema(), latest.within);
        Ok(Box::new(latest.map_err(|fault| refused(&fault))?))
    }
}

/// Faults of rows and limits, as the consumer is told of them.
impl From<&Fault> for Refused {
    fn from(fault: &Fault) -> Self {
        match fault {
            Fault::Ambiguous(refused) => {
                Self::malformed(Known::Shape.name(), format!("long where {refused}"))
            }
            Fault::Cells { limit } => too_many("values at once", *limit),
            Fault::Filled { limit } => Self::TooMany {
                what: "intervals without rows",
                limit: *limit,
            },
            Fault::Overflow { column } => Self::malformed(
                Known::Functions.name(),
                format!("without sums of {column}, which are too great"),
            ),
            Fault::Values { limit } => too_many("values in one interval with quantiles", *limit),
            Fault::Arrow(_)
            | Fault::Order
            | Fault::Rows { .. }
            | Fault::Source(_)
            | Fault::Time => {
                tracing::error!(error = %fault, "a table cannot be summed up");
                Self::Unreadable
            }
        }
    }
}

impl From<&ArrowError> for Refused {
    fn from(error: &ArrowError) -> Self {
        let fault = match error {
            ArrowError::ExternalError(error) => error.downcast_ref::<Fault>(),
            _ => None,
        };
        fault.map_or_else(
            || {
                tracing::error!(%error, "a table cannot be summed up");
                Self::Unreadable
            },
            Self::from,
        )
    }
}

fn too_many(what: &'static str, limit: usize) -> Refused {
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    Refused::TooMany { what, limit }
}

/// A question that the table has no answer to, by the parameter that asks it.
fn refused(refused: &series::Refused) -> Refused {
    use series::Refused as R;
    let parameter = match refused {
        R::Finer { .. } => Known::Every,
        R::Group { .. } => Known::By,
        R::Ambiguous(_) | R::Column | R::Nothing | R::Numbers { .. } | R::Kind => Known::Properties,
    };
    let expected = match refused {
        R::Ambiguous(name) => format!("without columns that make two of the answer {name}"),
        R::Column | R::Kind => "columns of a series".to_owned(),
        R::Finer { step, .. } => format!("{step} or longer, which rows are apart"),
        R::Group { column, .. } => {
            format!(
                "series, all, or columns of text, integers, booleans or times: {column} is none"
            )
        }
        R::Nothing => "columns of numbers".to_owned(),
        R::Numbers {
            function,
            column,
            column_type,
        } => format!("columns of numbers where {function} is asked for: {column} is {column_type}"),
    };
    Refused::malformed(parameter.name(), expected)
}

/// The time that is asked for, half-open; of days where rows have days, else by the clocks of `zone`.
fn interval(
    parameters: &Parameters,
    schema: &TableSchema,
    zone: &Zone,
) -> Result<Option<Interval>, Refused> {
    let time = match &schema.time {
        Some(Time::At { column }) => schema.column(column),
        _ => None,
    };
    let is_date = time.is_some_and(|(_, time)| time.column_type == ColumnType::Date);
    let zone = if is_date { Zone::utc() } else { zone.clone() };
    let text = parameters.get(Known::Datetime);
    text.map(|text| datetime::read_in(text, schema.kind, &zone))
        .transpose()
}

fn within(interval: Option<Interval>) -> Within {
    let interval = interval.unwrap_or_default();
    Within {
        from: interval.begin,
        until: interval.end.map(|end| end.saturating_add(1)),
    }
}

/// A time that is filled up has not more intervals than one series may have.
fn not_too_long(within: Within, every: Every, fill: Fill) -> Result<(), Refused> {
    let is_known = |until| until <= YEAR_TEN_THOUSAND_MS;
    if fill != Fill::None && !within.until.is_none_or(is_known) {
        let expected = "a time that ends with the year 9999 of UTC where intervals are filled up";
        return Err(Refused::malformed(Known::Datetime.name(), expected));
    }
    let (Some(from), Some(until)) = (within.from, within.until) else {
        return Ok(());
    };
    let found = until.saturating_sub(from).unsigned_abs() / every.shortest_ms();
    if fill != Fill::None && found > LIMITS.filled {
        return Err(Refused::TooMany {
            what: "intervals of one series",
            limit: LIMITS.filled,
        });
    }
    Ok(())
}

fn functions(parameters: &Parameters) -> Result<Vec<Function>, Refused> {
    let Some(text) = parameters.get(Known::Functions) else {
        return Ok(vec![Function::Sum, Function::Count]);
    };
    let malformed = || Refused::malformed(Known::Functions.name(), FUNCTIONS);
    let mut functions = Vec::new();
    for name in text.split(',') {
        let function = name.parse().or(Err(malformed()))?;
        if functions.contains(&function) {
            return Err(malformed());
        }
        functions.push(function);
    }
    Ok(functions)
}

/// The rows that are summed up together; a column that is called as one of the words stands before it.
fn by(parameters: &Parameters, schema: &TableSchema) -> Result<By, Refused> {
    let Some(text) = parameters.get(Known::By) else {
        return Ok(By::Series);
    };
    match text {
        ALL if schema.column(ALL).is_none() => return Ok(By::Columns(Vec::new())),
        SERIES if schema.column(SERIES).is_none() => return Ok(By::Series),
        _ => {}
    }
    let mut columns = Vec::new();
    for name in text.split(',') {
        let names = schema.columns.iter().map(|column| &*column.name);
        let unknown = || {
            Refused::unknown(
                "a column of by",
                name,
                [ALL, SERIES].into_iter().chain(names),
            )
        };
        let (column, _) = schema.column(name).ok_or_else(unknown)?;
        if columns.contains(&column) {
            let once = "series, all, or a list of columns, each once";
            return Err(Refused::malformed(Known::By.name(), once));
        }
        columns.push(column);
    }
    Ok(By::Columns(columns))
}

/// Columns of numbers that are no key.
fn numbers(schema: &TableSchema) -> Vec<usize> {
    let columns = schema.columns.iter().enumerate();
    let numbers = columns.filter(|(_, column)| {
        let is_number = matches!(column.column_type, ColumnType::Integer | ColumnType::Number);
        is_number && !schema.key.contains(&column.name)
    });
    numbers.map(|(at, _)| at).collect()
}

fn parsed<T: FromStr>(
    parameters: &Parameters,
    known: Known,
    expected: &'static str,
) -> Result<Option<T>, Refused> {
    let parsed = parameters.get(known).map(str::parse).transpose();
    parsed.or(Err(Refused::malformed(known.name(), expected)))
}

fn word<T: FromStr>(
    parameters: &Parameters,
    known: Known,
    words: &'static [&'static str],
) -> Result<Option<T>, Refused> {
    let parsed = parameters.get(known).map(str::parse).transpose();
    parsed.or(Err(Refused::malformed(known.name(), words.join(" or "))))
}

const ALL: &str = "all";
const SERIES: &str = "series";
const EVERY: &str = "a length: PT15M, PT30M, PT1H or other minutes and hours that divide a day, P1D, P1W, P1M, P3M or \
     other months that divide a year, or P1Y";
const FUNCTIONS: &str = "a list of count, first, last, max, mean, median, min, sum, and p with a per cent as in p95 or \
     p99.9, each once";
const ZONE: &str = "a name of the IANA time zone database, as Europe/London or UTC";
const LIMITS: Limits = Limits {
    cells: 2_000_000,
    filled: 1_000_000,
    values: 4_000_000,
};

#[cfg(test)]
mod tests {
    use perild_query::{Column, Kind};

    use super::*;
    use crate::dataset::tables::parameters::{OF_LATEST, OF_SUMS};

    fn meters() -> TableSchema {
        let column = Column::new;
        TableSchema {
            kind: Kind::Series,
            columns: vec![
                column("meter", ColumnType::Text),
                column("postcode", ColumnType::Text),
                column("from", ColumnType::DateTime),
                column("kwh", ColumnType::Number),
            ],
            key: vec!["meter".into()],
            time: Some(Time::At {
                column: "from".into(),
            }),
            geometry: None,
            step_ms: Some(1_800_000),
        }
    }

    fn parameters(query: &str, known: &[Known]) -> Result<Parameters, Refused> {
        let pairs = url::form_urlencoded::parse(query.as_bytes()).into_owned();
        Parameters::read(&pairs.collect::<Vec<_>>(), &meters(), known, true)
    }

    fn read(query: &str) -> Result<Sums, Refused> {
        Sums::read(&parameters(query, OF_SUMS)?, &meters())
    }

    #[test]
    fn sums_are_asked_for_in_words_and_a_wrong_one_is_named() {
        for query in [
            "every=P1D",
            "every=PT30M&zone=Europe/London&functions=sum,count,p95&properties=kwh&fill=previous&shape=wide",
            "every=P1M&by=all&datetime=2026-01-01/9999-12-31",
            "every=P1Y&by=postcode&meter=a*&postcode=AB1",
            "every=P1W&by=series&datetime=2026-01-01/..&fill=null",
            "every=P1M&fill=null&datetime=2026-01-01/9999-12-31",
        ] {
            assert!(read(query).is_ok(), "{query}: {}", read(query).unwrap_err());
        }
        for (query, expected) in [
            ("", "every must be a length"),
            ("every=1D", "every must be a length"),
            (
                "every=PT15M",
                "every must be PT30M or longer, which rows are apart",
            ),
            (
                "every=P1D&zone=Mars/Olympus",
                "zone must be a name of the IANA",
            ),
            (
                "every=P1D&functions=average",
                "functions must be a list of count",
            ),
            (
                "every=P1D&functions=sum,sum",
                "functions must be a list of count",
            ),
            (
                "every=P1D&functions=median,p50",
                "functions must be a list of count",
            ),
            (
                "every=P1D&properties=postcode",
                "properties must be columns of numbers where sum is asked for: postcode is text",
            ),
            (
                "every=P1D&properties=kw",
                "a column of properties is not known, perhaps kwh",
            ),
            (
                "every=P1D&fill=zero",
                "fill must be none or null or previous",
            ),
            ("every=P1D&shape=tall", "shape must be long or wide"),
            (
                "every=P1D&by=postcod",
                "a column of by is not known, perhaps postcode",
            ),
            (
                "every=P1D&by=postcode,postcode",
                "by must be series, all, or a list of columns, each once",
            ),
            (
                "every=P1D&by=kwh",
                "by must be series, all, or columns of text",
            ),
            (
                "every=P1D&datetime=2026-02-01/2026-01-01",
                "datetime must be",
            ),
            (
                "every=P1M&fill=null&datetime=2026-01-01/9999-12-31T23:59:59-12:00",
                "datetime must be a time that ends with the year 9999",
            ),
            ("every=P1D&limit=5", "a parameter of the query is not known"),
            ("every=P1D&every=P1D", "each name stands once"),
            (
                "every=PT30M&fill=null&datetime=1800-01-01/2026-01-01",
                "more than 1000000 intervals of one series",
            ),
        ] {
            let refused = read(query).err().map(|refused| refused.to_string());
            let refused = refused.unwrap_or_default();
            assert!(refused.contains(expected), "{query}: {refused}");
        }
    }

    #[test]
    fn a_day_is_one_of_the_zone_and_an_instant_is_one_whatever_the_zone() {
        let interval = |query: &str| read(query).unwrap().query.datetime;
        let day = |query: &str| interval(&format!("every=P1D&{query}"));
        let london = day("datetime=2026-07-01/2026-07-31&zone=Europe/London");
        let utc = day("datetime=2026-06-30T23:00:00Z/2026-07-31T23:00:00Z");
        assert_eq!(london, utc);
        assert_ne!(day("datetime=2026-07-01/2026-07-31"), utc);
        assert_eq!(day(""), None);
    }

    #[test]
    fn the_latest_rows_have_their_key_and_their_time_whatever_is_named() {
        let columns = |query: &str| {
            let parameters = parameters(query, OF_LATEST).unwrap();
            LatestRows::read(&parameters, &meters())
                .unwrap()
                .query
                .properties
        };
        assert_eq!(columns("properties=kwh"), Some(vec![0, 2, 3]));
        assert_eq!(columns("meter=a"), Some(vec![0, 1, 2, 3]));
        assert!(parameters("every=P1D", OF_LATEST).is_err());
    }
}
