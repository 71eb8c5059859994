//! Sides in their order from west to east: inside lies east of the first, the third, the fifth.
//!
//! Within a strip sides whose longitudes overlap make a cluster. Where a side ends another of the same cluster begins, or
//! ends too: so a cluster has an odd number of sides at all latitudes or at none, and what lies between two clusters is
//! inside or outside over the whole height of the strip. Only within a cluster sides are put in order latitude by
//! latitude. Level sides have no part in that order, but hold a cluster together. Sides that cross change their places,
//! and from there on each does what the other did.

use super::{
    AreaFault,
    order::Sorter,
    shares::RowShares,
    sides::{Begins, Point, Side},
};

/// The sides of a strip; memory is kept from one to the next.
#[derive(Debug)]
pub(super) struct Strip {
    sides: Vec<Ordered>,
    sorter: Sorter<Ordered>,
    latitudes: Vec<f64>,
    order: Vec<Crossing>,
    changes: Vec<(usize, f64)>,
    /// Columns: sides that come nearer to each other touch, and do not cross.
    touching: f64,
    /// Comparisons left.
    budget: u64,
}

/// A side in its cluster.
#[derive(Clone, Copy, Debug)]
struct Ordered {
    side: Side,
    /// Since which latitude inside lies east of the side, or no longer does.
    since: Option<(f64, Begins)>,
}

/// A side that goes through a band between two latitudes at which sides begin or end.
#[derive(Clone, Copy, Debug)]
struct Crossing {
    side: usize,
    south: f64,
    north: f64,
}

impl Strip {
    pub(super) fn new(touching: f64, budget: u64) -> Self {
        Self {
            sides: Vec::new(),
            sorter: Sorter::new(),
            latitudes: Vec::new(),
            order: Vec::new(),
            changes: Vec::new(),
            touching,
            budget,
        }
    }

    /// Hands on the parts of the sides of a strip, each with what it does.
    pub(super) fn sweep(
        &mut self,
        sides: impl Iterator<Item = Side>,
        south: f64,
        shares: &mut RowShares<'_>,
    ) -> Result<(), AreaFault> {
        let ordered = sides.map(|side| Ordered { side, since: None });
        self.sides.clear();
        self.sides.extend(ordered);
        self.spend(self.sides.len())?;
        let mut sides = std::mem::take(&mut self.sides);
        self.sorter.sort(&mut sides, |ordered| ordered.side.west());
        let mut next = Begins::Inside;
        let mut rest = sides.as_mut_slice();
        while !rest.is_empty() {
            let (together, further) = rest.split_at_mut(cluster(rest));
            let through = together
                .iter()
                .filter(|ordered| ordered.side.south.y <= south);
            let is_odd = through.count() % 2 == 1;
            self.cluster(together, next, shares)?;
            if is_odd {
                next = next.other();
            }
            rest = further;
        }
        self.sides = sides;
        Ok(())
    }

    /// A cluster that lies east of what `first` says: band by band.
    fn cluster(
        &mut self,
        sides: &mut [Ordered],
        first: Begins,
        shares: &mut RowShares<'_>,
    ) -> Result<(), AreaFault> {
        match sides {
            [alone] if alone.side.is_level() => return Ok(()),
            [alone] => return shares.add(alone.side, first),
            _ => (),
        }
        sides.sort_by(|one, other| one.side.south.y.total_cmp(&other.side.south.y));
        self.latitudes.clear();
        self.latitudes.extend(
            sides
                .iter()
                .flat_map(|ordered| [ordered.side.south.y, ordered.side.north.y]),
        );
        self.latitudes.sort_unstable_by(f64::total_cmp);
        self.latitudes.dedup();
        let latitudes = std::mem::take(&mut self.latitudes);
        self.order.clear();
        let mut entered = 0;
        for band in latitudes.windows(2) {
            if let [south, north] = *band {
                let begin = sides.get(entered..).unwrap_or_default();
                let count = begin
                    .iter()
                    .take_while(|ordered| ordered.side.south.y <= south)
                    .count();
                let entering = begin.iter().take(count).zip(entered..);
                let entering = entering.filter(|(ordered, _)| !ordered.side.is_level());
                self.order
                    .extend(entering.map(|(_, side)| Crossing { side, south, north }));
                entered += count;
                self.band(sides, (south, north), first, shares)?;
            }
        }
        self.latitudes = latitudes;
        Ok(())
    }

    /// A band: no side begins or ends within it.
    fn band(
        &mut self,
        sides: &mut [Ordered],
        (south, north): (f64, f64),
        first: Begins,
        shares: &mut RowShares<'_>,
    ) -> Result<(), AreaFault> {
        self.spend(self.order.len())?;
        for crossing in &mut self.order {
            if let Some(Ordered { side, .. }) = sides.get(crossing.side) {
                crossing.south = at(side, south);
                crossing.north = at(side, north);
            }
        }
        self.order.sort_by(|one, other| {
            one.south
                .total_cmp(&other.south)
                .then(one.north.total_cmp(&other.north))
        });
        let mut begins = first;
        for crossing in &self.order {
            if let Some(ordered) = sides.get_mut(crossing.side) {
                ordered.turn(south, begins, shares)?;
            }
            begins = begins.other();
        }
        self.cross((south, north))?;
        for (side, latitude) in &self.changes {
            if let Some(ordered) = sides.get_mut(*side) {
                let begins = ordered.since.map_or(first, |(_, begins)| begins.other());
                ordered.turn(*latitude, begins, shares)?;
            }
        }
        let mut result = Ok(());
        self.order.retain(|crossing| {
            let Some(ordered) = sides.get_mut(crossing.side) else {
                return false;
            };
            let goes_on = ordered.side.north.y > north;
            if !goes_on && result.is_ok() {
                result = ordered.end(shares);
            }
            goes_on
        });
        result
    }

    /// Finds where sides cross within the band, by putting them from their order in the south into that in the north.
    fn cross(&mut self, (south, north): (f64, f64)) -> Result<(), AreaFault> {
        self.changes.clear();
        for sorted in 1..self.order.len() {
            let mut at = sorted;
            while let Some([west, east]) = at
                .checked_sub(1)
                .and_then(|before| self.order.get_mut(before..=at))
            {
                let behind = west.north - east.north;
                if behind <= self.touching {
                    break;
                }
                let part = (east.south - west.south) / (east.south - west.south + behind);
                let latitude = south + (north - south) * part;
                self.changes.push((west.side, latitude));
                self.changes.push((east.side, latitude));
                std::mem::swap(west, east);
                at -= 1;
                self.spend(1)?;
            }
        }
        self.changes.sort_by(|one, other| one.1.total_cmp(&other.1));
        Ok(())
    }

    fn spend(&mut self, comparisons: usize) -> Result<(), AreaFault> {
        let comparisons = u64::try_from(comparisons).unwrap_or(u64::MAX);
        let left = self.budget.checked_sub(comparisons);
        self.budget = left.ok_or(AreaFault::TooTangled)?;
        Ok(())
    }
}

impl Ordered {
    /// From `latitude` on, `begins` holds east of the side.
    fn turn(
        &mut self,
        latitude: f64,
        begins: Begins,
        shares: &mut RowShares<'_>,
    ) -> Result<(), AreaFault> {
        match self.since {
            Some((_, before)) if before == begins => return Ok(()),
            Some((since, before)) => self.hand_on(since, latitude, before, shares)?,
            None => (),
        }
        self.since = Some((latitude, begins));
        Ok(())
    }

    fn end(&mut self, shares: &mut RowShares<'_>) -> Result<(), AreaFault> {
        match self.since.take() {
            Some((since, begins)) => self.hand_on(since, self.side.north.y, begins, shares),
            None => Ok(()),
        }
    }

    fn hand_on(
        &self,
        south: f64,
        north: f64,
        begins: Begins,
        shares: &mut RowShares<'_>,
    ) -> Result<(), AreaFault> {
        match self.side.between(south, north) {
            Some(part) => shares.add(part, begins),
            None => Ok(()),
        }
    }
}

/// The number of `sides`, which begin in the west, that overlap from the first on.
fn cluster(sides: &[Ordered]) -> usize {
    let mut east = f64::NEG_INFINITY;
    let overlapping = sides.iter().take_while(|side| {
        let overlaps = east == f64::NEG_INFINITY || side.side.west() <= east;
        east = east.max(side.side.east());
        overlaps
    });
    overlapping.count()
}

/// Columns of a side at a latitude, exactly those of its ends there.
fn at(side: &Side, y: f64) -> f64 {
    let Point { x, y: south } = side.south;
    if y <= south {
        x
    } else if y >= side.north.y {
        side.north.x
    } else {
        side.x_at(y)
    }
}
