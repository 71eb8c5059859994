//! Operands of a filter: columns of the table, and values.

use std::cmp::Ordering;

use super::{
    fault::{Fault, FaultKind},
    node::{Node, Term},
};
use crate::{
    literal::{Literal, instant::millisecond_before},
    predicate::{Comparison, Folding, Predicate, TypeFault},
    schema::{ColumnType, TableSchema, nearest},
};

/// Columns that a filter may name.
#[derive(Clone, Copy)]
pub(super) struct Columns<'s> {
    pub(super) schema: &'s TableSchema,
}

/// An operand of a comparison.
#[derive(Clone)]
pub(super) enum Scalar {
    Column(usize, Folding),
    /// Between two milliseconds, in nanoseconds since 1970.
    Instant(i128),
    Literal(Literal),
}

impl Columns<'_> {
    /// The value or the column that an operand of a comparison is.
    pub(super) fn scalar(self, node: &Node) -> Result<Scalar, Fault> {
        match &node.term {
            Term::Instant(instant) => Ok(Scalar::Instant(*instant)),
            Term::Literal(literal) => Ok(Scalar::Literal(literal.clone())),
            Term::Property(_) => Ok(Scalar::Column(self.column(node)?, Folding::default())),
            Term::Call(name, operands) => {
                let folding = match &**name {
                    "casei" => Folding {
                        ignores_case: true,
                        ignores_accents: false,
                    },
                    "accenti" => Folding {
                        ignores_case: false,
                        ignores_accents: true,
                    },
                    name if is_known(name) => return Err(node.expected("a value or a column")),
                    name => return Err(unknown(node, name)),
                };
                let [operand] = some(node, name, "one operand", operands)?;
                match self.scalar(operand)? {
                    Scalar::Column(column, inner) => Ok(Scalar::Column(column, folding.and(inner))),
                    Scalar::Literal(Literal::Text(text)) => {
                        Ok(Scalar::Literal(Literal::Text(folding.apply(&text).into())))
                    }
                    Scalar::Instant(_) | Scalar::Literal(_) => Err(operand.expected("a text")),
                }
            }
            _ => Err(node.expected("a value or a column")),
        }
    }

    /// The position of the column that a node names. One of JSON is no queryable.
    pub(super) fn column(self, node: &Node) -> Result<usize, Fault> {
        let Term::Property(name) = &node.term else {
            return Err(node.expected("a column"));
        };
        let (column, described) = self.schema.column(name).ok_or_else(|| {
            node.at.fault(FaultKind::UnknownColumn {
                name: name.clone(),
                nearest: self.schema.nearest(name).map(Into::into),
            })
        })?;
        if described.column_type == ColumnType::Json {
            return Err(node.at.fault(TypeFault::Needs {
                column: described.name.clone(),
                column_type: described.column_type.name(),
                needs: "rows are not asked for by such a column",
            }));
        }
        Ok(column)
    }

    pub(super) fn compare(
        self,
        left: &Scalar,
        comparison: Comparison,
        right: &Scalar,
    ) -> Result<Predicate, TypeFault> {
        let schema = self.schema;
        match (left, right) {
            (Scalar::Column(column, folding), Scalar::Literal(literal)) => {
                Predicate::comparing(schema, (*column, *folding), comparison, literal)
            }
            (Scalar::Literal(literal), Scalar::Column(column, folding)) => {
                let comparison = comparison.mirrored();
                Predicate::comparing(schema, (*column, *folding), comparison, literal)
            }
            (Scalar::Column(column, folding), Scalar::Instant(instant)) => {
                let column = (*column, *folding);
                Predicate::comparing_instant(schema, column, comparison, *instant)
            }
            (Scalar::Instant(instant), Scalar::Column(column, folding)) => {
                let column = (*column, *folding);
                Predicate::comparing_instant(schema, column, comparison.mirrored(), *instant)
            }
            (Scalar::Column(left, of_left), Scalar::Column(right, of_right)) => {
                let (left, right) = ((*left, *of_left), (*right, *of_right));
                Predicate::comparing_columns(schema, left, comparison, right)
            }
            (Scalar::Literal(left), Scalar::Literal(right)) => {
                Predicate::comparing_literals(left, comparison, right)
            }
            (Scalar::Instant(left), Scalar::Instant(right)) => {
                Ok(Predicate::Constant(comparison.is_true(left.cmp(right))))
            }
            (Scalar::Instant(instant), Scalar::Literal(literal)) => {
                beside(*instant, comparison, literal)
            }
            (Scalar::Literal(literal), Scalar::Instant(instant)) => {
                beside(*instant, comparison.mirrored(), literal)
            }
        }
    }
}

/// An instant between two milliseconds beside a literal.
fn beside(
    instant: i128,
    comparison: Comparison,
    literal: &Literal,
) -> Result<Predicate, TypeFault> {
    let before = millisecond_before(instant);
    match literal {
        // It is later than the millisecond before it.
        Literal::DateTime(other) => {
            let order = before.cmp(other).then(Ordering::Greater);
            Ok(Predicate::Constant(comparison.is_true(order)))
        }
        literal => Predicate::comparing_literals(&Literal::DateTime(before), comparison, literal),
    }
}

/// The operands of a function, if they are as many as it has.
pub(super) fn some<'n, const N: usize>(
    node: &Node,
    name: &str,
    takes: &'static str,
    operands: &'n [Node],
) -> Result<[&'n Node; N], Fault> {
    let found: Option<&[Node; N]> = operands.try_into().ok();
    match found {
        Some(operands) => Ok(operands.each_ref()),
        None => Err(arity(node, name, takes, operands)),
    }
}

pub(super) fn arity(node: &Node, name: &str, takes: &'static str, operands: &[Node]) -> Fault {
    node.at.fault(FaultKind::Arity {
        function: name.to_uppercase().into(),
        takes,
        given: operands.len(),
    })
}

/// True of a name that a filter may call.
fn is_known(name: &str) -> bool {
    let is_function = FUNCTIONS
        .iter()
        .any(|known| known.eq_ignore_ascii_case(name));
    is_function || CONDITIONS.contains(&name) || Comparison::of_sign(name).is_some()
}

/// The fault of a name that it may not call.
pub(super) fn unknown(node: &Node, name: &str) -> Fault {
    node.at.fault(match not_offered(name) {
        Some(what) => FaultKind::NotOffered(what),
        None => FaultKind::UnknownFunction {
            name: name.into(),
            nearest: nearest(name, FUNCTIONS.into_iter()).map(Into::into),
        },
    })
}

/// The part of the language that a name is of, where it is one that is not offered.
pub(super) fn not_offered(name: &str) -> Option<&'static str> {
    Some(match name {
        "+" | "-" | "*" | "/" | "^" | "%" | "div" => "arithmetic",
        "a_equals" | "a_contains" | "a_containedby" | "a_overlaps" => "an operator of arrays",
        "circularstring" | "compoundcurve" | "curvepolygon" | "multicurve" | "multisurface"
        | "polyhedralsurface" | "tin" | "triangle" => "a geometry of curves or surfaces",
        _ => return None,
    })
}

pub(super) const TWO: &str = "two operands";

/// Names of functions, as text writes them.
const FUNCTIONS: [&str; 29] = [
    "ACCENTI",
    "BBOX",
    "CASEI",
    "DATE",
    "INTERVAL",
    "S_CONTAINS",
    "S_CROSSES",
    "S_DISJOINT",
    "S_EQUALS",
    "S_INTERSECTS",
    "S_OVERLAPS",
    "S_TOUCHES",
    "S_WITHIN",
    "TIMESTAMP",
    "T_AFTER",
    "T_BEFORE",
    "T_CONTAINS",
    "T_DISJOINT",
    "T_DURING",
    "T_EQUALS",
    "T_FINISHEDBY",
    "T_FINISHES",
    "T_INTERSECTS",
    "T_MEETS",
    "T_METBY",
    "T_OVERLAPPEDBY",
    "T_OVERLAPS",
    "T_STARTEDBY",
    "T_STARTS",
];

/// Operators that have a form of their own in text.
const CONDITIONS: [&str; 7] = ["and", "or", "not", "isnull", "between", "in", "like"];
