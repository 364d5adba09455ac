//! What must hold for an item to be compiled?

use std::fmt;

use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, Lit, Meta, Token};

/// What stands in `#[cfg(..)]`.
#[derive(Debug, Clone)]
pub(super) enum Condition {
    /// `feature = "legacy"`.
    Feature(String),
    /// `test`.
    Test,
    All(Vec<Condition>),
    Any(Vec<Condition>),
    /// `not(..)`, a platform, or whatever else.
    Other(String),
}

impl Condition {
    /// The conditions of an item's `#[cfg(..)]` attributes.
    pub(super) fn of(attributes: &[Attribute]) -> Vec<Condition> {
        let cfgs = attributes.iter().filter(|attribute| attribute.path().is_ident("cfg"));
        cfgs.filter_map(|attribute| attribute.parse_args::<Meta>().ok())
            .map(|meta| Condition::from(&meta))
            .collect()
    }

    /// Whether it holds in tests only.
    pub(super) fn only_tested(&self) -> bool {
        match self {
            Condition::Test => true,
            Condition::All(parts) => parts.iter().any(Condition::only_tested),
            _ => false,
        }
    }

    /// The features that make it hold, if features can.
    pub(super) fn features(&self) -> Vec<&str> {
        match self {
            Condition::Feature(name) => vec![name],
            Condition::All(parts) => parts.iter().flat_map(Condition::features).collect(),
            Condition::Any(parts) => parts
                .iter()
                .map(Condition::features)
                .find(|names| !names.is_empty())
                .unwrap_or_default(),
            Condition::Test | Condition::Other(_) => Vec::new(),
        }
    }
}

impl From<&Meta> for Condition {
    fn from(meta: &Meta) -> Condition {
        match meta {
            Meta::Path(path) if path.is_ident("test") => Condition::Test,
            Meta::NameValue(pair) if pair.path.is_ident("feature") => match &pair.value {
                Expr::Lit(ExprLit { lit: Lit::Str(name), .. }) => Condition::Feature(name.value()),
                _ => Condition::Other(text(meta)),
            },
            Meta::List(list) if list.path.is_ident("all") || list.path.is_ident("any") => {
                let parser = Punctuated::<Meta, Token![,]>::parse_terminated;
                let Ok(parts) = parser.parse2(list.tokens.clone()) else {
                    return Condition::Other(text(meta));
                };
                let parts = parts.iter().map(Condition::from).collect();
                if list.path.is_ident("all") {
                    Condition::All(parts)
                } else {
                    Condition::Any(parts)
                }
            }
            _ => Condition::Other(text(meta)),
        }
    }
}

/// As it was written, where the source is at hand.
fn text(meta: &Meta) -> String {
    use syn::spanned::Spanned as _;
    meta.span().source_text().unwrap_or_else(|| "..".to_owned())
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, name, parts: &[Condition]| {
            let parts: Vec<String> = parts.iter().map(Condition::to_string).collect();
            write!(f, "{name}({})", parts.join(", "))
        };
        match self {
            Condition::Feature(name) => write!(f, "feature = \"{name}\""),
            Condition::Test => f.write_str("test"),
            Condition::All(parts) => list(f, "all", parts),
            Condition::Any(parts) => list(f, "any", parts),
            Condition::Other(text) => f.write_str(text),
        }
    }
}
