//! Answer of the authorization server about a token, RFC 7662 §2.2, read strictly.

use std::sync::Arc;

use serde_json::Value;

use super::{
    fact::Facts,
    holder::Holder,
    json::{NotReadable, Object},
    jwt_fault::JwtFault,
    oauth_error::OAuthError,
    scope::Scope,
};
use crate::{caller::Thumbprint, clock::Timestamp};

/// The authorization server's answer about one token. It is no verdict: time and binding are not judged yet.
#[derive(Clone, Debug)]
pub(super) enum Answer {
    /// `active` is `true`, and each member that is looked at has its type.
    Active(Arc<Claims>),
    /// `active` is there and is not `true`, RFC 7662 §2.2.
    Inactive { holder: Holder },
    /// The authorization server knows us and refuses the token with a status of its own.
    Rejected {
        status: u16,
        error: Option<OAuthError>,
    },
    /// The token is no JWT that the authorization server has signed for us.
    Unfit { fault: JwtFault, holder: Holder },
    /// `active` is `true`, and `member` is not what its definition says.
    Unreadable {
        member: &'static str,
        /// The binding, where that can be read.
        cnf: Option<Confirmation>,
        holder: Holder,
    },
}

/// The answer has no `active`, which RFC 7662 §2.2 requires.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct LacksActive;

impl Answer {
    /// Reads `object`; members that are not known are left alone (RFC 7662 §2.2).
    pub(super) fn read(object: &Object) -> Result<Self, LacksActive> {
        if !object.names("active") {
            return Err(LacksActive);
        }
        if object.value("active") != Ok(Some(Value::Bool(true))) {
            return Ok(Self::Inactive {
                holder: holder(object),
            });
        }
        Ok(match Claims::read(object) {
            Ok(claims) => Self::Active(Arc::new(claims)),
            Err(Unreadable(member)) => Self::Unreadable {
                member,
                cnf: confirmation(object).ok(),
                holder: holder(object),
            },
        })
    }

    /// The holder of the token, where the answer names one.
    pub(super) fn holder(&self) -> Holder {
        match self {
            Self::Active(claims) => claims.holder.clone(),
            Self::Inactive { holder }
            | Self::Unfit { holder, .. }
            | Self::Unreadable { holder, .. } => holder.clone(),
            Self::Rejected { .. } => Holder::default(),
        }
    }
}

/// The members of an active answer that are looked at; each is absent or of its type.
#[derive(Debug)]
pub(super) struct Claims {
    pub(super) aud: Option<Vec<String>>,
    pub(super) cnf: Confirmation,
    pub(super) exp: Option<Timestamp>,
    pub(super) facts: Facts,
    pub(super) holder: Holder,
    pub(super) iat: Option<Timestamp>,
    pub(super) iss: Option<String>,
    pub(super) nbf: Option<Timestamp>,
    pub(super) scope: Scope,
    pub(super) token_type: Option<String>,
}

/// Confirmation key that the token is bound to, RFC 7800 §3.1.
#[derive(Clone, Debug)]
pub(super) enum Confirmation {
    /// The certificate with this thumbprint, RFC 8705 §3.1.
    Certificate(Thumbprint),
    /// A key that wants a proof of possession of its own, RFC 9449 §6.
    Key,
    /// Nothing that can be verified here.
    Nothing,
}

/// The member that is not of its type.
pub(super) struct Unreadable(pub(super) &'static str);

impl Claims {
    pub(super) fn read(object: &Object) -> Result<Self, Unreadable> {
        // `null` is absent, and `exp` is what an authorization server must not leave open when it names it.
        if object.is_null("exp") {
            return Err(Unreadable("exp"));
        }
        Ok(Self {
            aud: audience(object)?,
            cnf: confirmation(object)?,
            exp: numeric_date(object, "exp")?,
            facts: Facts::read(object),
            holder: Holder::named(
                label(object, "client_id")?,
                label(object, "organisation_id")?,
            ),
            iat: numeric_date(object, "iat")?,
            iss: string(object, "iss")?,
            nbf: numeric_date(object, "nbf")?,
            scope: scope(object)?,
            token_type: string(object, "token_type")?,
        })
    }
}

/// Holder in an answer that is not a good token's: what can be read of it.
pub(super) fn holder(object: &Object) -> Holder {
    let label = |member| label(object, member).ok().flatten();
    Holder::named(label("client_id"), label("organisation_id"))
}

pub(super) fn string(object: &Object, member: &'static str) -> Result<Option<String>, Unreadable> {
    object
        .string(member)
        .map_err(|NotReadable| Unreadable(member))
}

fn value(object: &Object, member: &'static str) -> Result<Option<Value>, Unreadable> {
    object
        .value(member)
        .map_err(|NotReadable| Unreadable(member))
}

/// A name that goes to logs and rules as it is.
///
/// Cut or cleaned it would be another's name, so one that is too long or holds control characters
/// refuses the token.
fn label(object: &Object, member: &'static str) -> Result<Option<String>, Unreadable> {
    match string(object, member)? {
        Some(text) if text.len() > LONGEST_LABEL_BYTES || text.contains(char::is_control) => {
            Err(Unreadable(member))
        }
        text => Ok(text),
    }
}

/// `scope` as text (RFC 6749 §3.3), and `scp` as some authorization servers have it: an array, or the same text.
fn scope(object: &Object) -> Result<Scope, Unreadable> {
    let mut text = string(object, "scope")?.unwrap_or_default();
    let items = match value(object, "scp")? {
        None => Vec::new(),
        Some(Value::Array(items)) => items,
        Some(one) => vec![one],
    };
    for item in &items {
        let item = item.as_str().ok_or(Unreadable("scp"))?;
        Scope::parse(item).ok_or(Unreadable("scp"))?;
        text.push(' ');
        text.push_str(item);
    }
    Scope::parse(&text).ok_or(Unreadable("scope"))
}

/// One string, or an array of them, RFC 7519 §4.1.3.
pub(super) fn audience(object: &Object) -> Result<Option<Vec<String>>, Unreadable> {
    let items = match value(object, "aud")? {
        None => return Ok(None),
        Some(Value::Array(items)) => items,
        Some(one) => vec![one],
    };
    let strings = items.into_iter().map(|item| match item {
        Value::String(text) => Ok(text),
        _ => Err(Unreadable("aud")),
    });
    strings.collect::<Result<_, _>>().map(Some)
}

/// Seconds since the epoch: an integer, or another JSON number of integral value (RFC 7662 §2.2).
pub(super) fn numeric_date(
    object: &Object,
    member: &'static str,
) -> Result<Option<Timestamp>, Unreadable> {
    let number = match value(object, member)? {
        None => return Ok(None),
        Some(Value::Number(number)) => number,
        Some(_) => return Err(Unreadable(member)),
    };
    let seconds = number
        .as_i64()
        .or_else(|| number.as_f64().and_then(integral));
    seconds
        .map(|seconds| Some(Timestamp::from_seconds(seconds)))
        .ok_or(Unreadable(member))
}

fn integral(number: f64) -> Option<i64> {
    (number.fract() == 0.0)
        .then(|| format!("{number:.0}").parse().ok())
        .flatten()
}

/// `jkt` outweighs a thumbprint beside it: a Bearer request brings no proof (RFC 9449 §7.2). Other keys of RFC 7800
/// §3 do where there is no thumbprint: a token that is bound to a key is not taken for one that is bound to nothing.
fn confirmation(object: &Object) -> Result<Confirmation, Unreadable> {
    let members = object
        .object("cnf")
        .map_err(|NotReadable| Unreadable("cnf"))?;
    let Some(members) = members else {
        return Ok(Confirmation::Nothing);
    };
    let has = |member: &&str| members.names(member) && !members.is_null(member);
    if has(&"jkt") {
        return Ok(Confirmation::Key);
    }
    let thumbprint = members
        .string("x5t#S256")
        .map_err(|NotReadable| Unreadable("cnf.x5t#S256"))?;
    match thumbprint {
        None if KEYS.iter().any(has) => Ok(Confirmation::Key),
        None => Ok(Confirmation::Nothing),
        Some(text) => Thumbprint::parse(&text)
            .map(Confirmation::Certificate)
            .ok_or(Unreadable("cnf.x5t#S256")),
    }
}

/// Members of `cnf` that are keys or name one, RFC 7800 §3.2 to §3.5.
const KEYS: [&str; 4] = ["jku", "jwe", "jwk", "kid"];

const LONGEST_LABEL_BYTES: usize = 256;

#[cfg(test)]
mod tests;
