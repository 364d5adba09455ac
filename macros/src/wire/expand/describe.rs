//! How does a definition become a function that makes it?

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::Type;
use syn::ext::IdentExt;

use super::at;
use crate::common::{self, Deprecation};
use crate::wire::crossing::{Crossing, Described};
use crate::wire::generics::Params;
use crate::wire::model::{
    About, Absent, Body, Definition, Field, Read, ReadName, Shape, Tagging, Variant, Write,
};

/// Writes what describes a definition.
pub(super) struct Describe<'a> {
    pub(super) params: &'a Params<'a>,
    pub(super) definition: &'a Definition<'a>,
}

impl Describe<'_> {
    /// Makes the definition.
    pub(super) fn type_def(&self) -> TokenStream {
        let head = self.head();
        match &self.definition.body {
            Body::Struct { tag, shape, transparent, deny_unknown_fields } => {
                let content = self.content(shape, tag.as_ref());
                let transparent = transparent.then(|| quote!(.transparent()));
                let deny_unknown_fields = deny_unknown(*deny_unknown_fields);
                quote! {
                    __traitwire::structure(#head #transparent #deny_unknown_fields, #content)
                }
            }
            Body::Enum { tagging, variants, open, deny_unknown_fields, overlapping } => {
                let open = open.then(|| quote!(.open()));
                let deny_unknown_fields = deny_unknown(*deny_unknown_fields);
                let overlapping = overlapping.then(|| quote!(.overlapping()));
                let head = quote!(#head #open #deny_unknown_fields #overlapping);
                let variants = common::each(variants, &|one| self.variant(one));
                match tagging {
                    Tagging::External => quote!(__traitwire::external(#head, &[#(#variants),*])),
                    Tagging::Internal { tag } => {
                        quote!(__traitwire::internal(#head, #tag, &[#(#variants),*]))
                    }
                    Tagging::Adjacent { tag, content } => {
                        quote!(__traitwire::adjacent(#head, #tag, #content, &[#(#variants),*]))
                    }
                    Tagging::Untagged => quote!(__traitwire::untagged(#head, &[#(#variants),*])),
                }
            }
        }
    }

    /// A use of the type with its parameters.
    pub(super) fn named(&self) -> TokenStream {
        let name = self.name();
        let args: Vec<_> =
            self.params.names().map(|name| quote!(<#name as __traitwire::Wire>::TYPE)).collect();
        if args.is_empty() {
            return quote!(__traitwire::named(::core::module_path!(), #name, __wire_def));
        }
        let args = quote!(const { &[#(#args),*] });
        quote!(__traitwire::applied(::core::module_path!(), #name, #args, __wire_def))
    }

    fn name(&self) -> String {
        self.definition.item.ident.unraw().to_string()
    }

    fn head(&self) -> TokenStream {
        let name = self.name();
        let About { docs, deprecated } = &self.definition.about;
        let (line, column) = common::place(self.definition.item.ident.span());
        let params: Vec<_> = self.params.names().map(|name| name.unraw().to_string()).collect();
        let params = (!params.is_empty()).then(|| quote!(.params(&[#(#params),*])));
        let deprecated = deprecated.as_ref().map(Deprecation::method);
        quote! {
            __traitwire::head(
                ::core::module_path!(), #name, #docs,
                ::core::file!(), ::core::option_env!("CARGO_MANIFEST_DIR"), #line, #column,
            ) #params #deprecated
        }
    }

    fn variant(&self, variant: &Variant) -> TokenStream {
        let Variant { ident, write, read, shape, status, catch_all, untagged, since, about } =
            variant;
        let names = Names { write: write.as_deref(), read: read.as_ref() };
        let (name, names) = (names.name(), names.methods());
        let rust_name = ident.unraw().to_string();
        let content = self.content(shape, None);
        let docs = &about.docs;
        let said = said(*since, about);
        let status = status.map(|status| quote!(.status(#status)));
        let catch_all = catch_all.then(|| quote!(.catch_all()));
        let untagged = untagged.then(|| quote!(.untagged()));
        quote! {
            __traitwire::variant(#rust_name, #name, #content, #docs)
                #names #status #catch_all #untagged #said
        }
    }

    fn content(&self, shape: &Shape, tag: Option<&(&str, String)>) -> TokenStream {
        match shape {
            Shape::Unit => quote!(__traitwire::Content::Unit),
            Shape::Newtype(crossing) => {
                let ty = self.crossing(*crossing);
                quote!(__traitwire::Content::Newtype(#ty))
            }
            Shape::Tuple(crossings) => {
                let types = common::each(crossings, &|one| self.crossing(*one));
                quote!(__traitwire::Content::Tuple(&[#(#types),*]))
            }
            Shape::Fields(fields) => {
                let tag = tag.map(|(tag, name)| self.tag(tag, name));
                let fields = common::each(fields, &|one| self.field(one));
                let fields = tag.iter().chain(&fields);
                quote!(__traitwire::Content::Fields(&[#(#fields),*]))
            }
        }
    }

    /// The member that holds the name of a struct. It is written, and means nothing to a reader.
    fn tag(&self, tag: &str, name: &str) -> TokenStream {
        let (line, column) = common::place(self.definition.item.ident.span());
        let name = common::text(name);
        quote! {
            __traitwire::member(
                #tag, #tag, const { &__traitwire::schema::Type::Literal(#name) }, "", #line, #column,
            ).unread()
        }
    }

    fn field(&self, field: &Field) -> TokenStream {
        let Field { ident, crossing, write, read, flatten, since, about } = field;
        let names = Names {
            write: write.as_ref().map(|write| write.name.as_str()),
            read: read.as_ref().map(|read| &read.name),
        };
        let (name, names) = (names.name(), names.methods());
        let rust_name = ident.unraw().to_string();
        let ty = self.crossing(*crossing);
        let docs = &about.docs;
        let said = said(*since, about);
        let (line, column) = common::place(ident.span());
        let skipped = matches!(write, Some(Write { maybe: true, .. })).then(|| quote!(.skipped()));
        let absent = read.as_ref().and_then(|read| self.absent(read, field));
        let flatten = flatten.then(|| quote!(.flatten()));
        quote! {
            __traitwire::member(#rust_name, #name, #ty, #docs, #line, #column)
                #names #skipped #absent #flatten #said
        }
    }

    /// What a reader does where a field is absent, unless its type decides.
    fn absent(&self, Read { absent, .. }: &Read, field: &Field) -> Option<TokenStream> {
        let skips = field.write.as_ref().and_then(|write| write.skips);
        let by = |ty: &Type, value: TokenStream| {
            let ty = self.params.describe(ty);
            let value = match skips {
                Some(skips) => quote! {
                    __traitwire::default_skipped::<#ty>(#value, |value: &#ty| #skips(value))
                },
                None => quote!(__traitwire::default_json::<#ty>(#value)),
            };
            quote!(.default(|| #value))
        };
        Some(match absent {
            Absent::ByType => return None,
            Absent::Never => quote!(.required()),
            Absent::Unknown => quote!(.default_unknown()),
            Absent::OfType(ty) if skips.is_some() => {
                by(ty, quote!(::core::default::Default::default))
            }
            Absent::OfType(ty) => {
                let ty = self.params.describe(ty);
                let value = quote_spanned!(at(&ty)=> __traitwire::default_of::<#ty>);
                quote!(.default(#value))
            }
            Absent::OfFunction(ty, path) => by(ty, quote!(|| #path())),
            Absent::OfContainer(ty, path) => {
                let Definition { item, remote, .. } = self.definition;
                let this =
                    remote.map_or_else(|| item.ident.to_token_stream(), |path| quote!(#path));
                let default = match path {
                    Some(path) => quote!(#path()),
                    None => quote!(::core::default::Default::default()),
                };
                let member = field.ident;
                by(ty, quote!(|| { let default: #this = #default; default.#member }))
            }
        })
    }

    /// The schema of what crosses.
    fn crossing(&self, crossing: Crossing) -> TokenStream {
        match crossing {
            Crossing::One(described) => self.described(described),
            Crossing::Split { write, read } => {
                let (write, read) = (self.described(write), self.described(read));
                quote!(const { &__traitwire::split(#write, #read) })
            }
        }
    }

    /// The schema of a type. At the place of the type, so that a type which cannot cross is what the
    /// compiler underlines.
    fn described(&self, described: Described) -> TokenStream {
        let ty = described.ty();
        let at = at(ty);
        let ty = self.params.describe(ty);
        match described {
            Described::Own(_) => quote_spanned!(at=> <#ty as __traitwire::Wire>::TYPE_REF),
            Described::Mirror(_) => {
                quote_spanned!(at=> <#ty as __traitwire::Mirror>::MIRRORED_REF)
            }
        }
    }
}

/// What a field or variant is called by writers and readers.
struct Names<'a> {
    write: Option<&'a str>,
    read: Option<&'a ReadName>,
}

impl Names<'_> {
    /// The name that is given first.
    fn name(&self) -> &str {
        self.write.or(self.read.map(|read| read.name.as_str())).unwrap_or_default()
    }

    /// What differs from one name for all.
    fn methods(&self) -> TokenStream {
        let unwritten = self.write.is_none().then(|| quote!(.unwritten()));
        let Some(ReadName { name, aliases }) = self.read else {
            return quote!(#unwritten.unread());
        };
        let read_as = (name != self.name()).then(|| quote!(.read_as(#name)));
        let aliases = (!aliases.is_empty()).then(|| quote!(.aliases(&[#(#aliases),*])));
        quote!(#unwritten #read_as #aliases)
    }
}

/// What is said of a field or variant to people, besides docs.
fn said(since: Option<&str>, about: &About) -> TokenStream {
    let since = since.map(|since| quote!(.since(#since)));
    let deprecated = about.deprecated.as_ref().map(Deprecation::method);
    quote!(#since #deprecated)
}

fn deny_unknown(deny: bool) -> Option<TokenStream> {
    deny.then(|| quote!(.deny_unknown_fields()))
}
