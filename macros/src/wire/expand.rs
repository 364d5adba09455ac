//! What follows?

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Generics, Type, parse_quote};

use super::generics::Params;
use super::model::{
    About, Body, Definition, Field, Read, ReadName, Shape, Tagging, Variant, Write,
};
use crate::common;

/// The constants that describe the type, and the traits of a type that crosses.
pub(super) fn expand(definition: &Definition) -> TokenStream {
    let params = Params::of(definition.item);
    let type_def = type_def(definition, &params);
    let checks = tagged_contents(definition, &params);
    let id = type_id(&definition.item.ident);
    let args = common::list(params.names().map(|name| quote!(<#name as __traitwire::Wire>::TYPE)));
    let ty = quote! {
        __traitwire::schema::Type::Named(__traitwire::schema::Named {
            id: #id,
            args: #args,
            def: __traitwire::schema::Link(::core::option::Option::Some(|| &__WIRE_DEF)),
        })
    };
    let generics = described(&definition.item.generics);
    let impls = impls(definition, &generics, &ty, &status(definition));
    let has_serde = has_serde(definition, &params);
    block(
        definition,
        &quote! {
            static __WIRE_DEF: __traitwire::schema::TypeDef = #type_def;
            #checks
            #impls
            #has_serde
        },
    )
}

/// An impl with parameters holds where its bounds do, which may be nowhere. That a derive of serde is
/// missing is said here, rather than wherever the type is used.
fn has_serde(definition: &Definition, params: &Params) -> Option<TokenStream> {
    params.names().next()?;
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
    generics.make_where_clause().predicates.push(parse_quote! {
        for<'__any> Self: __traitwire::Serialize + __traitwire::DeserializeOwned
            + ::core::marker::Send + 'static
    });
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
fn described(generics: &Generics) -> Generics {
    let mut generics = generics.clone();
    if generics.params.is_empty() {
        return generics;
    }
    for param in generics.type_params_mut() {
        param.bounds.push(parse_quote!(__traitwire::Wire));
    }
    // serde asks more of a parameter here and there, as `Default` for a field with a default.
    generics.make_where_clause().predicates.push(parse_quote! {
        Self: __traitwire::Serialize + __traitwire::DeserializeOwned
    });
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
    let Body::Enum { variants, .. } = &definition.body else { return TokenStream::new() };
    let mut by_status: Vec<(u16, Vec<&Ident>)> = Vec::new();
    for variant in variants {
        let Some(status) = variant.status else { continue };
        match by_status.iter_mut().find(|(known, _)| *known == status) {
            Some((_, variants)) => variants.push(variant.ident),
            None => by_status.push((status, vec![variant.ident])),
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
    let others = (by_status.iter().map(|(_, variants)| variants.len()).sum::<usize>() < all)
        .then(|| quote!(_ => 422,));
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
fn tagged_contents(definition: &Definition, params: &Params) -> TokenStream {
    let Body::Enum { tagging: Tagging::Internal { .. }, variants, .. } = &definition.body else {
        return TokenStream::new();
    };
    let contents = variants.iter().filter_map(|variant| match &variant.shape {
        Shape::Newtype(ty) => Some(*ty),
        _ => None,
    });
    let one = |ty: &Type| {
        let described = wire_type(ty, params);
        quote_spanned!(at(ty)=> const _: () = __traitwire::assert_tagged(const { &#described });)
    };
    let checks: Vec<_> = contents.map(one).collect();
    quote!(#(#checks)*)
}

fn type_def(definition: &Definition, params: &Params) -> TokenStream {
    let ident = &definition.item.ident;
    let id = type_id(ident);
    let names = common::list(params.names().map(|name| common::text(&name.unraw().to_string())));
    let body = body(&definition.body, params);
    let about = about(&definition.about);
    let source = common::source(ident.span());
    quote! {
        __traitwire::schema::TypeDef {
            id: #id,
            params: #names,
            body: #body,
            #about
            source: #source,
        }
    }
}

fn type_id(ident: &Ident) -> TokenStream {
    let name = common::text(&ident.unraw().to_string());
    quote! {
        __traitwire::schema::TypeId {
            module: __traitwire::text(::core::module_path!()),
            name: #name,
        }
    }
}

fn about(About { docs, deprecated }: &About) -> TokenStream {
    let docs = common::text(docs);
    let deprecated = common::deprecation_tokens(deprecated.as_ref());
    quote! {
        docs: #docs,
        deprecated: #deprecated,
    }
}

fn body(body: &Body, params: &Params) -> TokenStream {
    match body {
        Body::Struct { shape, transparent, deny_unknown_fields } => {
            let shape = self::shape(shape, params);
            quote! {
                __traitwire::schema::Body::Struct(__traitwire::schema::Struct {
                    shape: #shape,
                    transparent: #transparent,
                    deny_unknown_fields: #deny_unknown_fields,
                })
            }
        }
        Body::Enum { tagging, variants, open, deny_unknown_fields } => {
            let tagging = self::tagging(tagging);
            let variants = common::list(variants.iter().map(|one| variant(one, params)));
            quote! {
                __traitwire::schema::Body::Enum(__traitwire::schema::Enum {
                    tagging: #tagging,
                    variants: #variants,
                    open: #open,
                    deny_unknown_fields: #deny_unknown_fields,
                    overlapping: false,
                })
            }
        }
    }
}

fn tagging(tagging: &Tagging) -> TokenStream {
    let tagging = match tagging {
        Tagging::External => quote!(External),
        Tagging::Internal { tag } => {
            let tag = common::text(tag);
            quote!(Internal { tag: #tag })
        }
        Tagging::Adjacent { tag, content } => {
            let (tag, content) = (common::text(tag), common::text(content));
            quote!(Adjacent { tag: #tag, content: #content })
        }
        Tagging::Untagged => quote!(Untagged),
    };
    quote!(__traitwire::schema::Tagging::#tagging)
}

fn variant(variant: &Variant, params: &Params) -> TokenStream {
    let Variant { ident, write, read, shape, status, since, about } = variant;
    let rust_name = common::text(&ident.unraw().to_string());
    let write = common::optional_text(write.as_deref());
    let read = common::option(read.as_ref().map(|ReadName { name, aliases }| {
        let name = common::text(name);
        let aliases = common::list(aliases.iter().map(|alias| common::text(alias)));
        quote!(__traitwire::schema::ReadName { name: #name, aliases: #aliases })
    }));
    let shape = self::shape(shape, params);
    let status = common::option(status.map(ToTokens::into_token_stream));
    let since = common::optional_text(*since);
    let about = self::about(about);
    quote! {
        __traitwire::schema::Variant {
            rust_name: #rust_name,
            write: #write,
            read: #read,
            shape: #shape,
            status: #status,
            catch_all: false,
            untagged: false,
            since: #since,
            #about
        }
    }
}

fn shape(shape: &Shape, params: &Params) -> TokenStream {
    let shape = match shape {
        Shape::Unit => quote!(Unit),
        Shape::Newtype(ty) => {
            let ty = wire_type(ty, params);
            quote!(Newtype(#ty))
        }
        Shape::Tuple(types) => {
            let types = common::list(types.iter().map(|ty| wire_type(ty, params)));
            quote!(Tuple(#types))
        }
        Shape::Fields(fields) => {
            let fields = common::list(fields.iter().map(|one| field(one, params)));
            quote!(Fields(#fields))
        }
    };
    quote!(__traitwire::schema::Shape::#shape)
}

fn field(field: &Field, params: &Params) -> TokenStream {
    let Field { ident, ty, write, read, since, about } = field;
    let rust_name = ident.unraw().to_string();
    let ty = wire_type(ty, params);
    let none = || common::option(None);
    let write = write.as_ref().map_or_else(none, written);
    let read = read.as_ref().map_or_else(none, self::read);
    let since = common::optional_text(*since);
    let docs = &about.docs;
    let deprecated = common::deprecation_tokens(about.deprecated.as_ref());
    let source = common::source(ident.span());
    quote! {
        __traitwire::field(#rust_name, #ty, #write, #read, #since, #docs, #deprecated, #source)
    }
}

fn written(Write { name, maybe }: &Write) -> TokenStream {
    let presence = if *maybe { quote!(Maybe) } else { quote!(Always) };
    quote!(__traitwire::write(#name, __traitwire::schema::Presence::#presence))
}

fn read(Read { name: ReadName { name, aliases }, default }: &Read) -> TokenStream {
    let aliases = aliases.iter().map(|alias| common::text(alias));
    let aliases: Vec<_> = aliases.collect();
    let aliases = if aliases.is_empty() { quote!(&[]) } else { quote!(const { &[#(#aliases),*] }) };
    let absent = if *default {
        quote!(Default(__traitwire::schema::Value::Unknown))
    } else {
        quote!(ByType)
    };
    quote!(__traitwire::read(#name, #aliases, __traitwire::schema::Absent::#absent))
}

/// The schema of a field's type. At the place of the type, so that a type which cannot cross is
/// what the compiler underlines.
fn wire_type(ty: &Type, params: &Params) -> TokenStream {
    let described = params.describe(ty);
    quote_spanned!(at(ty)=> <#described as __traitwire::Wire>::TYPE)
}

/// The place of these tokens, but written by the macro: no lint holds the user responsible.
fn at(tokens: &impl Spanned) -> Span {
    tokens.span().resolved_at(Span::call_site())
}
