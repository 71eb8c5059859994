//! Extensions of certificates that decide whether a path is good.

use std::collections::BTreeSet;

use x509_parser::{
    certificate::X509Certificate,
    extensions::{GeneralName, ParsedExtension, X509Extension},
    oid_registry::{
        OID_X509_EXT_BASIC_CONSTRAINTS, OID_X509_EXT_CERTIFICATE_POLICIES,
        OID_X509_EXT_CRL_DISTRIBUTION_POINTS, OID_X509_EXT_EXTENDED_KEY_USAGE,
        OID_X509_EXT_INHIBIT_ANY_POLICY, OID_X509_EXT_KEY_USAGE, OID_X509_EXT_NAME_CONSTRAINTS,
        OID_X509_EXT_POLICY_CONSTRAINTS, OID_X509_EXT_POLICY_MAPPINGS,
        OID_X509_EXT_SUBJECT_ALT_NAME, Oid,
    },
};

use super::object;

/// The name of the first critical extension that is not understood here, RFC 5280 §4.2.
///
/// Roles, member and application of the IB1 trust framework are not critical: a certificate that has them so is not of
/// its form, and means something that we do not know.
pub(super) fn unknown_critical(certificate: &X509Certificate<'_>) -> Option<String> {
    let mut extensions = certificate.extensions().iter();
    extensions
        .find(|extension| extension.critical && !UNDERSTOOD.contains(&extension.oid))
        .map(|extension| object::name(extension.oid.as_bytes()))
}

/// The name of the first extension that is repeated, or that decides here and cannot be read.
pub(super) fn malformed(certificate: &X509Certificate<'_>) -> Option<String> {
    let extensions = certificate.extensions();
    let is_malformed = |at: usize, found: &X509Extension<'_>| {
        let mut later = extensions.iter().skip(at + 1);
        let is_unread = matches!(found.parsed_extension(), ParsedExtension::ParseError { .. });
        let is_deciding = DECIDING.contains(&found.oid) && (found.critical || !is_asserting(found));
        later.any(|later| later.oid == found.oid) || is_unread && is_deciding
    };
    extensions
        .iter()
        .enumerate()
        .find(|(at, found)| is_malformed(*at, found))
        .map(|(_, found)| object::name(found.oid.as_bytes()))
}

/// `true` when it asserts or maps policies: where that cannot be read and need not be, nothing is asserted.
pub(super) fn is_asserting(extension: &X509Extension<'_>) -> bool {
    [
        OID_X509_EXT_CERTIFICATE_POLICIES,
        OID_X509_EXT_POLICY_MAPPINGS,
    ]
    .contains(&extension.oid)
}

/// RFC 5280 §4.2.1.12: no EKU at all, or one with `clientAuth` or `anyExtendedKeyUsage`.
pub(super) fn is_for_clients(certificate: &X509Certificate<'_>) -> bool {
    match certificate.extended_key_usage() {
        Ok(Some(usage)) => usage.value.client_auth || usage.value.any,
        Ok(None) => true,
        Err(_) => false,
    }
}

/// `true` when it constrains names of the kind that every subject is.
pub(super) fn constrains_directory_names(certificate: &X509Certificate<'_>) -> bool {
    constrained(certificate)
        .iter()
        .any(|name| matches!(name, GeneralName::DirectoryName(_)))
}

/// The kinds of names that it constrains and that are not compared here, RFC 5280 §4.2.1.10.
pub(super) fn uncomputed_constraints(certificate: &X509Certificate<'_>) -> Vec<&'static str> {
    let names = constrained(certificate);
    let kinds: BTreeSet<_> = names.into_iter().filter_map(uncomputed).collect();
    kinds.into_iter().collect()
}

fn uncomputed(name: &GeneralName<'_>) -> Option<&'static str> {
    match name {
        GeneralName::DNSName(_) | GeneralName::IPAddress(_) => None,
        GeneralName::DirectoryName(_) => Some("directory names"),
        GeneralName::RFC822Name(_) => Some(EMAIL_ADDRESSES),
        GeneralName::URI(_) => Some("URIs"),
        _ => Some("other names"),
    }
}

/// The bases of all subtrees, permitted and excluded.
fn constrained<'c>(certificate: &'c X509Certificate<'_>) -> Vec<&'c GeneralName<'c>> {
    let Ok(Some(constraints)) = certificate.name_constraints() else {
        return Vec::new();
    };
    let constraints = constraints.value;
    [
        &constraints.permitted_subtrees,
        &constraints.excluded_subtrees,
    ]
    .into_iter()
    .flatten()
    .flatten()
    .map(|subtree| &subtree.base)
    .collect()
}

pub(super) const EMAIL_ADDRESSES: &str = "e-mail addresses";

/// Those that may be critical: each is processed, or bears on what is not done here.
const UNDERSTOOD: [Oid<'static>; 10] = [
    OID_X509_EXT_BASIC_CONSTRAINTS,
    OID_X509_EXT_CERTIFICATE_POLICIES,
    OID_X509_EXT_CRL_DISTRIBUTION_POINTS,
    OID_X509_EXT_EXTENDED_KEY_USAGE,
    OID_X509_EXT_INHIBIT_ANY_POLICY,
    OID_X509_EXT_KEY_USAGE,
    OID_X509_EXT_NAME_CONSTRAINTS,
    OID_X509_EXT_POLICY_CONSTRAINTS,
    OID_X509_EXT_POLICY_MAPPINGS,
    OID_X509_EXT_SUBJECT_ALT_NAME,
];

/// Those that a path is judged by; the others are of no weight when they cannot be read.
const DECIDING: [Oid<'static>; 8] = [
    OID_X509_EXT_BASIC_CONSTRAINTS,
    OID_X509_EXT_CERTIFICATE_POLICIES,
    OID_X509_EXT_EXTENDED_KEY_USAGE,
    OID_X509_EXT_INHIBIT_ANY_POLICY,
    OID_X509_EXT_KEY_USAGE,
    OID_X509_EXT_NAME_CONSTRAINTS,
    OID_X509_EXT_POLICY_CONSTRAINTS,
    OID_X509_EXT_POLICY_MAPPINGS,
];
