//! bytes writes an array of numbers in JSON, as it is in binary encodings. `traitwire::Bytes` is shorter.

use bytes::{Bytes, BytesMut};
use traitwire_schema::{Int, Ref, Type};

use crate::wire::define::wire;

const NUMBERS: Type = Type::Seq(Ref::Static(&Type::Int(Int::U8)));

wire! {
    Bytes => NUMBERS,
    BytesMut => NUMBERS,
}
