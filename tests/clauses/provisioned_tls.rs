//! `perild-provision`: nginx has the versions of TLS that the profile has, however often it is run.

use std::fs;

use super::provisioned::Machine;

const PART: &str = "tls-versions.inc";
const SHIPPED: &str = include_str!("../../nginx/perild.d/tls-versions.inc");

/// A machine with the built perild, its configuration and the shipped parts of the site.
fn machine(config: &str) -> Machine {
    let machine = Machine::new();
    let parts = machine.path("usr/share/perild/nginx/perild.d");
    for folder in [parts.clone(), machine.path("etc/perild/perild.d")] {
        fs::create_dir_all(folder).unwrap();
    }
    fs::write(parts.join(PART), SHIPPED).unwrap();
    machine.program(
        "perild",
        &format!("exec {} \"$@\"", env!("CARGO_BIN_EXE_perild")),
    );
    configure(&machine, config);
    machine
}

fn configure(machine: &Machine, text: &str) {
    fs::write(machine.path("etc/perild/perild.toml"), whole(text)).unwrap();
}

/// `text` with what every configuration has to have.
fn whole(text: &str) -> String {
    format!("{text}\n[directory]\nissuer = \"https://as.example/\"\nclient_id = \"provider\"\n")
}

/// The lines that nginx reads of the part.
fn versions(machine: &Machine) -> Option<String> {
    let part = machine.part(PART)?;
    let lines = part.lines().filter(|line| !line.starts_with('#'));
    Some(lines.collect())
}

/// Outcome of the step: `true` where it changed anything, and its words.
fn run(machine: &Machine) -> (bool, String) {
    let (is_done, said) = machine.steps("", "set_tls_versions");
    assert!(is_done, "{said}");
    (said.contains("changed  "), said)
}

fn put_parts(machine: &Machine) {
    let (is_done, said) = machine.steps("", "bash \"$SHARE/includes\" --parts");
    assert!(is_done, "{said}");
}

const IB1: &str = "[profile]\nname = \"ib1\"\n";
const WIDE: &str = "ssl_protocols TLSv1.2 TLSv1.3;";
const NEWEST: &str = "ssl_protocols TLSv1.3;";

/// Rows: IB1-TLS-1, FAPI1-B-7
#[test]
fn the_versions_are_those_of_the_profile_and_a_second_run_changes_nothing() {
    let machine = machine("");
    for (config, expected) in [
        ("", WIDE),
        (IB1, NEWEST),
        ("[profile]\nname = \"oe\"\n", WIDE),
    ] {
        configure(&machine, config);
        let (_, said) = run(&machine);
        assert_eq!(versions(&machine).as_deref(), Some(expected), "{said}");
        let before = machine.part(PART);
        assert!(!run(&machine).0, "{config}");
        // What an upgrade puts in place is the same.
        put_parts(&machine);
        assert_eq!(machine.part(PART), before, "{config}");
    }
}

#[test]
fn the_profile_is_found_wherever_it_is_configured_and_one_daemon_of_it_is_enough() {
    let machine = machine("");
    let more = machine.path("etc/perild/perild.d/50-profile.toml");
    fs::write(&more, IB1).unwrap();
    assert!(run(&machine).0);
    assert_eq!(versions(&machine).as_deref(), Some(NEWEST));
    fs::remove_file(&more).unwrap();
    assert!(run(&machine).0);
    assert_eq!(versions(&machine).as_deref(), Some(WIDE));
    let other = machine.path("etc/perild-second");
    fs::create_dir_all(&other).unwrap();
    fs::write(other.join("perild.toml"), whole(IB1)).unwrap();
    assert!(run(&machine).0);
    assert_eq!(versions(&machine).as_deref(), Some(NEWEST));
}

#[test]
fn a_configuration_that_cannot_be_read_leaves_the_versions_as_they_are() {
    let machine = machine(IB1);
    run(&machine);
    for broken in ["[profile]\nname = \"perseus\"\n", "no configuration"] {
        configure(&machine, broken);
        let (is_changed, said) = run(&machine);
        assert!(
            !is_changed && said.contains("its profile is not known"),
            "{said}"
        );
        assert_eq!(versions(&machine).as_deref(), Some(NEWEST));
    }
}

#[test]
fn versions_that_were_written_by_hand_stay_at_every_run_and_upgrade() {
    let machine = machine("");
    // As the guide once had it, and as somebody may want it.
    for own in ["ssl_protocols TLSv1.3;\n", "ssl_protocols TLSv1.2;\n"] {
        for config in ["", IB1] {
            configure(&machine, config);
            fs::write(machine.path("etc/nginx/perild.d").join(PART), own).unwrap();
            let (is_changed, said) = run(&machine);
            assert!(!is_changed && said.contains("by hand and stays"), "{said}");
            put_parts(&machine);
            assert_eq!(machine.part(PART).as_deref(), Some(own));
        }
    }
}

#[test]
fn a_dry_run_changes_nothing_and_what_nginx_refuses_is_taken_back() {
    let machine = machine("");
    run(&machine);
    configure(&machine, IB1);
    let (is_done, said) = machine.steps("", "dry_run=yes; set_tls_versions");
    assert!(
        is_done && said.contains("would    have TLS 1.3 alone"),
        "{said}"
    );
    machine.nginx("echo 'nginx: [emerg] no' >&2; exit 1");
    let (is_done, said) = machine.steps("", "set_tls_versions");
    assert!(!is_done && said.contains("remedy"), "{said}");
    assert_eq!(versions(&machine).as_deref(), Some(WIDE));
    machine.nginx("exit 0");
    assert!(run(&machine).0, "what was taken back counts as ours");
    assert_eq!(versions(&machine).as_deref(), Some(NEWEST));
}
