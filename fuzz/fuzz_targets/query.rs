//! The request target: no query hides a token, and no name leaves its directory.
#![no_main]

use actix_web::{
    http::{Uri, header::HeaderName},
    test::TestRequest,
};
use libfuzzer_sys::fuzz_target;
use perild::{
    dataset::FileName,
    edge::{CertificateFormat, Inbound, Peer, Peers, ProxyHeaders},
};

fuzz_target!(|target: &str| {
    let (segment, query) = target.split_once('?').unwrap_or((target, ""));
    for name in [FileName::csv(segment), FileName::with_extension(segment)]
        .into_iter()
        .flatten()
    {
        let name = name.as_str();
        assert!(
            !name.starts_with('.') && !name.contains(['/', '\\', '\0']),
            "{name:?}"
        );
    }
    // What stands behind `#` is no part of a query; no client sends it, and nothing reads it.
    let uri = format!("/x?{query}");
    let parsed = Uri::try_from(&uri);
    if let Some(query) = parsed.as_ref().ok().and_then(Uri::query) {
        let request = TestRequest::get().uri(&uri).to_http_request();
        let is_plain = query
            .split('&')
            .any(|pair| pair.split('=').next() == Some("access_token"));
        let proxy = Peers::by_file_mode().admit(Peer::User(0)).unwrap();
        assert!(!is_plain || Inbound::read(&request, proxy, &proxy_headers()).is_err());
    }
});

fn proxy_headers() -> ProxyHeaders {
    ProxyHeaders {
        certificate_header: HeaderName::from_static("x-oe-client-cert"),
        certificate_format: CertificateFormat::PemUrlencoded,
        verify_header: None,
        require_verify: false,
    }
}
