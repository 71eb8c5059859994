//! Records of what left, and for whom: made for the answers to requests with a token, where a signer is configured.
//!
//! An answer in JSON has its record as its last member. Any other leads to it by a link, whose address has the steps in
//! it, sealed: nothing is kept of what was answered, and the record is signed when its recipient asks for it.

mod kept;
mod made;
mod route;
mod told;

use std::{
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use actix_web::{
    HttpResponse,
    http::{
        Method, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
};
use percent_encoding::utf8_percent_encode;

use super::{
    context::{Bearer, RequestContext},
    thread::on_a_thread,
};
use crate::{
    clock::Timestamp,
    config::Recipient,
    dataset::perils,
    log::Access,
    policy::{CollectionId, Denied, Unmet},
    provenance::{Sealed, SignedRecord, SigningFault, Steps},
    response::{
        Refusal,
        file::PATH_SEGMENT,
        media::Media,
        prepared::Prepared,
        provenance::{Closing, link, weaken},
    },
};
use told::{Granted, Receiver};

pub use kept::Provenance;
pub(super) use kept::PublicOrigins;
pub(super) use route::ProvenanceRoute;
pub(crate) use told::Told;

impl RequestContext<'_> {
    /// Notes that `bearer` may have `collections`, as far as records are made of them.
    ///
    /// # Errors
    /// [`Denied`] for a bearer whose certificate does not name whom a record has to name.
    pub(super) fn note(
        self,
        bearer: &Bearer,
        collections: &[&CollectionId],
    ) -> Result<(), Refusal> {
        let Some(provenance) = self
            .site
            .provenance
            .as_deref()
            .filter(|_| self.told.is_of_data)
        else {
            return Ok(());
        };
        let of_it = collections.iter().filter(|id| provenance.is_of(id));
        let collections: Vec<_> = of_it.map(|id| (*id).clone()).collect();
        if collections.is_empty() {
            return Ok(());
        }
        let recipient = self.receiver(bearer, provenance.to)?;
        let granted = Granted {
            recipient,
            collections,
        };
        self.told.transfer.replace(Some(granted));
        Ok(())
    }

    /// Whoever `bearer` is; none where no token was looked at.
    fn receiver(self, bearer: &Bearer, named: Recipient) -> Result<Option<Receiver>, Refusal> {
        let Some(token) = bearer.token() else {
            return Ok(None);
        };
        let membership = token.certificate().membership();
        let name = membership.application().or(token.client_id());
        let to = match named {
            Recipient::Application => name,
            Recipient::Member => membership.member(),
        };
        let (Some(name), Some(to)) = (name, to) else {
            return Err(Refusal::Denied(Denied::Conditions {
                rule: "provenance.to".into(),
                unmet: [Unmet::NotNamed("applications and members")].into(),
                needed: None,
            }));
        };
        let licence = self.site.policy.licence_of(token.scope());
        Ok(Some(Receiver {
            name: name.into(),
            to: to.into(),
            licence: licence.map(Box::from),
        }))
    }

    /// `true` where an answer of `media` will have its record within.
    pub(super) fn has_record_within(self, media: &Media) -> bool {
        let granted = self.told.transfer.borrow();
        let has_recipient = granted
            .as_ref()
            .is_some_and(|granted| granted.recipient.is_some());
        let is_within = has_recipient && media.is_json();
        self.told.is_within.set(is_within);
        is_within
    }

    /// The end of an answer of `media` that has its record within; none of any other, and of what has no body.
    ///
    /// # Errors
    /// [`Refusal::Fault`] where it cannot be signed: nothing leaves without its record.
    pub(super) async fn closing(
        self,
        media: &Media,
        access: &mut Access,
    ) -> Result<Option<Closing>, Refusal> {
        if !self.has_record_within(media) || *self.request.method() == Method::HEAD {
            return Ok(None);
        }
        let Some((provenance, granted)) = self.granted() else {
            return Err(Refusal::Fault);
        };
        let steps = self.make(&provenance, &granted)?;
        recorded(access, &steps);
        let signed = signed(&provenance, steps, self.now).await?;
        Ok(Some(Closing::new(&signed.json)))
    }

    fn granted(self) -> Option<(Arc<Provenance>, Granted)> {
        let provenance = self.site.provenance.clone()?;
        let granted = self.told.transfer.borrow().clone()?;
        Some((provenance, granted))
    }

    /// Tells in the fields of `answer` where its data come from.
    ///
    /// # Errors
    /// [`Refusal`] where a record cannot be made.
    pub(super) async fn tell(
        self,
        answer: &mut HttpResponse,
        access: &mut Access,
    ) -> Result<(), Refusal> {
        if self.told.is_within.get() {
            weaken(answer.headers_mut());
            if answer.status() != StatusCode::OK {
                access.without_provenance();
            }
            return Ok(());
        }
        let has_data = matches!(
            answer.status(),
            StatusCode::OK | StatusCode::PARTIAL_CONTENT
        );
        let Some((provenance, granted)) = self.granted().filter(|_| has_data) else {
            return Ok(());
        };
        let Some(receiver) = &granted.recipient else {
            if let [collection] = granted.collections.as_slice() {
                link(answer.headers_mut(), &address_of_origin(collection));
            }
            return Ok(());
        };
        if *self.request.method() == Method::HEAD {
            return Ok(());
        }
        let steps = self.make(&provenance, &granted)?;
        recorded(access, &steps);
        let sealed = Sealed {
            recipient: receiver.name.clone(),
            steps,
        };
        let takes_long = !sealed.steps.are_few();
        let id = on_a_thread(takes_long, move || provenance.seal.seal(&sealed)).await?;
        let id = id.ok_or(Refusal::Fault)?;
        if id.len() > LONGEST_ID {
            let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
            return Err(perils::Refused::TooMuch {
                what: "octets of the address of the answer's record, which JSON has within",
                found: count(id.len()),
                limit: count(LONGEST_ID),
            }
            .into());
        }
        link(answer.headers_mut(), &format!("/v1/provenance/{id}"));
        Ok(())
    }

    /// The answer to a request for a record.
    pub(super) async fn provenance(
        self,
        route: &ProvenanceRoute,
        access: &mut Access,
    ) -> Result<HttpResponse, Refusal> {
        match route {
            ProvenanceRoute::Origin(id) => self.origin(id.as_ref(), access).await,
            ProvenanceRoute::Record(id) => self.record(id, access).await,
        }
    }

    /// The record whose steps are sealed in `id`, for whom it was made for and for nobody else.
    async fn record(self, id: &str, access: &mut Access) -> Result<HttpResponse, Refusal> {
        let bearer = self.bearer(access).await?;
        self.is_not_blocked(&bearer)?;
        let provenance = self.site.provenance.clone().ok_or(Refusal::NoRoute)?;
        let receiver = self.receiver(&bearer, provenance.to)?;
        let sealed = provenance.seal.open(id);
        let is_its = |sealed: &Sealed| {
            let receiver = receiver.as_ref();
            receiver.is_some_and(|receiver| receiver.name == sealed.recipient)
        };
        let sealed = sealed.filter(is_its).ok_or(Refusal::NoRoute)?;
        recorded(access, &sealed.steps);
        let signed = signed(&provenance, sealed.steps, self.now).await?;
        Ok(sent(signed))
    }

    /// The origin of a collection, signed: for everyone where it is open, else for who may have it.
    async fn origin(
        self,
        id: Option<&CollectionId>,
        access: &mut Access,
    ) -> Result<HttpResponse, Refusal> {
        let known = id.and_then(|id| self.site.catalog.get(id.as_str()));
        let Some(id) = known.map(|known| known.id().clone()) else {
            self.authenticate(access).await?;
            return Err(Refusal::NoRoute);
        };
        access.dataset(id.as_str());
        self.permits(None, &[&id], access).await?;
        let provenance = self.site.provenance.clone();
        let provenance = provenance
            .filter(|one| one.is_of(&id))
            .ok_or(Refusal::NoRoute)?;
        let is_open = self.site.policy.open(&id).is_some();
        let since = provenance.since.unix_time().as_secs();
        let last_modified = UNIX_EPOCH + Duration::from_secs(since);
        if is_open && let Some(prepared) = self.site.public_origins.get(&id) {
            return prepared.answer(self.request, last_modified);
        }
        let mut steps = Steps::default();
        let step = self.origin_of(&provenance, &id, &mut steps);
        step.map_err(fault)?;
        let signed = signed(&provenance, steps, self.now).await?;
        if !is_open {
            return Ok(sent(signed));
        }
        let prepared = Arc::new(Prepared::new(JSON, signed.json));
        self.site.public_origins.insert(&id, &prepared);
        prepared.answer(self.request, last_modified)
    }
}

/// Notes the transfers among `steps`.
fn recorded(access: &mut Access, steps: &Steps) {
    for id in steps.transfers() {
        access.provenance(id);
    }
}

/// The record of `steps`: a key that is elsewhere is waited for on a thread that may wait.
async fn signed(
    provenance: &Arc<Provenance>,
    steps: Steps,
    now: Timestamp,
) -> Result<SignedRecord, Refusal> {
    let provenance = Arc::clone(provenance);
    let takes_long = !(provenance.signer.is_at_hand() && steps.are_few());
    let signed = on_a_thread(takes_long, move || provenance.signer.sign(&steps, now)).await?;
    signed.map_err(fault)
}

fn fault(fault: SigningFault) -> Refusal {
    tracing::error!(%fault, "a record of provenance cannot be made");
    drop(fault);
    Refusal::Fault
}

/// A record for one, which nobody else may have and which is another each time.
fn sent(record: SignedRecord) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, JSON))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(record.json)
}

/// The address of the origin of `collection`.
fn address_of_origin(collection: &CollectionId) -> String {
    let id = utf8_percent_encode(collection.as_str(), PATH_SEGMENT);
    format!("/v1/collections/{id}/provenance")
}

const JSON: &str = "application/json";
/// Letters of an address: it stands in a field of the answer, and in the line of a request.
const LONGEST_ID: usize = 3584;
