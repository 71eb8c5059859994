//! The configuration: any text is read to its end, or refused with a place and a remedy.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use perild::config::Config;

fuzz_target!(|text: &str| {
    let (file, variables) = text.split_once('\0').unwrap_or((text, ""));
    let variables = variables
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (format!("PERILD_{name}"), value.to_owned()));
    if let Err(error) = Config::parse(Path::new("perild.toml"), file, variables.collect()) {
        assert!(!error.to_string().is_empty());
    }
});
