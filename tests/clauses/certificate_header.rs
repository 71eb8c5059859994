//! The client-certificate header in its default format, standards §9.

use super::{
    expect::challenged,
    site::{CERTIFICATE, NAME, Site, escaped, fresh_token, thumbprint, with_fields},
};
use crate::support::{
    http::{Answer, Request},
    perild::{Launch, Perild},
    pki::Pki,
    world::place,
};

fn pem(site: &Site) -> String {
    std::fs::read_to_string(&site.bank.certificate).unwrap()
}

/// The file, asked for with these fields and a good token.
fn with(site: &Site, fields: &[(&str, &str)]) -> Answer {
    let request = Request::get(&format!("/{NAME}")).bearer(&fresh_token());
    site.ask(&with_fields(request, fields))
}

fn assert_malformed(site: &Site, value: &str) {
    let answer = with(site, &[(CERTIFICATE, value)]);
    assert_eq!(answer.status, 400, "{value:.80}");
    challenged(site, &answer, 400, Some("invalid_request"));
}

/// Rows: CERT-1
#[test]
fn cert_1_one_line_is_a_certificate_none_or_empty_is_none_and_two_are_400() {
    let site = Site::start();
    let good = site.bank.escaped();
    assert_eq!(with(&site, &[(CERTIFICATE, &good)]).status, 200);
    for fields in [&[][..], &[(CERTIFICATE, "")]] {
        challenged(&site, &with(&site, fields), 401, Some("invalid_token"));
    }
    for second in [&good[..], "", "x"] {
        let twice = [(CERTIFICATE, &*good), ("x-oe-client-cert", second)];
        challenged(&site, &with(&site, &twice), 400, Some("invalid_request"));
    }
    site.perild
        .wait_for_line(|line| line.contains("certificate header is sent more than once"));
}

/// Rows: CERT-2
#[test]
fn cert_2_percent_decoding_is_strict_and_done_once() {
    let site = Site::start();
    let good = site.bank.escaped();
    assert_eq!(with(&site, &[(CERTIFICATE, &lower(&good))]).status, 200);
    let twice = escaped(good.as_bytes());
    for value in [
        good.clone() + "%2",
        good.clone() + "%",
        good.clone() + "%zz",
        good.clone() + "%0",
        good.clone() + "%+1",
        good.replacen("%0A", "%0 A", 1),
        twice,
    ] {
        assert_malformed(&site, &value);
    }
}

/// The hexadecimal digits of the escapes in lower case.
fn lower(value: &str) -> String {
    let mut parts = value.split('%');
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |text, part| {
        let (digits, rest) = part.split_at(2);
        format!("{text}%{}{rest}", digits.to_lowercase())
    })
}

/// Rows: CERT-3
#[test]
fn cert_3_a_literal_plus_stays_a_plus() {
    let site = Site::start();
    // A balancer that leaves `+`, `=` and `/` as they are; some certificate of many has a plus.
    let (consumer, text) = (0..200)
        .map(|_| site.pki.consumer("bank-a"))
        .map(|consumer| {
            (
                consumer.clone(),
                std::fs::read_to_string(consumer.certificate).unwrap(),
            )
        })
        .find(|(_, text)| text.contains('+'))
        .unwrap();
    site.says_with(
        "cnf",
        serde_json::json!({"x5t#S256": thumbprint(&consumer)}),
    );
    let value = text.replace('\n', "%0A").replace(' ', "%20");
    assert_eq!(with(&site, &[(CERTIFICATE, &value)]).status, 200);
    assert_malformed(&site, &value.replace('+', "%20"));
}

/// Rows: CERT-4
#[test]
fn cert_4_exactly_one_certificate_block_and_white_space_around_it() {
    let site = Site::start();
    let pem = pem(&site);
    for text in [format!("\n \t{pem}\r\n \n"), pem.trim_end().to_owned()] {
        let value = escaped(text.as_bytes());
        assert_eq!(with(&site, &[(CERTIFICATE, &value)]).status, 200, "{text}");
    }
    let key = std::fs::read_to_string(&site.bank.private_key).unwrap();
    for text in [
        format!("{pem}{pem}"),
        format!("subject=bank\n{pem}"),
        format!("{pem}x"),
        pem.replace("CERTIFICATE", "TRUSTED CERTIFICATE"),
        pem.replace("CERTIFICATE", "X509 CERTIFICATE"),
        pem.replace("BEGIN", "begin"),
        pem.replace("-----END CERTIFICATE-----", ""),
        pem.replace("-----END CERTIFICATE-----", "-----END CERTIFICATE----"),
        format!("{pem}{key}"),
        key,
        format!("\0{pem}"),
        format!("{pem}\0"),
        pem.replacen('\n', "\n\0", 2),
        pem.replacen('\n', "\u{b}", 1),
        format!("\u{feff}{pem}"),
        "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n".to_owned(),
        String::from(" "),
    ] {
        assert_malformed(&site, &escaped(text.as_bytes()));
    }
}

/// Rows: CERT-6, MTLS-2
#[test]
fn cert_6_line_ends_and_line_length_do_not_matter() {
    let site = Site::start();
    let pem = pem(&site);
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let framed = |body: &str, end: &str| {
        format!("-----BEGIN CERTIFICATE-----{end}{body}{end}-----END CERTIFICATE-----")
    };
    let short: Vec<&str> = body
        .as_bytes()
        .chunks(10)
        .map(|c| std::str::from_utf8(c).unwrap())
        .collect();
    for text in [
        pem.replace('\n', "\r\n"),
        pem.trim_end().to_owned(),
        framed(&body, "\n"),
        framed(&short.join("\n"), "\n") + "\n",
        framed(&short.join("\r\n"), "\r\n"),
    ] {
        let value = escaped(text.as_bytes());
        assert_eq!(with(&site, &[(CERTIFICATE, &value)]).status, 200, "{text}");
    }
}

/// Rows: CERT-12, PKIX-2
#[test]
fn cert_12_every_request_of_a_connection_is_judged_by_its_own_certificate() {
    let site = Site::start();
    let mut connection = site.connect();
    let expired = site.pki.expired_consumer("bank-a").escaped();
    let target = format!("/{NAME}");
    for (certificate, status) in [
        (site.bank.escaped(), 200),
        (expired, 401),
        (site.bank.escaped(), 200),
    ] {
        let request = Request::get(&target).bearer(&fresh_token());
        assert_eq!(
            connection
                .send(&request.field(CERTIFICATE, &certificate))
                .status,
            status
        );
    }
    let none = Request::get(&target).bearer(&fresh_token());
    challenged(&site, &connection.send(&none), 401, Some("invalid_token"));
}

/// Rows: CERT-13
#[test]
fn cert_13_the_headers_of_other_formats_have_no_effect_and_are_told_of_once() {
    let site = Site::start();
    let good = site.bank.escaped();
    for name in [
        "Client-Cert",
        "X-Amzn-Mtls-Clientcert-Leaf",
        "X-Amzn-Mtls-Clientcert",
    ] {
        let answer = with(&site, &[(name, &good)]);
        challenged(&site, &answer, 401, Some("invalid_token"));
        let beside = [(CERTIFICATE, &*good), (name, "garbage")];
        assert_eq!(with(&site, &beside).status, 200, "{name}");
        assert_eq!(with(&site, &beside).status, 200, "{name}");
    }
    site.perild
        .wait_for_line(|line| line.contains("WARN") && line.contains("client-cert"));
    let log = site.perild.log();
    let told = log
        .lines()
        .filter(|line| line.contains("WARN") && line.contains("client-cert"));
    assert_eq!(told.count(), 1, "{log}");
}

/// Rows: CERT-10, MTLS-8
#[test]
fn ngx_20_a_certificate_that_the_hop_did_not_verify_counts_as_none() {
    let site = Site::start();
    let good = site.bank.escaped();
    let verdict = "X-OE-CLIENT-VERIFY";
    assert_eq!(
        with(&site, &[(CERTIFICATE, &good), (verdict, "SUCCESS")]).status,
        200
    );
    for said in [
        "NONE",
        "FAILED:certificate has expired",
        "success",
        "",
        "SUCCESS, NONE",
    ] {
        let answer = with(&site, &[(CERTIFICATE, &good), (verdict, said)]);
        challenged(&site, &answer, 401, Some("invalid_token"));
    }
    let twice = [
        (CERTIFICATE, &*good),
        (verdict, "SUCCESS"),
        (verdict, "SUCCESS"),
    ];
    challenged(&site, &with(&site, &twice), 401, Some("invalid_token"));
}

/// Rows: CERT-14, MTLS-8
#[test]
fn cert_14_the_socket_is_for_owner_and_group() {
    use std::os::unix::fs::PermissionsExt;
    let site = Site::start();
    let mode = std::fs::metadata(&site.perild.socket)
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o660);
}

/// Rows: CERT-14
#[test]
fn cert_14_an_address_that_others_can_reach_is_a_configuration_error() {
    for listen in ["0.0.0.0:0", "[::]:0", "192.0.2.1:80"] {
        let dir = place();
        Pki::new(dir.path());
        let mut settings = super::site::settings("https://localhost:9/");
        let socket = format!("unix:{}/run/perild.sock", dir.path().display());
        settings.edit(&socket, listen);
        let mut perild = Perild::launch(dir.path(), &settings, &Launch::Itself);
        let (code, said) = perild.failure();
        assert_eq!(code, Some(78), "{said}");
        assert!(
            said.contains("perild.toml:1")
                && said.contains("loopback")
                && said.contains("server.trusted_peers"),
            "{said}"
        );
    }
}

/// Rows: CERT-10, NGX-20, OE-VAL-2
#[test]
fn ngx_20_why_the_hop_refused_a_certificate_is_told_in_words_of_ours() {
    let site = Site::start();
    let expired = site.pki.expired_consumer("bank-x");
    for (verify, word) in [
        ("FAILED:certificate has expired", "has expired"),
        ("FAILED:certificate is not yet valid", "is not valid yet"),
        (
            "FAILED:unable to verify the first certificate",
            "not issued under the directory",
        ),
        (
            "FAILED:unable to get local issuer certificate",
            "not issued under the directory",
        ),
        (
            "FAILED:self-signed certificate",
            "not issued under the directory",
        ),
        (
            "FAILED:unsupported certificate purpose",
            "not for client authentication",
        ),
        (
            "FAILED:unsuitable certificate purpose",
            "not for client authentication",
        ),
        ("FAILED:certificate revoked", "is revoked"),
        ("FAILED:certificate chain too long", "too long"),
        ("FAILED:CRL has expired", "cannot be told here now"),
        (
            "FAILED:<b>words of tomorrow</b>",
            "did not pass verification",
        ),
        ("FAILED", "did not pass verification"),
    ] {
        let request = Request::get(&format!("/{NAME}"))
            .bearer(&fresh_token())
            .field("X-OE-CLIENT-VERIFY", verify)
            .field("X-OE-CLIENT-CERT-UNVERIFIED", &expired.escaped());
        let answer = site.ask(&request);
        challenged(&site, &answer, 401, Some("invalid_token"));
        let detail = answer.problem()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(word), "{verify}: {detail}");
        assert!(!detail.contains("words of tomorrow") && !detail.contains("FAILED"));
        let id = answer.interaction_id();
        let record = site.perild.wait_for_line(|line| line.contains(id));
        assert!(record.contains("failed the hop's verification"), "{record}");
        assert!(
            record.contains(" PERILD_CERT_SUBJECT=CN=bank-x"),
            "{record}"
        );
        let thumbprint = thumbprint(&expired);
        assert!(record.contains(&thumbprint), "{record}");
        // Without a token that is still the first thing that is missing.
        let alone = Request::get(&format!("/{NAME}")).field("X-OE-CLIENT-VERIFY", verify);
        challenged(&site, &site.ask(&alone), 401, None);
    }
    let none = Request::get(&format!("/{NAME}"))
        .bearer(&fresh_token())
        .field("X-OE-CLIENT-VERIFY", "NONE");
    let answer = site.ask(&none);
    challenged(&site, &answer, 401, Some("invalid_token"));
    assert!(answer.text().contains("No client certificate was shown"));
    assert_eq!(site.introspections(), 0);
}

/// Rows: CERT-10, CERT-13, NGX-20
#[test]
fn a_certificate_for_the_log_is_nobodys_identity() {
    let site = Site::start();
    let good = site.bank.escaped();
    let unverified = "X-OE-CLIENT-CERT-UNVERIFIED";
    let verify = "X-OE-CLIENT-VERIFY";
    let failed = "FAILED:certificate has expired";
    let cases: [&[(&str, &str)]; 8] = [
        &[(unverified, &good)],
        &[(unverified, &good), (verify, "SUCCESS")],
        &[(unverified, &good), (verify, "NONE")],
        &[(unverified, &good), (verify, failed)],
        &[(unverified, &good), (verify, "SUCCESS"), (CERTIFICATE, "")],
        &[(unverified, &good), (verify, failed), (CERTIFICATE, &good)],
        &[(unverified, &good), (unverified, &good), (verify, failed)],
        &[(unverified, &good), (verify, failed), (verify, "SUCCESS")],
    ];
    for fields in cases {
        let request = Request::get(&format!("/{NAME}")).bearer(&fresh_token());
        let answer = site.ask(&with_fields(request, fields));
        challenged(&site, &answer, 401, Some("invalid_token"));
    }
    assert_eq!(site.introspections(), 0);
    // Beside a good one it takes nothing away, and what it holds is not looked at.
    for text in [good.as_str(), "%zz", "x", ""] {
        let answer = site.fetch_with(&[(verify, "SUCCESS"), (unverified, text)]);
        assert_eq!(answer.status, 200, "{text}");
    }
    // One that cannot be read is left out of the log, and the refusal is the same.
    for text in ["%zz", "x", &format!("{good}{good}")] {
        let request = Request::get(&format!("/{NAME}")).bearer(&fresh_token());
        let request = request.field(verify, failed).field(unverified, text);
        challenged(&site, &site.ask(&request), 401, Some("invalid_token"));
    }
}
