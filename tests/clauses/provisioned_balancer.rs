//! `perild-provision --balancer`: the port of a balancer is made as documented, taken back when nginx refuses it, and removed.

use std::{fs, path::Path};

use super::provisioned::Machine;

const DEPLOY: &str = include_str!("../../docs/deploy.md");

/// The block of docs/deploy.md for a file, without its name, and with one blank between words.
fn documented(file: &str) -> String {
    let begin = format!("```nginx\n# /etc/nginx/perild.d/{file}\n");
    let (_, block) = DEPLOY.split_once(&begin).unwrap();
    plain(block.split_once("```").unwrap().0)
}

fn plain(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let words = lines.flat_map(str::split_whitespace);
    words.collect::<Vec<_>>().join(" ")
}

const HTTP: &str = "local-http-balancer.inc";
const SERVER: &str = "local-server-balancer.inc";

#[test]
fn the_parts_are_those_that_the_guide_has() {
    let machine = Machine::new();
    let (is_done, said) = machine.steps("10.0.0.5", "set_up_balancer");
    assert!(is_done && said.contains("changed"), "{said}");
    for file in [HTTP, SERVER] {
        assert_eq!(plain(&machine.part(file).unwrap()), documented(file));
    }
    let (is_done, said) = machine.steps("10.0.0.5", "set_up_balancer");
    assert!(is_done && !said.contains("changed"), "{said}");
    let (_, said) = machine.steps("10.0.0.5 10.1.0.0/28", "set_up_balancer");
    let parts = [HTTP, SERVER].map(|file| machine.part(file).unwrap());
    assert!(
        parts.iter().all(|part| part.contains("10.1.0.0/28")),
        "{said}"
    );
}

#[test]
fn a_dry_run_says_what_would_be_done_and_does_nothing() {
    let machine = Machine::new();
    fs::write(
        machine.path("perild.toml"),
        "base_url = \"https://example.energydata.org.uk\"\n",
    )
    .unwrap();
    let (is_done, said) = machine.steps(
        "10.0.0.5",
        "dry_run=yes; set_up_balancer; set_common_base_url",
    );
    assert!(is_done, "{said}");
    assert!(
        said.contains("would    take a PROXY line of 10.0.0.5"),
        "{said}"
    );
    assert!(said.contains("would    set base_url"), "{said}");
    assert_eq!(machine.part(HTTP), None);
}

#[test]
fn what_nginx_refuses_is_taken_back() {
    let machine = Machine::new();
    machine.nginx("echo 'nginx: [emerg] no' >&2; exit 1");
    let (is_done, said) = machine.steps("10.0.0.5", "set_up_balancer");
    assert!(!is_done && said.contains("remedy"), "{said}");
    assert_eq!((machine.part(HTTP), machine.part(SERVER)), (None, None));

    machine.nginx("exit 0");
    machine.steps("10.0.0.5", "set_up_balancer");
    let before = (machine.part(HTTP), machine.part(SERVER));
    machine.nginx("echo 'nginx: [emerg] no' >&2; exit 1");
    let (is_done, _) = machine.steps("10.0.0.6", "set_up_balancer");
    assert!(!is_done);
    assert_eq!((machine.part(HTTP), machine.part(SERVER)), before);
}

#[test]
fn what_was_written_by_hand_stays() {
    let machine = Machine::new();
    let by_hand = machine.path("etc/nginx/perild.d").join(HTTP);
    fs::write(&by_hand, "geo $realip_remote_addr $perild_is_balancer {}\n").unwrap();
    let (is_done, said) = machine.steps("10.0.0.5", "set_up_balancer");
    assert!(!is_done && said.contains("was written by hand"), "{said}");
    assert_eq!(machine.part(SERVER), None);

    let machine = Machine::new();
    machine.steps("10.0.0.5", "set_up_balancer");
    let edited = machine.part(SERVER).unwrap() + "listen [::]:8443 ssl proxy_protocol;\n";
    fs::write(machine.path("etc/nginx/perild.d").join(SERVER), &edited).unwrap();
    let (is_done, said) = machine.steps("10.0.0.6", "set_up_balancer");
    assert!(
        is_done && said.contains("changed by hand and stays"),
        "{said}"
    );
    assert_eq!(machine.part(SERVER), Some(edited));
}

#[test]
fn a_name_that_is_removed_takes_its_balancers_along_and_no_others() {
    let machine = Machine::new();
    machine.steps("10.0.0.5", "set_up_balancer");
    machine.steps("", "domain=other.example.org; remove_balancer");
    assert!(machine.part(HTTP).is_some());
    let (is_done, said) = machine.steps("10.0.0.5", "domain=other.example.org; set_up_balancer");
    assert!(
        !is_done && said.contains("before data.example.org"),
        "{said}"
    );
    let (_, said) = machine.steps("", "dry_run=yes; remove_balancer");
    assert!(
        said.contains("would    remove") && machine.part(HTTP).is_some(),
        "{said}"
    );
    machine.steps("", "remove_balancer");
    assert_eq!((machine.part(HTTP), machine.part(SERVER)), (None, None));
}

#[test]
fn links_lead_to_the_common_name_unless_the_operator_has_set_another() {
    let machine = Machine::new();
    let sites = machine.path("etc/nginx/sites-available");
    fs::create_dir_all(&sites).unwrap();
    let served = "    server_name a.example.org;\n";
    fs::write(sites.join("perild.conf"), served).unwrap();
    for (before, after) in [
        ("example.energydata.org.uk", "data.example.org"),
        ("a.example.org", "data.example.org"),
        ("data.example.org", "data.example.org"),
        ("elsewhere.example.org", "elsewhere.example.org"),
        ("axexample.org", "axexample.org"),
    ] {
        let text = format!("# Ours.\nbase_url = \"https://{before}\"\nlisten = \"x\"\n");
        fs::write(machine.path("perild.toml"), &text).unwrap();
        let (is_done, said) = machine.steps("10.0.0.5", "set_common_base_url");
        assert!(is_done, "{said}");
        let found = fs::read_to_string(machine.path("perild.toml")).unwrap();
        assert_eq!(found, text.replace(before, after), "{said}");
    }
}

#[test]
fn an_address_that_is_none_or_everybody_is_wrong_usage() {
    let machine = Machine::new();
    let provision = fs::read_to_string(machine.path("provision")).unwrap();
    let ask = |more: &[&str]| {
        let arguments = ["--domain", "data.example.org", "--email", "ops@example.org"];
        machine.bash(&provision, &[&arguments, more].concat())
    };
    for balancer in [
        "",
        ",",
        "10.0.0",
        "10.0.0.256",
        "0.0.0.0/0",
        "10.0.0.0/7",
        "10.0.0.5;",
        "10.0.0.5 all",
        "::1",
        "name.example",
        "10.0.0.5,x",
    ] {
        let output = ask(&["--balancer", balancer]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{balancer}: {said}");
        assert!(said.contains("--balancer"), "{said}");
    }
    let removed = ask(&["--balancer", "10.0.0.5", "--remove"]);
    assert_eq!(removed.status.code(), Some(2));
    assert!(
        Path::new(&machine.path("etc/nginx/perild.d"))
            .read_dir()
            .unwrap()
            .next()
            .is_none()
    );
}
