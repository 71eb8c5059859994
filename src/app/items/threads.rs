//! Threads that read rows of tables: others go first.

use std::thread;

use rustix::process::{getpriority_process, setpriority_process};
use tokio::sync::oneshot;

use crate::{dataset::tables::Refused, fair_semaphore::Slot, response::Refusal};

/// The outcome of `work` on a thread of its own, which holds `slot` meanwhile. To read rows may take longer than others on
/// the same thread can wait, and takes all of a processor: who downloads a file is to notice little of it.
///
/// # Errors
/// [`Refusal`] of the work; [`Refusal::Fault`] where there is no thread for it, or it ends without an outcome.
pub(super) async fn read<T: Send + 'static>(
    slot: Slot,
    work: impl FnOnce() -> Result<T, Refused> + Send + 'static,
) -> Result<T, Refusal> {
    let (tell, told) = oneshot::channel();
    let reading = move || {
        let _slot = slot;
        give_way();
        // Nobody waits any more where the connection is gone.
        let _ = tell.send(work());
    };
    let started = thread::Builder::new().name(NAME.to_owned()).spawn(reading);
    if let Err(error) = started {
        tracing::error!(%error, "a table cannot be read");
        return Err(Refusal::Fault);
    }
    Ok(told.await.or(Err(Refusal::Fault))??)
}

/// Lets other threads go before this one. Where the system does not permit it, they share alike.
fn give_way() {
    if getpriority_process(None).is_ok_and(|nice| nice < NICE) {
        let _ = setpriority_process(None, NICE);
    }
}

const NAME: &str = "perild-rows";
/// A thirtieth of the weight of other threads, where these want all of a processor.
const NICE: i32 = 15;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fair_semaphore::FairSemaphore;

    #[tokio::test]
    async fn rows_are_read_behind_others_and_the_slot_is_held_meanwhile() {
        let slots = std::sync::Arc::new(FairSemaphore::new(1));
        let slot = slots.try_acquire("bank").unwrap();
        let own = getpriority_process(None).unwrap();
        let held = slots.clone();
        let found = read(slot, move || {
            let nice = getpriority_process(None).unwrap();
            Ok((nice, held.available()))
        });
        assert_eq!(found.await.unwrap(), (own.max(NICE), 0));
        assert_eq!(getpriority_process(None).unwrap(), own);
        let refused = read(slots.acquire("bank").await.unwrap(), || {
            Err::<(), _>(Refused::NoItem)
        });
        assert!(refused.await.is_err());
    }

    #[tokio::test]
    async fn a_reader_that_fails_gives_its_slot_back_and_is_a_fault() {
        let slots = FairSemaphore::new(1);
        let slot = slots.try_acquire("bank").unwrap();
        let failed = read(slot, || -> Result<(), Refused> { panic!("in a test") });
        assert!(matches!(failed.await, Err(Refusal::Fault)));
        assert!(slots.acquire("bank").await.is_some());
    }
}
