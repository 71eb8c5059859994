//! A format of text, written place by place.

use super::Question;
use crate::dataset::perils::{places::Place, query::PlaceResult};

/// One format's writer; a vector takes everything, so that no part can fail.
pub(super) trait Writer: Send {
    fn begin(&mut self, out: &mut Vec<u8>, question: &Question);
    /// Begins a place, and says whether there is more of it.
    fn place(&mut self, out: &mut Vec<u8>, place: &Place<'_>, answered: &PlaceResult) -> bool;
    /// Goes on with that place until a piece is full, and says whether there is more of it.
    fn go_on(&mut self, _: &mut Vec<u8>, _: &PlaceResult) -> bool {
        false
    }
    fn end(&mut self, out: &mut Vec<u8>);
}
