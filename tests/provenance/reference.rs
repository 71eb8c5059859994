//! The reference library beside ours: each verifies what the other signs, and refuses the same with one thing broken.

use std::{fs, process::Command, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE};
use perild::{
    clock::Timestamp,
    provenance::{Element, Origin, Record, Signer, Steps, Transfer, Unverified, verify},
};
use serde_json::{Map, Value, json};

use super::framework::{Asked, FRAMEWORK, Framework};

const DAY: Duration = Duration::from_hours(24);

fn steps(now: Timestamp) -> Steps {
    let mut steps = Steps::default();
    let origin = Origin {
        timestamp: now.before(DAY * 400),
        origin: "https://provider.example/v1/collections/wind",
        licence: Some("https://creativecommons.org/licenses/by/4.0/"),
        is_external: false,
        collection: "https://provider.example/v1/collections/wind",
        version: Some("2026.1"),
    };
    let of = steps.origin(&origin).unwrap();
    let parameters = Map::from_iter([("datetime".to_owned(), json!("2026-01-01/.."))]);
    let transfer = Transfer {
        of,
        to: "https://consumer.example/app",
        standard: None,
        licence: Some("https://registry.example/licence/energy"),
        service: "https://provider.example",
        path: "/v1/collections/{id}/position",
        parameters: &parameters,
        permissions: [],
    };
    steps.transfer(&transfer, now).unwrap();
    steps
}

fn signed(signer: &Signer, now: Timestamp) -> String {
    signer.sign(&steps(now), now).unwrap().json
}

/// `record` with one thing of it changed.
fn changed(record: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut record = serde_json::from_str(record).unwrap();
    change(&mut record);
    record.to_string()
}

/// The signature of `record`.
fn signature(record: &mut Value) -> &mut Value {
    let steps = record["steps"].as_array_mut().unwrap();
    &mut steps.last_mut().unwrap()[3]
}

/// `r` and `s` of a signature without DER, as JWS has them.
fn raw(der: &[u8]) -> Vec<u8> {
    let (r, rest) = der[4..].split_at(der[3].into());
    let number = |octets: &[u8]| {
        let significant = &octets[octets.len().saturating_sub(32)..];
        [vec![0; 32 - significant.len()], significant.to_vec()].concat()
    };
    [number(r), number(&rest[2..])].concat()
}

/// Records that are broken in one thing each.
fn broken(record: &str) -> Vec<(&'static str, String)> {
    let step = |change: fn(&mut Value)| {
        changed(record, |record| {
            let text = record["steps"][1].as_str().unwrap();
            let mut step = serde_json::from_slice(&URL_SAFE.decode(text).unwrap()).unwrap();
            change(&mut step);
            record["steps"][1] = URL_SAFE.encode(step.to_string()).into();
        })
    };
    let of_signature = |change: fn(Vec<u8>) -> String| {
        changed(record, |record| {
            let text = signature(record);
            let octets = URL_SAFE.decode(text.as_str().unwrap()).unwrap();
            *text = change(octets).into();
        })
    };
    vec![
        (
            "a step that was changed",
            step(|step| step["to"] = "https://other.example/app".into()),
        ),
        (
            "a signature that was changed",
            of_signature(|mut octets| {
                let last = octets.len() - 1;
                octets[last] ^= 1;
                URL_SAFE.encode(octets)
            }),
        ),
        (
            "a signature as JWS has it",
            of_signature(|octets| URL_SAFE.encode(raw(&octets))),
        ),
        (
            "another time of the signature",
            changed(record, |record| {
                let last = record["steps"].as_array().unwrap().len() - 1;
                record["steps"][last][2] = "2026-01-01T00:00:00Z".into();
            }),
        ),
        (
            "another framework",
            changed(record, |record| {
                record["ib1:provenance"] = "https://other.example/framework".into();
            }),
        ),
        (
            "an origin too many",
            changed(record, |record| {
                record["origins"].as_array_mut().unwrap().push("x".into());
            }),
        ),
        (
            "no certificates",
            changed(record, |record| {
                record.as_object_mut().unwrap().remove("certificates");
            }),
        ),
        (
            "an issuer that is not there",
            changed(record, |record| {
                for path in record["certificates"].as_object_mut().unwrap().values_mut() {
                    if let Some(issuer) = path.get_mut(1) {
                        *issuer = format!("{}1", issuer.as_str().unwrap()).into();
                    }
                }
            }),
        ),
        (
            "another version of the format",
            changed(record, |record| {
                let last = record["steps"].as_array().unwrap().len() - 1;
                record["steps"][last][0] = 1.into();
            }),
        ),
    ]
}

/// Records that are broken where nothing is signed, in what the reference library does not look at.
fn broken_beside(record: &str) -> Vec<(&'static str, String)> {
    let certificates = |change: fn(&mut Value)| {
        changed(record, |record| {
            let paths = record["certificates"].as_object_mut().unwrap();
            paths.values_mut().for_each(change);
        })
    };
    vec![
        (
            "words behind a certificate",
            certificates(|path| path[0] = format!("{}x", path[0].as_str().unwrap()).into()),
        ),
        (
            "a certificate twice",
            certificates(|path| path[0] = path[0].as_str().unwrap().repeat(2).into()),
        ),
        (
            "an issuer of its own",
            changed(record, |record| {
                let paths = record["certificates"].as_object_mut().unwrap();
                let serials: Vec<_> = paths.keys().cloned().collect();
                for serial in serials {
                    if let Some(issuer) = paths[&serial].get_mut(1) {
                        *issuer = serial.clone().into();
                    }
                }
            }),
        ),
    ]
}

fn refused(framework: &Framework, record: &str) -> Option<String> {
    let root = framework.root();
    let read = Record::read(record.as_bytes());
    match read.map(|record| verify(&record, &root, Some(FRAMEWORK), Timestamp::now())) {
        Ok(Ok(_)) => None,
        Ok(Err(reason)) => Some(reason.to_string()),
        Err(reason) => Some(reason.to_string()),
    }
}

/// Rows: IB1-PRV-1, IB1-PRV-2, IB1-PRV-3, IB1-PRV-4, IB1-PRV-5, IB1-PRV-6, IB1-PRV-7, CON-10
#[test]
fn the_reference_library_verifies_what_perild_signs_and_refuses_it_with_one_thing_broken() {
    let framework = Framework::new();
    framework.member(&Asked::default());
    let now = Timestamp::now();
    let record = signed(&framework.signer("provider"), now);

    let judged = framework.judged(&record);
    let found = judged
        .as_array()
        .unwrap_or_else(|| unreachable!("{judged}"));
    assert_eq!(found.len(), 2);
    assert_eq!(found[0]["type"], "origin");
    assert_eq!(found[0]["perild:version"], "2026.1");
    assert_eq!(found[1]["of"], found[0]["id"]);
    assert_eq!(
        found[1]["license"],
        "https://registry.example/licence/energy"
    );
    assert_eq!(found[1]["permissions"], json!([]));
    assert_eq!(found[1].get("transaction"), None);
    let signed_by = &found[1]["_signature"]["signed"];
    assert_eq!(signed_by["name"], "Provider & Söhne");
    assert_eq!(signed_by["member"], "https://directory.example/member/1");
    assert_eq!(refused(&framework, &record), None);

    for (what, broken) in broken(&record) {
        let judged = framework.judged(&broken);
        assert!(judged["refused"].is_string(), "{what}: {judged}");
        assert!(refused(&framework, &broken).is_some(), "{what}");
    }
    for (what, broken) in broken_beside(&record) {
        assert_ne!(broken, record, "{what}");
        assert!(refused(&framework, &broken).is_some(), "{what}");
    }
}

/// Rows: IB1-PRV-2, IB1-PRV-3, IB1-PRV-4
#[test]
fn perild_verifies_what_the_reference_library_signs_and_refuses_it_with_one_thing_broken() {
    let framework = Framework::new();
    framework.member(&Asked::default());
    framework.member(&Asked {
        name: "consumer",
        application: "https://consumer.example/app",
        member: "https://directory.example/member/2",
        ..Asked::default()
    });
    let files = ["provider.pem", "provider.key"].map(|name| framework.text(name));
    let record = framework.reference("sign", &[&files[0], &files[1], "0"]);
    assert_eq!(refused(&framework, &record), None);
    for (what, broken) in broken(&record) {
        assert!(refused(&framework, &broken).is_some(), "{what}");
    }

    // What perild signed, within what its consumer signs.
    let ours = signed(&framework.signer("provider"), Timestamp::now());
    fs::write(
        framework.path("ours.json"),
        json!({"data": [1], "ib1:provenance": serde_json::from_str::<Value>(&ours).unwrap()})
            .to_string(),
    )
    .unwrap();
    let files = ["consumer.pem", "consumer.key", "ours.json"].map(|name| framework.text(name));
    let received = framework.reference("receive", &[&files[0], &files[1], &files[2]]);
    let record = Record::read(received.as_bytes()).unwrap();
    let found = verify(
        &record,
        &framework.root(),
        Some(FRAMEWORK),
        Timestamp::now(),
    )
    .unwrap();
    let kinds: Vec<_> = found.iter().map(|step| step.text("type")).collect();
    assert_eq!(kinds, ["origin", "transfer", "receipt"]);
    let signers = |step: usize| -> Vec<_> {
        let signers = found[step].signers.iter();
        signers.map(|signer| signer.member().to_owned()).collect()
    };
    let [provider, consumer] = [1, 2].map(|n| format!("https://directory.example/member/{n}"));
    assert_eq!(signers(1), [provider, consumer.clone()]);
    assert_eq!(signers(2), [consumer]);
    // The inner signature counts as the outer one does.
    let forged = changed(&received, |record| {
        let inner = &mut record["steps"][0];
        inner[0] = inner[1].clone();
    });
    assert!(refused(&framework, &forged).is_some());
    assert!(matches!(record.steps.elements[0], Element::List(_)));
}

/// Rows: IB1-PRV-4
#[test]
fn ib1_prv_4_a_signer_of_another_ca_one_without_a_member_and_one_whose_time_is_over_are_refused() {
    let framework = Framework::new();
    framework.mint(&["ca", "client", "Client"]);
    for asked in [
        Asked::default(),
        Asked {
            name: "other",
            ca: "client",
            ..Asked::default()
        },
        Asked {
            name: "nobody",
            member: "",
            ..Asked::default()
        },
        Asked {
            name: "short",
            days: 1,
            ..Asked::default()
        },
    ] {
        framework.member(&asked);
    }
    let sign = |name: &str, days: &str| {
        let files = ["pem", "key"].map(|end| framework.text(&format!("{name}.{end}")));
        framework.reference("sign", &[&files[0], &files[1], days])
    };
    let verified = |record: &str, days: u32| {
        let record = Record::read(record.as_bytes()).unwrap();
        let now = Timestamp::now().after(DAY * days);
        verify(&record, &framework.root(), None, now)
    };
    assert!(verified(&sign("provider", "0"), 0).is_ok());
    assert!(verified(&sign("short", "0"), 9).is_ok());
    for (name, days) in [("other", "0"), ("nobody", "0"), ("short", "2")] {
        let record = sign(name, days);
        let found = verified(&record, 9);
        assert!(matches!(found, Err(Unverified::Signer { .. })), "{name}");
        assert!(framework.judged(&record)["refused"].is_string(), "{name}");
    }
    let ahead = verified(&sign("provider", "2"), 0);
    assert!(matches!(ahead, Err(Unverified::SignedInFuture { .. })));
    let signer = framework.signer("short");
    let late = Timestamp::now().after(DAY * 2);
    assert!(signer.sign(&steps(late), late).is_err());
}

/// Rows: IB1-PRV-1
#[test]
fn the_command_says_what_holds_and_what_does_not() {
    let framework = Framework::new();
    framework.member(&Asked::default());
    let record = signed(&framework.signer("provider"), Timestamp::now());
    fs::write(framework.path("record.json"), &record).unwrap();
    let forged = changed(&record, |record| record["steps"][0] = "e30=".into());
    fs::write(framework.path("forged.json"), forged).unwrap();
    let run = |file: &str, more: &[&str]| {
        let (file, anchors) = (framework.text(file), framework.text("signing-root.pem"));
        let output = Command::new(env!("CARGO_BIN_EXE_perild"))
            .args(["provenance", "verify", &file, "--anchors", &anchors])
            .args(more)
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
        (output.status.code(), said.concat())
    };
    let (code, said) = run("record.json", &["--framework", FRAMEWORK]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.starts_with("verified  2 steps of https://"), "{said}");
    assert!(said.contains("to https://consumer.example/app"), "{said}");
    let (_, decoded) = run("record.json", &["--json"]);
    let decoded: Value = serde_json::from_str(&decoded).unwrap();
    assert_eq!(decoded, framework.judged(&record));
    for (file, more, expected) in [
        (
            "forged.json",
            &[][..],
            "does not belong to what it stands below",
        ),
        (
            "record.json",
            &["--framework", "https://x.example"],
            "of the framework",
        ),
        ("provider.pem", &[], "not the JSON of a record"),
        ("missing.json", &[], "cannot read"),
    ] {
        let (code, said) = run(file, more);
        assert_eq!(code, Some(1), "{file}");
        assert!(said.contains(expected), "{said}");
    }
}
