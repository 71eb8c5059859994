//! Columns of days and times: one form for all values of a column, which the publisher says where they do not.

use super::{Evidence, First, Looks, Verdict, mixed};
use crate::{
    schema::ColumnType,
    source::{
        fault::What,
        hints::{DateOrder, Hints},
        moment::{Clock, MomentForm, Order},
    },
};

impl Evidence {
    /// The type of a column of days or times.
    pub(super) fn time(
        &self,
        name: &str,
        hints: &Hints,
    ) -> Result<(Verdict, Option<String>), What> {
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
        if let Some((_, other)) = typed.filter(|(typed, _)| *typed != column_type) {
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

    pub(super) fn moments(&self) -> Vec<(MomentForm, &First)> {
        let seen = self
            .seen
            .iter()
            .filter_map(|(looks, first, _)| match looks {
                Looks::Moment(form) => Some((*form, first)),
                _ => None,
            });
        seen.collect()
    }
}

/// The one form of all days or times of the column.
pub(super) fn one_form(
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

const ONE_FORM: &str = "write all days and times of a column in one form";
const DATES: &str = "say in the description which comes first, as [csv] dates = \"day-first\"";
const ZONE: &str = "say in the description which zone is meant, as zone = \"Europe/London\", or write the times with their offsets";
pub(super) const A_TIME: &str = "write 2026-01-31 or 2026-01-31T00:30:00Z, or say [csv] missing where it stands for no value; digits such as \
    20260131 are a day where a [[field]] says type = \"date\"";
