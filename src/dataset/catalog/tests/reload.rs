//! What a reload makes anew.

use super::*;

#[test]
fn a_reload_makes_anew_only_what_has_changed() {
    let provider = Provider::with(&[
        ("a.toml", METERS),
        ("a.csv", ""),
        ("b.toml", METERS),
        ("b.csv", ""),
    ]);
    let first = provider.load(None);
    provider.write("b.toml", &METERS.replace("Meters", "Others"));
    let second = provider.load(Some(&first));
    let same = |id| Arc::ptr_eq(first.get(id).unwrap(), second.get(id).unwrap());
    assert!(same("a") && !same("b"));
    provider.write("a.csv", "longer");
    let third = provider.load(Some(&second));
    assert_eq!(
        third
            .get("a")
            .unwrap()
            .representations()
            .first()
            .unwrap()
            .length_bytes,
        6
    );
}

#[test]
fn a_profile_of_the_folder_is_laid_under_and_is_no_collection() {
    let provider = Provider::with(&[
        (
            "base.toml",
            "[profile]\nlicence = \"CC-BY-4.0\"\npublisher = \"Ours\"\n[[rule]]\n",
        ),
        (
            "a.toml",
            "[collection]\ntitle = \"A\"\nprofile = \"base.toml\"\n",
        ),
        ("a.csv", ""),
        ("base.csv", ""),
    ]);
    let first = provider.load(None);
    assert_eq!(ids(&first), ["a"]);
    let publisher = |catalog: &Catalog| catalog.get("a").unwrap().metadata().publisher.clone();
    assert_eq!(publisher(&first).as_deref(), Some("Ours"));
    provider.write(
        "base.toml",
        "[profile]\nlicence = \"CC-BY-4.0\"\npublisher = \"Others\"\n",
    );
    assert_eq!(
        publisher(&provider.load(Some(&first))).as_deref(),
        Some("Others")
    );
}
