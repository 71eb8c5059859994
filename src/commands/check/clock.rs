//! A certificate of ours that is not good yet: most often the clock is wrong.

use rustls_pki_types::{CertificateDer, pem::PemObject};

use crate::{
    clock::Timestamp,
    config::{Config, Fault, Places, Severity},
};

/// One finding when what is shown to the directory begins in the future. The daemon starts all the same:
/// a clock is set right while it runs.
pub(super) fn findings(config: &Config, places: &Places, now: Timestamp) -> Vec<Fault> {
    let path = &config.directory.certificate;
    let begin = CertificateDer::from_pem_file(path)
        .ok()
        .and_then(|der| not_before(&der));
    let begin = begin.filter(|begin| *begin > now);
    let finding = begin.map(|begin| {
        let path = path.display();
        Fault::new(
            Severity::Warning,
            places.of("directory.certificate"),
            format!(
                "the certificate {path} begins at {begin}, and this machine's clock says {now}"
            ),
            "set the clock if it is wrong: timedatectl set-ntp true",
        )
    });
    finding.into_iter().collect()
}

fn not_before(der: &[u8]) -> Option<Timestamp> {
    let (_, certificate) = x509_parser::parse_x509_certificate(der).ok()?;
    let begin = certificate.validity().not_before.timestamp();
    Some(Timestamp::from_seconds(begin))
}
