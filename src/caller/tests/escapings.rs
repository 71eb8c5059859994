//! One certificate as three programs escape it: nginx, Python's `quote`, and AWS's load balancer.
//!
//! The balancer leaves `+ = /` as they are:
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/mutual-authentication.html>.

use super::*;

const NGINX: &str = include_str!("escapings/nginx.txt");
const PYTHON_QUOTE: &str = include_str!("escapings/python-quote.txt");
const ALB: &str = include_str!("escapings/alb.txt");

/// Fingerprint by `openssl x509 -fingerprint -sha256`, in base64url.
const THUMBPRINT: &str = "XIlPn820ypil9zouJI5lXOlMc4AbS5ceEp7lyG55Ub4";

fn thumbprint(text: &str) -> Result<String, CertificateSyntax> {
    let forwarded = ForwardedCertificate::new(CertificateFormat::PemUrlencoded, text.as_bytes());
    forwarded.der().map(|der| Thumbprint::of(&der).to_string())
}

/// Rows: IB1-HDR-2, CERT-3, MTLS-2
#[test]
fn ib1_hdr_2_three_escapings_of_one_certificate_have_one_thumbprint() {
    assert!(NGINX != PYTHON_QUOTE && PYTHON_QUOTE != ALB && NGINX != ALB);
    for text in [NGINX, PYTHON_QUOTE, ALB] {
        assert_eq!(thumbprint(text).as_deref(), Ok(THUMBPRINT));
    }
}

/// Rows: IB1-HDR-2, CERT-2, CERT-3
#[test]
fn ib1_hdr_2_a_damaged_escaping_is_refused() {
    for text in [
        ALB.replace('+', "%20"),
        ALB.replace('+', " "),
        ALB.replace("%20", "+"),
        ALB.replace('%', "%25"),
        ALB.replace("%0A", "\n"),
        ALB.trim_end_matches("%0A").replace("%0A", ""),
        format!("{ALB},{ALB}"),
        NGINX.replace("%2B", "%2"),
        PYTHON_QUOTE.replace("%3D", "%3d%3D"),
    ] {
        assert!(thumbprint(&text).is_err(), "{text}");
    }
}
