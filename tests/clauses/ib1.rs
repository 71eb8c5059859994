//! Profile `ib1`: tokens of an application, opaque or JWT (IB1 Trust Framework).

use rcgen::{KeyPair, PKCS_ECDSA_P384_SHA384, PKCS_RSA_SHA256, RsaKeySize, SanType};
use serde_json::{Value, json};

use super::{
    expect::challenged,
    site::{CERTIFICATE, NAME, Site, fresh_token, now, thumbprint},
};
use crate::support::{
    fake_directory::{Answer as Reply, FakeDirectory},
    http::Request,
    jwt::SigningKey,
    perild::Settings,
    pki::Identity,
};

const APPLICATION: &str = "https://directory.example.org/application/2";

fn site(more: &str, key: &SigningKey) -> Site {
    site_set(more, key, |_| {})
}

fn site_set(more: &str, key: &SigningKey, change: impl FnOnce(&mut Settings)) -> Site {
    let keys = json!({"keys": [key.jwk("one")]});
    let site = Site::told(
        "localhost",
        |directory| directory.answer_at(FakeDirectory::KEYS_PATH, Reply::Json(keys)),
        |settings, _| {
            settings.more = format!("[profile]\nname = \"ib1\"\n{more}");
            change(settings);
        },
    );
    site.await_readiness();
    site
}

/// A certificate of the application at `url`, with a DNS name before it that means nothing.
fn application(site: &Site, url: &str) -> Identity {
    site.pki.consumer_with("application", |params| {
        params.subject_alt_names = vec![
            SanType::DnsName("application.example".try_into().unwrap()),
            SanType::URI(url.try_into().unwrap()),
        ];
    })
}

fn ask(site: &Site, identity: &Identity, token: &str) -> u16 {
    let request = Request::get(&format!("/{NAME}"))
        .bearer(token)
        .field(CERTIFICATE, &identity.escaped());
    let answer = site.ask(&request);
    if answer.status != 200 {
        challenged(site, &answer, 401, Some("invalid_token"));
    }
    answer.status
}

/// What the directory says of the application's token, which has no thumbprint.
fn without_thumbprint() -> Value {
    json!({"active": true, "client_id": APPLICATION, "scp": ["energy:read"], "exp": now() + 600})
}

/// Rows: IB1-BND-1, IB1-BND-2, IB1-BND-3, IB1-TOK-1
#[test]
fn ib1_bnd_1_a_token_is_its_applications_whichever_certificate_that_has() {
    let site = site("", &SigningKey::p256());
    let (old, renewed) = (
        application(&site, APPLICATION),
        application(&site, APPLICATION),
    );
    let other = application(&site, &format!("{APPLICATION}/"));
    let nobodys = site.pki.consumer("bank-b");
    site.says(without_thumbprint());
    let token = fresh_token();
    for (identity, status) in [(&old, 200), (&renewed, 200), (&other, 401), (&nobodys, 401)] {
        assert_eq!(ask(&site, identity, &token), status);
    }
    // A thumbprint that is there counts.
    let mut bound = without_thumbprint();
    bound["cnf"] = json!({"x5t#S256": thumbprint(&old)});
    site.says(bound);
    let token = fresh_token();
    for (identity, status) in [(&old, 200), (&renewed, 401), (&other, 401)] {
        assert_eq!(ask(&site, identity, &token), status);
    }
    let log = site.perild.log();
    assert!(
        log.contains("issued to another application than the certificate names"),
        "{log}"
    );
}

/// Rows: IB1-BND-3, MTLS-4
#[test]
fn ib1_bnd_3_each_setting_of_the_profile_can_be_set_otherwise() {
    for binding in ["both", "thumbprint"] {
        let more = format!("[tokens]\nbinding = \"{binding}\"\n");
        let site = site(&more, &SigningKey::p256());
        let identity = application(&site, APPLICATION);
        site.says(without_thumbprint());
        assert_eq!(ask(&site, &identity, &fresh_token()), 401, "{binding}");
        let mut bound = without_thumbprint();
        bound["cnf"] = json!({"x5t#S256": thumbprint(&identity)});
        site.says(bound);
        assert_eq!(ask(&site, &identity, &fresh_token()), 200, "{binding}");
    }
}

/// Rows: IB1-TOK-1, JAT-1, JAT-6, IB1-REV-1
#[test]
fn ib1_tok_1_a_plain_jwt_of_the_application_is_good_and_one_that_lives_long_is_asked_about() {
    let key = SigningKey::p256();
    let site = site("", &key);
    let identity = application(&site, APPLICATION);
    let claims = json!({
        "iss": site.directory.issuer, "client_id": APPLICATION, "scp": ["energy:read"],
        "iat": now() - 1, "exp": now() + 600, "aud": [],
    });
    let sign = |change: &dyn Fn(&mut Value)| {
        let mut claims = claims.clone();
        change(&mut claims);
        key.sign(&json!({"typ": "JWT", "kid": "one"}), &claims)
    };
    assert_eq!(ask(&site, &identity, &sign(&|_| {})), 200);
    let other = application(&site, "https://directory.example.org/application/3");
    assert_eq!(ask(&site, &other, &sign(&|_| {})), 401);
    for claim in ["iss", "exp", "iat", "client_id"] {
        let token = sign(&|claims| claims[claim] = json!(null));
        assert_eq!(ask(&site, &identity, &token), 401, "{claim}");
    }
    assert_eq!(site.introspections(), 0);
    site.says(json!({"active": false}));
    let long = sign(&|claims| claims["exp"] = json!(now() + 7200));
    assert_eq!(ask(&site, &identity, &long), 401);
    assert_eq!(site.introspections(), 1);
}

/// Rows: IB1-TLS-1
#[test]
fn ib1_tls_1_a_certificate_with_an_rsa_key_or_a_wildcard_is_401_and_the_directory_is_not_asked() {
    let rsa = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    let p384 = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap();
    let thumbprints = "[tokens]\nbinding = \"thumbprint\"\n";
    for is_refused in [true, false] {
        let site = site_set(thumbprints, &SigningKey::p256(), |settings| {
            if !is_refused {
                let keys = "certificate_keys = [\"RSA\", \"P-256\", \"P-384\"]";
                let loose = format!("[consumers]\n{keys}\nwildcard_names = true");
                settings.edit("[consumers]", &loose);
            }
        });
        let wildcard = site.pki.consumer_with("wildcard", |params| {
            params.subject_alt_names = vec![SanType::DnsName("*.bank.example".try_into().unwrap())];
        });
        for (identity, is_of_profile) in [
            (site.pki.consumer_with_key("rsa", &rsa), false),
            (site.pki.consumer_with_key("p384", &p384), true),
            (wildcard, false),
        ] {
            let before = site.introspections();
            site.says(json!({
                "active": true, "client_id": "bank", "scope": "energy:read", "exp": now() + 600,
                "cnf": {"x5t#S256": thumbprint(&identity)},
            }));
            let request = Request::get(&format!("/{NAME}"))
                .bearer(&fresh_token())
                .field(CERTIFICATE, &identity.escaped());
            let answer = site.ask(&request);
            let is_good = is_of_profile || !is_refused;
            assert_eq!(answer.status, if is_good { 200 } else { 401 });
            assert_eq!(site.introspections() - before, usize::from(is_good));
        }
        if is_refused {
            for reason in [
                "the certificate's key is RSA, which is none of consumers.certificate_keys",
                "a DNS name of the certificate is a wildcard",
            ] {
                site.perild.wait_for_line(|line| line.contains(reason));
            }
        }
    }
}
