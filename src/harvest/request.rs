//! Parameters of requests for a catalogue.

use actix_web::{HttpRequest, http::header::ACCEPT};

use super::{Format, Profile};
use crate::{
    dataset::perils::Refused,
    response::{Refusal, fields::joined, media::Formats},
};

/// A request for a catalogue.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Asked {
    /// The profile.
    pub profile: Profile,
    /// The form.
    pub format: Format,
    /// `true` when `Accept` has a say in the form: the address leaves it open.
    pub is_negotiated: bool,
}

impl Asked {
    /// Reads the `parameters` of `request`, of which `format` is asked for by the path where there is one.
    ///
    /// # Errors
    /// [`Refused::Unknown`] for a parameter, a profile or a form that there is none of, [`Refused::Malformed`] for what
    /// is said twice, [`Refusal::NotAcceptable`] where the form is open and none is liked.
    pub fn read(
        request: &HttpRequest,
        parameters: &[(String, String)],
        format: Option<Format>,
    ) -> Result<Self, Refusal> {
        let (mut profile, mut named) = (None, None);
        for (name, value) in parameters {
            let slot = match name.as_str() {
                "profile" => &mut profile,
                "f" if format.is_none() => &mut named,
                _ => return Err(unknown("a parameter of the query", known(format)).into()),
            };
            if slot.replace(value.as_str()).is_some() {
                let refused = Refused::Malformed {
                    at: "the query".to_owned(),
                    expected: "a list in which each name stands once".into(),
                };
                return Err(refused.into());
            }
        }
        let profile = match profile {
            None => Profile::Ib1,
            Some(name) => Profile::named(name)
                .ok_or_else(|| unknown("profile", &Profile::ALL.map(Profile::name).join(", ")))?,
        };
        let accept = joined(request.headers(), &ACCEPT);
        let chosen = match format {
            Some(format) => Some(format),
            None => Format::choose(named, accept.as_deref(), None)?,
        };
        Ok(Self {
            profile,
            format: chosen.ok_or(Refusal::NotAcceptable {
                offered: Format::OFFERED,
            })?,
            is_negotiated: format.is_none(),
        })
    }
}

fn known(format: Option<Format>) -> &'static str {
    if format.is_some() {
        "profile"
    } else {
        "f, profile"
    }
}

fn unknown(at: &str, known: &str) -> Refused {
    Refused::Unknown {
        at: at.to_owned(),
        known: known.to_owned().into(),
    }
}
