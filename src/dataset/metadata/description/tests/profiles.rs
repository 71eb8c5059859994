//! Profiles: what a description leaves out, and what no profile can be.

use super::*;

fn profiles(files: &[(&str, &str)]) -> Profiles {
    let read = |&(name, text): &(&str, &str)| {
        let read = Read::parse(Path::new(name), text.as_bytes());
        (name.into(), std::sync::Arc::new(read))
    };
    files.iter().map(read).collect()
}

#[test]
fn a_profile_says_what_a_description_leaves_out() {
    let profiles = profiles(&[
        (
            "base.toml",
            "[profile]\ntitle = \"base\"\nlicence = \"CC-BY-4.0\"\nprofile = \"house.toml\"\n[[rule]]\nscopes = [\"a\"]\n",
        ),
        (
            "house.toml",
            "[profile]\npublisher = \"Example Energy Ltd\"\n[[rule]]\nclass = \"OE-O\"\n",
        ),
    ]);
    let draft = read("[collection]\ntitle = \"Meters\"\nprofile = \"base.toml\"\n").draft;
    let described = Described::resolve(Path::new("m.toml"), &draft, &profiles).unwrap();
    assert_eq!(&*described.metadata.title, "Meters");
    assert_eq!(
        described.metadata.publisher.as_deref(),
        Some("Example Energy Ltd")
    );
    let classes: Vec<_> = described
        .rules
        .iter()
        .map(|rule| rule.clause.class())
        .collect();
    assert_eq!(
        classes,
        [Class::SharedA],
        "rules are of one file, and never added up"
    );
}

#[test]
fn profiles_that_cannot_be_followed_are_told() {
    let chain: Vec<_> = (0..10)
        .map(|at| {
            let next = at + 1;
            (
                format!("p{at}.toml"),
                format!("[profile]\nprofile = \"p{next}.toml\"\n"),
            )
        })
        .collect();
    let chain: Vec<_> = chain
        .iter()
        .map(|(name, text)| (&**name, &**text))
        .collect();
    let said: Vec<_> = [
        &[
            ("a.toml", "[profile]\nprofile = \"b.toml\"\n"),
            ("b.toml", "[profile]\nprofile = \"a.toml\"\n"),
        ][..],
        &[("a.toml", "[profile]\nprofile = \"a.toml\"\n")],
        &[("a.toml", "[profile]\nprofile = \"none.toml\"\n")],
        &[("a.toml", "[profile]\nlisted = 3\n")],
        &[("a.toml", "[profile]\nprofile = \"p0.toml\"\n")],
    ]
    .into_iter()
    .map(|files| {
        let draft = read(&format!("{SMALLEST}profile = \"a.toml\"\n")).draft;
        let profiles = profiles(&[files, &chain].concat());
        let refused = Described::resolve(Path::new("m.toml"), &draft, &profiles).unwrap_err();
        refused
            .iter()
            .map(DescriptionFault::to_string)
            .collect::<String>()
    })
    .collect();
    insta::assert_snapshot!(said.join("\n"), @"
    m.toml:4: collection.profile: the profiles go in a circle: a.toml -> b.toml -> a.toml; let one of them name no profile
    m.toml:4: collection.profile: the profiles go in a circle: a.toml -> a.toml; let one of them name no profile
    m.toml:4: collection.profile: there is no whole profile none.toml; name a file in this folder that has a table [profile]
    m.toml:4: collection.profile: there is no whole profile a.toml; name a file in this folder that has a table [profile]
    m.toml:4: collection.profile: more than 8 profiles build upon one another; write the keys into fewer profiles
    ");
}

#[test]
fn the_end_of_a_collection_is_its_own_and_in_a_profile_it_is_told() {
    for key in [
        "deprecated = 2026-10-01",
        "sunset = 2027-04-01",
        "successor = \"b\"",
    ] {
        let own = read(&format!("{SMALLEST}{key}\n"));
        assert_eq!(own.faults, [], "{key}");
        let profile = read(&format!("[profile]\nlicence = \"MIT\"\n{key}\n"));
        let [fault] = &profile.faults[..] else {
            panic!("{key}: {:?}", profile.faults);
        };
        let is_unknown = matches!(fault.problem, Problem::UnknownKey { .. });
        assert!(is_unknown && fault.line == 3, "{fault}");
    }
}
