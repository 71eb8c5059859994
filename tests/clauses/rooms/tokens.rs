//! The tokens of a source that stand for something: no comments, no text, no attributes, and no tests.

/// A word, or one character that is neither of a word nor white space.
pub(crate) type Token = String;

/// The tokens of `text`, without those of items that only tests and fuzzing see.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let tokens: Vec<_> = Lexer { rest: text }.collect();
    without_tests(&tokens)
}

/// The position after the group that begins at `start` with an opening bracket.
pub(crate) fn end_of_group(tokens: &[Token], start: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(start) {
        match token.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    tokens.len()
}

fn without_tests(tokens: &[Token]) -> Vec<Token> {
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if tokens[at] != "#" {
            kept.push(tokens[at].clone());
            at += 1;
            continue;
        }
        let bracket = at + 1 + usize::from(tokens.get(at + 1).is_some_and(|next| next == "!"));
        let end = end_of_group(tokens, bracket);
        let is_left_out = matches!(
            tokens[at..end].concat().as_str(),
            "#[cfg(test)]" | "#[cfg(fuzzing)]"
        );
        at = if is_left_out {
            end_of_item(tokens, end)
        } else {
            end
        };
    }
    kept
}

/// The position after the item at `start`: its semicolon, or its braces.
fn end_of_item(tokens: &[Token], start: usize) -> usize {
    let mut at = start;
    while let Some(token) = tokens.get(at) {
        match token.as_str() {
            ";" => return at + 1,
            "{" if tokens[start] != "use" => return end_of_group(tokens, at),
            "(" | "[" | "{" => at = end_of_group(tokens, at),
            _ => at += 1,
        }
    }
    at
}

struct Lexer<'t> {
    rest: &'t str,
}

impl Lexer<'_> {
    fn skip(&mut self, octets: usize) {
        self.rest = &self.rest[octets..];
    }

    /// Passes over everything up to the end of `end`.
    fn past(&mut self, end: &str) {
        let found = self
            .rest
            .find(end)
            .map_or(self.rest.len(), |at| at + end.len());
        self.skip(found);
    }

    /// Passes over a text in quotes, of which the first has been taken.
    fn past_quote(&mut self) {
        let mut is_escaped = false;
        let end = self.rest.find(|c| {
            let is_end = c == '"' && !is_escaped;
            is_escaped = c == '\\' && !is_escaped;
            is_end
        });
        self.skip(end.map_or(self.rest.len(), |end| end + 1));
    }

    /// Passes over a block comment, of which the opening has been taken; comments may stand in each other.
    fn past_block(&mut self) {
        let mut depth = 1;
        while depth > 0 && !self.rest.is_empty() {
            if self.rest.starts_with("/*") {
                depth += 1;
                self.skip(2);
            } else if self.rest.starts_with("*/") {
                depth -= 1;
                self.skip(2);
            } else {
                let next = self.rest.chars().next().map_or(0, char::len_utf8);
                self.skip(next);
            }
        }
    }
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        loop {
            self.rest = self.rest.trim_start();
            let first = self.rest.chars().next()?;
            if self.rest.starts_with("//") {
                self.past("\n");
            } else if self.rest.starts_with("/*") {
                self.skip(2);
                self.past_block();
            } else if first == '"' {
                self.skip(1);
                self.past_quote();
            } else if first == '\'' {
                self.past_character();
            } else if is_of_word(first) {
                let end = self
                    .rest
                    .find(|c| !is_of_word(c))
                    .unwrap_or(self.rest.len());
                let word = self.rest[..end].to_owned();
                self.skip(end);
                if !self.past_raw_text(&word) {
                    return Some(word);
                }
            } else {
                self.skip(first.len_utf8());
                return Some(first.to_string());
            }
        }
    }
}

impl Lexer<'_> {
    /// Passes over a character, or the quote of a lifetime.
    fn past_character(&mut self) {
        self.skip(1);
        let mut characters = self.rest.char_indices();
        match (characters.next(), characters.next()) {
            (Some((_, '\\')), Some((_, escaped))) => {
                self.skip(1 + escaped.len_utf8());
                self.past("'");
            }
            (Some(_), Some((quote, '\''))) => self.skip(quote + 1),
            _ => {}
        }
    }

    /// Whether `word` was the prefix of a text, which is passed over: `r#"..."#` and `b"..."`.
    fn past_raw_text(&mut self, word: &str) -> bool {
        let is_raw = matches!(word, "r" | "br" | "cr");
        let hashes = self.rest.bytes().take_while(|octet| *octet == b'#').count();
        let is_text = self.rest[hashes..].starts_with('"');
        if is_raw && is_text {
            self.skip(hashes + 1);
            self.past(&format!("\"{}", "#".repeat(hashes)));
        } else if matches!(word, "b" | "c") && self.rest.starts_with('"') {
            self.skip(1);
            self.past_quote();
        } else if word == "b" && self.rest.starts_with('\'') {
            self.past_character();
        } else {
            return false;
        }
        true
    }
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[test]
fn what_stands_for_nothing_is_no_token() {
    let text = r##"
        // use crate::comment;
        /* use crate::block; /* crate::inner::x */ */
        #[expect(a::b, reason = "crate::text")]
        fn f<'a>() -> &'a str { "a \" crate::text" ; r#"crate::"raw"# ; b"x\"" ; '"' ; b'\'' ; '\\' ; crate::x::y }
        #[cfg(test)] use crate::{a, b};
        #[cfg(test)]
        mod tests { use crate::tested::{x}; fn g() { crate::z::z() } }
        #[cfg(test)] pub(crate) fn h(a: [u8; 2]) -> u8 { crate::q::q }
        const END: u8 = 1;
    "##;
    let expected =
        "fn f < a > ( ) -> & a str { ; ; ; ; ; ; crate : : x : : y } const END : u8 = 1 ;";
    assert_eq!(tokens(text).join(" ").replace("- >", "->"), expected);
}
