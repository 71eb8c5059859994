//! The caller that is presumed: what was given of it, judged as that of a request would be.

use std::path::Path;

use super::{ExplainArgs, ExplainError};
use crate::{
    app::Parts,
    caller::{Caller, Membership},
    clock::Timestamp,
    edge::{CertificateFormat, ForwardedCertificate},
    policy::Applicant,
    token::{Facts, Scope},
};

/// One check before the rule.
pub(super) enum Step {
    /// It passes, or is presumed to.
    Passed(String),
    /// It refuses.
    Refused {
        /// The status that such a request is answered with.
        status: &'static str,
        /// The reason.
        said: String,
    },
}

/// A caller as far as it was given; the rest is taken for good.
pub(super) struct Presumed {
    steps: Vec<Step>,
    scope: Scope,
    client: Option<String>,
    organisation: Option<String>,
    membership: Membership,
    facts: Facts,
    now: Timestamp,
}

impl Presumed {
    pub(super) fn read(
        args: &ExplainArgs,
        parts: Option<&Parts>,
        now: Timestamp,
    ) -> Result<Self, ExplainError> {
        let mut presumed = Self {
            steps: Vec::new(),
            scope: Scope::default(),
            client: args.client_id.clone(),
            organisation: args.organisation.clone(),
            membership: Membership::supposed(
                &args.role.iter().map(String::as_str).collect::<Vec<_>>(),
                args.member.as_deref(),
                args.application.as_deref(),
            ),
            facts: Facts::default(),
            now,
        };
        let caller = if let Some(path) = &args.certificate {
            presumed.certificate(&read(path)?, parts, now)
        } else {
            presumed.pass("certificate", "is taken for good");
            None
        };
        match &args.claims {
            Some(path) => presumed.claims(&read(path)?, caller.as_ref(), parts, args, now),
            None => presumed.scopes(args)?,
        }
        Ok(presumed)
    }

    pub(super) fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Certificate and token, as far as a rule looks at them.
    pub(super) fn applicant(&self) -> Applicant<'_> {
        Applicant {
            scope: &self.scope,
            client: self.client.as_deref(),
            organisation: self.organisation.as_deref(),
            membership: &self.membership,
            facts: &self.facts,
            now: self.now,
        }
    }

    /// By the anchors and revocation lists of this configuration, now.
    fn certificate(&mut self, pem: &[u8], parts: Option<&Parts>, now: Timestamp) -> Option<Caller> {
        let Some(parts) = parts else {
            self.refuse("certificate", "cannot be judged: perild check says why");
            return None;
        };
        let escaped: String =
            percent_encoding::percent_encode(pem, percent_encoding::NON_ALPHANUMERIC).to_string();
        let forwarded =
            ForwardedCertificate::new(CertificateFormat::PemUrlencoded, escaped.as_bytes());
        let presented = match parts.callers().recognise(&forwarded) {
            Ok(presented) => presented,
            Err(unreadable) => {
                let status = "400 Bad Request (invalid_request)";
                let said = said("certificate", &unreadable.to_string());
                self.steps.push(Step::Refused { status, said });
                return None;
            }
        };
        match presented.verify(now) {
            Ok(caller) => {
                self.membership = caller.facts().membership().clone();
                let (subject, end) = (caller.subject().to_owned(), caller.not_after());
                self.pass(
                    "certificate",
                    &format!("is accepted: {subject}, good until {end}"),
                );
                Some(caller)
            }
            Err(refused) => {
                self.refuse("certificate", &refused.to_string());
                None
            }
        }
    }

    /// By what is demanded of every token; without a certificate, it is taken to be bound to the right one.
    fn claims(
        &mut self,
        json: &[u8],
        caller: Option<&Caller>,
        parts: Option<&Parts>,
        args: &ExplainArgs,
        now: Timestamp,
    ) {
        let Some(parts) = parts else {
            return self.refuse("token", "cannot be judged: perild check says why");
        };
        match parts.token_settings().suppose(json, caller, now) {
            Ok(supposed) => {
                let client = supposed.holder.client_id();
                let given = args.client_id.as_deref();
                if given.is_some() && client != given {
                    let client = client.unwrap_or("nobody that is named");
                    return self.refuse(
                        "token",
                        &format!("was issued to {client}, as the claims say"),
                    );
                }
                let client = client.unwrap_or("a client that is not named");
                let bound = if caller.is_some() {
                    "and bound to the certificate"
                } else {
                    "and taken to be bound to the certificate"
                };
                self.pass("token", &format!("of {client} is active, for us {bound}"));
                self.scope = supposed.scope;
                self.client = supposed.holder.client_id().map(str::to_owned);
                self.organisation = supposed.holder.organisation_id().map(str::to_owned);
                self.facts = supposed.facts;
            }
            Err(refused) => self.refuse("token", &refused.to_string()),
        }
    }

    fn scopes(&mut self, args: &ExplainArgs) -> Result<(), ExplainError> {
        let text = args.scope.join(" ");
        self.scope = Scope::parse(&text).ok_or(ExplainError::Scope(text))?;
        let client = args.client_id.as_deref().unwrap_or("any client");
        let client = client.escape_debug();
        let scope = if self.scope.is_empty() {
            "no scope".to_owned()
        } else {
            self.scope.to_string()
        };
        self.pass(
            "token",
            &format!("of {client}, with {scope}, is taken to be active and bound"),
        );
        Ok(())
    }

    fn pass(&mut self, what: &str, is_so: &str) {
        self.steps.push(Step::Passed(said(what, is_so)));
    }

    fn refuse(&mut self, what: &str, why: &str) {
        let status = "401 Unauthorized (invalid_token)";
        let said = said(what, why);
        self.steps.push(Step::Refused { status, said });
    }
}

fn said(what: &str, is_so: &str) -> String {
    format!("{what:<13} {is_so}")
}

fn read(path: &Path) -> Result<Vec<u8>, ExplainError> {
    std::fs::read(path).map_err(|source| ExplainError::Unreadable {
        path: path.into(),
        source,
    })
}
