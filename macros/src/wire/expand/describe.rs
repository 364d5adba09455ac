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
        let name = self.name();
        let params: Vec<_> =
            self.params.names().map(|name| common::text(&name.unraw().to_string())).collect();
        let params =
            if params.is_empty() { quote!(&[]) } else { quote!(const { &[#(#params),*] }) };
        let body = self.body();
        let About { docs, deprecated } = &self.definition.about;
        let deprecated = common::deprecation_tokens(deprecated.as_ref());
        let source = common::source(self.definition.item.ident.span());
        quote! {
            __traitwire::definition(
                ::core::module_path!(), #name, #params, #body, #docs, #deprecated, #source,
            )
        }
    }

    /// A use of the type with its parameters.
    pub(super) fn named(&self) -> TokenStream {
        let name = self.name();
        let args: Vec<_> =
            self.params.names().map(|name| quote!(<#name as __traitwire::Wire>::TYPE)).collect();
        if args.is_empty() {
            return quote!(__traitwire::named(::core::module_path!(), #name, || &__WIRE_DEF));
        }
        let args = quote!(const { &[#(#args),*] });
        quote!(__traitwire::applied(::core::module_path!(), #name, #args, || &__WIRE_DEF))
    }

    fn name(&self) -> String {
        self.definition.item.ident.unraw().to_string()
    }

    fn body(&self) -> TokenStream {
        match &self.definition.body {
            Body::Struct {
                tag,
                shape: Shape::Fields(fields),
                transparent: false,
                deny_unknown_fields: false,
            } => {
                let fields = self.fields(fields, tag.as_ref());
                quote!(__traitwire::record(#fields))
            }
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
            Body::Enum {
                tagging: tagging @ (Tagging::External | Tagging::Internal { .. }),
                variants,
                open: false,
                deny_unknown_fields: false,
                overlapping: false,
            } => {
                let variants = variants.iter().map(|one| self.variant(one));
                let variants = quote!(const { &[#(#variants),*] });
                match tagging {
                    Tagging::Internal { tag } => quote!(__traitwire::internal(#tag, #variants)),
                    _ => quote!(__traitwire::external(#variants)),
                }
            }
            Body::Enum { tagging, variants, open, deny_unknown_fields, overlapping } => {
                let tagging = self::tagging(tagging);
                let variants = common::list(variants.iter().map(|one| self.variant(one)));
                quote! {
                    __traitwire::schema::Body::Enum(__traitwire::schema::Enum {
                        tagging: #tagging,
                        variants: #variants,
                        open: #open,
                        deny_unknown_fields: #deny_unknown_fields,
                        overlapping: #overlapping,
                    })
                }
            }
        }
    }

    fn variant(&self, variant: &Variant) -> TokenStream {
        let Variant { ident, write, read, shape, status, catch_all, untagged, since, about } =
            variant;
        let rust_name = ident.unraw().to_string();
        let About { docs, deprecated } = about;
        let has_one_name = match (write, read) {
            (Some(write), Some(read)) => *write == read.name && read.aliases.is_empty(),
            _ => false,
        };
        let is_plain = status.is_none() && since.is_none() && deprecated.is_none();
        if has_one_name && is_plain && !catch_all && !untagged {
            return match shape {
                Shape::Unit => quote!(__traitwire::unit(#rust_name, #write, #docs)),
                Shape::Newtype(crossing) => {
                    let ty = self.crossing(*crossing);
                    quote!(__traitwire::newtype(#rust_name, #write, #ty, #docs))
                }
                Shape::Fields(fields) => {
                    let fields = self.fields(fields, None);
                    quote!(__traitwire::fielded(#rust_name, #write, #fields, #docs))
                }
                Shape::Tuple(_) => {
                    let shape = self.shape(shape, None);
                    quote!(__traitwire::variant(#rust_name, #write, #shape, #docs))
                }
            };
        }
        let shape = self.shape(shape, None);
        let write = common::optional_text(write.as_deref());
        let read = common::option(read.as_ref().map(|ReadName { name, aliases }| {
            let name = common::text(name);
            let aliases = common::list(aliases.iter().map(|alias| common::text(alias)));
            quote!(__traitwire::schema::ReadName { name: #name, aliases: #aliases })
        }));
        let status = common::option(status.map(ToTokens::into_token_stream));
        let since = common::optional_text(*since);
        let deprecated = common::deprecation_tokens(deprecated.as_ref());
        quote! {
            __traitwire::schema::Variant {
                status: #status,
                catch_all: #catch_all,
                untagged: #untagged,
                write: #write,
                read: #read,
                since: #since,
                deprecated: #deprecated,
                rust_name: __traitwire::text(#rust_name),
                shape: #shape,
                docs: __traitwire::text(#docs),
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
                let fields = self.fields(fields, tag);
                quote!(Fields(__traitwire::list(#fields)))
            }
        };
        quote!(__traitwire::schema::Shape::#shape)
    }

    fn fields(&self, fields: &[Field], tag: Option<&(&str, String)>) -> TokenStream {
        let tag = tag.map(|(tag, name)| {
            let (line, column) = common::place(self.definition.item.ident.span());
            quote!(__traitwire::tag(#tag, #name, #line, #column))
        });
        let fields = fields.iter().map(|one| self.field(one));
        let fields = tag.into_iter().chain(fields);
        quote!(const { &[#(#fields),*] })
    }

    fn field(&self, field: &Field) -> TokenStream {
        let Field { ident, crossing, write, read, flatten, since, about } = field;
        let rust_name = ident.unraw().to_string();
        let ty = self.crossing(*crossing);
        let About { docs, deprecated } = about;
        let (line, column) = common::place(ident.span());
        let is_plain = since.is_none() && deprecated.is_none() && !flatten;
        if is_plain && is_member(&rust_name, write.as_ref(), read.as_ref()) {
            return quote!(__traitwire::member(#rust_name, #ty, #docs, #line, #column));
        }
        let none = || common::option(None);
        let write = write.as_ref().map_or_else(none, written);
        let read = read.as_ref().map_or_else(none, |read| self.read(read, field));
        let since = common::optional_text(*since);
        let deprecated = common::deprecation_tokens(deprecated.as_ref());
        let field = quote! {
            __traitwire::field(
                #rust_name, #ty, #write, #read, #since, #docs, #deprecated, #line, #column,
            )
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
        let skips = field.write.as_ref().and_then(|write| write.skips);
        let by = |ty: &Type, value: TokenStream| {
            let ty = self.params.describe(ty);
            let value = match skips {
                Some(skips) => quote! {
                    __traitwire::default_skipped::<#ty>(#value, |value: &#ty| #skips(value))
                },
                None => quote!(__traitwire::default_json::<#ty>(#value)),
            };
            quote!(__traitwire::default_by(|| #value))
        };
        match absent {
            Absent::ByType => quote!(__traitwire::schema::Absent::ByType),
            Absent::Never => quote!(__traitwire::schema::Absent::Never),
            Absent::Unknown => quote!(__traitwire::DEFAULT_UNKNOWN),
            Absent::OfType(ty) if skips.is_some() => {
                by(ty, quote!(::core::default::Default::default))
            }
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

/// Whether a field is always there under its own name, unless its type says otherwise.
fn is_member(name: &str, write: Option<&Write>, read: Option<&Read>) -> bool {
    matches!(write, Some(write) if write.name == name && !write.maybe)
        && matches!(read, Some(Read { name: read, absent: Absent::ByType })
            if read.name == name && read.aliases.is_empty())
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

fn written(Write { name, maybe, .. }: &Write) -> TokenStream {
    let presence = if *maybe { quote!(Maybe) } else { quote!(Always) };
    quote!(__traitwire::write(#name, __traitwire::schema::Presence::#presence))
}
