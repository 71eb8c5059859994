//! Keys of items as the last part of their addresses, and as the `id` of features.
//!
//! A key of one column is its value: text as it is, a number in digits, a day or an instant in RFC 3339. A key of several
//! columns is their values with commas between them, and a comma or a backslash within one has a backslash before it. Of
//! series the time is the last of them. The whole is percent-encoded like any part of a path.

/// The values of a key, as they are written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ItemKey(Vec<String>);

impl ItemKey {
    /// Reads the key of `columns` columns that `text`, from which escapes of the path are taken, spells; none where it
    /// has another number of values, or a backslash that escapes nothing.
    #[must_use]
    pub fn parse(text: &str, columns: usize) -> Option<Self> {
        if columns == 1 {
            return Some(Self(vec![text.to_owned()]));
        }
        let values = Self::split(text)?;
        (values.len() == columns).then_some(Self(values))
    }

    /// The values between commas; none where a backslash escapes nothing.
    #[must_use]
    pub(super) fn split(text: &str) -> Option<Vec<String>> {
        let mut values = vec![String::new()];
        let mut characters = text.chars();
        while let Some(character) = characters.next() {
            let value = values.last_mut()?;
            match character {
                ',' => values.push(String::new()),
                '\\' => match characters.next() {
                    Some(escaped @ (',' | '\\')) => value.push(escaped),
                    _ => return None,
                },
                other => value.push(other),
            }
        }
        Some(values)
    }

    /// The values, in the order of the columns.
    #[must_use]
    pub fn values(&self) -> &[String] {
        &self.0
    }

    /// Appends the value of the key's column `at` to a text that spells a key of several columns.
    pub fn push(text: &mut String, at: usize, value: &str) {
        if at > 0 {
            text.push(',');
        }
        for character in value.chars() {
            if matches!(character, ',' | '\\') {
                text.push('\\');
            }
            text.push(character);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_key_of_several_columns_has_commas_between_them_and_one_of_one_has_none() {
        let parsed = |text, columns| ItemKey::parse(text, columns).map(|key| key.0);
        for (text, columns, values) in [
            ("A,B\\", 1, Some(vec!["A,B\\"])),
            ("", 1, Some(vec![""])),
            ("A,B", 2, Some(vec!["A", "B"])),
            (",", 2, Some(vec!["", ""])),
            ("A\\,B,C", 2, Some(vec!["A,B", "C"])),
            ("A\\\\,C", 2, Some(vec!["A\\", "C"])),
            ("A", 2, None),
            ("A,B,C", 2, None),
            ("A\\n,B", 2, None),
            ("A,B\\", 2, None),
        ] {
            let values = values.map(|all| all.into_iter().map(str::to_owned).collect());
            assert_eq!(parsed(text, columns), values, "{text} {columns}");
        }
    }

    proptest! {
        #[test]
        fn a_key_is_read_as_it_was_spelled(values in prop::collection::vec("[A-Z,\\\\é /%]{0,5}", 1..5)) {
            let mut text = String::new();
            for (at, value) in values.iter().enumerate() {
                match values.len() {
                    1 => text.push_str(value),
                    _ => ItemKey::push(&mut text, at, value),
                }
            }
            prop_assert_eq!(ItemKey::parse(&text, values.len()), Some(ItemKey(values)));
        }
    }
}
