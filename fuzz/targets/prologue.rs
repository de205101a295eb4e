#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| tower_widget_identity_fuzz::prologue::check(input));
