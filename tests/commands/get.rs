use std::fs;

use super::{run, text};

#[test]
fn get_without_its_configuration_is_exit_code_78() {
    let directory = tempfile::tempdir().unwrap();
    let arguments = ["get", "https://127.0.0.1:9/x", "--config", "missing.toml"];
    let output = run(directory.path(), &arguments);
    assert_eq!(output.status.code(), Some(78));
    assert!(
        text(&output.stderr).contains("missing.toml"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn get_names_the_file_that_its_configuration_lacks() {
    let directory = tempfile::tempdir().unwrap();
    let configuration = "[directory]\nissuer = \"https://127.0.0.1:9\"\nclient_id = \"a\"\ncertificate = \"none.pem\"\n";
    fs::write(directory.path().join("perild.toml"), configuration).unwrap();
    let arguments = ["get", "https://127.0.0.1:9/x", "--config", "perild.toml"];
    let output = run(directory.path(), &arguments);
    assert_eq!(output.status.code(), Some(78));
    assert!(
        text(&output.stderr).contains("none.pem"),
        "{}",
        text(&output.stderr)
    );

    let no_data = [&arguments[..], &["--data", "none.json"]].concat();
    let output = run(directory.path(), &no_data);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).contains("none.json"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn get_sends_no_token_without_tls() {
    let directory = tempfile::tempdir().unwrap();
    let output = run(directory.path(), &["get", "http://127.0.0.1:9/x"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output.stderr).contains("https://"),
        "{}",
        text(&output.stderr)
    );
}
