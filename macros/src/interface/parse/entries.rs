//! What stands between the parentheses of an attribute?

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Ident, LitStr, Path, Token, token};
use traitwire_schema::names;

use crate::diagnostics::Errors;

/// `key` or `key = value`.
pub(super) struct Entry {
    pub(super) key: Ident,
    value: Option<Value>,
}

enum Value {
    Text(LitStr),
    Path(Path),
    Other(TokenStream),
}

/// Splits at the commas; None if that fails.
pub(super) fn parse(tokens: TokenStream, errors: &mut Errors) -> Option<Vec<Entry>> {
    errors.keep(entries.parse2(tokens))
}

fn entries(input: ParseStream<'_>) -> syn::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    while !input.is_empty() {
        entries.push(entry(input)?);
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(entries)
}

fn entry(input: ParseStream<'_>) -> syn::Result<Entry> {
    // `crate` is a keyword, and a key.
    let key = input.call(Ident::parse_any)?;
    if input.peek(token::Paren) {
        let message = format!("`{key}` has no parentheses\nhelp: write `{key} = ..`");
        return Err(syn::Error::new(key.span(), message));
    }
    let value = match input.parse::<Option<Token![=]>>()? {
        Some(_) => Some(value(input)?),
        None => None,
    };
    Ok(Entry { key, value })
}

/// A string, a path, or whatever else stands before the next comma.
fn value(input: ParseStream<'_>) -> syn::Result<Value> {
    if input.peek(LitStr) {
        return input.parse().map(Value::Text);
    }
    if input.fork().call(Path::parse_mod_style).is_ok() {
        return input.call(Path::parse_mod_style).map(Value::Path);
    }
    let mut tokens = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?.to_tokens(&mut tokens);
    }
    if tokens.is_empty() {
        return Err(input.error("expected a value"));
    }
    Ok(Value::Other(tokens))
}

impl ToTokens for Value {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Value::Text(text) => text.to_tokens(tokens),
            Value::Path(path) => path.to_tokens(tokens),
            Value::Other(other) => other.to_tokens(tokens),
        }
    }
}

impl Entry {
    /// The entry stands alone.
    pub(super) fn flag(&self, errors: &mut Errors) {
        if let Some(value) = &self.value {
            let key = &self.key;
            errors.at(value, format!("`{key}` has no value\nhelp: write `{key}` alone"));
        }
    }

    /// The entry has a string.
    pub(super) fn text(&self, example: &str, errors: &mut Errors) -> Option<LitStr> {
        match &self.value {
            Some(Value::Text(text)) => Some(text.clone()),
            other => {
                let message =
                    format!("`{key}` is a string\nhelp: {key} = \"{example}\"", key = self.key);
                self.complain(other.as_ref(), message, errors);
                None
            }
        }
    }

    /// The entry has one of these words.
    pub(super) fn word<'a>(&self, words: &[&'a str], errors: &mut Errors) -> Option<&'a str> {
        let word = match &self.value {
            Some(Value::Path(path)) => path.get_ident().map(ToString::to_string),
            _ => None,
        };
        let found = words.iter().find(|known| word.as_deref() == Some(**known));
        if found.is_none() {
            let choice: Vec<_> =
                words.iter().map(|word| format!("{} = {word}", self.key)).collect();
            let message =
                format!("`{}` is {}\nhelp: {}", self.key, one_of(words), choice.join(", or "));
            self.complain(self.value.as_ref(), message, errors);
        }
        found.copied()
    }

    /// The entry has a path.
    pub(super) fn path(&self, errors: &mut Errors) -> Option<Path> {
        match &self.value {
            Some(Value::Path(path)) => Some(path.clone()),
            other => {
                let message = format!(
                    "`{key}` is the path of traitwire, where it has another name\n\
                     help: {key} = ::renamed, or {key} = crate::reexport::traitwire",
                    key = self.key
                );
                self.complain(other.as_ref(), message, errors);
                None
            }
        }
    }

    fn complain(&self, value: Option<&Value>, message: String, errors: &mut Errors) {
        match value {
            Some(value) => errors.at(value, message),
            None => errors.at(&self.key, message),
        }
    }

    /// Reports a key that nobody knows.
    pub(super) fn unknown(&self, what: &str, known: &[&str], errors: &mut Errors) {
        let key = self.key.to_string();
        let message = match names::did_you_mean(&key, known.iter().copied()) {
            Some(near) => format!("unknown {what} `{key}`; did you mean `{near}`?"),
            None => format!("unknown {what} `{key}`\nhelp: there are {}", listed(known, "and")),
        };
        errors.at(&self.key, message);
    }
}

fn one_of(words: &[&str]) -> String {
    match words {
        [word] => format!("`{word}` or left out"),
        _ => listed(words, "or"),
    }
}

fn listed(words: &[&str], link: &str) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} {link} {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// Keys that have been there.
#[derive(Default)]
pub(super) struct Seen {
    keys: Vec<String>,
    meant: Vec<&'static str>,
}

impl Seen {
    /// Notes a key; reports one that is there again.
    pub(super) fn first(&mut self, key: &Ident, errors: &mut Errors) -> bool {
        let text = key.to_string();
        if self.keys.contains(&text) {
            errors.at(key, format!("`{text}` is there twice\nhelp: remove one"));
            return false;
        }
        self.keys.push(text);
        true
    }

    /// Notes a required key that this one was most likely meant to be: that is a mistake enough.
    pub(super) fn probably(&mut self, key: &Ident, required: [&'static str; 2]) {
        self.meant.extend(names::did_you_mean(&key.to_string(), required));
    }

    /// Whether a key has been there, if perhaps misspelt.
    pub(super) fn has(&self, key: &str) -> bool {
        self.keys.iter().any(|seen| seen == key) || self.meant.contains(&key)
    }
}
