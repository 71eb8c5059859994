//! Profile `ib1`: who has what by role and licence, and nothing once it was withdrawn (IB1 Trust Framework).

use std::fs;

use rcgen::{CustomExtension, SanType};
use serde_json::{Value, json};

use super::{
    configuration::Installation,
    expect::challenged,
    site::{CERTIFICATE, NAME, Site, fresh_token, now},
};
use crate::support::{http::Request, pki::Identity};

const APPLICATION: &str = "https://directory.example.org/application/2";
const ROLE: &str = "https://registry.example/role/reader";
const LICENCES: [&str; 2] = [
    "https://registry.example/licence/a",
    "https://registry.example/licence/b",
];

fn site() -> Site {
    let site = Site::with(|settings, _| {
        "publish = \"described\"\n".clone_into(&mut settings.defaults);
        "[profile]\nname = \"ib1\"\n[tokens]\nkind = \"opaque\"\n".clone_into(&mut settings.more);
    });
    let description = format!(
        "[collection]\ntitle = \"Meters\"\nlicence = \"CC-BY-4.0\"\n\n\
        [[rule]]\nclass = \"IB1-SA\"\nroles = [\"{ROLE}\"]\nlicences = {LICENCES:?}\n"
    );
    fs::write(site.shared(&format!("{NAME}.toml")), description).unwrap();
    site.perild.reload();
    site
}

/// A certificate of the application with `roles`: a sequence of UTF-8 strings, each shorter than 128 octets.
fn application(site: &Site, roles: &[&str]) -> Identity {
    let short = |octets: usize| u8::try_from(octets).ok().filter(|octets| *octets < 128);
    let tagged = |tag: u8, content: &[u8]| {
        let head = [tag, short(content.len()).unwrap()];
        [&head, content].concat()
    };
    let texts: Vec<u8> = roles
        .iter()
        .flat_map(|role| tagged(0x0c, role.as_bytes()))
        .collect();
    let extension =
        CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 62329, 1, 1], tagged(0x30, &texts));
    site.pki.consumer_with("application", |params| {
        params.subject_alt_names = vec![SanType::URI(APPLICATION.try_into().unwrap())];
        if !roles.is_empty() {
            params.custom_extensions = vec![extension];
        }
    })
}

/// The directory's word for a token that says what `scopes` has beside.
fn says(site: &Site, scopes: &Value) {
    let mut answer = json!({"active": true, "client_id": APPLICATION, "exp": now() + 600});
    for (member, value) in scopes.as_object().unwrap() {
        answer[member] = value.clone();
    }
    site.says(answer);
}

fn request(identity: &Identity, token: &str) -> Request {
    Request::get(&format!("/{NAME}"))
        .bearer(token)
        .field(CERTIFICATE, &identity.escaped())
}

/// Rows: IB1-TOK-2, IB1-RBAC-1, IB1-ID-2, IB1-SEN-1, CON-16
#[test]
fn ib1_tok_2_a_role_and_exactly_one_licence_of_the_registry_decide() {
    let site = site();
    let [a, b] = LICENCES;
    let with_slash = format!("{ROLE}/");
    let sandbox = ROLE.replace("registry", "sandbox");
    let other = "https://registry.example/licence/c";
    for (roles, scopes, status) in [
        (&[ROLE][..], json!({"scope": a}), 200),
        (&[ROLE], json!({"scp": [b]}), 200),
        (&[ROLE], json!({"scope": format!("openid {a}")}), 200),
        (
            &["https://registry.example/role/other", ROLE],
            json!({"scope": a}),
            200,
        ),
        (&[ROLE], json!({"scope": other}), 403),
        (&[ROLE], json!({"scope": format!("{a} {b}")}), 403),
        (&[ROLE], json!({"scope": a, "scp": [b]}), 403),
        (&[ROLE], json!({"scope": format!("{a} {other}")}), 403),
        (&[ROLE], json!({"scope": format!("{a}/")}), 403),
        (&[ROLE], json!({"scope": "openid"}), 403),
        (&[ROLE], json!({}), 403),
        (&[&with_slash], json!({"scope": a}), 403),
        (&[&sandbox], json!({"scope": a}), 403),
        (&[], json!({"scope": a}), 403),
    ] {
        says(&site, &scopes);
        let identity = application(&site, roles);
        let answer = site.ask(&request(&identity, &fresh_token()));
        assert_eq!(answer.status, status, "{roles:?} {scopes}");
        if status == 403 {
            let lacks_licence = roles == [ROLE];
            let challenge = answer.field("www-authenticate").unwrap_or_default();
            let is_scope = challenge.contains("insufficient_scope");
            assert_eq!(is_scope, lacks_licence, "{roles:?} {scopes}: {challenge}");
            let detail = answer.problem()["detail"].as_str().unwrap().to_owned();
            let missing = if lacks_licence {
                "exactly one licence"
            } else {
                "the roles"
            };
            assert!(detail.contains(missing), "{detail}");
        }
    }
}

/// Rows: IB1-ID-1, PKIX-1, PKIX-2
#[test]
fn ib1_id_1_a_certificate_is_of_the_client_ca_in_date_and_unrevoked_or_it_is_401() {
    let site = site();
    says(&site, &json!({"scope": LICENCES[0]}));
    let good = application(&site, &[ROLE]);
    assert_eq!(site.ask(&request(&good, &fresh_token())).status, 200);
    let signing = site.pki.stranger("signing");
    let server = site.pki.directory("provider.example");
    let expired = site.pki.expired_consumer("expired");
    let asked = site.introspections();
    for identity in [signing, server, expired] {
        let answer = site.ask(&request(&identity, &fresh_token()));
        challenged(&site, &answer, 401, Some("invalid_token"));
    }
    let none = Request::get(&format!("/{NAME}")).bearer(&fresh_token());
    challenged(&site, &site.ask(&none), 401, Some("invalid_token"));
    assert_eq!(site.introspections(), asked);
}

/// Rows: IB1-REV-1
#[test]
fn ib1_rev_1_under_the_profile_check_tells_of_whatever_lets_a_withdrawn_token_work_for_longer() {
    for (more, cache_seconds, told) in [
        ("", 60, None),
        ("", 3600, None),
        ("", 3601, Some("introspection.cache_seconds")),
        ("[tokens]\nlongest_seconds = 0\n", 60, None),
        ("[tokens]\nkind = \"jwt\"\n", 60, None),
        (
            "[tokens]\nkind = \"jwt\"\nlongest_seconds = 0\n",
            60,
            Some("tokens.longest_seconds"),
        ),
        (
            "[tokens]\nkind = \"jwt\"\nlongest_seconds = 3601\n",
            60,
            Some("tokens.longest_seconds"),
        ),
    ] {
        let mut installation = Installation::new();
        installation.settings.more = format!("[profile]\nname = \"ib1\"\n{more}");
        installation.settings.cache_seconds = cache_seconds;
        let said = installation.assert_passes_check();
        let mut lines = said.lines().filter(|line| line.contains("sixty minutes"));
        let found = lines.next();
        assert_eq!(
            found.is_some(),
            told.is_some(),
            "{more} {cache_seconds}: {said}"
        );
        if let (Some(line), Some(key)) = (found, told) {
            assert!(line.starts_with("warning") && line.contains(key), "{line}");
        }
        assert_eq!(lines.next(), None);
    }
}
