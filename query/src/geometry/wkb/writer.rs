//! Writer of the binary that lies in tables.

use super::{POLYGON, WITH_Z};
use crate::geometry::{Part, Position, Sink};

/// A geometry in little-endian well-known binary of ISO, written while it is told.
#[derive(Debug, Default)]
pub struct Writer {
    octets: Vec<u8>,
    /// Parts that are open: where the number of what they hold stands, and that number.
    open: Vec<Open>,
}

#[derive(Debug)]
struct Open {
    part: Part,
    has_z: bool,
    count_at: usize,
    count: u32,
}

impl Writer {
    /// The octets.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.octets
    }

    /// The octets, and room for the next geometry.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// Forgets what was written, and keeps its room.
    pub fn clear(&mut self) {
        self.octets.clear();
        self.open.clear();
    }

    fn head(&mut self, part: Part, has_z: bool) {
        let number = match part {
            Part::Point => 1,
            Part::LineString => 2,
            Part::Polygon | Part::Ring => POLYGON,
            Part::MultiPoint => 4,
            Part::MultiLineString => 5,
            Part::MultiPolygon => 6,
            Part::GeometryCollection => 7,
        };
        let number = if has_z { number + WITH_Z } else { number };
        self.octets.push(1);
        self.octets.extend_from_slice(&u32::to_le_bytes(number));
    }

    fn push(&mut self, number: f64) {
        self.octets.extend_from_slice(&number.to_le_bytes());
    }
}

impl Sink for Writer {
    fn open(&mut self, part: Part, has_z: bool) {
        if let Some(around) = self.open.last_mut() {
            around.count += 1;
        }
        if part != Part::Ring {
            self.head(part, has_z);
        }
        let count_at = self.octets.len();
        if part != Part::Point {
            self.octets.extend_from_slice(&[0; 4]);
        }
        self.open.push(Open {
            part,
            has_z,
            count_at,
            count: 0,
        });
    }

    fn position(&mut self, position: Position) {
        let Some(open) = self.open.last_mut() else {
            return;
        };
        open.count += 1;
        let has_z = open.has_z;
        position.xy.into_iter().for_each(|number| self.push(number));
        if has_z {
            self.push(position.z.unwrap_or_default());
        }
    }

    fn close(&mut self, _: Part) {
        let Some(open) = self.open.pop() else {
            return;
        };
        if open.part == Part::Point {
            // A point without a place is written as numbers that are none (OGC 12-128r18 §G.3).
            let missing = if open.count > 0 {
                0
            } else {
                2 + usize::from(open.has_z)
            };
            (0..missing).for_each(|_| self.push(f64::NAN));
            return;
        }
        let octets = self.octets.get_mut(open.count_at..);
        if let Some(count) = octets.and_then(|octets| octets.first_chunk_mut()) {
            *count = open.count.to_le_bytes();
        }
    }
}
