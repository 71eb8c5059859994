//! Context of one request on its way through the rooms, and the steps that every guarded route has in common.

use std::{
    cell::{Cell, OnceCell},
    sync::Arc,
};

use actix_web::{HttpRequest, http::header::HeaderMap, web::Payload};
use futures_util::StreamExt as _;
use percent_encoding::{percent_decode_str, utf8_percent_encode};

use super::{Route, Site, provenance::Told};
use crate::{
    audit::Digest,
    caller::CertificateFacts,
    clock::Timestamp,
    edge::{Authorization, Body, Inbound, Intake, NotTaken, TrustedProxy, Unverified},
    log::Access,
    policy::{Applicant, CollectionId, Permit},
    response::{Refusal, RowCount, file::PATH_SEGMENT, lifecycle},
    token::BoundToken,
};

/// Bearer of an active token, or nobody in particular where data is open.
pub(crate) struct Bearer(Option<BoundToken>);

impl Bearer {
    /// The token; none of who needs none.
    pub(super) fn token(&self) -> Option<&BoundToken> {
        self.0.as_ref()
    }

    /// Name of the consumer whose share of the slots of long answers it is; all who bring no token have one.
    pub(crate) fn consumer(&self) -> &str {
        let client = self.0.as_ref().and_then(BoundToken::client_id);
        client.unwrap_or_default()
    }
}

/// A request with the proxy that handed it over, the site that answers it, and the time.
#[derive(Clone, Copy)]
pub(crate) struct RequestContext<'r> {
    pub(crate) request: &'r HttpRequest,
    pub(super) proxy: TrustedProxy,
    pub(crate) site: &'r Site,
    pub(super) now: Timestamp,
    /// The rows of the answer, for its record.
    pub(crate) rows: &'r RowCount,
    /// The pseudonym of the body once it is read, for the record as well.
    pub(super) body: &'r OnceCell<Digest>,
    pub(super) told: &'r Told,
    /// `true` once credentials were looked at: who asks with others may have another answer.
    pub(super) has_identified: &'r Cell<bool>,
}

impl RequestContext<'_> {
    /// The body, in a slot of `consumer` unless it is short; its pseudonym is noted as it comes.
    pub(crate) async fn take(
        self,
        intake: &Intake,
        body: Payload,
        consumer: &str,
    ) -> Result<Body, NotTaken> {
        let mut pseudonym = self.site.audit.body_pseudonym();
        let pieces = body.inspect(|piece| {
            if let (Ok(piece), Some(pseudonym)) = (piece, &mut pseudonym) {
                pseudonym.add(piece);
            }
        });
        let body = intake.take(self.request, pieces, consumer).await?;
        if let Some(pseudonym) = pseudonym {
            let _ = self.body.set(pseudonym.finish());
        }
        Ok(body)
    }

    /// Steps 3 to 7: syntax before presence, presence before validity, and the directory last.
    pub(crate) async fn authenticate(self, access: &mut Access) -> Result<BoundToken, Refusal> {
        let (_, token) = self.identify(access).await?;
        Ok(token)
    }

    /// As [`RequestContext::authenticate`], with what the certificate says.
    pub(super) async fn identify(
        self,
        access: &mut Access,
    ) -> Result<(Arc<CertificateFacts>, BoundToken), Refusal> {
        let site = self.site;
        self.has_identified.set(true);
        site.notice_other_certificate_headers(self.request);
        let inbound = Inbound::read(self.request, self.proxy, &site.proxy_headers)?;
        let presented = inbound
            .certificate()
            .map(|forwarded| site.callers.recognise(forwarded))
            .transpose()?;
        let shown = match (&presented, inbound.unverified()) {
            (Some(presented), _) => Some(presented.facts()),
            (None, unverified) => unverified.and_then(facts),
        };
        if let Some(shown) = shown {
            access.certificate(shown);
        }
        let token = match inbound.authorization() {
            Authorization::Absent => return Err(Refusal::NoToken),
            Authorization::NotAToken => return Err(Refusal::NotAToken),
            Authorization::Token(token) => token,
            Authorization::TooLong => return Err(Refusal::TokenTooLong),
        };
        let presented = presented.ok_or_else(|| match inbound.unverified() {
            Some(unverified) => Refusal::CertificateUnverified(unverified.failure()),
            None => Refusal::NoCertificate,
        })?;
        let caller = presented.verify(self.now)?;
        let note = |holder| access.holder(holder);
        let tokens = &site.tokens;
        let token = tokens.redeem_noting(token, &caller, self.now, note).await?;
        access.token(&token);
        Ok((Arc::clone(caller.facts()), token))
    }

    /// The holder of the token, which must be there.
    pub(super) async fn bearer(self, access: &mut Access) -> Result<Bearer, Refusal> {
        Ok(Bearer(Some(self.authenticate(access).await?)))
    }

    /// As [`RequestContext::authenticate`], where none of what could be `asked` for is open: before it is known what
    /// is.
    pub(crate) async fn bearer_of_any<'c>(
        self,
        asked: impl IntoIterator<Item = &'c CollectionId>,
        access: &mut Access,
    ) -> Result<Option<Bearer>, Refusal> {
        let mut asked = asked.into_iter();
        if asked.any(|collection| self.site.policy.open(collection).is_some()) {
            return Ok(None);
        }
        Ok(Some(self.bearer(access).await?))
    }

    /// Steps 3 to 8 for all that is `asked` for at once: one permit for each collection, in the same order. The
    /// bearer may be `known` already.
    ///
    /// Where all of it is open, no credential is looked at, good or bad: what anybody may have is refused to nobody
    /// (OE-CLS-2). Where any of it is shared, the credentials are judged before the rules.
    pub(crate) async fn permits(
        self,
        known: Option<Bearer>,
        asked: &[&CollectionId],
        access: &mut Access,
    ) -> Result<(Bearer, Vec<Permit>), Refusal> {
        let policy = &self.site.policy;
        let bearer = match known {
            Some(bearer) => bearer,
            None if self.is_open(asked) => Bearer(None),
            None => self.bearer(access).await?,
        };
        let permits = asked
            .iter()
            .map(|asked| match (policy.open(asked), &bearer.0) {
                (Some(open), _) => Ok(open),
                (None, Some(token)) => self.decide(token, asked),
                (None, None) => Err(Refusal::NoToken),
            });
        let permits = permits.collect::<Result<Vec<_>, Refusal>>()?;
        access.granted(&permits);
        self.note(&bearer, asked)?;
        Ok((bearer, permits))
    }

    /// The permit that `token` earns for `collection`; of one that it may not know of it is told what it would be told
    /// if there were none.
    fn decide(self, token: &BoundToken, collection: &CollectionId) -> Result<Permit, Refusal> {
        let policy = &self.site.policy;
        let decided = policy.decide(token, collection, self.now);
        Ok(decided.map_err(|denied| {
            if self.is_unlisted(collection) {
                policy.deny_unknown(&Applicant::of(token, self.now), collection)
            } else {
                denied
            }
        })?)
    }

    /// Refuses whom the provider has blocked, where no rule of a collection does.
    pub(super) fn is_not_blocked(self, bearer: &Bearer) -> Result<(), Refusal> {
        let token = bearer.0.as_ref();
        let applicant = token.map(|token| Applicant::of(token, self.now));
        let policy = &self.site.policy;
        applicant.map_or(Ok(()), |applicant| Ok(policy.is_not_blocked(&applicant)?))
    }

    /// `true` when there is a collection of that name that only those who may read it know of.
    pub(super) fn is_unlisted(self, collection: &CollectionId) -> bool {
        let found = self.site.catalog.get(collection.as_str());
        found.is_some_and(|found| !found.is_listed())
    }

    /// `true` when `bearer` may read `collection`, which is not open.
    pub(super) fn may_read(self, bearer: &Bearer, collection: &CollectionId) -> bool {
        let token = bearer.0.as_ref();
        let policy = &self.site.policy;
        token.is_some_and(|token| policy.decide(token, collection, self.now).is_ok())
    }

    /// `true` when everything that is `asked` for is open; who asks for nothing asks for nothing that is open.
    fn is_open(self, asked: &[&CollectionId]) -> bool {
        let mut each = asked.iter();
        !asked.is_empty() && each.all(|asked| self.site.policy.open(asked).is_some())
    }

    /// Adds to an answer at `route` the announced end of what it speaks of.
    pub(super) fn announce(self, route: &Route, headers: &mut HeaderMap) {
        let catalog = &self.site.catalog;
        let asked = route.speaks_of(catalog);
        let Some(collection) = asked.and_then(|id| catalog.get(id.as_str())) else {
            return;
        };
        let lifecycle = &collection.metadata().lifecycle;
        let successor = lifecycle.successor.as_ref();
        let successor = successor.filter(|id| self.is_there(id)).map(|id| {
            let id = utf8_percent_encode(id.as_str(), PATH_SEGMENT);
            format!("{}/v1/collections/{id}", self.site.base_url)
        });
        lifecycle::announce(headers, lifecycle, successor.as_deref());
    }

    /// `true` where a document tells of `collection`: it has data, and a rule that says who may have them.
    fn is_there(self, collection: &CollectionId) -> bool {
        let found = self.site.catalog.get(collection.as_str());
        found.is_some_and(|found| found.has_data()) && self.site.policy.rule(collection).is_some()
    }

    /// `true` where the query is text: what is no UTF-8 would be looked for as another text, and not be found.
    pub(crate) fn is_query_in_utf8(self) -> bool {
        percent_decode_str(self.request.query_string())
            .decode_utf8()
            .is_ok()
    }

    /// The parameters of the query, escapes undone as HTML forms have them; wrong UTF-8 is replaced.
    pub(crate) fn parameters(self) -> Vec<(String, String)> {
        url::form_urlencoded::parse(self.request.query_string().as_bytes())
            .into_owned()
            .collect()
    }
}

/// Facts for the log of a certificate that the proxy showed to be bad.
fn facts(unverified: &Unverified<'_>) -> Option<Arc<CertificateFacts>> {
    let der = unverified.der_for_log()?.ok()?;
    CertificateFacts::read(&der).ok().map(Arc::new)
}
