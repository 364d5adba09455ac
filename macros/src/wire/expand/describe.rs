//! How does a definition become a constant?

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::Type;
use syn::ext::IdentExt;

use super::at;
use crate::common;
use crate::wire::crossing::{Crossing, Described};
use crate::wire::generics::Params;
use crate::wire::model::{
    About, Absent, Body, Definition, Field, Read, ReadName, Shape, Tagging, Variant, Write,
};

/// Writes the constants that describe a definition.
pub(super) struct Describe<'a> {
    pub(super) params: &'a Params<'a>,
    pub(super) definition: &'a Definition<'a>,
}

impl Describe<'_> {
    pub(super) fn type_def(&self) -> TokenStream {
        let id = self.type_id();
        let names = self.params.names().map(|name| common::text(&name.unraw().to_string()));
        let names = common::list(names);
        let body = self.body();
        let about = about(&self.definition.about);
        let source = common::source(self.definition.item.ident.span());
        quote! {
            __traitwire::schema::TypeDef {
                id: #id,
                params: #names,
                body: #body,
                #about
                source: #source,
            }
        }
    }

    pub(super) fn type_id(&self) -> TokenStream {
        let name = common::text(&self.definition.item.ident.unraw().to_string());
        quote! {
            __traitwire::schema::TypeId {
                module: __traitwire::text(::core::module_path!()),
                name: #name,
            }
        }
    }

    fn body(&self) -> TokenStream {
        match &self.definition.body {
            Body::Struct { tag, shape, transparent, deny_unknown_fields } => {
                let shape = self.shape(shape, tag.as_ref());
                quote! {
                    __traitwire::schema::Body::Struct(__traitwire::schema::Struct {
                        shape: #shape,
                        transparent: #transparent,
                        deny_unknown_fields: #deny_unknown_fields,
                    })
                }
            }
            Body::Enum { tagging, variants, open, deny_unknown_fields } => {
                let tagging = self::tagging(tagging);
                let variants = common::list(variants.iter().map(|one| self.variant(one)));
                quote! {
                    __traitwire::schema::Body::Enum(__traitwire::schema::Enum {
                        tagging: #tagging,
                        variants: #variants,
                        open: #open,
                        deny_unknown_fields: #deny_unknown_fields,
                    })
                }
            }
        }
    }

    fn variant(&self, variant: &Variant) -> TokenStream {
        let Variant { ident, write, read, shape, status, catch_all, untagged, since, about } =
            variant;
        let rust_name = common::text(&ident.unraw().to_string());
        let write = common::optional_text(write.as_deref());
        let read = common::option(read.as_ref().map(|ReadName { name, aliases }| {
            let name = common::text(name);
            let aliases = common::list(aliases.iter().map(|alias| common::text(alias)));
            quote!(__traitwire::schema::ReadName { name: #name, aliases: #aliases })
        }));
        let shape = self.shape(shape, None);
        let status = common::option(status.map(ToTokens::into_token_stream));
        let since = common::optional_text(*since);
        let about = self::about(about);
        quote! {
            __traitwire::schema::Variant {
                rust_name: #rust_name,
                write: #write,
                read: #read,
                shape: #shape,
                status: #status,
                catch_all: #catch_all,
                untagged: #untagged,
                since: #since,
                #about
            }
        }
    }

    fn shape(&self, shape: &Shape, tag: Option<&(&str, String)>) -> TokenStream {
        let shape = match shape {
            Shape::Unit => quote!(Unit),
            Shape::Newtype(crossing) => {
                let ty = self.crossing(*crossing);
                quote!(Newtype(#ty))
            }
            Shape::Tuple(crossings) => {
                let types = common::list(crossings.iter().map(|one| self.crossing(*one)));
                quote!(Tuple(#types))
            }
            Shape::Fields(fields) => {
                let tag = tag.map(|(tag, name)| {
                    let source = common::source(self.definition.item.ident.span());
                    quote!(__traitwire::tag(#tag, #name, #source))
                });
                let fields = fields.iter().map(|one| self.field(one));
                let fields = common::list(tag.into_iter().chain(fields));
                quote!(Fields(#fields))
            }
        };
        quote!(__traitwire::schema::Shape::#shape)
    }

    fn field(&self, field: &Field) -> TokenStream {
        let Field { ident, crossing, write, read, flatten, since, about } = field;
        let rust_name = ident.unraw().to_string();
        let ty = self.crossing(*crossing);
        let none = || common::option(None);
        let write = write.as_ref().map_or_else(none, written);
        let read = read.as_ref().map_or_else(none, |read| self.read(read, field));
        let since = common::optional_text(*since);
        let docs = &about.docs;
        let deprecated = common::deprecation_tokens(about.deprecated.as_ref());
        let source = common::source(ident.span());
        let field = quote! {
            __traitwire::field(#rust_name, #ty, #write, #read, #since, #docs, #deprecated, #source)
        };
        if *flatten { quote!(__traitwire::flatten(#field)) } else { field }
    }

    fn read(&self, read: &Read, field: &Field) -> TokenStream {
        let Read { name: ReadName { name, aliases }, absent } = read;
        let aliases: Vec<_> = aliases.iter().map(|alias| common::text(alias)).collect();
        let aliases =
            if aliases.is_empty() { quote!(&[]) } else { quote!(const { &[#(#aliases),*] }) };
        let absent = self.absent(absent, field);
        quote!(__traitwire::read(#name, #aliases, #absent))
    }

    fn absent(&self, absent: &Absent, field: &Field) -> TokenStream {
        let by = |ty: &Type, value: TokenStream| {
            let ty = self.params.describe(ty);
            quote!(__traitwire::default_by(|| __traitwire::default_json::<#ty>(#value)))
        };
        match absent {
            Absent::ByType => quote!(__traitwire::schema::Absent::ByType),
            Absent::Never => quote!(__traitwire::schema::Absent::Never),
            Absent::Unknown => quote!(__traitwire::DEFAULT_UNKNOWN),
            Absent::OfType(ty) => {
                let ty = self.params.describe(ty);
                quote_spanned!(at(&ty)=> __traitwire::default_of::<#ty>())
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
        }
    }

    pub(super) fn crossing(&self, crossing: Crossing) -> TokenStream {
        match crossing {
            Crossing::One(described) => self.described(described),
            Crossing::Split { write, read } => {
                let (write, read) = (self.described(write), self.described(read));
                quote!(__traitwire::split(const { &#write }, const { &#read }))
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
            Described::Own(_) => quote_spanned!(at=> <#ty as __traitwire::Wire>::TYPE),
            Described::Mirror(_) => quote_spanned!(at=> <#ty as __traitwire::Mirror>::MIRRORED),
        }
    }
}

fn about(About { docs, deprecated }: &About) -> TokenStream {
    let docs = common::text(docs);
    let deprecated = common::deprecation_tokens(deprecated.as_ref());
    quote! {
        docs: #docs,
        deprecated: #deprecated,
    }
}

fn tagging(tagging: &Tagging) -> TokenStream {
    let tagging = match tagging {
        Tagging::External => quote!(External),
        Tagging::Internal { tag } => {
            let tag = common::text(tag);
            quote!(Internal { tag: #tag })
        }
        Tagging::Adjacent { tag, content } => {
            let (tag, content) = (common::text(tag), common::text(content));
            quote!(Adjacent { tag: #tag, content: #content })
        }
        Tagging::Untagged => quote!(Untagged),
    };
    quote!(__traitwire::schema::Tagging::#tagging)
}

fn written(Write { name, maybe }: &Write) -> TokenStream {
    let presence = if *maybe { quote!(Maybe) } else { quote!(Always) };
    quote!(__traitwire::write(#name, __traitwire::schema::Presence::#presence))
}
