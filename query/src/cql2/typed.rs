//! Trees of filters, typed against the columns of a table.

use super::{
    columns::{Columns, Scalar, TWO, arity, some, unknown},
    fault::{At, Fault, FaultKind},
    node::{Node, Term},
    temporal,
};
use crate::{
    geometry::{Prepared, Relation},
    literal::Literal,
    predicate::{Comparison, Folding, Pattern, Predicate, TypeFault},
    schema::ColumnType,
};

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
            let (one, other) = (self.scalar(left)?, self.value(right)?);
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
        Err(unknown(node, name))
    }

    /// An operand that is a value more often than a column: one that is no column is likely to be a text without its quotes.
    fn value(self, node: &Node) -> Result<Scalar, Fault> {
        self.scalar(node).map_err(|fault| match fault {
            Fault {
                at: at @ At::Character(_),
                kind: FaultKind::UnknownColumn { name, nearest },
            } => at.fault(FaultKind::Unquoted { name, nearest }),
            _ => fault,
        })
    }

    fn predicates(self, nodes: &[Node]) -> Result<Vec<Predicate>, Fault> {
        nodes.iter().map(|node| self.predicate(node)).collect()
    }

    fn between(self, [value, least, largest]: [&Node; 3]) -> Result<Predicate, Fault> {
        let of = self.scalar(value)?;
        let side = |comparison, node: &Node| {
            let side = self.compare(&of, comparison, &self.value(node)?);
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
            let scalar = self.value(node)?;
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
        let Scalar::Literal(Literal::Text(text)) = self.value(pattern)? else {
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
            Scalar::Instant(_) | Scalar::Literal(_) => Err(value.expected("a text")),
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
