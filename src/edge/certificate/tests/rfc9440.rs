//! `Client-Cert` as a structured field.

use super::*;

/// Rows: CERT-7, CERT-8, HTTP-30
#[test]
fn rfc9440_2_1_a_byte_sequence_is_strict_and_its_parameters_are_ignored() {
    let item = format!(":{}:", STANDARD.encode(sample()));
    let good = [
        item.clone(),
        format!("  {item}  "),
        format!("{item};a"),
        format!(
            "{item}; a=1;*b-_.*2=-1.125;c=\"q\\\"\\\\\";d=tok:en/*;e=:AA==:;f=?1;g=@-99;h=%\"%c3%bc\""
        ),
        format!("{item};a=999999999999999;b=123456789012.1"),
        // RFC 9651 §4.2.7: padding may be missing.
        item.replace('=', ""),
    ];
    for text in good {
        assert_eq!(
            read(CertificateFormat::Rfc9440, &text),
            Ok(sample()),
            "{text}"
        );
    }
    let bad = [
        String::new(),
        ":abc".to_owned(),
        "abc:".to_owned(),
        item.trim_matches(':').to_owned(),
        format!("{item}, {item}"),
        format!("{item},"),
        format!("{item}{item}"),
        format!("\t{item}"),
        format!("{item}\t"),
        format!("({item})"),
        format!("\"{item}\""),
        item.replace('+', "-"),
        item.replacen('M', "M ", 1),
        format!("{item};"),
        format!("{item};A"),
        format!("{item} ;a"),
        format!("{item};a="),
        format!("{item};a= 1"),
        format!("{item};a=1234567890123456"),
        format!("{item};a=1234567890123.1"),
        format!("{item};a=1."),
        format!("{item};a=1.1234"),
        format!("{item};a=-"),
        format!("{item};a=\"open"),
        format!("{item};a=\"\\n\""),
        format!("{item};a=\"é\""),
        format!("{item};a=?2"),
        format!("{item};a=@1.5"),
        format!("{item};a=:A"),
        format!("{item};a=%\"%C3%BC\""),
        format!("{item};a=%\"%c3\""),
        format!("{item};a=(1)"),
    ];
    for text in bad {
        let refused = read(CertificateFormat::Rfc9440, &text);
        assert!(
            matches!(refused, Err(CertificateSyntax::StructuredField { .. })),
            "{text}"
        );
    }
    assert_eq!(
        read(CertificateFormat::Rfc9440, ":abc:"),
        Err(CertificateSyntax::Der)
    );
}
