//! Is all of a trait read, and written again as it was?

use proc_macro2::TokenStream;
use quote::ToTokens;

use super::{Ending, Function, Member, Pattern, Trait, is_trait};

fn read(text: &str) -> Trait {
    syn::parse_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn method(text: &str) -> Function {
    match read(&format!("trait T {{ {text} }}")).members.pop() {
        Some(Member::Method(method)) => *method,
        _ => panic!("no method: {text}"),
    }
}

/// Neither spaces nor a comma at the end of arguments mean anything.
fn essence(tokens: &TokenStream) -> String {
    tokens.to_string().replace(' ', "").replace(",)", ")")
}

#[test]
fn what_is_read_is_written_again() {
    for text in [
        "trait T {}",
        "#[a] #[doc = \"b\"] pub(in crate::x) unsafe auto trait T { #![c] }",
        "trait T<'a, A: B + ?Sized = C, const N: usize>: D<{ N }> + 'a + for<'b> E<'b> where A: F {}",
        "trait T: {}",
        "trait T { fn f(); async fn g(&self) -> u8; }",
        "trait T { #[a] const async unsafe extern \"C\" fn f<A>(self) -> A where A: B { 1 } }",
        "trait T { fn a(self); fn b(mut self); fn c(&self); fn d(&mut self); fn e(&'a self); }",
        "trait T { fn a(&'static mut self); fn b(self: Box<Self>); fn c(mut self: &Self,); }",
        "trait T { fn f(#[a] &self, #[b] a: u8, mut b: u8, _: u8, (c, d): (u8, u8)); }",
        "trait T { fn f(r#fn: u8, ref a: u8, a::B { c: d, .. }: a::B, &e: &u8); }",
        "trait T { unsafe extern fn f(a: u8, ...); fn g(b: ...); }",
        "trait T { fn f() -> impl A<B = impl C> + Send + use<'a, Self>; }",
        "trait T { const A: B = B { c: 1 }; type D<'a>: E<{ 1 }> where Self: 'a; const _: F; }",
        "trait T { a!(); b::c! { d } pub fn e() {} pub const F: G = G {}; default type H; }",
    ] {
        let expected: TokenStream = text.parse().unwrap();
        assert_eq!(essence(&read(text).to_token_stream()), essence(&expected));
    }
}

#[test]
fn parts_are_told_apart() {
    let members = read("trait T { fn a(); type B; const C: u8; d!(); pub fn e(); }").members;
    let kinds = members.iter().map(|member| match member {
        Member::Method(_) => 'm',
        Member::Type(..) => 't',
        Member::Const(..) => 'c',
        Member::Other(_) => 'o',
    });
    assert_eq!(kinds.collect::<String>(), "mtcoo");

    let method = method("fn f(self: a::B, a: u8, mut b: u8, c @ _: u8, self::D: u8, ...) {}");
    let patterns = method.inputs.args.iter().map(|arg| match arg.pattern {
        Pattern::Name(_) => 'n',
        Pattern::Mut(..) => 'm',
        Pattern::Other(_) => 'o',
    });
    assert_eq!(patterns.collect::<String>(), "nmoo");
    assert!(method.inputs.receiver.is_some());
    assert!(method.inputs.variadic.is_some());
    assert!(matches!(method.end, Ending::Body(_)));
}

#[test]
fn what_is_not_whole_is_an_error() {
    for text in [
        "struct S;",
        "trait T",
        "trait T {} trait U {}",
        "trait T { fn f() }",
        "trait T { fn f(a); }",
        "trait T { fn f(a:); }",
        "trait T { fn f(a: u8 b: u8); }",
        "trait T { fn f(a: u8, self); }",
        "trait T { fn f() -> ; }",
        "trait T { fn f() -> impl A + use<; }",
        "trait T { type A }",
        "trait T { #[a] }",
    ] {
        assert!(syn::parse_str::<Trait>(text).is_err(), "{text}");
    }
}

#[test]
fn half_a_trait_is_still_meant_to_be_one() {
    for (text, expected) in [
        ("#[a] pub unsafe trait T { fn }", true),
        ("pub auto trait", true),
        ("pub struct S;", false),
        ("unsafe impl T {}", false),
        ("", false),
    ] {
        assert_eq!(is_trait(text.parse().unwrap()), expected, "{text}");
    }
}
