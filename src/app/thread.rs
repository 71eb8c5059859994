//! Work that takes long, on another thread than that of requests.

use actix_web::web;

use crate::response::Refusal;

/// The result of `work`, on another thread where it `takes_long`. Short work is done in place: to hand it over and to be
/// woken again costs twice what a signature does.
///
/// # Errors
/// [`Refusal::Fault`] where it ends without a result.
pub(super) async fn on_a_thread<T: Send + 'static>(
    takes_long: bool,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Refusal> {
    if takes_long {
        web::block(work).await.or(Err(Refusal::Fault))
    } else {
        Ok(work())
    }
}
