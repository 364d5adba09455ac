//! What do type parameters stand for in a definition?

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::{DeriveInput, GenericParam, Type, TypeParamBound, TypePath, WherePredicate};

use crate::types::{find, is_phantom_to_serde};

/// The traits that the stand-in of a type parameter has, by their last name.
const KNOWN_BOUNDS: [&str; 17] = [
    "Serialize",
    "Deserialize",
    "DeserializeOwned",
    "Clone",
    "Copy",
    "Debug",
    "Display",
    "Default",
    "PartialEq",
    "Eq",
    "PartialOrd",
    "Ord",
    "Hash",
    "Send",
    "Sync",
    "Sized",
    "Wire",
];

/// The type parameters of a definition.
pub(super) struct Params<'a> {
    item: &'a DeriveInput,
}

impl<'a> Params<'a> {
    pub(super) fn of(item: &'a DeriveInput) -> Self {
        Params { item }
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &'a Ident> + use<'a> {
        self.item.generics.type_params().map(|param| &param.ident)
    }

    pub(super) fn position(&self, ident: &Ident) -> Option<usize> {
        self.names().position(|name| name == ident)
    }

    /// A field's type as the definition names it: each parameter `T` is `__traitwire::Param<N>`, and
    /// `Self`, which a constant outside of the impl does not know, is the type with these.
    pub(super) fn describe(&self, ty: &Type) -> TokenStream {
        self.replace(ty.to_token_stream())
    }

    fn replace(&self, tokens: TokenStream) -> TokenStream {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let is = |at: Option<usize>, c: char| {
            let token = at.and_then(|at| tokens.get(at));
            matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == c)
        };
        // `path::T` and `Trait<T = ..>` are other things of the same name.
        let is_other = |at: usize| {
            let after_colons = is(at.checked_sub(1), ':') && is(at.checked_sub(2), ':');
            after_colons || is(Some(at + 1), '=')
        };
        let one = |(at, token): (usize, &TokenTree)| match token {
            TokenTree::Group(group) => {
                let mut replaced = Group::new(group.delimiter(), self.replace(group.stream()));
                replaced.set_span(group.span());
                TokenTree::Group(replaced).into()
            }
            TokenTree::Ident(ident) if ident == "Self" => self.this(ident.span()),
            TokenTree::Ident(ident) => match self.position(ident) {
                Some(n) if !is_other(at) => stand_in(n, ident.span()),
                _ => token.to_token_stream(),
            },
            _ => token.to_token_stream(),
        };
        let replaced: Vec<TokenStream> = tokens.iter().enumerate().map(one).collect();
        quote!(#(#replaced)*)
    }

    /// The type itself, in terms of its parameters' stand-ins.
    pub(super) fn this(&self, span: Span) -> TokenStream {
        let mut ident = self.item.ident.clone();
        ident.set_span(span);
        let args: Vec<_> = self.names().enumerate().map(|(n, _)| stand_in(n, span)).collect();
        if args.is_empty() {
            quote_spanned!(span=> #ident)
        } else {
            quote_spanned!(span=> #ident<#(#args),*>)
        }
    }

    /// The first part of this type that depends on what a parameter brings with it, such as
    /// `T::Item`: the stand-in of a parameter brings nothing.
    pub(super) fn projection<'t>(&self, ty: &'t Type) -> Option<&'t TypePath> {
        find(ty, &mut |part| match part {
            Type::Path(path) if self.is_projection(path) => Some(path),
            _ => None,
        })
    }

    fn is_projection(&self, TypePath { qself, path, .. }: &TypePath) -> bool {
        match qself {
            Some(qself) => find(&qself.ty, &mut |part| match part {
                Type::Path(path) => {
                    path.path.get_ident().and_then(|ident| self.position(ident)).map(drop)
                }
                _ => None,
            })
            .is_some(),
            None => path.segments.len() > 1 && self.position(&path.segments[0].ident).is_some(),
        }
    }

    /// The bounds that the stand-in of a parameter may not have.
    pub(super) fn unknown_bounds(&self) -> Vec<&'a TypeParamBound> {
        let mut unknown = Vec::new();
        let generics = &self.item.generics;
        for param in &generics.params {
            if let GenericParam::Type(param) = param {
                unknown.extend(param.bounds.iter().filter(|bound| !is_known(bound)));
            }
        }
        let Some(clause) = &generics.where_clause else { return unknown };
        for predicate in &clause.predicates {
            if let WherePredicate::Type(predicate) = predicate {
                unknown.extend(predicate.bounds.iter().filter(|bound| !is_known(bound)));
            }
        }
        unknown
    }
}

/// Whether the stand-in of a parameter has this bound.
pub(super) fn is_known(bound: &TypeParamBound) -> bool {
    match bound {
        TypeParamBound::Trait(bound) => {
            let last = bound.path.segments.last();
            bound.maybe.is_none()
                && last.is_some_and(|last| KNOWN_BOUNDS.iter().any(|known| last.ident == known))
        }
        TypeParamBound::Lifetime(lifetime) => lifetime.ident == "static",
        _ => false,
    }
}

/// Marks the place of the `n`-th type parameter.
fn stand_in(n: usize, span: Span) -> TokenStream {
    let n = proc_macro2::Literal::usize_unsuffixed(n);
    let span = span.resolved_at(Span::call_site());
    quote_spanned!(span=> __traitwire::Param<#n>)
}

/// The first reference inside of this type. In a `PhantomData` nothing is referred to.
pub(super) fn reference(ty: &Type) -> Option<&Type> {
    if is_phantom_to_serde(ty) {
        return None;
    }
    find(ty, &mut |part| matches!(part, Type::Reference(_)).then_some(part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proc_macro2::Delimiter;

    fn described(ty: TokenStream) -> String {
        let item = syn::parse_quote!(
            struct Pair<T, U> {
                field: (T, U),
            }
        );
        let ty: Type = syn::parse2(ty).unwrap();
        Params::of(&item).describe(&ty).to_string()
    }

    #[test]
    fn a_parameter_becomes_its_stand_in_and_nothing_else_does() {
        let t = quote!(__traitwire::Param<0>);
        let u = quote!(__traitwire::Param<1>);
        for (ty, expected) in [
            (quote!(T), quote!(#t)),
            (quote!(Vec<Option<U>>), quote!(Vec<Option<#u>>)),
            (quote!((T, [U; 3])), quote!((#t, [#u; 3]))),
            (quote!(Box<Self>), quote!(Box<Pair<#t, #u>>)),
            (quote!(module::T), quote!(module::T)),
            (quote!(Vec<T2>), quote!(Vec<T2>)),
            (quote!(Box<dyn Iterator<T = u8>>), quote!(Box<dyn Iterator<T = u8>>)),
        ] {
            let expected: Type = syn::parse2(expected).unwrap();
            let expected = expected.to_token_stream().to_string();
            assert_eq!(described(ty).replace("> >", ">>"), expected.replace("> >", ">>"));
        }
    }

    #[test]
    fn a_parameter_in_an_invisible_group_is_found() {
        let group = Group::new(Delimiter::None, quote!(T));
        assert_eq!(described(quote!(Vec<#group>)), "Vec < __traitwire :: Param < 0 > >");
    }
}
