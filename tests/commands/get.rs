use std::fs;

use super::{development::Development, run, text};

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

#[test]
fn get_sends_a_portfolio_as_what_its_name_says_it_is() {
    let development = Development::start();
    let directory = tempfile::tempdir().unwrap();
    let front = development
        .printed
        .lines()
        .find_map(|line| line.strip_prefix("  front      "));
    let url = format!(
        "{}/v1/location?perils=fire&years=2050&f=csv",
        front.unwrap()
    );
    let configuration = development.target("consumer.toml").display().to_string();
    for (name, content, answered) in [
        (
            "sites.csv",
            "site,lat,lon\nLondon,51.5,-0.12\n",
            "\nLondon,51.5,-0.12,ok,",
        ),
        (
            "sites.geojson",
            "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":null,\
             \"geometry\":{\"type\":\"Point\",\"coordinates\":[-0.12,51.5]}}]}",
            "\n0,,51.5,-0.12,,ok,",
        ),
        (
            "sites.json",
            "{\"locations\":[{\"lat\":51.5,\"lon\":-0.12}]}",
            "\n0,,51.5,-0.12,,ok,",
        ),
    ] {
        let file = directory.path().join(name);
        fs::write(&file, content).unwrap();
        let file = file.display().to_string();
        let arguments = ["get", &url, "--config", &configuration, "--data", &file];
        let output = run(directory.path(), &arguments);
        let said = text(&output.stdout);
        assert!(
            said.contains(answered),
            "{name}: {said}{}",
            text(&output.stderr)
        );
    }
}
