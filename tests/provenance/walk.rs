//! docs/member.md from top to bottom: what it says is typed here, and what the directory and the consumer do is done.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use serde_json::json;

use super::{
    answers::put,
    framework::{Asked, Framework},
    site::{CERTIFICATE, Site, escaped, fresh_token, now},
    support::{
        fake_directory::{Answer as Reply, FakeDirectory},
        http::{Answer, Request},
        jwt::SigningKey,
    },
};

const CONSUMER: &str = "https://consumer.example/app";
const LICENCE: &str = "https://registry.example.org/scheme/electricity/license/readings/1.4";
const ROLE: &str = "https://registry.example.org/scheme/electricity/role/carbon-accounting";
const TARGET: &str = "/v1/collections/readings/items?meter=007&limit=10";

/// The blocks of the page in `language`, in their order.
fn blocks(language: &str) -> Vec<String> {
    let page = fs::read_to_string("docs/member.md").unwrap();
    let begin = format!("```{language}\n");
    let parts = page.split(&begin).skip(1);
    parts
        .map(|part| part.split("```").next().unwrap().to_owned())
        .collect()
}

/// A text of the page where its folders are those of the site at `dir`.
fn placed(text: &str, dir: &Path) -> String {
    let dir = dir.to_str().unwrap();
    let text = text.replace("/srv/perild/shared_data", &format!("{dir}/srv/shared_data"));
    text.replace("/etc/perild", &format!("{dir}/etc"))
        .replace("etc/certs", "certs")
}

/// Types `lines` in `folder`, where `perild` is the built program and has the configuration `config`.
fn typed(lines: &str, folder: &Path, config: &Path) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_perild")).parent().unwrap();
    let lines = format!("export PATH='{}':$PATH\n{lines}", program.display());
    Command::new("bash")
        .args(["-euc", &lines])
        .current_dir(folder)
        .env("PERILD_CONFIG", config)
        .output()
        .unwrap()
}

fn well(lines: &str, folder: &Path, config: &Path) -> String {
    let output = typed(lines, folder, config);
    let said = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    let said = said.concat();
    assert!(output.status.success(), "{lines}\n{said}");
    said
}

/// A consumer of the framework with its certificate, as the proxy hands that over.
fn consumer(framework: &Framework, name: &str, role: &str) -> String {
    framework.member(&Asked {
        name,
        ca: "client",
        application: CONSUMER,
        member: "https://directory.example.org/member/2",
        role,
        days: 30,
    });
    leaf(framework, name)
}

/// The certificate `name` without its issuer's, as the proxy hands it over.
fn leaf(framework: &Framework, name: &str) -> String {
    let bundle = fs::read_to_string(framework.path(&format!("{name}.pem"))).unwrap();
    let mut certificates = bundle.split_inclusive("-----END CERTIFICATE-----\n");
    escaped(certificates.next().unwrap().as_bytes())
}

fn ask(site: &Site, certificate: &str) -> Answer {
    let request = Request::get(TARGET)
        .bearer(&fresh_token())
        .field(CERTIFICATE, certificate);
    site.ask(&request)
}

/// Rows: IB1-ID-1, IB1-TOK-2, IB1-RBAC-1, IB1-REV-1, IB1-PRV-4, IB1-PRV-6
#[test]
fn a_member_from_nothing_gives_a_reading_with_a_record_to_a_consumer_that_is_then_blocked() {
    let [keys, data, catalog, curl, verify, block] = blocks("sh").try_into().unwrap();
    let framework = directory(&keys);
    let site = configured(&framework, &blocks("toml")[0]);
    let (folder, config) = (framework.path(""), &site.perild.config);

    // 3 and 4: data, and the catalogue against the scheme.
    fs::remove_file(site.shared("tidy_DYTS01_kWh.csv")).unwrap();
    well(&placed(&data, site.dir()), &folder, config);
    let scheme = &blocks("turtle")[0];
    fs::write(framework.path("scheme.ttl"), scheme).unwrap();
    well(&catalog, &folder, config);
    let stricter = scheme.replace("readings/1.4", "readings/2.0");
    fs::write(framework.path("scheme.ttl"), stricter).unwrap();
    let refused = typed(&catalog, &folder, config);
    assert_eq!(refused.status.code(), Some(1));
    site.perild.reload();

    // 5: the reading, and those who get none.
    assert!(curl.contains(TARGET), "{curl}");
    let certificate = consumer(&framework, "consumer", ROLE);
    read(&framework, &site, &certificate, &verify);
    refuse(&framework, &site, &certificate);

    // 6: withdrawn.
    assert_eq!(ask(&site, &certificate).status, 200);
    well(&placed(&block, site.dir()), &folder, config);
    site.perild.reload();
    let refused = ask(&site, &certificate);
    assert_eq!(refused.status, 403, "{refused:?}");
    assert!(!refused.text().contains("007"));
}

/// 1: the member's keys, and what the directory makes of its requests.
fn directory(keys: &str) -> Framework {
    let framework = Framework::new();
    framework.mint(&["ca", "client", "Client"]);
    well(keys, &framework.path(""), Path::new("/dev/null"));
    for ca in ["signing", "client"] {
        let csr = framework.text(&format!("{ca}.csr"));
        framework.mint(&[
            "leaf",
            ca,
            &format!("provider-{ca}"),
            &csr,
            "Example Energy",
            "https://provider.example/app",
            MEMBER,
            "https://registry.example.org/role/provider",
            "30",
        ]);
    }
    framework
}

/// 2: the configuration, with certificates and keys in their places.
fn configured(framework: &Framework, configuration: &str) -> Site {
    let keys = json!({"keys": [SigningKey::p256().jwk("one")]});
    let tell = |directory: &FakeDirectory| {
        directory.answer_at(FakeDirectory::KEYS_PATH, Reply::Json(keys));
    };
    let site = Site::told("localhost", tell, |settings, pki| {
        let read = |name: &str| fs::read(framework.path(name)).unwrap();
        let place = |name: &str, text: &[u8]| put(&pki.path(&format!("certs/{name}")), text);
        place("signing.pem", &read("provider-signing.pem"));
        place("signing.key", &read("signing.key"));
        let client = ["client-root.pem", "client-issuer.pem"].map(read).concat();
        place("client-ca.pem", &client);
        settings.edit(
            "certs/consumers-ca.pem\"\nrevocation",
            "certs/client-ca.pem\"\nrevocation",
        );
        fs::create_dir_all(pki.path("etc")).unwrap();
        fs::write(pki.path("etc/blocked"), "").unwrap();
        settings.more = placed(configuration, &pki.path(""));
    });
    site.await_readiness();
    says(&site, LICENCE);
    site
}

/// From now on every token is the consumer's, and carries `licence`.
fn says(site: &Site, licence: &str) {
    let exp = now() + 600;
    site.says(json!({"active": true, "client_id": CONSUMER, "scope": licence, "exp": exp}));
}

/// A reading, with a record that the framework's library verifies as well.
fn read(framework: &Framework, site: &Site, certificate: &str, verify: &str) {
    let reading = ask(site, certificate);
    assert_eq!(reading.status, 200, "{reading:?}");
    fs::write(framework.path("reading.json"), &reading.content).unwrap();
    fs::write(framework.path("signing-ca.pem"), framework.root()).unwrap();
    let said = well(verify, &framework.path(""), &site.perild.config);
    let expected = format!("to {CONSUMER}, under {LICENCE}");
    assert!(said.contains(&expected), "{said}");
    let root = framework.text("signing-root.pem");
    let of = "https://registry.example.org/trust-framework";
    let judged = framework.reference_of(of, &root, reading.text());
    let transfer = &judged[1];
    assert_eq!(transfer["to"], CONSUMER, "{judged}");
    assert_eq!(transfer["parameters"], json!({"limit": "10"}));
    let standard = transfer["standard"].as_str().unwrap();
    assert!(standard.ends_with("/standard/readings"), "{standard}");
    assert_eq!(transfer["_signature"]["signed"]["member"], MEMBER);
}

/// Another role, another licence, and a certificate of the signing CA.
fn refuse(framework: &Framework, site: &Site, certificate: &str) {
    let other_role = "https://registry.example.org/role/other";
    let other_role = consumer(framework, "other", other_role);
    assert_eq!(ask(site, &other_role).status, 403);
    says(site, &LICENCE.replace("1.4", "1.3"));
    assert_eq!(ask(site, certificate).status, 403);
    says(site, LICENCE);
    let of_signing = leaf(framework, "provider-signing");
    assert_eq!(ask(site, &of_signing).status, 401);
}

const MEMBER: &str = "https://directory.example.org/member/1";
