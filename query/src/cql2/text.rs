//! Filters in CQL2 text (OGC 21-065r2 §8.2, annex B), from the weakest operator to the strongest.

use super::{
    Options, columns,
    fault::{At, Fault, FaultKind},
    lexer::{Lexer, Token, TokenKind},
    node::{self, Node, Term},
    shape::Shapes,
};
use crate::{geometry::wkt, literal::Literal};

/// The tree of a filter.
pub(super) fn read(filter: &str, options: Options) -> Result<Node, Fault> {
    let limit = options.limits.octets;
    if filter.len() > limit {
        let given = filter.len();
        return Err(At::Character(1).fault(FaultKind::Length { limit, given }));
    }
    let mut lexer = Lexer::new(filter);
    let token = lexer.next()?;
    let mut reader = Reader {
        options,
        lexer,
        token,
        shapes: Shapes::new(options),
    };
    let node = reader.disjunction(0)?;
    match reader.token.kind {
        TokenKind::End => Ok(node),
        _ => Err(reader.expected("AND, OR or the end")),
    }
}

struct Reader<'t> {
    options: Options,
    lexer: Lexer<'t>,
    /// The token that comes next.
    token: Token<'t>,
    shapes: Shapes,
}

impl<'t> Reader<'t> {
    fn disjunction(&mut self, depth: usize) -> Result<Node, Fault> {
        let at = self.deeper(depth)?;
        let mut parts = vec![self.conjunction(depth)?];
        while self.takes_word("OR")? {
            parts.push(self.conjunction(depth)?);
        }
        Ok(joined(at, "or", parts))
    }

    fn conjunction(&mut self, depth: usize) -> Result<Node, Fault> {
        let at = self.token.at();
        let mut parts = vec![self.negation(depth)?];
        while self.takes_word("AND")? {
            parts.push(self.negation(depth)?);
        }
        Ok(joined(at, "and", parts))
    }

    fn negation(&mut self, depth: usize) -> Result<Node, Fault> {
        let at = self.deeper(depth)?;
        if self.takes_word("NOT")? {
            let part = self.negation(depth + 1)?;
            return Ok(Node::call(at, "not", vec![part]));
        }
        self.condition(depth)
    }

    /// An operand, and what is asked of it.
    fn condition(&mut self, depth: usize) -> Result<Node, Fault> {
        let left = self.operand(depth)?;
        let at = self.token.at();
        if self.is_arithmetic() {
            return Err(at.fault(FaultKind::NotOffered("arithmetic")));
        }
        if let TokenKind::Sign(sign) = self.token.kind {
            if COMPARISONS.contains(&sign) {
                self.advance()?;
                let right = self.operand(depth)?;
                return Ok(Node::call(at, sign, vec![left, right]));
            }
            return Ok(left);
        }
        if self.takes_word("IS")? {
            let is_not = self.takes_word("NOT")?;
            self.word("NULL")?;
            let is_null = Node::call(at.clone(), "isnull", vec![left]);
            return Ok(negated(is_not, at, is_null));
        }
        let is_not = self.takes_word("NOT")?;
        let asked = if self.takes_word("LIKE")? {
            let pattern = self.operand(depth)?;
            Node::call(at.clone(), "like", vec![left, pattern])
        } else if self.takes_word("BETWEEN")? {
            let least = self.operand(depth)?;
            self.word("AND")?;
            let largest = self.operand(depth)?;
            Node::call(at.clone(), "between", vec![left, least, largest])
        } else if self.takes_word("IN")? {
            let list = self.list(depth)?;
            Node::call(at.clone(), "in", vec![left, list])
        } else if is_not {
            return Err(self.expected("LIKE, BETWEEN or IN"));
        } else {
            return Ok(left);
        };
        Ok(negated(is_not, at, asked))
    }

    /// A sign or a word between two operands, or a number whose sign stands where one would.
    fn is_arithmetic(&self) -> bool {
        match self.token.kind {
            TokenKind::Sign(sign) => columns::not_offered(sign).is_some(),
            TokenKind::Word(word) => word.eq_ignore_ascii_case("DIV"),
            TokenKind::Number(_) => self.lexer.from(self.token.octet).starts_with(['+', '-']),
            _ => false,
        }
    }

    fn list(&mut self, depth: usize) -> Result<Node, Fault> {
        let at = self.token.at();
        self.sign("(")?;
        let mut values = Vec::new();
        loop {
            let limit = self.options.limits.items;
            if values.len() == limit {
                return Err(self.token.at().fault(FaultKind::Items(limit)));
            }
            values.push(self.operand(depth)?);
            if !self.takes_sign(",")? {
                break;
            }
        }
        self.sign(")")?;
        Ok(Node::new(at, Term::List(values)))
    }

    fn operand(&mut self, depth: usize) -> Result<Node, Fault> {
        let token = self.token.clone();
        let at = token.at();
        let term = match token.kind {
            TokenKind::Sign("(") => {
                self.advance()?;
                let inner = self.disjunction(depth + 1)?;
                self.sign(")")?;
                return Ok(inner);
            }
            TokenKind::Text(text) => Term::Literal(Literal::Text(text)),
            TokenKind::Number(number) => Term::Literal(number),
            TokenKind::Name(name) => Term::Property(name),
            TokenKind::Word(word) => return self.named(word, at, depth),
            TokenKind::Sign(sign) if columns::not_offered(sign).is_some() => {
                return Err(at.fault(FaultKind::NotOffered("arithmetic")));
            }
            TokenKind::Sign(_) | TokenKind::End => {
                return Err(self.expected("a column, a value or a function"));
            }
        };
        self.advance()?;
        Ok(Node::new(at, term))
    }

    /// A word of the language, a geometry, a function or a column.
    fn named(&mut self, word: &'t str, at: At, depth: usize) -> Result<Node, Fault> {
        let is_truth = word.eq_ignore_ascii_case("TRUE");
        if is_truth || word.eq_ignore_ascii_case("FALSE") {
            self.advance()?;
            let literal = Literal::Boolean(is_truth);
            return Ok(Node::new(at, Term::Literal(literal)));
        }
        if RESERVED
            .iter()
            .any(|reserved| word.eq_ignore_ascii_case(reserved))
        {
            return Err(self.expected("a column, a value or a function"));
        }
        if self.begins_geometry(word) {
            let text = self.lexer.from(self.token.octet);
            let (geometry, octets) = self.shapes.of_wkt(&at, text)?;
            self.lexer.skip(&self.token, octets);
            self.advance()?;
            return Ok(Node::new(at, geometry));
        }
        self.advance()?;
        if self.takes_sign("(")? {
            return self.function(&word.to_ascii_lowercase(), at, depth + 1);
        }
        Ok(Node::new(at, Term::Property(word.into())))
    }

    /// A tag of WKT and what follows one, since a column may have such a name.
    fn begins_geometry(&self, word: &str) -> bool {
        let text = self.lexer.from(self.token.octet);
        let behind = text.get(word.len()..).unwrap_or_default().trim_start();
        let next = behind.split(|character: char| !character.is_ascii_alphabetic());
        let next = next.take(1).any(|next| {
            let marks = ["Z", "M", "ZM", "EMPTY"];
            marks.iter().any(|mark| next.eq_ignore_ascii_case(mark))
        });
        (behind.starts_with('(') || next) && wkt::begins(text)
    }

    /// The operands of a function, behind its bracket.
    fn function(&mut self, name: &str, at: At, depth: usize) -> Result<Node, Fault> {
        self.deeper(depth)?;
        let term = match name {
            "date" | "timestamp" => {
                let within = self.token.at();
                let text = self.quoted()?;
                let read = if name == "date" {
                    node::date
                } else {
                    node::timestamp
                };
                read(&within, &text)?
            }
            "interval" => {
                let begin = self.end(depth)?;
                self.sign(",")?;
                Term::Interval(Box::new([begin, self.end(depth)?]))
            }
            "bbox" => {
                let mut numbers = vec![self.number()?];
                while self.takes_sign(",")? {
                    numbers.push(self.number()?);
                }
                self.shapes.of_bbox(&at, &numbers)?
            }
            name => match columns::not_offered(name) {
                Some(what) => return Err(at.fault(FaultKind::NotOffered(what))),
                None => Term::Call(name.into(), self.operands(depth)?),
            },
        };
        self.sign(")")?;
        Ok(Node::new(at, term))
    }

    fn operands(&mut self, depth: usize) -> Result<Vec<Node>, Fault> {
        let mut operands = Vec::new();
        if self.token.kind == TokenKind::Sign(")") {
            return Ok(operands);
        }
        loop {
            operands.push(self.operand(depth)?);
            if !self.takes_sign(",")? {
                return Ok(operands);
            }
        }
    }

    fn end(&mut self, depth: usize) -> Result<Node, Fault> {
        let at = self.token.at();
        if let TokenKind::Text(text) = &self.token.kind {
            let end = node::end(&at, text)?;
            self.advance()?;
            return Ok(Node::new(at, end));
        }
        self.operand(depth)
    }

    fn quoted(&mut self) -> Result<Box<str>, Fault> {
        let TokenKind::Text(text) = self.token.kind.clone() else {
            return Err(self.expected("a text in quotes"));
        };
        self.advance()?;
        Ok(text)
    }

    fn number(&mut self) -> Result<f64, Fault> {
        let number = match &self.token.kind {
            TokenKind::Number(number) => number.as_double(),
            _ => None,
        };
        let number = number.ok_or_else(|| self.expected("a number"))?;
        self.advance()?;
        Ok(number)
    }

    fn sign(&mut self, sign: &'static str) -> Result<(), Fault> {
        if self.takes_sign(sign)? {
            return Ok(());
        }
        Err(self.expected(sign))
    }

    fn word(&mut self, word: &'static str) -> Result<(), Fault> {
        if self.takes_word(word)? {
            return Ok(());
        }
        Err(self.expected(word))
    }

    fn takes_sign(&mut self, sign: &str) -> Result<bool, Fault> {
        let is_it = matches!(self.token.kind, TokenKind::Sign(found) if found == sign);
        if is_it {
            self.advance()?;
        }
        Ok(is_it)
    }

    fn takes_word(&mut self, word: &str) -> Result<bool, Fault> {
        let is_it =
            matches!(self.token.kind, TokenKind::Word(found) if found.eq_ignore_ascii_case(word));
        if is_it {
            self.advance()?;
        }
        Ok(is_it)
    }

    fn advance(&mut self) -> Result<(), Fault> {
        self.token = self.lexer.next()?;
        Ok(())
    }

    fn expected(&self, expected: &'static str) -> Fault {
        let found = self.token.described();
        self.token
            .at()
            .fault(FaultKind::Expected { expected, found })
    }

    fn deeper(&self, depth: usize) -> Result<At, Fault> {
        let limit = self.options.limits.depth;
        let at = self.token.at();
        if depth < limit {
            return Ok(at);
        }
        Err(at.fault(FaultKind::Depth(limit)))
    }
}

fn joined(at: At, operator: &str, mut parts: Vec<Node>) -> Node {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        last => {
            parts.extend(last);
            Node::call(at, operator, parts)
        }
    }
}

fn negated(is_not: bool, at: At, node: Node) -> Node {
    if is_not {
        return Node::call(at, "not", vec![node]);
    }
    node
}

pub(super) const COMPARISONS: [&str; 6] = ["=", "<>", "<", "<=", ">", ">="];

/// Words that are no columns without quotes.
const RESERVED: [&str; 9] = [
    "AND", "OR", "NOT", "LIKE", "BETWEEN", "IN", "IS", "NULL", "DIV",
];
