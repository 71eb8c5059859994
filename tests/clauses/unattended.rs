//! Small files that lie in the folder: put there with a description, they are served after a reload.

use std::{fmt::Write as _, fs, os::unix::fs::symlink, process::Command, time::Duration};

use crate::{
    site::{Site, settings},
    support::{
        http::{Answer, Request},
        perild::Perild,
        process::eventually,
        tables,
    },
};

const WATCHES: &str = "[collection]\ntitle = \"Watches\"\nlicence = \"CC-BY-4.0\"\nkey = [\"sku\"]\n[[rule]]\nclass = \"OE-SA\"\n";
/// Time in which a small file is at rest, imported and served on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

fn items(id: &str) -> String {
    format!("/v1/collections/{id}/items?f=csv")
}

/// The lines of an answer in CSV, whose line ends are those of RFC 4180.
fn rows(answer: &Answer) -> String {
    answer.text().replace("\r\n", "\n")
}

/// The first answer with rows that `holds` is true of. Until then there are rows of before, or 503 with the time to
/// come back at; nothing else.
fn served(site: &Site, id: &str, holds: impl Fn(&Answer) -> bool) -> Answer {
    eventually("the rows are served", PATIENCE, || {
        let answer = site.get(&items(id));
        if answer.status == 503 {
            assert_eq!(
                answer.problem()["type"],
                "urn:perild:problem:being-imported"
            );
            assert!(answer.field("retry-after").is_some(), "{answer:?}");
        } else {
            assert_eq!(answer.status, 200, "{answer:?}");
        }
        (answer.status == 200 && holds(&answer)).then_some(answer)
    })
}

/// Rows: HTTP-27
#[test]
fn a_file_with_its_description_is_served_after_a_reload_and_so_is_each_later_one() {
    let site = Site::start();
    fs::write(site.shared("watches.toml"), WATCHES).unwrap();
    fs::write(
        site.shared("watches.json"),
        r#"[{"sku":"W1","brand":"Aurora"}]"#,
    )
    .unwrap();
    site.perild.reload();
    let first = served(&site, "watches", |_| true);
    assert_eq!(rows(&first), "sku,brand\nW1,Aurora\n");
    let tag = first.field("etag").unwrap().to_owned();
    let schema = site.get("/v1/collections/watches/schema");
    assert!(schema.text().contains("brand"), "{}", schema.text());

    fs::write(
        site.shared("watches.json"),
        r#"[{"sku":"W1","brand":"Borealis"},{"sku":"W2","brand":"Aurora"}]"#,
    )
    .unwrap();
    site.perild.reload();
    let second = served(&site, "watches", |answer| answer.text().contains("W2"));
    assert_eq!(rows(&second), "sku,brand\nW1,Borealis\nW2,Aurora\n");
    assert_ne!(second.field("etag").unwrap(), tag);

    // A fault is told with its place, here and by a check; the rows of before stay.
    fs::write(
        site.shared("watches.json"),
        "[{\"sku\":\"W1\"},\n{\"sku\":\"W1\"}]",
    )
    .unwrap();
    site.perild.reload();
    let line = site
        .perild
        .wait_for_line(|line| line.contains("watches is not imported"));
    assert!(line.contains("ERROR"), "{line}");
    assert!(site.perild.log().contains("watches.json: line 2"));
    assert_eq!(rows(&served(&site, "watches", |_| true)), rows(&second));
    let check = Command::new(env!("CARGO_BIN_EXE_perild"))
        .args(["check", "--offline", "--config"])
        .arg(&site.perild.config)
        .output()
        .unwrap();
    assert_eq!(check.status.code(), Some(78));
    let said = String::from_utf8(check.stdout).unwrap();
    assert!(said.contains("watches is not imported"), "{said}");
    assert!(said.contains("watches.json: line 2"), "{said}");
}

#[test]
fn what_cannot_be_imported_keeps_nothing_else_back() {
    let site = Site::start();
    let name = |number: usize| format!("many-{number:03}");
    for number in 0..MANY {
        fs::write(site.shared(&format!("{}.toml", name(number))), WATCHES).unwrap();
        let text = format!("sku,number\nW,{number}\n");
        fs::write(site.shared(&format!("{}.csv", name(number))), text).unwrap();
    }
    let secret = site.dir().join("secret.csv");
    fs::write(&secret, "sku,secret\nW,1\n").unwrap();
    symlink("../../secret.csv", site.shared("away.csv")).unwrap();
    let fifo = Command::new("mkfifo").arg(site.shared("fifo.csv")).status();
    assert!(fifo.unwrap().success());
    let line = format!("sku,text\nW,\"{}", "x".repeat(4 << 20));
    fs::write(site.shared("line.csv"), line).unwrap();
    for id in ["away", "fifo", "line", "grows"] {
        fs::write(site.shared(&format!("{id}.toml")), WATCHES).unwrap();
    }
    let grows = site.shared("grows.csv");
    let mut text = "sku\n".to_owned();
    fs::write(&grows, &text).unwrap();
    site.perild.reload();
    site.perild.reload();
    for number in 0..8 {
        writeln!(text, "W{number}").unwrap();
        fs::write(&grows, &text).unwrap();
        site.get(&items("grows"));
    }
    site.perild.reload();
    for number in [0, MANY - 1] {
        let answer = served(&site, &name(number), |_| true);
        assert_eq!(rows(&answer), format!("sku,number\nW,{number}\n"));
    }
    // All of its rows, whatever was taken before that.
    served(&site, "grows", |answer| rows(answer) == text);
    for id in ["away", "fifo", "line"] {
        let answer = eventually("the import has ended", PATIENCE, || {
            let answer = site.get(&items(id));
            (answer.status != 503).then_some(answer)
        });
        assert_eq!(answer.problem()["type"], "urn:perild:problem:no-data");
    }
    assert!(!site.perild.log().contains("panicked"));
}

#[test]
fn a_table_of_an_operators_is_left_alone_and_one_from_a_command_can_be_replaced() {
    let site = Site::start();
    let state = site.dir().join("state");
    tables::watches(&state, "watches", 0);
    fs::write(site.shared("watches.toml"), WATCHES).unwrap();
    fs::write(site.shared("watches.csv"), "sku\nW1\n").unwrap();
    // As root, whose files the daemon could not replace.
    fs::write(site.shared("cups.toml"), WATCHES).unwrap();
    fs::write(site.shared("cups.csv"), "sku\nC1\n").unwrap();
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_perild"))
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
    };
    let config = site.perild.config.to_str().unwrap();
    let cups = site.shared("cups.toml");
    let cups = cups.to_str().unwrap();
    run(&["import", "--config", config, cups]);
    site.perild.reload();
    assert_eq!(rows(&served(&site, "cups", |_| true)), "sku\nC1\n");
    fs::write(site.shared("cups.csv"), "sku\nC1\nC2\n").unwrap();
    site.perild.reload();
    let replaced = served(&site, "cups", |answer| answer.text().contains("C2"));
    assert_eq!(rows(&replaced), "sku\nC1\nC2\n");
    let count = served(&site, "watches", |_| true).text().lines().count();
    assert_eq!(count, tables::WATCHES + 1);

    // Rows that a command adds make it the operator's, and the daemon's files are no hindrance.
    let more = site.dir().join("more.csv");
    fs::write(&more, "sku\nC3\n").unwrap();
    let more = more.to_str().unwrap();
    run(&["import", "--config", config, "--append", cups, more]);
    fs::write(site.shared("cups.csv"), "sku\nC9\n").unwrap();
    site.perild.reload();
    let kept = served(&site, "cups", |_| true);
    assert_eq!(rows(&kept), "sku\nC1\nC2\nC3\n");
}

#[test]
fn a_daemon_that_ends_in_the_middle_of_an_import_begins_it_anew() {
    let mut site = Site::start();
    let mut text = "sku,text\n".to_owned();
    for number in 0..200_000 {
        writeln!(text, "W{number},{number}").unwrap();
    }
    fs::write(site.shared("watches.toml"), WATCHES).unwrap();
    fs::write(site.shared("watches.csv"), &text).unwrap();
    site.perild.reload();
    let copy = site.dir().join("state/tables/.copy");
    eventually("the import has begun", PATIENCE, || {
        copy.exists().then_some(())
    });
    site.perild.signal(rustix::process::Signal::TERM);
    site.perild.wait();
    let table = site.dir().join("state/tables/watches");
    // All or nothing: a fast machine may have come to its end.
    if let Ok(whole) = perild_query::Table::open(&table) {
        whole.verify().unwrap();
    }
    let dir = site.dir().to_owned();
    site.perild = Perild::start(&dir, &settings(&site.directory.issuer));
    site.await_readiness();
    let answer = served(&site, "watches", |_| true);
    assert!(rows(&answer).starts_with("sku,text\nW0,0\n"));
    perild_query::Table::open(&table).unwrap().verify().unwrap();
}

/// Request for what is not there yet, which is no one's to see without a token.
#[test]
fn who_may_not_have_the_rows_does_not_hear_of_their_import() {
    let site = Site::start();
    fs::write(site.shared("watches.toml"), WATCHES).unwrap();
    fs::write(site.shared("watches.csv"), "sku\nW1\n").unwrap();
    site.perild.reload();
    let answer = site.ask(&Request::get(&items("watches")));
    assert_eq!(answer.status, 401, "{answer:?}");
}

/// Descriptions of one folder.
const MANY: usize = 40;
