//! The macros of traitwire. Their documentation stands in the crate `traitwire`, where it is tested.
//!
//! Both macros go the same way: parse (what did the user write?) → model (what does it mean?) →
//! validate (is it allowed? all mistakes at once) → expand (what follows?). After a mistake the
//! user's item is still there, so that one mistake is one message.

use proc_macro::TokenStream;

mod common;
mod diagnostics;
mod interface;
mod lint;
mod types;
mod wire;

#[allow(missing_docs, reason = "documented as `traitwire::Wire`")]
#[proc_macro_derive(Wire, attributes(wire, serde))]
pub fn derive_wire(input: TokenStream) -> TokenStream {
    wire::derive(input.into()).into()
}

#[allow(missing_docs, reason = "documented as `traitwire::rpc_interface`")]
#[proc_macro_attribute]
pub fn rpc_interface(options: TokenStream, item: TokenStream) -> TokenStream {
    interface::rpc(options.into(), item.into()).into()
}

#[allow(missing_docs, reason = "documented as `traitwire::ipc_interface`")]
#[proc_macro_attribute]
pub fn ipc_interface(options: TokenStream, item: TokenStream) -> TokenStream {
    interface::ipc(options.into(), item.into()).into()
}
