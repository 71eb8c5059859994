//! From all values of a column to its type and the form in which they are written.

use super::{
    fault::{Place, Seen, Shown, What},
    hints::{DateOrder, DecimalMark, Hints},
    looks::Looks,
    moment::{Clock, MomentForm, Order},
    row::Cell,
};
use crate::schema::ColumnType;

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
        self.note(looks, || (cell.text().into_owned(), file, place));
    }

    /// Takes note of a column of a typed file.
    pub(super) fn typed(&mut self, column_type: ColumnType, file: &std::sync::Arc<str>) {
        self.note(Looks::Typed(column_type), || {
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
        };
        self.seen.push((looks, first, 1));
    }

    /// The type of the column `name`, and a sentence for the publisher where it is not what most values look like.
    pub(super) fn judge(
        &self,
        name: &str,
        hints: &Hints,
    ) -> Result<(Verdict, Option<String>), What> {
        let found = match hints.declared(name) {
            Some(column_type) => (self.declared(column_type, hints)?, None),
            None => self.inferred(name, hints)?,
        };
        Ok(found)
    }

    fn declared(&self, column_type: ColumnType, hints: &Hints) -> Result<Verdict, What> {
        let mut verdict = Verdict::of(column_type);
        match column_type {
            ColumnType::Number => verdict.decimal = self.decimal(hints)?,
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

    fn inferred(&self, name: &str, hints: &Hints) -> Result<(Verdict, Option<String>), What> {
        if self.seen.is_empty() {
            let note = format!("{name} has no value in any row, and is text");
            return Ok((Verdict::of(ColumnType::Text), Some(note)));
        }
        let all = |is: fn(Looks) -> bool| self.seen.iter().all(|(looks, ..)| is(*looks));
        if all(is_number) {
            let decimal = self.decimal(hints)?;
            let whole =
                all(|looks| matches!(looks, Looks::Integer | Looks::Typed(ColumnType::Integer)));
            let column_type = if whole {
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
                return Ok((Verdict::of(*column_type), None));
            }
        }
        if all(|looks| {
            matches!(
                looks,
                Looks::Moment(_) | Looks::Typed(ColumnType::Date | ColumnType::DateTime)
            )
        }) {
            return self.time(name, hints);
        }
        // What is text in one file may look like a number in another.
        let is_typed = |looks: Looks| matches!(looks, Looks::Typed(column_type) if column_type != ColumnType::Text);
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
        if self.seen.iter().all(|(looks, ..)| *looks == Looks::Text) {
            return None;
        }
        if *looks == Looks::Digits
            || self
                .seen
                .iter()
                .all(|(looks, ..)| matches!(looks, Looks::Digits | Looks::Integer))
        {
            let (_, zeros, _) = self
                .seen
                .iter()
                .find(|(looks, ..)| *looks == Looks::Digits)?;
            return Some(format!(
                "{name} is text: {} would lose digits as a number",
                zeros.said()
            ));
        }
        let (_, other, _) = self.seen.iter().find(|(other, ..)| other != looks)?;
        Some(format!(
            "{name} is text: {}, and {}; say [csv] missing if one of them stands for no value",
            first.said(),
            other.said()
        ))
    }

    /// The type of a column of days or times.
    fn time(&self, name: &str, hints: &Hints) -> Result<(Verdict, Option<String>), What> {
        let forms = self.moments();
        let typed = self.seen.iter().find_map(|(looks, first, _)| match looks {
            Looks::Typed(column_type) => Some((*column_type, first)),
            _ => None,
        });
        let Some((form, first)) = forms.first().copied() else {
            let is_both = self.seen.len() > 1;
            return match (typed, self.seen.get(1)) {
                (Some((_, first)), Some((_, other, _))) if is_both => {
                    Err(mixed(first, other, ONE_FORM))
                }
                (Some((column_type, _)), _) => Ok((Verdict::of(column_type), None)),
                (None, _) => Ok((Verdict::of(ColumnType::Text), None)),
            };
        };
        let text = || Verdict::of(ColumnType::Text);
        let must_be = hints.is_time(name);
        let moment = match one_form(form, first, &forms, hints) {
            Err(What::Ambiguous { seen, remedy }) if !must_be => {
                return Ok((
                    text(),
                    Some(format!(
                        "{name} is text: {seen} could be two days; {remedy}"
                    )),
                ));
            }
            moment => moment?,
        };
        let column_type = if moment.clock == Clock::None {
            ColumnType::Date
        } else {
            ColumnType::DateTime
        };
        if let Some((typed, other)) = typed.filter(|(typed, _)| *typed != column_type) {
            let _ = typed;
            return Err(mixed(first, other, ONE_FORM));
        }
        if moment.clock == Clock::Local && hints.zone.is_none() {
            if must_be {
                return Err(What::Ambiguous {
                    seen: first.seen(),
                    remedy: ZONE,
                });
            }
            return Ok((
                text(),
                Some(format!(
                    "{name} is text: {} says no zone; {ZONE}",
                    first.said()
                )),
            ));
        }
        Ok((
            Verdict {
                moment,
                ..Verdict::of(column_type)
            },
            None,
        ))
    }

    fn moments(&self) -> Vec<(MomentForm, &First)> {
        let seen = self
            .seen
            .iter()
            .filter_map(|(looks, first, _)| match looks {
                Looks::Moment(form) => Some((*form, first)),
                _ => None,
            });
        seen.collect()
    }

    /// The mark before decimals that all numbers of the column have.
    fn decimal(&self, hints: &Hints) -> Result<DecimalMark, What> {
        if let Some(declared) = hints.csv.decimal {
            return Ok(declared);
        }
        let first = |is: fn(Looks) -> bool| {
            self.seen
                .iter()
                .find(|(looks, ..)| is(*looks))
                .map(|(_, first, _)| first)
        };
        let point = first(|looks| looks == Looks::Point);
        let comma = first(|looks| looks == Looks::Comma);
        let thousand = first(|looks| looks == Looks::Thousand);
        match (point, comma.or(thousand)) {
            (Some(point), Some(comma)) => Err(mixed(
                point,
                comma,
                "write all numbers with one mark before decimals, and none between thousands",
            )),
            (None, Some(_)) if comma.is_some() => Ok(DecimalMark::Comma),
            (None, Some(thousand)) => Err(What::Ambiguous {
                seen: thousand.seen(),
                remedy: "say in the description what the comma stands before, as [csv] decimal = \",\", or write thousands without it",
            }),
            (_, None) => Ok(DecimalMark::Point),
        }
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

/// The one form of all days or times of the column.
fn one_form(
    form: MomentForm,
    first: &First,
    forms: &[(MomentForm, &First)],
    hints: &Hints,
) -> Result<MomentForm, What> {
    let mut one = form;
    for (form, other) in forms {
        let Some(both) = one.with(*form) else {
            // The value that fixed the order, if one has by now.
            let fixed = forms.iter().find(|(form, _)| form.order == one.order);
            let first = fixed.map_or(first, |(_, first)| *first);
            return Err(mixed(first, other, ONE_FORM));
        };
        one = both;
    }
    let declared = hints.csv.dates.map(|order| match order {
        DateOrder::DayFirst => Order::DayFirst,
        DateOrder::MonthFirst => Order::MonthFirst,
    });
    match (one.order, declared) {
        (Order::Either, Some(order)) => Ok(MomentForm { order, ..one }),
        (Order::Either, None) => Err(What::Ambiguous {
            seen: first.seen(),
            remedy: DATES,
        }),
        _ => Ok(one),
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
    matches!(
        looks,
        Looks::Integer
            | Looks::Point
            | Looks::Comma
            | Looks::Thousand
            | Looks::Typed(ColumnType::Integer | ColumnType::Number)
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

const ONE_TYPE: &str = "write them alike, or say in the description which type is meant, as [[field]] type = \"string\"";
const ONE_FORM: &str = "write all days and times of a column in one form";
const DATES: &str = "say in the description which comes first, as [csv] dates = \"day-first\"";
const ZONE: &str = "say in the description which zone is meant, as zone = \"Europe/London\", or write the times with their offsets";
