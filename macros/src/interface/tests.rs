//! Is what comes out as thin as it should be?

use proc_macro2::TokenStream;
use quote::quote;
use syn::{ImplItem, Item};

use super::{ipc, rpc};

fn catalog() -> TokenStream {
    quote! {
        /// Finds models.
        pub trait Catalog {
            /// Searches.
            #[rpc(readonly)]
            #[cfg(unix)]
            async fn search(&self, query: &str, limit: Option<u32>) -> Result<Vec<Model>, Error>;
            #[must_use]
            fn watch(&self, cx: &Context, ids: &[Id]) -> impl Stream<Item = Change> + Send;
        }
    }
}

fn items(tokens: TokenStream) -> Vec<Item> {
    syn::parse2::<syn::File>(tokens).expect("items").items
}

/// The impl of a type inside the `const _`, by the last word of its trait.
fn found(items: &[Item], self_ty: &str, of: Option<&str>) -> Vec<ImplItem> {
    let block = items.iter().find_map(|item| match item {
        Item::Const(item) => match &*item.expr {
            syn::Expr::Block(expr) => Some(&expr.block),
            _ => None,
        },
        _ => None,
    });
    let found = block.unwrap().stmts.iter().find_map(|stmt| match stmt {
        syn::Stmt::Item(Item::Impl(item)) => {
            let ty = &item.self_ty;
            let name = item
                .trait_
                .as_ref()
                .map(|(path, _)| path.segments.last().unwrap().ident.to_string());
            (quote!(#ty).to_string().starts_with(self_ty) && name.as_deref() == of).then_some(item)
        }
        _ => None,
    });
    found.unwrap().items.clone()
}

#[track_caller]
fn assert_tokens(actual: impl quote::ToTokens, expected: impl quote::ToTokens) {
    assert_eq!(quote!(#actual).to_string(), quote!(#expected).to_string());
}

#[test]
fn the_trait_stays_as_written_but_its_futures_are_send() {
    let items = items(rpc(quote!(version = "1.0.0"), catalog()));
    let expected: Item = syn::parse_quote! {
        /// Finds models.
        pub trait Catalog {
            /// Searches.
            #[cfg(unix)]
            fn search(&self, query: &str, limit: Option<u32>)
                -> impl ::core::future::Future<Output = Result<Vec<Model>, Error> >
                    + ::core::marker::Send;
            #[must_use]
            fn watch(&self, cx: &Context, ids: &[Id]) -> impl Stream<Item = Change> + Send;
        }
    };
    assert_tokens(&items[0], expected);
}

#[test]
fn a_client_method_is_one_call() {
    let items = items(rpc(quote!(version = "1.0.0"), catalog()));
    let methods = found(&items, "CatalogClient", None);
    let expected: ImplItem = syn::parse_quote! {
        #[cfg(unix)]
        /// Searches.
        pub fn search(&self, query: &str, limit: Option<u32>)
            -> __traitwire::Call<Result<Vec<Model>, Error> >
        {
            self.0.call::< <Result<Vec<Model>, Error> as __traitwire::Returned>::This>(
                __Method::search as usize,
                <__traitwire::Arguments as ::core::default::Default>::default()
                    .with::< <str as __traitwire::Lend>::Lent>("query", query)
                    .with::< <Option<u32> as __traitwire::Lend>::Lent>("limit", &limit)
                    .finish()
            )
        }
    };
    assert_tokens(&methods[0], expected);
    let expected: ImplItem = syn::parse_quote! {
        #[doc = " Calls [`Catalog::watch`]."]
        pub fn watch(&self, ids: &[Id]) -> __traitwire::StreamCall<Change> {
            self.0.stream::< <Change as __traitwire::Returned>::This>(
                __Method::watch as usize,
                __traitwire::Arguments::lone::<[<Id as __traitwire::Lend>::Lent]>("ids", ids)
            )
        }
    };
    assert_tokens(&methods[1], expected);
}

#[test]
fn a_dispatcher_decodes_and_calls() {
    let items = items(rpc(quote!(version = "1.0.0"), catalog()));
    let methods = found(&items, "CatalogServer", Some("Dispatch"));
    let expected: ImplItem = syn::parse_quote! {
        fn dispatch(&self, invocation: __traitwire::Invocation,)
            -> ::core::result::Result<__traitwire::Outcome, __traitwire::Fault>
        {
            let handler = ::core::clone::Clone::clone(&self.0);
            match invocation.method {
                #[cfg(unix)]
                number if number == __Method::search as usize => {
                    let (_cx, (query, limit,)) = invocation.args::<(
                        <str as __traitwire::Lend>::Owned,
                        <Option<u32> as __traitwire::Lend>::Owned,
                    )>(&["query", "limit"])?;
                    ::core::result::Result::Ok(__traitwire::Outcome::reply::<
                        <Result<Vec<Model>, Error> as __traitwire::Returned>::This
                    >(async move {
                        <__S as Catalog>::search(&handler, &query, limit).await
                    }))
                }
                number if number == __Method::watch as usize => {
                    let (cx, (ids,)) = invocation.args::<(
                        __traitwire::Vec<<Id as __traitwire::Lend>::Owned>,
                    )>(&["ids"])?;
                    ::core::result::Result::Ok(__traitwire::Outcome::items(|items| async move {
                        items.forward::< <Change as __traitwire::Returned>::This>(
                            <__S as Catalog>::watch(
                                &handler,
                                <Context as __traitwire::TakesContext>::take(&cx),
                                &ids
                            )
                        ).await;
                    }))
                }
                _ => ::core::result::Result::Err(invocation.unknown_method()),
            }
        }
    };
    assert_tokens(&methods[1], expected);
}

#[test]
fn only_the_stated_path_leads_to_the_runtime() {
    let item = quote! {
        pub trait Catalog {
            async fn search(&self, query: &str) -> u8;
            fn watch(&self) -> impl Stream<Item = u8> + Send;
        }
    };
    let rpc = rpc(quote!(version = "1.0.0", crate = crate::ours), item.clone());
    let ipc = ipc(quote!(version = "1.0.0", served_by = backend, crate = ::tw), item);
    for (tokens, path) in [(rpc, "crate :: ours :: __private"), (ipc, ":: tw :: __private")] {
        let text = tokens.to_string();
        assert!(text.contains(path), "{text}");
        assert!(!text.contains(":: traitwire ::"), "{text}");
        assert!(!text.contains("unsafe"), "{text}");
    }
}

#[test]
fn what_cannot_be_parsed_comes_back_with_the_error() {
    let item = quote!(pub trait Catalog { async fn half(&self, name:); });
    let text = rpc(quote!(version = "1.0.0"), item.clone()).to_string();
    assert!(text.starts_with(&item.to_string()), "{text}");
    assert!(text.contains("compile_error"), "{text}");
    // Options that cannot be parsed leave the trait, its client and its server.
    let text = rpc(quote!(version = ), catalog()).to_string();
    for part in ["compile_error", "trait Catalog", "struct CatalogClient", "struct CatalogServer"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("submit"), "{text}");
}
