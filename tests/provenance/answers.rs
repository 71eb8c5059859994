//! Answers with records: within JSON, linked from everything else, and of open data that of their origin.

use std::{
    fs,
    io::Read,
    os::unix::fs::{PermissionsExt, chown},
    path::Path,
};

use nix::unistd::Uid;
use perild::{
    clock::Timestamp,
    provenance::{Record, VerifiedStep, verify},
};
use serde_json::{Value, json};

use super::{
    framework::{Asked, FRAMEWORK, Framework},
    site::{CERTIFICATE, Site, fresh_token, thumbprint},
    support::{
        http::{Answer, Request},
        perild::{DAEMON, Settings, user},
        pki::Pki,
        store, tables,
    },
};

/// A licence of a registry, as the scope of a token.
const LICENCE: &str = "https://registry.example/licence/energy";

/// A daemon that signs as a member of `framework`, with meters, watches, a grid and a file.
fn site(framework: &Framework, more: &str) -> Site {
    let site = Site::with(|settings, pki| {
        signing(settings, pki, framework, more);
        tables::meters(&pki.path("state"), "meters", 96);
    });
    let state = site.dir().join("state");
    tables::outages(&state, "outages");
    store::import_coverage(site.dir(), "ghi");
    let open = "[collection]\ntitle = \"Open\"\nlicence = \"CC-BY-4.0\"\nversion = \"7\"\n[[rule]]\nclass = \"OE-O\"\n";
    fs::write(site.shared("open.toml"), open).unwrap();
    fs::write(site.shared("open.csv"), "a\n1\n").unwrap();
    site.perild.reload();
    let mut good = site.good();
    good["scope"] = json!(format!("energy:read {LICENCE}"));
    site.says(good);
    site
}

/// Has the daemon sign with the key and certificate `provider` of `framework`.
pub(crate) fn signing(settings: &mut Settings, pki: &Pki, framework: &Framework, more: &str) {
    for end in ["pem", "key"] {
        let text = fs::read(framework.path(&format!("provider.{end}"))).unwrap();
        put(&pki.path(&format!("certs/signing.{end}")), &text);
    }
    let [certificate, key] = ["pem", "key"].map(|end| pki.path(&format!("certs/signing.{end}")));
    let (certificate, key) = (certificate.display(), key.display());
    "publish = \"all\"\n".clone_into(&mut settings.defaults);
    settings.more = format!(
        "[provenance]\ncertificate = \"{certificate}\"\nprivate_key = \"{key}\"\nframework = \"{FRAMEWORK}\"\n{more}"
    );
}

/// Writes a file that the daemon may read and nobody else.
pub(crate) fn put(path: &Path, text: &[u8]) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    if Uid::effective().is_root() {
        chown(path, Some(user(DAEMON).uid.as_raw()), None).unwrap();
    }
}

fn framework() -> Framework {
    let framework = Framework::new();
    framework.member(&Asked::default());
    framework
}

/// The steps of the record in `json`, once they are verified.
pub(crate) fn verified(framework: &Framework, json: &[u8]) -> Vec<VerifiedStep> {
    let record = Record::read(json).unwrap();
    verify(
        &record,
        &framework.root(),
        Some(FRAMEWORK),
        Timestamp::now(),
    )
    .unwrap()
}

/// The address that `answer` leads to for its record.
fn linked(answer: &Answer) -> Option<String> {
    let mut links = answer
        .fields
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("link"));
    let ends = |link: &str| {
        let (address, rest) = link.strip_prefix('<')?.split_once('>')?;
        let is_record = address.contains("provenance") && rest.contains("rel=\"describedby\"");
        is_record.then(|| address.to_owned())
    };
    links.find_map(|(_, link)| ends(link))
}

const WITHIN: [(&str, &str); 8] = [
    (
        "/v1/collections/meters/items?limit=2&meter=M1",
        "/v1/collections/{id}/items",
    ),
    (
        "/v1/collections/meters/items?limit=2&f=json",
        "/v1/collections/{id}/items",
    ),
    (
        "/v1/collections/outages/items?resultType=hits",
        "/v1/collections/{id}/items",
    ),
    (
        "/v1/collections/meters/aggregate?every=P1D",
        "/v1/collections/{id}/aggregate",
    ),
    (
        "/v1/collections/meters/latest",
        "/v1/collections/{id}/latest",
    ),
    (
        "/v1/collections/ghi/position?coords=POINT(0%2050)",
        "/v1/collections/{id}/position",
    ),
    (
        "/v1/collections/ghi/cube?bbox=0,0,20,20&f=geojson",
        "/v1/collections/{id}/cube",
    ),
    (
        "/v1/collections/ghi/area?coords=POLYGON((0%200,20%200,20%2020,0%200))&statistics=mean",
        "/v1/collections/{id}/area",
    ),
];

/// Rows: IB1-PRV-1, IB1-PRV-5, IB1-PRV-6, CON-20, CON-21
#[test]
fn an_answer_in_json_has_a_signed_record_as_its_last_member_and_keeps_its_validators() {
    let framework = framework();
    let site = site(&framework, "");
    for (target, path) in WITHIN {
        let answer = site.get(target);
        assert_eq!(answer.status, 200, "{target}: {answer:?}");
        let steps = verified(&framework, &answer.content);
        let kinds: Vec<_> = steps.iter().map(|step| step.text("type")).collect();
        assert_eq!(kinds, ["origin", "transfer"], "{target}");
        let [origin, transfer] = &steps[..] else {
            unreachable!()
        };
        assert_eq!(transfer.text("of"), origin.text("id"));
        assert_eq!(transfer.text("to"), "bank-a");
        assert_eq!(transfer.text("license"), LICENCE);
        assert_eq!(transfer.text("path"), path);
        assert!(
            origin
                .text("perild:collection")
                .contains("/v1/collections/")
        );
        let told = transfer.members["parameters"].as_object().unwrap();
        for hidden in ["meter", "coords", "bbox"] {
            assert!(!told.contains_key(hidden), "{target}: {told:?}");
        }
        assert_eq!(
            told.contains_key("limit"),
            target.contains("limit"),
            "{target}"
        );
        assert!(
            framework.judged(answer.text())[0]["_signature"].is_object(),
            "{target}"
        );
        assert_eq!(linked(&answer), None, "{target}");

        let tag = answer.field("etag").unwrap().to_owned();
        assert!(tag.starts_with("W/\""), "{target}: {tag}");
        assert!(answer.field("cache-control").unwrap().contains("private"));
        let unchanged = site.get_with(target, &[("if-none-match", &tag)]);
        assert_eq!(
            (unchanged.status, unchanged.field("etag")),
            (304, Some(&*tag)),
            "{target}"
        );
        // The data are the same again, and the transfer is another one.
        let again = site.get(target);
        let id = transfer.text("id");
        site.perild.wait_for_line(|line| line.contains(id));
        assert_eq!(again.field("etag"), Some(&*tag));
        let other = verified(&framework, &again.content);
        assert_ne!(other[1].text("id"), id);
        assert_eq!(other[0].text("id"), origin.text("id"));
        let coded = site.get_with(target, &[("accept-encoding", "gzip")]);
        assert_eq!(coded.field("content-encoding"), Some("gzip"), "{target}");
        let mut text = Vec::new();
        let mut decoder = flate2::read::GzDecoder::new(&*coded.content);
        decoder.read_to_end(&mut text).unwrap();
        assert_eq!(verified(&framework, &text).len(), 2);
    }
    let page = site.get("/v1/collections/meters/items?limit=2");
    let page: Value = serde_json::from_slice(&page.content).unwrap();
    assert_eq!(page["features"].as_array().unwrap().len(), 2);
    // A refusal brings no data, and so no record.
    let refused = site.get("/v1/collections/meters/items?limit=x");
    assert_eq!(refused.status, 400);
    assert!(!refused.text().contains("ib1:provenance"));
}

/// Rows: IB1-PRV-5, IB1-PRV-6
#[test]
fn any_other_answer_leads_to_its_record_which_whoever_it_was_made_for_gets_and_nobody_else() {
    let framework = framework();
    let site = site(&framework, "");
    for target in [
        "/v1/collections/meters/items?f=csv&datetime=1970-01-01/1970-01-02",
        "/v1/collections/ghi/cube?bbox=0,0,20,20&f=csv",
        "/tidy_DYTS01_kWh",
    ] {
        let answer = site.get(target);
        assert_eq!(answer.status, 200, "{target}");
        let address = linked(&answer).unwrap_or_else(|| unreachable!("{target}: {answer:?}"));
        assert!(
            !address.contains("bank-a") && !address.contains("1970"),
            "{address}"
        );
        let record = site.get(&address);
        assert_eq!(record.status, 200, "{record:?}");
        assert_eq!(record.field("cache-control"), Some("no-store"));
        let steps = verified(&framework, &record.content);
        assert_eq!(steps[1].text("to"), "bank-a");
        let id = steps[1].text("id");
        site.perild
            .wait_for_line(|line| line.contains(id) && line.contains("STATUS=200"));
        // Signed again: the steps are the same, and the signature is a new one.
        assert_eq!(
            verified(&framework, &site.get(&address).content)[1].text("id"),
            id
        );

        for broken in [
            format!("{address}x"),
            format!("{}A", &address[..address.len() - 1]),
            "/v1/provenance/x".to_owned(),
        ] {
            if broken != address {
                assert_eq!(site.get(&broken).status, 404, "{broken}");
            }
        }
        let nobody = site.ask(&Request::get(&address).field(CERTIFICATE, &site.bank.escaped()));
        assert_eq!(nobody.status, 401);
        let head = Request::new("HEAD", target)
            .bearer(&fresh_token())
            .field(CERTIFICATE, &site.bank.escaped());
        let head = site.connect().send(&head);
        assert_eq!((head.status, linked(&head)), (200, None), "{target}");

        let other = site.pki.consumer("bank-b");
        let mut theirs = site.good();
        theirs["client_id"] = json!("bank-b");
        theirs["cnf"] = json!({"x5t#S256": thumbprint(&other)});
        site.says(theirs);
        let asked = Request::get(&address)
            .bearer(&fresh_token())
            .field(CERTIFICATE, &other.escaped());
        assert_eq!(site.ask(&asked).status, 404, "{target}");
        site.vouch();
    }
}

/// Rows: IB1-PRV-5
#[test]
fn open_data_have_a_record_of_their_origin_for_everyone() {
    let framework = framework();
    let site = site(&framework, "");
    let open = site.ask(&Request::get("/open"));
    assert_eq!(open.status, 200);
    let address = linked(&open).unwrap();
    assert_eq!(address, "/v1/collections/open/provenance");
    let record = site.ask(&Request::get(&address));
    assert_eq!(record.status, 200);
    assert!(record.field("cache-control").unwrap().starts_with("public"));
    let steps = verified(&framework, &record.content);
    assert_eq!(steps.len(), 1);
    assert_eq!(steps[0].text("type"), "origin");
    assert_eq!(steps[0].text("perild:version"), "7");
    assert_eq!(
        steps[0].text("originLicense"),
        "https://creativecommons.org/licenses/by/4.0/"
    );
    assert_eq!(site.ask(&Request::get(&address)).content, record.content);

    let shared = "/v1/collections/meters/provenance";
    assert_eq!(site.ask(&Request::get(shared)).status, 401);
    assert_eq!(verified(&framework, &site.get(shared).content).len(), 1);
    assert_eq!(site.get("/v1/collections/nothing/provenance").status, 404);
}

/// Rows: IB1-PRV-6, CON-20
#[test]
fn the_recipient_the_collections_and_the_parameters_are_the_operators_choice() {
    let framework = framework();
    let more = "to = \"member\"\ncollections = [\"meters\"]\nparameters = [\"meter\"]\n";
    let site = site(&framework, more);
    let other = site.get("/v1/collections/outages/items?limit=1");
    assert!(!other.text().contains("ib1:provenance"));
    assert!(other.field("etag").unwrap().starts_with("W/"));
    let position = site.get("/v1/collections/ghi/position?coords=POINT(0%2050)");
    assert!(position.field("etag").unwrap().starts_with('"'));
    assert_eq!(linked(&site.get("/tidy_DYTS01_kWh")), None);
    // Its certificate names no member, so that no record could say to whom the data went.
    let refused = site.get("/v1/collections/meters/items?limit=1");
    assert_eq!(refused.status, 403, "{refused:?}");
    site.perild
        .wait_for_line(|line| line.contains("provenance.to"));
}
