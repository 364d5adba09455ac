//! What does the schema say of an interface?

use proc_macro2::TokenStream;
use quote::quote;
use syn::Type;

use super::{owned, returned};
use crate::common::{deprecation_tokens, each, list, option, optional_text, source, text};
use crate::interface::model::{
    Arg, Attrs, End, Interface, Kind, Method, MethodOptions, Passing, Reply, Signature,
};
use crate::lint::bytes_as_numbers;

/// `fn __interface`, which gives the description.
pub(super) fn function(interface: &Interface) -> TokenStream {
    let Interface { ident, name, attrs, route_required, serial, .. } = interface;
    let name = text(&name.text);
    let rust_name = text(&syn::ext::IdentExt::unraw(ident).to_string());
    let kind = match interface.kind {
        Kind::Rpc => quote!(Rpc),
        Kind::Ipc => quote!(Ipc),
    };
    let served_by = match interface.served_by {
        End::Backend => quote!(Backend),
        End::Frontend => quote!(Frontend),
    };
    // A version that was not understood is reported, and nothing is registered.
    let version = text(&interface.version.as_ref().map_or("0.0.0".to_owned(), ToString::to_string));
    let methods = list(each(&interface.methods, &method));
    let docs = text(&attrs.documentation);
    let deprecated = deprecation_tokens(attrs.deprecation.as_ref());
    let source = source(ident.span());
    quote! {
        fn __interface() -> &'static __traitwire::schema::Interface {
            static __INTERFACE: __traitwire::schema::Interface = __traitwire::schema::Interface {
                name: #name,
                rust_name: #rust_name,
                kind: __traitwire::schema::InterfaceKind::#kind,
                served_by: __traitwire::schema::End::#served_by,
                version: #version,
                route_required: #route_required,
                serial: #serial,
                methods: #methods,
                docs: #docs,
                deprecated: #deprecated,
                source: #source,
            };
            &__INTERFACE
        }
    }
}

/// Puts the description into the program's list.
pub(super) fn registration() -> TokenStream {
    quote! {
        __traitwire::inventory::submit! { __traitwire::Entry(__interface) }
    }
}

/// What else rustc has to find out about the types of an interface.
pub(super) fn assertions(interface: &Interface) -> TokenStream {
    let assertions = each(&interface.methods, &|method| {
        let cfgs = &method.attrs.cfgs;
        let types = types(&method.signature);
        quote! {
            // Where there is nothing to borrow from, rustc asks for the lifetime that a `Cow<str>`
            // hides.
            #(#cfgs)*
            const _: ::core::option::Option<(#(fn() -> #types,)*)> = ::core::option::Option::None;
        }
    });
    quote!(#(#assertions)*)
}

/// What is allowed, but seldom meant. Once for an interface.
pub(super) fn warnings(interface: &Interface) -> TokenStream {
    let allows =
        |attrs: &Attrs| attrs.allows.iter().any(|allow| allow.to_string().contains("deprecated"));
    if allows(&interface.attrs) {
        return TokenStream::new();
    }
    let warning =
        interface.methods.iter().filter(|method| !allows(&method.attrs)).find_map(|method| {
            let warning = bytes_as_numbers(types(&method.signature))?;
            let (outer, inner) = (&interface.attrs.cfgs, &method.attrs.cfgs);
            Some(quote!(#(#outer)* #(#inner)* #warning))
        });
    warning.unwrap_or_default()
}

/// All types that cross.
fn types(signature: &Signature) -> Vec<&Type> {
    let mut types = Vec::new();
    for Arg { ty, passing, .. } in &signature.args {
        types.push(match passing {
            Passing::Owned => ty,
            Passing::Incoming(ty) | Passing::Borrowed(ty) => ty,
        });
    }
    match &signature.reply {
        Reply::None(_) => {}
        Reply::Value(ty) | Reply::Stream(ty) => types.push(ty),
    }
    types
}

fn method(method: &Method) -> TokenStream {
    let Method { ident, name, attrs, options, signature } = method;
    let Attrs { cfgs, documentation, deprecation, .. } = attrs;
    let MethodOptions { aliases, cache, since, .. } = options;
    let name = text(&name.text);
    let aliases = list(each(aliases, &|alias| text(&alias.value())));
    let rust_name = text(&syn::ext::IdentExt::unraw(ident).to_string());
    let args = list(each(&signature.args, &arg));
    let (reply, error) = reply(&signature.reply);
    let access = access(options);
    let readonly = options.readonly.is_some();
    let idempotent = readonly || options.idempotent.is_some();
    let cache = optional_text(cache.as_ref().map(syn::LitStr::value).as_deref());
    let since = optional_text(since.as_ref().map(syn::LitStr::value).as_deref());
    let (spawn, detached) = (options.spawn.is_some(), options.detached.is_some());
    let docs = text(documentation);
    let deprecated = deprecation_tokens(deprecation.as_ref());
    let source = source(ident.span());
    quote! {
        #(#cfgs)*
        __traitwire::schema::Method {
            name: #name,
            aliases: #aliases,
            rust_name: #rust_name,
            args: #args,
            reply: #reply,
            error: #error,
            access: #access,
            readonly: #readonly,
            idempotent: #idempotent,
            cache: #cache,
            since: #since,
            spawn: #spawn,
            detached: #detached,
            docs: #docs,
            deprecated: #deprecated,
            source: #source,
        }
    }
}

fn arg(arg: &Arg) -> TokenStream {
    let name = text(&arg.name.text);
    let rust_name = text(&syn::ext::IdentExt::unraw(&arg.ident).to_string());
    let owned = owned(arg);
    let stream = arg.is_stream();
    quote! {
        __traitwire::schema::Arg {
            name: #name,
            rust_name: #rust_name,
            ty: <#owned as __traitwire::Wire>::TYPE,
            stream: #stream,
        }
    }
}

/// The reply and the declared error: which of the two rustc finds in the type that is returned.
fn reply(reply: &Reply) -> (TokenStream, TokenStream) {
    let (variant, ty) = match reply {
        Reply::None(_) => return (quote!(__traitwire::schema::Reply::None), option(None)),
        Reply::Value(ty) => (quote!(Value), ty),
        Reply::Stream(ty) => (quote!(Stream), ty),
    };
    let ok = returned(ty, "Ok");
    let err = returned(ty, "Err");
    (
        quote!(__traitwire::schema::Reply::#variant(<#ok as __traitwire::Wire>::TYPE)),
        quote!(<#err as __traitwire::DeclaredError>::TYPE),
    )
}

fn access(options: &MethodOptions) -> TokenStream {
    let access = match (&options.public, &options.scope) {
        (None, None) => quote!(Authenticated),
        (Some(_), _) => quote!(Public),
        (None, Some(scope)) => {
            let scope = text(&scope.value());
            quote!(Scope(#scope))
        }
    };
    quote!(__traitwire::schema::Access::#access)
}
