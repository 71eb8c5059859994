use actix_web::http::Method;

use super::{methods::is_known, *};

#[test]
fn each_path_has_its_route() {
    assert_eq!(Route::find("/healthz"), Route::Health);
    assert_eq!(Route::find("/readyz"), Route::Readiness);
    for (path, template) in [
        ("/tidy", "/{name}"),
        ("/v1/files/tidy.csv", "/v1/files/{name}"),
    ] {
        assert_eq!(Route::find(path).template(), template);
    }
}

#[test]
fn the_names_of_the_old_contract_stand_before_files_of_that_name() {
    for (path, template, allow) in [
        ("/fire", "/{peril}", "GET, HEAD, OPTIONS"),
        ("/combinedflood", "/{peril}", "GET, HEAD, OPTIONS"),
        ("/allperils", "/allperils", "GET, HEAD, OPTIONS"),
        ("/perils", "/perils", "GET, HEAD, OPTIONS"),
        ("/location", "/location", "OPTIONS, POST"),
        ("/v1/location", "/v1/location", "GET, HEAD, OPTIONS, POST"),
        ("/v1/perils", "/v1/perils", "GET, HEAD, OPTIONS"),
    ] {
        let route = Route::find(path);
        let is_versioned = path.starts_with("/v1/");
        assert_eq!(matches!(route, Route::Perils(_)), is_versioned, "{path}");
        assert_eq!(
            matches!(route, Route::Climatescore(_)),
            !is_versioned,
            "{path}"
        );
        assert_eq!((route.template(), route.allow()), (template, allow));
    }
    assert_eq!(Route::templates().last(), Some(&Route::Nothing.template()));
    for path in ["/v1/files/fire", "/combinedFlood", "/Fire", "/%66ire"] {
        assert!(matches!(Route::find(path), Route::File { .. }), "{path}");
    }
    for path in ["/fire/", "/v1/fire", "/v1/location/"] {
        assert_eq!(Route::find(path), Route::Nothing, "{path}");
    }
    let locations = Route::find("/location");
    assert!(locations.answers(&Method::POST) && !locations.answers(&Method::GET));
}

#[test]
fn each_described_path_is_the_route_that_answers_there() {
    for described in Route::described() {
        let path = described
            .path
            .replace("{name}", "tidy")
            .replace("{id}", "wind")
            .replace("{key}", "a");
        let route = Route::find(&path);
        assert_ne!(route, Route::Nothing, "{path}");
        assert!(Route::templates().contains(&route.template()), "{path}");
        assert_eq!(route.allow(), described.allow, "{path}");
    }
    for (path, route) in [
        ("/docs", Route::Docs),
        ("/openapi.json", Route::Description),
    ] {
        assert_eq!(Route::find(path), route);
        assert_eq!(route.template(), path);
    }
}

#[test]
fn doubled_slashes_lead_where_one_leads() {
    let paths = Route::described()
        .into_iter()
        .map(|described| described.path);
    for path in paths.map(|path| path.replace("{name}", "tidy")) {
        let route = Route::find(&path);
        for slashes in ["//", "///", "////////"] {
            assert_eq!(Route::find(&path.replace('/', slashes)), route, "{path}");
            assert_eq!(
                Route::find(&path.replacen('/', slashes, 1)),
                route,
                "{path}"
            );
        }
    }
    for (path, single) in [("//", "/"), ("/v1//", "/v1/"), ("//fire//", "/fire/")] {
        assert_eq!(Route::find(path), Route::find(single), "{path}");
    }
    // An escaped slash is a part of a name, and no name has one.
    for path in [
        "/%2Flocation",
        "/%2f%2fhealthz",
        "/v1%2F/location",
        "/v1/%2Ffiles/tidy",
    ] {
        let route = Route::find(path);
        let is_no_file = matches!(route, Route::Nothing | Route::File { file: None, .. });
        assert!(is_no_file, "{path}: {route:?}");
    }
}

/// Rows: PRM-1
#[test]
fn rfc9728_3_1_metadata_are_of_the_whole_or_of_a_path_for_which_tokens_are_taken() {
    let well_known = ResourceMetadata::WELL_KNOWN;
    let find = |about: &str| Route::find(&format!("{well_known}{about}"));
    for about in [
        "",
        "/v1",
        "/v1/location",
        "/v1/files/tidy.csv",
        "/tidy",
        "/fire",
    ] {
        assert_eq!(find(about), Route::ResourceMetadata(about.into()));
    }
    for about in [
        "/",
        "x",
        "/healthz",
        "/docs",
        "/v1/no-such",
        "/..",
        "/a/b",
        well_known,
    ] {
        assert_eq!(find(about), Route::Nothing, "{about}");
    }
    let nested = well_known.repeat(200);
    assert_eq!(Route::find(&nested), Route::Nothing);
}

/// Rows: HTTP-6
#[test]
fn rfc9110_9_1_the_methods_that_are_registered_are_known_and_others_are_not() {
    let is_known = |name: &str| is_known(&Method::from_bytes(name.as_bytes()).unwrap());
    assert!(is_known("PATCH") && is_known("QUERY"));
    assert!(!is_known("FOO") && !is_known("query"));
}

/// Rows: DEC-4, HTTP-28
#[test]
fn dec_4_every_other_path_is_shared_data_that_does_not_exist() {
    for path in [
        "",
        "*",
        "/a/b",
        "/v1/files/a/b",
        "/v1/no-such",
        "//etc/passwd",
        "/v1/../tidy",
    ] {
        assert_eq!(Route::find(path), Route::Nothing, "{path}");
    }
    for path in [
        "/..",
        "/.hidden",
        "/v1/files/..%2f..%2fetc%2fpasswd",
        "/a%00",
    ] {
        assert!(
            matches!(Route::find(path), Route::File { file: None, .. }),
            "{path}"
        );
    }
}
