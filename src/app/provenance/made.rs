//! The steps of an answer: for each collection its origin, and the transfer to whoever asked.

use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use percent_encoding::utf8_percent_encode;
use serde_json::{Map, Value};

use super::{Provenance, fault, told::Granted};
use crate::{
    app::context::RequestContext,
    clock::Timestamp,
    dataset::{
        Collection,
        metadata::{Iri, Metadata, Moment},
    },
    policy::CollectionId,
    provenance::{Origin, SigningFault, StepId, Steps, Transfer},
    response::{Refusal, file::PATH_SEGMENT},
};

impl RequestContext<'_> {
    /// The steps of what is `granted`.
    pub(super) fn make(self, provenance: &Provenance, granted: &Granted) -> Result<Steps, Refusal> {
        let Some(receiver) = &granted.recipient else {
            return Err(Refusal::Fault);
        };
        let parameters = told(self.parameters(), provenance);
        let mut steps = Steps::default();
        for id in &granted.collections {
            let of = self.origin_of(provenance, id, &mut steps);
            let of = of.map_err(fault)?;
            let metadata = self
                .site
                .catalog
                .get(id.as_str())
                .map(|found| found.metadata());
            let standard = metadata.and_then(|metadata| metadata.entry.conforms_to.first());
            let own = metadata.and_then(licence);
            let transfer = Transfer {
                of,
                to: &receiver.to,
                standard: standard.map(Iri::as_str),
                licence: receiver.licence.as_deref().or(own.as_deref()),
                service: &self.site.base_url,
                path: self.told.template,
                parameters: &parameters,
                permissions: [],
            };
            let transferred = steps.transfer(&transfer, self.now);
            transferred.map_err(fault)?;
        }
        Ok(steps)
    }

    /// Adds the origin of the collection `id` to `steps`.
    pub(super) fn origin_of(
        self,
        provenance: &Provenance,
        id: &CollectionId,
        steps: &mut Steps,
    ) -> Result<StepId, SigningFault> {
        let own = utf8_percent_encode(id.as_str(), PATH_SEGMENT);
        let own = format!("{}/v1/collections/{own}", self.site.base_url);
        let found = self.site.catalog.get(id.as_str());
        let metadata = found.map(|found| found.metadata());
        let source = metadata.and_then(|metadata| metadata.entry.sources.first());
        let licence = metadata.and_then(licence);
        let version = metadata.and_then(|metadata| metadata.version.as_deref());
        let digest = found.and_then(|found| found.digest());
        steps.origin(&Origin {
            timestamp: found.map_or(provenance.since, |found| time(found, provenance.since)),
            origin: source.map_or(&own, |source| source.as_str()),
            licence: licence.as_deref(),
            is_external: source.is_some(),
            collection: &own,
            version: version.or(digest),
        })
    }
}

/// The time of a collection's version, as its description or its files say it.
fn time(collection: &Collection, otherwise: Timestamp) -> Timestamp {
    let metadata = collection.metadata();
    let said = metadata.modified.or(metadata.issued).map(Moment::time);
    let files = collection.representations().iter();
    let changed = files.map(|file| Timestamp::from(file.modified)).max();
    said.or(changed).unwrap_or(otherwise)
}

/// The address of the licence that a collection is under.
fn licence(metadata: &Metadata) -> Option<String> {
    let address = metadata.licence.as_ref()?.address()?;
    Some(address.to_string())
}

/// Those of `parameters` that may be told; long ones by their digest.
fn told(parameters: Vec<(String, String)>, provenance: &Provenance) -> Map<String, Value> {
    let may = |name: &str| provenance.parameters.contains(name);
    let told = parameters.into_iter().filter(|(name, _)| may(name));
    told.map(|(name, value)| (name, short(value).into()))
        .collect()
}

fn short(value: String) -> String {
    if value.len() <= LONGEST_VALUE {
        return value;
    }
    let digest = digest::digest(&digest::SHA256, value.as_bytes());
    format!("sha-256:{}", URL_SAFE_NO_PAD.encode(digest))
}

/// Letters of a parameter that is told as it is.
const LONGEST_VALUE: usize = 256;
