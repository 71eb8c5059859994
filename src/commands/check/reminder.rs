//! Output of a daily run: every fault, and what ends soon on chosen days only, so that it is read.

use std::io::{self, Write};

use crate::{
    clock::Timestamp,
    config::{Finding, Severity},
};

/// Prints with the priorities of `sd-daemon(3)`, which the journal takes off each line.
pub(super) fn print(findings: &[Finding], now: Timestamp) -> io::Result<()> {
    let mut output = io::stdout().lock();
    for finding in findings.iter().filter(|finding| is_due(finding, now)) {
        let priority = match finding.severity {
            Severity::Error => "<3>",
            Severity::Warning | Severity::Fine => "<4>",
        };
        writeln!(output, "{priority}{finding}")?;
    }
    Ok(())
}

fn is_due(finding: &Finding, now: Timestamp) -> bool {
    match (finding.severity, finding.ends) {
        (Severity::Error, _) | (Severity::Warning, None) => true,
        (Severity::Warning, Some(end)) => DAYS.contains(&(now.until(end).as_secs() / 86_400)),
        (Severity::Fine, _) => false,
    }
}

/// Whole days left on which it is said; 0 covers the last day and every day after it.
const DAYS: [u64; 6] = [30, 14, 7, 3, 1, 0];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SettingPlace;

    fn in_days(days: i64) -> bool {
        let now = Timestamp::from_seconds(1_000_000_000);
        let end = Timestamp::from_seconds(now.seconds() + days * 86_400 + 3_600);
        let place = SettingPlace::Outside("test".to_owned());
        let fault = Finding::of_end(place, "it", end, now, Severity::Warning, "renew it");
        is_due(&fault, now)
    }

    #[test]
    fn an_end_is_said_thirty_fourteen_seven_three_and_one_days_before_and_after_it() {
        let said: Vec<i64> = (-3..60).rev().filter(|days| in_days(*days)).collect();
        assert_eq!(said, [30, 14, 7, 3, 1, 0, -1, -2, -3]);
    }

    #[test]
    fn what_is_wrong_is_said_daily_and_what_is_fine_never() {
        let now = Timestamp::from_seconds(1_000_000_000);
        for (severity, is_said) in [
            (Severity::Error, true),
            (Severity::Warning, true),
            (Severity::Fine, false),
        ] {
            let fault = Finding::new(severity, SettingPlace::Outside("test".to_owned()), "so", "");
            assert_eq!(is_due(&fault, now), is_said, "{severity:?}");
        }
    }
}
