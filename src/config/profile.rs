//! `[profile]`: settings of a scheme in one word. They stand over the defaults and below everything that is configured.

use std::path::PathBuf;

use serde::Deserialize;
use toml::Table;

use super::layer::Layer;

/// `[profile]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Profile {
    /// The scheme.
    pub name: ProfileName,
    /// Names that the scheme lets servers have; empty: not compared.
    pub server_names: Vec<String>,
}

/// Schemes whose settings are known.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, strum::Display)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum ProfileName {
    /// The IB1 trust framework.
    Ib1,
    /// Open Energy: the defaults.
    #[default]
    Oe,
}

/// The settings of the profile that `table` and then `variables` name; none for one that has none, or is not known,
/// which is said when the whole is read.
pub(super) fn layer(table: &Table, variables: &[(String, String)]) -> Option<Layer> {
    let named = table.get("profile").and_then(|profile| profile.get("name"));
    let mut set = variables.iter().filter(|(name, _)| name == VARIABLE);
    let set = set.next_back().map(|(_, value)| value.as_str());
    let (name, text) = match set.or(named.and_then(toml::Value::as_str))? {
        "ib1" => ("profile ib1", IB1),
        _ => return None,
    };
    Some(Layer {
        path: PathBuf::from(name),
        text: text.to_owned(),
        is_shipped: true,
    })
}

const VARIABLE: &str = "PERILD_PROFILE__NAME";

const IB1: &str = include_str!("../../deploy/profiles/ib1.toml");

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::{
        config::{Config, ProfileName, TokenKind},
        token::Binding,
    };

    fn config(text: &str, variables: &[(&str, &str)]) -> Config {
        let variables = variables
            .iter()
            .map(|&(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let text =
            format!("{text}\n[directory]\nissuer = \"https://as.example/\"\nclient_id = \"p\"\n");
        let (config, _) = Config::parse(Path::new("perild.toml"), &text, variables).unwrap();
        config
    }

    /// Rows: IB1-TOK-1, IB1-REV-1
    #[test]
    fn the_profile_stands_over_the_defaults_and_below_what_is_configured() {
        let plain = config("", &[]);
        assert_eq!(plain.profile.name, ProfileName::Oe);
        assert_eq!(plain.tokens.kind, TokenKind::Opaque);
        assert_eq!(plain.tokens.binding, Binding::Thumbprint);
        assert_eq!(plain.tokens.required_claims.len(), 7);

        let ib1 = config("[profile]\nname = \"ib1\"\n", &[]);
        assert_eq!(ib1.tokens.kind, TokenKind::Both);
        assert_eq!(ib1.tokens.binding, Binding::ClientId);
        assert!(ib1.tokens.accept_plain_jwt);
        assert_eq!(ib1.tokens.required_claims.len(), 4);
        assert_eq!(ib1.tokens.longest_seconds, 3600);

        let own = "[profile]\nname = \"ib1\"\n[tokens]\nbinding = \"both\"\n";
        let own = config(own, &[("PERILD_TOKENS__KIND", "jwt")]);
        assert_eq!(own.tokens.kind, TokenKind::Jwt);
        assert_eq!(own.tokens.binding, Binding::Both);
        assert!(own.tokens.accept_plain_jwt);

        let by_variable = config("", &[("PERILD_PROFILE__NAME", "ib1")]);
        assert_eq!(by_variable.tokens.binding, Binding::ClientId);
        let undone = config(
            "[profile]\nname = \"ib1\"\n",
            &[("PERILD_PROFILE__NAME", "oe")],
        );
        assert_eq!(undone.tokens.binding, Binding::Thumbprint);
    }

    #[test]
    fn a_profile_that_is_not_known_is_a_mistake_with_its_line() {
        let text = "[profile]\nname = \"perseus\"\n[directory]\nissuer = \"https://as.example/\"\nclient_id = \"p\"\n";
        let refused = Config::parse(Path::new("perild.toml"), text, Vec::new()).unwrap_err();
        insta::assert_snapshot!(refused.to_string(), @r#"error   perild.toml:2: profile.name: "perseus" is not known; write one of ib1 or oe"#);
    }
}
