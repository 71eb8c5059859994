//! The syntax of a revocation list, RFC 5280 §5.1.

use x509_parser::{prelude::FromDer, time::ASN1Time};

use super::{
    elements::{Element, Elements, constructed, header},
    extensions::{INTEGER, ListExtensions, judge_entry},
    fault::RevocationListFault as Fault,
    serial::{SerialNumbers, shortest},
};
use crate::{
    caller::{der::SEQUENCE, leaf},
    clock::Timestamp,
};

/// A `CertificateList`; nothing in it is believed yet.
pub(super) struct CertificateList<'d> {
    /// Content of the `AlgorithmIdentifier`.
    pub(super) algorithm: &'d [u8],
    pub(super) extensions: ListExtensions<'d>,
    /// The `Name` in DER.
    pub(super) issuer: &'d [u8],
    pub(super) next_update: Option<Timestamp>,
    pub(super) serials: SerialNumbers,
    pub(super) signature: &'d [u8],
    /// The signed part.
    pub(super) tbs: &'d [u8],
    pub(super) this_update: Timestamp,
}

impl<'d> CertificateList<'d> {
    /// Reads bytes that are one list, with nothing but white space behind it.
    pub(super) fn read(bytes: &'d [u8]) -> Result<Self, Fault> {
        let mut fields = outer(bytes)?.elements();
        let tbs = fields.expect(SEQUENCE).ok_or(malformed("tbsCertList"))?;
        let algorithm = fields.expect(SEQUENCE).ok_or(malformed("the algorithm"))?;
        let signature = fields
            .expect(BIT_STRING)
            .ok_or(malformed("the signature"))?;
        // The first byte counts bits that are not used, and signatures are whole bytes.
        let ([0, signature @ ..], true) = (signature.content, fields.is_empty()) else {
            return Err(malformed("the signature"));
        };
        Self::read_tbs(tbs, algorithm.content, signature)
    }

    fn read_tbs(tbs: Element<'d>, algorithm: &'d [u8], signature: &'d [u8]) -> Result<Self, Fault> {
        let mut fields = tbs.elements();
        version(&mut fields)?;
        let signed_algorithm = fields.expect(SEQUENCE).ok_or(malformed("the algorithm"))?;
        if signed_algorithm.content != algorithm {
            return Err(Fault::AlgorithmsDiffer);
        }
        let issuer = fields
            .expect(SEQUENCE)
            .ok_or(malformed("its issuer"))?
            .whole;
        let this_update = fields
            .next()
            .and_then(time)
            .ok_or(malformed("thisUpdate"))?;
        let next_update = match fields.clone().next() {
            Some(Element {
                tag: UTC_TIME | GENERALIZED_TIME,
                ..
            }) => fields
                .next()
                .and_then(time)
                .map(Some)
                .ok_or(malformed("nextUpdate"))?,
            _ => None,
        };
        let entries = fields.optional(SEQUENCE).or(Err(ENTRIES_UNREADABLE))?;
        let extensions = fields
            .optional(constructed(0))
            .or(Err(malformed("its extensions")))?;
        if !fields.is_empty() {
            return Err(malformed("what follows its entries"));
        }
        Ok(Self {
            algorithm,
            // Version 1 has none; one that has them nevertheless is bound by them.
            extensions: extensions.map_or(Ok(ListExtensions::default()), |found| {
                ListExtensions::read(found, issuer)
            })?,
            issuer,
            next_update,
            serials: serials(entries.map_or(&[], |found| found.content))?,
            signature,
            tbs: tbs.whole,
            this_update,
        })
    }
}

/// The one element of a file, which may have white space behind it.
fn outer(bytes: &[u8]) -> Result<Element<'_>, Fault> {
    let Some((SEQUENCE, head, length)) = header(bytes) else {
        return Err(malformed("its beginning"));
    };
    let announced = head.saturating_add(length);
    let mut elements = Elements::of(bytes);
    let list = elements.next().ok_or(Fault::CutShort {
        present: bytes.len(),
        announced,
    })?;
    let rest = elements.rest();
    if rest.iter().all(|byte| WHITE_SPACE.contains(byte)) {
        return Ok(list);
    }
    Err(Fault::Trailing { bytes: rest.len() })
}

/// RFC 5280 §5.1.2.1: version 2 is written as 1, and version 1 as nothing, by some as 0.
fn version(fields: &mut Elements<'_>) -> Result<(), Fault> {
    let unreadable = malformed("its version");
    let Some(written) = fields.optional(INTEGER).or(Err(unreadable.clone()))? else {
        return Ok(());
    };
    match shortest(written.content) {
        Some([0 | 1]) => Ok(()),
        Some([number @ 2..=0x7f]) => Err(Fault::Version {
            version: u32::from(*number) + 1,
        }),
        _ => Err(unreadable),
    }
}

/// The numbers of `revokedCertificates`, RFC 5280 §5.1.2.6.
fn serials(content: &[u8]) -> Result<SerialNumbers, Fault> {
    let mut entries = Elements::of(content);
    let mut judged = 0;
    while !entries.is_empty() {
        judge(&mut entries)?;
        judged += 1;
    }
    let mut entries = Elements::of(content);
    let serials = SerialNumbers::new(std::iter::from_fn(move || {
        let mut fields = entries.next()?.elements();
        shortest(fields.next()?.content)
    }));
    // None of those that were judged is left out.
    let is_whole = serials.len() == judged;
    is_whole.then_some(serials).ok_or(ENTRIES_UNREADABLE)
}

/// Takes an entry that can be read and understood.
fn judge(entries: &mut Elements<'_>) -> Result<(), Fault> {
    let entry = entries.expect(SEQUENCE).ok_or(ENTRIES_UNREADABLE)?;
    let mut fields = entry.elements();
    let serial = fields.expect(INTEGER);
    let serial = serial.and_then(|number| shortest(number.content));
    let serial = serial.ok_or(ENTRIES_UNREADABLE)?;
    // Who is revoked from a day to come is revoked, so the date is passed over.
    let date = fields.next().ok_or(ENTRIES_UNREADABLE)?;
    if !matches!(date.tag, UTC_TIME | GENERALIZED_TIME) || date.content.len() < SHORTEST_TIME {
        return Err(ENTRIES_UNREADABLE);
    }
    if let Some(extensions) = fields.optional(SEQUENCE).or(Err(ENTRIES_UNREADABLE))? {
        judge_entry(extensions, serial)?;
    }
    fields.is_empty().then_some(()).ok_or(ENTRIES_UNREADABLE)
}

fn time(element: Element<'_>) -> Option<Timestamp> {
    let (rest, time) = ASN1Time::from_der(element.whole).ok()?;
    rest.is_empty().then(|| leaf::moment(time))
}

const fn malformed(part: &'static str) -> Fault {
    Fault::Malformed { part }
}

const ENTRIES_UNREADABLE: Fault = malformed("an entry of revokedCertificates");

/// `YYMMDDhhmmZ`.
const SHORTEST_TIME: usize = 11;

const WHITE_SPACE: &[u8] = b" \t\n\r\x0b\x0c";

const BIT_STRING: u8 = 0x03;
const GENERALIZED_TIME: u8 = 0x18;
const UTC_TIME: u8 = 0x17;
