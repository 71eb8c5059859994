//! One PEM block within a header value, RFC 7468 §2: percent-encoded, or with its folds replaced.

use super::{CertificateSyntax, ForwardedCertificate, base64, within_limit};

const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
const END: &[u8] = b"-----END CERTIFICATE-----";

/// Decodes percent-encoded PEM whose lines end with LF or CRLF (CERT-2 to CERT-6).
pub(super) fn urlencoded(value: &[u8]) -> Result<Vec<u8>, CertificateSyntax> {
    // Each byte of PEM takes at most three here: whatever is longer cannot fit once decoded.
    if value.len() > 3 * ForwardedCertificate::MAX_BYTES {
        return Err(CertificateSyntax::TooLarge {
            limit: ForwardedCertificate::MAX_BYTES,
        });
    }
    let pem = percent_decoded(value)?;
    base64(&joined_lines(block(within_limit(&pem)?)?, |gap| {
        gap == b'\n'
    })?)
}

/// Decodes PEM whose line ends became runs of spaces and tabs, or were let through as they are.
pub(super) fn folded(value: &[u8]) -> Result<Vec<u8>, CertificateSyntax> {
    let body = block(within_limit(value)?)?;
    base64(&joined_lines(body, |gap| {
        matches!(gap, b'\n' | b' ' | b'\t')
    })?)
}

/// Undoes percent-encoding once; every other byte must be visible ASCII and stands for itself.
///
/// So a literal `+` stays `+` (CERT-3), whatever a form decoder would make of it.
fn percent_decoded(value: &[u8]) -> Result<Vec<u8>, CertificateSyntax> {
    let mut decoded = Vec::with_capacity(value.len());
    let mut rest = value;
    loop {
        let at = value.len() - rest.len();
        rest = match rest {
            [] => return Ok(decoded),
            [b'%', high, low, rest @ ..] => {
                let byte = hex(*high).zip(hex(*low)).map(|(high, low)| high << 4 | low);
                decoded.push(byte.ok_or(CertificateSyntax::Escape { at })?);
                rest
            }
            [byte, rest @ ..] if byte.is_ascii_graphic() && *byte != b'%' => {
                decoded.push(*byte);
                rest
            }
            _ => return Err(CertificateSyntax::Escape { at }),
        };
    }
}

fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// Text between the two boundary lines of the only block in `pem`.
fn block(pem: &[u8]) -> Result<&[u8], CertificateSyntax> {
    let is_control = |byte: u8| byte.is_ascii_control() && !b"\t\n\r ".contains(&byte);
    let control = pem
        .iter()
        .copied()
        .enumerate()
        .find(|(_, byte)| is_control(*byte));
    if let Some((at, byte)) = control {
        return Err(CertificateSyntax::ControlOctet { at, byte });
    }
    let body = pem
        .trim_ascii()
        .strip_prefix(BEGIN)
        .and_then(|rest| rest.strip_suffix(END))
        .ok_or(CertificateSyntax::Label)?;
    // A dash is no base64: here it begins another block, or a boundary cut in two.
    if body.contains(&b'-') {
        Err(CertificateSyntax::Label)
    } else {
        Ok(body)
    }
}

/// The base64 of all lines of `body`, which begins and ends with a line end.
fn joined_lines(body: &[u8], is_gap: fn(u8) -> bool) -> Result<Vec<u8>, CertificateSyntax> {
    let mut base64 = Vec::with_capacity(body.len());
    let mut ends_with_gap = false;
    let mut rest = body;
    loop {
        (ends_with_gap, rest) = match rest {
            [] if ends_with_gap => return Ok(base64),
            [b'\r', b'\n', rest @ ..] => (true, rest),
            [byte, rest @ ..] if is_gap(*byte) => (true, rest),
            // The first line stands on its own: base64 never follows the boundary directly.
            [byte, rest @ ..] if ends_with_gap || !base64.is_empty() => {
                base64.push(*byte);
                (false, rest)
            }
            _ => return Err(CertificateSyntax::Label),
        };
    }
}
