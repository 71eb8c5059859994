//! Clients that generators make of the description: they compile, and ask for one place, a portfolio and a file.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};

use crate::{
    development::{Development, ROOT, output},
    support::{process::tool, python},
    tools,
};

/// A file that `perild dev` serves.
const FILE: &str = "tidy_DYTS01_CO2";

#[test]
fn a_python_client_by_openapi_generator_asks_for_a_place_a_portfolio_and_a_file() {
    let development = Development::start();
    for version in ["3.1", "3.0"] {
        let made = format!("python-{version}");
        generated(&development, "python", version, &made);
        answers_as_it_should(
            &development,
            &python_client(&development, &made, "openapi_generator.py"),
        );
    }
}

#[test]
fn a_typescript_client_by_openapi_generator_asks_for_a_place_a_portfolio_and_a_file() {
    let development = Development::start();
    let home = tools::installed("clients-typescript-5.9.3", |home| {
        tools::npm(home, "typescript@5.9.3");
        tools::npm(home, "@types/node@22.19.1");
    });
    for version in ["3.1", "3.0"] {
        let made = format!("typescript-{version}");
        generated(
            &development,
            "typescript-fetch",
            version,
            &format!("{made}/client"),
        );
        let source = development.path(&made).join("ask.ts");
        fs::copy(script("typescript.ts"), &source).unwrap();
        let mut compiler = Command::new(home.join("node_modules/.bin/tsc"));
        compiler
            .args(["--strict", "--target", "es2022", "--module", "commonjs"])
            .args([
                "--moduleResolution",
                "node10",
                "--lib",
                "es2022,dom,dom.iterable",
                "--types",
                "node",
                "--typeRoots",
            ])
            .arg(home.join("node_modules/@types"))
            .arg(&source);
        output(compiler);
        let line = format!(
            "{TOKEN}\nexec node '{}'",
            source.with_extension("js").display()
        );
        answers_as_it_should(&development, &line);
    }
}

#[test]
fn a_client_by_openapi_python_client_asks_for_a_place_a_portfolio_and_a_file() {
    let development = Development::start();
    let made = development.path("made/perild_client");
    fs::create_dir(development.path("made")).unwrap();
    let generator = python::CLIENTS.program("openapi-python-client");
    let mut shell = Command::new("sh");
    // It calls a program that stands beside it.
    shell
        .args(["-c", "PATH=${0%/*}:$PATH exec \"$0\" \"$@\""])
        .arg(generator)
        .args(["generate", "--meta", "none", "--path"])
        .arg(description(&development, "3.1"))
        .arg("--output-path")
        .arg(&made);
    output(shell);
    let line = python_client(&development, "made", "openapi_python_client.py");
    answers_as_it_should(&development, &line);
}

/// Runs `line`, which prints what a client was answered, and holds that against what it should be.
fn answers_as_it_should(development: &Development, line: &str) {
    let mut shell = development.consumer("bash");
    shell
        .args(["-euo", "pipefail", "-c", line])
        .env("FILE", FILE);
    let found: Value = serde_json::from_str(&output(shell)).unwrap();
    assert_eq!(found["value"], json!(0.053_848), "{line}");
    assert_eq!(
        found["reasons"],
        json!([["a", null], ["b", "latitude_out_of_range"]])
    );
    assert!(
        found["file"]
            .as_str()
            .unwrap()
            .starts_with("time,synthetic_kgCO2\n")
    );
    assert_eq!(found["refused"], 401);
}

/// The line that runs `name` with the client that was put into the folder `made`, every module of it compiled.
fn python_client(development: &Development, made: &str, name: &str) -> String {
    let python = python::CLIENTS.program("python");
    let python = python.display();
    let made = development.path(made);
    let made = made.display();
    let script = script(name);
    format!(
        "{TOKEN}\n'{python}' -m compileall -q '{made}/perild_client'\nPYTHONPATH='{made}' exec '{python}' '{}'",
        script.display()
    )
}

/// Has openapi-generator make a client in `made`.
fn generated(development: &Development, language: &str, version: &str, made: &str) {
    tool("java", "default-jre-headless");
    let mut generator = Command::new(python::CLIENTS.program("openapi-generator-cli"));
    generator
        .args([
            "generate",
            "-g",
            language,
            "--additional-properties",
            "packageName=perild_client",
            "-i",
        ])
        .arg(description(development, version))
        .arg("-o")
        .arg(development.path(made));
    output(generator);
}

/// The description in a file.
fn description(development: &Development, version: &str) -> PathBuf {
    let mut curl = development.consumer("bash");
    curl.args([
        "-c",
        &format!(
            "curl -sSf --cacert \"$PERILS_CA\" \"$PERILS_URL/openapi.json?version={version}\""
        ),
    ]);
    let file = development.path(&format!("openapi-{version}.json"));
    fs::write(&file, output(curl)).unwrap();
    file
}

fn script(name: &str) -> PathBuf {
    Path::new(ROOT).join("tests/description/clients").join(name)
}

const TOKEN: &str = "export TOKEN=$(curl -sSf --cacert \"$PERILS_CA\" --cert \"$PERILS_CERTIFICATE\" --key \"$PERILS_KEY\" \
    -d grant_type=client_credentials -d \"client_id=$PERILS_CLIENT_ID\" \"$PERILS_TOKEN_ENDPOINT\" | jq -r .access_token)";
