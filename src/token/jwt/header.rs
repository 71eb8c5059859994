//! The JOSE header of a signed JWT, RFC 7515 §4, read strictly.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::token::{
    algorithm::Algorithm,
    json::{Object, parse_object},
    jwt_fault::JwtFault,
};

/// The part of the header that counts. `jku`, `x5u`, `x5c` and `jwk` do not: no key comes from a token (RFC 8725 §3.10).
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Header {
    pub(super) algorithm: Algorithm,
    pub(super) kid: Option<String>,
}

/// Demands on a header.
#[derive(Clone, Debug)]
pub(super) struct HeaderRules {
    /// From the configuration, never from a token (RFC 8725 §3.1).
    pub(super) algorithms: Vec<Algorithm>,
    /// Media types that `typ` may name, without `application/` and in lower case.
    pub(super) types: &'static [&'static str],
}

impl Header {
    /// Reads the first part of a compact serialization.
    pub(super) fn read(encoded: &str, rules: &HeaderRules) -> Result<Self, JwtFault> {
        let object = object(encoded).ok_or(JwtFault::HeaderMalformed)?;
        if object.names("crit") {
            return Err(JwtFault::CriticalHeader);
        }
        let text = |member| {
            let text = object.string(member);
            text.map_err(|_type| JwtFault::HeaderMalformed)
        };
        let algorithm = text("alg")?.and_then(|name| name.parse::<Algorithm>().ok());
        let algorithm = algorithm.filter(|algorithm| rules.algorithms.contains(algorithm));
        let algorithm = algorithm.ok_or(JwtFault::AlgorithmNotAllowed)?;
        if !text("typ")?.is_some_and(|named| rules.admit(&named)) {
            return Err(rules.wrong_type());
        }
        let kid = text("kid")?;
        Ok(Self { algorithm, kid })
    }
}

impl HeaderRules {
    fn wrong_type(&self) -> JwtFault {
        let wanted = self.types.first().copied().unwrap_or_default();
        JwtFault::WrongType { wanted }
    }

    /// RFC 7515 §4.1.9: a media type, which has no case, and whose `application/` may be left out.
    fn admit(&self, named: &str) -> bool {
        let named = named.to_ascii_lowercase();
        let short = named.strip_prefix("application/").unwrap_or(&named);
        self.types.contains(&short)
    }
}

/// `true` when `encoded` is a JOSE header, whatever stands in it.
pub(super) fn is_header(encoded: &str) -> bool {
    object(encoded).is_some_and(|object| object.names("alg"))
}

/// The JSON object that `encoded` is in base64url without padding, RFC 7515 §2.
pub(super) fn object(encoded: &str) -> Option<Object> {
    let bytes = URL_SAFE_NO_PAD.decode(encoded).ok()?;
    parse_object(&bytes).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const WRONG_TYPE: JwtFault = JwtFault::WrongType { wanted: "at+jwt" };

    fn read_text(text: &str) -> Result<Header, JwtFault> {
        let rules = HeaderRules {
            algorithms: vec![Algorithm::Es256, Algorithm::EdDsa],
            types: &["at+jwt"],
        };
        Header::read(&URL_SAFE_NO_PAD.encode(text), &rules)
    }

    fn read(change: impl FnOnce(&mut Value)) -> Result<Header, JwtFault> {
        let mut header = json!({"typ": "at+jwt", "alg": "ES256", "kid": "a"});
        change(&mut header);
        read_text(&header.to_string())
    }

    /// Rows: JAT-1, JIR-5
    #[test]
    fn rfc9068_4_typ_is_at_jwt_in_either_form_and_any_case() {
        for good in [
            "at+jwt",
            "application/at+jwt",
            "AT+JWT",
            "Application/at+JWT",
        ] {
            assert!(read(|header| header["typ"] = json!(good)).is_ok(), "{good}");
        }
        for other in [
            "JWT",
            "jwt",
            "token-introspection+jwt",
            "application/",
            "at+jwt ",
            "text/at+jwt",
            "",
        ] {
            let refused = read(|header| header["typ"] = json!(other));
            assert_eq!(refused, Err(WRONG_TYPE), "{other}");
        }
        let missing = read(|header| header["typ"] = json!(null));
        assert_eq!(missing, Err(WRONG_TYPE));
    }

    /// Rows: JAT-4, FAPI2-CRY-1, FAPI1-A-5
    #[test]
    fn rfc8725_3_1_an_algorithm_that_the_configuration_does_not_name_is_refused() {
        for good in ["ES256", "EdDSA"] {
            assert!(read(|header| header["alg"] = json!(good)).is_ok(), "{good}");
        }
        for other in [
            "none", "None", "NONE", "HS256", "RS256", "PS256", "PS384", "ES384", "es256", "ES256K",
            "Ed448", "dir", "",
        ] {
            let refused = read(|header| header["alg"] = json!(other));
            assert_eq!(refused, Err(JwtFault::AlgorithmNotAllowed), "{other}");
        }
        let missing = read(|header| header["alg"] = json!(null));
        assert_eq!(missing, Err(JwtFault::AlgorithmNotAllowed));
    }

    /// Rows: JAT-8
    #[test]
    fn rfc7515_4_1_11_what_is_critical_and_not_understood_is_refused_and_the_rest_is_ignored() {
        for critical in [
            json!(["b64"]),
            json!(["exp"]),
            json!([]),
            json!("x"),
            json!(null),
        ] {
            let refused = read(|header| header["crit"] = critical.clone());
            assert_eq!(refused, Err(JwtFault::CriticalHeader), "{critical}");
        }
        let ignored = read(|header| {
            header["jku"] = json!("https://evil.example/keys");
            header["x5u"] = json!("https://evil.example/chain");
            header["jwk"] = json!({"kty": "oct", "k": "AAAA"});
            header["x5c"] = json!(["AAAA"]);
            header["new"] = json!({"a": [1]});
        });
        assert_eq!(ignored, read(|_| {}));
    }

    /// Rows: JAT-8
    #[test]
    fn a_header_that_can_be_read_in_two_ways_or_in_none_is_malformed() {
        for text in [
            "",
            "{}{}",
            "[]",
            "\"alg\"",
            r#"{"typ":"at+jwt","alg":"ES256","alg":"EdDSA"}"#,
            r#"{"typ":"at+jwt","alg":"ES256","a\u006cg":"none"}"#,
            r#"{"typ":"at+jwt","alg":"ES256","x":{"a":1,"a":2}}"#,
            r#"{"typ":"at+jwt","alg":["ES256"]}"#,
            r#"{"typ":["at+jwt"],"alg":"ES256"}"#,
            r#"{"typ":"at+jwt","alg":"ES256","kid":7}"#,
        ] {
            assert_eq!(read_text(text), Err(JwtFault::HeaderMalformed), "{text}");
        }
        let text = r#"{"typ":"at+jwt","alg":"ES256"}"#;
        let kid = None;
        let algorithm = Algorithm::Es256;
        assert_eq!(read_text(text), Ok(Header { algorithm, kid }));
    }

    #[test]
    fn base64url_has_one_form() {
        let rules = HeaderRules {
            algorithms: vec![Algorithm::Es256],
            types: &["at+jwt"],
        };
        let encoded = URL_SAFE_NO_PAD.encode(r#"{"typ":"at+jwt","alg":"ES256"} "#);
        assert!(Header::read(&encoded, &rules).is_ok());
        for other in [
            format!("{encoded}="),
            format!("{encoded}\n"),
            format!(" {encoded}"),
            encoded.replacen('e', "+", 1),
        ] {
            let refused = Header::read(&other, &rules);
            assert_eq!(refused, Err(JwtFault::HeaderMalformed), "{other}");
        }
    }
}
