//! What text stands for a wire shape, hence which fingerprint?
//!
//! Two shapes have one text exactly when no message can tell them apart: the graph of what a type
//! reads and writes is built without names of Rust, newtypes and boxes, reduced until no two of its
//! nodes behave alike, and printed in the order in which the root reaches them. So it does not
//! matter how often a definition is repeated or how far a recursive one is unrolled.
//!
//! Fields, variants and arguments are sorted by their names, for JSON does not care. A positional
//! codec does: it compares [`Schema::layout_fingerprint`], which keeps their order.
//!
//! Two things look like names, but are order: variants of an untagged enum, of which the first that
//! fits is taken, and flattened fields, which take their members one after the other. Both keep
//! their order in every text.

mod expand;
mod graph;

use std::fmt::Write as _;

use crate::closed::Types;
use crate::fingerprint::Fingerprint;
use crate::model::{End, Interface, InterfaceKind, Method, Reply, Type};
use crate::walk::Schema;

pub use crate::closed::ShapeError;

use expand::{Builder, Label, Order, quoted, sorted_names};

impl Schema {
    /// The fingerprint of a type: what it reads and writes, whatever it is called.
    ///
    /// ```
    /// use traitwire_schema::{Int, Type, walk::Schema};
    ///
    /// let schema = Schema::default();
    /// let list = schema.type_fingerprint(&Type::Seq(Type::Int(Int::U64).into()))?;
    /// assert_eq!(list, schema.type_fingerprint(&Type::Seq(Type::Int(Int::Usize).into()))?);
    /// assert_ne!(list, schema.type_fingerprint(&Type::Seq(Type::Int(Int::U32).into()))?);
    /// # Ok::<(), traitwire_schema::canonical::ShapeError>(())
    /// ```
    ///
    /// # Errors
    /// [`ShapeError`] if the type has no finite shape in this schema.
    pub fn type_fingerprint(&self, ty: &Type) -> Result<Fingerprint, ShapeError> {
        self.type_text(ty).map(|text| Fingerprint::of(&text))
    }

    /// The fingerprint of a method: what is sent and comes back, and whether `GET` may ask for it.
    /// Its name is not part of it, for the path of a call says that.
    ///
    /// # Errors
    /// [`ShapeError`] if one of its types has no finite shape in this schema.
    pub fn method_fingerprint(&self, method: &Method) -> Result<Fingerprint, ShapeError> {
        self.method_text(method).map(|text| Fingerprint::of(&text))
    }

    /// The fingerprint of a method for a positional codec: as [`Schema::method_fingerprint`], but
    /// fields, variants and arguments stand in the order of their declaration. Two ends may only
    /// leave names out where these are equal.
    ///
    /// # Errors
    /// [`ShapeError`] if one of its types has no finite shape in this schema.
    pub fn layout_fingerprint(&self, method: &Method) -> Result<Fingerprint, ShapeError> {
        self.layout_text(method).map(|text| Fingerprint::of(&text))
    }

    /// The fingerprint of an interface: kind, ends, name and all methods, but not the version.
    ///
    /// # Errors
    /// [`ShapeError`] if one of its types has no finite shape in this schema.
    pub fn interface_fingerprint(&self, interface: &Interface) -> Result<Fingerprint, ShapeError> {
        self.interface_text(interface).map(|text| Fingerprint::of(&text))
    }

    /// The text whose hash is [`Schema::type_fingerprint`], one line or more for each node.
    ///
    /// # Errors
    /// [`ShapeError`] if the type has no finite shape in this schema.
    pub fn type_text(&self, ty: &Type) -> Result<String, ShapeError> {
        let mut builder = Builder::new(Types::new(self), Order::Sorted);
        let root = builder.node_of(ty)?;
        Ok(graph::print("traitwire type 1", &builder.finish()?, root))
    }

    /// The text whose hash is [`Schema::method_fingerprint`].
    ///
    /// # Errors
    /// [`ShapeError`] if one of its types has no finite shape in this schema.
    pub fn method_text(&self, method: &Method) -> Result<String, ShapeError> {
        self.print_method("traitwire method 1", method, Order::Sorted)
    }

    /// The text whose hash is [`Schema::layout_fingerprint`].
    ///
    /// # Errors
    /// [`ShapeError`] if one of its types has no finite shape in this schema.
    pub fn layout_text(&self, method: &Method) -> Result<String, ShapeError> {
        self.print_method("traitwire layout 1", method, Order::Declared)
    }

    /// The text whose hash is [`Schema::interface_fingerprint`].
    ///
    /// # Errors
    /// [`ShapeError`] if one of its types has no finite shape in this schema.
    pub fn interface_text(&self, interface: &Interface) -> Result<String, ShapeError> {
        let mut methods = Vec::new();
        for method in interface.methods.iter() {
            methods.push((method, self.method_fingerprint(method)?));
        }
        methods.sort_by(|(a, _), (b, _)| a.name.cmp(&b.name));
        let kind = match interface.kind {
            InterfaceKind::Rpc => "rpc",
            InterfaceKind::Ipc => "ipc",
        };
        let end = match interface.served_by {
            End::Frontend => "frontend",
            End::Backend => "backend",
        };
        let mut text = format!(
            "traitwire interface 1\n{kind} {} served by {end}{}\n",
            quoted(&interface.name),
            if interface.serial { ", serial" } else { "" },
        );
        for (method, fingerprint) in methods {
            let aliases = sorted_names(&method.aliases);
            let _ = writeln!(text, "{}{aliases} {fingerprint}", quoted(&method.name));
        }
        Ok(text)
    }

    fn print_method(
        &self,
        header: &str,
        method: &Method,
        order: Order,
    ) -> Result<String, ShapeError> {
        let mut builder = Builder::new(Types::new(self), order);
        let mut label = Label::new(if method.readonly { "readonly method" } else { "method" });
        let mut args: Vec<_> = method.args.iter().collect();
        if order == Order::Sorted {
            args.sort_by(|a, b| a.name.cmp(&b.name));
        }
        for arg in args {
            let node = builder.node_of(&arg.ty)?;
            let kind = match arg.stream {
                true => "stream",
                false if builder.reads_absence(&arg.ty)? => "optional",
                false => "required",
            };
            label.line(format_args!("arg {} {kind}: ", quoted(&arg.name)));
            label.node(node);
        }
        match &method.reply {
            Reply::None => label.line(format_args!("notification")),
            Reply::Value(ty) => {
                label.line(format_args!("reply: "));
                label.node(builder.node_of(ty)?);
            }
            Reply::Stream(ty) => {
                label.line(format_args!("stream: "));
                label.node(builder.node_of(ty)?);
            }
        }
        if let Some(ty) = &method.error {
            label.line(format_args!("error: "));
            label.node(builder.node_of(ty)?);
        }
        let root = builder.root(label);
        Ok(graph::print(header, &builder.finish()?, root))
    }
}

#[cfg(test)]
#[path = "tests/canonical.rs"]
mod tests;

#[cfg(test)]
#[path = "tests/methods.rs"]
mod method_tests;
