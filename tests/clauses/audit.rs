//! The audit file of a running daemon: each decision in it, each line in its place, whatever happens to the daemon.

use std::{
    fs,
    os::unix::{
        fs::{PermissionsExt as _, chown},
        process::CommandExt as _,
    },
    path::PathBuf,
    process::{Command, Output},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use aws_lc_rs::{
    digest::{SHA256, digest},
    hmac,
};
use nix::unistd::Uid;
use rustix::process::Signal;
use serde_json::{Value, json};

use super::site::{CERTIFICATE, CONTENT, NAME, Site, fresh_token, settings, thumbprint};
use crate::support::{
    http::Request,
    perild::{DAEMON, Launch, Perild, Settings, WEB_SERVER, user},
    pki::Pki,
    process::{eventually, tool},
    tables::{self, WATCHES},
};

const KEY: &str = "0123456789abcdef0123456789abcdef";

/// A daemon with an audit file, and the description of a collection with a version and a licence.
fn site(more: &str) -> Site {
    Site::with(|settings, pki| audited(settings, pki, more))
}

pub(crate) fn audited(settings: &mut Settings, pki: &Pki, more: &str) {
    let folder = pki.path("log");
    fs::create_dir_all(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
    let key = pki.path("certs/audit.key");
    fs::write(&key, KEY).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
    settings.cache_seconds = 0;
    if Uid::effective().is_root() {
        chown(&key, Some(user(DAEMON).uid.as_raw()), None).unwrap();
    }
    let file = format!("\n[audit]\nfile = \"{}/audit.jsonl\"\n", folder.display());
    let key = format!("key_file = \"{}\"\n", key.display());
    settings.more.extend([&file, &key, more]);
}

fn file(site: &Site) -> PathBuf {
    site.pki.path("log/audit.jsonl")
}

/// The lines of the file that are decisions.
fn records(path: &PathBuf) -> Vec<Value> {
    let content = fs::read_to_string(path).unwrap();
    let lines = content
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line["kind"] == "access").collect()
}

/// The record of the request with this interaction id, once it is in the file.
fn record(site: &Site, id: &str) -> Value {
    eventually("the record is in the file", Duration::from_secs(10), || {
        let mut found = records(&file(site)).into_iter();
        found.rfind(|record| record["interaction_id"] == id)
    })
}

fn perild(arguments: &[&str], files: &[PathBuf]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_perild"));
    command.args(arguments).args(files).output().unwrap()
}

/// What `perild audit verify` says of `files`, which it finds whole.
fn verified(files: &[PathBuf]) -> String {
    let done = perild(&["audit", "verify"], files);
    let said = String::from_utf8(done.stdout).unwrap();
    assert_eq!(done.status.code(), Some(0), "{said}");
    assert!(!said.contains("fault"), "{said}");
    said
}

fn hex(octets: impl AsRef<[u8]>) -> String {
    let digits = octets
        .as_ref()
        .iter()
        .flat_map(|octet| [octet >> 4, octet & 15]);
    digits
        .map(|digit| char::from_digit(digit.into(), 16).unwrap())
        .collect()
}

#[test]
fn a_grant_has_whoever_asked_for_what_and_the_rule_and_clause_that_granted() {
    let site = site("");
    fs::write(
        site.shared(&format!("{NAME}.toml")),
        "[collection]\ntitle = \"Meters\"\nlicence = \"CC-BY-4.0\"\nversion = \"2026.1\"\n[[rule]]\nscopes = [\"energy:read\"]\n",
    )
    .unwrap();
    site.perild.reload();
    site.says_with("sub", json!("ann@example.org"));
    let query = "day=2026-01-15";
    let answer = site.get(&format!("/{NAME}?{query}"));
    assert_eq!((answer.status, &*answer.content), (200, CONTENT.as_bytes()));
    let record = record(&site, answer.interaction_id());
    let serial = site.bank.serial_number.to_string().replace(':', "");
    let account = hmac::sign(
        &hmac::Key::new(hmac::HMAC_SHA256, KEY.as_bytes()),
        b"ann@example.org",
    );
    for (member, expected) in [
        ("decision", json!("granted")),
        ("rule", json!(format!("description of {NAME}"))),
        ("condition", json!("a token with energy:read (OE-SA)")),
        ("status", json!(200)),
        ("method", json!("GET")),
        ("route", json!("/{name}")),
        ("collection", json!(NAME)),
        ("version", json!("2026.1")),
        ("licence", json!("CC-BY-4.0")),
        (
            "query_sha256",
            json!(hex(digest(&SHA256, query.as_bytes()))),
        ),
        ("bytes", json!(CONTENT.len())),
        ("client_id", json!("bank-a")),
        ("organisation_id", json!("org-a")),
        ("account", json!(hex(account))),
        ("cert_serial", json!(serial.trim_start_matches('0'))),
        ("cert_thumbprint", json!(thumbprint(&site.bank))),
    ] {
        assert_eq!(record[member], expected, "{member} of {record}");
    }
    assert!(
        record["cert_issuer"]
            .as_str()
            .unwrap()
            .contains("Consumers"),
        "{record}"
    );
    assert!(record["cert_days_left"].as_i64().unwrap() > 0, "{record}");
    assert!(record["duration_us"].as_u64().unwrap() > 0, "{record}");
    let line = site
        .perild
        .wait_for_line(|line| line.contains(answer.interaction_id()));
    for fact in [
        "PERILD_VERSION=2026.1",
        "PERILD_LICENCE=CC-BY-4.0",
        "PERILD_ACCOUNT=",
        "PERILD_CONDITION=",
    ] {
        assert!(line.contains(fact), "{fact}: {line}");
    }
    let content = fs::read_to_string(file(&site)).unwrap();
    for secret in ["ann@", "tok-", "2026-01-15T00", "day=", "BEGIN"] {
        assert!(!content.contains(secret), "{secret}: {content}");
    }
    verified(&[file(&site)]);
}

#[test]
fn a_refusal_has_its_stage_and_reason_and_nobody_who_is_not_let_in_by_name() {
    let site = site("");
    let other = site.pki.consumer("bank-b");
    let target = format!("/{NAME}");
    let bare = site.ask(&Request::get(&target));
    let wrong = Request::get(&target)
        .bearer(&fresh_token())
        .field(CERTIFICATE, &other.escaped());
    let wrong = site.ask(&wrong);
    site.says(json!({"active": false}));
    let inactive = site.fetch();
    let broken = site.ask(
        &Request::get(&target)
            .bearer("a")
            .field(CERTIFICATE, "nonsense"),
    );
    for (answer, stage, reason) in [
        (&bare, "token", "no-token"),
        (&wrong, "token", "token-other-certificate"),
        (&inactive, "token", "token-inactive"),
        (&broken, "caller", "certificate-"),
    ] {
        let record = record(&site, answer.interaction_id());
        assert_eq!(
            (&record["decision"], &record["stage"]),
            (&json!("refused"), &json!(stage)),
            "{record}"
        );
        assert!(
            record["reason"].as_str().unwrap().starts_with(reason),
            "{record}"
        );
        assert_eq!(record["status"], answer.status);
    }
    // Probes ask nothing that is decided.
    let probe = site.ask(&Request::get("/healthz"));
    let after = site.ask(&Request::get("/v1"));
    assert_eq!(record(&site, after.interaction_id())["decision"], "open");
    let probed = records(&file(&site))
        .into_iter()
        .any(|one| one["interaction_id"] == probe.interaction_id());
    assert!(!probed);
}

/// Rows: OE-CLS-4
#[test]
fn a_refusal_by_a_rule_names_the_rule_and_what_was_lacking_and_one_of_a_list_no_name() {
    let site = Site::with(|settings, pki| {
        audited(settings, pki, "[access]\nblocked = \"BLOCKED\"\n");
        let blocked = pki.path("certs/blocked");
        fs::write(&blocked, "ann@example.org\n").unwrap();
        fs::set_permissions(&blocked, fs::Permissions::from_mode(0o644)).unwrap();
        settings.edit("BLOCKED", &blocked.display().to_string());
        settings.defaults += "scope = \"energy:read\"\n";
    });
    assert_eq!(site.fetch().status, 200);
    site.says_with("scope", json!("other"));
    let lacking = site.fetch();
    let lacking = record(&site, lacking.interaction_id());
    for (member, expected) in [
        ("stage", "policy"),
        ("reason", "policy-insufficient-scope"),
        ("rule", "defaults"),
        ("condition", "the token must carry the scope energy:read"),
        ("client_id", "bank-a"),
        ("collection", NAME),
    ] {
        assert_eq!(lacking[member], expected, "{member} of {lacking}");
    }
    site.says_with("sub", json!("ann@example.org"));
    let blocked = site.fetch();
    assert_eq!(blocked.status, 403);
    let blocked = record(&site, blocked.interaction_id());
    assert_eq!(blocked["reason"], "policy-blocked", "{blocked}");
    let content = fs::read_to_string(file(&site)).unwrap();
    assert!(!content.contains("ann@"), "{content}");
}

#[test]
fn rows_of_an_answer_are_counted_in_every_form_and_of_a_file_there_are_none() {
    let site = site("");
    tables::watches(&site.dir().join("state"), "watches", 0);
    let described = "[collection]\ntitle = \"Watches\"\nlicence = \"CC-BY-4.0\"\nkind = \"records\"\nkey = [\"sku\"]\n\
        [[rule]]\nscopes = [\"energy:read\"]\n";
    fs::write(site.shared("watches.toml"), described).unwrap();
    site.perild.reload();
    for (target, rows) in [
        ("items?limit=7", json!(7)),
        ("items?f=csv", json!(WATCHES)),
        ("items?f=parquet", json!(WATCHES)),
        ("items?resultType=hits", json!(0)),
        ("items/W%2F0001", json!(1)),
        ("queryables", Value::Null),
    ] {
        let answer = site.get(&format!("/v1/collections/watches/{target}"));
        assert_eq!(answer.status, 200, "{target}");
        let record = record(&site, answer.interaction_id());
        assert_eq!(record["rows"], rows, "{target}: {record}");
        assert_eq!(record["bytes"], answer.content.len(), "{target}: {record}");
    }
}

#[test]
fn what_strangers_send_stays_on_one_line_and_what_a_directory_says_is_escaped() {
    let site = site("");
    let hostile = "a\u{202e}b\u{2028}c\",\"status\":200,\"x\":\"";
    site.says_with("client_id", json!(hostile));
    let answer = site.fetch();
    let record_of = record(&site, answer.interaction_id());
    assert_eq!(record_of["client_id"], hostile);
    for target in ["/a%0d%0a%22?q=%ff%00%22", "/v1/files/%zz\"", "/x?\"}\\"] {
        let request =
            Request::get(target).field("x-fapi-interaction-id", "\"},{\"kind\":\"access\"");
        let answer = site.connect().send(&request);
        record(&site, answer.interaction_id());
    }
    // A token in the wrong place: a method that nobody knows is what the client wrote.
    for (method, recorded) in [("QUERY", "QUERY"), ("eyJhbGciOi.J0b2tlbg", "-")] {
        let answer = site.ask(&Request::new(method, "/v1"));
        assert_eq!(record(&site, answer.interaction_id())["method"], recorded);
    }
    let content = fs::read_to_string(file(&site)).unwrap();
    assert!(!content.contains("eyJ"), "{content}");
    assert!(!content.contains(['\u{202e}', '\u{2028}']), "{content}");
    for line in content.lines() {
        assert!(serde_json::from_str::<Value>(line).is_ok(), "{line}");
    }
    verified(&[file(&site)]);
}

#[test]
fn a_renamed_file_is_gone_on_with_in_a_new_one_and_under_load_no_line_is_lost() {
    let site = site("");
    let rotated = site.pki.path("log/audit.jsonl.1");
    let asked = |count: usize| {
        let mut connection = site.connect();
        let answers = (0..count).map(|_| {
            connection
                .send(&Request::get("/v1"))
                .interaction_id()
                .to_owned()
        });
        answers.collect::<Vec<_>>()
    };
    let ids: Vec<_> = std::thread::scope(|threads| {
        let load: Vec<_> = (0..4).map(|_| threads.spawn(|| asked(200))).collect();
        fs::rename(file(&site), &rotated).unwrap();
        site.perild.reload();
        load.into_iter()
            .flat_map(|load| load.join().unwrap())
            .collect()
    });
    record(&site, &asked(1)[0]);
    let files = [file(&site), rotated.clone()];
    let found: Vec<_> = files.iter().flat_map(records).collect();
    for id in &ids {
        assert_eq!(
            found
                .iter()
                .filter(|record| record["interaction_id"] == **id)
                .count(),
            1,
            "{id}"
        );
    }
    let said = verified(&files);
    assert!(said.contains("in 2 files"), "{said}");
    let first = fs::read_to_string(file(&site)).unwrap();
    assert!(
        first
            .lines()
            .next()
            .unwrap()
            .contains(r#""kind":"continued""#),
        "{first}"
    );
    let last = fs::read_to_string(&rotated).unwrap();
    assert!(
        last.lines()
            .next_back()
            .unwrap()
            .contains(r#""kind":"rotated""#),
        "{last}"
    );
    // A reload without a renaming begins no other file, and one that fails begins it nevertheless.
    site.perild.reload();
    record(&site, &asked(1)[0]);
    assert_eq!(verified(&files).lines().count(), 1);
    let second = site.pki.path("log/audit.jsonl.2");
    fs::rename(file(&site), &second).unwrap();
    fs::write(&site.perild.config, "no configuration").unwrap();
    site.perild.reload();
    record(&site, &asked(1)[0]);
    verified(&[file(&site), rotated, second]);
}

/// The shipped file for logrotate, with this run's places in it.
fn snippet(site: &Site) -> PathBuf {
    let log = site.pki.path("log").display().to_string();
    let reload = format!("kill -HUP {}", site.perild.pid().as_raw_pid());
    let su = if Uid::effective().is_root() {
        format!("su {DAEMON} {WEB_SERVER}")
    } else {
        String::new()
    };
    let shipped = fs::read_to_string("deploy/logrotate/perild").unwrap();
    let units = "systemctl try-reload-or-restart perild.service 'perild@*.service'";
    let placed = [
        ("/var/log/perild/", format!("{log}/")),
        ("/var/log/perild-", format!("{log}-")),
        ("su perild perild", su),
        (units, reload),
    ]
    .iter()
    .fold(shipped, |text, (theirs, ours)| {
        assert!(text.contains(theirs), "{theirs}: {text}");
        text.replace(theirs, ours)
    });
    let path = site.pki.path("logrotate");
    fs::write(&path, placed).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    path
}

#[test]
fn the_shipped_file_for_logrotate_loses_no_line_and_packs_what_no_daemon_goes_on_from() {
    let site = site("");
    let (snippet, state) = (snippet(&site), site.pki.path("logrotate.state"));
    let is_over = AtomicBool::new(false);
    let mut ids: Vec<_> = std::thread::scope(|threads| {
        let load = threads.spawn(|| {
            let mut connection = site.connect();
            let mut ids = Vec::new();
            while !is_over.load(Ordering::Relaxed) {
                let answer = connection.send(&Request::get("/v1"));
                ids.push(answer.interaction_id().to_owned());
            }
            ids
        });
        for day in ["20260101", "20260102", "20260103"] {
            record(&site, site.fetch().interaction_id());
            let mut command = Command::new(tool("logrotate", "logrotate"));
            let command = command.arg("--force").arg("--state").arg(&state);
            let done = command.arg(&snippet).output().unwrap();
            assert!(done.status.success() && done.stderr.is_empty(), "{done:?}");
            eventually("the next file begins", Duration::from_secs(20), || {
                fs::metadata(file(&site))
                    .ok()
                    .filter(|found| found.len() > 0)
            });
            // As if it had been on that day.
            for path in rotated(&site) {
                if !path.to_string_lossy().contains("-202601") {
                    fs::rename(&path, site.pki.path(&format!("log/audit.jsonl-{day}"))).unwrap();
                }
            }
        }
        is_over.store(true, Ordering::Relaxed);
        load.join().unwrap()
    });
    let last = site.fetch().interaction_id().to_owned();
    record(&site, &last);
    ids.push(last);
    let mut files = rotated(&site);
    files.sort();
    let names = files
        .iter()
        .map(|path| path.extension().unwrap().to_str().unwrap());
    assert_eq!(names.collect::<Vec<_>>(), ["gz", "gz", "jsonl-20260103"]);
    files.push(file(&site));
    let said = verified(&files);
    assert!(said.contains("in 4 files"), "{said}");
    let counted = perild(
        &[
            "usage",
            "--from",
            "2020-01-01",
            "--to",
            "2100-01-01",
            "--by",
            "route",
        ],
        &files,
    );
    let table = String::from_utf8(counted.stdout).unwrap();
    let row = table.lines().find(|line| line.starts_with("/v1,")).unwrap();
    let calls = ids.len() - 1;
    assert!(
        row.starts_with(&format!("/v1,{calls},{calls},")),
        "{calls}: {table}"
    );
}

/// The files to which the audit file was renamed.
fn rotated(site: &Site) -> Vec<PathBuf> {
    let entries = fs::read_dir(site.pki.path("log")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.filter(|path| *path != file(site)).collect()
}

/// The lines of Python in docs/audit.md, which anybody may check a chain by.
#[test]
fn the_chain_is_as_the_documentation_says() {
    let mut site = site("");
    site.fetch();
    site.perild.stop();
    let page = fs::read_to_string("docs/audit.md").unwrap();
    let (_, program) = page.split_once("```python\n").unwrap();
    let (program, _) = program.split_once("```").unwrap();
    let checked = |content: &[u8]| {
        fs::write(file(&site), content).unwrap();
        let mut python = Command::new(tool("python3", "python3"));
        let checked = python
            .args(["-c", program])
            .current_dir(site.pki.path("log"))
            .output();
        checked.unwrap().status.success()
    };
    let content = fs::read(file(&site)).unwrap();
    assert!(checked(&content));
    assert!(!checked(
        &String::from_utf8(content)
            .unwrap()
            .replace("granted", "grunted")
            .into_bytes()
    ));
}

#[test]
fn a_daemon_that_is_killed_leaves_a_file_that_the_next_one_goes_on_with() {
    let mut site = site("");
    let answer = site.fetch();
    record(&site, answer.interaction_id());
    site.perild.signal(Signal::KILL);
    site.perild.failure();
    // As a machine that lost its power leaves it: the last line without its end.
    let torn = b"{\"seq\":99,\"time\":\"2026-";
    let whole = fs::read(file(&site)).unwrap();
    fs::write(file(&site), [&whole, &torn[..]].concat()).unwrap();
    let said = perild(&["audit", "verify"], &[file(&site)]);
    assert_eq!(said.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&said.stdout).contains("torn"));
    let mut settings = settings(&site.directory.issuer);
    settings.more = fs::read_to_string(&site.perild.config).unwrap();
    let more = settings.more.split_once("[audit]").unwrap().1.to_owned();
    settings.more = format!("[audit]{more}");
    site.perild = Perild::launch(site.dir(), &settings, &Launch::Itself);
    site.perild.await_state("READY=1");
    site.await_readiness();
    let answer = site.fetch();
    record(&site, answer.interaction_id());
    site.perild.stop();
    let said = verified(&[file(&site)]);
    assert!(said.contains("torn by a crash after 23 octets"), "{said}");
    let content = fs::read_to_string(file(&site)).unwrap();
    assert!(
        content.ends_with("\"}\n") && content.contains(r#""kind":"stopped""#),
        "{content}"
    );
}

#[test]
fn a_second_daemon_does_not_write_to_a_file_that_has_a_writer() {
    let site = site("");
    let before = fs::read(file(&site)).unwrap().len();
    let second = Command::new(env!("CARGO_BIN_EXE_perild"))
        .args(["serve", "--config"])
        .arg(&site.perild.config)
        .env("PERILD_LISTEN", "127.0.0.1:0")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert_eq!(second.status.code(), Some(1), "{said}");
    assert!(said.contains("another daemon writes to"), "{said}");
    let checked = perild(
        &["check", "--offline", "--config"],
        std::slice::from_ref(&site.perild.config),
    );
    let checked = String::from_utf8(checked.stdout).unwrap();
    assert!(
        checked.contains("is being written by a daemon"),
        "{checked}"
    );
    assert!(fs::read(file(&site)).unwrap().len() >= before);
    verified(&[file(&site)]);
}

/// Has no file of the daemon's grow beyond `bytes`: what a full disk does, for a file that is written.
fn limit(site: &Site, bytes: Option<u64>) {
    let bytes = bytes.map_or("unlimited".to_owned(), |bytes| bytes.to_string());
    let mut command = Command::new(tool("prlimit", "util-linux"));
    command
        .arg("--pid")
        .arg(site.perild.pid().as_raw_pid().to_string());
    // The soft limit alone, which whoever the daemon runs as may raise again.
    command.arg(format!("--fsize={bytes}:"));
    if Uid::effective().is_root() {
        command
            .uid(user(DAEMON).uid.as_raw())
            .gid(user(WEB_SERVER).gid.as_raw());
    }
    assert!(command.status().unwrap().success());
}

fn full(site: &Site) -> u64 {
    record(site, site.fetch().interaction_id());
    fs::metadata(file(site)).unwrap().len() + 100
}

#[test]
fn a_disk_that_is_full_refuses_before_anything_is_handed_out_until_there_is_room() {
    let site = site("on_failure = \"refuse\"\n");
    limit(&site, Some(full(&site)));
    let (mut served, mut turned_away) = (Vec::new(), 0_u64);
    let refused = eventually("a request is refused", Duration::from_secs(10), || {
        let answer = site.fetch();
        if answer.status == 200 {
            served.push(answer.interaction_id().to_owned());
            return None;
        }
        Some(answer)
    });
    assert_eq!(refused.status, 503);
    assert!(refused.field("retry-after").is_some());
    let problem: Value = serde_json::from_slice(&refused.content).unwrap();
    assert_eq!(problem["type"], "urn:perild:problem:not-recorded");
    assert_eq!(site.ask(&Request::get("/healthz")).status, 200);
    site.perild
        .wait_for_line(|line| line.contains("audit records cannot be written"));
    limit(&site, None);
    let answer = eventually(
        "requests are answered again",
        Duration::from_secs(10),
        || {
            turned_away += 1;
            Some(site.fetch()).filter(|answer| answer.status == 200)
        },
    );
    served.push(answer.interaction_id().to_owned());
    for id in &served {
        record(&site, id);
    }
    // One line, or two where one was refused as the file came back.
    let told = eventually("the refused are told of", Duration::from_secs(10), || {
        let told = noted(&site, "refused");
        let requests = told.iter().map(|line| line["requests"].as_u64().unwrap());
        Some(told.clone()).filter(|_| requests.sum::<u64>() == turned_away)
    });
    for told in told {
        let asked = ["route", "collection"].map(|member| &told[member]);
        assert_eq!(asked, ["/{name}", NAME], "{told}");
        assert!(told["from"].as_str() <= told["to"].as_str(), "{told}");
    }
    let said = verified(&[file(&site)]);
    let usage = usage_by(&site, "collection");
    let row = usage.lines().find(|line| line.starts_with(NAME)).unwrap();
    let answered = u64::try_from(served.len()).unwrap() + 1;
    let calls = answered + turned_away;
    let expected = format!("{NAME},{calls},{answered},0,{turned_away},0,");
    assert!(row.starts_with(&expected), "{expected}: {usage} {said}");
    let refused_by_perild = format!(",{turned_away}");
    assert!(row.ends_with(&refused_by_perild), "{usage}");
}

/// Lines of the file of this kind.
fn noted(site: &Site, kind: &str) -> Vec<Value> {
    let content = fs::read_to_string(file(site)).unwrap();
    let lines = content
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line["kind"] == kind).collect()
}

/// The table of `perild usage` for the file.
fn usage_by(site: &Site, dimensions: &str) -> String {
    let time = ["--from", "2020-01-01", "--to", "2100-01-01"];
    let by = ["--by", dimensions];
    let done = perild(&[&["usage"], &time[..], &by].concat(), &[file(site)]);
    String::from_utf8(done.stdout).unwrap()
}

#[test]
fn a_daemon_that_ends_while_the_disk_is_full_says_how_many_it_has_refused() {
    let site = site("on_failure = \"refuse\"\n");
    limit(&site, Some(full(&site)));
    eventually("a request is refused", Duration::from_secs(10), || {
        Some(site.fetch()).filter(|answer| answer.status == 503)
    });
    assert_eq!(site.fetch().status, 503);
    site.perild.signal(Signal::TERM);
    let line = site
        .perild
        .wait_for_line(|line| line.contains("requests were refused meanwhile"));
    assert!(line.contains("nor that 2 requests were refused"), "{line}");
    assert_eq!(noted(&site, "refused"), Vec::<Value>::new());
}

#[test]
fn a_file_that_was_renamed_while_the_disk_was_full_is_left_once_there_is_room() {
    let site = site("on_failure = \"refuse\"\n");
    limit(&site, Some(full(&site)));
    eventually("a request is refused", Duration::from_secs(10), || {
        Some(site.fetch()).filter(|answer| answer.status == 503)
    });
    let renamed = site.pki.path("log/audit.jsonl.1");
    fs::rename(file(&site), &renamed).unwrap();
    site.perild.reload();
    site.perild
        .wait_for_line(|line| line.contains("is not left while"));
    assert!(!file(&site).exists());
    limit(&site, None);
    // Nobody asks again before the next rotation.
    eventually("the next file begins", Duration::from_secs(20), || {
        fs::metadata(file(&site))
            .ok()
            .filter(|found| found.len() > 0)
    });
    record(&site, site.fetch().interaction_id());
    let said = verified(&[file(&site), renamed]);
    assert!(said.contains("in 2 files"), "{said}");
}

#[test]
fn a_disk_that_is_full_stops_no_service_where_that_goes_on_and_what_waited_is_written() {
    let site = site("on_failure = \"serve\"\n");
    limit(&site, Some(full(&site)));
    let served: Vec<_> = (0..50)
        .map(|_| {
            let answer = site.fetch();
            assert_eq!(answer.status, 200);
            answer.interaction_id().to_owned()
        })
        .collect();
    site.perild
        .wait_for_line(|line| line.contains("audit records cannot be written"));
    limit(&site, None);
    for id in &served {
        record(&site, id);
    }
    verified(&[file(&site)]);
}

#[test]
fn usage_counts_what_was_recorded() {
    let mut site = site("");
    site.fetch();
    site.fetch();
    site.ask(&Request::get(&format!("/{NAME}")));
    site.perild.stop();
    let arguments = [
        "usage",
        "--from",
        "2020-01-01",
        "--to",
        "2100-01-01",
        "--by",
        "collection,client",
    ];
    let done = perild(&arguments, &[file(&site)]);
    let table = String::from_utf8(done.stdout).unwrap();
    let mut lines = table.lines();
    let header: Vec<_> = lines.next().unwrap().split(',').collect();
    let row = lines
        .find(|line| line.starts_with(&format!("{NAME},bank-a")))
        .unwrap();
    let row: Vec<_> = row.split(',').collect();
    let value = |column| row[header.iter().position(|one| *one == column).unwrap()];
    assert_eq!(
        (value("calls"), value("successes"), value("refused_token")),
        ("2", "2", "0"),
        "{table}"
    );
    assert_eq!(value("bytes"), (2 * CONTENT.len()).to_string());
    let done = perild(
        &[&arguments[..5], &["--format", "json"]].concat(),
        &[file(&site)],
    );
    let report: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert!(
        report["groups"]
            .as_array()
            .unwrap()
            .iter()
            .any(|group| group["refusals"]["token"] == 1),
        "{report}"
    );
    assert_eq!(report["days"].as_array().unwrap().len(), 1, "{report}");
}
