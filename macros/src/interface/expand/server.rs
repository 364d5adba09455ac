//! How does a call reach the implementation?

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Ident;
use syn::spanned::Spanned;

use super::{local, number, owned, public_type, returned};
use crate::common::each;
use crate::interface::model::{Attrs, Interface, Method, Passing, Reply};

/// The server type.
pub(super) fn definition(interface: &Interface) -> TokenStream {
    let Interface { vis, ident, runtime, attrs, .. } = interface;
    let Attrs { cfgs, allows, deprecated, .. } = attrs;
    let server = public_type(interface, "Server");
    let docs = [
        format!(" Serves an implementation of [`{ident}`]."),
        String::new(),
        format!(
            " A backend takes it: `{server}::new(MyImplementation)`. All calls share the \
             implementation and run concurrently; a clone serves the same one elsewhere."
        ),
    ];
    quote! {
        #(#cfgs)*
        #(#allows)*
        #(#[doc = #docs])*
        #deprecated
        #[allow(dead_code)]
        #vis struct #server<S>(#runtime::__private::Arc<S>);
    }
}

/// What stands inside the `const _`.
pub(super) fn impls(interface: &Interface) -> TokenStream {
    let Interface { vis, ident, .. } = interface;
    let server = public_type(interface, "Server");
    let name = server.to_string();
    let invocation = local("invocation");
    let handler = local("handler");
    let arms = each(&interface.methods, &|method| arm(interface, method));
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

        impl<__S> __traitwire::Dispatch for #server<__S>
        where
            __S: #ident + ::core::marker::Send + ::core::marker::Sync + 'static,
        {
            fn interface(&self) -> &'static __traitwire::schema::Interface {
                __interface()
            }

            fn dispatch(
                &self,
                #invocation: __traitwire::Invocation,
            ) -> ::core::result::Result<__traitwire::Outcome, __traitwire::Fault> {
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
    let Method { attrs: Attrs { cfgs, .. }, signature, .. } = method;
    let number = number(method);
    let invocation = local("invocation");
    let (cx, pattern) = match signature.context {
        Some(_) => (Some(local("cx")), local("cx")),
        None => (None, local("_cx")),
    };
    let args = each(&signature.args, &|arg| arg.ident.to_token_stream());
    let types = each(&signature.args, &owned);
    let names = each(&signature.args, &|arg| arg.name.text.to_token_stream());
    let call = call(interface, method, cx.as_ref());
    let outcome = match &signature.reply {
        Reply::Stream(item) => {
            let this = returned(item, "This");
            let place = item.span();
            let items = Ident::new("items", Span::mixed_site().located_at(place));
            quote_spanned! {place=>
                __traitwire::Outcome::items(|#items| async move {
                    #items.forward::<#this>(#call).await;
                })
            }
        }
        Reply::Value(ty) => {
            let this = returned(ty, "This");
            quote!(__traitwire::Outcome::reply::<#this>(async move { #call.await }))
        }
        Reply::None => return TokenStream::new(),
    };
    quote! {
        #(#cfgs)*
        number if number == #number => {
            let (#pattern, (#(#args,)*)) = #invocation.args::<(#(#types,)*)>(&[#(#names),*])?;
            ::core::result::Result::Ok(#outcome)
        }
    }
}

/// The call of the implementation, in words that no inherent method and no supertrait shadows.
fn call(interface: &Interface, method: &Method, cx: Option<&Ident>) -> TokenStream {
    let (trait_ident, ident) = (&interface.ident, &method.ident);
    let handler = local("handler");
    let context = method.signature.context.as_ref().zip(cx).map(
        |(ty, cx)| quote_spanned!(ty.span()=> <#ty as __traitwire::TakesContext>::take(&#cx),),
    );
    let args = each(&method.signature.args, &|arg| {
        let ident = &arg.ident;
        let borrow = match arg.passing {
            // A `Vec` is lent as a slice by coercion, a `String` as a `str`.
            Passing::Borrowed(_) => Some(quote!(&)),
            Passing::Owned | Passing::Incoming(_) => None,
        };
        quote!(#borrow #ident)
    });
    quote!(<__S as #trait_ident>::#ident(&#handler, #context #(#args),*))
}
