//! How is a trait read?

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, Generics, Ident, Token, TypeParamBound, Visibility, braced, token};

use super::{Member, Trait, method};

/// Whether this is meant to be a trait, if perhaps with a mistake in it.
pub(crate) fn is_trait(item: TokenStream) -> bool {
    let begins = |input: ParseStream<'_>| {
        input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        input.parse::<Option<Token![unsafe]>>()?;
        input.parse::<Option<Token![auto]>>()?;
        let begins = input.peek(Token![trait]);
        input.parse::<TokenStream>()?;
        Ok(begins)
    };
    begins.parse2(item).unwrap_or(false)
}

impl Parse for Trait {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        let unsafe_token = input.parse()?;
        let auto_token = input.parse()?;
        let keyword = input.parse()?;
        let ident = input.parse()?;
        let mut generics: Generics = input.parse()?;
        let supertraits = supertraits(input)?;
        generics.where_clause = input.parse()?;
        let content;
        let brace = braced!(content in input);
        attrs.extend(content.call(Attribute::parse_inner)?);
        let mut members = Vec::new();
        while !content.is_empty() {
            members.push(member(&content)?);
        }
        Ok(Trait {
            attrs,
            vis,
            unsafe_token,
            auto_token,
            keyword,
            ident,
            generics,
            supertraits,
            brace,
            members,
        })
    }
}

/// `: A + B`.
fn supertraits(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut tokens = TokenStream::new();
    if !input.peek(Token![:]) {
        return Ok(tokens);
    }
    input.parse::<Token![:]>()?.to_tokens(&mut tokens);
    while !input.peek(Token![where]) && !input.peek(token::Brace) {
        input.parse::<TypeParamBound>()?.to_tokens(&mut tokens);
        input.parse::<Option<Token![+]>>()?.to_tokens(&mut tokens);
    }
    Ok(tokens)
}

fn member(input: ParseStream<'_>) -> syn::Result<Member> {
    let ahead = input.fork();
    let attrs = ahead.call(Attribute::parse_outer)?;
    if method::begins(&ahead) {
        input.call(Attribute::parse_outer)?;
        return Ok(Member::Method(Box::new(method::method(attrs, input)?)));
    }
    // None of these may stand here, which rustc says.
    let is_modified = ahead.peek(Token![pub]) || ahead.peek(Token![default]);
    ahead.parse::<Visibility>()?;
    ahead.parse::<Option<Token![default]>>()?;
    let is_const = ahead.peek(Token![const]) && !method::begins(&ahead);
    let is_type = ahead.peek(Token![type]);
    let tokens = opaque(input, !is_const && !is_type)?;
    if is_modified || !(is_const || is_type) {
        return Ok(Member::Other(tokens));
    }
    ahead.parse::<TokenTree>()?;
    let ident = ahead.call(Ident::parse_any)?;
    Ok(if is_type { Member::Type(ident, tokens) } else { Member::Const(ident, tokens) })
}

/// The tokens up to the `;`, or the braces if those may be the end.
fn opaque(input: ParseStream<'_>, ends_with_braces: bool) -> syn::Result<TokenStream> {
    let mut tokens = TokenStream::new();
    loop {
        let is_last = input.peek(Token![;]) || (ends_with_braces && input.peek(token::Brace));
        input.parse::<TokenTree>()?.to_tokens(&mut tokens);
        if is_last {
            return Ok(tokens);
        }
    }
}
