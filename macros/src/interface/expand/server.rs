//! How does a call reach the implementation?

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Ident;
use syn::spanned::Spanned;

use super::{local, number, owned, public_type, returned};
use crate::common::each;
use crate::interface::model::{
    Arg, Attrs, Interface, Kind, Method, Notified, Passing, Reply, Signature,
};

/// The server type.
pub(super) fn definition(interface: &Interface) -> TokenStream {
    let Interface { vis, runtime, attrs, .. } = interface;
    let Attrs { cfgs, allows, deprecated, .. } = attrs;
    let server = public_type(interface, "Server");
    let docs = docs(interface, &server.to_string());
    quote! {
        #(#cfgs)*
        #(#allows)*
        #(#[doc = #docs])*
        #deprecated
        #[allow(dead_code)]
        #vis struct #server<S>(#runtime::__private::Arc<S>);
    }
}

fn docs(interface: &Interface, server: &str) -> [String; 3] {
    let Interface { kind, ident, served_by, serial, .. } = interface;
    let run = if *serial { "one at a time" } else { "concurrently" };
    let (whom, use_of_it) = match kind {
        Kind::Rpc => (
            "",
            format!(
                "A backend takes it: `{server}::new(MyImplementation)`. All calls share the \
                 implementation and run {run}; a clone serves the same one elsewhere."
            ),
        ),
        Kind::Ipc => (
            " to one peer",
            format!(
                "The {} takes it for its end of a pair: `{server}::new(MyImplementation)`. All \
                 calls share the implementation and run {run}; a clone serves the same one to \
                 another peer.",
                served_by.word()
            ),
        ),
    };
    [
        format!(" Serves an implementation of [`{ident}`]{whom}."),
        String::new(),
        format!(" {use_of_it}"),
    ]
}

/// What stands inside the `const _`.
pub(super) fn impls(interface: &Interface) -> TokenStream {
    let vis = &interface.vis;
    let server = public_type(interface, "Server");
    let name = server.to_string();
    let dispatch = dispatch(interface);
    quote! {
        #[allow(dead_code)]
        impl<S> #server<S> {
            /// Serves this implementation. One that is needed elsewhere too is put into an `Arc`,
            /// from which a server also comes.
            #vis fn new(implementation: S) -> Self {
                Self(__traitwire::Arc::new(implementation))
            }
        }

        impl<S> ::core::convert::From<__traitwire::Arc<S>> for #server<S> {
            fn from(implementation: __traitwire::Arc<S>) -> Self {
                Self(implementation)
            }
        }

        impl<S> ::core::clone::Clone for #server<S> {
            fn clone(&self) -> Self {
                Self(::core::clone::Clone::clone(&self.0))
            }
        }

        impl<S> ::core::fmt::Debug for #server<S> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(#name)
            }
        }

        #dispatch
    }
}

/// The impl of `Dispatch`.
fn dispatch(interface: &Interface) -> TokenStream {
    let ident = &interface.ident;
    let module = interface.kind.module();
    let server = public_type(interface, "Server");
    let invocation = local("invocation");
    let handler = local("handler");
    let arms = each(&interface.methods, &|method| arm(interface, method));
    let (receiver, binding, lifetime) = match interface.kind {
        Kind::Rpc => (quote!(&self), quote!(#invocation), None),
        // Where no method is left by the `#[cfg]`s, nothing needs the `mut`.
        Kind::Ipc => {
            (TokenStream::new(), quote!(#[allow(unused_mut)] mut #invocation), Some(quote!(<'_>)))
        }
    };
    quote! {
        impl<__S> __traitwire #module::Dispatch for #server<__S>
        where
            __S: #ident + ::core::marker::Send + ::core::marker::Sync + 'static,
        {
            fn interface(#receiver) -> &'static __traitwire::schema::Interface {
                __interface()
            }

            fn dispatch(
                &self,
                #binding: __traitwire #module::Invocation #lifetime,
            ) -> ::core::result::Result<__traitwire #module::Outcome, __traitwire::Fault> {
                let #handler = ::core::clone::Clone::clone(&self.0);
                match #invocation.method {
                    #(#arms)*
                    _ => ::core::result::Result::Err(#invocation.unknown_method()),
                }
            }
        }
    }
}

fn arm(interface: &Interface, method: &Method) -> TokenStream {
    let number = number(method);
    let cfgs = &method.attrs.cfgs;
    let body = match interface.kind {
        Kind::Rpc => rpc(interface, method),
        Kind::Ipc => ipc(interface, method),
    };
    quote! {
        #(#cfgs)*
        number if number == #number => { #body }
    }
}

fn rpc(interface: &Interface, method: &Method) -> TokenStream {
    let Method { signature, .. } = method;
    let invocation = local("invocation");
    let pattern = if signature.context.is_some() { local("cx") } else { local("_cx") };
    let Arguments { idents, types, names } = arguments(signature);
    let outcome = outcome(interface, method, &quote!(__traitwire::Outcome::));
    quote! {
        let (#pattern, (#(#idents,)*)) = #invocation.args::<(#(#types,)*)>(&[#(#names),*])?;
        #outcome
    }
}

fn ipc(interface: &Interface, method: &Method) -> TokenStream {
    let Method { signature, .. } = method;
    let invocation = local("invocation");
    let Arguments { idents, types, names } = arguments(signature);
    let cx = signature.context.as_ref().map(|_| {
        let cx = local("cx");
        quote!(let #cx = #invocation.context();)
    });
    let incoming = signature.args.iter().filter(|arg| arg.is_stream()).map(|arg| {
        let (ident, item) = (&arg.ident, owned(arg));
        quote!(let #ident = #invocation.incoming::<#item>();)
    });
    let outcome = outcome(interface, method, &quote!(#invocation.));
    quote! {
        let (#(#idents,)*) = #invocation.args::<(#(#types,)*)>(&[#(#names),*])?;
        #cx
        #(#incoming)*
        #outcome
    }
}

/// What is decoded together: all but a stream.
struct Arguments {
    idents: Vec<TokenStream>,
    types: Vec<TokenStream>,
    names: Vec<TokenStream>,
}

fn arguments(signature: &Signature) -> Arguments {
    let (mut idents, mut types, mut names) = (Vec::new(), Vec::new(), Vec::new());
    for arg in signature.args.iter().filter(|arg| !arg.is_stream()) {
        idents.push(arg.ident.to_token_stream());
        types.push(owned(arg));
        names.push(arg.name.text.to_token_stream());
    }
    Arguments { idents, types, names }
}

/// The handler that is about to run, made by a function `of` the runtime.
fn outcome(interface: &Interface, method: &Method, of: &TokenStream) -> TokenStream {
    let call = call(interface, method);
    let outcome = match &method.signature.reply {
        Reply::Stream(item) => {
            let this = returned(item, "This");
            let place = item.span();
            let module = interface.kind.module();
            let items = Ident::new("items", Span::mixed_site().located_at(place));
            // As a method of `items`, rustc would say once more that an item cannot cross.
            quote_spanned! {place=>
                #of items(|#items| async move {
                    __traitwire #module::Items::forward::<#this>(#items, #call).await;
                })
            }
        }
        Reply::Value(ty) => {
            let this = returned(ty, "This");
            quote!(#of reply::<#this>(async move { #call.await }))
        }
        Reply::None(Notified::Awaited) => quote!(#of notified(async move { #call.await })),
        Reply::None(Notified::AtOnce) => {
            return quote! {
                #call;
                ::core::result::Result::Ok(#of done())
            };
        }
    };
    quote!(::core::result::Result::Ok(#outcome))
}

/// The call of the implementation, in words that no inherent method and no supertrait shadows.
fn call(interface: &Interface, method: &Method) -> TokenStream {
    let (trait_ident, ident) = (&interface.ident, &method.ident);
    let (handler, cx) = (local("handler"), local("cx"));
    let context = method
        .signature
        .context
        .as_ref()
        .map(|ty| quote_spanned!(ty.span()=> <#ty as __traitwire::TakesContext>::take(&#cx),));
    let args = each(&method.signature.args, &|arg| {
        let Arg { ident, ty, passing, .. } = arg;
        match passing {
            // A `Vec` is lent as a slice by coercion, a `String` as a `str`.
            Passing::Borrowed(_) => quote!(&#ident),
            Passing::Owned => quote!(#ident),
            Passing::Incoming(item) => {
                quote_spanned!(ty.span()=> <#ty as __traitwire::TakesIncoming<#item>>::take(#ident))
            }
        }
    });
    quote!(<__S as #trait_ident>::#ident(&#handler, #context #(#args),*))
}
