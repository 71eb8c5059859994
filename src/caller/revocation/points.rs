//! Names of distribution points, RFC 5280 §4.2.1.13 and §5.2.5.

use x509_parser::{
    certificate::X509Certificate, oid_registry::OID_X509_EXT_CRL_DISTRIBUTION_POINTS,
};

use super::elements::{Element, Elements, constructed, context};
use crate::caller::{
    IssuerKey,
    der::{SEQUENCE, SET, element},
    distinguished_name::canonical,
};

/// The names of one distribution point or of several, each a `GeneralName` in DER.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct PointNames(Vec<Vec<u8>>);

impl PointNames {
    /// The points at which the revocation of a certificate is published; `None` when it does not say.
    ///
    /// Points that are for some reasons only, or whose lists another issuer signs, are left out; so are
    /// all when the extension is malformed.
    pub(in crate::caller) fn of_certificate(certificate: &X509Certificate<'_>) -> Option<Self> {
        let found = certificate.get_extension_unique(&OID_X509_EXT_CRL_DISTRIBUTION_POINTS);
        let issuer = certificate.issuer().as_raw();
        match found {
            Ok(None) => None,
            Ok(Some(extension)) => Some(of_points(extension.value, issuer).unwrap_or_default()),
            Err(_) => Some(Self::default()),
        }
    }

    /// The names in a `DistributionPointName`, which `wrapper` holds; `issuer` is that of the list.
    pub(super) fn read(wrapper: Element<'_>, issuer: &[u8]) -> Option<Self> {
        let mut choice = wrapper.elements();
        let name = choice.next().filter(|_| choice.is_empty())?;
        if name.tag == constructed(1) {
            return Some(Self(vec![relative(name.content, issuer)?]));
        }
        let mut names = (name.tag == constructed(0)).then(|| name.elements())?;
        let mut all = Vec::new();
        while !names.is_empty() {
            all.push(comparable(names.next()?));
        }
        Some(Self(all))
    }

    /// The addresses among them.
    pub(crate) fn uris(&self) -> impl Iterator<Item = &str> {
        let uri = |name: &Vec<u8>| name.first() == Some(&URI);
        let text = |name| str::from_utf8(Elements::of(name).next()?.content).ok();
        self.0
            .iter()
            .filter(move |name| uri(name))
            .filter_map(move |name| text(name))
    }

    /// `true` when one name is in both.
    pub(super) fn meet(&self, other: &Self) -> bool {
        self.0.iter().any(|name| other.0.contains(name))
    }
}

/// The issuer of a certificate in DER, and where that says its revocation is published; `None` when it
/// does not say.
pub(crate) fn published_at(der: &[u8]) -> Option<(IssuerKey, PointNames)> {
    let (_, certificate) = x509_parser::parse_x509_certificate(der).ok()?;
    let points = PointNames::of_certificate(&certificate)?;
    Some((IssuerKey::of(certificate.issuer().as_raw()), points))
}

fn of_points(extension: &[u8], issuer: &[u8]) -> Option<PointNames> {
    let mut outer = Elements::of(extension);
    let mut points = outer.expect(SEQUENCE)?.elements();
    let mut all = PointNames::default();
    while !points.is_empty() {
        let mut point = points.expect(SEQUENCE)?.elements();
        let name = point.optional(constructed(0)).ok()?;
        // What follows are reasons or another issuer.
        if let Some(name) = name.filter(|_| point.is_empty()) {
            all.0.extend(PointNames::read(name, issuer)?.0);
        }
    }
    outer.is_empty().then_some(all)
}

/// RFC 5280 §4.2.1.13: the issuer's name with one more component.
fn relative(component: &[u8], issuer: &[u8]) -> Option<Vec<u8>> {
    let components = Elements::of(issuer).expect(SEQUENCE)?.content;
    let name = [components, &element(SET, component)].concat();
    let name = canonical(&element(SEQUENCE, &name))?;
    Some(element(DIRECTORY_NAME, &name))
}

/// A name of the directory in its canonical form, any other as it is.
fn comparable(name: Element<'_>) -> Vec<u8> {
    if name.tag == DIRECTORY_NAME
        && let Some(canonical) = canonical(name.content)
    {
        return element(DIRECTORY_NAME, &canonical);
    }
    name.whole.to_vec()
}

const DIRECTORY_NAME: u8 = constructed(4);

const URI: u8 = context(6);
