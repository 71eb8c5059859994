//! Predicates as CQL2 text.

use std::fmt::{self, Write};

use super::{Folding, Predicate};
use crate::{
    geometry::{Crs, Prepared, wkb, wkt},
    literal::Literal,
    schema::TableSchema,
};

impl Predicate {
    /// The predicate in CQL2 text, as it is read back; a text that ends with a backslash has no form there, since a
    /// quote behind one does not end a text.
    #[must_use]
    pub fn text(&self, schema: &TableSchema) -> String {
        Text {
            predicate: self,
            schema,
        }
        .to_string()
    }
}

struct Text<'a> {
    predicate: &'a Predicate,
    schema: &'a TableSchema,
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.predicate {
            Predicate::Constant(is_true) => write!(formatter, "{}", Literal::Boolean(*is_true)),
            Predicate::All(parts) if parts.is_empty() => formatter.write_str("TRUE"),
            Predicate::Any(parts) if parts.is_empty() => formatter.write_str("FALSE"),
            Predicate::All(parts) => self.joined(parts, " AND ", formatter),
            Predicate::Any(parts) => self.joined(parts, " OR ", formatter),
            Predicate::Not(part) => write!(formatter, "NOT ({})", self.part(part)),
            Predicate::Compare {
                column,
                folding,
                comparison,
                literal,
            } => {
                let column = self.column(*column, *folding);
                write!(formatter, "{column} {} {literal}", comparison.sign())
            }
            Predicate::CompareColumns {
                left,
                comparison,
                right,
            } => {
                let (left, right) = (self.column(left.0, left.1), self.column(right.0, right.1));
                write!(formatter, "{left} {} {right}", comparison.sign())
            }
            Predicate::In {
                column,
                folding,
                literals,
            } => {
                write!(formatter, "{} IN (", self.column(*column, *folding))?;
                for (place, literal) in literals.iter().enumerate() {
                    let comma = if place == 0 { "" } else { ", " };
                    write!(formatter, "{comma}{literal}")?;
                }
                formatter.write_char(')')
            }
            Predicate::IsNull { column } => {
                let column = self.column(*column, Folding::default());
                write!(formatter, "{column} IS NULL")
            }
            Predicate::Like {
                column,
                folding,
                pattern,
            } => {
                let pattern = Literal::Text(pattern.to_string().into());
                write!(
                    formatter,
                    "{} LIKE {pattern}",
                    self.column(*column, *folding)
                )
            }
            Predicate::Relates {
                column,
                relation,
                geometry,
            } => {
                let function = relation.name().to_uppercase();
                let column = self.column(*column, Folding::default());
                write!(formatter, "{function}({column}, {})", wkt(geometry))
            }
        }
    }
}

impl<'a> Text<'a> {
    fn part(&self, predicate: &'a Predicate) -> Self {
        let schema = self.schema;
        Self { predicate, schema }
    }

    fn joined(
        &self,
        parts: &'a [Predicate],
        word: &str,
        formatter: &mut fmt::Formatter<'_>,
    ) -> fmt::Result {
        for (place, part) in parts.iter().enumerate() {
            if place > 0 {
                formatter.write_str(word)?;
            }
            match part {
                Predicate::All(_) | Predicate::Any(_) => {
                    write!(formatter, "({})", self.part(part))?;
                }
                _ => write!(formatter, "{}", self.part(part))?,
            }
        }
        Ok(())
    }

    /// The column in quotes, so that no name is taken for a word of the language.
    fn column(&self, column: usize, folding: Folding) -> String {
        let name = self.schema.columns.get(column);
        let name = name.map_or(String::new(), |column| column.name.replace('"', "\"\""));
        match (folding.ignores_case, folding.ignores_accents) {
            (false, false) => format!("\"{name}\""),
            (true, false) => format!("CASEI(\"{name}\")"),
            (false, true) => format!("ACCENTI(\"{name}\")"),
            (true, true) => format!("CASEI(ACCENTI(\"{name}\"))"),
        }
    }
}

/// The geometry in WKT: one that was prepared is written without a fault.
fn wkt(geometry: &Prepared) -> String {
    let mut text = Vec::new();
    let wkb = wkb::from_geo(geometry.geometry());
    match wkt::write(&wkb, Crs::default(), &mut text) {
        Ok(()) => String::from_utf8(text).unwrap_or_default(),
        Err(fault) => fault.to_string(),
    }
}
