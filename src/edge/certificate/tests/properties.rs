//! Round trips and hostile bytes.

use proptest::prelude::*;

use super::*;

const FORMATS: [CertificateFormat; 4] = [
    CertificateFormat::PemUrlencoded,
    CertificateFormat::PemFolded,
    CertificateFormat::DerBase64,
    CertificateFormat::Rfc9440,
];

proptest! {
    #[test]
    fn what_each_hop_encodes_decodes_to_the_same_bytes(
        content in prop::collection::vec(any::<u8>(), 0..2000),
        width in 1_usize..100,
        unescaped in prop::sample::select(vec![NGINX, ALB, PYTHON_QUOTE]),
        line_end in prop::sample::select(vec!["\n", "\r\n"]),
        fold in "[ \t]{1,3}",
    ) {
        let der = framed(&content);
        let pem = pem(&der, width, line_end);
        let base64 = STANDARD.encode(&der);
        let texts = [
            escaped(&pem, unescaped, false),
            unfolded(&pem.replace('\r', ""), &fold),
            base64.clone(),
            format!(":{base64}:"),
        ];
        for (format, text) in FORMATS.into_iter().zip(texts) {
            if text.len() <= ForwardedCertificate::MAX_BYTES {
                prop_assert_eq!(read(format, &text), Ok(der.clone()));
            }
        }
    }

    /// Rows: MTLS-10
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        for format in FORMATS {
            let _ = ForwardedCertificate::new(format, &bytes).der();
        }
    }

    #[test]
    fn text_near_the_formats_never_panics(
        text in "(-----BEGIN CERTIFICATE-----)?[A-Za-z0-9+/= \r\n\t%:;\"-]{0,120}(-----END CERTIFICATE-----)?",
    ) {
        for format in FORMATS {
            if let Ok(der) = read(format, &text) {
                prop_assert_eq!(der[0], 0x30);
            }
        }
    }
}
