use std::{
    future::poll_fn,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use actix_web::{body::to_bytes, rt::System};

use super::*;
use crate::fair_semaphore::FairSemaphore;

async fn slot(slots: &FairSemaphore) -> Slot {
    slots.acquire("consumer").await.unwrap()
}

#[test]
fn what_is_written_arrives_in_order_and_ends_its_slot() {
    System::new().block_on(async {
        let slots = FairSemaphore::new(1);
        let body = StreamBody::start(slot(&slots).await, |mut sink| {
            for number in 0..200_000_u32 {
                sink.write_all(&number.to_be_bytes())?;
            }
            sink.flush()
        });
        let bytes = to_bytes(body).await.unwrap();
        assert_eq!(bytes.len(), 800_000);
        assert!(
            bytes
                .chunks(4)
                .zip(0..)
                .all(|(found, number)| found == u32::to_be_bytes(number))
        );
        drop(slot(&slots).await);
    });
}

#[test]
fn what_is_written_at_once_leaves_piece_by_piece() {
    System::new().block_on(async {
        let slots = FairSemaphore::new(1);
        let mut body = StreamBody::start(slot(&slots).await, |mut sink| {
            sink.write_all(b"a little")?;
            sink.write_all(&vec![0; 50 * PIECE])?;
            sink.flush()
        });
        let mut bytes = 0;
        while let Some(piece) = poll_fn(|context| Pin::new(&mut body).poll_next(context)).await {
            let piece = piece.unwrap();
            assert!(piece.len() < 2 * PIECE, "{}", piece.len());
            bytes += piece.len();
        }
        assert_eq!(bytes, 8 + 50 * PIECE);
    });
}

#[test]
fn a_short_body_has_its_length_and_a_long_one_begins_before_its_end() {
    System::new().block_on(async {
        let slots = FairSemaphore::new(1);
        for (length, is_whole) in [
            (0, true),
            (1, true),
            (PIECE, true),
            (AT_ONCE, true),
            (AT_ONCE + PIECE, false),
            (10 * AT_ONCE, false),
        ] {
            let body = StreamBody::begin(slot(&slots).await, move |mut sink| {
                sink.write_all(&vec![7; length])?;
                sink.flush()
            });
            let body = body.await.unwrap();
            let size = if is_whole {
                BodySize::Sized(u64::try_from(length).unwrap())
            } else {
                BodySize::Stream
            };
            assert_eq!(body.size(), size);
            assert_eq!(to_bytes(body).await.unwrap(), vec![7; length]);
        }
        let sized = StreamBody::start_sized(slot(&slots).await, 3, |mut sink| {
            sink.write_all(b"abc")?;
            sink.flush()
        });
        assert_eq!(sized.size(), BodySize::Sized(3));
        assert_eq!(to_bytes(sized).await.unwrap(), "abc");
    });
}

#[test]
fn bytes_are_handed_on_behind_what_was_written_and_are_not_copied() {
    System::new().block_on(async {
        let slots = FairSemaphore::new(1);
        let whole = Bytes::from(vec![1; 3 * PIECE + 5]);
        let handed = whole.clone();
        let mut body = StreamBody::start(slot(&slots).await, move |mut sink| {
            sink.write_all(b"before")?;
            sink.hand_on(handed)?;
            sink.write_all(b"behind")?;
            sink.flush()
        });
        let mut pieces = Vec::new();
        while let Some(piece) = poll_fn(|context| Pin::new(&mut body).poll_next(context)).await {
            pieces.push(piece.unwrap());
        }
        assert_eq!(pieces.concat(), [b"before", &whole[..], b"behind"].concat());
        assert_eq!(pieces[1].as_ptr(), whole.as_ptr());
        assert!(pieces.iter().all(|piece| piece.len() <= PIECE));
    });
}

#[test]
fn a_reader_that_goes_away_stops_the_work() {
    System::new().block_on(async {
        let slots = FairSemaphore::new(1);
        let has_stopped = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&has_stopped);
        let body = StreamBody::start(slot(&slots).await, move |mut sink| {
            loop {
                if let Err(error) = sink.write_all(&[0; 1000]) {
                    stopped.store(true, Ordering::SeqCst);
                    return Err(error);
                }
            }
        });
        drop(body);
        drop(slot(&slots).await);
        assert!(has_stopped.load(Ordering::SeqCst));
    });
}

#[test]
fn a_fault_ends_the_body_as_a_fault() {
    System::new().block_on(async {
        let slots = FairSemaphore::new(1);
        let body = StreamBody::start(slot(&slots).await, |mut sink| {
            sink.write_all(b"half")?;
            sink.flush()?;
            Err(io::Error::other("broken"))
        });
        assert!(to_bytes(body).await.is_err());
        let body = StreamBody::start(slot(&slots).await, |_| panic!("a fault of ours"));
        assert!(to_bytes(body).await.is_err());
        // What comes to nothing before the answer begins is no answer.
        let begun = StreamBody::begin(slot(&slots).await, |mut sink| {
            sink.write_all(b"half")?;
            Err(io::Error::other("broken"))
        });
        assert!(begun.await.is_err());
    });
}
