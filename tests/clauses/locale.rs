//! What is printed is the same in every locale: nothing is folded, sorted or written as a language has it.

use std::{
    collections::BTreeSet,
    path::Path,
    process::{Command, Output},
    sync::LazyLock,
    thread,
};

use tempfile::TempDir;

use super::{configuration::Installation, site::Site};
use crate::support::process::tool;

/// Turkish has an I of its own, German another point in numbers; `nonsense` is not there.
const LOCALES: [&str; 4] = ["C", "tr_TR.UTF-8", "de_DE.UTF-8", "nonsense"];

/// The locales, made here: few machines have them.
static MADE: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    for name in ["tr_TR", "de_DE"] {
        let made = Command::new(tool("localedef", "libc-bin"))
            .args(["--no-archive", "-i", name, "-f", "UTF-8"])
            .arg(folder.path().join(format!("{name}.UTF-8")))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&made.stderr).into_owned();
        assert!(made.status.success(), "{said}; apt-get install locales");
    }
    folder
});

/// What makes a program's locale.
fn variables(locale: &str) -> [(&'static str, String); 4] {
    let language = locale.split('_').next().unwrap();
    [
        ("LOCPATH", MADE.path().display().to_string()),
        ("LC_ALL", locale.to_owned()),
        ("LANG", locale.to_owned()),
        ("LANGUAGE", language.to_owned()),
    ]
}

/// The twin of all below: a program that looks at its locale is another in each of them.
#[test]
fn the_locales_are_there() {
    let point = |locale: &str| {
        let mut awk = Command::new("bash");
        awk.args(["-c", "printf '%.1f %s' 1.5 \"$(x=I; echo ${x,,})\" 2>&1"]);
        let said = awk.envs(variables(locale)).output().unwrap();
        String::from_utf8_lossy(&said.stdout).into_owned()
    };
    assert_eq!(point("C"), "1.5 i");
    assert!(
        point("tr_TR.UTF-8").ends_with('ı'),
        "{}",
        point("tr_TR.UTF-8")
    );
    assert_ne!(point("de_DE.UTF-8"), "1.5 i");
}

/// What a program prints in `locale`, run in `directory`.
fn printed(directory: &Path, locale: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_perild"));
    command.args(arguments).current_dir(directory);
    command.envs(variables(locale)).output().unwrap()
}

/// The same in every locale, after `masked` has been put in place of what differs from run to run; and what it is.
#[track_caller]
fn is_the_same(mut run: impl FnMut(&str) -> Output, masked: impl Fn(String) -> String) -> String {
    let mut first = None;
    for locale in LOCALES {
        let done = run(locale);
        let said = [done.stdout, done.stderr].concat();
        let said = (done.status.code(), masked(String::from_utf8(said).unwrap()));
        match &first {
            None => first = Some(said),
            Some(first) => assert_eq!(*first, said, "{locale}"),
        }
    }
    first.unwrap().1
}

#[test]
fn check_says_the_same_of_good_and_bad_configurations() {
    let installation = Installation::new();
    installation.assert_passes_check();
    let check = |locale: &str| {
        let arguments = ["check", "--offline", "--config", "perild.toml"];
        printed(&installation.path("."), locale, &arguments)
    };
    // The tenth day ends while this runs.
    let days = |said: String| said.replace(" 10 days", " 9 days");
    let said = is_the_same(check, days);
    assert!(said.contains("ends in 9 days, at 20"), "{said}");
    std::fs::remove_file(installation.path("certs/a.pem")).unwrap();
    let said = is_the_same(check, days);
    // The system's own words as well.
    assert!(said.contains("No such file or directory"), "{said}");
}

#[test]
fn keygen_sample_import_get_and_errors_say_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let keygen = |locale: &str| {
        let out = format!("keys-{locale}");
        let arguments = [
            "keygen",
            "--software-statement",
            "INDIGO-iı",
            "--organisation",
            "İstanbul ILIK Ltd",
            "--organisation-unit",
            "0015",
            "--out",
            &out,
        ];
        let made = printed(folder.path(), locale, &arguments);
        let subject = Command::new("openssl")
            .args([
                "req",
                "-noout",
                "-subject",
                "-nameopt",
                "RFC2253,utf8,-esc_msb",
            ])
            .arg("-in")
            .arg(folder.path().join(&out).join("a.csr"))
            .output()
            .unwrap();
        let subject = String::from_utf8(subject.stdout).unwrap();
        assert!(subject.contains("CN=INDIGO-iı"), "{subject}");
        assert!(subject.contains("O=İstanbul ILIK Ltd"), "{subject}");
        made
    };
    let mask = |said: String| {
        LOCALES.iter().fold(said, |said, locale| {
            said.replace(&format!("keys-{locale}"), "keys")
        })
    };
    let said = is_the_same(keygen, mask);
    assert!(said.contains("next:"), "{said}");

    let sample = |locale: &str| {
        printed(
            folder.path(),
            locale,
            &["sample", "--step", "15", "--out", "csv"],
        )
    };
    assert!(is_the_same(sample, |said| said).contains("SYNTHETIC"));
    let import = |locale: &str| {
        let state = format!("keys-{locale}/state");
        printed(folder.path(), locale, &["import", "--state", &state, "csv"])
    };
    let without_times = |said: String| {
        let lines = mask(said);
        let lines = lines.lines().map(|line| {
            // How long it took, and when.
            let words = line.split_whitespace();
            let words =
                words.filter(|word| !word.contains(['T', ':']) && word.parse::<f64>().is_err());
            words.collect::<Vec<_>>().join(" ")
        });
        lines.collect::<Vec<_>>().join("\n")
    };
    let said = is_the_same(import, without_times);
    assert!(said.contains("stored as"), "{said}");
    let broken = folder.path().join("csv/synthetic-etlhail.csv");
    let text = std::fs::read_to_string(&broken).unwrap();
    std::fs::write(&broken, text.replacen("0.0", "0,0", 1)).unwrap();
    let said = is_the_same(import, mask);
    assert!(said.contains("line "), "{said}");
    let get = |locale: &str| {
        let arguments = ["get", "--config", "none.toml", "https://localhost:9/x"];
        printed(folder.path(), locale, &arguments)
    };
    let said = is_the_same(get, |said| said);
    assert!(
        said.contains("cannot read the configuration none.toml"),
        "{said}"
    );
    let unknown = |locale: &str| printed(folder.path(), locale, &["IMPORT"]);
    assert!(is_the_same(unknown, |said| said).contains("unrecognized"));
}

/// A daemon folds names of headers and hosts, and writes numbers and dates.
#[test]
fn a_daemon_in_turkish_answers_as_in_english() {
    let asked = |locale: &'static str| {
        let site = Site::with(|settings, _| {
            settings.variables.extend(variables(locale));
        });
        let answer = site.fetch_with(&[("IF-NONE-MATCH", "\"I\""), ("ACCEPT", "TEXT/CSV;Q=0.5")]);
        let ranged = site.fetch_with(&[("RANGE", "BYTES=0-1")]);
        let missing = site.get("/NO-SUCH-FILE-I");
        let described = site.get("/openapi.json");
        let fields = |answer: &crate::support::http::Answer| {
            let fields = answer.fields.iter();
            let kept = fields.filter(|(name, _)| {
                !["date", "etag", "last-modified", "x-fapi-interaction-id"].contains(&name.as_str())
            });
            kept.cloned().collect::<BTreeSet<_>>()
        };
        let weekday = answer.field("date").unwrap()[..3].to_owned();
        assert!(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].contains(&weekday.as_str()));
        (
            (answer.status, fields(&answer), answer.content),
            (ranged.status, ranged.content),
            (missing.status, missing.problem()["title"].clone()),
            described.content,
        )
    };
    let [first, second] = thread::scope(|scope| {
        ["C", "tr_TR.UTF-8"]
            .map(|locale| scope.spawn(move || asked(locale)))
            .map(|asked| asked.join().unwrap())
    });
    assert_eq!(first, second);
}
