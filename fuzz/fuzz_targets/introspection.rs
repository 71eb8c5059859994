//! The directory's answer about a token: any octets are an answer, or a fault of the directory.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perild::token::fuzzing::read_answer;

fuzz_target!(|octets: &[u8]| read_answer(octets));
