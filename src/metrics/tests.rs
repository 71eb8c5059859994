use super::*;

fn metrics() -> Arc<Metrics> {
    let metrics = Metrics::new(&["/{name}", "-"], Timestamp::from_seconds(0));
    Arc::new(metrics.unwrap())
}

fn id(name: &str) -> CollectionId {
    CollectionId::parse(name).unwrap()
}

fn state() -> State {
    State {
        audit: Some(AuditFile {
            is_failing: true,
            lost: 7,
            places: 8,
            most_places: 9,
        }),
        ends: [(
            "a \"key\"\n\\".to_owned(),
            Ends {
                first: Timestamp::from_seconds(86_400),
                warned_of: Timestamp::from_seconds(3_600),
            },
        )]
        .into(),
        is_ready: true,
        log_dropped: 0,
        store: None,
        streams: 0,
        most_streams: 32,
        tokens: crate::token::Statistics {
            cache_entries: 1,
            cache_hits: 2,
            cache_limit: 3,
            cache_misses: 4,
            introspection_calls: 5,
            upstream_faults: 6,
        },
    }
}

/// The lines of the family `name`.
fn lines(metrics: &Metrics, name: &str) -> Vec<String> {
    let text = metrics.text(&state()).unwrap();
    let own = |line: &&str| line.starts_with(&format!("{name}{{"));
    text.lines().filter(own).map(str::to_owned).collect()
}

fn ask(metrics: &Arc<Metrics>, name: &str, status: u16) {
    let took = Duration::from_millis(2);
    let meter = metrics.meter("/{name}", Some(&id(name)));
    meter.end(status, 10, took);
}

#[test]
fn a_dataset_counts_under_its_own_name_or_as_other() {
    let metrics = metrics();
    metrics.know(["tidy", "tidy.json"].map(id));
    for name in ["tidy", "tidy", "tidy.json", "stranger"] {
        ask(&metrics, name, 200);
    }
    metrics.meter("/no/such", None).end(404, 0, Duration::ZERO);
    let expected = [
        r#"perild_requests_total{dataset="-",route="-",status="404"} 1"#,
        r#"perild_requests_total{dataset="other",route="/{name}",status="200"} 1"#,
        r#"perild_requests_total{dataset="tidy",route="/{name}",status="200"} 2"#,
        r#"perild_requests_total{dataset="tidy.json",route="/{name}",status="200"} 1"#,
    ];
    assert_eq!(lines(&metrics, "perild_requests_total"), expected);
}

#[test]
fn names_are_bounded_and_keep_what_was_counted_under_them() {
    let metrics = metrics();
    assert_eq!(metrics.know([id("kept")]), 0);
    ask(&metrics, "kept", 200);
    for round in 0..3 {
        let many = (0..MOST_NAMES).map(|number| id(&format!("day-{round}-{number}")));
        let left_out = metrics.know(many.chain([id("kept")]));
        let room = if round == 0 { MOST_NAMES - 3 } else { 0 };
        assert_eq!(left_out, MOST_NAMES - room, "round {round}");
        for number in 0..MOST_NAMES {
            ask(&metrics, &format!("day-{round}-{number}"), 200);
        }
    }
    ask(&metrics, "kept", 200);
    let lines = lines(&metrics, "perild_requests_total");
    assert_eq!(lines.len(), MOST_NAMES - 1, "each name but `-`");
    let counts = |line: &str| lines.iter().any(|found| found == line);
    assert!(counts(
        r#"perild_requests_total{dataset="kept",route="/{name}",status="200"} 2"#
    ));
    let other = 3 * MOST_NAMES - (MOST_NAMES - 3);
    assert!(counts(&format!(
        r#"perild_requests_total{{dataset="other",route="/{{name}}",status="200"}} {other}"#
    )));
}

#[test]
fn a_label_cannot_end_its_line() {
    let metrics = metrics();
    let hostile = "a\"} 7perild_forged{x=\"";
    metrics.know([id(hostile)]);
    ask(&metrics, hostile, 200);
    let expected = r#"perild_requests_total{dataset="a\"} 7perild_forged{x=\"",route="/{name}",status="200"} 1"#;
    assert_eq!(lines(&metrics, "perild_requests_total"), [expected]);
    let expected = r#"perild_expiry_timestamp_seconds{key="a \"key\"\n\\"} 86400"#;
    assert_eq!(
        lines(&metrics, "perild_expiry_timestamp_seconds"),
        [expected]
    );
}

#[test]
fn an_audit_file_has_its_numbers_and_none_where_there_is_no_file() {
    let with = metrics().text(&state()).unwrap();
    for line in [
        "perild_audit_failing 1",
        "perild_audit_lost_total 7",
        "perild_audit_places 8",
        "perild_audit_places_limit 9",
    ] {
        assert!(with.lines().any(|found| found == line), "{line}: {with}");
    }
    let state = State {
        audit: None,
        ..state()
    };
    assert!(!metrics().text(&state).unwrap().contains("perild_audit"));
}

#[test]
fn a_status_that_perild_does_not_have_is_other() {
    let metrics = metrics();
    for status in [299, 599, 200] {
        ask(&metrics, "x", status);
    }
    let expected = [
        r#"perild_requests_total{dataset="other",route="/{name}",status="200"} 1"#,
        r#"perild_requests_total{dataset="other",route="/{name}",status="other"} 2"#,
    ];
    assert_eq!(lines(&metrics, "perild_requests_total"), expected);
}

#[test]
fn counting_from_many_threads_loses_nothing() {
    let metrics = metrics();
    metrics.know(["a", "b"].map(id));
    std::thread::scope(|threads| {
        for name in ["a", "b", "a", "c"] {
            let metrics = &metrics;
            threads.spawn(move || (0..10_000).for_each(|_| ask(metrics, name, 200)));
        }
        for round in 0..100 {
            metrics.know([id(&format!("new-{round}"))]);
            metrics.text(&state()).unwrap();
        }
    });
    let expected = [("a", 20_000), ("b", 10_000), ("other", 10_000)].map(|(name, count)| {
        format!(
            r#"perild_requests_total{{dataset="{name}",route="/{{name}}",status="200"}} {count}"#
        )
    });
    assert_eq!(lines(&metrics, "perild_requests_total"), expected);
}
