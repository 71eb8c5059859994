//! The meaning of a stored number: CF §2.5.1 and §8.1.

use super::{
    super::array::{Array, Attribute, Element},
    CfFault, FormatError, cf,
};

/// The rule by which stored numbers become values.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Packing {
    scale: f64,
    offset: f64,
    /// Stored numbers that say that the value is missing.
    missing: Vec<f64>,
    valid_min: f64,
    valid_max: f64,
    /// The number to add to negative stored numbers, which mean large ones.
    turn: f64,
    is_packed: bool,
}

impl Packing {
    /// # Errors
    /// An attribute of a wrong type or count: what it may have meant is not guessed.
    pub(super) fn of(array: &Array) -> Result<Self, FormatError> {
        let scale = one(array, "scale_factor")?;
        let offset = one(array, "add_offset")?;
        if scale.is_some_and(|scale| scale == 0.0 || !scale.is_finite()) {
            return Err(wrong(array, "scale_factor", "a number other than 0"));
        }
        if offset.is_some_and(|offset| !offset.is_finite()) {
            return Err(wrong(array, "add_offset", "a number"));
        }
        let (valid_min, valid_max) = valid(array)?;
        let mut missing: Vec<f64> = one(array, "_FillValue")?.into_iter().collect();
        if missing.is_empty() {
            missing.extend(array.unwritten);
        }
        missing.extend(any(array, "missing_value")?);
        for number in &mut missing {
            *number = as_stored(array.element, *number);
        }
        Ok(Self {
            scale: scale.unwrap_or(1.0),
            offset: offset.unwrap_or(0.0),
            missing,
            valid_min,
            valid_max,
            turn: turn(array),
            is_packed: scale.is_some() || offset.is_some(),
        })
    }

    /// The value of a stored number; NaN when it is missing.
    #[inline]
    pub(super) fn value(&self, stored: f64) -> f64 {
        if self.missing.contains(&stored) {
            return f64::NAN;
        }
        let stored = if stored < 0.0 {
            stored + self.turn
        } else {
            stored
        };
        if !(self.valid_min..=self.valid_max).contains(&stored) {
            return f64::NAN;
        }
        if self.is_packed {
            stored * self.scale + self.offset
        } else {
            stored
        }
    }
}

/// `valid_range`, or `valid_min` and `valid_max`, of stored numbers.
fn valid(array: &Array) -> Result<(f64, f64), FormatError> {
    let range = any(array, "valid_range")?;
    let min = one(array, "valid_min")?;
    let max = one(array, "valid_max")?;
    is_of_stored_type(array, "valid_range")?;
    is_of_stored_type(array, "valid_min")?;
    is_of_stored_type(array, "valid_max")?;
    let (low, high) = match range.as_slice() {
        [] => (min, max),
        [low, high] if min.is_none() && max.is_none() => (Some(*low), Some(*high)),
        _ => {
            let expected = "two numbers, without valid_min and valid_max beside it";
            return Err(wrong(array, "valid_range", expected));
        }
    };
    let (low, high) = (
        low.unwrap_or(f64::NEG_INFINITY),
        high.unwrap_or(f64::INFINITY),
    );
    // NaN is in no order.
    if low <= high {
        Ok((low, high))
    } else {
        Err(wrong(array, "valid_range", "a lower and a higher number"))
    }
}

/// A range of values where one of stored whole numbers belongs would let wrong numbers pass.
fn is_of_stored_type(array: &Array, name: &'static str) -> Result<(), FormatError> {
    let is_whole = matches!(array.element, Element::Integer { .. });
    match array.attributes.get(name) {
        Some(Attribute::Numbers {
            is_whole: false,
            numbers,
        }) if is_whole && numbers.iter().any(|number| number.fract() != 0.0) => Err(wrong(
            array,
            name,
            "of the type that the variable is stored in",
        )),
        _ => Ok(()),
    }
}

/// `_Unsigned`, with which the classic format says that its signed numbers are none.
fn turn(array: &Array) -> f64 {
    let is_unsigned = array
        .text("_Unsigned")
        .is_some_and(|said| said.eq_ignore_ascii_case("true"));
    match array.element {
        Element::Integer {
            bits,
            is_signed: true,
        } if is_unsigned => 2_f64.powi(i32::from(bits)),
        _ => 0.0,
    }
}

/// The number as a variable of that type holds it: 1e20 in single precision is another number.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "the rounding is what is wanted"
)]
fn as_stored(element: Element, number: f64) -> f64 {
    match element {
        Element::Float(32) => f64::from(number as f32),
        _ => number,
    }
}

fn one(array: &Array, name: &'static str) -> Result<Option<f64>, FormatError> {
    match any(array, name)?.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some(*only)),
        _ => Err(wrong(array, name, "one number")),
    }
}

fn any(array: &Array, name: &'static str) -> Result<Vec<f64>, FormatError> {
    match array.attributes.get(name) {
        None => Ok(Vec::new()),
        Some(Attribute::Numbers { numbers, .. }) => Ok(numbers.clone()),
        Some(Attribute::Text(_)) => Err(wrong(array, name, "a number")),
    }
}

fn wrong(array: &Array, name: &'static str, expected: &'static str) -> FormatError {
    cf(array, CfFault::Attribute { name, expected })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn array(element: Element, attributes: &[(&str, Attribute)]) -> Array {
        let attributes = attributes.iter().cloned();
        Array {
            name: "tas".to_owned(),
            dimensions: Vec::new(),
            element,
            attributes: attributes
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
            unwritten: None,
        }
    }

    fn whole(numbers: &[f64]) -> Attribute {
        Attribute::Numbers {
            is_whole: true,
            numbers: numbers.to_vec(),
        }
    }

    fn real(numbers: &[f64]) -> Attribute {
        Attribute::Numbers {
            is_whole: false,
            numbers: numbers.to_vec(),
        }
    }

    const SHORT: Element = Element::Integer {
        bits: 16,
        is_signed: true,
    };
    const BYTE: Element = Element::Integer {
        bits: 8,
        is_signed: true,
    };
    const SINGLE: Element = Element::Float(32);

    #[test]
    fn a_stored_number_is_masked_by_its_stored_form_and_then_unpacked() {
        let packed = [
            ("scale_factor", real(&[0.01])),
            ("add_offset", real(&[273.15])),
            ("_FillValue", whole(&[-32_768.0])),
            ("missing_value", whole(&[-32_767.0, -1.0])),
            ("valid_range", whole(&[-10_000.0, 10_000.0])),
        ];
        let packing = Packing::of(&array(SHORT, &packed)).unwrap();
        assert!((packing.value(1234.0) - 285.49).abs() < 1e-9);
        assert!((packing.value(-10_000.0) - 173.15).abs() < 1e-9);
        for missing in [-32_768.0, -32_767.0, -1.0, 10_001.0, -10_001.0] {
            assert!(packing.value(missing).is_nan(), "{missing}");
        }
    }

    #[test]
    fn signs_are_none_where_the_file_says_so() {
        let unsigned = ("_Unsigned", Attribute::Text("true".to_owned()));
        let packing =
            Packing::of(&array(BYTE, &[unsigned, ("_FillValue", whole(&[-1.0]))])).unwrap();
        assert!((packing.value(-2.0) - 254.0).abs() < f64::EPSILON);
        assert!((packing.value(2.0) - 2.0).abs() < f64::EPSILON);
        assert!(packing.value(-1.0).is_nan());
    }

    #[test]
    fn a_mark_in_double_precision_is_the_stored_one_in_single() {
        let packing = Packing::of(&array(SINGLE, &[("missing_value", real(&[1e20]))])).unwrap();
        assert!(packing.value(f64::from(1e20_f32)).is_nan());
        assert!((packing.value(1.5) - 1.5).abs() < f64::EPSILON);
        let not_a_number =
            Packing::of(&array(SINGLE, &[("_FillValue", real(&[f64::NAN]))])).unwrap();
        assert!(not_a_number.value(f64::NAN).is_nan());
    }

    #[test]
    fn attributes_that_do_not_fit_are_refused_and_not_guessed() {
        let text = || Attribute::Text("0.01".to_owned());
        for (attribute, said) in [
            (
                ("scale_factor", text()),
                "the attribute scale_factor is not a number",
            ),
            (
                ("scale_factor", real(&[0.0])),
                "scale_factor is not a number other than 0",
            ),
            (
                ("scale_factor", real(&[f64::NAN])),
                "scale_factor is not a number other than 0",
            ),
            (
                ("scale_factor", real(&[1.0, 2.0])),
                "scale_factor is not one number",
            ),
            (
                ("add_offset", real(&[f64::INFINITY])),
                "add_offset is not a number",
            ),
            (("_FillValue", text()), "_FillValue is not a number"),
            (
                ("_FillValue", whole(&[1.0, 2.0])),
                "_FillValue is not one number",
            ),
            (
                ("valid_range", whole(&[1.0])),
                "valid_range is not two numbers",
            ),
            (("valid_range", whole(&[2.0, 1.0])), "a lower and a higher"),
            (
                ("valid_range", real(&[-0.5, 0.5])),
                "of the type that the variable is stored in",
            ),
            (("valid_min", real(&[f64::NAN])), "of the type"),
        ] {
            let name = attribute.0;
            let error = Packing::of(&array(SHORT, &[attribute]))
                .unwrap_err()
                .to_string();
            assert!(error.contains(said), "{name}: {error}");
        }
        let twice = [
            ("valid_range", whole(&[1.0, 2.0])),
            ("valid_min", whole(&[1.0])),
        ];
        assert!(Packing::of(&array(SHORT, &twice)).is_err());
    }
}
