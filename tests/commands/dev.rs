use std::{
    fs,
    net::TcpListener,
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use super::{
    development::{ANY_PORT, Development, is_running},
    perild, run, text, tool,
};

#[test]
fn dev_listens_on_loopback_only() {
    let directory = tempfile::tempdir().unwrap();
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:8443"] {
        let output = run(directory.path(), &["dev", "--smoke", "--listen", address]);
        assert_eq!(output.status.code(), Some(2), "{address}");
        assert!(
            text(&output.stderr).contains("loopback only"),
            "{}",
            text(&output.stderr)
        );
    }
}

#[test]
fn dev_names_another_port_when_its_own_is_taken() {
    let directory = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = run(directory.path(), &["dev", "--smoke", "--listen", &address]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).contains("--listen 127.0.0.1:0"),
        "{}",
        text(&output.stderr)
    );
}

/// Rows: DEC-4, MTLS-1
#[test]
fn dev_smoke_passes_from_an_empty_directory_and_leaves_it_empty() {
    let directory = tempfile::tempdir().unwrap();
    let mut smoke = perild(directory.path(), &[&ANY_PORT[..], &["--smoke"]].concat());
    // What the caller's environment says is not meant for the daemon that dev starts.
    let smoke = smoke
        .env("TMPDIR", directory.path())
        .env("PERILD_INTROSPECTION__TIMEOUT_MS", "0");
    let output = smoke.output().unwrap();
    let said = text(&output.stdout);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{said}{}",
        text(&output.stderr)
    );
    assert!(said.starts_with("NOT FOR PRODUCTION"), "{said}");
    assert!(!said.contains("WRONG"), "{said}");
    for answer in [
        "200 GET /v1/perils",
        "200 POST /v1/location",
        "         and the answer has its values, said to be synthetic",
        "200 GET /fire?lat=51.5&lon=-0.12",
    ] {
        assert!(
            said.contains(&format!("ok    allowed {answer}\n")),
            "{answer}: {said}"
        );
    }
    for refusal in [
        "401 no certificate",
        "401 no certificate, but a header that claims one",
        "TLS a certificate of another CA",
        "401 another client's certificate",
        "401 no token",
        "400 a token in the query",
        "404 a name that does not exist",
        "403 a scope that the token lacks",
        "401 a revoked token",
        "401 a peril query, no token",
        "401 a peril query, another client's certificate",
    ] {
        assert!(
            said.contains(&format!("ok    refused {refusal}\n")),
            "{refusal}: {said}"
        );
    }
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn dev_smoke_offers_ones_own_files_and_puts_its_own_under_target() {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir_all(directory.path().join("target")).unwrap();
    let mine = directory.path().join("mine");
    fs::create_dir_all(&mine).unwrap();
    fs::write(mine.join("only-one.csv"), "a,b\n1,2\n").unwrap();
    let arguments = [&ANY_PORT[..], &["--smoke", "--shared-data", "mine"]].concat();
    let output = run(directory.path(), &arguments);
    let said = text(&output.stdout);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{said}{}",
        text(&output.stderr)
    );
    assert!(
        said.contains("GET /only-one with certificate and token"),
        "{said}"
    );
    assert!(directory.path().join("target/dev/perild.toml").exists());
    assert_eq!(fs::read_dir(&mine).unwrap().count(), 1);

    fs::remove_file(mine.join("only-one.csv")).unwrap();
    let empty = run(directory.path(), &arguments);
    assert_eq!(empty.status.code(), Some(1));
    assert!(
        text(&empty.stderr).contains("no CSV file"),
        "{}",
        text(&empty.stderr)
    );
}

#[test]
fn dev_imports_the_peril_files_of_ones_own() {
    let directory = tempfile::tempdir().unwrap();
    let perils = directory.path().join("mine/perils");
    fs::create_dir_all(&perils).unwrap();
    let years = |scenario: &str| {
        let column = |year| format!(",hail{scenario}{year}dayslargehailpossiblemetric_mean");
        [2020, 2030, 2040, 2050, 2075, 2100].map(column).concat()
    };
    let header = format!(
        "key,latitude,longitude{}{}",
        years("ssp126"),
        years("ssp585")
    );
    let row = |key: &str, values: &str| format!("\n{key}{values}");
    let csv = header
        + &row("10.0020.00,10,20", &",".repeat(12))
        + &row("10.0020.50,10,20.5", &",1.25".repeat(12))
        + "\n";
    fs::write(perils.join("etlhail.csv"), csv).unwrap();
    let arguments = [&ANY_PORT[..], &["--smoke", "--shared-data", "mine"]].concat();
    let output = run(directory.path(), &arguments);
    let said = text(&output.stdout);
    let wrong = text(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}{wrong}");
    assert!(
        said.contains("peril values: imported from mine/perils\n"),
        "{said}"
    );
    assert!(said.contains("and the answer has its values\n"), "{said}");
    assert!(said.contains("GET /hail?lat=10&lon=20.5\n"), "{said}");

    // A fault is told as perild import tells it, and nothing is started.
    fs::write(perils.join("etlhail.csv"), "key,latitude\n").unwrap();
    let output = run(directory.path(), &arguments);
    let wrong = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        wrong.contains("cannot import peril values") && wrong.contains("etlhail.csv"),
        "{wrong}"
    );
}

#[test]
fn what_dev_prints_can_be_pasted() {
    let development = Development::start();
    let file = fs::read_to_string(development.target("shared_data/tidy_DYTS01_CO2.csv")).unwrap();
    let lines = |begins: &[&str]| -> String {
        let wanted = |line: &&str| begins.iter().any(|begin| line.starts_with(begin));
        development
            .printed
            .lines()
            .filter(wanted)
            .collect::<Vec<_>>()
            .join("\n")
    };
    let shell = |script: &str| tool("bash", "bash", &["-c", script]);

    let with_curl = shell(&lines(&["TOKEN=", "curl "]));
    let (answer, said) = (text(&with_curl.stdout), text(&with_curl.stderr));
    let perils = answer.strip_prefix(&file);
    let perils = perils.unwrap_or_else(|| panic!("not the file first: {answer}{said}"));
    let mut rows = perils.lines();
    assert!(
        rows.next()
            .is_some_and(|header| header.contains("metric,scenario,year,unit,value")),
        "{perils}"
    );
    assert_eq!(
        rows.filter(|row| row.contains(",heat,") && row.contains(",2050,"))
            .count(),
        4,
        "{perils}"
    );

    let program = env!("CARGO_BIN_EXE_perild");
    let (get, refused) = development
        .printed
        .lines()
        .filter(|line| line.starts_with(program))
        .map(shell)
        .collect::<Vec<_>>()
        .try_into()
        .map(|[get, refused]: [_; 2]| (get, refused))
        .unwrap();
    assert_eq!(text(&get.stdout), file, "{}", text(&get.stderr));
    assert!(get.stderr.is_empty(), "{}", text(&get.stderr));
    assert_eq!(refused.status.code(), Some(1));
    assert!(refused.stdout.is_empty() && text(&refused.stderr).contains("insufficient_scope"));

    let (_, python) = development
        .printed
        .split_once("python3 - <<'END'\n")
        .unwrap();
    let (python, _) = python.split_once("END\n").unwrap();
    let with_python = tool("python3", "python3", &["-c", python]);
    assert_eq!(
        text(&with_python.stdout).trim_end(),
        file.trim_end(),
        "{}",
        text(&with_python.stderr)
    );
}

#[test]
fn rfc6749_5_2_the_directory_of_dev_refuses_as_a_directory_does() {
    let development = Development::start();
    let ca = development.target("ca.pem");
    let issuer = development
        .printed
        .lines()
        .find_map(|line| line.strip_prefix("  directory  "));
    let ask = |holder: &str, endpoint: &str, form: &str| {
        let url = format!("{}/mtls/{endpoint}", issuer.unwrap());
        let mut arguments = vec![
            "-sS",
            "--cacert",
            ca.to_str().unwrap(),
            "-d",
            form,
            url.as_str(),
        ];
        let files = ["pem", "key"].map(|kind| development.target(&format!("{holder}.{kind}")));
        if !holder.is_empty() {
            arguments.extend([
                "--cert",
                files[0].to_str().unwrap(),
                "--key",
                files[1].to_str().unwrap(),
            ]);
        }
        text(&tool("curl", "curl", &arguments).stdout)
    };
    let grant = "grant_type=client_credentials&client_id=";
    assert!(ask("consumer", "token", &format!("{grant}dev-consumer")).contains("access_token"));
    assert!(
        ask(
            "provider",
            "introspection",
            "token=x&client_id=dev-provider"
        )
        .contains("\"active\":false")
    );
    for (holder, endpoint, form, code) in [
        (
            "",
            "token",
            format!("{grant}dev-consumer"),
            "invalid_client",
        ),
        (
            "limited",
            "token",
            format!("{grant}dev-consumer"),
            "invalid_client",
        ),
        (
            "limited",
            "token",
            format!("{grant}dev-limited&scope=dev:restricted"),
            "invalid_scope",
        ),
        (
            "limited",
            "token",
            "grant_type=password&client_id=dev-limited".into(),
            "unsupported_grant_type",
        ),
        (
            "limited",
            "token",
            "client_id=dev-limited".into(),
            "invalid_request",
        ),
        (
            "consumer",
            "introspection",
            "token=x&client_id=dev-consumer".into(),
            "invalid_client",
        ),
        (
            "",
            "introspection",
            "token=x&client_id=dev-provider".into(),
            "invalid_client",
        ),
        (
            "",
            "revocation",
            "token=x&client_id=dev-consumer".into(),
            "invalid_client",
        ),
    ] {
        let answer = ask(holder, endpoint, &form);
        assert_eq!(
            answer,
            format!("{{\"error\":\"{code}\"}}"),
            "{holder} {endpoint} {form}"
        );
    }
}

#[test]
fn a_second_dev_in_the_same_place_does_not_disturb_the_first() {
    let development = Development::start();
    let before = fs::read(development.target("consumer.key")).unwrap();
    let second = run(
        development.directory.path(),
        &[&ANY_PORT[..], &["--smoke"]].concat(),
    );
    assert_eq!(second.status.code(), Some(0), "{}", text(&second.stdout));
    assert_eq!(
        fs::read(development.target("consumer.key")).unwrap(),
        before
    );
}

#[test]
fn dev_ends_with_everything_that_it_started_when_it_is_asked_to() {
    for signal in [Signal::TERM, Signal::INT] {
        let mut development = Development::start();
        let daemon = development.daemon();
        development.signal(signal);
        assert_eq!(development.child.wait().unwrap().code(), Some(0));
        assert!(!is_running(&daemon));
        assert!(!development.target("perild.sock").exists());
    }
}

#[test]
fn the_daemon_does_not_outlive_a_dev_that_is_killed() {
    let mut development = Development::start();
    let daemon = development.daemon();
    assert!(is_running(&daemon));
    development.signal(Signal::KILL);
    development.child.wait().unwrap();
    let until = Instant::now() + Duration::from_secs(10);
    while is_running(&daemon) {
        assert!(
            Instant::now() < until,
            "the daemon goes on without its parent"
        );
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn dev_ends_when_its_daemon_does() {
    let mut development = Development::start();
    let daemon = development
        .daemon()
        .file_name()
        .unwrap()
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    kill_process(Pid::from_raw(daemon).unwrap(), Signal::KILL).unwrap();
    assert_eq!(development.child.wait().unwrap().code(), Some(1));
}
