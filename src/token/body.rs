//! The body of one of the directory's answers, bounded and read as a JSON object.

use reqwest::{Response, StatusCode};

use super::{
    json::{JsonFault, Object, parse_object},
    refused::Unavailability,
};

/// Longest answer of the directory that is read, in octets (LIM-6).
pub(super) const LONGEST_BODY_BYTES: usize = 256 * 1024;

/// Reads the JSON object of a `200 OK`; any other status is a fault.
pub(super) async fn read_object(mut response: Response) -> Result<Object, Unavailability> {
    expect_ok(response.status())?;
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if chunk.len() > LONGEST_BODY_BYTES.saturating_sub(body.len()) {
            return Err(Unavailability::BodyTooLarge {
                limit_bytes: LONGEST_BODY_BYTES,
            });
        }
        body.extend_from_slice(&chunk);
    }
    parse_object(&body).map_err(Unavailability::from)
}

fn expect_ok(status: StatusCode) -> Result<(), Unavailability> {
    let code = status.as_u16();
    match status {
        StatusCode::OK => Ok(()),
        StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            Err(Unavailability::RefusedUs { status: code })
        }
        _ if status.is_redirection() => Err(Unavailability::Redirected { status: code }),
        _ => Err(Unavailability::UnexpectedStatus { status: code }),
    }
}

impl From<JsonFault> for Unavailability {
    fn from(fault: JsonFault) -> Self {
        match fault {
            JsonFault::DuplicateMember => Self::DuplicateMember,
            JsonFault::NotAnObject => Self::NotAnObject,
            JsonFault::NotJson => Self::NotJson,
        }
    }
}
