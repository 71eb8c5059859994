//! Extensions of certificates that decide whether a path is good.

use x509_parser::{
    certificate::X509Certificate,
    extensions::{GeneralName, ParsedExtension},
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
pub(super) fn unknown_critical(certificate: &X509Certificate<'_>) -> Option<String> {
    let mut extensions = certificate.extensions().iter();
    extensions
        .find(|extension| extension.critical && !UNDERSTOOD.contains(&extension.oid))
        .map(|extension| object::name(extension.oid.as_bytes()))
}

/// The name of the first extension that is repeated, or that decides here and cannot be read.
pub(super) fn malformed(certificate: &X509Certificate<'_>) -> Option<String> {
    let extensions = certificate.extensions();
    let is_malformed = |at: usize, oid: &Oid<'_>, parsed: &ParsedExtension<'_>| {
        let is_repeated = extensions
            .iter()
            .skip(at + 1)
            .any(|later| later.oid == *oid);
        let is_unread = matches!(parsed, ParsedExtension::ParseError { .. });
        is_repeated || is_unread && DECIDING.contains(oid)
    };
    extensions
        .iter()
        .enumerate()
        .find(|(at, found)| is_malformed(*at, &found.oid, found.parsed_extension()))
        .map(|(_, found)| object::name(found.oid.as_bytes()))
}

/// RFC 5280 §4.2.1.12: no EKU at all, or one with `clientAuth` or `anyExtendedKeyUsage`.
pub(super) fn is_for_clients(certificate: &X509Certificate<'_>) -> bool {
    match certificate.extended_key_usage() {
        Ok(Some(usage)) => usage.value.client_auth || usage.value.any,
        Ok(None) => true,
        Err(_) => false,
    }
}

/// Whether it constrains names of the kind that every subject is.
pub(super) fn constrains_directory_names(certificate: &X509Certificate<'_>) -> bool {
    let Ok(Some(constraints)) = certificate.name_constraints() else {
        return false;
    };
    [
        &constraints.value.permitted_subtrees,
        &constraints.value.excluded_subtrees,
    ]
    .into_iter()
    .flatten()
    .flatten()
    .any(|subtree| matches!(subtree.base, GeneralName::DirectoryName(_)))
}

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
