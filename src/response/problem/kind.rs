//! The table of statuses: what each kind of refusal is on the wire.

mod credentials;

use actix_web::http::StatusCode;

use credentials::{
    TOKEN_REFUSED, TOKEN_TOO_LONG, invalid_request, invalid_token, token_kind, unverified_detail,
};

use crate::{
    caller::CertificateRefused,
    dataset::{Absent, perils, tables},
    edge::{Malformed, NotTaken},
    policy::Denied,
    response::{ErrorCode, Refusal},
};

/// Kind of refusal, as it is answered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Kind {
    /// The status.
    pub status: StatusCode,
    /// Last part of the problem type; `None` is `about:blank`, titled by the status (RFC 9457 §4.2.1).
    name: Option<&'static str>,
    title: &'static str,
    detail: &'static str,
    pub(super) challenge: Challenged,
}

/// Challenge that an answer carries, RFC 6750 §3.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Challenged {
    /// A challenge without an error: no credentials came along.
    Bare,
    /// No challenge: the credentials are not at fault.
    No,
    /// A challenge that says what is wrong.
    With(ErrorCode),
}

impl Challenged {
    pub(super) fn error(self) -> Option<ErrorCode> {
        match self {
            Self::With(code) => Some(code),
            Self::Bare | Self::No => None,
        }
    }
}

impl Kind {
    /// The problem type, RFC 9457 §3.1.1.
    #[must_use]
    pub fn type_uri(&self) -> String {
        self.name.map_or_else(
            || "about:blank".to_owned(),
            |name| format!("urn:perild:problem:{name}"),
        )
    }

    /// The title of the kind of problem.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.title
    }

    /// The detail that can be said of all of its kind.
    #[must_use]
    pub fn detail(&self) -> &'static str {
        self.detail
    }

    /// The code of the challenge, RFC 6750 §3.1.
    #[must_use]
    pub fn error(&self) -> Option<&'static str> {
        self.challenge.error().map(ErrorCode::as_str)
    }
}

/// Kind of `refusal` on the wire; the table of statuses.
#[must_use]
pub fn kind(refusal: &Refusal) -> Kind {
    use StatusCode as S;
    match refusal {
        Refusal::Absent(Absent::Ambiguous { .. } | Absent::NoSuchFile) | Refusal::NoRoute => {
            NOTHING
        }
        Refusal::Absent(Absent::Unreadable { .. }) => Kind {
            status: S::SERVICE_UNAVAILABLE,
            name: Some("unreadable-file"),
            title: "The file cannot be read",
            detail: "The file is there, and the provider's machine cannot read it. Try again later; if it lasts, tell the data provider, and name the interaction id.",
            challenge: Challenged::No,
        },
        Refusal::Fault => FAULT,
        Refusal::Body(refused) => body_kind(refused),
        Refusal::Busy => BUSY,
        Refusal::Certificate(CertificateRefused::Unreadable(_))
        | Refusal::CertificateUnreadable(_) => invalid_request(
            "The client certificate was not forwarded as one well-formed certificate.",
        ),
        Refusal::Certificate(_) => invalid_token(
            "The client certificate is not accepted: it must be valid today, for client authentication, and issued under the directory.",
        ),
        Refusal::CertificateUnverified(failure) => invalid_token(unverified_detail(*failure)),
        Refusal::Denied(denied) => denied_kind(denied),
        Refusal::Malformed(malformed) => malformed_kind(*malformed),
        Refusal::MethodNotAllowed => plain(
            S::METHOD_NOT_ALLOWED,
            "Method Not Allowed",
            "Use one of the methods listed in Allow.",
        ),
        Refusal::MethodUnknown => plain(
            S::NOT_IMPLEMENTED,
            "Not Implemented",
            "This method is not known here.",
        ),
        Refusal::NoCertificate => invalid_token(
            "No client certificate was shown. Connect with the certificate that the access token is bound to.",
        ),
        Refusal::NoToken => Kind {
            status: S::UNAUTHORIZED,
            name: Some("token-missing"),
            title: "An access token is needed",
            detail: "Send Authorization: Bearer with an access token of the directory, over a connection with your client certificate.",
            challenge: Challenged::Bare,
        },
        Refusal::NotAToken => invalid_token(TOKEN_REFUSED),
        Refusal::NotAcceptable { .. } => plain(
            S::NOT_ACCEPTABLE,
            "Not Acceptable",
            "There is no form of this that Accept and Accept-Encoding admit. Ask for one that is offered, or leave both out.",
        ),
        Refusal::NotRead { .. } => plain(
            S::UNSUPPORTED_MEDIA_TYPE,
            "Unsupported Media Type",
            "The body has another media type than those that are read here.",
        ),
        Refusal::NotReady(_) => NOT_READY,
        Refusal::NotRecorded => Kind {
            status: S::SERVICE_UNAVAILABLE,
            name: Some("not-recorded"),
            title: "The request cannot be recorded",
            detail: "The data provider hands nothing out of which there would be no record, and its machine can keep none at present. Try again later; if it lasts, tell the data provider, and name the interaction id.",
            challenge: Challenged::No,
        },
        Refusal::Perils(refused) => perils_kind(refused),
        Refusal::PreconditionFailed => plain(
            S::PRECONDITION_FAILED,
            "Precondition Failed",
            "What is here is another version than If-Match or If-Unmodified-Since name.",
        ),
        Refusal::RangeNotSatisfiable { .. } => plain(
            S::RANGE_NOT_SATISFIABLE,
            "Range Not Satisfiable",
            "The range begins after the end of the file; its length is in Content-Range.",
        ),
        Refusal::Tables(refused) => tables_kind(refused),
        Refusal::UntrustedPeer(_) => plain(
            S::FORBIDDEN,
            "Forbidden",
            "This socket is for the web server alone.",
        ),
        Refusal::Token(refused) => token_kind(refused),
        Refusal::TokenTooLong => invalid_token(TOKEN_TOO_LONG),
        Refusal::Waiting(_) => Kind {
            detail: "Something is missing on the provider's machine. Try again shortly.",
            ..NOT_READY
        },
    }
}

fn body_kind(refused: &NotTaken) -> Kind {
    match refused {
        NotTaken::Broken => bad_request("The body did not arrive whole."),
        NotTaken::Busy => BUSY,
        NotTaken::CharsetUnknown => plain(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "Unsupported Media Type",
            "The charset of the body is not known.",
        ),
        NotTaken::Encoded => plain(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "Unsupported Media Type",
            "Send the body as it is, without Content-Encoding.",
        ),
        NotTaken::Kept { .. } => FAULT,
        NotTaken::Stalled => plain(
            StatusCode::REQUEST_TIMEOUT,
            "Request Timeout",
            "The body stopped coming.",
        ),
        NotTaken::TooLarge { .. } => plain(
            StatusCode::PAYLOAD_TOO_LARGE,
            "Content Too Large",
            "The body is too large.",
        ),
    }
}

fn perils_kind(refused: &perils::Refused) -> Kind {
    use perils::Refused as R;
    let (status, name, title) = match refused {
        R::Malformed { .. } | R::NotJson { .. } | R::Unknown { .. } => (
            StatusCode::BAD_REQUEST,
            "invalid-query",
            "The request cannot be answered as it stands",
        ),
        R::NoLocations | R::OffGrid { .. } => (
            StatusCode::NOT_FOUND,
            "no-such-place",
            "There is nothing at these places",
        ),
        R::NoStore | R::NotImported { .. } => (
            StatusCode::NOT_FOUND,
            "no-peril-data",
            "No peril data has been imported",
        ),
        R::TooManyPlaces { .. } => (
            StatusCode::PAYLOAD_TOO_LARGE,
            "too-many-places",
            "The request has too many places",
        ),
        R::TooMuch { .. } => (
            StatusCode::PAYLOAD_TOO_LARGE,
            "too-much-at-once",
            "The request asks for more than one answer may have",
        ),
    };
    specific(status, name, title)
}

fn tables_kind(refused: &tables::Refused) -> Kind {
    use tables::Refused as R;
    let (status, name, title) = match refused {
        R::Filter { .. } | R::Malformed { .. } | R::Twice | R::Unknown { .. } => (
            StatusCode::BAD_REQUEST,
            "invalid-query",
            "The request cannot be answered as it stands",
        ),
        R::BeingImported => (
            StatusCode::SERVICE_UNAVAILABLE,
            "being-imported",
            "The collection is being imported",
        ),
        R::Gone => (
            StatusCode::GONE,
            "page-gone",
            "The rows of this page have been replaced",
        ),
        R::NoData => (
            StatusCode::NOT_FOUND,
            "no-data",
            "The collection has not been imported",
        ),
        R::NoItem => (
            StatusCode::NOT_FOUND,
            "no-such-item",
            "There is no such item",
        ),
        R::OtherKind { .. } => (
            StatusCode::NOT_FOUND,
            "other-kind",
            "Collections of this kind have no such resource",
        ),
        R::TooMany { .. } => (
            StatusCode::PAYLOAD_TOO_LARGE,
            "too-much-at-once",
            "The request asks for more than one answer may have",
        ),
        R::Unreadable => (
            StatusCode::SERVICE_UNAVAILABLE,
            "unreadable-table",
            "The table cannot be read",
        ),
    };
    specific(status, name, title)
}

fn malformed_kind(malformed: Malformed) -> Kind {
    match malformed {
        Malformed::EmptyToken | Malformed::SeveralTokens => {
            invalid_request("Authorization must be Bearer, one space and one access token.")
        }
        Malformed::Field => bad_request("A header field is malformed."),
        Malformed::HeadLate => plain(
            StatusCode::REQUEST_TIMEOUT,
            "Request Timeout",
            "The head of the request stopped coming.",
        ),
        Malformed::HeaderBlockTooLarge { .. } => plain(
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            "Request Header Fields Too Large",
            "The header block must stay within 64 KiB.",
        ),
        Malformed::HostMissingOrRepeated => bad_request("Send exactly one Host field."),
        Malformed::Length => bad_request(
            "Say how long the body is by exactly one Content-Length, or by Transfer-Encoding: chunked.",
        ),
        Malformed::RepeatedAuthorization => {
            invalid_request("Send exactly one Authorization field.")
        }
        Malformed::RepeatedCertificate => {
            invalid_request("The client certificate was forwarded more than once.")
        }
        Malformed::RequestLine => bad_request(
            "The request must begin with a method, a target and HTTP/1.1, with single spaces between them.",
        ),
        Malformed::Target => bad_request(
            "The request target has a character that must be percent-encoded (RFC 3986): one beyond ASCII, or one such as a quotation mark.",
        ),
        Malformed::TargetTooLong { .. } => plain(
            StatusCode::URI_TOO_LONG,
            "URI Too Long",
            "The request target must stay within 8 KiB.",
        ),
        Malformed::TokenInQuery => invalid_request(
            "An access token must not stand in the URL. Send it in Authorization, and treat this one as disclosed.",
        ),
        Malformed::TooManyFields { .. } => plain(
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            "Request Header Fields Too Large",
            "The request has more header fields than the 96 that are taken.",
        ),
        Malformed::Version => bad_request("Use HTTP/1.1, and no spaces in the request target."),
    }
}

/// Kind of a refusal by a rule; what is not published is as if it were not.
fn denied_kind(denied: &Denied) -> Kind {
    use StatusCode as S;
    match denied {
        Denied::InsufficientScope { .. } => Kind {
            status: S::FORBIDDEN,
            name: Some("insufficient-scope"),
            title: "The access token does not cover this dataset",
            detail: "Ask the directory for a token with the scope named in the challenge.",
            challenge: Challenged::With(ErrorCode::InsufficientScope),
        },
        Denied::Blocked { .. } => Kind {
            status: S::FORBIDDEN,
            name: Some("blocked"),
            title: "Access was withdrawn",
            detail: "The data provider has withdrawn access. Ask the provider, and name the interaction id.",
            challenge: Challenged::No,
        },
        Denied::Conditions { needed, .. } => Kind {
            status: S::FORBIDDEN,
            name: Some("conditions-not-met"),
            title: "The conditions of this dataset are not met",
            detail: "The dataset's description says for whom it is: its access at /v1/collections.",
            challenge: if needed.is_some() {
                Challenged::With(ErrorCode::InsufficientScope)
            } else {
                Challenged::No
            },
        },
        Denied::NotPublished { .. } => NOTHING,
    }
}

/// Kind of which each refusal says its own detail.
fn specific(status: StatusCode, name: &'static str, title: &'static str) -> Kind {
    Kind {
        status,
        name: Some(name),
        title,
        detail: "",
        challenge: Challenged::No,
    }
}

fn plain(status: StatusCode, title: &'static str, detail: &'static str) -> Kind {
    Kind {
        status,
        name: None,
        title,
        detail,
        challenge: Challenged::No,
    }
}

fn bad_request(detail: &'static str) -> Kind {
    plain(StatusCode::BAD_REQUEST, "Bad Request", detail)
}

const NOTHING: Kind = Kind {
    status: StatusCode::NOT_FOUND,
    name: None,
    title: "Not Found",
    detail: "Nothing is published under this name.",
    challenge: Challenged::No,
};
const FAULT: Kind = Kind {
    status: StatusCode::INTERNAL_SERVER_ERROR,
    name: None,
    title: "Internal Server Error",
    detail: "Something failed on our side. Please report the interaction id.",
    challenge: Challenged::No,
};
const BUSY: Kind = Kind {
    status: StatusCode::SERVICE_UNAVAILABLE,
    name: Some("busy"),
    title: "Busy",
    detail: "As many long requests and answers are under way as may be. Try again after the time in Retry-After.",
    challenge: Challenged::No,
};
const NOT_READY: Kind = Kind {
    status: StatusCode::SERVICE_UNAVAILABLE,
    name: Some("not-ready"),
    title: "Not ready yet",
    detail: "The directory has not been reached yet. Try again shortly.",
    challenge: Challenged::No,
};
