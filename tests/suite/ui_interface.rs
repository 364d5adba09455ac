//! What the compiler says to mistakes, one file a mistake.

#[test]
fn mistakes_are_explained() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/interface/*.rs");
}
