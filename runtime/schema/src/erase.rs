//! What is left of a type without its newtypes?

use crate::closed::{Closed, Id, ShapeError, Types};
use crate::model::{Body, Shape, Struct};
use crate::walk::MAX_TYPE_DEPTH;

impl Types<'_> {
    /// What a newtype or a transparent struct reads and writes as, one step.
    fn inner(&mut self, id: Id, transparent_only: bool) -> Result<Option<Id>, ShapeError> {
        let Some((def, args)) = self.def(id) else { return Ok(None) };
        let Body::Struct(Struct { shape, transparent, .. }) = &def.body else { return Ok(None) };
        let inner = match shape {
            Shape::Newtype(ty) if *transparent || !transparent_only => Some(ty),
            Shape::Fields(fields) if *transparent => fields.first().map(|field| &field.ty),
            Shape::Tuple(types) if *transparent => types.first(),
            _ => None,
        };
        inner.map(|ty| self.close(ty, &args, Some(&def.id))).transpose()
    }

    /// One step inwards: through a newtype, or functions that change no shape.
    fn bare(&mut self, id: Id) -> Result<Option<Id>, ShapeError> {
        match *self.get(id) {
            Closed::Split(write, read) if write == read => Ok(Some(write)),
            _ => self.inner(id, false),
        }
    }

    /// The type behind all newtypes and transparent structs; `None` if there are only such, as in
    /// `struct L(Box<L>)`, which has no value.
    pub(crate) fn erase(&mut self, mut id: Id) -> Result<Option<Id>, ShapeError> {
        let mut passed = Vec::new();
        while let Some(inner) = self.bare(id)? {
            passed.push(id);
            if passed.contains(&inner) {
                return Ok(None);
            }
            id = inner;
        }
        Ok(Some(id))
    }

    /// [`Schema::reads_absence`], of an interned type.
    pub(crate) fn reads_absence(&mut self, mut id: Id) -> Result<bool, ShapeError> {
        for _ in 0..=MAX_TYPE_DEPTH {
            match *self.get(id) {
                Closed::Option(_) => return Ok(true),
                Closed::Split(_, read) => {
                    id = read;
                    continue;
                }
                _ => {}
            }
            match self.inner(id, true)? {
                Some(inner) => id = inner,
                None => return Ok(false),
            }
        }
        Ok(false)
    }
}
