//! `Accept` and `Accept-Encoding` against the representations that there are, RFC 9110 §12.5.

/// Whether `field` admits the media type `essence`, as `text/csv`; no field admits everything.
pub(super) fn admits_type(field: Option<&str>, essence: &str) -> bool {
    weight_of_type(field, essence) > 0.0
}

/// How much `field` likes the coding `name`, which it must name.
pub(super) fn weight_of_coding(field: &str, name: &str) -> f32 {
    weight(field, &[name]).unwrap_or(0.0)
}

/// How much `field` likes the media type `essence`, from 0 for not at all to 1.
pub(super) fn weight_of_type(field: Option<&str>, essence: &str) -> f32 {
    let Some(field) = field.filter(|field| !matches!(field.trim(), "" | "*/*")) else {
        return 1.0;
    };
    let (kind, _) = essence.split_once('/').unwrap_or((essence, ""));
    let any_of_kind = format!("{kind}/*");
    let precedence = [essence, &any_of_kind, "*/*"];
    weight(field, &precedence).unwrap_or(0.0)
}

/// Whether `field` admits the bytes as they are; only `q=0` excludes them (RFC 9110 §12.5.3).
pub(super) fn admits_identity(field: Option<&str>) -> bool {
    field.is_none_or(|field| weight(field, &["identity", "*"]).unwrap_or(1.0) > 0.0)
}

/// The weight of the most specific of `names` that stands in the list `field`.
fn weight(field: &str, names: &[&str]) -> Option<f32> {
    names.iter().find_map(|name| {
        let mut weights = field
            .split(',')
            .filter_map(|member| weight_of_member(member, name));
        weights.next()
    })
}

/// The weight that `member` gives to `name`; parameters other than `q` are passed over.
fn weight_of_member(member: &str, name: &str) -> Option<f32> {
    let mut parts = member.split(';').map(str::trim);
    let is_named = parts.next()?.eq_ignore_ascii_case(name);
    let weight = parts.find_map(|part| {
        let (key, value) = part.split_once('=')?;
        key.trim()
            .eq_ignore_ascii_case("q")
            .then(|| value.trim().parse().unwrap_or(0.0))
    });
    is_named.then(|| weight.unwrap_or(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows: HTTP-17
    #[test]
    fn rfc9110_12_5_1_the_most_specific_range_decides() {
        for accept in [
            "*/*",
            "text/csv",
            "TEXT/CSV",
            "text/*",
            "image/png, */*;q=0.1",
            "text/csv;q=0.5, */*;q=0",
            "text/csv;header=present",
            "",
        ] {
            assert!(admits_type(Some(accept), "text/csv"), "{accept}");
        }
        for accept in [
            "image/png",
            "text/csv;q=0, */*",
            "text/csv;q=0",
            "*/*;q=0",
            "text/*;q=0.000",
        ] {
            assert!(!admits_type(Some(accept), "text/csv"), "{accept}");
        }
        assert!(admits_type(None, "text/csv"));
    }

    /// Rows: HTTP-18
    #[test]
    fn rfc9110_12_5_3_identity_is_excluded_by_q_0_only() {
        for field in ["gzip", "gzip;q=0", "identity", "identity;q=0.1, *;q=0", ""] {
            assert!(admits_identity(Some(field)), "{field}");
        }
        for field in ["identity;q=0", "*;q=0", "gzip, *;q=0"] {
            assert!(!admits_identity(Some(field)), "{field}");
        }
        assert!(admits_identity(None));
    }
}
