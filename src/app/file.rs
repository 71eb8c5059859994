//! Requests for a file: open, or permitted by a token.

use std::time::Duration;

use actix_web::{
    HttpResponse,
    http::header::{IF_MATCH, IF_RANGE},
};

use super::context::RequestContext;
use crate::{
    dataset::{Absent, FileName},
    log::Access,
    response::{self, Refusal},
};

impl RequestContext<'_> {
    /// The answer to a request for `file`, in the log by its name only once it is known to exist or has a rule.
    pub(super) async fn file(
        self,
        file: &FileName,
        access: &mut Access,
    ) -> Result<HttpResponse, Refusal> {
        let catalog = &self.site.catalog;
        let Some(collection) = catalog.collection_of(file) else {
            // Shared data that does not exist: nobody learns more without a token (DEC-4).
            self.authenticate(access).await?;
            return Err(Absent::NoSuchFile.into());
        };
        if catalog.get(collection.as_str()).is_some() {
            access.dataset(collection.as_str());
        }
        let (_, permits) = self.permits(None, &[&collection], access).await?;
        let [permit] = permits.as_slice() else {
            return Err(Refusal::Fault);
        };
        let files = &self.site.files;
        let asks = |name| self.request.headers().contains_key(name);
        let selection = if asks(IF_MATCH) || asks(IF_RANGE) {
            files.select_to_send(permit, file, self.now)?
        } else {
            files.select(permit, file, self.now)?
        };
        let selection = selection.tagged_within(FOR_A_TAG).await;
        access.dataset(collection.as_str());
        response::file::answer(self.request, selection, &self.site.accel_prefix, self.now)
    }
}

/// Time that an answer waits for the entity tag of a large file that was not asked for before.
const FOR_A_TAG: Duration = Duration::from_secs(2);
