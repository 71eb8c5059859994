//! Protected resource metadata, RFC 9728: open to everyone, and named in challenges.

use serde_json::json;

use super::{
    challenge::parameters,
    expect::{challenged, has_common_fields},
    site::{CERTIFICATE, NAME, Site, fresh_token},
};
use crate::support::http::Request;

const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

fn scope(settings: &mut crate::support::perild::Settings) {
    settings.more = format!("[[datasets]]\nname = \"{NAME}\"\nscope = \"energy:read\"\n");
}

/// Rows: PRM-1, PRM-2, PRM-3, PRM-4, PRM-6
#[test]
fn rfc9728_3_metadata_are_open_and_come_from_the_configuration_alone() {
    let site = Site::with(|settings, _| scope(settings));
    for (about, resource) in [("", "https://localhost"), ("/v1", "https://localhost/v1")] {
        for host in ["localhost", "evil.example", "localhost:1"] {
            let request = Request::get(&format!("{WELL_KNOWN}{about}")).host(host);
            // Credentials are not looked at, good or bad.
            let bad = request.clone().bearer("a!b").field(CERTIFICATE, "none");
            for request in [request, bad] {
                let answer = site.ask(&request);
                assert_eq!(answer.status, 200, "{answer:?}");
                has_common_fields(&answer);
                assert_eq!(answer.field("content-type"), Some("application/json"));
                assert_eq!(answer.field("cache-control"), Some("public, max-age=300"));
                assert_eq!(
                    serde_json::from_str::<serde_json::Value>(answer.text()).unwrap(),
                    json!({
                        "resource": resource,
                        "authorization_servers": [site.directory.issuer],
                        "scopes_supported": ["energy:read"],
                        "bearer_methods_supported": ["header"],
                        "resource_name": "perild",
                        "resource_documentation": "https://localhost/docs",
                        "tls_client_certificate_bound_access_tokens": true,
                    })
                );
                let tag = answer.field("etag").unwrap();
                let again =
                    Request::get(&format!("{WELL_KNOWN}{about}")).field("If-None-Match", tag);
                assert_eq!(site.ask(&again).status, 304);
            }
        }
    }
    let of_a_file = Request::get(&format!("{WELL_KNOWN}/{NAME}"));
    let answer = site.connect().send(&of_a_file);
    let document: serde_json::Value = serde_json::from_str(answer.text()).unwrap();
    assert_eq!(document["resource"], format!("https://localhost/{NAME}"));
    for nothing in ["/", "/healthz", "/no/such", "x"] {
        let request = Request::get(&format!("{WELL_KNOWN}{nothing}"));
        assert_eq!(site.connect().send(&request).status, 401, "{nothing}");
    }
    assert_eq!(site.introspections(), 0);
}

/// Rows: PRM-1, IB1-TOK-2
#[test]
fn rfc9728_2_licences_that_a_token_must_carry_are_scopes_that_can_be_asked_for() {
    let site = Site::with(|settings, _| {
        "publish = \"described\"\n".clone_into(&mut settings.defaults);
    });
    let licence = "https://registry.example.org/licence/1";
    let describe = |name: &str, more: &str| {
        let rule = format!(
            "[collection]\ntitle = \"Data\"\nlicence = \"CC-BY-4.0\"\n{more}[[rule]]\nlicences = [\"{licence}/{name}\"]\n"
        );
        std::fs::write(site.shared(&format!("{name}.csv")), "a\n1\n").unwrap();
        std::fs::write(site.shared(&format!("{name}.toml")), rule).unwrap();
    };
    describe("listed", "");
    describe("unlisted", "listed = false\n");
    site.perild.reload();
    let answer = site.connect().send(&Request::get(WELL_KNOWN));
    let document: serde_json::Value = serde_json::from_str(answer.text()).unwrap();
    let listed = format!("{licence}/listed");
    assert_eq!(document["scopes_supported"], json!([listed]));
    let refused = site.ask(&site.request("/listed", &fresh_token()));
    challenged(&site, &refused, 403, Some("insufficient_scope"));
    let parameters = parameters(refused.field("www-authenticate").unwrap());
    assert_eq!(parameters.get("scope"), Some(&listed));
}

/// Rows: PRM-5, PRM-6, BRR-7, BRR-9
#[test]
fn rfc9728_5_1_every_challenge_names_the_metadata_whatever_was_sent() {
    let site = Site::with(|settings, _| scope(settings));
    let target = format!("/{NAME}");
    let url = format!("https://localhost{WELL_KNOWN}");
    let without = Request::get(&target).host("evil.example");
    for (request, status, code) in [
        (without.clone(), 401, None),
        (
            without.field("Authorization", "Bearer"),
            400,
            Some("invalid_request"),
        ),
        (
            Request::get(&target).bearer("a!b"),
            401,
            Some("invalid_token"),
        ),
    ] {
        let answer = site.ask(&request);
        challenged(&site, &answer, status, code);
        let parameters = parameters(answer.field("www-authenticate").unwrap());
        assert_eq!(parameters.get("resource_metadata"), Some(&url));
    }
    site.says_with("scope", json!("other"));
    let narrow = site.ask(&site.request(&target, &fresh_token()));
    challenged(&site, &narrow, 403, Some("insufficient_scope"));
    let parameters = parameters(narrow.field("www-authenticate").unwrap());
    assert_eq!(parameters["scope"], "energy:read");
    assert_eq!(parameters["resource_metadata"], url);
}

/// Rows: PRM-5
#[test]
fn without_metadata_nothing_is_said_of_them() {
    for more in ["[tokens]\nresource_metadata = false\n", ""] {
        let site = Site::with(|settings, _| {
            if more.is_empty() {
                settings.edit("base_url = \"https://localhost\"\n", "");
            }
            more.clone_into(&mut settings.more);
        });
        let request = Request::get(WELL_KNOWN);
        assert_eq!(site.connect().send(&request).status, 404);
        let answer = site.ask(&Request::get(&format!("/{NAME}")));
        challenged(&site, &answer, 401, None);
        let challenge = answer.field("www-authenticate").unwrap();
        assert!(!challenge.contains("resource_metadata"), "{challenge}");
    }
}
