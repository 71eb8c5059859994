//! Object identifiers as people call them.

use x509_parser::{
    asn1_rs::Oid,
    objects::{oid_registry, oid2sn},
};

/// The name of the object with its dotted form, or the dotted form alone; `bytes` are its content in DER.
pub(super) fn name(bytes: &[u8]) -> String {
    let oid = Oid::new(bytes.into());
    // Whoever wrote the certificate chose its length.
    let dotted: String = oid.to_id_string().chars().take(CHARACTERS).collect();
    match oid2sn(&oid, oid_registry()) {
        Ok(name) => format!("{name} ({dotted})"),
        Err(_) if bytes == ECDSA_WITH_SHA1 => format!("ecdsa-with-SHA1 ({dotted})"),
        Err(_) => dotted,
    }
}

/// 1.2.840.10045.4.1, which the registry does not know and certificates were signed with.
const ECDSA_WITH_SHA1: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01];

const CHARACTERS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_object_has_its_name_and_every_one_its_number() {
        assert_eq!(name(&[0x55, 0x1d, 0x24]), "policyConstraints (2.5.29.36)");
        assert_eq!(name(&[0x2a, 3, 4]), "1.2.3.4");
        assert!(name(&[0x7f; 4000]).len() <= CHARACTERS);
    }
}
