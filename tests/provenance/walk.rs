//! docs/member.md from top to bottom: what it says is typed here, and what the directory and the consumer do is done.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
    time::Duration,
};

use serde_json::json;

use super::{
    answers::put,
    framework::{Asked, Framework},
    site::{Site, fresh_token, now},
    support::{
        fake_directory::{Answer as Reply, FakeDirectory},
        jwt::SigningKey,
        nginx::Nginx,
        perild::WEB_SERVER,
        process::eventually,
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

/// A consumer of the framework with its key and certificate.
fn consumer(framework: &Framework, name: &str, role: &str) {
    framework.member(&Asked {
        name,
        ca: "client",
        application: CONSUMER,
        member: "https://directory.example.org/member/2",
        role,
        days: 30,
    });
}

/// All that the page sets up. Fields are dropped in order: nginx before the daemon.
struct Walk {
    nginx: Nginx,
    site: Site,
    framework: Framework,
}

impl Walk {
    /// The environment of a consumer's curl, which trusts nginx's certificate and has a new token.
    fn curl(&self, lines: &str) -> Output {
        let lines = lines.replace(
            "https://provider.example",
            &format!("https://localhost:{}", self.nginx.https),
        );
        let anchors = self.site.pki.path("web.pem");
        let lines = format!(
            "export CURL_CA_BUNDLE='{}' TOKEN='{}'\n{lines}",
            anchors.display(),
            fresh_token()
        );
        typed(&lines, &self.framework.path(""), &self.site.perild.config)
    }

    /// Status and body of what the consumer `name` gets.
    fn ask(&self, name: &str) -> (String, String) {
        let output = self.curl(&format!(
            "curl --silent --cert {name}.pem --key {name}.key --header \"Authorization: Bearer $TOKEN\" \
             --write-out '\\n%{{http_code}}' 'https://provider.example{TARGET}'"
        ));
        assert!(output.status.success(), "{name}: {output:?}");
        let said = String::from_utf8(output.stdout).unwrap();
        let (body, status) = said.rsplit_once('\n').unwrap();
        (status.to_owned(), body.to_owned())
    }

    fn is_refused(&self, name: &str, status: &str) -> String {
        let (found, body) = self.ask(name);
        assert_eq!(found, status, "{name}: {body}");
        assert!(!body.contains("\"007\""), "{name}: {body}");
        body
    }
}

/// Rows: IB1-ID-1, IB1-TLS-1, IB1-TOK-2, IB1-RBAC-1, IB1-REV-1, IB1-PRV-4, IB1-PRV-6
#[test]
fn a_member_from_nothing_gives_a_reading_with_a_record_to_a_consumer_that_is_then_blocked() {
    let [keys, tls, data, catalog, curl, verify, block] = blocks("sh").try_into().unwrap();
    let framework = directory(&keys);
    let site = configured(&framework, &blocks("toml")[0]);
    let nginx = Nginx::start(site.dir(), "perild.conf");
    let walk = Walk {
        nginx,
        site,
        framework,
    };
    let (site, framework) = (&walk.site, &walk.framework);
    let (folder, config) = (framework.path(""), &site.perild.config);
    of_tls_1_3_alone(&walk, &tls);

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
    consumer(framework, "consumer", ROLE);
    read(&walk, &curl, &verify);
    refuse(&walk);

    // 6: withdrawn.
    assert_eq!(walk.ask("consumer").0, "200");
    well(&placed(&block, site.dir()), &folder, config);
    site.perild.reload();
    let refused = walk.is_refused("consumer", "403");
    assert!(refused.contains("\"status\":403"), "{refused}");
}

/// What is typed for nginx, and what it then speaks.
fn of_tls_1_3_alone(walk: &Walk, tls: &str) {
    let (typed_here, reload) = tls.split_at(tls.find("systemctl").unwrap());
    assert_eq!(reload.trim(), "systemctl reload nginx");
    let dir = walk.site.dir().to_str().unwrap();
    let typed_here = typed_here.replace("/etc/nginx", &format!("{dir}/nginx"));
    well(
        &typed_here,
        &walk.framework.path(""),
        &walk.site.perild.config,
    );
    walk.nginx.reload();
    let speaks = |most: &str| {
        let asked =
            format!("curl --silent --output /dev/null {most} 'https://provider.example/healthz'");
        walk.curl(&asked).status.success()
    };
    eventually("nginx without TLS 1.2", Duration::from_secs(10), || {
        (!speaks("--tls-max 1.2")).then_some(())
    });
    assert!(speaks("--tlsv1.3"));
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
        // The consumers' anchors are the framework's alone, of the daemon as of nginx.
        let client = ["client-root.pem", "client-issuer.pem"].map(read).concat();
        fs::write(pki.path("certs/consumers-ca.pem"), client).unwrap();
        // nginx connects, and the test itself asks whether all is ready.
        let own = format!("proxy_uids = [\"{}\"", settings.proxy);
        settings.edit(&own, &format!("{own}, \"{WEB_SERVER}\""));
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
fn read(walk: &Walk, curl: &str, verify: &str) {
    let Walk {
        framework, site, ..
    } = walk;
    let done = walk.curl(curl);
    assert!(done.status.success(), "{done:?}");
    let reading = fs::read_to_string(framework.path("reading.json")).unwrap();
    assert!(reading.contains("\"ib1:provenance\""), "{reading}");
    fs::write(framework.path("signing-ca.pem"), framework.root()).unwrap();
    let said = well(verify, &framework.path(""), &site.perild.config);
    let expected = format!("to {CONSUMER}, under {LICENCE}");
    assert!(said.contains(&expected), "{said}");
    let root = framework.text("signing-root.pem");
    let of = "https://registry.example.org/trust-framework";
    let judged = framework.reference_of(of, &root, &reading);
    let transfer = &judged[1];
    assert_eq!(transfer["to"], CONSUMER, "{judged}");
    assert_eq!(transfer["parameters"], json!({"limit": "10"}));
    let standard = transfer["standard"].as_str().unwrap();
    assert!(standard.ends_with("/standard/readings"), "{standard}");
    assert_eq!(transfer["_signature"]["signed"]["member"], MEMBER);
}

/// Another role, another licence, a certificate of the signing CA, and none.
fn refuse(walk: &Walk) {
    let Walk {
        framework, site, ..
    } = walk;
    consumer(
        framework,
        "other",
        "https://registry.example.org/role/other",
    );
    walk.is_refused("other", "403");
    says(site, &LICENCE.replace("1.4", "1.3"));
    walk.is_refused("consumer", "403");
    says(site, LICENCE);
    fs::copy(
        framework.path("signing.key"),
        framework.path("provider-signing.key"),
    )
    .unwrap();
    walk.is_refused("provider-signing", "401");
    let anonymous = walk.curl(&format!(
        "curl --silent --header \"Authorization: Bearer $TOKEN\" --write-out '%{{http_code}}' --output /dev/null \
         'https://provider.example{TARGET}'"
    ));
    assert_eq!(String::from_utf8(anonymous.stdout).unwrap(), "401");
}

const MEMBER: &str = "https://directory.example.org/member/1";
