//! Requests that a generator makes of the description, thousands of them, good and bad.

use std::{fs, process::Command};

use serde_json::Value;

use crate::{
    artefact,
    development::{Development, ROOT, output},
    support::python,
};

/// Runs the generator against `development` by the description `document`; whether nothing was found, and what
/// was said.
fn generate(development: &Development, document: &Value, more: &str) -> (bool, String) {
    let description = development.path("openapi.json");
    fs::write(&description, document.to_string()).unwrap();
    let program = python::GENERATOR.program("st");
    let line = format!(
        "TOKEN=$(curl -sSf --cacert \"$PERILS_CA\" --cert \"$PERILS_CERTIFICATE\" --key \"$PERILS_KEY\" \
             -d grant_type=client_credentials -d \"client_id=$PERILS_CLIENT_ID\" \"$PERILS_TOKEN_ENDPOINT\" | jq -r .access_token)\n\
         exec '{}' --config-file '{ROOT}/tests/description/schemathesis.toml' run '{}' --url \"$PERILS_URL\" \
             --tls-verify \"$PERILS_CA\" --request-cert \"$PERILS_CERTIFICATE\" --request-cert-key \"$PERILS_KEY\" \
             -H \"Authorization: Bearer $TOKEN\" {more}",
        program.display(),
        description.display()
    );
    let mut shell = development.consumer("bash");
    let ended = shell
        .args(["-euo", "pipefail", "-c", &line])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ended.stdout).into_owned();
    let complaint = String::from_utf8_lossy(&ended.stderr).into_owned();
    (ended.status.success(), said + &complaint)
}

fn document(development: &Development) -> Value {
    let mut curl: Command = development.consumer("bash");
    let document = output({
        curl.args([
            "-c",
            "curl -sSf --cacert \"$PERILS_CA\" \"$PERILS_URL/openapi.json\"",
        ]);
        curl
    });
    serde_json::from_str(&document).unwrap()
}

#[test]
fn thousands_of_generated_requests_are_answered_as_described() {
    let development = Development::start();
    let (is_fine, said) = generate(&development, &document(&development), "");
    fs::write(artefact("generated.log"), &said).unwrap();
    assert!(is_fine, "{said}");
    let (before, _) = said.split_once(" generated").unwrap();
    let count: u32 = before.rsplit(' ').next().unwrap().parse().unwrap();
    assert!(count > 2_000, "{said}");
}

#[test]
fn a_description_that_says_another_thing_is_found_out() {
    let development = Development::start();
    let described = document(&development);
    let only =
        "--include-path /v1/perils --include-method GET --phases examples,fuzzing --max-examples 2";
    let (is_fine, said) = generate(&development, &described, only);
    assert!(is_fine, "{said}");
    for (pointer, broken, fault) in [
        (
            "/components/schemas/Catalogue/required/0",
            "no-such-member",
            "violates schema",
        ),
        (
            "/components/schemas/Grid/properties/crs/type",
            "integer",
            "violates schema",
        ),
    ] {
        let mut document = described.clone();
        let part = document.pointer_mut(pointer).unwrap();
        *part = broken.into();
        let (is_fine, said) = generate(&development, &document, only);
        assert!(!is_fine && said.contains(fault), "{pointer}: {said}");
    }
}
