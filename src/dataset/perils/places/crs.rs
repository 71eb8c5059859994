//! The coordinate reference system that GeoJSON may name: older than RFC 7946, which knows CRS84 alone (§4).

use serde_json::Value;

/// `true` when the member `crs` leaves coordinates what they are in RFC 7946: longitude and latitude on WGS 84.
pub(super) fn is_crs84(crs: &Value) -> bool {
    let name = match crs {
        Value::Null => return true,
        Value::String(name) => Some(name.as_str()),
        _ if crs["type"] == "name" => crs.pointer("/properties/name").and_then(Value::as_str),
        _ => None,
    };
    let name = name.unwrap_or_default().trim().to_ascii_lowercase();
    let authority = name.strip_suffix("crs84");
    authority.is_some_and(|authority| AUTHORITIES.contains(&authority))
}

/// Prefixes that may stand before the name.
const AUTHORITIES: [&str; 9] = [
    "",
    "ogc:",
    "urn:ogc:def:crs:ogc:",
    "urn:ogc:def:crs:ogc::",
    "urn:ogc:def:crs:ogc:1.3:",
    "http://www.opengis.net/def/crs/ogc/0/",
    "http://www.opengis.net/def/crs/ogc/1.3/",
    "https://www.opengis.net/def/crs/ogc/0/",
    "https://www.opengis.net/def/crs/ogc/1.3/",
];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rfc7946_4_crs84_is_known_by_each_of_its_names_and_nothing_else_is() {
        let named = |name: &str| json!({"type": "name", "properties": {"name": name}});
        for name in [
            "urn:ogc:def:crs:OGC:1.3:CRS84",
            "urn:ogc:def:crs:OGC::CRS84",
            "OGC:CRS84",
            "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
        ] {
            assert!(is_crs84(&named(name)), "{name}");
        }
        assert!(is_crs84(&Value::Null));
        for crs in [
            named("urn:ogc:def:crs:EPSG::3857"),
            named("EPSG:27700"),
            named("urn:ogc:def:crs:EPSG::4326"),
            named("xCRS84"),
            json!({"type": "link", "properties": {"href": "http://x/CRS84"}}),
            json!({"type": "EPSG", "properties": {"code": 4326}}),
            json!({}),
            json!(5),
        ] {
            assert!(!is_crs84(&crs), "{crs}");
        }
    }
}
