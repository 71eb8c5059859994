//! Words, texts, numbers and signs of a filter.

use super::fault::{At, Fault, FaultKind};
use crate::literal::{Given, Literal};

/// A part of a filter, with the octets and the characters before it.
#[derive(Clone, Debug)]
pub(super) struct Token<'t> {
    pub(super) kind: TokenKind<'t>,
    pub(super) octet: usize,
    pub(super) character: usize,
}

/// Kinds of parts.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum TokenKind<'t> {
    /// The end of the filter.
    End,
    /// A name in double quotes.
    Name(Box<str>),
    /// A number.
    Number(Literal),
    /// A sign.
    Sign(&'static str),
    /// A text in quotes.
    Text(Box<str>),
    /// A name without quotes, or a word of the language.
    Word(&'t str),
}

/// A reader of the parts of a filter, one after the other.
pub(super) struct Lexer<'t> {
    filter: &'t str,
    octet: usize,
    character: usize,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(filter: &'t str) -> Self {
        Self {
            filter,
            octet: 0,
            character: 0,
        }
    }

    /// The filter from an octet on, which is none within a character.
    pub(super) fn from(&self, octet: usize) -> &'t str {
        self.filter.get(octet..).unwrap_or_default()
    }

    /// Goes on behind so many octets after a token.
    pub(super) fn skip(&mut self, token: &Token<'_>, octets: usize) {
        let skipped = self.from(token.octet).get(..octets).unwrap_or_default();
        self.octet = token.octet + skipped.len();
        self.character = token.character + skipped.chars().count();
    }

    /// The next part.
    pub(super) fn next(&mut self) -> Result<Token<'t>, Fault> {
        let blank = self.from(self.octet);
        let blank = blank.len() - blank.trim_start().len();
        self.advance(blank);
        let (octet, character) = (self.octet, self.character);
        let kind = self.kind()?;
        Ok(Token {
            kind,
            octet,
            character,
        })
    }

    fn kind(&mut self) -> Result<TokenKind<'t>, Fault> {
        let rest = self.from(self.octet);
        let Some(first) = rest.chars().next() else {
            return Ok(TokenKind::End);
        };
        if first == '\'' {
            return self.quoted('\'').map(TokenKind::Text);
        }
        if first == '"' {
            return self.quoted('"').map(TokenKind::Name);
        }
        if begins_number(rest) {
            return self.number();
        }
        if begins_name(first) {
            let word = rest.split(|character| !continues_name(character)).next();
            let word = word.unwrap_or_default();
            self.advance(word.len());
            return Ok(TokenKind::Word(word));
        }
        if let Some((given, meant)) = FOREIGN.iter().find(|(sign, _)| rest.starts_with(sign)) {
            return Err(self.at().fault(FaultKind::Expected {
                expected: meant,
                found: (*given).into(),
            }));
        }
        let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign));
        let Some(sign) = sign else {
            return Err(self.at().fault(FaultKind::Expected {
                expected: "a name, a value or an operator",
                found: Given(first.encode_utf8(&mut [0; 4])).to_string().into(),
            }));
        };
        self.advance(sign.len());
        Ok(TokenKind::Sign(sign))
    }

    /// A text or a name in quotes: two quotes are one of it, and so is in a text one behind a backslash.
    fn quoted(&mut self, quote: char) -> Result<Box<str>, Fault> {
        let at = self.at();
        let rest = self.from(self.octet);
        let mut characters = rest.char_indices().skip(1).peekable();
        let mut text = String::new();
        while let Some((_, character)) = characters.next() {
            let is_escape = character == '\\' && quote == '\'' || character == quote;
            let escaped = characters.next_if(|(_, next)| is_escape && *next == quote);
            if escaped.is_some() {
                text.push(quote);
            } else if character == quote {
                let end = characters.peek().map_or(rest.len(), |(octet, _)| *octet);
                self.advance(end);
                return Ok(text.into());
            } else {
                text.push(character);
            }
        }
        Err(at.fault(FaultKind::Unclosed))
    }

    fn number(&mut self) -> Result<TokenKind<'t>, Fault> {
        let rest = self.from(self.octet);
        let mut was_exponent = false;
        let end = rest.char_indices().find(|(octet, character)| {
            let is_sign = ['+', '-'].contains(character) && (*octet == 0 || was_exponent);
            was_exponent = ['e', 'E'].contains(character);
            let is_part = character.is_ascii_alphanumeric() || ['.', '_'].contains(character);
            !is_sign && !is_part
        });
        let number = rest.get(..end.map_or(rest.len(), |(octet, _)| octet));
        let number = number.unwrap_or_default();
        let literal =
            read(number).ok_or_else(|| self.at().fault(FaultKind::Number(number.into())))?;
        self.advance(number.len());
        Ok(TokenKind::Number(literal))
    }

    fn at(&self) -> At {
        At::Character(self.character + 1)
    }

    fn advance(&mut self, octets: usize) {
        let passed = self.from(self.octet).get(..octets).unwrap_or_default();
        self.octet += passed.len();
        self.character += passed.chars().count();
    }
}

impl Token<'_> {
    pub(super) fn at(&self) -> At {
        At::Character(self.character + 1)
    }

    /// The words for it in a message.
    pub(super) fn described(&self) -> Box<str> {
        match &self.kind {
            TokenKind::End => "the end".into(),
            TokenKind::Name(name) => format!("the name {}", Given(name)).into(),
            TokenKind::Number(number) => format!("the number {number}").into(),
            TokenKind::Sign(sign) => (*sign).into(),
            TokenKind::Text(text) => format!("the text {}", Given(text)).into(),
            TokenKind::Word(word) => Given(word).to_string().into(),
        }
    }
}

/// A number of the grammar: whole, if it is written so and is one of 64 bits.
fn read(number: &str) -> Option<Literal> {
    let is_of_grammar = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
    if !number.bytes().all(is_of_grammar) {
        return None;
    }
    if let Ok(whole) = number.parse() {
        return Some(Literal::Integer(whole));
    }
    let value: f64 = number.parse().ok()?;
    value.is_finite().then_some(Literal::Number(value))
}

fn begins_number(text: &str) -> bool {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let text = text.strip_prefix('.').unwrap_or(text);
    text.starts_with(|first: char| first.is_ascii_digit())
}

/// As `identifierStart` of the grammar, letters being those of Unicode.
fn begins_name(character: char) -> bool {
    character.is_alphabetic() || [':', '_'].contains(&character)
}

fn continues_name(character: char) -> bool {
    begins_name(character)
        || character.is_numeric()
        || character == '.'
        || unicode_normalization::char::is_combining_mark(character)
}

/// Operators of other languages, and quotes of letters, with those that are meant.
const FOREIGN: [(&str, &str); 8] = [
    ("!=", "<>"),
    ("==", "="),
    ("&&", "AND"),
    ("||", "OR"),
    ("‘", "'"),
    ("’", "'"),
    ("“", "\""),
    ("”", "\""),
];

/// Signs, the longer before those that they begin with.
const SIGNS: [&str; 15] = [
    "<>", "<=", ">=", "<", ">", "=", "(", ")", ",", "+", "-", "*", "/", "^", "%",
];
