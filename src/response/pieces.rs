//! A body that is made while it is sent, by the thread that sends it: for answers whose pieces are quick to make.
//!
//! Of the answer nothing is in memory but the piece on its way, and a piece takes the place of the one
//! before it, so that its bytes stay in the processor's cache from the first to the last copy of them.

use std::{
    io::{self, Write},
    pin::Pin,
    task::{Context, Poll},
};

use actix_web::body::{BodySize, MessageBody};
use bytes::Bytes;

use super::write_buffer::{KEPT_BYTES, PIECE_BYTES};

/// Source of pieces.
pub(crate) trait Pieces: Unpin {
    /// Appends the next piece, about [`PIECE_BYTES`] bytes, and says whether there are more.
    fn fill(&mut self, piece: &mut Vec<u8>) -> io::Result<bool>;

    /// Writes all of them to `out`, in memory that each takes over from the one before.
    fn write_to(&mut self, out: &mut impl Write) -> io::Result<()>
    where
        Self: Sized,
    {
        let mut piece = Vec::new();
        let mut has_more = true;
        while has_more {
            piece.clear();
            has_more = self.fill(&mut piece)?;
            out.write_all(&piece)?;
        }
        Ok(())
    }
}

/// The pieces as HTTP sends them.
#[derive(Debug)]
pub(crate) struct PieceBody<P> {
    first: Option<Bytes>,
    sent: Bytes,
    rest: Option<P>,
    size: BodySize,
}

impl<P: Pieces> PieceBody<P> {
    /// The body that `pieces` make; without a `length` it has one only when a single piece is all of it.
    ///
    /// # Errors
    /// What making the first piece comes to.
    pub(crate) fn begin(mut pieces: P, length: Option<u64>) -> io::Result<Self> {
        let mut first = Vec::with_capacity(KEPT_BYTES);
        let has_more = pieces.fill(&mut first)?;
        let size = match (length, u64::try_from(first.len())) {
            (Some(length), _) => BodySize::Sized(length),
            (None, Ok(length)) if !has_more => BodySize::Sized(length),
            (None, _) => BodySize::Stream,
        };
        Ok(Self {
            first: Some(first.into()),
            sent: Bytes::new(),
            rest: has_more.then_some(pieces),
            size,
        })
    }

    fn next(&mut self) -> io::Result<Option<Bytes>> {
        let piece = match (self.first.take(), &mut self.rest) {
            (Some(first), _) => first,
            (None, None) => return Ok(None),
            (None, Some(rest)) => {
                let mut piece = emptied(std::mem::take(&mut self.sent));
                if !rest.fill(&mut piece)? {
                    self.rest = None;
                }
                piece.into()
            }
        };
        self.sent = piece.clone();
        Ok(Some(piece))
    }
}

impl<P: Pieces> MessageBody for PieceBody<P> {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        self.size
    }

    fn poll_next(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, io::Error>>> {
        let this = self.get_mut();
        let next = this.next();
        if next.is_err() {
            this.rest = None;
        }
        Poll::Ready(next.transpose())
    }

    fn try_into_bytes(mut self) -> Result<Bytes, Self> {
        match (self.first.take(), &self.rest) {
            (Some(whole), None) => Ok(whole),
            (first, _) => {
                self.first = first;
                Err(self)
            }
        }
    }
}

/// A whole body that leaves in pieces, without a copy: the server would copy it at once, into memory that it then
/// gives back.
#[derive(Debug)]
pub(super) struct SlicedBody<H> {
    rest: Bytes,
    /// The value that is kept until all has left.
    _held: H,
}

impl<H> SlicedBody<H> {
    pub(super) fn new(whole: Vec<u8>, held: H) -> Self {
        Self {
            rest: whole.into(),
            _held: held,
        }
    }
}

impl<H: Unpin> MessageBody for SlicedBody<H> {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        BodySize::Sized(u64::try_from(self.rest.len()).unwrap_or(u64::MAX))
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, io::Error>>> {
        let length = self.rest.len().min(PIECE_BYTES);
        let piece = self.rest.split_to(length);
        Poll::Ready((length > 0).then_some(Ok(piece)))
    }

    fn try_into_bytes(self) -> Result<Bytes, Self> {
        if self.rest.len() > PIECE_BYTES {
            Err(self)
        } else {
            Ok(self.rest)
        }
    }
}

/// The memory of a piece that has been sent; new memory while someone still holds it.
fn emptied(sent: Bytes) -> Vec<u8> {
    if sent.is_unique() && !sent.is_empty() {
        let mut bytes = Vec::from(sent);
        bytes.clear();
        bytes
    } else {
        Vec::with_capacity(KEPT_BYTES)
    }
}

#[cfg(test)]
mod tests {
    use actix_web::{body::to_bytes, rt::System};

    use super::*;

    /// Counts down, four bytes a piece.
    #[derive(Debug)]
    struct Countdown(u32);

    impl Pieces for Countdown {
        fn fill(&mut self, piece: &mut Vec<u8>) -> io::Result<bool> {
            assert!(piece.is_empty());
            piece.extend_from_slice(&self.0.to_be_bytes());
            self.0 = self.0.checked_sub(1).ok_or(io::ErrorKind::Other)?;
            Ok(self.0 > 0)
        }
    }

    fn body(from: u32, length: Option<u64>) -> PieceBody<Countdown> {
        PieceBody::begin(Countdown(from), length).unwrap()
    }

    #[test]
    fn pieces_arrive_in_order_whoever_still_holds_those_before() {
        System::new().block_on(async {
            let bytes = to_bytes(body(3, Some(12))).await.unwrap();
            assert_eq!(bytes, [0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 1][..]);
        });
        let mut pieces = body(3, None);
        let held: Vec<Bytes> = std::iter::from_fn(|| pieces.next().unwrap()).collect();
        assert_eq!(held.concat(), [0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 1]);
    }

    #[test]
    fn a_piece_takes_the_place_of_one_that_has_left() {
        let mut pieces = body(3, None);
        let first = pieces.next().unwrap().unwrap().as_ptr();
        let second = pieces.next().unwrap().unwrap().as_ptr();
        assert_eq!(first, second);
    }

    #[test]
    fn a_single_piece_is_a_whole_body() {
        assert_eq!(body(1, None).size(), BodySize::Sized(4));
        assert_eq!(body(1, None).try_into_bytes().unwrap(), [0, 0, 0, 1][..]);
        assert_eq!(body(2, None).size(), BodySize::Stream);
        let two = body(2, Some(8)).try_into_bytes().unwrap_err();
        assert_eq!(two.size(), BodySize::Sized(8));
    }

    #[test]
    fn a_whole_body_leaves_in_pieces() {
        let whole: Vec<u8> = (0..=255).cycle().take(PIECE_BYTES * 2 + 1).collect();
        let sliced = SlicedBody::new(whole.clone(), ())
            .try_into_bytes()
            .unwrap_err();
        assert_eq!(sliced.size(), BodySize::Sized(196_609));
        let sent = System::new().block_on(to_bytes(sliced)).unwrap();
        assert_eq!(sent, whole);
        let small = SlicedBody::new(vec![1, 2], ()).try_into_bytes().unwrap();
        assert_eq!(small, [1, 2][..]);
    }

    #[test]
    fn a_fault_ends_the_body_as_a_fault() {
        assert!(PieceBody::begin(Countdown(0), None).is_err());
        let mut pieces = PieceBody {
            first: None,
            sent: Bytes::new(),
            rest: Some(Countdown(0)),
            size: BodySize::Stream,
        };
        let mut context = Context::from_waker(std::task::Waker::noop());
        let next = Pin::new(&mut pieces).poll_next(&mut context);
        assert!(matches!(next, Poll::Ready(Some(Err(_)))));
        let next = Pin::new(&mut pieces).poll_next(&mut context);
        assert!(matches!(next, Poll::Ready(None)));
    }
}
