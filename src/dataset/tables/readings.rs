//! Readings of one meter as the Perseus scheme exchanges them: half hours of at most 396 days, with the code of their unit and
//! what they have run up to.
//!
//! The shape is that of the scheme's demonstration, <https://github.com/icebreakerone/perseus-demo-energy> (`resource/api`),
//! and of its consumer beside it, `perseus-demo-cap`.

use std::time::UNIX_EPOCH;

use arrow_array::{
    Array, RecordBatch, StringArray,
    cast::AsArray,
    types::{Float64Type, Int64Type, TimestampMillisecondType},
};
use perild_query::{Column, ColumnType, Query, TableSchema, Time, query::Interval};

use super::{Asked, Parameters, PermittedTable, Refused, parameters::Known};

/// The unit of energy, by its code of UN/CEFACT Recommendation 20.
#[derive(Clone, Copy, Debug, Eq, PartialEq, strum::IntoStaticStr)]
#[strum(serialize_all = "UPPERCASE")]
pub enum UnitCode {
    /// Kilowatt hours.
    Kwh,
    /// Cubic metres, of gas.
    Mtq,
    /// Watt hours.
    Whr,
}

/// Readings of one meter, in the order of time.
#[derive(Clone, Debug, PartialEq)]
pub struct Readings {
    /// The unit of all of them.
    pub unit: UnitCode,
    /// The first half of the meter's postcode, where rows have one.
    pub outcode: Option<String>,
    /// The readings; rows without a value are none.
    pub readings: Vec<Reading>,
}

/// A reading.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The kind of energy, where a column says it.
    pub energy_type: Option<String>,
    /// The begin of its half hour, in milliseconds.
    pub from: i64,
    /// The end.
    pub to: i64,
    /// The time at which it was had from the meter, which is after the end: of a column of that name, else of the import.
    pub taken_at: Option<i64>,
    /// The energy.
    pub value: f64,
    /// The energy of this one and of all before it in the answer.
    pub cumulative: f64,
}

/// Readings that are asked for.
#[derive(Clone, Debug)]
pub struct ReadingsAsked {
    query: Query,
    columns: Columns,
    unit: UnitCode,
}

/// Columns by their places in the rows that are read.
#[derive(Clone, Debug, Default)]
struct Columns {
    read: Vec<usize>,
    from: usize,
    energy: usize,
    postcode: Option<usize>,
    taken_at: Option<usize>,
    energy_type: Option<usize>,
}

impl ReadingsAsked {
    /// The question of `parameters` to a table of `schema`.
    ///
    /// # Errors
    /// [`Refused`], of the parameter that is not what it must be.
    pub fn read(parameters: &Parameters, schema: &TableSchema) -> Result<Self, Refused> {
        if parameters.get(Known::Profile) != Some(PERSEUS) {
            return Err(Refused::malformed(Known::Profile.name(), PERSEUS));
        }
        let left_out = |why: &str| Refused::malformed(Known::Profile.name(), why.to_owned());
        if schema.step_ms != Some(HALF_HOUR_MS) {
            return Err(left_out("left out of series that say no step of PT30M"));
        }
        let asked = Asked::read(parameters, schema)?;
        if !names_one_series(parameters, &asked, schema) {
            let key = schema.key.join(", ");
            return Err(left_out(&format!(
                "asked for with one series, by {key} or ids"
            )));
        }
        not_too_long(asked.query.datetime)?;
        let (energy, unit) = energy(asked.properties.as_deref(), schema)?;
        let columns = Columns::of(schema, energy).ok_or(Refused::Unreadable)?;
        let query = Query {
            properties: Some(columns.read.clone()),
            limit: Some(MOST_READINGS + 1),
            ..asked.query
        };
        Ok(Self {
            query,
            columns,
            unit,
        })
    }
}

impl Columns {
    fn of(schema: &TableSchema, energy: usize) -> Option<Self> {
        let Some(Time::At { column }) = &schema.time else {
            return None;
        };
        let (time, _) = schema.column(column)?;
        let mut columns = Self::default();
        let named = |names: &[&str], column_type| {
            let mut found = names.iter().filter_map(|name| schema.column(name));
            let (at, _) = found.find(|(_, column)| column.column_type == column_type)?;
            Some(at)
        };
        columns.from = columns.place(time);
        columns.energy = columns.place(energy);
        columns.postcode =
            named(&["outcode", "postcode"], ColumnType::Text).map(|at| columns.place(at));
        columns.taken_at =
            named(&["takenAt", "taken_at"], ColumnType::DateTime).map(|at| columns.place(at));
        columns.energy_type = named(&["type"], ColumnType::Text).map(|at| columns.place(at));
        Some(columns)
    }

    /// The place of a column among those that are read.
    fn place(&mut self, column: usize) -> usize {
        self.read.push(column);
        self.read.len() - 1
    }
}

impl PermittedTable {
    /// The readings, all of them.
    ///
    /// # Errors
    /// [`Refused::Malformed`] where they are of more than 396 days, [`Refused`].
    pub fn readings(&self, asked: ReadingsAsked) -> Result<Readings, Refused> {
        let imported = self.modified().duration_since(UNIX_EPOCH);
        let imported = imported.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(0));
        let mut found = Readings {
            unit: asked.unit,
            outcode: None,
            readings: Vec::new(),
        };
        let mut sum = Sum::default();
        for batch in self.select(asked.query)? {
            let batch = batch?;
            found
                .take(&batch, &asked.columns, imported, &mut sum)
                .ok_or(Refused::Unreadable)?;
        }
        let span = found.readings.first().zip(found.readings.last());
        let span = span.map_or(0, |(first, last)| last.to - first.from);
        if found.readings.len() > MOST_READINGS || span > LONGEST_MS {
            return Err(too_long());
        }
        Ok(found)
    }
}

impl Readings {
    /// Takes the rows of `batch`; none where its columns are others than the table says.
    fn take(
        &mut self,
        batch: &RecordBatch,
        columns: &Columns,
        imported: i64,
        sum: &mut Sum,
    ) -> Option<()> {
        let from = batch
            .columns()
            .get(columns.from)?
            .as_primitive_opt::<TimestampMillisecondType>()?;
        let energy = batch.columns().get(columns.energy)?;
        let text = |at: Option<usize>| -> Option<&StringArray> {
            batch.columns().get(at?)?.as_string_opt::<i32>()
        };
        let (postcodes, types) = (text(columns.postcode), text(columns.energy_type));
        let taken = columns.taken_at.and_then(|at| {
            batch
                .columns()
                .get(at)?
                .as_primitive_opt::<TimestampMillisecondType>()
        });
        for row in 0..batch.num_rows() {
            let Some(value) = number(energy.as_ref(), row) else {
                continue;
            };
            let of = |texts: Option<&StringArray>| {
                let texts = texts.filter(|texts| texts.is_valid(row))?;
                Some(texts.value(row).to_owned())
            };
            if self.outcode.is_none() {
                self.outcode = of(postcodes).map(|postcode| outcode(&postcode).to_owned());
            }
            let from = from.value(row);
            let to = from.checked_add(HALF_HOUR_MS.cast_signed())?;
            let taken_at = match taken {
                Some(taken) => taken.is_valid(row).then(|| taken.value(row)),
                None => Some(imported),
            };
            self.readings.push(Reading {
                energy_type: of(types),
                from,
                to,
                taken_at: taken_at.filter(|taken_at| *taken_at > to),
                value,
                cumulative: sum.add(value),
            });
        }
        Some(())
    }
}

/// A sum whose error does not grow with the number of its terms (Neumaier).
#[derive(Default)]
struct Sum {
    sum: f64,
    lost: f64,
}

impl Sum {
    /// Adds a term; the sum so far, with six decimals, which no meter has.
    fn add(&mut self, term: f64) -> f64 {
        let next = self.sum + term;
        self.lost += if self.sum.abs() >= term.abs() {
            (self.sum - next) + term
        } else {
            (term - next) + self.sum
        };
        self.sum = next;
        let sum = self.sum + self.lost;
        let rounded = (sum * 1e6).round() / 1e6;
        if rounded.is_finite() { rounded } else { sum }
    }
}

/// `true` where every column of the key has one value.
fn names_one_series(parameters: &Parameters, asked: &Asked, schema: &TableSchema) -> bool {
    if let Some(ids) = &asked.query.ids {
        return ids.len() == 1;
    }
    let is_whole = |text: &str| !text.ends_with('*') || text.ends_with("\\*");
    schema.key.iter().enumerate().all(|(at, name)| {
        let column = schema.column(name).map(|(column, _)| column);
        let mut of_columns = parameters.columns().iter();
        let of_column =
            of_columns.find_map(|(other, text)| (Some(*other) == column).then_some(text.as_str()));
        let of_key = parameters.get(Known::Key).filter(|_| at == 0);
        of_column.or(of_key).is_some_and(is_whole)
    })
}

/// The column of energy and its unit: the one that is named, or the only one.
fn energy(named: Option<&[usize]>, schema: &TableSchema) -> Result<(usize, UnitCode), Refused> {
    let candidates = schema.columns.iter().enumerate();
    let candidates = candidates.filter_map(|(at, column)| Some((at, unit_code(column)?)));
    let found: Vec<_> = candidates
        .filter(|(at, _)| named.is_none_or(|named| named.contains(at)))
        .collect();
    match found.as_slice() {
        [one] if named.is_none_or(|named| named.len() == 1) => Ok(*one),
        _ => {
            let expected = "one column of numbers in kW.h, W.h or m3";
            Err(Refused::malformed(Known::Properties.name(), expected))
        }
    }
}

fn unit_code(column: &Column) -> Option<UnitCode> {
    let is_number = matches!(column.column_type, ColumnType::Integer | ColumnType::Number);
    let unit = column.unit.as_deref().filter(|_| is_number)?;
    match unit {
        "kW.h" => Some(UnitCode::Kwh),
        "W.h" => Some(UnitCode::Whr),
        "m3" => Some(UnitCode::Mtq),
        _ => None,
    }
}

fn number(column: &dyn Array, row: usize) -> Option<f64> {
    if column.is_null(row) {
        return None;
    }
    if let Some(numbers) = column.as_primitive_opt::<Float64Type>() {
        return Some(numbers.value(row));
    }
    let whole = column.as_primitive_opt::<Int64Type>()?.value(row);
    #[expect(
        clippy::as_conversions,
        clippy::cast_precision_loss,
        reason = "a half hour of more than 2^53 watt hours is none"
    )]
    let number = whole as f64;
    Some(number)
}

/// The part of a postcode that many homes have: all but the last three characters where they are the second half.
fn outcode(postcode: &str) -> &str {
    let postcode = postcode.trim();
    if let Some((outcode, _)) = postcode.split_once(' ') {
        return outcode;
    }
    let inward = postcode.len().checked_sub(3).filter(|at| *at > 1);
    let inward = inward.and_then(|at| Some((postcode.get(..at)?, postcode.get(at..)?)));
    match inward {
        Some((outcode, inward)) if is_inward(inward) => outcode,
        _ => postcode,
    }
}

/// `true` of the second half of a postcode: a digit and two letters.
fn is_inward(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|byte| byte.is_ascii_digit())
        && bytes.all(|byte| byte.is_ascii_alphabetic())
}

/// A time that is asked for has a begin, and where it has an end, it is at most 396 days long.
fn not_too_long(datetime: Option<Interval>) -> Result<(), Refused> {
    let Some(Interval {
        begin: Some(begin),
        end,
    }) = datetime
    else {
        return Err(too_long());
    };
    let length = end.map_or(0, |end| end.saturating_sub(begin).saturating_add(1));
    if length > LONGEST_MS {
        return Err(too_long());
    }
    Ok(())
}

fn too_long() -> Refused {
    let expected = "a time of at most 396 days with a begin, as 2026-01-01/2026-12-31";
    Refused::malformed(Known::Datetime.name(), expected)
}

/// The value of `profile`.
pub const PERSEUS: &str = "perseus";
const HALF_HOUR_MS: u64 = 1_800_000;
const LONGEST_MS: i64 = 396 * 86_400_000;
const MOST_READINGS: usize = 396 * 48;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_postcode_loses_its_second_half() {
        for (postcode, expected) in [
            ("SW8 1AA", "SW8"),
            ("SW81AA", "SW8"),
            (" EC1A 1BB", "EC1A"),
            ("M11AE", "M1"),
            ("SW8", "SW8"),
            ("ZZ01", "ZZ01"),
            ("", ""),
            ("é1AA", "é"),
            ("1AA", "1AA"),
        ] {
            assert_eq!(outcode(postcode), expected, "{postcode}");
        }
    }

    #[test]
    fn what_readings_run_up_to_has_no_tail() {
        let mut sum = Sum::default();
        let sums: Vec<_> = (0..10).map(|_| sum.add(0.1)).collect();
        assert_eq!(
            sums.iter()
                .map(f64::to_string)
                .collect::<Vec<_>>()
                .join(" "),
            "0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 1"
        );
    }

    #[test]
    fn units_have_codes_and_others_have_none() {
        let of = |unit: &str, column_type| {
            unit_code(&Column {
                unit: Some(unit.into()),
                ..Column::new("kwh", column_type)
            })
        };
        for (unit, expected) in [
            ("kW.h", Some("KWH")),
            ("W.h", Some("WHR")),
            ("m3", Some("MTQ")),
            ("MW.h", None),
            ("kW", None),
        ] {
            let found = of(unit, ColumnType::Number).map(Into::<&str>::into);
            assert_eq!(found, expected, "{unit}");
        }
        assert_eq!(of("kW.h", ColumnType::Text), None);
    }
}
