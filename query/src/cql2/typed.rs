//! Trees of filters, typed against the columns of a table.

use super::{
    fault::{Fault, FaultKind},
    node::{Node, Term},
    temporal,
};
use crate::{
    geometry::{Prepared, Relation},
    literal::Literal,
    predicate::{Comparison, Folding, Pattern, Predicate, TypeFault},
    schema::{ColumnType, TableSchema},
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
    Literal(Literal),
}

/// An operand of a relation.
enum Shape<'n> {
    Column(usize),
    Geometry(&'n [u8]),
}

impl Columns<'_> {
    /// The predicate that a node is.
    pub(super) fn predicate(self, node: &Node) -> Result<Predicate, Fault> {
        let (name, operands) = match &node.term {
            Term::Call(name, operands) => (&**name, &**operands),
            Term::Literal(Literal::Boolean(truth)) => return Ok(Predicate::Constant(*truth)),
            Term::Property(_) => return self.truth(node),
            _ => return Err(node.expected("a condition")),
        };
        match name {
            "and" | "or" if operands.len() < 2 => {
                Err(arity(node, name, "two operands or more", operands))
            }
            "and" => Ok(Predicate::all(self.predicates(operands)?)),
            "or" => Ok(Predicate::any(self.predicates(operands)?)),
            "not" => {
                let [part] = some(node, name, "one operand", operands)?;
                Ok(self.predicate(part)?.negated())
            }
            "isnull" => {
                let [column] = some(node, name, "one operand", operands)?;
                let column = self.column(column)?;
                Ok(Predicate::IsNull { column })
            }
            "between" => self.between(some(node, name, "three operands", operands)?),
            "in" => self.listed(some(node, name, TWO, operands)?),
            "like" => self.like(some(node, name, TWO, operands)?),
            "casei" | "accenti" => Err(node.expected("a condition")),
            _ => self.named(node, name, operands),
        }
    }

    /// A column that is a condition by itself.
    fn truth(self, node: &Node) -> Result<Predicate, Fault> {
        let column = self.column(node)?;
        let known = self.schema.columns.get(column);
        if known.is_none_or(|known| known.column_type != ColumnType::Boolean) {
            return Err(node.expected("a condition"));
        }
        let column = Scalar::Column(column, Folding::default());
        let is_true = Scalar::Literal(Literal::Boolean(true));
        self.compare(&column, Comparison::Equal, &is_true)
            .map_err(|fault| node.at.fault(fault))
    }

    fn named(self, node: &Node, name: &str, operands: &[Node]) -> Result<Predicate, Fault> {
        if let Some(comparison) = Comparison::of_sign(name) {
            let [left, right] = some(node, name, TWO, operands)?;
            let (one, other) = (self.scalar(left)?, self.scalar(right)?);
            return self
                .compare(&one, comparison, &other)
                .map_err(|fault| right.at.fault(fault));
        }
        if let Ok(relation) = name.parse::<Relation>() {
            return self.related(relation, some(node, name, TWO, operands)?);
        }
        if let Some(operator) = temporal::Operator::of(name) {
            return self.timed(node, operator, some(node, name, TWO, operands)?);
        }
        let not_offered = match name {
            "+" | "-" | "*" | "/" | "^" | "%" | "div" => Some("arithmetic"),
            "a_equals" | "a_contains" | "a_containedby" | "a_overlaps" => Some("arrays"),
            _ => None,
        };
        Err(node.at.fault(match not_offered {
            Some(what) => FaultKind::NotOffered(what),
            None => FaultKind::UnknownFunction {
                name: name.into(),
                nearest: nearest(name, FUNCTIONS.into_iter()),
            },
        }))
    }

    fn predicates(self, nodes: &[Node]) -> Result<Vec<Predicate>, Fault> {
        nodes.iter().map(|node| self.predicate(node)).collect()
    }

    fn between(self, [value, least, largest]: [&Node; 3]) -> Result<Predicate, Fault> {
        let of = self.scalar(value)?;
        let side = |comparison, node: &Node| {
            let side = self.compare(&of, comparison, &self.scalar(node)?);
            side.map_err(|fault| node.at.fault(fault))
        };
        let from = side(Comparison::GreaterOrEqual, least)?;
        let until = side(Comparison::LessOrEqual, largest)?;
        Ok(Predicate::all([from, until]))
    }

    fn listed(self, [value, list]: [&Node; 2]) -> Result<Predicate, Fault> {
        let Term::List(nodes) = &list.term else {
            return Err(list.expected("a list"));
        };
        if nodes.is_empty() {
            return Err(list.at.fault(FaultKind::Expected {
                expected: "a value",
                found: "an empty list".into(),
            }));
        }
        let of = self.scalar(value)?;
        let (mut literals, mut parts) = (Vec::new(), Vec::new());
        for node in nodes {
            let scalar = self.scalar(node)?;
            let equal = self
                .compare(&of, Comparison::Equal, &scalar)
                .map_err(|fault| node.at.fault(fault))?;
            match (&of, scalar) {
                (Scalar::Column(..), Scalar::Literal(literal)) => literals.push(literal),
                _ => parts.push(equal),
            }
        }
        if let (Scalar::Column(column, folding), false) = (of, literals.is_empty()) {
            let one_of = Predicate::one_of(self.schema, (column, folding), literals);
            parts.push(one_of.map_err(|fault| list.at.fault(fault))?);
        }
        Ok(Predicate::any(parts))
    }

    fn like(self, [value, pattern]: [&Node; 2]) -> Result<Predicate, Fault> {
        let Scalar::Literal(Literal::Text(text)) = self.scalar(pattern)? else {
            return Err(pattern.expected("a pattern in quotes"));
        };
        let read = |text: &str| Pattern::new(text).map_err(|fault| pattern.at.fault(fault));
        match self.scalar(value)? {
            Scalar::Column(column, folding) => {
                let pattern = read(&folding.apply(&text))?;
                Predicate::like(self.schema, (column, folding), pattern)
                    .map_err(|fault| value.at.fault(fault))
            }
            Scalar::Literal(Literal::Text(given)) => {
                Ok(Predicate::Constant(read(&text)?.is_match(&given)))
            }
            Scalar::Literal(_) => Err(value.expected("a text")),
        }
    }

    fn related(self, relation: Relation, [left, right]: [&Node; 2]) -> Result<Predicate, Fault> {
        let prepared = |node: &Node, geometry: &[u8]| {
            Prepared::of(geometry).map_err(|fault| node.at.fault(fault))
        };
        match (self.shape(left)?, self.shape(right)?) {
            (Shape::Column(column), Shape::Geometry(geometry)) => Ok(Predicate::Relates {
                column,
                relation,
                geometry: prepared(right, geometry)?,
            }),
            (Shape::Geometry(geometry), Shape::Column(column)) => Ok(Predicate::Relates {
                column,
                relation: mirrored(relation),
                geometry: prepared(left, geometry)?,
            }),
            (Shape::Geometry(one), Shape::Geometry(other)) => {
                let is_true = prepared(right, other)?.relates(relation, one);
                let is_true = is_true.map_err(|fault| left.at.fault(fault))?;
                Ok(Predicate::Constant(is_true))
            }
            (Shape::Column(_), Shape::Column(_)) => Err(right
                .at
                .fault(FaultKind::NotOffered("a relation of two columns"))),
        }
    }

    fn shape(self, node: &Node) -> Result<Shape<'_>, Fault> {
        match &node.term {
            Term::Geometry(geometry) => Ok(Shape::Geometry(geometry)),
            Term::Property(_) => {
                let column = self.column(node)?;
                let known = self.schema.columns.get(column);
                match known {
                    Some(known) if known.column_type != ColumnType::Geometry => {
                        Err(node.at.fault(TypeFault::Needs {
                            column: known.name.clone(),
                            column_type: known.column_type.name(),
                            needs: "relations are of geometries",
                        }))
                    }
                    _ => Ok(Shape::Column(column)),
                }
            }
            _ => Err(node.expected("a geometry, or a column of them")),
        }
    }

    /// The value or the column that an operand of a comparison is.
    pub(super) fn scalar(self, node: &Node) -> Result<Scalar, Fault> {
        match &node.term {
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
                    // Faults of what is no condition say more than that a value is expected.
                    _ => {
                        self.predicate(node)?;
                        return Err(node.expected("a value or a column"));
                    }
                };
                let [operand] = some(node, name, "one operand", operands)?;
                match self.scalar(operand)? {
                    Scalar::Column(column, inner) => Ok(Scalar::Column(column, folding.and(inner))),
                    Scalar::Literal(Literal::Text(text)) => {
                        Ok(Scalar::Literal(Literal::Text(folding.apply(&text).into())))
                    }
                    Scalar::Literal(_) => Err(operand.expected("a text")),
                }
            }
            _ => Err(node.expected("a value or a column")),
        }
    }

    /// The position of the column that a node names.
    pub(super) fn column(self, node: &Node) -> Result<usize, Fault> {
        let Term::Property(name) = &node.term else {
            return Err(node.expected("a column"));
        };
        let found = self.schema.column(name);
        let names = self.schema.columns.iter().map(|column| &*column.name);
        found.map(|(column, _)| column).ok_or_else(|| {
            node.at.fault(FaultKind::UnknownColumn {
                name: name.clone(),
                nearest: nearest(name, names),
            })
        })
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
            (Scalar::Column(left, of_left), Scalar::Column(right, of_right)) => {
                let (left, right) = ((*left, *of_left), (*right, *of_right));
                Predicate::comparing_columns(schema, left, comparison, right)
            }
            (Scalar::Literal(left), Scalar::Literal(right)) => {
                Predicate::comparing_literals(left, comparison, right)
            }
        }
    }
}

/// The relation of the other geometry to the one.
fn mirrored(relation: Relation) -> Relation {
    match relation {
        Relation::Within => Relation::Contains,
        Relation::Contains => Relation::Within,
        Relation::Intersects
        | Relation::Disjoint
        | Relation::Touches
        | Relation::Crosses
        | Relation::Overlaps
        | Relation::Equals => relation,
    }
}

/// The operands of a function, if they are as many as it has.
fn some<'n, const N: usize>(
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

fn arity(node: &Node, name: &str, takes: &'static str, operands: &[Node]) -> Fault {
    node.at.fault(FaultKind::Arity {
        function: name.to_uppercase().into(),
        takes,
        given: operands.len(),
    })
}

/// The name that is there and hardly differs.
fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<Box<str>> {
    if name.len() > LONGEST {
        return None;
    }
    let near = known.map(|known| {
        let differs = strsim::osa_distance(&name.to_lowercase(), &known.to_lowercase());
        (differs, known)
    });
    let most = name.chars().count().div_ceil(3);
    let (_, nearest) = near.filter(|(differs, _)| *differs <= most).min()?;
    Some(nearest.into())
}

const TWO: &str = "two operands";

/// Octets of a name for which a near one is looked for.
const LONGEST: usize = 64;

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
