//! What follows from an interface?
//!
//! The public types stand beside the trait; all else is in one `const _`, where names are ours and
//! `__traitwire` is the runtime. Logic stays in the runtime: what is generated only calls it.

mod client;
mod schema;
mod server;
mod the_trait;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Ident, Type};

pub(super) use self::the_trait::the_trait;
use super::model::{Arg, Attrs, Interface, Method, Passing};
use super::parse::bare;
use crate::common::each;

/// Everything beside the trait itself.
pub(super) fn interface(interface: &Interface) -> TokenStream {
    let registration = schema::registration();
    generated(interface, &registration)
}

/// The same, but the program does not list the interface: what is left after a mistake.
pub(super) fn unregistered(interface: &Interface) -> TokenStream {
    generated(interface, &TokenStream::new())
}

fn generated(interface: &Interface, registration: &TokenStream) -> TokenStream {
    let Interface { runtime, attrs: Attrs { cfgs, allows, .. }, .. } = interface;
    let schema = schema::function(interface);
    let assertions = schema::assertions(interface);
    let warnings = schema::warnings(interface);
    let (client, server) = (client::definition(interface), server::definition(interface));
    let numbers = numbers(interface);
    let (client_impls, server_impls) = (client::impls(interface), server::impls(interface));
    quote! {
        #client
        #server
        #warnings
        #(#cfgs)*
        #(#allows)*
        // Both were reported where the user wrote them.
        #[allow(deprecated, clippy::used_underscore_binding)]
        const _: () = {
            use #runtime::__private as __traitwire;
            #schema
            #registration
            #assertions
            #numbers
            #client_impls
            #server_impls
        };
    }
}

/// Numbers the methods in the order of declaration. An enum counts under the same `#[cfg]`s as the
/// list in the schema.
fn numbers(interface: &Interface) -> TokenStream {
    let variants = each(&interface.methods, &|method| {
        let Method { ident, attrs: Attrs { cfgs, .. }, .. } = method;
        let ident = elsewhere(ident);
        quote!(#(#cfgs)* #ident)
    });
    quote! {
        #[allow(non_camel_case_types)]
        enum __Method { #(#variants),* }
    }
}

fn number(method: &Method) -> TokenStream {
    let ident = elsewhere(&method.ident);
    quote!(__Method::#ident as usize)
}

/// A method's name where no reader is to be led: those look for the client's method.
fn elsewhere(ident: &Ident) -> Ident {
    let mut ident = ident.clone();
    ident.set_span(Span::call_site());
    ident
}

/// `CatalogClient` of `Catalog`: at the trait's place, where a reader wants to be led.
fn public_type(interface: &Interface, suffix: &str) -> Ident {
    format_ident!("{}{suffix}", interface.ident.unraw(), span = interface.ident.span())
}

/// A name of ours in a body, which collides with no name of the user's.
fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

// A type stands in generated code as a projection, `<T as Lend>::Owned`, spanned at the user's type.
// Where `T` cannot cross, rustc then underlines `T` in each of these places with one and the same
// message, which it shows once, and takes the projection for any type at all. A bound that a call
// brings along would be reported again for each call, and at the attribute.

/// What an argument is decoded into.
fn owned(arg: &Arg) -> TokenStream {
    match &arg.passing {
        Passing::Owned => crossing(&arg.ty, "Owned"),
        Passing::Incoming(item) => crossing(item, "Owned"),
        Passing::Borrowed(ty) => match bare(ty) {
            // Not `[T]` as a whole: the message is to be about `T`.
            Type::Slice(slice) => {
                let elem = crossing(&slice.elem, "Owned");
                quote!(__traitwire::Vec<#elem>)
            }
            ty => crossing(ty, "Owned"),
        },
    }
}

/// What an argument is encoded from.
fn lent(arg: &Arg) -> TokenStream {
    match &arg.passing {
        Passing::Owned => crossing(&arg.ty, "Lent"),
        Passing::Incoming(item) => crossing(item, "Lent"),
        Passing::Borrowed(ty) => match bare(ty) {
            Type::Slice(slice) => {
                let elem = crossing(&slice.elem, "Lent");
                quote!([#elem])
            }
            ty => crossing(ty, "Lent"),
        },
    }
}

fn crossing(ty: &Type, part: &str) -> TokenStream {
    projection(ty, &quote!(Lend), part)
}

/// What a method returns, or an item.
fn returned(ty: &Type, part: &str) -> TokenStream {
    projection(ty, &quote!(Returned), part)
}

/// `<ty as path>::part`, which extends over the whole of the user's type: rustc takes two messages
/// for one only if they are about the same place.
fn projection(ty: &Type, path: &TokenStream, part: &str) -> TokenStream {
    let last = ty.to_token_stream().into_iter().last();
    let last = last.map_or_else(Span::call_site, |token| token.span());
    let part = Ident::new(part, last);
    quote_spanned!(ty.span()=> <#ty as __traitwire::#path>::#part)
}
