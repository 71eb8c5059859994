use serde_json::{Value, json};

use super::{super::json::parse_object, *};

const MEMBER: &str = "introspection_endpoint";
const MISSING: MetadataFault = MetadataFault::EndpointMissing { member: MEMBER };
const NOT_HTTPS: MetadataFault = MetadataFault::EndpointNotHttps { member: MEMBER };

fn endpoint(metadata: &Value) -> Result<String, MetadataFault> {
    let metadata = parse_object(metadata.to_string().as_bytes()).unwrap();
    let found = Wanted::Introspection.read(&metadata, "https://as.example/");
    found.map(|found| found.0.to_string())
}

/// Rows: DISC-1, DISC-2
#[test]
fn rfc8414_3_1_the_well_known_places_of_an_issuer() {
    for (issuer, openid, oauth) in [
        (
            "https://a",
            "https://a/.well-known/openid-configuration",
            "https://a/.well-known/oauth-authorization-server",
        ),
        (
            "https://a/",
            "https://a/.well-known/openid-configuration",
            "https://a/.well-known/oauth-authorization-server",
        ),
        (
            "https://a:8443/b",
            "https://a:8443/b/.well-known/openid-configuration",
            "https://a:8443/.well-known/oauth-authorization-server/b",
        ),
        (
            "https://a/b/",
            "https://a/b/.well-known/openid-configuration",
            "https://a/.well-known/oauth-authorization-server/b",
        ),
    ] {
        let places = well_known(issuer).unwrap();
        assert_eq!(
            places.map(|place| place.0.to_string()),
            [openid, oauth],
            "{issuer}"
        );
    }
}

/// Rows: FAPI2-NET-1, DISC-5
#[test]
fn what_is_no_https_issuer_has_no_metadata() {
    for issuer in [
        "http://a/",
        "a",
        "",
        "https://a/?b",
        "https://a/#b",
        "https://u:p@a/",
        "https://",
    ] {
        assert_eq!(well_known(issuer), None, "{issuer}");
    }
}

/// Rows: DISC-3, CON-3
#[test]
fn rfc8414_3_3_metadata_of_another_issuer_is_not_used() {
    let metadata = |issuer: Value| {
        json!({
            "issuer": issuer, "introspection_endpoint": "https://as.example/introspect"})
    };
    assert_eq!(
        endpoint(&metadata(json!("https://as.example/"))).unwrap(),
        "https://as.example/introspect"
    );
    for other in [
        "https://as.example",
        "https://AS.example/",
        "https://as.example:443/",
        "",
    ] {
        let published = other.to_owned();
        let refusal = endpoint(&metadata(json!(other))).unwrap_err();
        assert_eq!(refusal, MetadataFault::IssuerDiffers { published });
    }
    for none in [json!(null), json!(["https://as.example/"])] {
        let published = String::new();
        let refusal = endpoint(&metadata(none)).unwrap_err();
        assert_eq!(refusal, MetadataFault::IssuerDiffers { published });
    }
}

/// Rows: DISC-4, FAPI2-NET-4, IB1-TOK-3
#[test]
fn rfc8705_5_the_mtls_alias_is_preferred() {
    let mut metadata = json!({
        "issuer": "https://as.example/",
        "introspection_endpoint": "https://as.example/introspect",
        "mtls_endpoint_aliases": {"introspection_endpoint": "https://mtls.example/introspect"},
    });
    assert_eq!(
        endpoint(&metadata).unwrap(),
        "https://mtls.example/introspect"
    );
    for without in [
        json!({"token_endpoint": "https://x/"}),
        json!({"introspection_endpoint": null}),
        json!(null),
    ] {
        metadata["mtls_endpoint_aliases"] = without;
        assert_eq!(
            endpoint(&metadata).unwrap(),
            "https://as.example/introspect"
        );
    }
}

/// Rows: DISC-3, DISC-5, FAPI1-A-6
#[test]
fn rfc8414_2_the_key_set_is_where_jwks_uri_says_and_has_no_alias() {
    let key_set = |issuer: &str, uri: Value| {
        let metadata = json!({"issuer": issuer, "jwks_uri": uri,
                "mtls_endpoint_aliases": {"jwks_uri": "https://mtls.example/keys"}});
        let metadata = parse_object(metadata.to_string().as_bytes()).unwrap();
        let found = Wanted::KeySet.read(&metadata, "https://as.example/");
        found.map(|found| found.0.to_string())
    };
    let (ours, keys) = ("https://as.example/", "https://as.example/keys");
    assert_eq!(key_set(ours, json!(keys)).unwrap(), keys);
    let member = "jwks_uri";
    let http = key_set(ours, json!("http://as.example/keys"));
    assert_eq!(http, Err(MetadataFault::EndpointNotHttps { member }));
    let none = key_set(ours, json!(null));
    assert_eq!(none, Err(MetadataFault::EndpointMissing { member }));
    let other = key_set("https://evil.example/", json!(keys));
    assert!(matches!(other, Err(MetadataFault::IssuerDiffers { .. })));
}

/// Rows: DISC-5, FAPI2-NET-1
#[test]
fn rfc8414_2_an_endpoint_that_is_not_https_is_refused() {
    let with = |member: &str, value: Value| {
        let mut metadata = json!({
            "issuer": "https://as.example/", "unknown": {"x": 1},
            "introspection_endpoint": "https://as.example/introspect",
        });
        metadata
            .as_object_mut()
            .unwrap()
            .insert(member.to_owned(), value);
        endpoint(&metadata)
    };
    assert!(with("also_unknown", json!([])).is_ok());
    for url in [
        "http://as.example/introspect",
        "ftp://as.example/",
        "introspect",
        "",
    ] {
        assert_eq!(with("introspection_endpoint", json!(url)), Err(NOT_HTTPS));
        let aliases = json!({"introspection_endpoint": url});
        assert_eq!(with("mtls_endpoint_aliases", aliases), Err(NOT_HTTPS));
    }
    for none in [json!(null), json!(7)] {
        assert_eq!(with("introspection_endpoint", none), Err(MISSING));
    }
}
