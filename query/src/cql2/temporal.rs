//! Operators of time, as comparisons of begins and ends (OGC 21-065r2 §7.7, after OWL-Time).
//!
//! Intervals are closed on both sides, as CQL2 has them. An end that is `..`, and one that is a column without a value, is
//! open: before all begins or after all ends. Of an interval of two columns without values nothing is known, and what is
//! said of it is unknown.

use super::{
    columns::{Columns, Scalar},
    fault::{Fault, FaultKind},
    node::{Node, Term},
};
use crate::{
    literal::Literal,
    predicate::{
        Comparison::{self, Equal, Greater, GreaterOrEqual, Less, LessOrEqual},
        Folding, Predicate, TypeFault,
    },
    schema::ColumnType,
};

/// An operator.
#[derive(Clone, Copy, Debug, Eq, PartialEq, strum::EnumString)]
#[strum(ascii_case_insensitive)]
pub(super) enum Operator {
    #[strum(serialize = "t_after")]
    After,
    #[strum(serialize = "t_before")]
    Before,
    #[strum(serialize = "t_contains")]
    Contains,
    #[strum(serialize = "t_disjoint")]
    Disjoint,
    #[strum(serialize = "t_during")]
    During,
    #[strum(serialize = "t_equals")]
    Equals,
    #[strum(serialize = "t_finishedby")]
    FinishedBy,
    #[strum(serialize = "t_finishes")]
    Finishes,
    #[strum(serialize = "t_intersects")]
    Intersects,
    #[strum(serialize = "t_meets")]
    Meets,
    #[strum(serialize = "t_metby")]
    MetBy,
    #[strum(serialize = "t_overlappedby")]
    OverlappedBy,
    #[strum(serialize = "t_overlaps")]
    Overlaps,
    #[strum(serialize = "t_startedby")]
    StartedBy,
    #[strum(serialize = "t_starts")]
    Starts,
}

/// Ends of the two operands.
#[derive(Clone, Copy)]
enum End {
    Begin1,
    End1,
    Begin2,
    End2,
}

use End::{Begin1, Begin2, End1, End2};

impl Operator {
    pub(super) fn of(name: &str) -> Option<Self> {
        name.parse().ok()
    }

    /// The comparisons that all hold where it does; of `Disjoint` one of them.
    fn comparisons(self) -> &'static [(End, Comparison, End)] {
        match self {
            Self::After => &[(Begin1, Greater, End2)],
            Self::Before => &[(End1, Less, Begin2)],
            Self::Contains => &[(Begin1, Less, Begin2), (End1, Greater, End2)],
            Self::Disjoint => &[(End1, Less, Begin2), (Begin1, Greater, End2)],
            Self::During => &[(Begin1, Greater, Begin2), (End1, Less, End2)],
            Self::Equals => &[(Begin1, Equal, Begin2), (End1, Equal, End2)],
            Self::FinishedBy => &[(Begin1, Less, Begin2), (End1, Equal, End2)],
            Self::Finishes => &[(Begin1, Greater, Begin2), (End1, Equal, End2)],
            Self::Intersects => &[(Begin1, LessOrEqual, End2), (End1, GreaterOrEqual, Begin2)],
            Self::Meets => &[(End1, Equal, Begin2)],
            Self::MetBy => &[(Begin1, Equal, End2)],
            Self::OverlappedBy => &[
                (Begin1, Greater, Begin2),
                (Begin1, Less, End2),
                (End1, Greater, End2),
            ],
            Self::Overlaps => &[
                (Begin1, Less, Begin2),
                (End1, Greater, Begin2),
                (End1, Less, End2),
            ],
            Self::StartedBy => &[(Begin1, Equal, Begin2), (End1, Greater, End2)],
            Self::Starts => &[(Begin1, Equal, Begin2), (End1, Less, End2)],
        }
    }

    /// True of an operator that is of instants as well as of intervals.
    fn is_of_instants(self) -> bool {
        matches!(
            self,
            Self::After | Self::Before | Self::Disjoint | Self::Equals | Self::Intersects
        )
    }
}

/// A begin or an end.
#[derive(Clone)]
struct Moment {
    /// A column or a value; none of an end that is open.
    scalar: Option<Scalar>,
    /// The side on which it is open: before everything, or after.
    is_first: bool,
    /// True of a column that is open in rows without a value.
    may_be_open: bool,
}

impl Columns<'_> {
    /// The predicate that an operator of time is.
    pub(super) fn timed(
        self,
        node: &Node,
        operator: Operator,
        [left, right]: [&Node; 2],
    ) -> Result<Predicate, Fault> {
        let of_instants = [left, right]
            .iter()
            .any(|node| !matches!(node.term, Term::Interval(_)));
        if of_instants && !operator.is_of_instants() {
            let name = node.described();
            return Err(node.at.fault(FaultKind::Instants(name)));
        }
        let [begin1, end1] = self.extent(left)?;
        let [begin2, end2] = self.extent(right)?;
        let moment = |end| match end {
            Begin1 => &begin1,
            End1 => &end1,
            Begin2 => &begin2,
            End2 => &end2,
        };
        let comparisons = operator.comparisons().iter();
        let parts = comparisons.map(|(one, comparison, other)| {
            self.moments(moment(*one), *comparison, moment(*other))
                .map_err(|fault| right.at.fault(fault))
        });
        let is_disjoint = operator == Operator::Disjoint;
        // One that decides nothing is left out.
        let nothing = Predicate::Constant(!is_disjoint);
        let mut parts: Vec<_> = parts.collect::<Result<_, _>>()?;
        parts.retain(|part| *part != nothing);
        let predicate = if is_disjoint {
            Predicate::any(parts)
        } else {
            Predicate::all(parts)
        };
        let intervals = [[begin1, end1], [begin2, end2]];
        let of_values = intervals.iter().filter_map(without_values);
        Ok(of_values.fold(predicate, |predicate, without_values| {
            // Unknown where that is, and the predicate itself where it is false.
            let both = [predicate, without_values.clone()];
            Predicate::all([Predicate::any(both), without_values.negated()])
        }))
    }

    fn extent(self, node: &Node) -> Result<[Moment; 2], Fault> {
        let Term::Interval(ends) = &node.term else {
            let instant = Moment {
                scalar: Some(self.instant(node)?),
                is_first: false,
                may_be_open: false,
            };
            return Ok([instant.clone(), instant]);
        };
        let [begin, end] = &**ends;
        let (begin, last) = (self.moment(begin, true)?, self.moment(end, false)?);
        if let (Some(one), Some(other)) = (&begin.scalar, &last.scalar) {
            let order = self.compare(one, LessOrEqual, other);
            let order = order.map_err(|fault| end.at.fault(fault))?;
            // Only of two values it is known beforehand.
            if order == Predicate::Constant(false) {
                return Err(end.at.fault(FaultKind::Backwards));
            }
        }
        Ok([begin, last])
    }

    fn moment(self, node: &Node, is_first: bool) -> Result<Moment, Fault> {
        let scalar = match node.term {
            Term::Open => None,
            _ => Some(self.instant(node)?),
        };
        let may_be_open = match scalar {
            Some(Scalar::Column(column, _)) => {
                let column = self.schema.columns.get(column);
                column.is_none_or(|column| column.is_nullable)
            }
            Some(Scalar::Instant(_) | Scalar::Literal(_)) => false,
            None => true,
        };
        Ok(Moment {
            scalar,
            is_first,
            may_be_open,
        })
    }

    /// A date, a time or a column of them.
    fn instant(self, node: &Node) -> Result<Scalar, Fault> {
        match self.scalar(node)? {
            Scalar::Literal(literal @ (Literal::Date(_) | Literal::DateTime(_))) => {
                Ok(Scalar::Literal(literal))
            }
            Scalar::Instant(instant) => Ok(Scalar::Instant(instant)),
            Scalar::Literal(_) => Err(node.expected("a date, a time, or a column of them")),
            Scalar::Column(column, _) => match self.schema.columns.get(column) {
                Some(known) if !TIMES.contains(&known.column_type) => {
                    Err(node.at.fault(TypeFault::Needs {
                        column: known.name.clone(),
                        column_type: known.column_type.name(),
                        needs: "operators of time are of dates and times",
                    }))
                }
                _ => Ok(Scalar::Column(column, Folding::default())),
            },
        }
    }

    /// Two moments beside each other, in rows in which one may be open, and in the others.
    fn moments(
        self,
        one: &Moment,
        comparison: Comparison,
        other: &Moment,
    ) -> Result<Predicate, TypeFault> {
        let mut cases = Vec::new();
        for one in one.cases() {
            for other in other.cases() {
                let of_both = match (one.scalar, other.scalar) {
                    (Some(left), Some(right)) => self.compare(left, comparison, right)?,
                    _ => Predicate::Constant(comparison.is_true(one.rank.cmp(&other.rank))),
                };
                if of_both != Predicate::Constant(false) {
                    let rows = one.rows.iter().chain(&other.rows).cloned();
                    let is_true = Some(of_both).filter(|part| *part != Predicate::Constant(true));
                    cases.push(Predicate::all(rows.chain(is_true)));
                }
            }
        }
        Ok(Predicate::any(cases))
    }
}

/// The predicate that is unknown of rows in which neither end of an interval of columns has a value, and false of others;
/// none where each row has one.
fn without_values(interval: &[Moment; 2]) -> Option<Predicate> {
    let [begin, end] = interval.each_ref().map(Moment::column_that_may_be_open);
    let is_before_itself = |column| Predicate::CompareColumns {
        left: (column, Folding::default()),
        comparison: Less,
        right: (column, Folding::default()),
    };
    Some(Predicate::all([begin?, end?].map(is_before_itself)))
}

/// A moment in some of the rows.
struct Case<'m> {
    /// The predicate that is true of them; none if they are all.
    rows: Option<Predicate>,
    /// Its value; none where it is open.
    scalar: Option<&'m Scalar>,
    /// The order of what is open and what is not.
    rank: i8,
}

impl Moment {
    fn column_that_may_be_open(&self) -> Option<usize> {
        match self.scalar {
            Some(Scalar::Column(column, _)) if self.may_be_open => Some(column),
            _ => None,
        }
    }

    fn cases(&self) -> Vec<Case<'_>> {
        let rank = if self.is_first { -1 } else { 1 };
        let column = self.column_that_may_be_open();
        let is_open = column.map(|column| Predicate::IsNull { column });
        let valued = self.scalar.as_ref().map(|scalar| Case {
            rows: is_open.clone().map(Predicate::negated),
            scalar: Some(scalar),
            rank: 0,
        });
        let open = self.may_be_open.then_some(Case {
            rows: is_open,
            scalar: None,
            rank,
        });
        valued.into_iter().chain(open).collect()
    }
}

const TIMES: [ColumnType; 2] = [ColumnType::Date, ColumnType::DateTime];
