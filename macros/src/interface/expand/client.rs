//! How does a frontend call the methods?

use proc_macro2::TokenStream;
use quote::quote;

use super::{lent, number, public_type, returned};
use crate::common::each;
use crate::interface::model::{Arg, Attrs, Interface, Method, Passing, Reply};

/// The client type.
pub(super) fn definition(interface: &Interface) -> TokenStream {
    let Interface { vis, ident, runtime, attrs, .. } = interface;
    let Attrs { cfgs, allows, deprecated, .. } = attrs;
    let client = public_type(interface, "Client");
    let docs = docs(&ident.to_string(), &client.to_string(), interface.methods.first());
    quote! {
        #(#cfgs)*
        #(#allows)*
        #(#[doc = #docs])*
        #deprecated
        #[allow(dead_code)]
        #[derive(::core::clone::Clone, ::core::fmt::Debug)]
        #vis struct #client(#runtime::__private::Channel);
    }
}

fn docs(interface: &str, client: &str, method: Option<&Method>) -> Vec<String> {
    let mut docs = vec![
        format!(" Calls [`{interface}`] on a backend."),
        String::new(),
        format!(
            " It has the methods of the trait, without their context. A transport makes it, such as \
             `traitwire::http::connect::<{client}>(url)`, and a clone of it costs next to nothing. \
             A call starts when it is awaited:"
        ),
    ];
    if let Some(method) = method {
        let mut args = String::new();
        for arg in &method.signature.args {
            if !args.is_empty() {
                args.push_str(", ");
            }
            args.push_str(&arg.ident.to_string());
        }
        let call = format!("client.{}({args})", method.ident);
        docs.extend([String::new(), " ```text".to_owned()]);
        docs.push(match method.signature.reply {
            Reply::Stream(_) => format!(" let mut items = {call};"),
            _ => format!(" let reply = {call}.await?;"),
        });
        docs.push(" ```".to_owned());
    }
    docs
}

/// What stands inside the `const _`.
pub(super) fn impls(interface: &Interface) -> TokenStream {
    let client = public_type(interface, "Client");
    let methods = each(&interface.methods, &|method| client_method(interface, method));
    quote! {
        // A client has the methods that the trait has, whether or not they are called, and whatever
        // their names and arguments suggest to a lint.
        #[allow(
            dead_code,
            clippy::fn_params_excessive_bools,
            clippy::iter_not_returning_iterator,
            clippy::len_without_is_empty,
            clippy::needless_pass_by_value,
            clippy::new_ret_no_self,
            clippy::ptr_arg,
            clippy::ref_option,
            clippy::should_implement_trait,
            clippy::too_many_arguments,
            clippy::trivially_copy_pass_by_ref,
            clippy::type_complexity,
            clippy::wrong_self_convention
        )]
        impl #client {
            #(#methods)*
        }

        impl __traitwire::Stub for #client {
            fn interface() -> &'static __traitwire::schema::Interface {
                __interface()
            }

            fn new(channel: __traitwire::Channel) -> Self {
                Self(channel)
            }
        }
    }
}

fn client_method(interface: &Interface, method: &Method) -> TokenStream {
    let Method { ident, attrs: Attrs { cfgs, allows, docs, deprecated, .. }, signature, .. } =
        method;
    let vis = &interface.vis;
    let params = each(&signature.args, &|Arg { ident, ty, .. }| quote!(#ident: #ty));
    let number = number(method);
    let args = arguments(&signature.args);
    let (output, call) = match &signature.reply {
        Reply::Stream(item) => {
            let this = returned(item, "This");
            (quote!(__traitwire::StreamCall<#item>), quote!(self.0.stream::<#this>(#number, #args)))
        }
        Reply::Value(ty) => {
            let this = returned(ty, "This");
            (quote!(__traitwire::Call<#ty>), quote!(self.0.call::<#this>(#number, #args)))
        }
        Reply::None => return TokenStream::new(),
    };
    let docs = match docs.as_slice() {
        [] => {
            let line = format!(" Calls [`{}::{ident}`].", interface.ident);
            quote!(#[doc = #line])
        }
        docs => quote!(#(#docs)*),
    };
    quote! {
        #(#cfgs)*
        #(#allows)*
        #docs
        #deprecated
        #vis fn #ident(&self, #(#params),*) -> #output {
            #call
        }
    }
}

/// The arguments, encoded.
fn arguments(args: &[Arg]) -> TokenStream {
    let named = each(args, &|arg| {
        let (name, ident, lent) = (&arg.name.text, &arg.ident, lent(arg));
        let borrow = match arg.passing {
            Passing::Borrowed(_) => None,
            Passing::Owned | Passing::Incoming(_) => Some(quote!(&)),
        };
        quote!(::<#lent>(#name, #borrow #ident))
    });
    if args.len() == 1 {
        return quote!(__traitwire::Arguments::lone #(#named)*);
    }
    quote! {
        <__traitwire::Arguments as ::core::default::Default>::default()
            #(.with #named)*
            .finish()
    }
}
