//! Leave to read rows of a table: few rows at once, many when it is a query's turn.

use std::time::{Duration, Instant};

use actix_web::web;
use perild_query::Query;

use super::super::{
    context::{Bearer, RequestContext},
    planned::{Running, Turn},
};
use crate::{
    dataset::tables::{PermittedTable, Refused},
    fair_semaphore::Slot,
    response::Refusal,
};

/// Leave to read rows.
pub(super) enum Leave {
    /// Few of them: by a key, of one series over a time, within a box. They never wait behind the others.
    Few(Slot),
    /// As many as it takes.
    Many(Turn),
}

impl From<Slot> for Leave {
    fn from(slot: Slot) -> Self {
        Self::Few(slot)
    }
}

impl RequestContext<'_> {
    /// Leave to read what `query` asks of `table`.
    pub(super) async fn leave(
        self,
        table: &PermittedTable,
        query: &Query,
        bearer: &Bearer,
    ) -> Result<Leave, Refusal> {
        // To hold a long condition against the bounds of all pages takes time itself.
        let slot = self.query_slot(bearer).await?;
        let (slot, is_quick) = if query.predicate.is_some() {
            let (table, query) = (table.clone(), query.clone());
            let looked = web::block(move || (slot, table.is_quick(&query))).await;
            looked.or(Err(Refusal::Fault))?
        } else {
            (slot, table.is_quick(query))
        };
        if is_quick? {
            return Ok(Leave::Few(slot));
        }
        drop(slot);
        let turn = self.site.planned.turn(bearer.consumer()).await;
        turn.map(Leave::Many).ok_or(Refusal::Busy)
    }

    /// A slot for reading few rows, as soon as there is one.
    pub(super) async fn query_slot(self, bearer: &Bearer) -> Result<Slot, Refusal> {
        let slot = self.site.queries.acquire(bearer.consumer());
        let waited = tokio::time::timeout(WAIT_FOR_SLOT, slot).await;
        waited.ok().flatten().ok_or(Refusal::Busy)
    }
}

/// The outcome of `work` on another thread, which has its leave meanwhile: to read rows may take longer than others on
/// the same thread can wait.
///
/// # Errors
/// [`Refusal`] of the work; [`Refusal::Fault`] where it ends without an outcome.
pub(super) async fn read<T: Send + 'static>(
    leave: impl Into<Leave>,
    work: impl FnOnce() -> Result<T, Refused> + Send + 'static,
) -> Result<T, Refusal> {
    let (leave, sent) = (leave.into(), Instant::now());
    let work = move || match leave {
        Leave::Few(slot) => {
            let _slot = slot;
            work()
        }
        Leave::Many(turn) => {
            let running = Running::begin(sent);
            let done = work();
            turn.end(running);
            done
        }
    };
    Ok(web::block(work).await.or(Err(Refusal::Fault))??)
}

/// Time that a query may wait for its slot.
const WAIT_FOR_SLOT: Duration = Duration::from_secs(10);
