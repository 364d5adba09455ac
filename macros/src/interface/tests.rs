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

fn editor() -> TokenStream {
    quote! {
        pub trait Editor {
            /// Opens.
            #[cfg(unix)]
            async fn open(&self, path: &str) -> Result<Document, Error>;
            async fn close(&self);
            async fn stroke(&self, cx: &Context, points: Incoming<Point>, width: f32) -> u64;
            fn history(&self, r#type: Kind, limit: u32) -> impl Stream<Item = Revision> + Send;
            #[ipc(notify)]
            fn progress(&self, done: u64, total: &[u64]);
            #[ipc(notify)]
            async fn saved(&self, cx: &Context);
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
                        __traitwire::Items::forward::< <Change as __traitwire::Returned>::This>(
                            items,
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
fn an_ipc_client_method_is_one_call() {
    let items = items(ipc(quote!(version = "1.0.0", served_by = backend), editor()));
    let methods = found(&items, "EditorClient", None);
    let expected: [ImplItem; 6] = [
        syn::parse_quote! {
            #[cfg(unix)]
            /// Opens.
            pub fn open(&self, path: &str)
                -> __traitwire::ipc::Call<Result<Document, Error> >
            {
                self.0
                    .method(__Method::open as usize)
                    .lone::< <str as __traitwire::Lend>::Lent>("path", path)
                    .call::< <Result<Document, Error> as __traitwire::Returned>::This>()
            }
        },
        syn::parse_quote! {
            #[doc = " Calls [`Editor::close`]."]
            pub fn close(&self,) -> __traitwire::ipc::Call<()> {
                self.0
                    .method(__Method::close as usize)
                    .call::< <() as __traitwire::Returned>::This>()
            }
        },
        syn::parse_quote! {
            #[doc = " Calls [`Editor::stroke`]."]
            pub fn stroke(
                &self,
                points: impl __traitwire::Stream<Item = Point> + ::core::marker::Send + 'static,
                width: f32
            ) -> __traitwire::ipc::Call<u64> {
                self.0
                    .method(__Method::stroke as usize)
                    .items::< <Point as __traitwire::Lend>::Owned>(points)
                    .lone::< <f32 as __traitwire::Lend>::Lent>("width", &width)
                    .call::< <u64 as __traitwire::Returned>::This>()
            }
        },
        syn::parse_quote! {
            #[doc = " Calls [`Editor::history`]."]
            pub fn history(&self, r#type: Kind, limit: u32)
                -> __traitwire::ipc::StreamCall<Revision>
            {
                self.0
                    .method(__Method::history as usize)
                    .with::< <Kind as __traitwire::Lend>::Lent>("type", &r#type)
                    .with::< <u32 as __traitwire::Lend>::Lent>("limit", &limit)
                    .stream::< <Revision as __traitwire::Returned>::This>()
            }
        },
        syn::parse_quote! {
            #[doc = " Calls [`Editor::progress`]."]
            pub fn progress(&self, done: u64, total: &[u64]) -> __traitwire::ipc::Notification {
                self.0
                    .method(__Method::progress as usize)
                    .with::< <u64 as __traitwire::Lend>::Lent>("done", &done)
                    .with::<[<u64 as __traitwire::Lend>::Lent]>("total", total)
                    .notify()
            }
        },
        syn::parse_quote! {
            #[doc = " Calls [`Editor::saved`]."]
            pub fn saved(&self,) -> __traitwire::ipc::Notification {
                self.0.method(__Method::saved as usize).notify()
            }
        },
    ];
    assert_eq!(methods.len(), expected.len());
    for (method, expected) in methods.iter().zip(expected) {
        assert_tokens(method, expected);
    }
}

#[test]
fn an_ipc_dispatcher_decodes_and_calls() {
    let items = items(ipc(quote!(version = "1.0.0", served_by = backend), editor()));
    let methods = found(&items, "EditorServer", Some("Dispatch"));
    let expected: [ImplItem; 2] = [
        syn::parse_quote! {
            fn interface() -> &'static __traitwire::schema::Interface {
                __interface()
            }
        },
        syn::parse_quote! {
            fn dispatch(
                &self,
                #[allow(unused_mut)] mut invocation: __traitwire::ipc::Invocation<'_>,
            ) -> ::core::result::Result<__traitwire::ipc::Outcome, __traitwire::Fault> {
                let handler = ::core::clone::Clone::clone(&self.0);
                match invocation.method {
                    #[cfg(unix)]
                    number if number == __Method::open as usize => {
                        let (path,) = invocation.args::<(
                            <str as __traitwire::Lend>::Owned,
                        )>(&["path"])?;
                        ::core::result::Result::Ok(invocation.reply::<
                            <Result<Document, Error> as __traitwire::Returned>::This
                        >(async move { <__S as Editor>::open(&handler, &path).await }))
                    }
                    number if number == __Method::close as usize => {
                        let () = invocation.args::<()>(&[])?;
                        ::core::result::Result::Ok(invocation.reply::<
                            <() as __traitwire::Returned>::This
                        >(async move { <__S as Editor>::close(&handler,).await }))
                    }
                    number if number == __Method::stroke as usize => {
                        let (width,) = invocation.args::<(
                            <f32 as __traitwire::Lend>::Owned,
                        )>(&["width"])?;
                        let cx = invocation.context();
                        let points = invocation.incoming::< <Point as __traitwire::Lend>::Owned>();
                        ::core::result::Result::Ok(invocation.reply::<
                            <u64 as __traitwire::Returned>::This
                        >(async move {
                            <__S as Editor>::stroke(
                                &handler,
                                <Context as __traitwire::TakesContext>::take(&cx),
                                <Incoming<Point> as __traitwire::TakesIncoming<Point> >::take(
                                    points
                                ),
                                width
                            ).await
                        }))
                    }
                    number if number == __Method::history as usize => {
                        let (r#type, limit,) = invocation.args::<(
                            <Kind as __traitwire::Lend>::Owned,
                            <u32 as __traitwire::Lend>::Owned,
                        )>(&["type", "limit"])?;
                        ::core::result::Result::Ok(invocation.items(|items| async move {
                            __traitwire::ipc::Items::forward::<
                                <Revision as __traitwire::Returned>::This
                            >(
                                items,
                                <__S as Editor>::history(&handler, r#type, limit)
                            ).await;
                        }))
                    }
                    number if number == __Method::progress as usize => {
                        let (done, total,) = invocation.args::<(
                            <u64 as __traitwire::Lend>::Owned,
                            __traitwire::Vec<<u64 as __traitwire::Lend>::Owned>,
                        )>(&["done", "total"])?;
                        <__S as Editor>::progress(&handler, done, &total);
                        ::core::result::Result::Ok(invocation.done())
                    }
                    number if number == __Method::saved as usize => {
                        let () = invocation.args::<()>(&[])?;
                        let cx = invocation.context();
                        ::core::result::Result::Ok(invocation.notified(async move {
                            <__S as Editor>::saved(
                                &handler,
                                <Context as __traitwire::TakesContext>::take(&cx),
                            ).await
                        }))
                    }
                    _ => ::core::result::Result::Err(invocation.unknown_method()),
                }
            }
        },
    ];
    assert_eq!(methods.len(), expected.len());
    for (method, expected) in methods.iter().zip(expected) {
        assert_tokens(method, expected);
    }
}

/// The docs of the type that is called so.
fn docs(items: &[Item], ident: &str) -> String {
    let found = items.iter().find_map(|item| match item {
        Item::Struct(item) if item.ident == ident => Some(crate::common::docs(&item.attrs)),
        _ => None,
    });
    found.unwrap()
}

#[test]
fn what_is_generated_says_which_end_it_is_for() {
    let backend = items(ipc(quote!(version = "1.0.0", served_by = backend), editor()));
    let item = quote!(
        pub trait View {
            #[ipc(notify)]
            fn progress(&self, done: u64);
        }
    );
    let frontend = items(ipc(quote!(version = "1.0.0", served_by = frontend, serial), item));
    let client = docs(&backend, "EditorClient");
    assert!(client.starts_with("Calls [`Editor`] on the backend at the other end"), "{client}");
    assert!(client.contains("let reply = client.open(path).await?;"), "{client}");
    assert!(!client.contains("http"), "{client}");
    let client = docs(&frontend, "ViewClient");
    assert!(client.starts_with("Calls [`View`] on the frontend at the other end"), "{client}");
    assert!(client.contains("\nclient.progress(done).await?;"), "{client}");
    let server = docs(&backend, "EditorServer");
    assert!(server.contains("The backend takes it for its end of a pair"), "{server}");
    assert!(server.contains("run concurrently"), "{server}");
    let server = docs(&frontend, "ViewServer");
    assert!(server.contains("The frontend takes it"), "{server}");
    assert!(server.contains("run one at a time"), "{server}");
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
    let text = ipc(quote!(version = "1.0.0"), editor()).to_string();
    for part in ["compile_error", "trait Editor", "struct EditorClient", "struct EditorServer"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("submit"), "{text}");
}
