//! A clock that is wrong: by the directory's own, or by a certificate of ours that is not good yet.

use std::time::Duration;

use rustls_pki_types::{CertificateDer, pem::PemObject};

use crate::{
    clock::Timestamp,
    config::{Config, Finding, SettingPlace, SettingPlaces, Severity},
    token::Clocks,
};

/// One finding when our clock and the directory's are so far apart that tokens are refused for it.
pub(super) fn apart(place: SettingPlace, clocks: Clocks) -> Option<Finding> {
    let Clocks { server, ours } = clocks;
    let (apart, which) = if ours > server {
        (server.until(ours), "ahead of")
    } else {
        (ours.until(server), "behind")
    };
    (apart > TOLERATED).then(|| {
        let seconds = apart.as_secs();
        Finding::new(
            Severity::Warning,
            place,
            format!(
                "this machine's clock says {ours}, {seconds} seconds {which} the directory's: tokens and certificates are judged by it"
            ),
            SET_CLOCK,
        )
    })
}

/// One finding when what is shown to the directory begins in the future. The daemon starts all the same:
/// a clock is set right while it runs.
pub(super) fn findings(config: &Config, places: &SettingPlaces, now: Timestamp) -> Vec<Finding> {
    let path = &config.directory.certificate;
    let begin = CertificateDer::from_pem_file(path)
        .ok()
        .and_then(|der| not_before(&der));
    let begin = begin.filter(|begin| *begin > now);
    let finding = begin.map(|begin| {
        let path = path.display();
        Finding::new(
            Severity::Warning,
            places.of("directory.certificate"),
            format!(
                "the certificate {path} begins at {begin}, and this machine's clock says {now}"
            ),
            SET_CLOCK,
        )
    });
    finding.into_iter().collect()
}

fn not_before(der: &[u8]) -> Option<Timestamp> {
    let (_, certificate) = x509_parser::parse_x509_certificate(der).ok()?;
    let begin = certificate.validity().not_before.timestamp();
    Some(Timestamp::from_seconds(begin))
}

const SET_CLOCK: &str = "set the clock if it is wrong: timedatectl set-ntp true";

/// An answer takes its time, and dates have whole seconds.
const TOLERATED: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_that_are_apart_are_told_of_with_the_direction() {
        let said = |ours: i64| {
            let clocks = Clocks {
                server: Timestamp::from_seconds(1_768_478_400),
                ours: Timestamp::from_seconds(1_768_478_400 + ours),
            };
            apart(SettingPlace::Outside("test".to_owned()), clocks).map(|found| found.to_string())
        };
        for fine in [-30, -1, 0, 1, 30] {
            assert_eq!(said(fine), None, "{fine}");
        }
        let ahead = said(3600).unwrap();
        assert!(
            ahead.contains("3600 seconds ahead of the directory's"),
            "{ahead}"
        );
        assert!(
            ahead.contains("2026-01-15T13:00:00Z") && ahead.contains("set-ntp"),
            "{ahead}"
        );
        let behind = said(-31).unwrap();
        assert!(
            behind.contains("31 seconds behind the directory's"),
            "{behind}"
        );
    }
}
