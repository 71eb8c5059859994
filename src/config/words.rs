//! Objections of the TOML reader, in the words of who wrote the configuration.

/// The finding and the remedy; the reader's own words where it says something else than expected here.
pub(super) fn of(complaint: &str) -> (String, String) {
    let complaint = complaint.trim();
    unknown_key(complaint)
        .or_else(|| missing_key(complaint))
        .or_else(|| unknown_word(complaint))
        .or_else(|| other_type(complaint))
        .unwrap_or_else(|| (complaint.to_owned(), String::new()))
}

fn unknown_key(complaint: &str) -> Option<(String, String)> {
    let (_, known) = between(complaint, "unknown field `", "`, expected ")?;
    let remedy = format!("correct or remove it; known here are {}", listed(known));
    Some(("there is no such key".to_owned(), remedy))
}

fn missing_key(complaint: &str) -> Option<(String, String)> {
    let (key, _) = between(complaint, "missing field `", "`")?;
    let remedy = "add it; the shipped configuration says what it is for".to_owned();
    Some((format!("{key} is missing"), remedy))
}

fn unknown_word(complaint: &str) -> Option<(String, String)> {
    let (word, known) = between(complaint, "unknown variant `", "`, expected ")?;
    let remedy = format!("write one of {}", listed(known));
    Some((format!("{word:?} is not known"), remedy))
}

fn other_type(complaint: &str) -> Option<(String, String)> {
    let (found, wanted) = between(complaint, "invalid type: ", ", expected ")
        .or_else(|| between(complaint, "invalid value: ", ", expected "))?;
    let wanted = match wanted {
        "u32" | "u64" | "usize" => "a whole number from 0, without quotes",
        "a boolean" => "true or false, without quotes",
        "a string" | "path string" => "text in quotes",
        "a sequence" => "a list in [ ]",
        other => other,
    };
    Some((
        format!("{} does not fit", found.replace('`', "")),
        format!("write {wanted}"),
    ))
}

/// Texts after `begin` until `middle`, and after that.
fn between<'a>(text: &'a str, begin: &str, middle: &str) -> Option<(&'a str, &'a str)> {
    text.strip_prefix(begin)?.split_once(middle)
}

fn listed(known: &str) -> String {
    known.trim_start_matches("one of ").replace('`', "")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::config::Config;

    fn complaint(text: &str, variables: &[(&str, &str)]) -> String {
        let variables = variables
            .iter()
            .map(|&(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let refused = Config::parse(Path::new("perild.toml"), text, variables);
        refused.unwrap_err().to_string()
    }

    const SMALLEST: &str =
        "[directory]\nissuer = \"https://as.example/\"\nclient_id = \"provider\"\n";

    #[test]
    fn a_mistake_is_said_with_its_key_and_what_to_write_instead() {
        let said: Vec<_> = [
            "",
            "[directory]\nissuer = \"https://as.example/\"\n",
            &format!("{SMALLEST}[sever]\nworkers = 2\n"),
            &format!("{SMALLEST}[introspection]\ncache_seconds = \"60\"\n"),
            &format!("{SMALLEST}[perils]\nmax_places = -1\n"),
            &format!("{SMALLEST}[consumers]\nrequire_verify_header = 1\n"),
            &format!("{SMALLEST}[consumers]\ncertificate_format = \"pem\"\n"),
            &format!("{SMALLEST}[consumers]\nrevocation_lists = \"a.crl\"\n"),
            &format!("{SMALLEST}[consumers]\nrevocation_urls = [\"a.crl\"]\n"),
            &format!("base_url = \"example.org\"\n{SMALLEST}"),
            &format!("{SMALLEST}[[datasets]]\nname = \"a\"\nclass = \"OE-C\"\n"),
            &format!("{SMALLEST}[[datasets]]\nscope = \"a\"\n"),
            &format!("{SMALLEST}[server\n"),
        ]
        .iter()
        .map(|text| complaint(text, &[]))
        .collect();
        insta::assert_snapshot!(said.join("\n"), @r#"
error   perild.toml: directory is missing; add it; the shipped configuration says what it is for
error   perild.toml:1: directory: client_id is missing; add it; the shipped configuration says what it is for
error   perild.toml:4: sever: there is no such key; correct or remove it; known here are listen, base_url, profile, paths, directory, consumers, introspection, tokens, server, metrics, log, audit, perils, defaults, access, heartbeat, publishers, catalog, import, provenance, datasets
error   perild.toml:5: introspection.cache_seconds: string "60" does not fit; write a whole number from 0, without quotes
error   perild.toml:5: perils.max_places: integer -1 does not fit; write a whole number from 0, without quotes
error   perild.toml:5: consumers.require_verify_header: integer 1 does not fit; write true or false, without quotes
error   perild.toml:5: consumers.certificate_format: "pem" is not known; write one of pem-urlencoded, pem-folded, der-base64, rfc9440
error   perild.toml:5: consumers.revocation_lists: string "a.crl" does not fit; write a list in [ ]
error   perild.toml:5: consumers.revocation_urls: "a.crl" is not a URL (relative URL without a base); write it as https://host/path
error   perild.toml:1: base_url: "example.org" is not a URL (relative URL without a base); write it as https://host/path
error   perild.toml:6: datasets[0].class: "OE-C" is not known; write one of IB1-O, OE-O, IB1-SA, OE-SA, IB1-SB, OE-SB
error   perild.toml:4: datasets[0]: name is missing; add it; the shipped configuration says what it is for
error   perild.toml:4: unclosed table, expected `]`
"#);
    }

    #[test]
    fn a_variable_of_another_type_is_said_with_what_to_write_instead() {
        let said = [
            ("PERILD_INTROSPECTION__CACHE_SECONDS", "a minute"),
            ("PERILD_INTROSPECTION__CACHE_SECONDS", "-1"),
            ("PERILD_CONSUMERS__REQUIRE_VERIFY_HEADER", "yes"),
            ("PERILD_SERVER__PROXY_UIDS", "nginx"),
        ]
        .map(|variable| complaint(SMALLEST, &[variable]));
        insta::assert_snapshot!(said.join("\n"), @r#"
error   $PERILD_INTROSPECTION__CACHE_SECONDS: "a minute" does not fit; write a whole number from 0
error   $PERILD_INTROSPECTION__CACHE_SECONDS: integer -1 does not fit; write a whole number from 0, without quotes
error   $PERILD_CONSUMERS__REQUIRE_VERIFY_HEADER: "yes" does not fit; write true or false
error   $PERILD_SERVER__PROXY_UIDS: "nginx" does not fit; write a list, as ["www-data"]
"#);
    }
}
