//! What deploy/ sets for a daemon in a container is a configuration that it starts with.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use super::site::settings;
use crate::support::{perild::write_config, pki::Pki, world::place};

const FARGATE: &str = include_str!("../../deploy/aws/fargate.yaml");
const COMPOSE: &str = include_str!("../../deploy/container/compose.yaml");

/// What `CloudFormation` puts in.
const FILLED_IN: [(&str, &str); 5] = [
    (
        "PERILD_SERVER__TRUSTED_PEERS",
        r#"["10.0.0.0/24", "10.0.1.0/24"]"#,
    ),
    ("PERILD_BASE_URL", "https://data.example.org"),
    ("PERILD_DIRECTORY__ISSUER", "https://localhost:9/"),
    (
        "PERILD_DIRECTORY__DISCOVERY_URL",
        "https://localhost:9/.well-known/openid-configuration",
    ),
    ("PERILD_DIRECTORY__CLIENT_ID", "provider"),
];

/// The variables of the daemon in `text`, as YAML has them: `{Name: X, Value: Y}` or `X: Y`.
fn variables(text: &str) -> BTreeMap<String, String> {
    let found = text.lines().filter_map(|line| {
        let (_, variable) = line.split_once("PERILD_")?;
        let is_name = |sign: char| sign.is_ascii_uppercase() || sign == '_';
        let end = variable.find(|sign| !is_name(sign));
        let (name, rest) = variable.split_at(end.unwrap_or(variable.len()));
        let value = rest.trim_start_matches([',', ':', ' ']);
        let value = value.trim_start_matches("Value: ").trim_end_matches('}');
        Some((format!("PERILD_{name}"), value.trim_matches('"').to_owned()))
    });
    let mut found: BTreeMap<String, String> = found.collect();
    for (name, value) in FILLED_IN {
        found
            .entry(name.to_owned())
            .and_modify(|found| value.clone_into(found));
    }
    found
}

/// Runs `perild check` with `variables`, whose secrets are those of a test, over the shipped configuration.
fn check(dir: &Path, variables: &BTreeMap<String, String>) -> (Option<i32>, String) {
    let certificates = dir.join("certs").display().to_string();
    let mut command = Command::new(env!("CARGO_BIN_EXE_perild"));
    command
        .args(["check", "--offline", "--config"])
        .arg(dir.join("perild.toml"));
    for (name, value) in variables {
        let places = ["/run/perild-identity", "/run/secrets"];
        let value = places
            .iter()
            .fold(value.clone(), |v, place| v.replace(place, &certificates));
        command.env(name, value);
    }
    let done = command.output().unwrap();
    let said = [done.stdout, done.stderr].concat();
    (done.status.code(), String::from_utf8(said).unwrap())
}

fn installation() -> tempfile::TempDir {
    let dir = place();
    Pki::new(dir.path());
    for sub in ["run", "state"] {
        fs::create_dir_all(dir.path().join(sub)).unwrap();
    }
    write_config(dir.path(), &settings("https://localhost:9/"));
    dir
}

/// Rows: CERT-14, IB1-HDR-1
#[test]
fn the_variables_of_the_fargate_template_are_a_daemon_for_the_balancers_subnets_alone() {
    let dir = installation();
    let mut variables = variables(FARGATE);
    assert_eq!(variables.len(), 13, "{variables:?}");
    let (code, said) = check(dir.path(), &variables);
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("0.0.0.0:8080 is for 10.0.0.0/24, 10.0.1.0/24 alone"),
        "{said}"
    );
    // Without its list of peers it would not start.
    variables.remove("PERILD_SERVER__TRUSTED_PEERS");
    let (code, said) = check(dir.path(), &variables);
    assert_eq!(code, Some(78), "{said}");
    assert!(said.contains("PERILD_LISTEN"), "{said}");
}

#[test]
fn the_variables_of_the_compose_file_are_a_daemon_for_nginx() {
    let dir = installation();
    let mut variables = variables(COMPOSE);
    assert_eq!(variables.len(), 5, "{variables:?}");
    let (code, said) = check(dir.path(), &variables);
    assert_eq!(code, Some(0), "{said}");
    variables.insert("PERILD_SERVER__PROXY_UID".to_owned(), "[101]".to_owned());
    assert_eq!(check(dir.path(), &variables).0, Some(78));
}

/// Every file that the sources take in at build time is let into the image's build as well.
#[test]
fn what_the_sources_include_is_part_of_the_images_context() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let ignored = fs::read_to_string(root.join(".dockerignore")).unwrap();
    let let_in: Vec<_> = ignored
        .lines()
        .filter_map(|line| line.strip_prefix('!'))
        .map(|path| root.join(path))
        .collect();

    let mut folders = vec![root.join("src")];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let Ok(text) = fs::read_to_string(&path) else {
                continue;
            };
            // Files of tests alone are not built into the image.
            if path.components().any(|part| part.as_os_str() == "tests")
                || path.ends_with("tests.rs")
            {
                continue;
            }
            for rest in text.split("include_str!(\"").skip(1) {
                let included = rest.split('"').next().unwrap();
                let included = folder.join(included).canonicalize().unwrap();
                seen += 1;
                assert!(
                    let_in.iter().any(|path| included.starts_with(path)),
                    "{} includes {}, which .dockerignore keeps out",
                    path.display(),
                    included.display()
                );
            }
        }
    }
    assert!(seen >= 3, "{seen}");
}
