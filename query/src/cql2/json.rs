//! Filters in CQL2 JSON (OGC 21-065r2 §8.3).

use serde_json::{Map, Value};

use super::{
    Options,
    fault::{At, Fault, FaultKind},
    node::{self, Node, Term},
    shape::Shapes,
};
use crate::literal::Literal;

/// The tree of a filter.
pub(super) fn read(filter: &str, options: Options) -> Result<Node, Fault> {
    let limit = options.limits.octets;
    let whole = At::Member("".into());
    if filter.len() > limit {
        let given = filter.len();
        return Err(whole.fault(FaultKind::Length { limit, given }));
    }
    let value: Value = serde_json::from_str(filter)
        .map_err(|fault| whole.fault(FaultKind::Json(fault.to_string().into())))?;
    let mut reader = Reader {
        options,
        path: String::new(),
        shapes: Shapes::new(options),
    };
    reader.node(&value, 0)
}

struct Reader {
    options: Options,
    /// The JSON pointer of the member that is read.
    path: String,
    shapes: Shapes,
}

impl Reader {
    fn node(&mut self, value: &Value, depth: usize) -> Result<Node, Fault> {
        let at = self.at();
        let limit = self.options.limits.depth;
        if depth >= limit {
            return Err(at.fault(FaultKind::Depth(limit)));
        }
        let term = match value {
            Value::Null => return Err(self.expected(OPERAND, "null")),
            Value::Bool(truth) => Term::Literal(Literal::Boolean(*truth)),
            Value::Number(number) => Term::Literal(self.literal(number)?),
            Value::String(text) => Term::Literal(Literal::Text((**text).into())),
            Value::Array(values) => self.list(values, depth + 1)?,
            Value::Object(members) => self.object(members, depth)?,
        };
        Ok(Node::new(at, term))
    }

    fn list(&mut self, values: &[Value], depth: usize) -> Result<Term, Fault> {
        let limit = self.options.limits.items;
        if values.len() > limit {
            return Err(self.at().fault(FaultKind::Items(limit)));
        }
        Ok(Term::List(self.nodes(values, depth)?))
    }

    fn nodes(&mut self, values: &[Value], depth: usize) -> Result<Vec<Node>, Fault> {
        let nodes = values.iter().enumerate().map(|(place, value)| {
            self.within(&place.to_string(), |reader| reader.node(value, depth))
        });
        nodes.collect()
    }

    /// An object, which is what one of its members says.
    fn object(&mut self, members: &Map<String, Value>, depth: usize) -> Result<Term, Fault> {
        if members.contains_key("type") {
            let text = Value::Object(members.clone()).to_string();
            return self.shapes.of_geojson(&self.at(), &text);
        }
        if let Some(operator) = members.get("op") {
            let name = self.within("op", |reader| reader.text(operator))?;
            let operands = match members.get("args") {
                Some(Value::Array(operands)) if members.len() == 2 => operands,
                _ => return Err(self.expected("an object of op and args, a list", "another")),
            };
            let nodes = |reader: &mut Self| reader.nodes(operands, depth + 1);
            let operands = self.within("args", nodes)?;
            return Ok(Term::Call(name.to_ascii_lowercase().into(), operands));
        }
        let mut members = members.iter();
        let (Some((name, value)), None) = (members.next(), members.next()) else {
            return Err(self.expected(OPERAND, "an object of other members"));
        };
        self.within(name, |reader| reader.member(name, value, depth))
    }

    /// The operand that an object of one member is.
    fn member(&mut self, name: &str, value: &Value, depth: usize) -> Result<Term, Fault> {
        let at = self.at();
        match (name, value) {
            ("property", value) => Ok(Term::Property(self.text(value)?.into())),
            ("date", value) => node::date(&at, self.text(value)?),
            ("timestamp", value) => node::timestamp(&at, self.text(value)?),
            ("interval", Value::Array(ends)) => {
                let [begin, end] = &**ends else {
                    return Err(self.expected("a begin and an end", "another list"));
                };
                let begin = self.within("0", |reader| reader.end(begin, depth + 1))?;
                let end = self.within("1", |reader| reader.end(end, depth + 1))?;
                Ok(Term::Interval(Box::new([begin, end])))
            }
            ("bbox", Value::Array(numbers)) => {
                let numbers: Option<Vec<_>> = numbers.iter().map(Value::as_f64).collect();
                let numbers =
                    numbers.ok_or_else(|| self.expected("a list of numbers", "another"))?;
                self.shapes.of_bbox(&at, &numbers)
            }
            ("interval" | "bbox", other) => Err(self.expected("a list", kind(other))),
            _ => Err(self.expected(OPERAND, "an object of another member")),
        }
    }

    fn end(&mut self, value: &Value, depth: usize) -> Result<Node, Fault> {
        match value {
            Value::String(text) => {
                let at = self.at();
                let term = node::end(&at, text)?;
                Ok(Node::new(at, term))
            }
            other => self.node(other, depth),
        }
    }

    fn literal(&self, number: &serde_json::Number) -> Result<Literal, Fault> {
        let whole = number.as_i64().map(Literal::Integer);
        let double = || number.as_f64().map(Literal::Number);
        whole.or_else(double).ok_or_else(|| {
            let number = number.to_string().into();
            self.at().fault(FaultKind::Number(number))
        })
    }

    fn text<'v>(&self, value: &'v Value) -> Result<&'v str, Fault> {
        let text = value.as_str();
        text.ok_or_else(|| self.expected("a text", kind(value)))
    }

    /// Reads a member, whose name is in the pointer while it is read.
    fn within<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Self) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let before = self.path.len();
        self.path.push('/');
        self.path
            .push_str(&name.replace('~', "~0").replace('/', "~1"));
        let read = read(self)?;
        self.path.truncate(before);
        Ok(read)
    }

    fn at(&self) -> At {
        At::Member((*self.path).into())
    }

    fn expected(&self, expected: &'static str, found: &str) -> Fault {
        let found = found.into();
        self.at().fault(FaultKind::Expected { expected, found })
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

const OPERAND: &str = "a value, an operator, a property, a geometry, a date or an interval";
