//! Files of revocation lists: DER, PEM with text around it, and what is neither.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::*;

fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<_> = text.as_bytes().chunks(64).collect();
    let text = String::from_utf8(lines.join(&b'\n')).unwrap();
    format!("-----BEGIN X509 CRL-----\n{text}\n-----END X509 CRL-----\n")
}

/// Rows: PKIX-12
#[test]
fn white_space_behind_der_is_passed_over_and_anything_else_is_not() {
    let case = Case::new();
    let list = case.list();
    let followed = |by: &[u8]| [list.as_slice(), by].concat();
    for white in [&b"\n"[..], b"\r\n", b" \t\n\n\x0b\x0c"] {
        case.assert_taken_as(followed(white));
    }
    let trailing = |bytes| Fault::Trailing { bytes };
    assert_eq!(fault(&case.root, &[followed(b"\0")]), trailing(1));
    assert_eq!(fault(&case.root, &[followed(b"\n#\n")]), trailing(3));
    assert_eq!(fault(&case.root, &[followed(&list)]), trailing(list.len()));
}

/// Rows: PKIX-12
#[test]
fn pem_is_taken_with_text_around_it_and_any_line_ends() {
    let case = Case::new();
    let text = pem(&case.list());
    let certificate = case.root.pem();
    for file in [
        text.clone(),
        text.replace('\n', "\r\n"),
        format!("\u{feff}{text}"),
        format!("0 is how a comment may begin\n{text}\n\n# the end\n"),
        format!("{certificate}{text}"),
        text.trim_end().to_owned(),
    ] {
        case.assert_taken_as(file.into_bytes());
    }
}

/// Rows: PKIX-12
#[test]
fn each_file_that_cannot_be_used_is_named_with_what_is_wrong_and_what_helps() {
    let case = Case::new();
    let good = case.list();
    let cut = good[..50].to_vec();
    let broken = b"-----BEGIN X509 CRL-----\nM!!\n-----END X509 CRL-----\n".to_vec();
    let two = [pem(&good).into_bytes(), broken].concat();
    let third = Case::with(|parts| parts.version = vec![2, 1, 2]).list();
    let files = [good.clone(), b"<html>".to_vec(), cut, two, third];
    let errors = read_lists(&case.root.anchors(), &files).unwrap_err();
    let said: Vec<_> = errors
        .iter()
        .map(|error| format!("{error}; {}", error.remedy()))
        .collect();
    let announced = good.len();
    assert_eq!(
        said,
        [
            "list 1: no revocation list in it: it is HTML or XML; put a list in PEM or DER there; perild crl fetches it".to_owned(),
            format!("list 2: it is cut short: 50 of {announced} octets are there; fetch it again"),
            "list 3, list 2: the PEM block is not base64; fetch it again".to_owned(),
            "list 4: it is a list of version 3; versions 1 and 2 are known; ask its issuer for a list of version 2".to_owned(),
        ]
    );
}

/// Rows: PKIX-8
#[test]
fn where_lists_are_demanded_one_that_is_left_out_lets_nobody_in() {
    let case = Case::new();
    let anchors = case.root.anchors();
    // Files were named, and no complete list came of them.
    let mut reader = RevocationListReader::new(&anchors, None);
    reader.read("a.crl", b"");
    assert!(reader.finish().is_err());
    let unsigned = Ca::root("root", |_| ()).list(&[], |_| ());
    let refused = verify(&callers(&[&case.root], vec![unsigned]), &case.leaf).unwrap_err();
    assert!(
        matches!(refused, Refused::RevocationUnknown { .. }),
        "{refused}"
    );
}
