//! Profile `ib1`: tokens of an application, opaque or JWT (IB1 Trust Framework).

use rcgen::SanType;
use serde_json::{Value, json};

use super::{
    expect::challenged,
    site::{CERTIFICATE, NAME, Site, fresh_token, now, thumbprint},
};
use crate::support::{
    fake_directory::{Answer as Reply, FakeDirectory},
    http::Request,
    jwt::SigningKey,
    pki::Identity,
};

const APPLICATION: &str = "https://directory.example.org/application/2";

fn site(more: &str, key: &SigningKey) -> Site {
    let keys = json!({"keys": [key.jwk("one")]});
    let site = Site::told(
        "localhost",
        |directory| directory.answer_at(FakeDirectory::KEYS_PATH, Reply::Json(keys)),
        |settings, _| settings.more = format!("[profile]\nname = \"ib1\"\n{more}"),
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
