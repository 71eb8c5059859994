//! Parameters of requests for documents.

use crate::dataset::perils::Refused;

/// A request for a document: its form and its page.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Asked {
    /// The form, where one is named.
    pub form: Option<Form>,
    /// The most collections of a page.
    pub limit: usize,
    /// The id after which the page begins.
    pub after: Option<String>,
}

/// The form of a document.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Form {
    /// A page, for people.
    Html,
    /// JSON, for programs.
    Json,
}

impl Asked {
    /// Collections of a page where nobody says how many.
    pub const DEFAULT_LIMIT: usize = 100;
    /// Collections of the largest page: who asks for more is given these (OAF-5).
    pub const LARGEST_LIMIT: usize = 1000;

    /// Reads `parameters`, among which those of a page of collections may be only where `is_paged`.
    ///
    /// # Errors
    /// [`Refused::Unknown`] for a parameter or a form that there is none of (OAF-8), [`Refused::Malformed`] for a
    /// limit that is no number from 1 and for what is said twice.
    pub fn read(parameters: &[(String, String)], is_paged: bool) -> Result<Self, Refused> {
        let mut asked = Self {
            form: None,
            limit: Self::DEFAULT_LIMIT,
            after: None,
        };
        for (index, (name, value)) in parameters.iter().enumerate() {
            let before = parameters.iter().take(index);
            if before.into_iter().any(|(before, _)| before == name) {
                return Err(malformed(
                    "the query",
                    "a list in which each name stands once",
                ));
            }
            match name.as_str() {
                "f" => asked.form = Some(form(value)?),
                "limit" if is_paged => asked.limit = limit(value)?,
                "after" if is_paged => asked.after = Some(value.clone()),
                _ => {
                    let known = if is_paged { "after, f, limit" } else { "f" };
                    return Err(Refused::Unknown {
                        at: "a parameter of the query".to_owned(),
                        known: known.into(),
                    });
                }
            }
        }
        Ok(asked)
    }
}

fn form(text: &str) -> Result<Form, Refused> {
    match text {
        "html" => Ok(Form::Html),
        "json" => Ok(Form::Json),
        _ => Err(Refused::Unknown {
            at: "f".to_owned(),
            known: "html, json".into(),
        }),
    }
}

fn limit(text: &str) -> Result<usize, Refused> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = is_number.then(|| text.parse().unwrap_or(usize::MAX));
    match number {
        Some(number) if number > 0 => Ok(number.min(Asked::LARGEST_LIMIT)),
        _ => Err(malformed("limit", "a whole number from 1")),
    }
}

fn malformed(at: &str, expected: &'static str) -> Refused {
    Refused::Malformed {
        at: at.to_owned(),
        expected: expected.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<Asked, Refused> {
        let pairs = url::form_urlencoded::parse(query.as_bytes());
        Asked::read(&pairs.into_owned().collect::<Vec<_>>(), true)
    }

    /// Rows: OAF-5
    #[test]
    fn a_limit_is_a_number_from_1_and_one_that_is_too_large_is_the_largest() {
        for (query, limit) in [
            ("", 100),
            ("limit=1", 1),
            ("limit=007", 7),
            ("limit=1000", 1000),
            ("limit=1001", 1000),
            ("limit=99999999999999999999999999", 1000),
        ] {
            assert_eq!(read(query).unwrap().limit, limit, "{query}");
        }
        for query in [
            "limit=0",
            "limit=",
            "limit=-1",
            "limit=1e3",
            "limit=+5",
            "limit=ten",
        ] {
            assert!(
                matches!(read(query), Err(Refused::Malformed { .. })),
                "{query}"
            );
        }
    }

    /// Rows: OAF-8
    #[test]
    fn a_parameter_that_is_none_or_stands_twice_is_refused() {
        for query in [
            "q=wind",
            "F=json",
            "f=xml",
            "f=",
            "limit=1&limit=1",
            "f=json&f=html",
        ] {
            assert!(read(query).is_err(), "{query}");
        }
        let paged = [("limit".to_owned(), "1".to_owned())];
        assert!(Asked::read(&paged, true).is_ok() && Asked::read(&paged, false).is_err());
        assert_eq!(read("f=html").unwrap().form, Some(Form::Html));
        assert_eq!(read("after=a%20b").unwrap().after.as_deref(), Some("a b"));
    }
}
