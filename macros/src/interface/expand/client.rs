//! How are the methods called?

use proc_macro2::TokenStream;
use quote::quote;

use super::{lent, number, owned, public_type, returned};
use crate::common::each;
use crate::interface::model::{Arg, Attrs, Interface, Kind, Method, Passing, Reply};

/// The client type.
pub(super) fn definition(interface: &Interface) -> TokenStream {
    let Interface { kind, vis, runtime, attrs, .. } = interface;
    let Attrs { cfgs, allows, deprecated, .. } = attrs;
    let client = public_type(interface, "Client");
    let docs = docs(interface, &client.to_string());
    let module = kind.module();
    quote! {
        #(#cfgs)*
        #(#allows)*
        #(#[doc = #docs])*
        #deprecated
        #[allow(dead_code)]
        #[derive(::core::clone::Clone, ::core::fmt::Debug)]
        #vis struct #client(#runtime::__private #module::Channel);
    }
}

fn docs(interface: &Interface, client: &str) -> Vec<String> {
    let Interface { kind, ident, served_by, methods, .. } = interface;
    let (whom, who) = match kind {
        Kind::Rpc => (
            "a backend".to_owned(),
            format!("A transport makes it, such as `traitwire::http::connect::<{client}>(url)`"),
        ),
        Kind::Ipc => (
            format!("the {} at the other end of a pair", served_by.word()),
            "The pair makes it".to_owned(),
        ),
    };
    let mut docs = vec![
        format!(" Calls [`{ident}`] on {whom}."),
        String::new(),
        format!(
            " It has the methods of the trait, without their context. {who}, and a clone of it \
             costs next to nothing. A call starts when it is awaited:"
        ),
    ];
    if let Some(method) = methods.first() {
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
            Reply::Value(_) => format!(" let reply = {call}.await?;"),
            Reply::None(_) => format!(" {call}.await?;"),
        });
        docs.push(" ```".to_owned());
    }
    docs
}

/// What stands inside the `const _`.
pub(super) fn impls(interface: &Interface) -> TokenStream {
    let client = public_type(interface, "Client");
    let module = interface.kind.module();
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

        impl __traitwire #module::Stub for #client {
            fn interface() -> &'static __traitwire::schema::Interface {
                __interface()
            }

            fn new(channel: __traitwire #module::Channel) -> Self {
                Self(channel)
            }
        }
    }
}

fn client_method(interface: &Interface, method: &Method) -> TokenStream {
    let Method { ident, attrs: Attrs { cfgs, allows, docs, deprecated, .. }, signature, .. } =
        method;
    let Interface { kind, vis, .. } = interface;
    let params = each(&signature.args, &param);
    let number = number(method);
    let module = kind.module();
    let (output, verb) = match &signature.reply {
        Reply::Stream(item) => {
            let this = returned(item, "This");
            (quote!(StreamCall<#item>), quote!(stream::<#this>))
        }
        Reply::Value(ty) => {
            let this = returned(ty, "This");
            (quote!(Call<#ty>), quote!(call::<#this>))
        }
        Reply::None(_) => (quote!(Notification), quote!(notify)),
    };
    let call = match kind {
        Kind::Rpc => {
            let args = arguments(&signature.args);
            quote!(self.0.#verb(#number, #args))
        }
        Kind::Ipc => {
            let args = prepared(&signature.args);
            quote!(self.0.method(#number) #args .#verb())
        }
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
        #vis fn #ident(&self, #(#params),*) -> __traitwire #module::#output {
            #call
        }
    }
}

fn param(arg: &Arg) -> TokenStream {
    let Arg { ident, ty, .. } = arg;
    match &arg.passing {
        Passing::Incoming(item) => quote! {
            #ident: impl __traitwire::Stream<Item = #item> + ::core::marker::Send + 'static
        },
        Passing::Owned | Passing::Borrowed(_) => quote!(#ident: #ty),
    }
}

/// The arguments of an RPC call, encoded.
fn arguments(args: &[Arg]) -> TokenStream {
    let named = each(args, &named);
    if args.len() == 1 {
        return quote!(__traitwire::Arguments::lone #(#named)*);
    }
    quote! {
        <__traitwire::Arguments as ::core::default::Default>::default()
            #(.with #named)*
            .finish()
    }
}

/// The arguments of an IPC call: how they are encoded, the pair knows.
fn prepared(args: &[Arg]) -> TokenStream {
    let lone = args.iter().filter(|arg| !arg.is_stream()).count() == 1;
    let args = each(args, &|arg| match &arg.passing {
        Passing::Incoming(_) => {
            let (ident, item) = (&arg.ident, owned(arg));
            quote!(.items::<#item>(#ident))
        }
        Passing::Owned | Passing::Borrowed(_) => {
            let named = named(arg);
            if lone { quote!(.lone #named) } else { quote!(.with #named) }
        }
    });
    quote!(#(#args)*)
}

/// The type, the name and the value of an argument, as what encodes it takes them.
fn named(arg: &Arg) -> TokenStream {
    let (name, ident, lent) = (&arg.name.text, &arg.ident, lent(arg));
    let borrow = match arg.passing {
        Passing::Borrowed(_) => None,
        Passing::Owned | Passing::Incoming(_) => Some(quote!(&)),
    };
    quote!(::<#lent>(#name, #borrow #ident))
}
