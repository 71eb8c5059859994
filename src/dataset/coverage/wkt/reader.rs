//! The grammar of well-known text, with a limit on positions.

use std::ops::RangeInclusive;

use super::{WktError, WktFault};
use crate::dataset::coverage::{Crs, Geometry, Line, Ring, Waypoint};

/// A text, read up to `at`.
pub(super) struct Reader<'t> {
    text: &'t [u8],
    at: usize,
    crs: Crs,
    max_positions: usize,
    positions: usize,
    ordinates: Ordinates,
}

/// The numbers of each position beyond two.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Ordinates {
    /// As its first position.
    Untold,
    Xy,
    Xym,
    Xyz,
    Xyzm,
}

type Read<T> = Result<T, WktError>;

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t [u8], crs: Crs, max_positions: usize) -> Self {
        Self {
            text,
            at: 0,
            crs,
            max_positions,
            positions: 0,
            ordinates: Ordinates::Untold,
        }
    }

    pub(super) fn geometry(&mut self) -> Read<Geometry> {
        self.space();
        let start = self.at;
        let (kind, ordinates) = self.tag().ok_or(WktError {
            at: start,
            fault: GEOMETRY,
        })?;
        self.ordinates = ordinates;
        self.dimension()?;
        Ok(match kind {
            Kind::Point => Geometry::Points(vec![self.enclosed()?]),
            Kind::MultiPoint => Geometry::Points(self.list(Self::point)?),
            Kind::LineString => Geometry::Lines(vec![self.line()?]),
            Kind::MultiLineString => Geometry::Lines(self.list(Self::line)?),
            Kind::Polygon => Geometry::Polygons(vec![self.list(Self::ring)?]),
            Kind::MultiPolygon => Geometry::Polygons(self.list(|reader| reader.list(Self::ring))?),
        })
    }

    /// The geometry's tag, with its dimension when that is not apart.
    fn tag(&mut self) -> Option<(Kind, Ordinates)> {
        let word = self.word();
        let upper = word.to_ascii_uppercase();
        KINDS.iter().find_map(|(name, kind)| {
            let dimension = upper.strip_prefix(name.as_bytes())?;
            let ordinates = if dimension.is_empty() {
                Ordinates::Untold
            } else {
                dimension_of(dimension)?
            };
            Some((*kind, ordinates))
        })
    }

    /// `Z`, `M` or `ZM` when it stands apart; `EMPTY` is refused.
    fn dimension(&mut self) -> Read<()> {
        self.space();
        let start = self.at;
        let word = self.word().to_ascii_uppercase();
        if word.is_empty() {
            return Ok(());
        }
        match dimension_of(&word) {
            Some(ordinates) if self.ordinates == Ordinates::Untold => {
                self.ordinates = ordinates;
                self.dimension()
            }
            _ if word == b"EMPTY" => Err(WktError {
                at: start,
                fault: WktFault::Empty,
            }),
            _ => Err(WktError {
                at: start,
                fault: WktFault::Expected("("),
            }),
        }
    }

    /// Items between parentheses, one or more, with commas between.
    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Read<T>) -> Read<Vec<T>> {
        self.token(b'(', "(")?;
        let mut items = vec![item(self)?];
        while self.next_is(b',') {
            items.push(item(self)?);
        }
        self.token(b')', ", or )")?;
        Ok(items)
    }

    fn line(&mut self) -> Read<Line> {
        self.space();
        let start = self.at;
        let line = self.list(Self::waypoint)?;
        if line.len() < 2 {
            return Err(WktError {
                at: start,
                fault: WktFault::TooFewPositions {
                    of: "line",
                    least: 2,
                },
            });
        }
        Ok(line)
    }

    fn ring(&mut self) -> Read<Ring> {
        self.space();
        let start = self.at;
        let ring = self.list(|reader| Ok(reader.waypoint()?.position))?;
        if ring.len() < 4 {
            return Err(WktError {
                at: start,
                fault: WktFault::TooFewPositions {
                    of: "ring",
                    least: 4,
                },
            });
        }
        if ring.first() != ring.last() {
            return Err(self.fault(WktFault::NotClosed));
        }
        Ok(ring)
    }

    /// A point of several, in parentheses or, as many write it, without.
    fn point(&mut self) -> Read<Waypoint> {
        self.space();
        if self.text.get(self.at) == Some(&b'(') {
            self.enclosed()
        } else {
            self.waypoint()
        }
    }

    fn enclosed(&mut self) -> Read<Waypoint> {
        self.token(b'(', "(")?;
        let point = self.waypoint()?;
        self.token(b')', ")")?;
        Ok(point)
    }

    fn waypoint(&mut self) -> Read<Waypoint> {
        self.space();
        let start = self.at;
        self.positions += 1;
        if self.positions > self.max_positions {
            let limit = self.max_positions;
            return Err(self.fault(WktFault::TooManyPositions { limit }));
        }
        let position = self.crs.position(self.number()?, self.number()?);
        let mut beyond = [None; 2];
        for ordinate in &mut beyond {
            self.space();
            if self.is_at_a_number() {
                *ordinate = Some(self.number()?);
            }
        }
        let at = |fault| Err(WktError { at: start, fault });
        if !LATITUDES.contains(&position.latitude) {
            return at(WktFault::LatitudeOutOfRange);
        }
        if !LONGITUDES.contains(&position.longitude) {
            return at(WktFault::LongitudeOutOfRange);
        }
        let (height, seconds) = match (self.told(beyond), beyond) {
            (Ordinates::Xy, [None, None]) => (None, None),
            (Ordinates::Xyz, [height @ Some(_), None]) => (height, None),
            (Ordinates::Xym, [seconds @ Some(_), None]) => (None, seconds),
            (Ordinates::Xyzm, [height @ Some(_), seconds @ Some(_)]) => (height, seconds),
            (told, _) => {
                return at(WktFault::WrongNumberOfOrdinates {
                    expected: told.count(),
                });
            }
        };
        Ok(Waypoint {
            position,
            height,
            seconds,
        })
    }

    /// The numbers of each position, as the first one tells when no tag did.
    fn told(&mut self, beyond: [Option<f64>; 2]) -> Ordinates {
        if self.ordinates == Ordinates::Untold {
            self.ordinates = match beyond {
                [None, _] => Ordinates::Xy,
                [Some(_), None] => Ordinates::Xyz,
                [Some(_), Some(_)] => Ordinates::Xyzm,
            };
        }
        self.ordinates
    }

    fn number(&mut self) -> Read<f64> {
        self.space();
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length =
            length_of_number(rest).ok_or_else(|| self.fault(WktFault::Expected("a number")))?;
        let digits = rest
            .get(..length)
            .and_then(|digits| std::str::from_utf8(digits).ok());
        let number: Option<f64> = digits.and_then(|digits| digits.parse().ok());
        let number = number.filter(|number| number.is_finite());
        let number = number.ok_or_else(|| self.fault(WktFault::NumberTooLarge))?;
        if rest
            .get(length)
            .is_some_and(|next| !next.is_ascii_whitespace() && !b",()".contains(next))
        {
            self.at += length;
            return Err(self.fault(WktFault::Expected("a space, a comma or )")));
        }
        self.at += length;
        // Adding zero turns a negative zero into a plain one.
        Ok(number + 0.0)
    }

    fn is_at_a_number(&self) -> bool {
        let next = self.text.get(self.at);
        next.is_some_and(|byte| byte.is_ascii_digit() || b"+-.".contains(byte))
    }

    fn word(&mut self) -> &'t [u8] {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let letters = rest.iter().take_while(|byte| byte.is_ascii_alphabetic());
        // No word of the language is longer; what is longer is none of its words.
        let word = rest
            .get(..letters.take(LONGEST_WORD).count())
            .unwrap_or_default();
        self.at += word.len();
        word
    }

    fn space(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        self.at += rest
            .iter()
            .take_while(|byte| byte.is_ascii_whitespace())
            .count();
    }

    fn token(&mut self, token: u8, expected: &'static str) -> Read<()> {
        if self.next_is(token) {
            Ok(())
        } else {
            Err(self.fault(WktFault::Expected(expected)))
        }
    }

    fn next_is(&mut self, token: u8) -> bool {
        self.space();
        let is_next = self.text.get(self.at) == Some(&token);
        self.at += usize::from(is_next);
        is_next
    }

    pub(super) fn end(&mut self) -> Read<()> {
        self.space();
        if self.at == self.text.len() {
            Ok(())
        } else {
            Err(self.fault(WktFault::Expected("the end")))
        }
    }

    fn fault(&self, fault: WktFault) -> WktError {
        WktError { at: self.at, fault }
    }
}

impl Ordinates {
    fn count(self) -> usize {
        match self {
            Self::Untold | Self::Xy => 2,
            Self::Xym | Self::Xyz => 3,
            Self::Xyzm => 4,
        }
    }
}

fn dimension_of(word: &[u8]) -> Option<Ordinates> {
    match word {
        b"Z" => Some(Ordinates::Xyz),
        b"M" => Some(Ordinates::Xym),
        b"ZM" => Some(Ordinates::Xyzm),
        _ => None,
    }
}

/// Bytes of the number that `rest` begins with: a sign, digits with a point among them, an exponent.
fn length_of_number(rest: &[u8]) -> Option<usize> {
    let digits = |from: usize| {
        let rest = rest.get(from..).unwrap_or_default();
        rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
    };
    let sign = |at: usize| usize::from(matches!(rest.get(at), Some(b'+' | b'-')));
    let start = sign(0);
    let mut end = start + digits(start);
    let mut found = end - start;
    if rest.get(end) == Some(&b'.') {
        let fraction = digits(end + 1);
        found += fraction;
        end += 1 + fraction;
    }
    if found == 0 {
        return None;
    }
    if matches!(rest.get(end), Some(b'e' | b'E')) {
        let from = end + 1 + sign(end + 1);
        let exponent = digits(from);
        if exponent > 0 {
            end = from + exponent;
        }
    }
    Some(end)
}

#[derive(Clone, Copy)]
pub(super) enum Kind {
    LineString,
    MultiLineString,
    MultiPoint,
    MultiPolygon,
    Point,
    Polygon,
}

pub(super) const KINDS: [(&str, Kind); 6] = [
    ("LINESTRING", Kind::LineString),
    ("MULTILINESTRING", Kind::MultiLineString),
    ("MULTIPOINT", Kind::MultiPoint),
    ("MULTIPOLYGON", Kind::MultiPolygon),
    ("POINT", Kind::Point),
    ("POLYGON", Kind::Polygon),
];
pub(super) const GEOMETRY: WktFault =
    WktFault::Expected("POINT, MULTIPOINT, LINESTRING, MULTILINESTRING, POLYGON or MULTIPOLYGON");
/// Letters of `MULTILINESTRINGZM`, and one more that is too many.
const LONGEST_WORD: usize = 18;
const LATITUDES: RangeInclusive<f64> = -90.0..=90.0;
const LONGITUDES: RangeInclusive<f64> = -360.0..=360.0;
