//! From files and the environment to [`Config`], remembering where each key stands.

use std::{ffi::OsString, path::Path};

use serde::Deserialize;
use toml::{Table, Value};

use super::{
    Config, ConfigError, REFERENCE, SHIPPED_PATH, SettingPlace, SettingPlaces,
    layer::{self, Layer},
    merge::Merged,
    profile, reference,
};

impl Config {
    /// Reads the configuration at `path`: what is shipped, that file over it, the files `*.toml` of the folder beside
    /// it over both (`perild.d` for `perild.toml`, sorted by name), and the `PERILD_` variables of the environment
    /// over all.
    ///
    /// # Errors
    /// [`ConfigError`], with file and line or the variable's name.
    pub fn read(path: &Path) -> Result<(Self, SettingPlaces), ConfigError> {
        layered(
            path,
            &layer::of(Path::new(SHIPPED_PATH), path)?,
            variables(),
        )
    }

    /// `true` when there is anything to [`read`](Self::read) at `path`.
    #[must_use]
    pub fn is_there(path: &Path) -> bool {
        layer::is_there(path)
    }

    /// The configuration as it is shipped, with the `PERILD_` variables of the environment over it.
    ///
    /// # Errors
    /// [`ConfigError`], with the variable's name.
    pub fn shipped() -> Result<(Self, SettingPlaces), ConfigError> {
        Self::parse(Path::new("the defaults"), REFERENCE, variables())
    }

    /// Reads the configuration `text` by itself; `path` is only named in what is found.
    ///
    /// # Errors
    /// As [`Config::read`].
    pub fn parse(
        path: &Path,
        text: &str,
        variables: Vec<(String, String)>,
    ) -> Result<(Self, SettingPlaces), ConfigError> {
        let layer = Layer {
            path: path.into(),
            text: text.to_owned(),
            is_shipped: false,
        };
        layered(path, &[layer], variables)
    }
}

pub(super) fn layered(
    path: &Path,
    layers: &[Layer],
    mut variables: Vec<(String, String)>,
) -> Result<(Config, SettingPlaces), ConfigError> {
    let mut merged = merge(layers.iter())?;
    if let Some(profile) = profile::layer(&merged.table, &variables) {
        let (shipped, own): (Vec<_>, Vec<_>) = layers.iter().partition(|layer| layer.is_shipped);
        merged = merge(shipped.into_iter().chain([&profile]).chain(own))?;
    }
    let Merged {
        mut table,
        mut places,
    } = merged;
    places.path = path.into();

    variables.retain(|(name, _)| name != "PERILD_CONFIG");
    variables.sort();
    for (name, value) in variables {
        let key = override_key(&mut table, &name, &value)
            .map_err(|finding| reference::syntax(SettingPlace::Variable(name.clone()), &finding))?;
        places.variables.insert(key, name);
    }
    let config = serde_path_to_error::deserialize(table).map_err(|error| {
        let key = error.path().to_string();
        let place = places.of(if key == "." { "" } else { &key });
        reference::syntax(place, error.inner().message())
    })?;
    Ok((config, places))
}

fn merge<'l>(layers: impl Iterator<Item = &'l Layer>) -> Result<Merged, ConfigError> {
    let mut merged = Merged::default();
    for layer in layers {
        merged.add(layer)?;
    }
    Ok(merged)
}

fn variables() -> Vec<(String, String)> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the environment is part of the configuration"
    )]
    let variables = std::env::vars_os();
    // What is not UTF-8 and not ours is no business of ours; what is ours is told of as it can be printed.
    variables
        .map(|(name, value)| (lossy(name), lossy(value)))
        .filter(|(name, _)| name.starts_with(PREFIX))
        .collect()
}

fn lossy(text: OsString) -> String {
    text.into_string()
        .unwrap_or_else(|text| text.to_string_lossy().into_owned())
}

/// Puts `value` where the variable `name` points; answers with the key.
fn override_key(table: &mut Table, name: &str, value: &str) -> Result<String, String> {
    let path = name.trim_start_matches(PREFIX).to_ascii_lowercase();
    let (section, key) = path
        .split_once("__")
        .map_or(("", path.as_str()), |(s, k)| (s, k));
    let reference = reference::keys();
    let known = if section.is_empty() {
        reference.get(key).filter(|known| !known.is_table())
    } else {
        reference
            .get(section)
            .and_then(Value::as_table)
            .and_then(|table| table.get(key))
    };
    let known = known.ok_or("no such key; a variable is PERILD_<TABLE>__<KEY>")?;
    let value = typed(known, value)?;
    if section.is_empty() {
        table.insert(key.to_owned(), value);
        return Ok(key.to_owned());
    }
    let section_table = table
        .entry(section)
        .or_insert_with(|| Value::Table(Table::new()));
    let section_table = section_table
        .as_table_mut()
        .ok_or("the file has a value in place of the table")?;
    section_table.insert(key.to_owned(), value);
    Ok(format!("{section}.{key}"))
}

/// `text` as a TOML value of the type that the reference has; text needs no quotes.
fn typed(known: &Value, text: &str) -> Result<Value, String> {
    if known.is_str() {
        return Ok(Value::String(text.to_owned()));
    }
    toml::de::ValueDeserializer::parse(text)
        .and_then(Value::deserialize)
        .map_err(|_not_toml| {
            let example = match known {
                Value::Array(_) => "a list, as [\"www-data\"]",
                Value::Boolean(_) => "true or false",
                _ => "a whole number from 0",
            };
            format!("{text:?} does not fit; write {example}")
        })
}

const PREFIX: &str = "PERILD_";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::policy::Class;

    const SMALLEST: &str =
        "[directory]\nissuer = \"https://as.example/\"\nclient_id = \"provider\"\n";

    fn parse(
        text: &str,
        variables: &[(&str, &str)],
    ) -> Result<(Config, SettingPlaces), ConfigError> {
        let variables = variables
            .iter()
            .map(|&(n, v)| (n.to_owned(), v.to_owned()))
            .collect();
        Config::parse(Path::new("perild.toml"), text, variables)
    }

    fn complaint(text: &str, variables: &[(&str, &str)]) -> String {
        parse(text, variables).unwrap_err().to_string()
    }

    #[test]
    fn the_shipped_configuration_is_read_and_says_the_defaults() {
        let (shipped, _) = parse(REFERENCE, &[]).unwrap();
        let (smallest, _) = parse(SMALLEST, &[]).unwrap();
        assert_eq!(shipped.listen, smallest.listen);
        assert_eq!(
            format!("{:?}", shipped.paths),
            format!("{:?}", smallest.paths)
        );
        assert_eq!(
            format!("{:?}", shipped.consumers),
            format!("{:?}", smallest.consumers)
        );
        assert_eq!(
            format!("{:?}", shipped.introspection),
            format!("{:?}", smallest.introspection)
        );
        assert_eq!(
            format!("{:?}", shipped.server),
            format!("{:?}", smallest.server)
        );
        assert_eq!(
            format!("{:?}", shipped.metrics),
            format!("{:?}", smallest.metrics)
        );
        assert_eq!(
            format!("{:?}", shipped.defaults),
            format!("{:?}", smallest.defaults)
        );
    }

    #[test]
    fn an_unknown_key_is_named_with_file_and_line() {
        let text = format!("{SMALLEST}cliend_id = \"x\"\n");
        insta::assert_snapshot!(complaint(&text, &[]), @"error   perild.toml:4: directory.cliend_id: there is no such key; correct or remove it; known here are issuer, discovery_url, introspection_endpoint, client_id, certificate, private_key, trust_anchors, audience");
    }

    /// Rows: FAPI2-NET-1
    #[test]
    fn fapi2_5_2_1_an_http_issuer_is_refused_with_its_line() {
        let text = SMALLEST.replace("https:", "http:");
        insta::assert_snapshot!(complaint(&text, &[]), @r#"error   perild.toml:2: directory.issuer: "http://as.example/" must begin with https:// (FAPI wants TLS everywhere)"#);
        assert!(parse(&format!("{SMALLEST}discovery_url = \"http://a/\"\n"), &[]).is_err());
    }

    /// Rows: OE-CLS-1
    #[test]
    fn oe_cls_1_a_class_that_must_not_be_shared_is_refused() {
        let with = |class: &str| {
            parse(
                &format!("{SMALLEST}[[datasets]]\nname = \"a\"\nclass = \"{class}\"\n"),
                &[],
            )
        };
        assert_eq!(with("OE-SB").unwrap().0.datasets[0].class, Class::SharedB);
        for class in ["OE-C", "OE-SP", "oe-sa", ""] {
            assert!(with(class).is_err(), "{class}");
        }
    }

    #[test]
    fn a_variable_stands_over_the_file_and_is_named_in_what_is_found() {
        let variables = [
            ("PERILD_CONFIG", "elsewhere"),
            ("PERILD_INTROSPECTION__CACHE_SECONDS", "0"),
            ("PERILD_SERVER__PROXY_UIDS", "[\"caddy\", 7]"),
            ("PERILD_DIRECTORY__CLIENT_ID", "12345"),
            ("PERILD_LISTEN", "127.0.0.1:8080"),
        ];
        let (config, places) = parse(SMALLEST, &variables).unwrap();
        assert_eq!(config.introspection.cache_seconds, 0);
        assert_eq!(config.server.proxy_uids.len(), 2);
        assert_eq!(config.directory.client_id, "12345");
        assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(
            places.of("directory.client_id").to_string(),
            "$PERILD_DIRECTORY__CLIENT_ID"
        );
        assert_eq!(
            places.of("directory.issuer").to_string(),
            "perild.toml:2: directory.issuer"
        );

        insta::assert_snapshot!(complaint(SMALLEST, &[("PERILD_SERVER__PROXY_UID", "x")]), @"error   $PERILD_SERVER__PROXY_UID: no such key; a variable is PERILD_<TABLE>__<KEY>");
        insta::assert_snapshot!(complaint(SMALLEST, &[("PERILD_INTROSPECTION__TIMEOUT_MS", "0")]), @"error   $PERILD_INTROSPECTION__TIMEOUT_MS: must be at least 1");
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_without_a_panic(text in "(?s).{0,200}", value in ".{0,40}") {
            let _ = parse(&text, &[]);
            let _ = parse(SMALLEST, &[("PERILD_SERVER__PROXY_UIDS", &value)]);
        }
    }
}
