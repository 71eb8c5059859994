//! Revocation lists and certificates put together byte by byte, as no library of ours writes them.

use rcgen::{KeyPair, SigningKey};

use super::{Ca, mint::later};
use crate::{
    caller::{
        der::{OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, SET, element},
        revocation::elements::Elements,
    },
    clock::Timestamp,
};

pub(super) const ECDSA_WITH_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];

/// The parts of a list, each in DER; none is where it is empty.
pub(super) struct Parts {
    pub(super) version: Vec<u8>,
    /// The algorithm that is signed, and the one beside the signature.
    pub(super) algorithms: [Vec<u8>; 2],
    pub(super) issuer: Vec<u8>,
    pub(super) this_update: Vec<u8>,
    pub(super) next_update: Vec<u8>,
    pub(super) entries: Vec<Vec<u8>>,
    pub(super) extensions: Vec<Vec<u8>>,
}

impl Parts {
    /// A good list of version 2 from yesterday until tomorrow, with the CA's name as it is.
    pub(super) fn of(ca: &Ca) -> Self {
        let certificate = ca.issuer.der();
        let (_, certificate) = x509_parser::parse_x509_certificate(certificate).unwrap();
        let algorithm = sequence(&[oid(ECDSA_WITH_SHA256)]);
        Self {
            version: vec![2, 1, 1],
            algorithms: [algorithm.clone(), algorithm],
            issuer: certificate.subject().as_raw().to_vec(),
            this_update: utc_time(later(-86_400)),
            next_update: utc_time(later(86_400)),
            entries: Vec::new(),
            extensions: Vec::new(),
        }
    }

    /// The list, signed by the CA's key.
    pub(super) fn signed_by(&self, ca: &Ca) -> Vec<u8> {
        self.signed_with(ca.issuer.key())
    }

    pub(super) fn signed_with(&self, key: &KeyPair) -> Vec<u8> {
        let list = |tag, parts: &[Vec<u8>]| match parts {
            [] => Vec::new(),
            parts => element(tag, &parts.concat()),
        };
        let extensions = match list(SEQUENCE, &self.extensions) {
            none if none.is_empty() => none,
            extensions => element(0xa0, &extensions),
        };
        let tbs = sequence(&[
            self.version.clone(),
            self.algorithms[0].clone(),
            self.issuer.clone(),
            self.this_update.clone(),
            self.next_update.clone(),
            list(SEQUENCE, &self.entries),
            extensions,
        ]);
        signed(tbs, &self.algorithms[1], key)
    }
}

/// An entry that revokes the number with these bytes.
pub(super) fn entry(serial: &[u8], extensions: &[Vec<u8>]) -> Vec<u8> {
    let extensions = match extensions {
        [] => Vec::new(),
        extensions => sequence(extensions),
    };
    sequence(&[element(2, serial), utc_time(later(-3600)), extensions])
}

/// An extension below `id-ce`.
pub(super) fn extension(number: u8, is_critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = if is_critical {
        vec![1, 1, 0xff]
    } else {
        Vec::new()
    };
    sequence(&[
        oid(&[0x55, 0x1d, number]),
        critical,
        element(OCTET_STRING, value),
    ])
}

/// A name of one attribute, a `commonName` of this string type.
pub(super) fn common_name(tag: u8, text: &[u8]) -> Vec<u8> {
    let attribute = sequence(&[oid(&[0x55, 4, 3]), element(tag, text)]);
    sequence(&[element(SET, &attribute)])
}

/// The certificate with another serial number, signed anew.
pub(super) fn renumbered(certificate: &[u8], serial: &[u8], issuer: &Ca) -> Vec<u8> {
    let mut parts = Elements::of(certificate).next().unwrap().elements();
    let mut fields = parts.next().unwrap().elements();
    let version = fields.next().unwrap().whole;
    let _ = fields.next().unwrap();
    let tbs = [version, &element(2, serial), fields.rest()].concat();
    let algorithm = parts.next().unwrap().whole.to_vec();
    signed(element(SEQUENCE, &tbs), &algorithm, issuer.issuer.key())
}

pub(super) fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    element(SEQUENCE, &parts.concat())
}

pub(super) fn oid(content: &[u8]) -> Vec<u8> {
    element(OBJECT_IDENTIFIER, content)
}

pub(super) fn utc_time(time: Timestamp) -> Vec<u8> {
    let digits = time.to_string().replace(['-', ':', 'T'], "");
    element(0x17, &digits.as_bytes()[2..])
}

fn signed(tbs: Vec<u8>, algorithm: &[u8], key: &KeyPair) -> Vec<u8> {
    let signature = [vec![0], key.sign(&tbs).unwrap()].concat();
    sequence(&[tbs, algorithm.to_vec(), element(3, &signature)])
}
