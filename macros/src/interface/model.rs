//! What does an annotated trait mean?

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{Attribute, Ident, LitStr, Type, Visibility};

use crate::common::Deprecation;

/// Which of the two macros.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Rpc,
    Ipc,
}

impl Kind {
    /// Where the runtime's half of it is, below `__private`.
    pub(crate) fn module(self) -> TokenStream {
        match self {
            Kind::Rpc => TokenStream::new(),
            Kind::Ipc => quote!(::ipc),
        }
    }

    pub(crate) fn other(self) -> Kind {
        match self {
            Kind::Rpc => Kind::Ipc,
            Kind::Ipc => Kind::Rpc,
        }
    }

    /// The macro's name.
    pub(crate) fn attribute(self) -> &'static str {
        match self {
            Kind::Rpc => "rpc_interface",
            Kind::Ipc => "ipc_interface",
        }
    }

    /// The name of the attribute on its methods.
    pub(crate) fn helper(self) -> &'static str {
        match self {
            Kind::Rpc => "rpc",
            Kind::Ipc => "ipc",
        }
    }
}

/// Which end implements an interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Frontend,
    Backend,
}

impl End {
    /// Its name in prose.
    pub(crate) fn word(self) -> &'static str {
        match self {
            End::Frontend => "frontend",
            End::Backend => "backend",
        }
    }
}

/// An annotated trait.
pub(crate) struct Interface {
    pub(crate) kind: Kind,
    /// The path of the runtime.
    pub(crate) runtime: TokenStream,
    pub(crate) vis: Visibility,
    pub(crate) ident: Ident,
    pub(crate) attrs: Attrs,
    pub(crate) name: Name,
    /// None after a mistake in it.
    pub(crate) version: Option<semver::Version>,
    pub(crate) served_by: End,
    pub(crate) route_required: bool,
    pub(crate) serial: bool,
    /// Those whose signatures were understood.
    pub(crate) methods: Vec<Method>,
}

/// A method.
pub(crate) struct Method {
    pub(crate) ident: Ident,
    pub(crate) attrs: Attrs,
    pub(crate) name: Name,
    pub(crate) options: MethodOptions,
    pub(crate) signature: Signature,
}

/// A name on the wire, and what in the source gave it.
pub(crate) struct Name {
    pub(crate) text: String,
    pub(crate) span: Span,
}

/// The attributes that generated items share with the item that they come from.
pub(crate) struct Attrs {
    /// `#[cfg(..)]`.
    pub(crate) cfgs: Vec<Attribute>,
    /// `#[allow(..)]`, also in place of `#[expect(..)]`: whatever lint the user silenced would also
    /// speak of what is generated.
    pub(crate) allows: Vec<TokenStream>,
    /// `#[doc = ".."]`.
    pub(crate) docs: Vec<Attribute>,
    /// `#[deprecated]`.
    pub(crate) deprecated: Option<Attribute>,
    /// What `docs` say.
    pub(crate) documentation: String,
    /// What `deprecated` says.
    pub(crate) deprecation: Option<Deprecation>,
}

/// What stands in `#[rpc(..)]` or `#[ipc(..)]` on a method.
#[derive(Default)]
pub(crate) struct MethodOptions {
    pub(crate) readonly: Option<Span>,
    pub(crate) idempotent: Option<Span>,
    pub(crate) public: Option<Span>,
    pub(crate) scope: Option<LitStr>,
    pub(crate) since: Option<LitStr>,
    pub(crate) aliases: Vec<LitStr>,
    pub(crate) cache: Option<LitStr>,
    pub(crate) notify: Option<Span>,
    pub(crate) spawn: Option<Span>,
    pub(crate) detached: Option<Span>,
}

/// What a method takes and gives.
pub(crate) struct Signature {
    /// The type behind the `&` of a leading `cx: &Context`.
    pub(crate) context: Option<Type>,
    pub(crate) args: Vec<Arg>,
    pub(crate) reply: Reply,
}

/// An argument that is sent.
pub(crate) struct Arg {
    pub(crate) ident: Ident,
    pub(crate) name: Name,
    /// As in the trait.
    pub(crate) ty: Type,
    pub(crate) passing: Passing,
}

impl Arg {
    pub(crate) fn is_stream(&self) -> bool {
        matches!(self.passing, Passing::Incoming(_))
    }
}

/// How an argument is passed.
pub(crate) enum Passing {
    Owned,
    /// `&T`; the type is `T`.
    Borrowed(Type),
    /// `Incoming<T>`; the type is `T`.
    Incoming(Type),
}

/// What comes back.
pub(crate) enum Reply {
    /// The method is a notification.
    None(Notified),
    /// What the trait says that the method returns: perhaps a `Result`, only rustc knows.
    Value(Type),
    /// The items of the stream that the trait says that the method returns.
    Stream(Type),
}

/// How the handler of a notification runs.
pub(crate) enum Notified {
    /// `fn`: to its end, where the message is read.
    AtOnce,
    /// `async fn`.
    Awaited,
}
