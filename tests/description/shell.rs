//! The lines of shell that the description shows, pasted.

use serde_json::Value;

use crate::development::{Development, output};

#[test]
fn every_line_of_shell_can_be_pasted_and_answers() {
    let development = Development::start();
    let shell = |script: &str| {
        let mut shell = development.consumer("bash");
        let script = format!("export CURL_CA_BUNDLE=$PERILS_CA\n{TOKEN}\n{script}");
        shell.args(["-euo", "pipefail", "-c", &script]);
        shell
    };
    let document = output(shell("curl -sSf \"$PERILS_URL/openapi.json\""));
    let document: Value = serde_json::from_str(&document).unwrap();
    let page = output(shell("curl -sSf \"$PERILS_URL/docs\""));
    let mut pasted = 0;
    let paths = document["paths"].as_object().unwrap().iter();
    for (path, item) in paths.filter(|(path, _)| !is_of_a_table(path)) {
        for (method, operation) in item.as_object().unwrap() {
            let samples = operation["x-codeSamples"].as_array();
            assert_eq!(samples.is_some(), matches!(method.as_str(), "get" | "post"));
            for sample in samples.into_iter().flatten() {
                let source = sample["source"].as_str().unwrap();
                let answer = output(shell(source));
                // The way to the catalogue has no content.
                assert!(!answer.is_empty() || path == "/", "{path}: {source}");
                let shown = source
                    .replace('&', "&amp;")
                    .replace('"', "&quot;")
                    .replace('>', "&gt;");
                assert!(page.contains(&shown), "{path}: {source}");
                pasted += 1;
            }
        }
    }
    assert!(pasted > 18, "{pasted}");
    // The twin: a line whose token is not good does not pass for an answer.
    let listing = document["paths"]["/perils"]["get"]["x-codeSamples"][0]["source"].as_str();
    let refused = shell(&format!("TOKEN=another\n{}", listing.unwrap()));
    assert!(!{ refused }.output().unwrap().status.success());
}

/// The sample data are of perils and files: a line about rows of a table has a name to put in (docs/records.md has such lines).
fn is_of_a_table(path: &str) -> bool {
    let resource = path
        .strip_prefix("/v1/collections/{id}/")
        .unwrap_or_default();
    ["items", "queryables", "aggregate", "latest", "csvw"]
        .iter()
        .any(|one| resource.starts_with(one))
}

const TOKEN: &str = "TOKEN=$(curl -sSf --cert \"$PERILS_CERTIFICATE\" --key \"$PERILS_KEY\" -d grant_type=client_credentials \
    -d \"client_id=$PERILS_CLIENT_ID\" \"$PERILS_TOKEN_ENDPOINT\" | jq -r .access_token)";
