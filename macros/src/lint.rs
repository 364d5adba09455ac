//! What is allowed, but seldom meant?

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::Type;
use syn::spanned::Spanned;

use crate::types::{find, is_phantom_to_serde, type_args};

/// A warning at this place. No macro can warn, but rustc warns of what is deprecated; so
/// `#[allow(deprecated)]` silences it.
pub(crate) fn warning(at: Span, name: &str, note: &str) -> TokenStream {
    // As if the user had written it: rustc warns of nothing that a derive wrote.
    let name = Ident::new(name, at);
    quote_spanned! {at=>
        const _: () = {
            #[deprecated(note = #note)]
            const #name: () = ();
            #name
        };
    }
}

/// A warning of bytes that cross as numbers, at the first of these types that holds some.
pub(crate) fn bytes_as_numbers<'t>(
    types: impl IntoIterator<Item = &'t Type>,
) -> Option<TokenStream> {
    let bytes = types.into_iter().find_map(|ty| {
        // Nothing of it crosses.
        if is_phantom_to_serde(ty) { None } else { find(ty, &mut |ty| is_bytes(ty).then_some(ty)) }
    })?;
    Some(warning(
        bytes.span(),
        "BYTES_AS_NUMBERS",
        "bytes cross here as an array of numbers, in about four times the space; `traitwire::Bytes` \
         crosses as what it is, and #[allow(deprecated)] says that numbers are meant",
    ))
}

/// Whether this is `Vec<u8>` or `[u8]`.
fn is_bytes(ty: &Type) -> bool {
    match ty {
        Type::Slice(slice) => is_u8(&slice.elem),
        Type::Path(path) if path.qself.is_none() => {
            let path = &path.path;
            let is_vec = path.segments.last().is_some_and(|last| last.ident == "Vec");
            is_vec && matches!(type_args(path)[..], [arg] if is_u8(arg))
        }
        _ => false,
    }
}

fn is_u8(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.qself.is_none() && path.path.is_ident("u8"))
}
