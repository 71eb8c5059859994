//! What people read is held against the forms in which Rust prints values for its programmers.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test binary takes what it needs from here, as from a library"
)]

/// Fails when a line of `text` holds a debug form: facts with names, dates and the remedy are printed.
pub fn is_for_people(text: &str) {
    for line in text.lines() {
        if let Some(form) = debug_form(line) {
            panic!("Rust's debug form {form:?} is printed: {line}");
        }
    }
}

/// The first debug form in `line`.
pub fn debug_form(line: &str) -> Option<String> {
    let mut before = None;
    for (at, first) in line.char_indices() {
        let begins = !before.is_some_and(is_word);
        before = Some(first);
        if !begins || !first.is_ascii_uppercase() {
            continue;
        }
        let rest = &line[at..];
        let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let (name, after) = rest.split_at(length);
        let is_form = VARIANTS.contains(&name)
            || is_struct(after)
            || (after.starts_with('(') && (WRAPPERS.contains(&name) || humps(name) > 1));
        if is_form {
            return Some(format!(
                "{name}{}",
                after.chars().take(12).collect::<String>()
            ));
        }
    }
    None
}

/// Whether ` { name: ` follows.
fn is_struct(after: &str) -> bool {
    after
        .strip_prefix(" { ")
        .and_then(|fields| fields.split_once(": "))
        .is_some_and(|(field, _)| {
            !field.is_empty() && field.chars().all(|c| is_word(c) && !c.is_uppercase())
        })
}

/// How many of its letters are capitals after a small one, and the first.
fn humps(name: &str) -> usize {
    let pairs = name.chars().zip(name.chars().skip(1));
    1 + pairs
        .filter(|(one, next)| one.is_lowercase() && next.is_uppercase())
        .count()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Names that are debug forms before a parenthesis though they are one word.
const WRAPPERS: [&str; 8] = [
    "Some", "Ok", "Err", "Error", "Other", "Custom", "Os", "Kind",
];

/// What libraries call their faults: as words alone these are debug forms as well.
const VARIANTS: [&str; 40] = [
    "AlertReceived",
    "BadDer",
    "BadDerTime",
    "BadEncoding",
    "BadSignature",
    "CaUsedAsEndEntity",
    "CertExpired",
    "CertNotValidForName",
    "CertNotValidYet",
    "CertRevoked",
    "CertificateExpired",
    "CertificateRequired",
    "CertificateUnknown",
    "ConnectionAborted",
    "ConnectionRefused",
    "ConnectionReset",
    "CrlExpired",
    "DecodeError",
    "EndEntityUsedAsCa",
    "ExtensionValueInvalid",
    "HandshakeFailure",
    "IncompleteMessage",
    "InvalidCertificate",
    "InvalidPurpose",
    "IssuerNotCrlSigner",
    "NameConstraintViolation",
    "NoCertificatesPresented",
    "NotFound",
    "NotValidForName",
    "NotValidForNameContext",
    "NotValidYet",
    "PeerIncompatible",
    "PeerMisbehaved",
    "PermissionDenied",
    "RequiredEkuNotFound",
    "TrailingData",
    "UnexpectedEof",
    "UnknownIssuer",
    "UnsupportedCriticalExtension",
    "UnsupportedSignatureAlgorithm",
];
