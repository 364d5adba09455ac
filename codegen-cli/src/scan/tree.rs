//! Which files do the `mod`s of a crate lead to, and which annotated traits are in them?

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, ExprLit, Item, ItemMod, ItemTrait, Lit, Meta, Token};

use super::cfg::Condition;
use super::{ATTRIBUTES, Annotated, Reached, Scan};

/// A walk through the files of a package.
pub(super) struct Walk {
    package: PathBuf,
    seen: BTreeSet<PathBuf>,
    pub(super) scan: Scan,
}

impl Walk {
    pub(super) fn new(package: &Path) -> Walk {
        Walk { package: package.to_owned(), seen: BTreeSet::new(), scan: Scan::default() }
    }

    pub(super) fn seen(&self, file: &Path) -> bool {
        self.seen.contains(&canonical(file))
    }

    /// Walks from the root of a crate.
    pub(super) fn root(&mut self, file: &Path, reached: Reached) {
        let folder = file.parent().unwrap_or(file).to_owned();
        self.file(file, &folder, &[], reached);
    }

    /// Looks at a file that no `mod` leads to.
    pub(super) fn alone(&mut self, file: &Path) {
        let folder = file.with_extension("");
        self.file(file, &folder, &[], Reached::Nobody);
    }

    /// `folder` is where the files of its modules are.
    fn file(&mut self, file: &Path, folder: &Path, conditions: &[Condition], reached: Reached) {
        // Also ends the walk where `#[path]` leads in a circle.
        if !self.seen.insert(canonical(file)) {
            return;
        }
        let parsed = fs::read_to_string(file)
            .map_err(|error| error.to_string())
            .and_then(|text| syn::parse_file(&text).map_err(|error| error.to_string()));
        let parsed = match parsed {
            Ok(parsed) => parsed,
            Err(error) => {
                self.scan.unreadable.push((file.to_owned(), error));
                return;
            }
        };
        let mut visitor = Visitor {
            walk: self,
            file: file.to_owned(),
            folder: folder.to_owned(),
            inline: false,
            conditions: conditions.to_vec(),
            reached,
        };
        visitor.under(&parsed.attrs, |visitor| visit::visit_file(visitor, &parsed));
    }
}

fn canonical(file: &Path) -> PathBuf {
    fs::canonicalize(file).unwrap_or_else(|_| file.to_owned())
}

struct Visitor<'a> {
    walk: &'a mut Walk,
    file: PathBuf,
    /// Where the files of modules declared here are.
    folder: PathBuf,
    /// Whether this is within `mod name { .. }`, where `#[path]` is relative to another folder.
    inline: bool,
    conditions: Vec<Condition>,
    reached: Reached,
}

impl Visitor<'_> {
    /// Goes on under the conditions of these attributes.
    fn under(&mut self, attributes: &[Attribute], go: impl FnOnce(&mut Self)) {
        let before = self.conditions.len();
        self.conditions.extend(Condition::of(attributes));
        go(self);
        self.conditions.truncate(before);
    }

    fn declared(&mut self, module: &ItemMod) {
        let name = module.ident.to_string();
        let name = name.strip_prefix("r#").unwrap_or(&name);
        let file = match path_attribute(&module.attrs) {
            Some(path) if self.inline => self.folder.join(path),
            Some(path) => self.file.parent().unwrap_or(&self.folder).join(path),
            None => {
                let flat = self.folder.join(format!("{name}.rs"));
                if flat.is_file() { flat } else { self.folder.join(name).join("mod.rs") }
            }
        };
        // A module behind a condition may have no file at all, and a missing one is the compiler's
        // matter.
        if !file.is_file() {
            return;
        }
        let modules = match path_attribute(&module.attrs) {
            Some(_) => file.parent().unwrap_or(&self.folder).to_owned(),
            None => self.folder.join(name),
        };
        let conditions = self.conditions.clone();
        self.walk.file(&file, &modules, &conditions, self.reached);
    }
}

impl<'ast> Visit<'ast> for Visitor<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        self.under(attributes(item), |visitor| visit::visit_item(visitor, item));
    }

    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        if module.content.is_none() {
            self.declared(module);
            return;
        }
        let (folder, inline) = (self.folder.clone(), self.inline);
        let name = path_attribute(&module.attrs).unwrap_or_else(|| module.ident.to_string());
        self.folder.push(name);
        self.inline = true;
        visit::visit_item_mod(self, module);
        (self.folder, self.inline) = (folder, inline);
    }

    fn visit_item_trait(&mut self, item: &'ast ItemTrait) {
        let Some(condition) = annotation(&item.attrs) else { return };
        let begins = item.attrs.iter().map(|attribute| attribute.pound_token.span.start().line);
        let name = item.ident.span().start();
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let mut conditions = self.conditions.clone();
        conditions.extend(condition);
        self.walk.scan.annotated.push(Annotated {
            name: item.ident.to_string(),
            package: self.walk.package.clone(),
            file: self.file.clone(),
            line: number(name.line),
            column: number(name.column + 1),
            begin: number(begins.min().unwrap_or(name.line)),
            conditions,
            reached: self.reached,
        });
    }
}

/// If a trait is annotated, the condition of the `cfg_attr` around the attribute, or none.
fn annotation(attributes: &[Attribute]) -> Option<Vec<Condition>> {
    let ours = |meta: &Meta| {
        let last = meta.path().segments.last();
        last.is_some_and(|last| ATTRIBUTES.iter().any(|name| last.ident == name))
    };
    attributes.iter().find_map(|attribute| {
        if ours(&attribute.meta) {
            return Some(Vec::new());
        }
        let Meta::List(list) = &attribute.meta else { return None };
        if !list.path.is_ident("cfg_attr") {
            return None;
        }
        let parts =
            Punctuated::<Meta, Token![,]>::parse_terminated.parse2(list.tokens.clone()).ok()?;
        let mut parts = parts.iter();
        let condition = parts.next()?;
        parts.any(ours).then(|| vec![Condition::from(condition)])
    })
}

fn path_attribute(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(path), .. }) => Some(path.value()),
            _ => None,
        },
        _ => None,
    })
}

/// The attributes of an item that can hold others.
fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Mod(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Const(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        _ => &[],
    }
}
