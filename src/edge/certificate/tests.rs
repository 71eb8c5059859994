//! Each format's tables.

mod properties;
mod rfc9440;

use super::*;

/// Not a certificate, but framed like one: 0x30, length 0x0102, then 258 bytes that use all values.
fn sample() -> Vec<u8> {
    framed(
        &(0..258_u16)
            .map(|byte| byte.to_le_bytes()[0])
            .collect::<Vec<_>>(),
    )
}

fn framed(content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap();
    let [high, low] = length.to_be_bytes();
    let head = match length {
        0..=0x7f => vec![0x30, low],
        0x80..=0xff => vec![0x30, 0x81, low],
        _ => vec![0x30, 0x82, high, low],
    };
    [head, content.to_vec()].concat()
}

fn pem(der: &[u8], width: usize, line_end: &str) -> String {
    let base64 = STANDARD.encode(der);
    let lines = base64
        .as_bytes()
        .chunks(width)
        .map(|line| str::from_utf8(line).unwrap());
    let lines = lines.collect::<Vec<_>>().join(line_end);
    format!(
        "-----BEGIN CERTIFICATE-----{line_end}{lines}{line_end}-----END CERTIFICATE-----{line_end}"
    )
}

/// Percent-encodes everything but letters, digits and `unescaped`.
fn escaped(text: &str, unescaped: &str, lower_case: bool) -> String {
    let escape = |byte: u8| match char::from(byte) {
        plain if plain.is_ascii_alphanumeric() || unescaped.contains(plain) => plain.to_string(),
        _ if lower_case => format!("%{byte:02x}"),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(escape).collect()
}

const NGINX: &str = "-._~";
const ALB: &str = "-._~+=/";
const PYTHON_QUOTE: &str = "-._~/";

/// nginx's `$ssl_client_cert`, once a proxy replaced each fold by `fold`.
fn unfolded(pem: &str, fold: &str) -> String {
    pem.trim_end().replace('\n', fold)
}

fn read(format: CertificateFormat, text: &str) -> Result<Vec<u8>, CertificateSyntax> {
    ForwardedCertificate::new(format, text.as_bytes())
        .der()
        .map(|der| der.to_vec())
}

fn from_url(text: &str) -> Result<Vec<u8>, CertificateSyntax> {
    read(CertificateFormat::PemUrlencoded, text)
}

/// Rows: CERT-3, IB1-HDR-2
#[test]
fn nginx_alb_and_python_escapings_are_the_same_certificate() {
    let pem = pem(&sample(), 64, "\n");
    assert!(pem.contains('+') && pem.contains('/'));
    for unescaped in [NGINX, ALB, PYTHON_QUOTE] {
        for lower_case in [false, true] {
            assert_eq!(
                from_url(&escaped(&pem, unescaped, lower_case)),
                Ok(sample())
            );
        }
    }
}

/// Rows: CERT-2, CERT-3
#[test]
fn percent_decoding_is_strict_and_single_pass() {
    let good = escaped(&pem(&sample(), 64, "\n"), NGINX, false);
    assert_eq!(from_url(&good), Ok(sample()));
    let escape = |at| Err(CertificateSyntax::Escape { at });
    assert_eq!(from_url(&format!("{good}%")), escape(good.len()));
    assert_eq!(from_url(&format!("{good}%2")), escape(good.len()));
    assert_eq!(from_url(&format!("{good}%zz")), escape(good.len()));
    assert_eq!(from_url(&format!("{good}%+a")), escape(good.len()));
    assert_eq!(from_url(&format!("{good} ")), escape(good.len()));
    assert_eq!(from_url(&format!("{good}\n")), escape(good.len()));
    assert_eq!(from_url(&format!("{good}é")), escape(good.len()));
    let twice = good.replace('%', "%25");
    assert_eq!(from_url(&twice), Err(CertificateSyntax::Label));
    // A form encoder's plus for the spaces of the boundary lines.
    assert_eq!(
        from_url(&good.replace("%20", "+")),
        Err(CertificateSyntax::Label)
    );
}

/// Rows: CERT-4
#[test]
fn only_one_certificate_block_with_white_space_around_it_is_read() {
    let good = pem(&sample(), 64, "\n");
    let cases = [
        (format!(" \t\r\n{good}\r\n\n \t"), Ok(sample())),
        (format!("{good}{good}"), Err(CertificateSyntax::Label)),
        (
            format!("subject=CN=a\n{good}"),
            Err(CertificateSyntax::Label),
        ),
        (format!("{good}trailing"), Err(CertificateSyntax::Label)),
        (
            good.replace("CERTIFICATE", "TRUSTED CERTIFICATE"),
            Err(CertificateSyntax::Label),
        ),
        (
            good.replace("CERTIFICATE", "X509 CERTIFICATE"),
            Err(CertificateSyntax::Label),
        ),
        (
            good.replace("CERTIFICATE", "certificate"),
            Err(CertificateSyntax::Label),
        ),
        (
            good.replace("CERTIFICATE", "PRIVATE KEY"),
            Err(CertificateSyntax::Label),
        ),
        (
            good.replace("END CERTIFICATE", "END PRIVATE KEY"),
            Err(CertificateSyntax::Label),
        ),
        (
            good.replace("-----END CERTIFICATE-----\n", ""),
            Err(CertificateSyntax::Label),
        ),
        (
            good.replace("-----BEGIN", "----BEGIN"),
            Err(CertificateSyntax::Label),
        ),
        (
            good.replace("-----\n", "-----"),
            Err(CertificateSyntax::Label),
        ),
        (
            good.replace("\n-----END", "-----END"),
            Err(CertificateSyntax::Label),
        ),
        (
            "-----BEGIN CERTIFICATE----------END CERTIFICATE-----".into(),
            Err(CertificateSyntax::Label),
        ),
        (
            "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----".into(),
            Err(CertificateSyntax::Der),
        ),
        (String::new(), Err(CertificateSyntax::Label)),
        (
            format!("\0{good}"),
            Err(CertificateSyntax::ControlOctet { at: 0, byte: 0 }),
        ),
        (
            good.replacen('\n', "\u{c}\n", 1),
            Err(CertificateSyntax::ControlOctet { at: 27, byte: 12 }),
        ),
        (
            good.replacen('\n', "\u{7f}\n", 1),
            Err(CertificateSyntax::ControlOctet { at: 27, byte: 127 }),
        ),
        (
            good.replacen('\n', "\n ", 1),
            Err(CertificateSyntax::Base64),
        ),
        (
            good.replacen('\n', "\nProc-Type: 4\n", 1),
            Err(CertificateSyntax::Label),
        ),
        (
            good.replacen('\n', "\nName: x\n\n", 1),
            Err(CertificateSyntax::Base64),
        ),
        (good.replacen('M', "é", 1), Err(CertificateSyntax::Base64)),
    ];
    for (text, expected) in cases {
        assert_eq!(
            from_url(&escaped(&text, NGINX, false)),
            expected,
            "{text:?}"
        );
    }
}

/// Rows: CERT-5
#[test]
fn only_one_der_sequence_of_definite_minimal_length_is_read() {
    for length in [0, 1, 0x7f, 0x80, 0xff, 0x100, 0x1000] {
        let der = framed(&vec![0xaa; length]);
        assert_eq!(
            read(CertificateFormat::DerBase64, &STANDARD.encode(&der)),
            Ok(der)
        );
    }
    let good = framed(&[0xaa; 200]);
    let broken: [Vec<u8>; 11] = [
        vec![],
        vec![0x30],
        [good.as_slice(), &[0]].concat(),
        [good.as_slice(), &good].concat(),
        good[..good.len() - 1].to_vec(),
        [&[0x31][..], &good[1..]].concat(),
        // Indefinite, then lengths in more bytes than they need, then more than the limit allows.
        [&[0x30, 0x80][..], &[0xaa; 200], &[0, 0]].concat(),
        [&[0x30, 0x81, 0x01][..], &[0xaa]].concat(),
        [&[0x30, 0x82, 0x00, 200][..], &[0xaa; 200]].concat(),
        [&[0x30, 0x83, 0x00, 0x01, 0x00][..], &[0xaa; 256]].concat(),
        vec![0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
    ];
    for der in broken {
        let text = STANDARD.encode(&der);
        assert_eq!(
            read(CertificateFormat::DerBase64, &text),
            Err(CertificateSyntax::Der),
            "{der:?}"
        );
        let text = escaped(&pem(&der, 64, "\n"), NGINX, false);
        assert_eq!(from_url(&text), Err(CertificateSyntax::Der));
    }
}

/// Rows: CERT-6
#[test]
fn line_ends_and_lengths_do_not_matter() {
    for line_end in ["\n", "\r\n"] {
        for width in [1, 63, 64, 65, 76, 100_000] {
            let pem = pem(&sample(), width, line_end);
            assert_eq!(from_url(&escaped(&pem, NGINX, false)), Ok(sample()));
            assert_eq!(
                from_url(&escaped(pem.trim_end(), NGINX, false)),
                Ok(sample())
            );
        }
    }
    let bare_cr = pem(&sample(), 64, "\r");
    assert!(from_url(&escaped(&bare_cr, NGINX, false)).is_err());
}

#[test]
fn pem_whose_folds_became_spaces_or_tabs_is_read() {
    let good = pem(&sample(), 64, "\n");
    for fold in [" ", "\t", "   ", " \t ", "\n\t", "\r\n\t", "\r\n "] {
        let text = unfolded(&good, fold);
        assert_eq!(
            read(CertificateFormat::PemFolded, &text),
            Ok(sample()),
            "{fold:?}"
        );
    }
    for fold in ["", "%0A", "\\n", "\u{b}", ","] {
        let text = unfolded(&good, fold);
        assert!(
            read(CertificateFormat::PemFolded, &text).is_err(),
            "{fold:?}"
        );
    }
    let spaced = unfolded(&good, " ");
    assert_eq!(
        read(CertificateFormat::PemFolded, &format!("{spaced} {spaced}")),
        Err(CertificateSyntax::Label)
    );
    assert_eq!(
        read(
            CertificateFormat::PemFolded,
            &spaced.replace("N CERT", "N\tCERT")
        ),
        Err(CertificateSyntax::Label)
    );
}

#[test]
fn der_base64_is_one_line_of_strict_base64() {
    let good = STANDARD.encode(framed(&[7; 11]));
    assert!(good.ends_with('='), "{good}");
    assert!(read(CertificateFormat::DerBase64, &good).is_ok());
    let url_safe = STANDARD
        .encode(sample())
        .replace('+', "-")
        .replace('/', "_");
    let unpadded = good.trim_end_matches('=').to_owned();
    for text in [
        url_safe,
        unpadded,
        format!("{good}="),
        format!(" {good}"),
        format!("{good}\n"),
    ] {
        assert_eq!(
            read(CertificateFormat::DerBase64, &text),
            Err(CertificateSyntax::Base64)
        );
    }
    let split = format!("{}\n{}", &good[..4], &good[4..]);
    assert_eq!(
        read(CertificateFormat::DerBase64, &split),
        Err(CertificateSyntax::Base64)
    );
    assert_eq!(
        read(CertificateFormat::DerBase64, ""),
        Err(CertificateSyntax::Der)
    );
}

/// Rows: LIM-4
#[test]
fn text_of_16_kib_is_read_and_one_byte_more_is_not() {
    let limit = ForwardedCertificate::MAX_BYTES;
    let too_large = Err(CertificateSyntax::TooLarge { limit });
    let good = pem(&sample(), 64, "\n");
    let full = format!("{good}{}", " ".repeat(limit - good.len()));
    assert_eq!(from_url(&escaped(&full, NGINX, false)), Ok(sample()));
    assert_eq!(
        from_url(&escaped(&format!("{full} "), NGINX, false)),
        too_large
    );
    assert_eq!(from_url(&"%".repeat(3 * limit + 1)), too_large);
    assert_eq!(read(CertificateFormat::PemFolded, &full), Ok(sample()));
    assert_eq!(
        read(CertificateFormat::PemFolded, &format!("{full} ")),
        too_large
    );
    assert_eq!(
        read(CertificateFormat::DerBase64, &"A".repeat(limit)),
        Err(CertificateSyntax::Der)
    );
    assert_eq!(
        read(CertificateFormat::DerBase64, &"A".repeat(limit + 1)),
        too_large
    );
    let item = format!(":{}:", STANDARD.encode(sample()));
    let wide = format!("{item}{}", " ".repeat(limit - item.len()));
    assert_eq!(read(CertificateFormat::Rfc9440, &wide), Ok(sample()));
    assert_eq!(
        read(CertificateFormat::Rfc9440, &format!("{wide} ")),
        too_large
    );
}

#[test]
fn a_format_is_named_as_in_the_configuration() {
    for name in ["pem-urlencoded", "pem-folded", "der-base64", "rfc9440"] {
        let format: CertificateFormat = serde_json::from_value(name.into()).unwrap();
        assert_eq!(format.to_string(), name);
    }
    assert!(serde_json::from_value::<CertificateFormat>("pem".into()).is_err());
    assert_eq!(
        CertificateFormat::default(),
        CertificateFormat::PemUrlencoded
    );
}

#[test]
fn debug_output_and_errors_hold_nothing_of_the_certificate() {
    let text = "SECRETSECRET!";
    let certificate = ForwardedCertificate::new(CertificateFormat::DerBase64, text.as_bytes());
    let fault = certificate.der().unwrap_err();
    for printed in [
        format!("{certificate:?}"),
        format!("{fault:?}"),
        fault.to_string(),
    ] {
        assert!(
            !printed.contains("SECRET") && !printed.contains('!'),
            "{printed}"
        );
    }
}
