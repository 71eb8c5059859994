//! Extensions of a list and of its entries, RFC 5280 §5.2 and §5.3.

use x509_parser::num_bigint::BigUint;

use super::{
    elements::{Element, Elements, constructed, context},
    fault::RevocationListFault as Fault,
    points::PointNames,
    serial::shortest,
};
use crate::caller::{
    der::{BOOLEAN, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE},
    name, object,
};

/// Extensions of a list.
#[derive(Default)]
pub(super) struct ListExtensions<'d> {
    /// The issuer's key by its own identifier, §5.2.1.
    pub(super) authority_key: Option<&'d [u8]>,
    /// `true` when it only adds to another list, §5.2.4.
    pub(super) is_delta: bool,
    /// Grows with each list of an issuer and scope, §5.2.3.
    pub(super) number: Option<BigUint>,
    pub(super) scope: Scope,
}

/// The certificates that a list is for, §5.2.5; all of its issuer without an issuing distribution point.
#[derive(Default, Eq, PartialEq)]
pub(super) struct Scope {
    pub(super) only_ca: bool,
    pub(super) only_users: bool,
    pub(super) points: Option<PointNames>,
}

impl<'d> ListExtensions<'d> {
    /// Reads the extensions in `wrapper`; `issuer` is the list's.
    pub(super) fn read(wrapper: Element<'d>, issuer: &[u8]) -> Result<Self, Fault> {
        let mut outer = wrapper.elements();
        let list = outer.expect(SEQUENCE).ok_or(UNREADABLE)?;
        if !outer.is_empty() {
            return Err(UNREADABLE);
        }
        let (mut read, mut seen) = (Self::default(), Vec::new());
        let mut extensions = list.elements();
        while !extensions.is_empty() {
            let extension = Extension::read(&mut extensions).ok_or(UNREADABLE)?;
            if seen.contains(&extension.oid) {
                return Err(Fault::Repeated {
                    oid: object::name(extension.oid),
                });
            }
            seen.push(extension.oid);
            read.take(&extension, issuer)?;
        }
        Ok(read)
    }

    fn take(&mut self, extension: &Extension<'d>, issuer: &[u8]) -> Result<(), Fault> {
        match extension.oid {
            AUTHORITY_KEY_IDENTIFIER => self.authority_key = key_identifier(extension.value),
            CRL_NUMBER => self.number = Some(number(extension.value).ok_or(NUMBER_UNREADABLE)?),
            DELTA_CRL_INDICATOR => self.is_delta = true,
            ISSUING_DISTRIBUTION_POINT => self.scope = Scope::read(extension.value, issuer)?,
            oid if extension.is_critical => {
                return Err(Fault::CriticalExtension {
                    oid: object::name(oid),
                });
            }
            _ => (),
        }
        Ok(())
    }
}

impl Scope {
    fn read(value: &[u8], issuer: &[u8]) -> Result<Self, Fault> {
        let mut outer = Elements::of(value);
        let mut fields = outer.expect(SEQUENCE).ok_or(SCOPE_UNREADABLE)?.elements();
        let mut scope = Self::default();
        while !fields.is_empty() {
            let field = fields.next().ok_or(SCOPE_UNREADABLE)?;
            match field.tag {
                POINT => {
                    let names = PointNames::read(field, issuer).ok_or(SCOPE_UNREADABLE)?;
                    scope.points = Some(names);
                }
                ONLY_USERS => scope.only_users = is_true(field)?,
                ONLY_CA => scope.only_ca = is_true(field)?,
                SOME_REASONS => return Err(Fault::SomeReasons),
                INDIRECT if is_true(field)? => return Err(Fault::Indirect),
                ATTRIBUTES if is_true(field)? => return Err(Fault::AttributeCertificates),
                INDIRECT | ATTRIBUTES => (),
                _ => return Err(SCOPE_UNREADABLE),
            }
        }
        // At most one of them may be, and for both at once nothing would be left.
        if !outer.is_empty() || scope.only_users && scope.only_ca {
            return Err(SCOPE_UNREADABLE);
        }
        Ok(scope)
    }
}

/// Refuses an entry that is not about a certificate of the list's issuer, or that cannot be understood.
///
/// The reason, whichever it is, and the date of invalidity change nothing: who is on the list is revoked.
pub(super) fn judge_entry(extensions: Element<'_>, serial: &[u8]) -> Result<(), Fault> {
    let mut extensions = extensions.elements();
    while !extensions.is_empty() {
        let extension = Extension::read(&mut extensions).ok_or(ENTRY_UNREADABLE)?;
        match extension.oid {
            CERTIFICATE_ISSUER => return Err(Fault::Indirect),
            REASON_CODE | INVALIDITY_DATE => (),
            oid if extension.is_critical => {
                let serial = serial.iter().take(LONGEST_SERIAL);
                return Err(Fault::CriticalEntryExtension {
                    oid: object::name(oid),
                    serial: name::hex(&serial.copied().collect::<Vec<_>>()),
                });
            }
            _ => (),
        }
    }
    Ok(())
}

struct Extension<'d> {
    is_critical: bool,
    oid: &'d [u8],
    value: &'d [u8],
}

impl<'d> Extension<'d> {
    fn read(extensions: &mut Elements<'d>) -> Option<Self> {
        let mut fields = extensions.expect(SEQUENCE)?.elements();
        let oid = fields.expect(OBJECT_IDENTIFIER)?.content;
        // A FALSE that is written out is not DER, and common.
        let is_critical = match fields.optional(BOOLEAN).ok()? {
            None => false,
            Some(flag) => flag.content != [0],
        };
        let value = fields.expect(OCTET_STRING)?.content;
        fields.is_empty().then_some(Self {
            is_critical,
            oid,
            value,
        })
    }
}

fn is_true(flag: Element<'_>) -> Result<bool, Fault> {
    match flag.content {
        [0xff] => Ok(true),
        [0] => Ok(false),
        _ => Err(SCOPE_UNREADABLE),
    }
}

fn key_identifier(value: &[u8]) -> Option<&[u8]> {
    let mut fields = Elements::of(value).expect(SEQUENCE)?.elements();
    Some(fields.expect(context(0))?.content)
}

/// A number that is not negative.
fn number(value: &[u8]) -> Option<BigUint> {
    let mut outer = Elements::of(value);
    let number = shortest(outer.expect(INTEGER)?.content)?;
    let is_negative = number.first().is_some_and(|first| first & 0x80 != 0);
    (outer.is_empty() && !is_negative).then(|| BigUint::from_bytes_be(number))
}

const ENTRY_UNREADABLE: Fault = Fault::Malformed {
    part: "an entry's extensions",
};
const NUMBER_UNREADABLE: Fault = Fault::Malformed {
    part: "its number (cRLNumber)",
};
const SCOPE_UNREADABLE: Fault = Fault::Malformed {
    part: "its issuing distribution point",
};
const UNREADABLE: Fault = Fault::Malformed {
    part: "its extensions",
};

const LONGEST_SERIAL: usize = 20;

const POINT: u8 = constructed(0);
const ONLY_USERS: u8 = context(1);
const ONLY_CA: u8 = context(2);
const SOME_REASONS: u8 = context(3);
const INDIRECT: u8 = context(4);
const ATTRIBUTES: u8 = context(5);

pub(super) const INTEGER: u8 = 0x02;

/// `id-ce`, 2.5.29, and the number below it.
const AUTHORITY_KEY_IDENTIFIER: &[u8] = &[0x55, 0x1d, 35];
const CERTIFICATE_ISSUER: &[u8] = &[0x55, 0x1d, 29];
const CRL_NUMBER: &[u8] = &[0x55, 0x1d, 20];
const DELTA_CRL_INDICATOR: &[u8] = &[0x55, 0x1d, 27];
const INVALIDITY_DATE: &[u8] = &[0x55, 0x1d, 24];
const ISSUING_DISTRIBUTION_POINT: &[u8] = &[0x55, 0x1d, 28];
const REASON_CODE: &[u8] = &[0x55, 0x1d, 21];
