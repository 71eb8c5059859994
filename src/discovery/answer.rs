//! A document that there is as JSON and as a page, at one address.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{ACCEPT, CONTENT_SECURITY_POLICY, HeaderValue, X_CONTENT_TYPE_OPTIONS},
};

use super::{Document, Form, View};
use crate::{
    dataset::EntityTag,
    description::page::security_policy,
    response::{
        Coding, Refusal, accept,
        fields::joined,
        representation::{Caching, Representation},
        validators::Validators,
    },
};

/// The answer to a GET or HEAD for `document`, in the `form` that was named or that `Accept` likes best.
///
/// # Errors
/// [`Refusal`] when neither form is acceptable, or a precondition fails.
pub fn answer(
    request: &HttpRequest,
    document: &Document<'_>,
    view: &View<'_>,
    form: Option<Form>,
) -> Result<HttpResponse, Refusal> {
    let accepted = joined(request.headers(), &ACCEPT);
    let form = form.or_else(|| liked(accepted.as_deref()));
    let coding = Coding::of(request);
    let (Some(form), Some(coding)) = (form, coding) else {
        return Err(Refusal::NotAcceptable { offered: OFFERED });
    };
    let (content_type, octets) = match (form, document) {
        (Form::Html, _) => ("text/html; charset=utf-8", document.html(view)),
        (Form::Json, Document::Schema(_)) => ("application/schema+json", document.json(view)),
        (Form::Json, _) => ("application/json", document.json(view)),
    };
    let validators = Validators {
        is_weak: false,
        entity_tag: Some(EntityTag::of(&octets)),
        last_modified: None,
    };
    let representation = Representation {
        content_type,
        coding,
        chosen_by: Some("Accept, Accept-Encoding, Authorization"),
        caching: match view.token {
            Some(_) => Caching::Private(validators),
            None => Caching::Public(validators),
        },
    };
    let mut answer = representation.whole(request, || octets)?;
    let policy = HeaderValue::from_str(&security_policy()).or(Err(Refusal::Fault))?;
    let headers = answer.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(answer)
}

/// The form that `field` likes best: JSON where it likes both alike; none where it refuses both.
fn liked(field: Option<&str>) -> Option<Form> {
    let weight = |essence| accept::weight_of_type(field, essence);
    let json = JSONS.map(weight).into_iter().fold(0.0, f32::max);
    let html = weight("text/html");
    if html > json {
        Some(Form::Html)
    } else {
        (json > 0.0).then_some(Form::Json)
    }
}

/// Media types under which the JSON of a document may be asked for.
const JSONS: [&str; 2] = ["application/json", "application/schema+json"];
const OFFERED: &str = "application/json or text/html";

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows: OAF-10
    #[test]
    fn browsers_get_the_page_and_programs_json() {
        for (accept, form) in [
            (None, Some(Form::Json)),
            (Some("*/*"), Some(Form::Json)),
            (Some("application/json"), Some(Form::Json)),
            (Some("application/schema+json"), Some(Form::Json)),
            (Some("text/html, application/json;q=0.9"), Some(Form::Html)),
            (
                Some("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
                Some(Form::Html),
            ),
            (Some("text/*"), Some(Form::Html)),
            (Some("image/png"), None),
            (Some("application/json;q=0, text/html;q=0"), None),
        ] {
            assert_eq!(liked(accept), form, "{accept:?}");
        }
    }
}
