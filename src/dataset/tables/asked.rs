//! A request for rows of a table, from its parameters: what is asked, and how it is to be shown.

use perild_query::{
    ColumnType, Cursor, Literal, Predicate, Query, TableSchema,
    geometry::{Bbox, Crs},
    predicate::{Comparison, Folding, Pattern},
    query::SortKey,
};

use super::{ItemKey, Parameters, Refused, Tolerance, datetime, filter, parameters::Known};

/// Rows that are asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The question, but for the columns of the answer and the number of its rows.
    pub query: Query,
    /// The columns that are named, in their order; all without it.
    pub properties: Option<Vec<usize>>,
    /// Rows of the page; none where nobody says.
    pub limit: Option<usize>,
    /// Rows that are passed over.
    pub offset: usize,
    /// The system of the answer's geometries; none where nobody says.
    pub crs: Option<Crs>,
    /// The distance that geometries may be from those that are stored; none where they are wanted as they are.
    pub tolerance: Option<Tolerance>,
    /// The number of matching rows, where it is asked for.
    pub counting: Counting,
}

/// The number of matching rows beside them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Counting {
    /// Rows alone: to count takes as long as to read them all.
    No,
    /// The number alone.
    Only,
    /// Both.
    Yes,
}

impl Asked {
    /// Rows of a page, at most: who asks for more is given these (OAF-5).
    pub const LARGEST_LIMIT: usize = 10_000;
    /// Rows that can be passed over.
    pub const LARGEST_OFFSET: usize = 100_000;

    /// The request of `parameters` to a table of `schema`.
    ///
    /// # Errors
    /// [`Refused`], of the parameter that is not what it must be.
    pub fn read(parameters: &Parameters, schema: &TableSchema) -> Result<Self, Refused> {
        let get = |known| parameters.get(known);
        let (predicate, key_prefix) = condition(parameters, schema)?;
        let bbox_crs = crs(parameters, Known::BboxCrs)?.unwrap_or_default();
        let bbox = get(Known::Bbox).map(|text| bbox(text, bbox_crs));
        let datetime = get(Known::Datetime).map(|text| datetime::read(text, schema.kind));
        let after = get(Known::Next).map(Cursor::parse).transpose();
        let after = after.or(Err(Refused::malformed(
            "next",
            "as a page before has it in its link",
        )))?;
        let offset = get(Known::Offset).map(offset).transpose()?.unwrap_or(0);
        if after.is_some() && offset > 0 {
            return Err(Refused::malformed("offset", "left out where there is next"));
        }
        let query = Query {
            ids: get(Known::Ids).map(|text| ids(text, schema)).transpose()?,
            predicate,
            // Rows without a place, or without a time, are among those that are found (OAF-6, OAF-7).
            bbox: bbox.transpose()?.filter(|_| schema.geometry.is_some()),
            datetime: datetime.transpose()?.filter(|_| schema.time.is_some()),
            properties: None,
            sort: get(Known::Sortby)
                .map(|text| sort(text, schema))
                .transpose()?
                .unwrap_or_default(),
            limit: None,
            after,
            key_prefix,
        };
        let properties = get(Known::Properties).map(|text| properties(text, schema));
        Ok(Self {
            query,
            properties: properties.transpose()?,
            limit: get(Known::Limit).map(limit).transpose()?,
            offset,
            crs: crs(parameters, Known::Crs)?,
            tolerance: Tolerance::read(parameters, schema)?,
            counting: counting(parameters)?,
        })
    }
}

/// The condition of `filter` and of the columns that are parameters, and the beginning of keys.
fn condition(
    parameters: &Parameters,
    schema: &TableSchema,
) -> Result<(Option<Predicate>, Option<Box<str>>), Refused> {
    let (mut conditions, mut key_prefix) = (Vec::new(), None);
    let filter_crs = crs(parameters, Known::FilterCrs)?;
    conditions.extend(filter::read(parameters, filter_crs, schema)?);
    let of_columns = parameters.columns().iter();
    let of_columns = of_columns.map(|(column, text)| (*column, text.as_str()));
    let first = schema.key.first().and_then(|name| schema.column(name));
    let of_key = parameters.get(Known::Key).zip(first);
    let of_key = of_key.map(|(text, (column, _))| (column, text));
    for (column, text) in of_columns.chain(of_key) {
        let Some(described) = schema.columns.get(column) else {
            continue;
        };
        let is_text = described.column_type == ColumnType::Text;
        let beginning = beginning(text).filter(|_| is_text);
        let is_first = first.is_some_and(|(first, _)| first == column);
        match beginning {
            Some(prefix) if is_first && key_prefix.is_none() => key_prefix = Some(prefix.into()),
            Some(prefix) => {
                let like = Predicate::like(
                    schema,
                    (column, Folding::default()),
                    Pattern::beginning(&prefix),
                );
                conditions.push(like.or(Err(not_a_value(schema, column)))?);
            }
            None => conditions.push(equal(schema, column, text)?),
        }
    }
    let condition = (!conditions.is_empty()).then(|| Predicate::all(conditions));
    Ok((condition, key_prefix))
}

/// The text before an asterisk at the end, which a backslash makes a character like others.
fn beginning(text: &str) -> Option<String> {
    let prefix = text.strip_suffix('*')?;
    (!prefix.ends_with('\\')).then(|| prefix.to_owned())
}

fn equal(schema: &TableSchema, column: usize, text: &str) -> Result<Predicate, Refused> {
    let not_a_value = || not_a_value(schema, column);
    let described = schema.columns.get(column).ok_or_else(not_a_value)?;
    let is_text = described.column_type == ColumnType::Text;
    let plain = match text.strip_suffix("\\*").filter(|_| is_text) {
        Some(before) => format!("{before}*"),
        None => text.to_owned(),
    };
    let value = Literal::parse(&plain, described.column_type).or(Err(not_a_value()))?;
    let column = (column, Folding::default());
    Predicate::comparing(schema, column, Comparison::Equal, &value).or(Err(not_a_value()))
}

fn not_a_value(schema: &TableSchema, column: usize) -> Refused {
    let described = schema.columns.get(column);
    let name = described.map_or_else(String::new, |column| column.name.to_string());
    let expected = match described.map(|column| column.column_type) {
        Some(ColumnType::Boolean) => "true or false",
        Some(ColumnType::Date) => "a day as 2026-01-31",
        Some(ColumnType::DateTime) => "a time of RFC 3339, as 2026-01-31T00:00:00Z",
        Some(ColumnType::Integer) => "a whole number",
        Some(ColumnType::Number) => "a number",
        Some(ColumnType::Text) => "text",
        Some(ColumnType::Geometry | ColumnType::Json) | None => {
            "left out: rows are not asked for by such a column"
        }
    };
    Refused::malformed(name, expected)
}

fn bbox(text: &str, crs: Crs) -> Result<Bbox, Refused> {
    Bbox::read(text, crs).map_err(|fault| {
        let expected = format!("four numbers with commas between them, or six: {fault}");
        Refused::malformed("bbox", expected)
    })
}

fn crs(parameters: &Parameters, known: Known) -> Result<Option<Crs>, Refused> {
    let Some(text) = parameters.get(known) else {
        return Ok(None);
    };
    let listed = || Crs::all().map(Crs::uri).collect::<Vec<_>>().join(", ");
    let crs = Crs::of(text)
        .ok_or_else(|| Refused::malformed(known.name(), format!("one of {}", listed())))?;
    Ok(Some(crs))
}

fn counting(parameters: &Parameters) -> Result<Counting, Refused> {
    let count = match parameters.get(Known::Count) {
        None | Some("false") => Counting::No,
        Some("true") => Counting::Yes,
        Some(_) => return Err(Refused::malformed("count", "true or false")),
    };
    match parameters.get(Known::ResultType) {
        None | Some("results") => Ok(count),
        Some("hits") => Ok(Counting::Only),
        Some(_) => Err(Refused::malformed("resultType", "hits or results")),
    }
}

fn limit(text: &str) -> Result<usize, Refused> {
    match whole(text) {
        Some(number) if number > 0 => Ok(number.min(Asked::LARGEST_LIMIT)),
        _ => Err(Refused::malformed("limit", "a whole number from 1")),
    }
}

fn offset(text: &str) -> Result<usize, Refused> {
    let number = whole(text).filter(|number| *number <= Asked::LARGEST_OFFSET);
    number.ok_or_else(|| {
        let most = Asked::LARGEST_OFFSET;
        Refused::malformed(
            "offset",
            format!("a whole number up to {most}; links next lead on"),
        )
    })
}

/// A whole number, the largest where it is larger.
fn whole(text: &str) -> Option<usize> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(usize::MAX))
}

/// Keys with commas between them: of series those of series, of others those of rows.
fn ids(text: &str, schema: &TableSchema) -> Result<Vec<Box<[Literal]>>, Refused> {
    let malformed = || {
        Refused::malformed(
            "ids",
            format!("up to {MOST_IDS} keys with commas between them"),
        )
    };
    let values = ItemKey::split(text).ok_or_else(malformed)?;
    let columns: Option<Vec<_>> = schema
        .key
        .iter()
        .map(|name| Some(schema.column(name)?.1.column_type))
        .collect();
    let columns = columns
        .filter(|columns| !columns.is_empty())
        .ok_or_else(malformed)?;
    if values.len() % columns.len() != 0 || values.len() / columns.len() > MOST_IDS {
        return Err(malformed());
    }
    let keys = values.chunks(columns.len()).filter_map(|key| {
        let values = key.iter().zip(&columns);
        // No row has a key that is no value of its columns.
        values
            .map(|(text, column_type)| Literal::parse(text, *column_type).ok())
            .collect()
    });
    Ok(keys.collect())
}

fn sort(text: &str, schema: &TableSchema) -> Result<Vec<SortKey>, Refused> {
    let mut keys: Vec<SortKey> = Vec::new();
    for part in text.split(',') {
        // An escape that was undone leaves a blank of a plus.
        let (name, is_descending) = match part.split_at_checked(1) {
            Some(("-", name)) => (name, true),
            Some(("+" | " ", name)) => (name, false),
            _ => (part, false),
        };
        let (column, described) = column(schema, "sortby", name)?;
        if matches!(
            described.column_type,
            ColumnType::Geometry | ColumnType::Json
        ) {
            let of = "of columns that can be compared, which geometries and JSON cannot";
            return Err(Refused::malformed("sortby", of));
        }
        if keys.iter().any(|key| key.column == column) {
            return Err(Refused::malformed("sortby", "a list of columns, each once"));
        }
        keys.push(SortKey {
            column,
            is_descending,
        });
    }
    Ok(keys)
}

fn properties(text: &str, schema: &TableSchema) -> Result<Vec<usize>, Refused> {
    let mut columns = Vec::new();
    for name in text.split(',') {
        let (column, _) = column(schema, "properties", name)?;
        if columns.contains(&column) {
            return Err(Refused::malformed(
                "properties",
                "a list of columns, each once",
            ));
        }
        columns.push(column);
    }
    Ok(columns)
}

fn column<'s>(
    schema: &'s TableSchema,
    parameter: &'static str,
    name: &str,
) -> Result<(usize, &'s perild_query::Column), Refused> {
    let names = schema.columns.iter().map(|column| &*column.name);
    let found = schema.column(name);
    found.ok_or_else(|| Refused::unknown(format!("a column of {parameter}"), name, names))
}

/// Keys of one request.
const MOST_IDS: usize = 1_000;
