//! What members does an object have?

use traitwire_schema::{Absent, Field, Type};

use super::direction::{field_name, is_optional, one_way};
use super::docs::Comment;
use super::flatten::{Brings, are_none, brings, is_any_name, is_plain, may_be_skipped};
use super::types::{Member, Ts, Writer};

/// The members of an object, of which some come from values whose members stand among its own.
#[derive(Default)]
pub(super) struct Members {
    named: Vec<Member>,
    /// Types that can stand beside the named members as they are.
    beside: Vec<Ts>,
    /// Types that cannot: an option, a variant that is a name, what stands for a parameter.
    flattened: Vec<Ts>,
    /// What members of any other name may be.
    others: Vec<Ts>,
}

impl Members {
    pub(super) fn of(writer: &mut Writer<'_, '_>, fields: &[Field], is_written: bool) -> Members {
        let mut members = Members::default();
        for field in fields {
            members.field(writer, field, is_written);
        }
        members
    }

    pub(super) fn push(&mut self, member: Member) {
        self.named.push(member);
    }

    /// Adds a field. `is_written` says whether TypeScript writes it, so that `undefined` may stand for
    /// what is absent.
    pub(super) fn field(&mut self, writer: &mut Writer<'_, '_>, field: &Field, is_written: bool) {
        let way = writer.way;
        let Some(name) = field_name(field, way) else { return };
        if field.flatten {
            return self.flat(writer, &field.ty, may_be_skipped(field, way), is_written);
        }
        let mut ty = writer.ty(&field.ty);
        let optional = is_optional(writer.plan.schema, field, &field.ty, way);
        if optional && is_written {
            ty = Ts::union([ty, Ts::word("undefined")]);
        }
        let comment = Comment::new(&field.docs)
            .form(&field.ty, way)
            .default_value(default(field).filter(|_| is_written))
            .since(field.since.as_deref())
            .deprecated(field.deprecated.as_ref());
        self.named.push(Member::named(&comment, name, optional, ty));
    }

    /// Adds the members of a value.
    pub(super) fn inside(&mut self, writer: &mut Writer<'_, '_>, ty: &Type, is_written: bool) {
        self.flat(writer, ty, false, is_written);
    }

    /// Adds the members of a value, or none of them if it may be skipped.
    fn flat(&mut self, writer: &mut Writer<'_, '_>, ty: &Type, skips: bool, is_written: bool) {
        let (plan, way) = (writer.plan, writer.way);
        let ty = one_way(ty, way);
        let (brings, is_optional) = brings(plan, ty, way);
        match (brings, is_optional || skips) {
            (Brings::Nothing, _) => {}
            (Brings::Map(key, value), _) if is_any_name(plan, &key, way) => {
                self.others.push(writer.ty(&value));
            }
            (Brings::Map(key, value), _) => {
                let member = writer.map_member(&key, &value);
                self.beside.push(Ts::Object(vec![member]));
            }
            (Brings::Members(fields), _) if are_none(plan, &fields, way) => {}
            (Brings::Members(fields), false) => {
                if is_plain(plan, ty, way) {
                    self.beside.push(writer.ty(ty));
                } else {
                    // An index signature among them would speak of the members here.
                    for field in &fields {
                        self.field(writer, field, is_written);
                    }
                }
            }
            (Brings::Wrong, _) => self.beside.push(writer.ty(ty)),
            (Brings::Variants(_), false) if is_plain(plan, ty, way) => {
                self.beside.push(writer.ty(ty));
            }
            (Brings::Members(_) | Brings::Variants(_) | Brings::Param, _) => {
                let none = skips.then(|| Ts::word("null"));
                self.flattened.push(Ts::union([writer.ty(ty)].into_iter().chain(none)));
            }
        }
    }

    /// The members of an interface, if they can be.
    pub(super) fn listed(mut self) -> Result<Vec<Member>, Members> {
        if self.named.is_empty() || !self.beside.is_empty() || !self.flattened.is_empty() {
            return Err(self);
        }
        self.named.extend(self.index());
        Ok(self.named)
    }

    /// The type of all members; `writer` gets to know what it uses.
    pub(super) fn ty(mut self, writer: &mut Writer<'_, '_>) -> Ts {
        if self.beside.is_empty() && self.flattened.is_empty() {
            self.named.extend(self.index());
            return if self.named.is_empty() {
                Ts::word("Readonly<Record<string, never>>")
            } else {
                Ts::Object(self.named)
            };
        }
        if !self.others.is_empty() {
            let others = Ts::union(std::mem::take(&mut self.others));
            self.flattened.push(Ts::Object(vec![Member::index("key: string", others)]));
        }
        if !self.named.is_empty() {
            self.beside.insert(0, Ts::Object(self.named));
        }
        let base = if self.beside.is_empty() { Ts::word("object") } else { Ts::all(self.beside) };
        self.flattened.into_iter().fold(base, |base, inside| {
            Ts::Apply(writer.uses.runtime_type("Flattened"), vec![base, inside])
        })
    }

    /// The index signature. It speaks of the named members too.
    fn index(&self) -> Option<Member> {
        if self.others.is_empty() {
            return None;
        }
        let named = self.named.iter().map(|member| member.ty.clone());
        let optional = self.named.iter().any(Member::is_optional).then(|| Ts::word("undefined"));
        let all = self.others.iter().cloned().chain(named).chain(optional);
        Some(Member::index("key: string", Ts::union(all)))
    }
}

/// The JSON of what a reader takes where a field is left out.
fn default(field: &Field) -> Option<&str> {
    match &field.read.as_ref()?.absent {
        Absent::Default(value) => value.json(),
        _ => None,
    }
}
