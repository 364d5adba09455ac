//! What would a type be that is written as this one is read?
//!
//! Generated codecs read replies. To see in TypeScript what an argument is, its JSON is read as the reply
//! of the mirrored type.

use std::borrow::Cow;

use traitwire_schema::walk::Schema;
use traitwire_schema::{
    Absent, Body, Field, Interface, Presence, Read, ReadName, Ref, Reply, Shape, Type, Write,
};

/// A schema whose writers write what the readers of this one read, and the reverse. Aliases are lost:
/// nobody writes them.
pub(crate) fn mirrored(schema: &Schema) -> Schema {
    let mut mirrored = schema.clone();
    for interface in &mut mirrored.interfaces {
        mirror_interface(interface);
    }
    for def in mirrored.types.values_mut() {
        match &mut def.body {
            Body::Struct(body) => mirror_shape(schema, &mut body.shape),
            Body::Enum(body) => {
                for variant in body.variants.to_mut() {
                    let write = variant.write.take();
                    variant.write = variant.read.take().map(|read| read.name);
                    variant.read = write.map(|name| ReadName { name, aliases: Cow::default() });
                    mirror_shape(schema, &mut variant.shape);
                }
            }
        }
    }
    mirrored
}

fn mirror_interface(interface: &mut Interface) {
    for method in interface.methods.to_mut() {
        if let Reply::Value(ty) = &mut method.reply {
            mirror(ty);
        }
        for arg in method.args.to_mut() {
            mirror(&mut arg.ty);
        }
    }
}

fn mirror_shape(schema: &Schema, shape: &mut Shape) {
    match shape {
        Shape::Unit => {}
        Shape::Newtype(ty) => mirror(ty),
        Shape::Tuple(types) => types.to_mut().iter_mut().for_each(mirror),
        Shape::Fields(fields) => {
            for field in fields.to_mut() {
                mirror_field(schema, field);
            }
        }
    }
}

fn mirror_field(schema: &Schema, field: &mut Field) {
    let (write, read) = (field.write.take(), field.read.take());
    field.write = read.map(|read| {
        let required = match read.absent {
            Absent::ByType => !schema.reads_absence(&field.ty),
            Absent::Never => true,
            Absent::Default(_) => false,
        };
        // A parameter may become an option.
        let always = required && !mentions_parameter(&field.ty);
        let presence = if always { Presence::Always } else { Presence::Maybe };
        Write { name: read.name, presence }
    });
    field.read = write.map(|write| Read {
        name: write.name,
        aliases: Cow::default(),
        absent: Absent::ByType,
    });
    mirror(&mut field.ty);
}

fn mentions_parameter(ty: &Type) -> bool {
    matches!(ty, Type::Param(_))
        || traitwire_schema::walk::children(ty).into_iter().any(mentions_parameter)
}

fn mirror(ty: &mut Type) {
    match ty {
        Type::Option(inner) | Type::Seq(inner) | Type::Set(inner) | Type::Array(inner, _) => {
            mirror_inner(inner);
        }
        Type::Map(key, value) => {
            mirror_inner(key);
            mirror_inner(value);
        }
        Type::Tuple(types) => types.to_mut().iter_mut().for_each(mirror),
        Type::Split { write, read } => {
            std::mem::swap(write, read);
            mirror_inner(write);
            mirror_inner(read);
        }
        Type::Named(named) => named.args.to_mut().iter_mut().for_each(mirror),
        _ => {}
    }
}

fn mirror_inner(inner: &mut Ref<Type>) {
    let mut ty = (**inner).clone();
    mirror(&mut ty);
    *inner = ty.into();
}
