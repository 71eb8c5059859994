//! From all values of a column to its type and the form in which they are written.

mod decimal;
mod times;

use super::{
    fault::{Place, Seen, Shown, What},
    hints::{DecimalMark, Hints},
    looks::{Looks, is_marked_number},
    moment::{Clock, MomentForm, Order},
    row::Cell,
};
use crate::schema::ColumnType;
pub(super) use decimal::Around;
use times::{A_TIME, one_form};

/// All that was seen of a column: each look of its values, where the first stands, and how many there are.
#[derive(Clone, Debug, Default)]
pub(super) struct Evidence {
    seen: Vec<(Looks, First, u64)>,
    /// The form of the last day or time, which the next one mostly has too.
    last: Option<MomentForm>,
}

/// The first value of a look.
#[derive(Clone, Debug)]
pub(super) struct First {
    text: Shown,
    file: std::sync::Arc<str>,
    place: Place,
    /// It is text for its marks alone, as 12% is.
    is_marked: bool,
}

/// The type of a column, and the form of its values.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Verdict {
    pub(super) column_type: ColumnType,
    pub(super) decimal: DecimalMark,
    pub(super) moment: MomentForm,
}

impl Evidence {
    /// Takes note of a value.
    pub(super) fn see(&mut self, cell: Cell<'_>, file: &std::sync::Arc<str>, place: Place) {
        let looks = match (cell, self.last) {
            (Cell::Text(text) | Cell::Quoted(text), Some(form)) if form.is_sure_of(text) => {
                Looks::Moment(form)
            }
            _ => Looks::of(cell),
        };
        if let Looks::Moment(form) = looks {
            self.last = Some(form);
        }
        let is_bare = matches!(cell, Cell::Text(_));
        self.note(looks, is_bare, || (cell.text().into_owned(), file, place));
    }

    /// Takes note of a column of a typed file.
    pub(super) fn typed(&mut self, column_type: ColumnType, file: &std::sync::Arc<str>) {
        self.note(Looks::Typed(column_type), false, || {
            (
                format!("values of type {}", column_type.name()),
                file,
                Place::File,
            )
        });
    }

    fn note<'f>(
        &mut self,
        looks: Looks,
        is_bare: bool,
        first: impl FnOnce() -> (String, &'f std::sync::Arc<str>, Place),
    ) {
        if let Some((.., count)) = self.seen.iter_mut().find(|(other, ..)| *other == looks) {
            *count += 1;
            return;
        }
        let (text, file, place) = first();
        let first = First {
            text: Shown::new(&text),
            file: file.clone(),
            place,
            is_marked: is_bare && looks == Looks::Text && is_marked_number(&text),
        };
        self.seen.push((looks, first, 1));
    }

    /// The type of the column `name`, and a sentence for the publisher where it is not what most values look like.
    pub(super) fn judge(
        &self,
        name: &str,
        hints: &Hints,
        around: Around<'_>,
    ) -> Result<(Verdict, Option<String>), What> {
        let found = match hints.declared(name) {
            Some(column_type) => (self.declared(name, column_type, hints, around)?, None),
            None => self.inferred(name, hints, around)?,
        };
        Ok(found)
    }

    fn declared(
        &self,
        name: &str,
        column_type: ColumnType,
        hints: &Hints,
        around: Around<'_>,
    ) -> Result<Verdict, What> {
        let mut verdict = Verdict::of(column_type);
        match column_type {
            ColumnType::Number => verdict.decimal = self.decimal(hints, around)?,
            ColumnType::Integer if hints.is_of_table_alone(name) => {
                // 007 is not the 7 that is there: as all rows of a new table it would have been text.
                if let Some(digits) = self.first(|looks| looks == Looks::Digits) {
                    let (seen, remedy) = (digits.seen(), WHOLE);
                    return Err(What::Ambiguous { seen, remedy });
                }
            }
            ColumnType::Date | ColumnType::DateTime => {
                let forms = self.moments();
                if let Some((form, first)) = forms.first().copied() {
                    verdict.moment = one_form(form, first, &forms, hints)?;
                } else if self.seen.iter().any(|(looks, ..)| *looks == Looks::Integer) {
                    verdict.moment.order = Order::Compact;
                }
            }
            _ => (),
        }
        Ok(verdict)
    }

    fn inferred(
        &self,
        name: &str,
        hints: &Hints,
        around: Around<'_>,
    ) -> Result<(Verdict, Option<String>), What> {
        if self.seen.is_empty() {
            let note = format!("{name} has no value in any row, and is text");
            return Ok((Verdict::of(ColumnType::Text), Some(note)));
        }
        let other = self.first(|looks| !is_moment(looks));
        if let Some(other) = other.filter(|_| hints.is_time(name)) {
            let (seen, remedy) = (other.seen(), A_TIME);
            return Err(What::NoTime { seen, remedy });
        }
        let all = |is: fn(Looks) -> bool| self.first(|looks| !is(looks)).is_none();
        // Of numbers with decimals that a double holds; longer ones are text, with all their digits.
        if all(is_whole) || all(is_number) && self.first(is_long).is_none() {
            let decimal = self.decimal(hints, around)?;
            let column_type = if all(is_whole) {
                ColumnType::Integer
            } else {
                ColumnType::Number
            };
            let verdict = Verdict {
                decimal,
                ..Verdict::of(column_type)
            };
            return Ok((verdict, None));
        }
        for (is, column_type) in SINGLE {
            if all(*is) {
                return Ok((Verdict::of(*column_type), self.note_of_marks(name)));
            }
        }
        if all(is_moment) {
            return self.time(name, hints);
        }
        // What is text in one file may look like a number in another.
        let is_typed = |looks: Looks| match looks {
            Looks::Typed(column_type) => column_type != ColumnType::Text,
            looks => looks == Looks::LongNumber,
        };
        if let Some(at) = self.seen.iter().position(|(looks, ..)| is_typed(*looks)) {
            let (first, other) = (self.seen.get(at), self.seen.get(usize::from(at == 0)));
            if let (Some((_, first, _)), Some((_, other, _))) = (first, other) {
                return Err(mixed(first, other, ONE_TYPE));
            }
        }
        let note = self.note_of_text(name);
        Ok((Verdict::of(ColumnType::Text), note))
    }

    fn note_of_text(&self, name: &str) -> Option<String> {
        let (looks, first, _) = self.seen.iter().max_by_key(|(.., count)| *count)?;
        if let Some(note) = self.note_of_marks(name) {
            return Some(note);
        }
        self.first(|looks| looks != Looks::Text)?;
        let is_of_digits = |looks| looks == Looks::Digits || is_number(looks);
        let lost = self.first(|looks| looks == Looks::Digits || is_long(looks));
        let is_of_numbers =
            *looks == Looks::Digits || self.first(|looks| !is_of_digits(looks)).is_none();
        if let Some(lost) = lost.filter(|_| is_of_numbers) {
            return Some(format!(
                "{name} is text: {} would lose digits as a number",
                lost.said()
            ));
        }
        let (_, other, _) = self.seen.iter().find(|(other, ..)| other != looks)?;
        Some(format!(
            "{name} is text: {}, and {}; say [csv] missing if one of them stands for no value",
            first.said(),
            other.said()
        ))
    }

    fn note_of_marks(&self, name: &str) -> Option<String> {
        let text = self.first(|looks| looks == Looks::Text)?;
        text.is_marked
            .then(|| format!("{name} is text: {} {MARKED}", text.said()))
    }

    /// The first value that looks so.
    fn first(&self, is: impl Fn(Looks) -> bool) -> Option<&First> {
        let found = self.seen.iter().find(|(looks, ..)| is(*looks));
        found.map(|(_, first, _)| first)
    }

    /// The first value for which the column is of the type, where it could be of another without.
    pub(super) fn reason(&self, column_type: ColumnType) -> Option<Seen> {
        let is_reason = |looks| match column_type {
            ColumnType::Number => is_number(looks) && !is_whole(looks),
            other => looks == Looks::Typed(other) || looks == Looks::Boolean,
        };
        self.first(is_reason).map(First::seen)
    }
}

impl First {
    fn seen(&self) -> Seen {
        let at = match self.place {
            Place::File => self.file.to_string(),
            place => format!("{}, {place}", self.file),
        };
        Seen {
            text: self.text.clone(),
            at: at.into(),
        }
    }

    fn said(&self) -> String {
        self.seen().to_string()
    }
}

impl Verdict {
    /// A type with the forms that programs write.
    pub(super) fn of(column_type: ColumnType) -> Self {
        let clock = match column_type {
            ColumnType::DateTime => Clock::Offset,
            _ => Clock::None,
        };
        Self {
            column_type,
            decimal: DecimalMark::Point,
            moment: MomentForm {
                order: Order::YearFirst,
                separator: b'-',
                clock,
            },
        }
    }
}

fn mixed(first: &First, other: &First, remedy: &'static str) -> What {
    What::Mixed {
        first: first.seen(),
        other: other.seen(),
        remedy,
    }
}

fn is_number(looks: Looks) -> bool {
    let is_decimal = matches!(
        looks,
        Looks::Point
            | Looks::PointThousand
            | Looks::Comma
            | Looks::Thousand
            | Looks::Typed(ColumnType::Number)
    );
    is_decimal || is_whole(looks)
}

fn is_whole(looks: Looks) -> bool {
    is_long(looks) || matches!(looks, Looks::Integer | Looks::Typed(ColumnType::Integer))
}

/// A whole number that a double does not hold.
fn is_long(looks: Looks) -> bool {
    matches!(looks, Looks::Long | Looks::LongNumber)
}

fn is_moment(looks: Looks) -> bool {
    matches!(
        looks,
        Looks::Moment(_) | Looks::Typed(ColumnType::Date | ColumnType::DateTime)
    )
}

type Is = fn(Looks) -> bool;

/// Types of columns whose values all have one look.
const SINGLE: &[(Is, ColumnType)] = &[
    (
        |looks| matches!(looks, Looks::Boolean | Looks::Typed(ColumnType::Boolean)),
        ColumnType::Boolean,
    ),
    (
        |looks| looks == Looks::Typed(ColumnType::Geometry),
        ColumnType::Geometry,
    ),
    (
        |looks| looks == Looks::Typed(ColumnType::Json),
        ColumnType::Json,
    ),
    (
        |looks| matches!(looks, Looks::Text | Looks::Typed(ColumnType::Text)),
        ColumnType::Text,
    ),
];

const MARKED: &str = "is no number as it is written: numbers are read without marks between thousands, signs but -, %, currencies, and blanks around them";
const WHOLE: &str = "the column of the table is of whole numbers of 64 bits, without zeros before them: write it so, or import the table anew with all its rows";
const ONE_TYPE: &str = "write them alike, or say in the description which type is meant, as [[field]] type = \"string\"";
