//! Membership of a trust framework, as its certificates state it: roles, member and application (IB1, §16.1).
//!
//! Newer certificates have the application's URL as their one URI name and the member's in an extension; older ones
//! have them the other way round. A certificate of another framework has neither, and may have one URI name.

use std::fmt;

use x509_parser::{
    certificate::X509Certificate, extensions::GeneralName, oid_registry::asn1_rs::Oid,
};

use super::der::{self, SEQUENCE};

/// Roles, member and application of a certificate, each a URL that is compared octet for octet; all may be missing.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Membership {
    roles: Box<[Box<str>]>,
    member: Option<Box<str>>,
    application: Option<Box<str>>,
}

/// The fault of a certificate's membership.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum MembershipFault {
    /// An extension that is not what it should be; its last arcs.
    Malformed(Statement),
    /// Two applications, one in an extension and another as the URI name.
    TwoApplications,
}

/// An extension that states a part of a membership.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Statement {
    Roles,
    Application,
    Member,
}

impl Membership {
    /// Reads what `certificate` states; that it was verified only a [`Caller`](super::Caller) says.
    pub(super) fn read(certificate: &X509Certificate<'_>) -> Result<Self, MembershipFault> {
        let roles = stated(certificate, Statement::Roles, texts)?.unwrap_or_default();
        let application = stated(certificate, Statement::Application, text)?;
        let member = stated(certificate, Statement::Member, text)?;
        let name = only_uri(certificate);
        let (member, application) = match (member, application) {
            (Some(_), Some(application)) if name.as_ref() != Some(&application) => {
                return Err(MembershipFault::TwoApplications);
            }
            (None, Some(application)) => (name, Some(application)),
            (member, _) => (member, name),
        };
        Ok(Self {
            roles,
            member,
            application,
        })
    }

    /// A membership that no certificate states, for who asks what would be.
    #[must_use]
    pub fn supposed(roles: &[&str], member: Option<&str>, application: Option<&str>) -> Self {
        Self {
            roles: roles.iter().map(|role| Box::from(*role)).collect(),
            member: member.map(Box::from),
            application: application.map(Box::from),
        }
    }

    /// The roles, in their order.
    #[must_use]
    pub fn roles(&self) -> &[Box<str>] {
        &self.roles
    }

    /// The member's URL.
    #[must_use]
    pub fn member(&self) -> Option<&str> {
        self.member.as_deref()
    }

    /// The application's URL.
    #[must_use]
    pub fn application(&self) -> Option<&str> {
        self.application.as_deref()
    }
}

impl Statement {
    /// The content of its object identifier in DER: 1.3.6.1.4.1.62329.1 and its own arc.
    fn oid(self) -> [u8; 10] {
        let arc = match self {
            Self::Roles => 1,
            Self::Application => 2,
            Self::Member => 3,
        };
        [0x2b, 6, 1, 4, 1, 0x83, 0xe6, 0x79, 1, arc]
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Roles => "1.3.6.1.4.1.62329.1.1 (roles)",
            Self::Application => "1.3.6.1.4.1.62329.1.2 (application)",
            Self::Member => "1.3.6.1.4.1.62329.1.3 (member)",
        })
    }
}

/// Content of `statement`, read by `read` from its one value.
fn stated<T>(
    certificate: &X509Certificate<'_>,
    statement: Statement,
    read: fn(&[u8]) -> Option<T>,
) -> Result<Option<T>, MembershipFault> {
    let oid = statement.oid();
    let oid = Oid::new(oid[..].into());
    let mut extensions = certificate.extensions().iter();
    let Some(found) = extensions.find(|extension| extension.oid == oid) else {
        return Ok(None);
    };
    let is_again = extensions.any(|extension| extension.oid == oid);
    let value = read(found.value).filter(|_| !is_again);
    value.map(Some).ok_or(MembershipFault::Malformed(statement))
}

/// `SEQUENCE OF UTF8String`, of one or more.
fn texts(bytes: &[u8]) -> Option<Box<[Box<str>]>> {
    let elements = der::elements(der::content(bytes, SEQUENCE)?)?;
    let texts = elements.iter().map(|element| text(element.whole));
    let texts: Option<Box<[_]>> = texts.collect();
    texts.filter(|texts| !texts.is_empty())
}

/// `UTF8String` that says something and can stand in a line of a log.
fn text(bytes: &[u8]) -> Option<Box<str>> {
    let text = std::str::from_utf8(der::content(bytes, UTF8_STRING)?).ok()?;
    let is_said = !text.is_empty() && text.len() <= LONGEST_BYTES;
    (is_said && !text.contains(char::is_control)).then(|| text.into())
}

/// The URI among the subject's other names, when there is one and no more.
fn only_uri(certificate: &X509Certificate<'_>) -> Option<Box<str>> {
    let names = certificate.subject_alternative_name().ok()??;
    let mut uris = names
        .value
        .general_names
        .iter()
        .filter_map(|name| match name {
            GeneralName::URI(uri) => Some(*uri),
            _ => None,
        });
    let uri = uris.next().filter(|_| uris.next().is_none())?;
    let is_said = uri.len() <= LONGEST_BYTES && !uri.contains(char::is_control);
    is_said.then(|| uri.into())
}

const UTF8_STRING: u8 = 0x0c;
const LONGEST_BYTES: usize = 2048;

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        let digits: Vec<_> = text.bytes().filter(|byte| *byte != b' ').collect();
        let pairs = digits.chunks(2).map(|pair| {
            let pair = std::str::from_utf8(pair).unwrap();
            u8::from_str_radix(pair, 16).unwrap()
        });
        pairs.collect()
    }

    /// Rows: IB1-ID-5
    #[test]
    fn roles_are_a_sequence_of_utf8_strings_and_nothing_else_is() {
        let vector = "302a 0c13 68747470733a2f2f722e6578616d706c652f61 \
                      0c13 68747470733a2f2f722e6578616d706c652f62";
        let found = texts(&hex(vector)).unwrap();
        assert_eq!(
            *found,
            ["https://r.example/a".into(), "https://r.example/b".into()]
        );
        let long = [b"\x0c\x81\x80".as_slice(), &[b'x'; 128]].concat();
        assert_eq!(text(&long).unwrap().len(), 128);
        for broken in [
            "",
            "3000",
            "3003 0c01 61 00",
            "3003 1301 61",
            "3103 0c01 61",
            "3003 0c01 ff",
            "3003 0c01 0a",
            "3002 0c00",
            "3080 0c01 61 0000",
            "3003 0c02 61",
        ] {
            assert_eq!(texts(&hex(broken)), None, "{broken}");
        }
    }

    /// Rows: IB1-ID-4
    #[test]
    fn a_member_is_one_utf8_string() {
        let vector = "0c28 68747470733a2f2f6469726563746f72792e6578616d706c652e6f72672f\
                      6d656d6265722f313233";
        let found = text(&hex(vector));
        assert_eq!(
            found.as_deref(),
            Some("https://directory.example.org/member/123")
        );
        for broken in ["", "0c01 61 00", "1301 61", "3003 0c01 61", "0c00"] {
            assert_eq!(text(&hex(broken)), None, "{broken}");
        }
    }
}
