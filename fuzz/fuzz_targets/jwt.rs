//! A JWT access token: any text is one, with a header and claims that are judged, or is none.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perild::token::fuzzing::read_jwt;

fuzz_target!(|text: &str| {
    read_jwt(text);
    // Texts as they are, so that what is in them is found without an encoder.
    if let Some((header, claims)) = text.split_once('\n') {
        let [header, claims] = [header, claims].map(encoded);
        read_jwt(&format!("{header}.{claims}.AAAA"));
    }
});

fn encoded(text: &str) -> String {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    URL_SAFE_NO_PAD.encode(text)
}
