//! One request on its way through the rooms, and the steps that every guarded route has in common.

use actix_web::HttpRequest;

use super::Site;
use crate::{
    clock::Timestamp,
    edge::{Authorization, Inbound, Neighbour},
    log::Access,
    response::Refusal,
    token::BoundToken,
};

/// One request, who handed it over, the site that answers it, and when.
#[derive(Clone, Copy)]
pub(super) struct Visit<'v> {
    pub(super) request: &'v HttpRequest,
    pub(super) neighbour: Neighbour,
    pub(super) site: &'v Site,
    pub(super) now: Timestamp,
}

impl Visit<'_> {
    /// Steps 3 to 7: syntax before presence, presence before validity, and the directory last.
    pub(super) async fn authenticate(self, access: &mut Access) -> Result<BoundToken, Refusal> {
        let site = self.site;
        site.notice_other_certificate_headers(self.request);
        let inbound = Inbound::read(self.request, self.neighbour, &site.hop)?;
        let presented = inbound
            .certificate()
            .map(|forwarded| site.callers.recognise(forwarded))
            .transpose()?;
        let token = match inbound.authorization() {
            Authorization::Absent => return Err(Refusal::NoToken),
            Authorization::NotAToken => return Err(Refusal::NotAToken),
            Authorization::Token(token) => token,
            Authorization::TooLong => return Err(Refusal::TokenTooLong),
        };
        let caller = presented.ok_or(Refusal::NoCertificate)?.verify(self.now)?;
        access.caller(&caller);
        let token = site.tokens.redeem(token, &caller, self.now).await?;
        access.token(&token);
        Ok(token)
    }

    /// The parameters of the query, escapes undone as HTML forms have them; wrong UTF-8 is replaced.
    pub(super) fn parameters(self) -> Vec<(String, String)> {
        url::form_urlencoded::parse(self.request.query_string().as_bytes())
            .into_owned()
            .collect()
    }
}
