//! How are all mistakes reported at once?

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// Mistakes found so far, each at its place. It must be looked at: dropping it unseen is a bug.
#[derive(Default)]
pub(crate) struct Errors {
    errors: Vec<syn::Error>,
    reported_elsewhere: bool,
}

impl Errors {
    /// A mistake at these tokens. `message` says what is wrong and, after `help:` on a line of its
    /// own, the way out.
    pub(crate) fn at(&mut self, tokens: impl ToTokens, message: impl std::fmt::Display) {
        self.at_tokens(&tokens, &message);
    }

    // Not generic, like all that many places call: a macro is compiled anew in every cold build.
    fn at_tokens(&mut self, tokens: &dyn ToTokens, message: &dyn std::fmt::Display) {
        self.errors.push(syn::Error::new_spanned(tokens.to_token_stream(), message.to_string()));
    }

    /// A mistake at this place.
    pub(crate) fn at_span(&mut self, span: Span, message: impl std::fmt::Display) {
        self.errors.push(syn::Error::new(span, message.to_string()));
    }

    /// A mistake that syn found.
    pub(crate) fn push(&mut self, error: syn::Error) {
        self.errors.push(error);
    }

    /// The value, or the mistake that kept it from being.
    pub(crate) fn keep<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// A mistake that another macro of the same item reports: there is nothing to add, but also
    /// nothing to expand.
    pub(crate) fn reported_elsewhere(&mut self) {
        self.reported_elsewhere = true;
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.errors.is_empty() && !self.reported_elsewhere
    }

    /// How many there are so far: whether a part was free of mistakes.
    pub(crate) fn count(&self) -> usize {
        self.errors.len()
    }

    /// One `compile_error!` for each mistake.
    pub(crate) fn into_tokens(self) -> TokenStream {
        let mut tokens = TokenStream::new();
        for error in &self.errors {
            error.to_compile_error().to_tokens(&mut tokens);
        }
        tokens
    }
}
