//! How is a method read?

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{
    Abi, Attribute, Generics, ReturnType, Token, Type, TypeImplTrait, TypeParamBound,
    parenthesized, token,
};

use super::{Ending, Function, arguments};

/// Whether a method follows, whose attributes have been read.
pub(super) fn begins(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    let modifiers = || {
        ahead.parse::<Option<Token![const]>>()?;
        ahead.parse::<Option<Token![async]>>()?;
        ahead.parse::<Option<Token![unsafe]>>()?;
        ahead.parse::<Option<Abi>>()
    };
    modifiers().is_ok() && ahead.peek(Token![fn])
}

pub(super) fn method(attrs: Vec<Attribute>, input: ParseStream<'_>) -> syn::Result<Function> {
    let const_token = input.parse()?;
    let async_token = input.parse()?;
    let unsafe_token = input.parse()?;
    let abi = input.parse()?;
    let fn_token = input.parse()?;
    let ident = input.parse()?;
    let mut generics: Generics = input.parse()?;
    let content;
    let paren = parenthesized!(content in input);
    let inputs = arguments::inputs(&content)?;
    let output = output(input)?;
    generics.where_clause = input.parse()?;
    let end = end(input)?;
    Ok(Function {
        attrs,
        const_token,
        async_token,
        unsafe_token,
        abi,
        fn_token,
        ident,
        generics,
        paren,
        inputs,
        output,
        end,
    })
}

fn output(input: ParseStream<'_>) -> syn::Result<ReturnType> {
    let Some(arrow) = input.parse::<Option<Token![->]>>()? else {
        return Ok(ReturnType::Default);
    };
    let ty = if input.peek(Token![impl]) { impl_trait(input)? } else { input.parse()? };
    Ok(ReturnType::Type(arrow, Box::new(ty)))
}

/// Without its feature "full", syn does not know `impl Trait + use<..>`.
fn impl_trait(input: ParseStream<'_>) -> syn::Result<Type> {
    let impl_token = input.parse()?;
    let mut bounds = Punctuated::new();
    loop {
        let captures = input.peek(Token![use]);
        bounds.push_value(if captures { precise_capture(input)? } else { input.parse()? });
        if !input.peek(Token![+]) {
            break;
        }
        bounds.push_punct(input.parse()?);
    }
    Ok(Type::ImplTrait(TypeImplTrait { attrs: Vec::new(), impl_token, bounds }))
}

/// `use<'a, T>`.
fn precise_capture(input: ParseStream<'_>) -> syn::Result<TypeParamBound> {
    let mut tokens = TokenStream::new();
    loop {
        let is_last = input.peek(Token![>]);
        input.parse::<TokenTree>()?.to_tokens(&mut tokens);
        if is_last {
            return Ok(TypeParamBound::Verbatim(tokens));
        }
    }
}

fn end(input: ParseStream<'_>) -> syn::Result<Ending> {
    let ahead = input.lookahead1();
    if ahead.peek(token::Brace) {
        input.parse().map(Ending::Body)
    } else if ahead.peek(Token![;]) {
        input.parse().map(Ending::Semicolon)
    } else {
        Err(ahead.error())
    }
}
