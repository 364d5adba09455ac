//! Which parts has an annotated trait?
//!
//! syn reads traits only with its feature "full", which a cold build pays for. Here is what an
//! interface needs of it; what is in types and in generics is still read by syn, and what no
//! interface has, such as a body, is taken as it is.
//!
//! | module | the question it answers |
//! |---|---|
//! | `the_trait` | How is a trait read? |
//! | `method` | How is a method read? |
//! | `arguments` | How is read what a method takes? |
//! | `print` | How are they written again? |

mod arguments;
mod method;
mod print;
mod the_trait;

#[cfg(test)]
mod tests;

use proc_macro2::{Group, TokenStream};
use syn::{Abi, Attribute, Generics, Ident, Lifetime, ReturnType, Token, Type, Visibility, token};

pub(crate) use self::the_trait::is_trait;

/// An annotated trait.
pub(crate) struct Trait {
    /// Also those that stand inside.
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) unsafe_token: Option<Token![unsafe]>,
    pub(crate) auto_token: Option<Token![auto]>,
    pub(crate) keyword: Token![trait],
    pub(crate) ident: Ident,
    /// With the `where` clause.
    pub(crate) generics: Generics,
    /// With the colon.
    pub(crate) supertraits: TokenStream,
    pub(crate) brace: token::Brace,
    pub(crate) members: Vec<Member>,
}

/// What stands in a trait.
pub(crate) enum Member {
    Method(Box<Function>),
    Type(Ident, TokenStream),
    Const(Ident, TokenStream),
    Other(TokenStream),
}

/// A method as it is written.
pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) const_token: Option<Token![const]>,
    pub(crate) async_token: Option<Token![async]>,
    pub(crate) unsafe_token: Option<Token![unsafe]>,
    pub(crate) abi: Option<Abi>,
    pub(crate) fn_token: Token![fn],
    pub(crate) ident: Ident,
    /// With the `where` clause.
    pub(crate) generics: Generics,
    pub(crate) paren: token::Paren,
    pub(crate) inputs: Inputs,
    pub(crate) output: ReturnType,
    pub(crate) end: Ending,
}

/// What stands behind the signature of a method.
pub(crate) enum Ending {
    Semicolon(Token![;]),
    Body(Group),
}

/// What stands between the parentheses of a method.
#[derive(Default)]
pub(crate) struct Inputs {
    pub(crate) receiver: Option<Receiver>,
    pub(crate) args: Vec<Argument>,
    /// `...`, with what may precede it.
    pub(crate) variadic: Option<TokenStream>,
}

/// `self` in all its forms.
pub(crate) struct Receiver {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) reference: Option<(Token![&], Option<Lifetime>)>,
    pub(crate) mut_token: Option<Token![mut]>,
    pub(crate) self_token: Token![self],
    pub(crate) ty: Option<(Token![:], Type)>,
}

/// `pattern: Type`.
pub(crate) struct Argument {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) pattern: Pattern,
    pub(crate) colon: Token![:],
    pub(crate) ty: Type,
}

/// What names an argument.
pub(crate) enum Pattern {
    Name(Ident),
    Mut(Token![mut], Ident),
    Other(TokenStream),
}
