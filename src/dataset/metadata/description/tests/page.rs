//! The page on descriptions: its examples are whole, and no key is missing.

use super::*;

#[test]
fn every_example_of_the_page_on_descriptions_is_whole() {
    let page = include_str!("../../../../../docs/description.md");
    let examples: Vec<_> = page
        .split("```toml\n")
        .skip(1)
        .filter_map(|rest| rest.split_once("```"))
        .map(|(example, _)| example)
        .collect();
    assert!(examples.len() >= 4);
    for example in examples {
        let read = read(example);
        assert_eq!(read.faults, [], "{example}");
        if !read.draft.is_profile {
            described(example).unwrap();
        }
    }
}

#[test]
fn the_page_on_descriptions_speaks_of_every_key() {
    let page = include_str!("../../../../../docs/description.md");
    for (table, known) in [
        ("[collection]", "unknown = 1\n"),
        ("[profile]", "unknown = 1\n"),
        ("[coverage]", "unknown = 1\n"),
        ("[[rule]]", "unknown = 1\n"),
        ("[[field]]", "unknown = 1\n"),
        ("[[dimension]]", "unknown = 1\n"),
        ("[csv]", "unknown = 1\n"),
    ] {
        let read = read(&format!("{table}\n{known}"));
        let keys = read
            .faults
            .into_iter()
            .find_map(|fault| match fault.problem {
                Problem::UnknownKey { known, .. } if fault.key.ends_with("unknown") => Some(known),
                _ => None,
            });
        for key in keys.unwrap() {
            assert!(page.contains(&format!("`{key}`")), "{table} {key}");
        }
    }
}
