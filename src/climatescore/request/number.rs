//! Numbers as the old service read them: the grammar of Python's `float()`.

/// The finite number that `text` stands for; none when it is no number, infinite or NaN.
///
/// White space around it, a sign, underscores between digits, exponents and decimal digits of every
/// script are taken.
#[must_use]
pub fn float(text: &str) -> Option<f64> {
    let text = text.trim();
    let mut plain = String::with_capacity(text.len());
    let mut after_digit = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if character == '_' {
            let before_digit = characters.peek().is_some_and(|next| digit(*next).is_some());
            if !(after_digit && before_digit) {
                return None;
            }
            after_digit = false;
            continue;
        }
        let value = digit(character);
        after_digit = value.is_some();
        match value {
            Some(value) => plain.push(value),
            None if matches!(character, '+' | '-' | '.' | 'e' | 'E') => plain.push(character),
            None => return None,
        }
    }
    plain.parse().ok().filter(|number: &f64| number.is_finite())
}

/// The ASCII digit for a decimal digit of any script.
fn digit(character: char) -> Option<char> {
    if character.is_ascii() {
        return character.is_ascii_digit().then_some(character);
    }
    let run = ZEROS.partition_point(|zero| *zero <= character);
    let zero = ZEROS.get(run.checked_sub(1)?)?;
    char::from_digit(u32::from(character) - u32::from(*zero), 10)
}

/// The zero of each run of ten decimal digits (general category Nd, Unicode 14).
#[rustfmt::skip]
const ZEROS: [char; 66] = [
    '\u{30}', '\u{660}', '\u{6f0}', '\u{7c0}', '\u{966}', '\u{9e6}', '\u{a66}', '\u{ae6}', '\u{b66}', '\u{be6}',
    '\u{c66}', '\u{ce6}', '\u{d66}', '\u{de6}', '\u{e50}', '\u{ed0}', '\u{f20}', '\u{1040}', '\u{1090}', '\u{17e0}',
    '\u{1810}', '\u{1946}', '\u{19d0}', '\u{1a80}', '\u{1a90}', '\u{1b50}', '\u{1bb0}', '\u{1c40}', '\u{1c50}',
    '\u{a620}', '\u{a8d0}', '\u{a900}', '\u{a9d0}', '\u{a9f0}', '\u{aa50}', '\u{abf0}', '\u{ff10}', '\u{104a0}',
    '\u{10d30}', '\u{11066}', '\u{110f0}', '\u{11136}', '\u{111d0}', '\u{112f0}', '\u{11450}', '\u{114d0}',
    '\u{11650}', '\u{116c0}', '\u{11730}', '\u{118e0}', '\u{11950}', '\u{11c50}', '\u{11d50}', '\u{11da0}',
    '\u{16a60}', '\u{16ac0}', '\u{16b50}', '\u{1d7ce}', '\u{1d7d8}', '\u{1d7e2}', '\u{1d7ec}', '\u{1d7f6}',
    '\u{1e140}', '\u{1e2f0}', '\u{1e950}', '\u{1fbf0}',
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_python_reads_them() {
        for (text, number) in [
            ("1", 1.0),
            (" +1.5\t", 1.5),
            ("1_0", 10.0),
            ("1_0.2_5e1_0", 10.25e10),
            (".5", 0.5),
            ("5.", 5.0),
            ("-0", -0.0),
            ("1E2", 100.0),
            ("\u{663}\u{667}.\u{ff15}", 37.5),
            ("\u{1d7d8}", 0.0),
            ("\u{a0}\u{85}2\u{2003}", 2.0),
            ("1e-400", 0.0),
        ] {
            assert_eq!(float(text), Some(number), "{text:?}");
        }
    }

    #[test]
    fn what_python_refuses_or_what_is_not_finite_is_no_number() {
        for text in [
            "",
            " ",
            "abc",
            "nan",
            "inf",
            "-Infinity",
            "1e400",
            "_1",
            "1_",
            "1__0",
            "1_.5",
            "1e_5",
            "1 2",
            "0x10",
            "1,5",
            "--1",
            "+-1",
            ".",
            "e5",
            "1e",
            "\u{b2}",
            "\u{bd}",
            "1\0",
            "1\u{1c}",
            "\u{a0}\u{1f}1",
        ] {
            assert_eq!(float(text), None, "{text:?}");
        }
    }
}
