//! What the directory said of a token, RFC 7662 §2.2, read strictly.

use std::sync::Arc;

use serde_json::Value;

use super::{holder::Holder, json::Object, scope::Scope};
use crate::{caller::Thumbprint, clock::Timestamp};

/// The directory's answer about one token. It is no verdict: time and binding are not judged yet.
#[derive(Clone, Debug)]
pub(super) enum Answer {
    /// `active` is `true`, and each member that is looked at has its type.
    Active(Arc<Claims>),
    /// `active` is there and is not `true`, RFC 7662 §2.2.
    Inactive { holder: Holder },
    /// `active` is `true`, and `member` is not what its definition says.
    Unreadable {
        member: &'static str,
        holder: Holder,
    },
}

/// The answer has no `active`, which RFC 7662 §2.2 requires.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct LacksActive;

impl Answer {
    /// Reads `object`; members that are not known are left alone (RFC 7662 §2.2).
    pub(super) fn read(object: &Object) -> Result<Self, LacksActive> {
        match object.get("active") {
            None => Err(LacksActive),
            Some(Value::Bool(true)) => Ok(match Claims::read(object) {
                Ok(claims) => Self::Active(Arc::new(claims)),
                Err(Unreadable(member)) => Self::Unreadable {
                    member,
                    holder: holder(object),
                },
            }),
            Some(_) => Ok(Self::Inactive {
                holder: holder(object),
            }),
        }
    }
}

/// The members of an active answer that are looked at; each is absent or of its type.
#[derive(Debug)]
pub(super) struct Claims {
    pub(super) aud: Option<Vec<String>>,
    pub(super) cnf: Confirmation,
    pub(super) exp: Option<Timestamp>,
    pub(super) holder: Holder,
    pub(super) iat: Option<Timestamp>,
    pub(super) iss: Option<String>,
    pub(super) nbf: Option<Timestamp>,
    pub(super) scope: Scope,
    pub(super) token_type: Option<String>,
}

/// What the token is bound to, RFC 7800 §3.1.
#[derive(Debug)]
pub(super) enum Confirmation {
    /// The certificate with this thumbprint, RFC 8705 §3.1.
    Certificate(Thumbprint),
    /// A key that wants a proof of possession of its own, RFC 9449 §6.
    Key,
    /// Nothing that can be verified here.
    Nothing,
}

/// The member that is not of its type.
struct Unreadable(&'static str);

impl Claims {
    fn read(object: &Object) -> Result<Self, Unreadable> {
        Ok(Self {
            aud: audience(object)?,
            cnf: confirmation(object)?,
            exp: numeric_date(object, "exp")?,
            holder: Holder::named(
                label(object, "client_id")?,
                label(object, "organisation_id")?,
            ),
            iat: numeric_date(object, "iat")?,
            iss: string(object, "iss")?.map(ToOwned::to_owned),
            nbf: numeric_date(object, "nbf")?,
            scope: scope(object)?,
            token_type: string(object, "token_type")?.map(ToOwned::to_owned),
        })
    }
}

/// Whom an answer names that is not a good token's: what can be read of that.
fn holder(object: &Object) -> Holder {
    let label = |member| label(object, member).ok().flatten();
    Holder::named(label("client_id"), label("organisation_id"))
}

fn string<'o>(object: &'o Object, member: &'static str) -> Result<Option<&'o str>, Unreadable> {
    match object.get(member) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Unreadable(member)),
    }
}

/// A name that goes to logs and rules as it is.
///
/// Cut or cleaned it would be another's name, so one that is too long or holds control characters
/// refuses the token.
fn label(object: &Object, member: &'static str) -> Result<Option<String>, Unreadable> {
    let text = match object.get(member) {
        Some(Value::Null) => None,
        _ => string(object, member)?,
    };
    match text {
        Some(text) if text.len() > LONGEST_LABEL_BYTES || text.contains(char::is_control) => {
            Err(Unreadable(member))
        }
        text => Ok(text.map(ToOwned::to_owned)),
    }
}

fn scope(object: &Object) -> Result<Scope, Unreadable> {
    let text = string(object, "scope")?.unwrap_or_default();
    Scope::parse(text).ok_or(Unreadable("scope"))
}

/// One string, or an array of them, RFC 7519 §4.1.3.
fn audience(object: &Object) -> Result<Option<Vec<String>>, Unreadable> {
    let strings = match object.get("aud") {
        None => return Ok(None),
        Some(Value::Array(items)) => items.iter().map(Value::as_str).collect(),
        Some(one) => one.as_str().map(|text| vec![text]),
    };
    let strings: Vec<&str> = strings.ok_or(Unreadable("aud"))?;
    Ok(Some(strings.into_iter().map(ToOwned::to_owned).collect()))
}

/// Seconds since the epoch: an integer, or another JSON number of integral value (RFC 7662 §2.2).
fn numeric_date(object: &Object, member: &'static str) -> Result<Option<Timestamp>, Unreadable> {
    let number = match object.get(member) {
        None => return Ok(None),
        Some(Value::Number(number)) => number,
        Some(_) => return Err(Unreadable(member)),
    };
    let seconds = number.as_i64().or_else(|| integral(number.as_f64()?));
    seconds
        .map(|seconds| Some(Timestamp::from_seconds(seconds)))
        .ok_or(Unreadable(member))
}

fn integral(number: f64) -> Option<i64> {
    (number.fract() == 0.0)
        .then(|| format!("{number:.0}").parse().ok())
        .flatten()
}

/// `jkt` outweighs a thumbprint beside it: a Bearer request brings no proof (RFC 9449 §7.2).
fn confirmation(object: &Object) -> Result<Confirmation, Unreadable> {
    let members = match object.get("cnf") {
        None => return Ok(Confirmation::Nothing),
        Some(Value::Object(members)) => members,
        Some(_) => return Err(Unreadable("cnf")),
    };
    if members.contains_key("jkt") {
        return Ok(Confirmation::Key);
    }
    match members.get("x5t#S256") {
        None => Ok(Confirmation::Nothing),
        Some(thumbprint) => thumbprint
            .as_str()
            .and_then(Thumbprint::parse)
            .map(Confirmation::Certificate)
            .ok_or(Unreadable("cnf.x5t#S256")),
    }
}

const LONGEST_LABEL_BYTES: usize = 256;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::{super::json::parse_object, *};

    fn read(value: &Value) -> Result<Answer, LacksActive> {
        Answer::read(value.as_object().unwrap())
    }

    fn claims(value: &Value) -> Arc<Claims> {
        match read(value) {
            Ok(Answer::Active(claims)) => claims,
            other => panic!("{other:?}"),
        }
    }

    /// Rows: INT-5
    #[test]
    fn rfc7662_2_2_only_the_boolean_true_is_active() {
        assert!(matches!(
            read(&json!({"active": true})),
            Ok(Answer::Active(_))
        ));
        for value in [
            json!("true"),
            json!(1),
            json!(null),
            json!(false),
            json!({}),
            json!([true]),
        ] {
            assert!(
                matches!(read(&json!({"active": value})), Ok(Answer::Inactive { .. })),
                "{value}"
            );
        }
    }

    /// Rows: INT-6
    #[test]
    fn an_answer_without_active_is_told_apart() {
        for answer in [
            json!({}),
            json!({"Active": true}),
            json!({"exp": 1, "scope": "a"}),
        ] {
            assert_eq!(read(&answer).unwrap_err(), LacksActive);
        }
    }

    /// Rows: INT-7
    #[test]
    fn rfc7662_2_2_members_that_are_not_known_have_no_effect() {
        let claims = claims(&json!({
            "active": true, "scope": "a", "x": {"active": false}, "username": 7, "sub": [null],
        }));
        assert!(claims.scope.contains("a"));
    }

    /// Rows: INT-16
    #[test]
    fn rfc7662_2_2_times_are_numbers_of_integral_value() {
        for member in ["exp", "iat", "nbf"] {
            for (number, seconds) in [
                (json!(1_768_478_400), 1_768_478_400),
                (json!(1.7e9), 1_700_000_000),
                (json!(1_768_478_400.0), 1_768_478_400),
                (json!(-1), -1),
            ] {
                let claims = claims(&json!({"active": true, member: number}));
                let read = [claims.exp, claims.iat, claims.nbf].into_iter().flatten();
                assert_eq!(read.collect::<Vec<_>>(), [Timestamp::from_seconds(seconds)]);
            }
            for other in [
                json!("1768478400"),
                json!(1.5),
                json!(null),
                json!(1e300),
                json!([1]),
            ] {
                let answer = read(&json!({"active": true, member: other}));
                let Ok(Answer::Unreadable { member: named, .. }) = answer else {
                    panic!("{answer:?}")
                };
                assert_eq!(named, member);
            }
        }
    }

    fn thumbprint() -> String {
        use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
        URL_SAFE_NO_PAD.encode([7_u8; 32])
    }

    /// Rows: MTLS-3
    #[test]
    fn rfc8705_3_1_a_thumbprint_is_43_characters_of_base64url() {
        let good = json!({"active": true, "cnf": {"x5t#S256": thumbprint()}});
        assert!(matches!(claims(&good).cnf, Confirmation::Certificate(_)));
        for bad in [
            json!(format!("{}=", thumbprint())),
            json!(thumbprint().get(..42)),
            json!("07".repeat(32)),
            json!(""),
            json!(7),
            json!([thumbprint()]),
            json!(null),
            json!("/".repeat(43)),
        ] {
            let answer = read(&json!({"active": true, "cnf": {"x5t#S256": bad}}));
            let Ok(Answer::Unreadable { member, .. }) = answer else {
                panic!("{bad} {answer:?}")
            };
            assert_eq!(member, "cnf.x5t#S256");
        }
    }

    /// Rows: MTLS-4, MTLS-5
    #[test]
    fn rfc9449_7_2_a_key_confirmation_outweighs_a_thumbprint() {
        for cnf in [
            json!({"jkt": "k"}),
            json!({"jkt": null, "x5t#S256": thumbprint()}),
        ] {
            assert!(matches!(
                claims(&json!({"active": true, "cnf": cnf})).cnf,
                Confirmation::Key
            ));
        }
        for cnf in [json!({}), json!({"kid": "k"})] {
            let claims = claims(&json!({"active": true, "cnf": cnf}));
            assert!(matches!(claims.cnf, Confirmation::Nothing));
        }
        for cnf in [json!([]), json!("x"), json!(null)] {
            let answer = read(&json!({"active": true, "cnf": cnf}));
            assert!(
                matches!(answer, Ok(Answer::Unreadable { member: "cnf", .. })),
                "{answer:?}"
            );
        }
    }

    #[test]
    fn names_for_the_log_are_kept_whole_or_not_at_all() {
        let longest = "a".repeat(256);
        for member in ["client_id", "organisation_id"] {
            for name in [&longest, "https://client.example/a b", "Société"] {
                let claims = claims(&json!({"active": true, member: name}));
                let holder = &claims.holder;
                let kept = holder.client_id().or(holder.organisation_id());
                assert_eq!(kept, Some(name));
            }
            for bad in [
                json!("a".repeat(257)),
                json!("a\nb"),
                json!("\u{1b}[0m"),
                json!(7),
            ] {
                let answer = read(&json!({"active": true, member: bad}));
                assert!(
                    matches!(answer, Ok(Answer::Unreadable { .. })),
                    "{member} {bad}"
                );
            }
            assert!(matches!(
                read(&json!({"active": true, member: null})),
                Ok(Answer::Active(_))
            ));
        }
    }

    #[test]
    fn members_of_another_type_are_named() {
        for (member, value) in [
            ("aud", json!(7)),
            ("aud", json!(["a", 7])),
            ("iss", json!(["https://as.example"])),
            ("scope", json!(["a", "b"])),
            ("scope", json!("a\u{0}b")),
            ("token_type", json!(true)),
        ] {
            let answer = read(&json!({"active": true, member: value}));
            let Ok(Answer::Unreadable { member: named, .. }) = answer else {
                panic!("{answer:?}")
            };
            assert_eq!(named, member);
        }
    }

    proptest! {
        #[test]
        fn no_object_makes_reading_panic(
            member in "active|aud|cnf|exp|iat|nbf|iss|scope|token_type|client_id",
            value in r#"true|false|null|"[a-z]{0,9}"|\[1\]|\{\}|[0-9]{1,25}"#,
            fraction in r"(\.[0-9]{1,3})?(e-?[0-9]{1,3})?",
        ) {
            let text = format!("{{\"active\":true,\"x\":1,\"{member}\":{value}{fraction}}}");
            if let Ok(object) = parse_object(text.as_bytes()) {
                let _ = Answer::read(&object);
            }
        }
    }
}
