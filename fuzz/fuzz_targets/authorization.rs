//! The `Authorization` field: any lines give an access token within the grammar, or a refusal.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perild::edge::{AccessToken, Authorization};

fuzz_target!(|octets: &[u8]| {
    let lines = octets.split(|&octet| octet == b'\n');
    if let Ok(Authorization::Token(token)) = Authorization::read(lines) {
        let secret = token.secret();
        assert!(secret.len() <= AccessToken::MAX_BYTES);
        assert_eq!(AccessToken::parse(secret), Some(token));
        assert!(secret.len() < 12 || !format!("{token:?}").contains(secret));
    }
});
