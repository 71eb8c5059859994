//! Tables of the folder that the daemon imports by itself, and those that it does not.

use crate::{
    app::Holdings,
    config::{Config, Finding, SettingPlaces, Severity},
    import::{Bounds, Outlook, outlook},
};

/// A finding for each table that is not served as it lies in the folder.
pub(super) fn findings(
    config: &Config,
    places: &SettingPlaces,
    holdings: Option<&Holdings>,
) -> Vec<Finding> {
    let Some(holdings) = holdings else {
        return Vec::new();
    };
    let bounds = Bounds {
        shared_data: config.paths.shared_data.clone(),
        state: config.paths.state.clone(),
        most_bytes: config.import.unattended_bytes,
    };
    let found = outlook(holdings.catalog(), &bounds).into_iter();
    let found = found.map(|(id, outlook)| {
        let (severity, finding, remedy) = match outlook {
            Outlook::New => (
                Severity::Fine,
                format!("{id} is new, and is imported at the next reload"),
                "",
            ),
            Outlook::Refused(reason) => (
                Severity::Error,
                format!("{id} is not imported: {reason}"),
                "mend it and reload; what was served before is served on",
            ),
            Outlook::TooLarge(refusal) => (
                Severity::Fine,
                format!("{id} is not imported by itself: {refusal}"),
                "",
            ),
            Outlook::Unreadable(refusal) => (
                Severity::Warning,
                format!("{id} cannot be imported: {refusal}"),
                "let the user that perild runs as read it, and keep to regular files of the folder",
            ),
        };
        Finding::new(severity, places.of("paths.shared_data"), finding, remedy)
    });
    found.collect()
}
