//! Requests for a file: open, or permitted by a token.

use actix_web::{HttpResponse, http::header::IF_RANGE};

use super::visit::Visit;
use crate::{
    dataset::FileName,
    log::Access,
    response::{self, Refusal},
};

impl Visit<'_> {
    /// The answer to a request for `file`, in the log by its name only once it is known to exist or has a rule.
    pub(super) async fn file(
        self,
        file: &FileName,
        access: &mut Access,
    ) -> Result<HttpResponse, Refusal> {
        let collection = file.collection(&self.site.policy);
        if self.site.policy.named(collection.as_str()).is_some() {
            access.dataset(collection.as_str());
        }
        let (_, permits) = self.permits(None, &[&collection], access).await?;
        let [permit] = permits.as_slice() else {
            return Err(Refusal::Fault);
        };
        let files = &self.site.files;
        let selection = if self.request.headers().contains_key(IF_RANGE) {
            files.select_by_date(permit, file, self.now)?
        } else {
            files.select(permit, file, self.now)?
        };
        access.dataset(collection.as_str());
        response::file::answer(self.request, selection, &self.site.accel_prefix, self.now)
    }
}
