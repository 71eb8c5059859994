//! Certificate policies, RFC 5280 §6.1, for the initial policy set `any-policy`.
//!
//! No policy is asked for here, so policies refuse only where a CA demands that there be one that holds
//! along the whole path (`requireExplicitPolicy`), or maps what must not be mapped.

use std::collections::{BTreeMap, BTreeSet};

use x509_parser::{
    certificate::X509Certificate,
    extensions::{ParsedExtension, PolicyInformation},
    oid_registry::{
        OID_X509_EXT_CERTIFICATE_POLICIES, OID_X509_EXT_INHIBIT_ANY_POLICY,
        OID_X509_EXT_POLICY_CONSTRAINTS, OID_X509_EXT_POLICY_MAPPINGS,
    },
};

use super::extensions::is_asserting;

/// The content of a policy's object identifier.
type Policy = Vec<u8>;

/// Policies of a certificate.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Policies {
    /// RFC 5280 §4.2.1.4; none when the extension is absent.
    asserted: Option<BTreeSet<Policy>>,
    /// RFC 5280 §4.2.1.14.
    inhibit_any: Option<u32>,
    /// RFC 5280 §4.2.1.11.
    inhibit_mapping: Option<u32>,
    /// RFC 5280 §4.2.1.5, the policies of the subject by one of the issuer.
    mappings: BTreeMap<Policy, BTreeSet<Policy>>,
    /// RFC 5280 §4.2.1.11.
    require_explicit: Option<u32>,
    is_self_issued: bool,
}

impl Policies {
    /// Reads the four extensions; `None` when one of them cannot be used.
    pub(super) fn read(certificate: &X509Certificate<'_>, is_self_issued: bool) -> Option<Self> {
        let mut policies = Self {
            is_self_issued,
            ..Self::default()
        };
        let known = [
            OID_X509_EXT_CERTIFICATE_POLICIES,
            OID_X509_EXT_INHIBIT_ANY_POLICY,
            OID_X509_EXT_POLICY_CONSTRAINTS,
            OID_X509_EXT_POLICY_MAPPINGS,
        ];
        for extension in certificate.extensions() {
            if !known.contains(&extension.oid) {
                continue;
            }
            match extension.parsed_extension() {
                ParsedExtension::CertificatePolicies(asserted) => {
                    // Of a critical extension the qualifiers have to be understood as well, §4.2.1.4.
                    if extension.critical && !asserted.iter().all(has_known_qualifiers) {
                        return None;
                    }
                    let ids = asserted
                        .iter()
                        .map(|policy| policy.policy_id.as_bytes().to_vec());
                    policies.asserted = Some(ids.collect());
                }
                ParsedExtension::InhibitAnyPolicy(inhibit) => {
                    policies.inhibit_any = Some(inhibit.skip_certs);
                }
                ParsedExtension::PolicyConstraints(constraints) => {
                    policies.require_explicit = constraints.require_explicit_policy;
                    policies.inhibit_mapping = constraints.inhibit_policy_mapping;
                }
                ParsedExtension::PolicyMappings(mappings) => {
                    for mapping in &mappings.mappings {
                        let from = mapping.issuer_domain_policy.as_bytes().to_vec();
                        let to = mapping.subject_domain_policy.as_bytes().to_vec();
                        // §6.1.4 (a)
                        if from == ANY_POLICY || to == ANY_POLICY {
                            return None;
                        }
                        policies.mappings.entry(from).or_default().insert(to);
                    }
                }
                _ if is_asserting(extension) && !extension.critical => (),
                _ => return None,
            }
        }
        Some(policies)
    }
}

/// The two qualifiers of §4.2.1.4; they say something to readers and decide nothing.
fn has_known_qualifiers(policy: &PolicyInformation<'_>) -> bool {
    policy.policy_qualifiers.iter().flatten().all(|qualifier| {
        let kind = qualifier.policy_qualifier_id.as_bytes();
        kind == CPS || kind == USER_NOTICE
    })
}

/// Judges a path: that of the trust anchor `anchor`, then `path` from its first CA to the client.
///
/// The anchor's constraints count like those of a CA above the path, as RFC 5937 has them; its own
/// policies do not.
pub(super) fn hold<'p>(
    anchor: &Policies,
    path: impl ExactSizeIterator<Item = &'p Policies>,
) -> bool {
    let mut state = State::new(path.len());
    state.constrain(anchor);
    let last = path.len().saturating_sub(1);
    for (at, certificate) in path.enumerate() {
        let is_last = at == last;
        state.assert(certificate, is_last);
        if !state.holds() {
            return false;
        }
        if !is_last {
            state.map(certificate);
            state.count(certificate);
            state.constrain(certificate);
        }
        if is_last {
            // §6.1.5 (a) and (b)
            state.explicit = state.explicit.saturating_sub(1);
            if certificate.require_explicit == Some(0) {
                state.explicit = 0;
            }
        }
    }
    state.holds()
}

/// The state variables of §6.1.2. Of the policy tree only the lowest level is kept, by what its nodes
/// expect: whether it has a node is all that the initial policy set `any-policy` asks of it.
struct State {
    explicit: usize,
    inhibit_any: usize,
    mapping: usize,
    /// Policies that the nodes of a policy expect; no entry, no node.
    level: BTreeMap<Policy, BTreeSet<Policy>>,
}

impl State {
    fn new(length: usize) -> Self {
        let any = || ANY_POLICY.to_vec();
        Self {
            explicit: length + 1,
            inhibit_any: length + 1,
            mapping: length + 1,
            level: BTreeMap::from([(any(), BTreeSet::from([any()]))]),
        }
    }

    /// §6.1.3 (f)
    fn holds(&self) -> bool {
        self.explicit > 0 || !self.level.is_empty()
    }

    /// §6.1.3 (d) and (e): the next level is of what is asserted and was expected.
    fn assert(&mut self, certificate: &Policies, is_last: bool) {
        let above = std::mem::take(&mut self.level);
        let Some(asserted) = &certificate.asserted else {
            return;
        };
        let is_any_above = above.contains_key(ANY_POLICY);
        let expected: BTreeSet<&Policy> = above.values().flatten().collect();
        let node = |policy: &Policy| (policy.clone(), BTreeSet::from([policy.clone()]));
        self.level = asserted
            .iter()
            .filter(|policy| *policy != ANY_POLICY)
            .filter(|policy| is_any_above || expected.contains(policy))
            .map(node)
            .collect();
        let may_be_any = self.inhibit_any > 0 || (!is_last && certificate.is_self_issued);
        if may_be_any && asserted.contains(ANY_POLICY) {
            for policy in expected {
                self.level
                    .entry(policy.clone())
                    .or_insert_with(|| BTreeSet::from([policy.clone()]));
            }
        }
    }

    /// §6.1.4 (b)
    fn map(&mut self, certificate: &Policies) {
        let is_any = self.level.contains_key(ANY_POLICY);
        for (from, to) in &certificate.mappings {
            if self.mapping == 0 {
                self.level.remove(from);
            } else if is_any || self.level.contains_key(from) {
                self.level.insert(from.clone(), to.clone());
            }
        }
    }

    /// §6.1.4 (h)
    fn count(&mut self, certificate: &Policies) {
        if !certificate.is_self_issued {
            for count in [&mut self.explicit, &mut self.mapping, &mut self.inhibit_any] {
                *count = count.saturating_sub(1);
            }
        }
    }

    /// §6.1.4 (i) and (j)
    fn constrain(&mut self, certificate: &Policies) {
        let least = |count: usize, limit: Option<u32>| match limit {
            Some(limit) => count.min(usize::try_from(limit).unwrap_or(usize::MAX)),
            None => count,
        };
        self.explicit = least(self.explicit, certificate.require_explicit);
        self.mapping = least(self.mapping, certificate.inhibit_mapping);
        self.inhibit_any = least(self.inhibit_any, certificate.inhibit_any);
    }
}

/// `anyPolicy`, 2.5.29.32.0.
const ANY_POLICY: &[u8] = &[0x55, 0x1d, 0x20, 0x00];
/// `id-qt-cps`, 1.3.6.1.5.5.7.2.1.
const CPS: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x02, 0x01];
/// `id-qt-unotice`, 1.3.6.1.5.5.7.2.2.
const USER_NOTICE: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x02, 0x02];
