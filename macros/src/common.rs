//! What do types and interfaces have in common: docs, deprecation, places, constant text.
//!
//! The tokens name things of `__private` under the alias `__traitwire`, which the surrounding
//! expansion brings in: `use ::traitwire::__private as __traitwire;`.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute, Expr, ExprLit, Lit, Meta};

use crate::diagnostics::Errors;

/// The path under which generated code finds the runtime: `::traitwire`, unless `crate = ".."` says
/// otherwise.
pub(crate) fn runtime(renamed: Option<&syn::Path>) -> TokenStream {
    match renamed {
        Some(path) => quote!(#path),
        None => quote!(::traitwire),
    }
}

/// `#[doc]` lines joined, each without its leading space.
pub(crate) fn docs(attrs: &[Attribute]) -> String {
    let mut lines = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("doc")) {
        if let Meta::NameValue(meta) = &attr.meta
            && let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &meta.value
        {
            let text = text.value();
            lines
                .extend(text.lines().map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned()));
            if text.is_empty() {
                lines.push(String::new());
            }
        }
    }
    lines.join("\n").trim().to_owned()
}

/// What `#[deprecated]` says.
pub(crate) struct Deprecation {
    since: Option<String>,
    note: Option<String>,
}

/// Reads `#[deprecated]`, `#[deprecated = ".."]` and `#[deprecated(since = "..", note = "..")]`.
pub(crate) fn deprecation(attrs: &[Attribute], errors: &mut Errors) -> Option<Deprecation> {
    let attr = attrs.iter().find(|attr| attr.path().is_ident("deprecated"))?;
    let mut deprecation = Deprecation { since: None, note: None };
    match &attr.meta {
        Meta::Path(_) => {}
        Meta::NameValue(meta) => {
            if let Expr::Lit(ExprLit { lit: Lit::Str(note), .. }) = &meta.value {
                deprecation.note = Some(note.value());
            }
        }
        Meta::List(list) => {
            errors.keep(list.parse_nested_meta(|meta| {
                let text: syn::LitStr = meta.value()?.parse()?;
                if meta.path.is_ident("since") {
                    deprecation.since = Some(text.value());
                } else if meta.path.is_ident("note") {
                    deprecation.note = Some(text.value());
                }
                Ok(())
            }));
        }
    }
    Some(deprecation)
}

/// A constant `Text`.
pub(crate) fn text(text: &str) -> TokenStream {
    quote!(__traitwire::text(#text))
}

/// A constant `Option<Text>`.
pub(crate) fn optional_text(optional: Option<&str>) -> TokenStream {
    option(optional.map(text))
}

/// A constant `Option`.
pub(crate) fn option(optional: Option<TokenStream>) -> TokenStream {
    match optional {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}

/// What follows from each of these. Through `dyn`, so that it is compiled once for a kind of items,
/// and not again for each closure: a macro is compiled anew in every cold build.
pub(crate) fn each<T>(items: &[T], one: &dyn Fn(&T) -> TokenStream) -> Vec<TokenStream> {
    items.iter().map(one).collect()
}

/// A constant `List`.
pub(crate) fn list(items: impl IntoIterator<Item = TokenStream>) -> TokenStream {
    list_of(&items.into_iter().collect::<Vec<_>>())
}

fn list_of(items: &[TokenStream]) -> TokenStream {
    quote!(__traitwire::list(const { &[#(#items),*] }))
}

impl Deprecation {
    /// The same as a method of the runtime's `Head` and `Part`.
    pub(crate) fn method(&self) -> TokenStream {
        let [since, note] = [&self.since, &self.note]
            .map(|text| option(text.as_ref().map(ToTokens::to_token_stream)));
        quote!(.deprecated(#since, #note))
    }
}

/// A constant `Option<Deprecation>`.
pub(crate) fn deprecation_tokens(deprecation: Option<&Deprecation>) -> TokenStream {
    option(deprecation.map(|Deprecation { since, note }| {
        let since = optional_text(since.as_deref());
        let note = optional_text(note.as_deref());
        quote!(__traitwire::schema::Deprecation { since: #since, note: #note })
    }))
}

/// A constant `Source` for the place of a span.
pub(crate) fn source(span: Span) -> TokenStream {
    let (line, column) = place(span);
    quote! {
        __traitwire::source(
            ::core::file!(),
            ::core::option_env!("CARGO_MANIFEST_DIR"),
            #line,
            #column,
        )
    }
}

/// Line and column, both from 1. Zero outside of a compiler, where spans have no places.
pub(crate) fn place(span: Span) -> (u32, u32) {
    if !proc_macro::is_available() {
        return (0, 0);
    }
    let span = span.unwrap();
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    (number(span.line()), number(span.column()))
}
