//! Outcome of a request, in the record and as the journal says it.

use std::borrow::Cow;

use super::{TARGET, known};
use crate::{
    audit::{Facts, shortened},
    caller::CertificateFacts,
    policy::{Denied, Permit},
    printable::printable,
    response::{Reason, Refusal},
};

/// The decision about one request.
#[derive(Debug)]
pub(super) enum Outcome {
    /// Rules that granted, and the clauses that held.
    Granted { rules: Box<str>, clauses: Box<str> },
    /// No rule was asked.
    Open,
    /// The check that refused.
    Refused {
        words: Box<str>,
        stage: &'static str,
        reason: Reason,
        rule: Option<Box<str>>,
        lacking: Option<Box<str>>,
    },
}

impl Outcome {
    pub(super) fn granted(permits: &[Permit]) -> Self {
        Self::Granted {
            rules: joined(permits, ", ", Permit::rule),
            clauses: joined(permits, " | ", Permit::clause),
        }
    }

    pub(super) fn refused(refusal: &Refusal) -> Self {
        let denied = match refusal {
            Refusal::Denied(denied) => Some(denied),
            _ => None,
        };
        Self::Refused {
            words: refusal.to_string().into(),
            stage: Reason::stage(refusal),
            reason: refusal.into(),
            rule: denied.and_then(|denied| denied.rule()).map(Box::from),
            lacking: denied.and_then(Denied::lacking).map(Box::from),
        }
    }

    /// Adds what it is to `facts`; of a refusal only words that name nobody.
    pub(super) fn add_to<'f>(&'f self, facts: Facts<'f>) -> Facts<'f> {
        match self {
            Self::Granted { rules, clauses } => Facts {
                decision: "granted".into(),
                rule: Some(shortened(rules)),
                condition: Some(shortened(clauses)),
                ..facts
            },
            Self::Open => Facts {
                decision: "open".into(),
                ..facts
            },
            Self::Refused {
                words: _,
                stage,
                reason,
                rule,
                lacking,
            } => Facts {
                decision: "refused".into(),
                stage: Some((*stage).into()),
                reason: Some(reason.to_string().into()),
                rule: rule.as_deref().map(shortened),
                condition: lacking.as_deref().map(shortened),
                ..facts
            },
        }
    }

    /// The decision in words, for whoever reads the journal.
    fn words(&self) -> Cow<'_, str> {
        match self {
            Self::Granted { rules, .. } => format!("granted: {rules}").into(),
            Self::Open => "open".into(),
            Self::Refused { words, .. } => format!("refused: {words}").into(),
        }
    }

    /// Writes the record to the journal.
    pub(super) fn tell(&self, facts: &Facts<'_>, certificate: Option<&CertificateFacts>) {
        let words = self.words();
        let decision = &*printable(&words);
        let interaction_id = &*facts.interaction_id;
        let client_id = &*known(facts.client_id.as_deref());
        let organisation_id = &*known(facts.organisation_id.as_deref());
        let cert_subject = &*known(certificate.map(CertificateFacts::subject));
        let cert_issuer = &*known(facts.cert_issuer.as_deref());
        let cert_serial = &*known(facts.cert_serial.as_deref());
        let cert_thumbprint = &*known(facts.cert_thumbprint.as_deref());
        let dataset = &*known(facts.collection.as_deref());
        let (method, route) = (&*facts.method, &*facts.route);
        let (status, bytes, duration_us) = (facts.status, facts.bytes, facts.duration_us);
        // What is not known has no field.
        let text =
            |fact: &Option<Cow<'_, str>>| fact.as_deref().map(|fact| printable(fact).into_owned());
        let (version, licence) = (text(&facts.version), text(&facts.licence));
        let (member, application) = (text(&facts.member), text(&facts.application));
        let (condition, stage) = (text(&facts.condition), facts.stage.as_deref());
        let reason = facts.reason.as_deref();
        let account = facts.account.map(|account| account.to_string());
        let query_sha256 = facts.query_sha256.map(|query| query.to_string());
        let provenance = (!facts.provenance.is_empty()).then(|| facts.provenance.join(","));
        let (rows, cert_days_left) = (facts.rows, facts.cert_days_left);
        tracing::info!(
            target: TARGET,
            interaction_id, client_id, organisation_id, member, application, account, cert_thumbprint, cert_subject,
            cert_issuer, cert_serial, cert_days_left, method, route, dataset, version, licence, query_sha256, status,
            decision, condition, stage, reason, bytes, rows, duration_us, provenance,
            "{method} {route} {status} {bytes} bytes {duration_us} us, dataset {dataset}, client {client_id} of \
             {organisation_id}, {decision}, interaction {interaction_id}"
        );
    }
}

/// Words of each permit, once, with `between` between two.
fn joined(permits: &[Permit], between: &str, of: impl Fn(&Permit) -> &str) -> Box<str> {
    let mut said: Vec<_> = permits.iter().map(of).collect();
    said.dedup();
    said.join(between).into()
}
