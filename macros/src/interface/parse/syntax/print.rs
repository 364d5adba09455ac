//! How are they written again?

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{AttrStyle, Attribute};

use super::{Argument, Ending, Function, Inputs, Member, Pattern, Receiver, Trait};

impl ToTokens for Trait {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let is_inner = |attr: &Attribute| matches!(attr.style, AttrStyle::Inner(_));
        let mut inside = TokenStream::new();
        for attr in &self.attrs {
            attr.to_tokens(if is_inner(attr) { &mut inside } else { tokens });
        }
        for member in &self.members {
            member.to_tokens(&mut inside);
        }
        self.vis.to_tokens(tokens);
        self.unsafe_token.to_tokens(tokens);
        self.auto_token.to_tokens(tokens);
        self.keyword.to_tokens(tokens);
        self.ident.to_tokens(tokens);
        self.generics.to_tokens(tokens);
        self.supertraits.to_tokens(tokens);
        self.generics.where_clause.to_tokens(tokens);
        self.brace.surround(tokens, |tokens| inside.to_tokens(tokens));
    }
}

impl ToTokens for Member {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Member::Method(method) => method.to_tokens(tokens),
            Member::Type(_, member) | Member::Const(_, member) | Member::Other(member) => {
                member.to_tokens(tokens);
            }
        }
    }
}

impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        put_all(&self.attrs, tokens);
        self.const_token.to_tokens(tokens);
        self.async_token.to_tokens(tokens);
        self.unsafe_token.to_tokens(tokens);
        self.abi.to_tokens(tokens);
        self.fn_token.to_tokens(tokens);
        self.ident.to_tokens(tokens);
        self.generics.to_tokens(tokens);
        self.paren.surround(tokens, |tokens| self.inputs.to_tokens(tokens));
        self.output.to_tokens(tokens);
        self.generics.where_clause.to_tokens(tokens);
        match &self.end {
            Ending::Semicolon(token) => token.to_tokens(tokens),
            Ending::Body(body) => body.to_tokens(tokens),
        }
    }
}

impl ToTokens for Inputs {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let mut all = Vec::new();
        if let Some(receiver) = &self.receiver {
            all.push(receiver.to_token_stream());
        }
        for arg in &self.args {
            all.push(arg.to_token_stream());
        }
        all.extend(self.variadic.clone());
        quote!(#(#all),*).to_tokens(tokens);
    }
}

impl ToTokens for Receiver {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        put_all(&self.attrs, tokens);
        if let Some((and, lifetime)) = &self.reference {
            and.to_tokens(tokens);
            lifetime.to_tokens(tokens);
        }
        self.mut_token.to_tokens(tokens);
        self.self_token.to_tokens(tokens);
        if let Some((colon, ty)) = &self.ty {
            colon.to_tokens(tokens);
            ty.to_tokens(tokens);
        }
    }
}

impl ToTokens for Argument {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        put_all(&self.attrs, tokens);
        self.pattern.to_tokens(tokens);
        self.colon.to_tokens(tokens);
        self.ty.to_tokens(tokens);
    }
}

impl ToTokens for Pattern {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Pattern::Name(ident) => ident.to_tokens(tokens),
            Pattern::Mut(token, ident) => {
                token.to_tokens(tokens);
                ident.to_tokens(tokens);
            }
            Pattern::Other(pattern) => pattern.to_tokens(tokens),
        }
    }
}

fn put_all(attrs: &[Attribute], tokens: &mut TokenStream) {
    for attr in attrs {
        attr.to_tokens(tokens);
    }
}
