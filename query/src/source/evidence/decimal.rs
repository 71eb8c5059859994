//! The mark before decimals: a point or a comma, which a column says, and its file where the column does not.

use super::{Evidence, First, is_number, mixed};
use crate::source::{
    fault::What,
    hints::{DecimalMark, Hints},
    looks::Looks,
};

/// The numbers of all columns, where those of one column alone could be read in two ways.
#[derive(Clone, Copy, Debug, Default)]
pub(in super::super) struct Around<'e> {
    /// A number with a decimal comma.
    comma: Option<&'e First>,
    /// A number whose point stands before decimals and not between thousands.
    has_point: bool,
    /// Some file has semicolons between its fields, as office programs write them where the comma is for decimals.
    has_semicolons: bool,
}

impl<'e> Around<'e> {
    /// The numbers of the columns `all`.
    pub(in super::super) fn of(all: &'e [Evidence], has_semicolons: bool) -> Self {
        let numbers = |is: Looks| {
            let mut all = all.iter();
            all.find_map(|evidence| {
                let is_of_numbers = evidence.first(|looks| !is_number(looks)).is_none();
                evidence
                    .first(|looks| looks == is)
                    .filter(|_| is_of_numbers)
            })
        };
        Self {
            comma: numbers(Looks::Comma),
            has_point: numbers(Looks::Point).is_some(),
            has_semicolons,
        }
    }
}

impl Evidence {
    /// The mark before decimals that all numbers of the column have.
    pub(super) fn decimal(&self, hints: &Hints, around: Around<'_>) -> Result<DecimalMark, What> {
        if let Some(declared) = hints.csv.decimal {
            return Ok(declared);
        }
        let first = |is: Looks| self.first(|looks| looks == is);
        let (point, group) = (first(Looks::Point), first(Looks::PointThousand));
        let (comma, thousand) = (first(Looks::Comma), first(Looks::Thousand));
        match (point.or(group), comma.or(thousand)) {
            (Some(point), Some(comma)) => Err(mixed(point, comma, ONE_MARK)),
            (None, Some(_)) if comma.is_some() => Ok(DecimalMark::Comma),
            (None, Some(thousand)) => Err(ambiguous(thousand, COMMA)),
            (Some(group), None) if point.is_none() && around.comma.is_some() => {
                Err(ambiguous(group, BESIDE_COMMAS))
            }
            (Some(group), None)
                if point.is_none() && around.has_semicolons && !around.has_point =>
            {
                Err(ambiguous(group, POINT))
            }
            (_, None) => Ok(DecimalMark::Point),
        }
    }
}

fn ambiguous(first: &First, remedy: &'static str) -> What {
    let seen = first.seen();
    What::Ambiguous { seen, remedy }
}

const ONE_MARK: &str =
    "write all numbers with one mark before decimals, and none between thousands";
const COMMA: &str = "say in the description what the comma stands before, as [csv] decimal = \",\", or write thousands without it";
const POINT: &str = "say in the description what the point stands before, as [csv] decimal = \".\", or write thousands without it";
const BESIDE_COMMAS: &str = "other numbers have a decimal comma: write thousands without a point, or all numbers with one mark before decimals";
