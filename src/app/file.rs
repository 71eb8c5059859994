//! Requests for a file: open, or permitted by a token.

use actix_web::HttpResponse;

use super::visit::Visit;
use crate::{
    dataset::FileName,
    log::Access,
    policy::Permit,
    response::{self, Refusal},
};

impl Visit<'_> {
    /// The answer to a request for `file`, in the log by its name only once it is known to exist or has a rule.
    pub(super) async fn file(
        self,
        file: &FileName,
        access: &mut Access,
    ) -> Result<HttpResponse, Refusal> {
        if self.site.policy.lists(file.dataset()) {
            access.dataset(file.as_str());
        }
        let permit = self.permit(file, access).await?;
        access.decision(format!("granted: {}", permit.rule()));
        let selection = self.site.files.select(&permit, file, self.now)?;
        access.dataset(file.as_str());
        response::file::answer(self.request, selection, &self.site.accel_prefix)
    }

    /// Steps 3 to 8, unless the file is open.
    async fn permit(self, file: &FileName, access: &mut Access) -> Result<Permit, Refusal> {
        if let Some(open) = self.site.policy.open(file.dataset()) {
            return Ok(open);
        }
        let token = self.authenticate(access).await?;
        Ok(self.site.policy.decide(&token, file.dataset())?)
    }
}
