//! `Accept` and `Accept-Encoding` against the representations that there are, RFC 9110 §12.5.

/// `true` when `field` refuses the media type `essence`, as `text/csv`, by `q=0`: what a thing of one representation
/// is not sent against (RFC 9110 §15.5.7 leaves it to the server to send it where `Accept` has others).
pub(super) fn refuses_type(field: Option<&str>, essence: &str) -> bool {
    field
        .and_then(|field| weight(field, &ranges_of(essence, &any_of_kind(essence))))
        .is_some_and(|weight| weight <= 0.0)
}

/// Quality that `field` gives the coding `name`, which it must name.
pub(super) fn weight_of_coding(field: &str, name: &str) -> f32 {
    weight(field, &[name]).unwrap_or(0.0)
}

/// Quality that `field` gives the media type `essence`, from 0 for not at all to 1.
pub(crate) fn weight_of_type(field: Option<&str>, essence: &str) -> f32 {
    let Some(field) = field.filter(|field| !matches!(field.trim(), "" | "*/*")) else {
        return 1.0;
    };
    weight(field, &ranges_of(essence, &any_of_kind(essence))).unwrap_or(0.0)
}

/// The media ranges that match `essence`, the most specific first (RFC 9110 §12.5.1).
fn ranges_of<'e>(essence: &'e str, any_of_kind: &'e str) -> [&'e str; 3] {
    [essence, any_of_kind, "*/*"]
}

fn any_of_kind(essence: &str) -> String {
    let (kind, _) = essence.split_once('/').unwrap_or((essence, ""));
    format!("{kind}/*")
}

/// `true` when `field` admits the bytes as they are; only `q=0` excludes them (RFC 9110 §12.5.3).
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

/// The weight that `member` gives to `name`; parameters other than `q` are passed over, and so is a member whose
/// `q` is no weight.
fn weight_of_member(member: &str, name: &str) -> Option<f32> {
    let mut parts = member.split(';').map(str::trim);
    if !parts.next()?.eq_ignore_ascii_case(name) {
        return None;
    }
    let weight = parts.find_map(|part| {
        let (key, value) = part.split_once('=')?;
        key.trim().eq_ignore_ascii_case("q").then(|| value.trim())
    });
    match weight {
        None => Some(1.0),
        Some(weight) => weight
            .parse()
            .ok()
            .filter(|weight| (0.0..=1.0).contains(weight)),
    }
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
            assert!(weight_of_type(Some(accept), "text/csv") > 0.0, "{accept}");
        }
        for accept in [
            "image/png",
            "text/csv;q=0, */*",
            "text/csv;q=0",
            "*/*;q=0",
            "text/*;q=0.000",
        ] {
            assert!(weight_of_type(Some(accept), "text/csv") <= 0.0, "{accept}");
        }
        assert!(weight_of_type(None, "text/csv") > 0.0);
    }

    /// Rows: HTTP-17
    #[test]
    fn rfc9110_15_5_7_one_representation_is_refused_by_q_0_only() {
        for accept in [
            "*/*",
            "",
            ",",
            "image/png",
            "application/json",
            "application/json, application/problem+json",
            "text/html",
            "text/csv",
            "application/json;q=0",
            "text/html;q=0",
            "application/*;q=0",
            "text/csv;q=0.001, */*;q=0",
            "text/*, */*;q=0",
            "TEXT/CSV, text/*;q=0, */*;q=0",
            "text/csv;q=nothing",
            "text/csv;q=",
            "text/csv;q=-1",
            "not a list at all",
        ] {
            assert!(!refuses_type(Some(accept), "text/csv"), "{accept}");
        }
        for accept in [
            "text/csv;q=0",
            "TEXT/CSV ; Q=0.000",
            "text/csv;header=present;q=0",
            "text/csv;q=0, */*",
            "text/csv;q=0, text/*",
            "application/json, text/csv;q=0.0",
            "text/*;q=0",
            "text/*;q=0, */*",
            "*/*;q=0",
            "application/json, */*;q=0",
        ] {
            assert!(refuses_type(Some(accept), "text/csv"), "{accept}");
        }
        assert!(!refuses_type(None, "text/csv"));
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
