//! How is read what a method takes?

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::ParseStream;
use syn::{Attribute, Ident, Lifetime, Token};

use super::{Argument, Inputs, Pattern, Receiver};

/// What stands between the parentheses.
pub(super) fn inputs(input: ParseStream<'_>) -> syn::Result<Inputs> {
    let mut inputs = Inputs::default();
    while !input.is_empty() {
        let attrs = input.call(Attribute::parse_outer)?;
        let is_first = inputs.receiver.is_none() && inputs.args.is_empty();
        if is_first && is_receiver(input) {
            inputs.receiver = Some(receiver(attrs, input)?);
        } else {
            argument(attrs, input, &mut inputs)?;
        }
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(inputs)
}

fn is_receiver(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    reference(&ahead).is_ok()
        && ahead.parse::<Option<Token![mut]>>().is_ok()
        && ahead.peek(Token![self])
        && !ahead.peek2(Token![::])
}

fn receiver(attrs: Vec<Attribute>, input: ParseStream<'_>) -> syn::Result<Receiver> {
    let reference = reference(input)?;
    let mut_token = input.parse()?;
    let self_token = input.parse()?;
    let ty = match input.parse::<Option<Token![:]>>()? {
        Some(colon) => Some((colon, input.parse()?)),
        None => None,
    };
    Ok(Receiver { attrs, reference, mut_token, self_token, ty })
}

/// `&` or `&'a`.
fn reference(input: ParseStream<'_>) -> syn::Result<Option<(Token![&], Option<Lifetime>)>> {
    let Some(and) = input.parse::<Option<Token![&]>>()? else { return Ok(None) };
    let lifetime = if input.peek(Lifetime) { Some(input.call(Lifetime::parse_any)?) } else { None };
    Ok(Some((and, lifetime)))
}

/// `pattern: Type`, `pattern: ...` or `...`.
fn argument(attrs: Vec<Attribute>, input: ParseStream<'_>, inputs: &mut Inputs) -> syn::Result<()> {
    if let Some(dots) = input.parse::<Option<Token![...]>>()? {
        inputs.variadic = Some(quote!(#(#attrs)* #dots));
        return Ok(());
    }
    let pattern = pattern(input)?;
    let colon: Token![:] = input.parse()?;
    if let Some(dots) = input.parse::<Option<Token![...]>>()? {
        inputs.variadic = Some(quote!(#(#attrs)* #pattern #colon #dots));
        return Ok(());
    }
    inputs.args.push(Argument { attrs, pattern, colon, ty: input.parse()? });
    Ok(())
}

/// What stands before the colon.
fn pattern(input: ParseStream<'_>) -> syn::Result<Pattern> {
    if input.peek(Ident) && input.peek2(Token![:]) && !input.peek2(Token![::]) {
        return input.parse().map(Pattern::Name);
    }
    let is_mut = input.peek(Token![mut]) && input.peek2(Ident);
    if is_mut && input.peek3(Token![:]) && !input.peek3(Token![::]) {
        return Ok(Pattern::Mut(input.parse()?, input.parse()?));
    }
    let mut tokens = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        if let Some(colons) = input.parse::<Option<Token![::]>>()? {
            colons.to_tokens(&mut tokens);
        } else if input.peek(Token![:]) {
            break;
        } else {
            input.parse::<TokenTree>()?.to_tokens(&mut tokens);
        }
    }
    Ok(Pattern::Other(tokens))
}
