//! Rules of access: which collections there are, whom each lets in, and what is said of a slip.

use std::fs;

use serde_json::{Value, json};

use crate::{
    configuration::Installation,
    site::{CONTENT, NAME, Site},
    support::http::Request,
};

const DESCRIBED: &str = "publish = \"described\"\n";

fn rule(name: &str, more: &str) -> String {
    format!("[[datasets]]\nname = \"{name}\"\n{more}\n")
}

/// The shortest description that is valid.
fn description(rule: &str) -> String {
    format!("[collection]\ntitle = \"Meters\"\nlicence = \"CC-BY-4.0\"\n\n[[rule]]\n{rule}\n")
}

/// An installation whose configuration has the rule `name`, and a peril's file beside the others.
fn with_rule(name: &str, more: &str) -> Installation {
    let mut installation = Installation::new();
    DESCRIBED.clone_into(&mut installation.settings.defaults);
    installation.settings.more = rule(NAME, "") + &rule(name, more);
    installation
}

/// Rows: DEC-4
#[test]
fn what_neither_a_rule_nor_a_description_speaks_of_does_not_exist() {
    let site = Site::with(|settings, _| {
        DESCRIBED.clone_into(&mut settings.defaults);
        settings.more = rule(NAME, "");
    });
    fs::write(site.shared("other.csv"), CONTENT).unwrap();
    assert_eq!(site.fetch().status, 200);
    for target in ["/other", "/v1/files/other.csv"] {
        let there = site.get(target);
        let nothing = site.get("/nothing");
        let told = |answer: &crate::support::http::Answer| {
            let mut told: Value = serde_json::from_slice(&answer.content).unwrap();
            for member in ["instance", "interaction_id"] {
                told.as_object_mut().unwrap().remove(member);
            }
            (answer.status, told)
        };
        assert_eq!(told(&there), told(&nothing), "{target}");
        assert_eq!(there.status, 404);
        assert_eq!(site.ask(&Request::get(target)).status, 401, "{target}");
    }

    // Its twin: all of the folder, as the original guide has it.
    let config = fs::read_to_string(&site.perild.config).unwrap();
    let all = config.replace(DESCRIBED, "publish = \"all\"\n");
    fs::write(&site.perild.config, all).unwrap();
    site.perild.reload();
    assert_eq!(site.get("/other").status, 200);
}

#[test]
fn an_operator_who_relied_on_the_folder_is_told_which_files_are_not_served() {
    let mut installation = Installation::new();
    DESCRIBED.clone_into(&mut installation.settings.defaults);
    let said = installation.assert_passes_check();
    let told = said.lines().find(|line| line.contains("not served"));
    let told = told.unwrap_or_else(|| panic!("{said}"));
    assert!(told.starts_with("warning"), "{told}");
    assert!(
        told.contains(NAME) && told.contains("publish = \"all\""),
        "{told}"
    );
    installation.settings.defaults = "publish = \"all\"\n".to_owned();
    assert!(!installation.assert_passes_check().contains("not served"));
}

#[test]
fn a_rule_that_names_nothing_is_refused_with_its_line_and_the_nearest_name() {
    for (name, hint) in [
        ("Wind", "\"wind\""),
        ("winds", "\"wind\""),
        (" wind", "\"wind\""),
        ("wind ", "\"wind\""),
        ("wind.", "\"wind\""),
        ("wind.csv", "\"wind\""),
        ("/wind", "\"wind\""),
        ("w\u{131}nd", "U+0131"),
        ("\u{0445}eat", "\"heat\""),
        ("peril", "\"perils\""),
        ("allperils", "\"perils\""),
        ("/v1/location", "\"perils\""),
        ("*", "one collection"),
        ("tidy*", "one collection"),
        ("tidy_dyts01_kwh", NAME),
        ("tidy_DYTS01_kWh.json", NAME),
        ("tidy_DYTS01_kWh.", NAME),
        ("nothing_like_it_at_all", "perild check"),
    ] {
        let installation = with_rule(name, "class = \"OE-O\"");
        installation.assert_refused("name", &["datasets[1].name", hint]);
    }
    for name in [
        "wind",
        "perils",
        "tidy_DYTS01_kWh.csv",
        "tidy_DYTS01_kWh.CSV",
    ] {
        with_rule(name, "").assert_passes_check();
    }
}

#[test]
fn a_rule_in_a_file_of_its_own_that_names_nothing_is_told_with_that_file() {
    let installation = with_rule("wind", "");
    let beside = installation.path("perild.d");
    fs::create_dir(&beside).unwrap();
    fs::write(beside.join("b.toml"), format!("\n{}", rule("haill", ""))).unwrap();
    let (code, said) = installation.run(&["check", "--offline"]);
    assert_eq!(code, Some(78), "{said}");
    let line = said.lines().next().unwrap();
    assert!(
        line.contains("perild.d/b.toml:3: datasets[2].name"),
        "{line}"
    );
    assert!(line.contains("\"hail\""), "{line}");
}

#[test]
fn open_data_beside_a_scope_is_refused() {
    let open = "class = \"OE-O\"\nscope = \"energy:read\"";
    with_rule("wind", open).assert_refused("scope", &["OE-O", "datasets[1].scope"]);
    let mut installation = Installation::new();
    installation.settings.defaults = format!("publish = \"all\"\n{open}\n");
    installation.assert_refused("scope", &["OE-O", "defaults.scope"]);
    with_rule("wind", "class = \"OE-O\"").assert_passes_check();
    with_rule("wind", "scope = \"energy:read\"").assert_passes_check();
}

/// Rows: ACL-13
#[test]
fn a_reload_with_a_rule_that_names_nothing_is_refused_and_what_runs_stays() {
    let site = Site::with(|settings, _| settings.more = rule(NAME, "scope = \"energy:read\""));
    let good = fs::read_to_string(&site.perild.config).unwrap();
    let slip = good.replace(&format!("name = \"{NAME}\""), "name = \"tidy\"");
    fs::write(&site.perild.config, slip).unwrap();
    site.perild.reload();
    let failed = |line: &str| line.contains("reload failed") && line.contains("datasets[0].name");
    site.perild.wait_for_line(failed);
    site.says_with("scope", json!("other"));
    assert_eq!(site.fetch().status, 403, "the rule of before holds");
    site.vouch();
    assert_eq!(site.fetch().status, 200);
}

#[test]
fn a_rule_for_a_peril_says_nothing_of_a_file_of_its_name() {
    let site = Site::with(|settings, _| {
        settings.more = rule("wind", "class = \"OE-O\"") + &rule("perils", "class = \"OE-O\"");
    });
    for file in ["wind.csv", "perils.csv", "wind.csv.gz"] {
        fs::write(site.shared(file), CONTENT).unwrap();
        let target = format!("/v1/files/{file}");
        assert_eq!(site.ask(&Request::get(&target)).status, 401, "{file}");
        assert_eq!(site.get(&target).status, 200, "{file}");
    }
    let peril = site.ask(&Request::get("/wind?latitude=1&longitude=1"));
    assert_eq!(peril.status, 404, "it is open, and not imported");
}

#[test]
fn a_description_brings_its_own_rule_and_the_configuration_stands_before_it() {
    let site = Site::with(|settings, _| DESCRIBED.clone_into(&mut settings.defaults));
    assert_eq!(site.fetch().status, 404);
    let describe = |rule: &str| {
        let name = format!("{NAME}.toml");
        fs::write(site.shared(".new"), description(rule)).unwrap();
        fs::rename(site.shared(".new"), site.shared(&name)).unwrap();
        site.perild.reload();
    };
    describe("class = \"OE-SA\"\nscopes = [\"energy:read\"]");
    assert_eq!(site.fetch().status, 200);
    site.says_with("scope", json!("other"));
    let denied = site.fetch();
    assert_eq!(denied.status, 403);
    let challenge = denied.field("www-authenticate").unwrap_or_default();
    assert!(challenge.contains("scope=\"energy:read\""), "{challenge}");
    assert_eq!(site.get(&format!("/{NAME}.toml")).status, 404);

    describe("scopes = [\"none\"]\n\n[[rule]]\nclass = \"OE-SB\"\nscopes = [\"other\"]");
    assert_eq!(site.fetch().status, 200, "any one that holds grants");
    describe("class = \"OE-O\"");
    let open = Request::get(&format!("/{NAME}"));
    assert_eq!(site.ask(&open).status, 200);

    let good = fs::read_to_string(&site.perild.config).unwrap();
    let own = good.clone() + &rule(NAME, "scope = \"ours\"");
    fs::write(&site.perild.config, own).unwrap();
    site.perild.reload();
    assert_eq!(site.ask(&open).status, 401);
    assert_eq!(site.fetch().status, 403);

    // What publishers may not choose is not served, by whatever other rule.
    for bound in [
        "may_choose_rules = false",
        "classes = [\"OE-SA\", \"OE-SB\"]",
    ] {
        let bounded = format!("{good}[publishers]\n{bound}\n");
        fs::write(&site.perild.config, bounded).unwrap();
        site.perild.reload();
        assert_eq!(site.ask(&open).status, 401, "{bound}");
        assert_eq!(site.get(&format!("/{NAME}")).status, 404, "{bound}");
        let log = site.perild.log();
        assert!(log.contains("does not allow"), "{log}");
    }
}

#[test]
fn a_check_lists_every_collection_with_its_rule_and_whom_that_lets_in() {
    let installation = with_rule("hail", "scope = \"energy:read\"\nclass = \"OE-SB\"");
    let shared = |name: &str| installation.path(&format!("srv/shared_data/{name}"));
    fs::write(shared("meters.csv"), CONTENT).unwrap();
    fs::write(shared("meters.toml"), description("class = \"OE-O\"")).unwrap();
    let said = installation.assert_passes_check();
    for expected in [
        format!("serves  {NAME} (files, {NAME}.csv) to any active token (OE-SA), by "),
        "serves  hail (coverage, not imported) to a token with energy:read (OE-SB), by ".into(),
        "serves  meters (files, meters.csv) to everyone, without a token, by ".into(),
        "serves  wind (coverage, not imported) to any active token (OE-SA), by ".into(),
    ] {
        assert!(said.contains(&expected), "{expected} is not in {said}");
    }
    assert!(said.contains("meters.toml:5: rule"), "{said}");

    let (code, said) = installation.run(&["check", "--offline", "--json"]);
    assert_eq!(code, Some(0), "{said}");
    let said: Value = serde_json::from_str(&said).unwrap();
    let collections = said["collections"].as_array().unwrap();
    assert_eq!(collections.len(), 9, "seven perils and two files");
    let meters = collections
        .iter()
        .find(|one| one["id"] == "meters")
        .unwrap();
    assert_eq!(meters["files"], json!(["meters.csv"]));
    assert_eq!(
        meters["rule"]["clauses"],
        json!([{"class": "OE-O", "scopes": []}])
    );
    assert_eq!(meters["rule"]["place"]["line"], 5);
    let findings = said["findings"].as_array().unwrap();
    assert!(
        findings
            .iter()
            .all(|finding| finding["severity"] != "error")
    );
    assert!(
        findings
            .iter()
            .any(|finding| finding["place"]["key"] == "paths.shared_data")
    );

    let broken = with_rule("Wind", "");
    let (code, said) = broken.run(&["check", "--offline", "--json"]);
    assert_eq!(code, Some(78), "{said}");
    let said: Value = serde_json::from_str(&said).unwrap();
    let first = &said["findings"][0];
    assert_eq!(first["severity"], "error");
    assert_eq!(first["place"]["key"], "datasets[1].name");
    assert!(
        first["remedy"].as_str().unwrap().contains("wind"),
        "{first}"
    );
}

/// What `perild explain` says, and its exit code.
fn explain(installation: &Installation, arguments: &[&str]) -> (Option<i32>, String) {
    let words: Vec<_> = [&["explain"], arguments].concat();
    installation.run(&words)
}

#[test]
fn an_explanation_says_what_a_caller_would_get_and_which_condition_decides() {
    let mut installation = with_rule("wind", "scope = \"energy:read energy:write\"");
    installation.settings.more += &rule("heat", "class = \"OE-O\"");
    let file = format!("/{NAME}");
    for (arguments, status, word) in [
        (&[NAME][..], "200 OK", "dataset tidy_DYTS01_kWh"),
        (&[&file], "200 OK", "dataset tidy_DYTS01_kWh"),
        (&["heat"], "200 OK", "not looked at"),
        (
            &["wind", "--scope", "energy:read"],
            "403 Forbidden",
            "lacks energy:write",
        ),
        (&["wind"], "403 Forbidden", "it has none"),
        (
            &[
                "wind",
                "--scope",
                "energy:read energy:write",
                "--client-id",
                "bank",
            ],
            "404 Not Found",
            "not imported",
        ),
        (&["wnid"], "404 Not Found", "there is wind"),
        (&["\u{1b}[31m"], "404 Not Found", "\\u{1b}"),
    ] {
        let (code, said) = explain(&installation, arguments);
        assert_eq!(code, Some(0), "{arguments:?}: {said}");
        assert!(said.starts_with(status), "{arguments:?}: {said}");
        assert!(said.contains(word), "{arguments:?}: {said}");
    }
    let (code, said) = explain(&installation, &["wind", "--scope", "a\"b"]);
    assert_eq!(code, Some(1), "{said}");
    let (code, said) = explain(&installation, &["wind", "--certificate", "/nowhere.pem"]);
    assert!(code == Some(1) && said.contains("/nowhere.pem"), "{said}");
}

#[test]
fn an_explanation_judges_a_certificate_and_claims_as_those_of_a_request() {
    let site = Site::start();
    let installation = Installation::new();
    let write = |name: &str, claims: &Value| {
        let path = installation.path(name);
        fs::write(&path, claims.to_string()).unwrap();
        path.display().to_string()
    };
    let run = |more: &[&str]| {
        let config = site.perild.config.display().to_string();
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_perild"));
        command
            .args(["explain", NAME, "--config", &config])
            .args(more);
        let done = command.output().unwrap();
        String::from_utf8([done.stdout, done.stderr].concat()).unwrap()
    };
    let bank = site.bank.certificate.display().to_string();
    let expired = site.pki.expired_consumer("bank-old").certificate;
    let expired = expired.display().to_string();
    let good = write("good.json", &site.good());
    let with = |member: &str, value: Value| {
        let mut claims = site.good();
        claims[member] = value;
        write(&format!("{member}.json"), &claims)
    };
    let other = with("cnf", json!({"x5t#S256": "A".repeat(43)}));
    let inactive = with("active", json!(false));
    let old = with("exp", json!(1));
    for (arguments, status, word) in [
        (
            &["--certificate", &bank, "--claims", &good][..],
            "200 OK",
            "bound to the certificate",
        ),
        (&["--claims", &good], "200 OK", "taken to be bound"),
        (&["--certificate", &bank], "200 OK", "is accepted"),
        (
            &["--certificate", &expired],
            "401 Unauthorized",
            "certificate",
        ),
        (
            &["--certificate", &bank, "--claims", &other],
            "401 Unauthorized",
            "token",
        ),
        (&["--claims", &inactive], "401 Unauthorized", "active"),
        (&["--claims", &old], "401 Unauthorized", "expired"),
        (&["--claims", &bank], "401 Unauthorized", "JSON"),
        (&["--certificate", &good], "400 Bad Request", "certificate"),
        (
            &["--claims", &good, "--client-id", "bank-b"],
            "401 Unauthorized",
            "bank-a",
        ),
    ] {
        let said = run(arguments);
        assert!(said.starts_with(status), "{arguments:?}: {said}");
        assert!(said.contains(word), "{arguments:?}: {said}");
        assert!(!said.contains("BEGIN"), "{said}");
    }
}

/// Rows: ACL-2, ACL-4, ACL-11, ACL-16, ACL-17, OE-VAL-12, IB1-REV-1
#[test]
fn conditions_of_a_description_decide_and_a_reload_blocks_known_tokens() {
    let site = Site::with(|settings, _| DESCRIBED.clone_into(&mut settings.defaults));
    let config = fs::read_to_string(&site.perild.config).unwrap();
    let (blocked, approved) = (site.dir().join("blocked"), site.dir().join("approved"));
    for list in [&blocked, &approved] {
        fs::write(list, "# nobody\n").unwrap();
    }
    let access = format!(
        "[access]\nblocked = \"{}\"\napproved = \"{}\"\n",
        blocked.display(),
        approved.display()
    );
    fs::write(&site.perild.config, format!("{config}{access}")).unwrap();
    let rule = "clients = [\"bank-a\"]\nfacts = { verified = true }\napproved = true";
    fs::write(site.shared(&format!("{NAME}.toml")), description(rule)).unwrap();
    site.perild.reload();
    let told = |answer: &crate::support::http::Answer| -> String {
        let problem: Value = serde_json::from_slice(&answer.content).unwrap();
        let (kind, detail) = (&problem["type"], &problem["detail"]);
        format!("{} {kind} {detail}", answer.status)
    };
    // Everyone may hear the conditions, and nobody of whom they are.
    for target in [
        &format!("/v1/collections/{NAME}"),
        "/openapi.json",
        "/v1/collections",
    ] {
        for accept in ["application/json", "text/html"] {
            let page = site.ask(&Request::get(target).field("Accept", accept));
            assert!(!page.text().contains("bank-a"), "{target} {accept}");
        }
    }
    let open = site.ask(&Request::get(&format!("/v1/collections/{NAME}")));
    let open: Value = serde_json::from_slice(&open.content).unwrap();
    let conditions = &open["access"]["any_of"][0]["conditions"];
    assert_eq!(conditions[0], "it is for certain clients", "{open}");
    let denied = told(&site.fetch());
    assert!(
        denied.starts_with("403 \"urn:perild:problem:conditions-not-met\""),
        "{denied}"
    );
    for lack in ["does not assert verified", "has not approved"] {
        assert!(denied.contains(lack), "{denied}");
    }
    fs::write(&approved, "org-a\n").unwrap();
    site.perild.reload();
    site.says_with("verified", json!(true));
    assert_eq!(site.get(&format!("/{NAME}")).status, 200);

    for name in ["bank-a", "org-a"] {
        let asked = site.introspections();
        fs::write(&blocked, name).unwrap();
        site.perild.reload();
        let denied = told(&site.get(&format!("/{NAME}")));
        assert!(
            denied.starts_with("403 \"urn:perild:problem:blocked\""),
            "{denied}"
        );
        assert!(!denied.contains(name), "{denied}");
        let told = site.get(&format!("/v1/collections/{NAME}"));
        let told: Value = serde_json::from_slice(&told.content).unwrap();
        let caller = json!({"may_read": false, "lacks_one_of": ["access was withdrawn"]});
        assert_eq!(told["access"]["caller"], caller, "{told}");
        assert_eq!(site.get("/v1/heartbeat").status, 403);
        assert!(site.introspections() <= asked + 3);
        let told = format!("{name} is blocked");
        site.perild.wait_for_line(|line| line.contains(&told));
    }
    fs::write(&blocked, "BANK-A\norg\n").unwrap();
    site.perild.reload();
    assert_eq!(site.get(&format!("/{NAME}")).status, 200);

    // A list that is not there lets nobody in who was not: the running set stays.
    fs::write(&blocked, "bank-a").unwrap();
    site.perild.reload();
    fs::remove_file(&blocked).unwrap();
    site.perild.reload();
    let failed = |line: &str| line.contains("reload failed") && line.contains("access.blocked");
    site.perild.wait_for_line(failed);
    assert_eq!(site.get(&format!("/{NAME}")).status, 403);
}
