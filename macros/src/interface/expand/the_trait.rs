//! What becomes of the trait itself?

use proc_macro2::{Delimiter, Group, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, Ident, ReturnType, Token, Type};

use crate::interface::parse::{self, Ending, Function, Member, Pattern, Trait};

/// The trait that the user wrote: without the attributes that are ours, and with each `async fn` as
/// a `fn` whose future is `Send`, which an `async fn` in the impl provides.
///
/// It may have mistakes, which were reported. Here they only must not cause others.
pub(crate) fn the_trait(mut item: Trait) -> TokenStream {
    item.attrs.retain(|attr| !is_misplaced(attr) && !is_helper(attr));
    for member in &mut item.members {
        if let Member::Method(method) = member {
            method.attrs.retain(|attr| !is_helper(attr));
            name_or_underscore(method);
            send_future(method);
        }
    }
    item.into_token_stream()
}

fn is_helper(attr: &Attribute) -> bool {
    let ours = |ident: &Ident| ident == "rpc" || ident == "ipc";
    attr.path().get_ident().is_some_and(ours) || parse::conditional(attr).iter().any(ours)
}

/// A macro that would not understand what is made of the trait.
fn is_misplaced(attr: &Attribute) -> bool {
    attr.path().segments.last().is_some_and(|last| {
        ["async_trait", "rpc_interface", "ipc_interface"].iter().any(|name| last.ident == name)
    })
}

/// Without a body, rustc takes nothing else for an argument's name.
fn name_or_underscore(method: &mut Function) {
    if let Ending::Body(_) = method.end {
        return;
    }
    for arg in &mut method.inputs.args {
        match &arg.pattern {
            Pattern::Name(_) => {}
            Pattern::Mut(_, ident) => arg.pattern = Pattern::Name(ident.clone()),
            Pattern::Other(pattern) => {
                arg.pattern = Pattern::Other(quote_spanned!(pattern.span()=> _));
            }
        }
    }
}

fn send_future(method: &mut Function) {
    let Some(token) = method.async_token.take() else { return };
    let output = match &method.output {
        ReturnType::Default => quote_spanned!(token.span()=> ()),
        ReturnType::Type(_, ty) => ty.to_token_stream(),
    };
    let future = quote_spanned! {token.span()=>
        impl ::core::future::Future<Output = #output> + ::core::marker::Send
    };
    let arrow = Token![->](token.span());
    method.output = ReturnType::Type(arrow, Box::new(Type::Verbatim(future)));
    if let Ending::Body(body) = &mut method.end {
        let span = body.span();
        *body = Group::new(Delimiter::Brace, quote_spanned!(span=> async move #body));
        body.set_span(span);
    }
}
