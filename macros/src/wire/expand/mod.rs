//! What follows?

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Generics, parse_quote};

use self::describe::Describe;
use super::generics::Params;
use super::model::{Body, Conversion, Definition, Shape, Tagging};
use crate::common;

mod describe;
mod warn;

/// The function that makes the definition of the type, and the traits of a type that crosses.
pub(super) fn expand(definition: &Definition) -> TokenStream {
    let params = Params::of(definition.item);
    let describe = Describe { params: &params, definition };
    let type_def = describe.type_def();
    let checks = tagged_contents(definition, &describe);
    let ty = ty(definition, &describe);
    let generics = described(definition);
    let impls = impls(definition, &generics, &ty, &status(definition));
    let has_serde = has_serde(definition, &params);
    let warnings = warn::warnings(definition);
    block(
        definition,
        &quote! {
            fn __wire_def() -> __traitwire::schema::TypeDef { #type_def }
            #checks
            #impls
            #has_serde
            #warnings
        },
    )
}

/// What a use of the type is in the schema.
fn ty(definition: &Definition, describe: &Describe) -> TokenStream {
    let named = describe.named();
    let other = |ty: &syn::Type| quote_spanned!(at(ty)=> <#ty as __traitwire::Wire>::TYPE_REF);
    match definition.conversion {
        Conversion { write: Some(ty), read: None } => {
            let write = other(ty);
            quote!(__traitwire::split(#write, const { &#named }))
        }
        Conversion { write: None, read: Some(ty) } => {
            let read = other(ty);
            quote!(__traitwire::split(const { &#named }, #read))
        }
        _ => named,
    }
}

/// An impl with parameters holds where its bounds do, which may be nowhere. That a derive of serde is
/// missing is said here, rather than wherever the type is used.
fn has_serde(definition: &Definition, params: &Params) -> Option<TokenStream> {
    params.names().next()?;
    // serde writes functions for it, and no impls.
    if definition.remote.is_some() {
        return None;
    }
    let ident = &definition.item.ident;
    let this = params.this(at(ident));
    Some(quote_spanned!(at(ident)=> const _: () = __traitwire::assert_serde::<#this>();))
}

/// What keeps other uses of the type quiet after a mistake in its definition.
pub(super) fn fallback(definition: &Definition) -> TokenStream {
    if definition.item.generics.lifetimes().next().is_some() {
        return TokenStream::new();
    }
    // For any lifetime, so that the compiler does not ask now: after a mistake serde may have
    // written no impls either, which it says itself.
    let mut generics = definition.item.generics.clone();
    if definition.remote.is_none() {
        generics.make_where_clause().predicates.push(parse_quote! {
            for<'__any> Self: __traitwire::Serialize + __traitwire::DeserializeOwned
                + ::core::marker::Send + 'static
        });
    }
    let ty = quote!(__traitwire::schema::Type::Unit);
    block(definition, &impls(definition, &generics, &ty, &TokenStream::new()))
}

fn block(definition: &Definition, content: &TokenStream) -> TokenStream {
    let runtime = common::runtime(definition.runtime);
    let allowed = &definition.allowed;
    // The stand-ins of parameters have no size.
    let generic = !definition.item.generics.params.is_empty();
    let stand_ins = generic.then(|| quote!(#[allow(clippy::zero_sized_map_values)]));
    quote! {
        #(#[allow(#allowed)])*
        #stand_ins
        const _: () = {
            use #runtime::__private as __traitwire;
            #content
        };
    }
}

/// The user's parameters with the bounds under which the type crosses.
fn described(definition: &Definition) -> Generics {
    let mut generics = definition.item.generics.clone();
    if generics.params.is_empty() {
        return generics;
    }
    for param in generics.type_params_mut() {
        param.bounds.push(parse_quote!(__traitwire::Wire));
    }
    if definition.remote.is_none() {
        // serde asks more of a parameter here and there, as `Default` for a field with a default.
        let predicates = &mut generics.make_where_clause().predicates;
        predicates.push(parse_quote! {
            Self: __traitwire::Serialize + __traitwire::DeserializeOwned
        });
        for ty in definition.conversion.types() {
            predicates.push(parse_quote!(#ty: __traitwire::Wire));
        }
    }
    generics
}

fn impls(
    definition: &Definition,
    generics: &Generics,
    ty: &TokenStream,
    status: &TokenStream,
) -> TokenStream {
    let ident = &definition.item.ident;
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    if definition.remote.is_some() {
        return quote! {
            #[automatically_derived]
            impl #impl_generics __traitwire::Mirror for #ident #ty_generics #where_clause {
                const MIRRORED: __traitwire::schema::Type = #ty;
            }
        };
    }
    // That a derive of serde is missing is said once, of `Wire`: for any lifetime, the compiler does
    // not ask again.
    let mut once = generics.clone();
    once.make_where_clause().predicates.push(parse_quote!(for<'__any> Self: __traitwire::Wire));
    let once = &once.where_clause;
    quote! {
        #[automatically_derived]
        impl #impl_generics __traitwire::Wire for #ident #ty_generics #where_clause {
            const TYPE: __traitwire::schema::Type = #ty;
        }
        #[automatically_derived]
        impl #impl_generics __traitwire::Plain for #ident #ty_generics #once {}
        #[automatically_derived]
        impl #impl_generics __traitwire::Declare for #ident #ty_generics #once {
            #status
        }
    }
}

/// `status()`, where a variant names one.
fn status(definition: &Definition) -> TokenStream {
    let mut by_status: Vec<(u16, Vec<&Ident>)> = Vec::new();
    for (ident, status) in &definition.statuses {
        match by_status.iter_mut().find(|(known, _)| known == status) {
            Some((_, variants)) => variants.push(ident),
            None => by_status.push((*status, vec![ident])),
        }
    }
    if by_status.is_empty() {
        return TokenStream::new();
    }
    let arms =
        by_status.iter().map(|(status, variants)| quote!(#(Self::#variants { .. })|* => #status,));
    let all = match &definition.item.data {
        syn::Data::Enum(data) => data.variants.len(),
        _ => 0,
    };
    let others = (definition.statuses.len() < all).then(|| quote!(_ => 422,));
    quote! {
        fn status(&self) -> ::core::primitive::u16 {
            match self {
                #(#arms)*
                #others
            }
        }
    }
}

/// The content of an internally tagged variant must be an object.
fn tagged_contents(definition: &Definition, describe: &Describe) -> TokenStream {
    let Body::Enum { tagging: Tagging::Internal { .. }, variants, .. } = &definition.body else {
        return TokenStream::new();
    };
    let mut checks = TokenStream::new();
    for variant in variants.iter().filter(|variant| !variant.untagged) {
        let Shape::Newtype(crossing) = &variant.shape else { continue };
        for ty in crossing.types() {
            let at = at(ty);
            let ty = describe.params.describe(ty);
            checks.extend(quote_spanned!(at=> const _: () = __traitwire::assert_tagged::<#ty>();));
        }
    }
    checks
}

/// The place of these tokens, but written by the macro: no lint holds the user responsible.
fn at(tokens: &impl Spanned) -> Span {
    tokens.span().resolved_at(Span::call_site())
}
