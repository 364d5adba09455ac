#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| traitwire_fuzz::machine(bytes));
