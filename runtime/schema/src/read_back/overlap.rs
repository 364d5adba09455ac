//! Which JSON of one type does another take?
//!
//! A value without a tag is read as the first variant that takes it. What is found here is certain: a
//! witness is really written by one and taken by the other. What is not known counts as apart.

use super::forms::{Content, Form, Object, Side, Words};
use super::{Scope, Trap, Walk, texts};
use crate::model::{Enum, Tagging, Variant};

/// How deep values are compared.
const MAX_DEPTH: usize = 6;

/// How many pairs of forms are compared for one enum.
const MAX_STEPS: usize = 200_000;

impl<'a> Walk<'a> {
    /// Finds the variants of which earlier ones take values.
    pub(super) fn check_overlaps(&mut self, body: &'a Enum, scope: Scope<'a, '_>) {
        let untagged = |variant: &Variant| variant.untagged || body.tagging == Tagging::Untagged;
        let any_untagged = body.variants.iter().any(untagged);
        self.steps = 0;
        let (def, args) = (scope.def, scope.args);
        let mut readers: Vec<(&Variant, Vec<Form<'a>>)> = Vec::new();
        for later in body.variants.iter() {
            let written = if untagged(later) && !body.catches_all(later) {
                self.variant_forms(body, later, def, args, Side::Write, 0)
            } else {
                Vec::new()
            };
            for (earlier, read) in &readers {
                if written.is_empty() || self.is_over(0) {
                    break;
                }
                let trap = if self.all_covered(read, &written, 0) {
                    Trap::Unreachable { earlier: earlier.rust_name.clone() }
                } else if body.overlapping {
                    continue;
                } else if let Some(witness) = self.any_shared(read, &written, 0) {
                    Trap::Overlaps { earlier: earlier.rust_name.clone(), witness }
                } else {
                    continue;
                };
                let path = format!("{}::{}", def.id.name, later.rust_name);
                self.report(path, &def.source, trap);
                break;
            }
            if any_untagged {
                let read = self.variant_forms(body, later, def, args, Side::Read, 0);
                readers.push((later, read));
            }
        }
    }

    fn is_over(&mut self, depth: usize) -> bool {
        self.steps += 1;
        depth > MAX_DEPTH || self.steps > MAX_STEPS
    }

    /// Whether every value of these is taken.
    fn all_covered(&mut self, read: &[Form<'a>], written: &[Form<'a>], depth: usize) -> bool {
        !written.is_empty()
            && written.iter().all(|write| read.iter().any(|read| self.covers(read, write, depth)))
    }

    fn content_covered(&mut self, read: &Content<'a>, write: &Content<'a>, depth: usize) -> bool {
        if self.is_over(depth) {
            return false;
        }
        if let (Content::Type(read), Content::Type(write)) = (read, write)
            && read == write
        {
            return true;
        }
        let read = self.forms(read, Side::Read, 0);
        let write = self.forms(write, Side::Write, 0);
        self.all_covered(&read, &write, depth)
    }

    fn covers(&mut self, read: &Form<'a>, write: &Form<'a>, depth: usize) -> bool {
        let next = depth + 1;
        if self.is_over(depth) {
            return false;
        }
        match (read, write) {
            (Form::Unknown, _) | (_, Form::Unknown) => false,
            (Form::Any, _)
            | (Form::Null, Form::Null)
            | (Form::Bool, Form::Bool)
            | (Form::Real, Form::Real | Form::Int(..)) => true,
            (Form::Int(low, high), Form::Int(least, most)) => low <= least && most <= high,
            (Form::Text(read), Form::Text(write)) => *read == Words::Any || read == write,
            (Form::Many(read), Form::Many(write)) => {
                self.content_covered(&Content::Type(*read), &Content::Type(*write), next)
            }
            (Form::Many(read), Form::Each(items, _)) => {
                items.iter().all(|item| self.content_covered(&Content::Type(*read), item, next))
            }
            (Form::Each(read, least), Form::Each(write, _)) => {
                (*least..=read.len()).contains(&write.len())
                    && read.iter().zip(write).all(|(r, w)| self.content_covered(r, w, next))
            }
            (Form::Object(read), Form::Object(write)) => self.object_covers(read, write, next),
            _ => false,
        }
    }

    fn object_covers(&mut self, read: &Object<'a>, write: &Object<'a>, depth: usize) -> bool {
        let written = |names: &[crate::model::Text]| {
            write.members.iter().find(|member| names.contains(&member.names[0]))
        };
        for member in &read.members {
            match written(&member.names) {
                Some(found) => {
                    let sure = found.always || !member.always;
                    if !sure || !self.content_covered(&member.content, &found.content, depth) {
                        return false;
                    }
                }
                // What stands for all other members may have this name.
                None if member.always || write.rest.is_some() => return false,
                None => {}
            }
        }
        let known = |name| read.members.iter().any(|member| member.names.contains(name));
        let mut others =
            write.members.iter().filter(|member| !known(&member.names[0])).map(|m| &m.content);
        match read.rest {
            Some(rest) => {
                let rest = Content::Type(rest);
                let members = others.all(|content| self.content_covered(&rest, content, depth));
                members
                    && write.rest.is_none_or(|written| {
                        self.content_covered(&rest, &Content::Type(written), depth)
                    })
            }
            None => !read.denies || (others.next().is_none() && write.rest.is_none()),
        }
    }

    /// A value of these that is taken, in words.
    fn any_shared(
        &mut self,
        read: &[Form<'a>],
        written: &[Form<'a>],
        depth: usize,
    ) -> Option<String> {
        written
            .iter()
            .find_map(|write| read.iter().find_map(|read| self.shared(read, write, depth)))
    }

    fn content_shared(
        &mut self,
        read: &Content<'a>,
        write: &Content<'a>,
        depth: usize,
    ) -> Option<String> {
        if self.is_over(depth) {
            return None;
        }
        let read = self.forms(read, Side::Read, 0);
        let write = self.forms(write, Side::Write, 0);
        self.any_shared(&read, &write, depth)
    }

    fn shared(&mut self, read: &Form<'a>, write: &Form<'a>, depth: usize) -> Option<String> {
        let next = depth + 1;
        if self.is_over(depth) {
            return None;
        }
        match (read, write) {
            (Form::Any, write) => self.sample(write, next),
            (read, Form::Any) => self.sample(read, next),
            (Form::Null, Form::Null) => Some("null".to_owned()),
            (Form::Bool, Form::Bool) => Some("true".to_owned()),
            (Form::Real, Form::Real) => Some("0.5".to_owned()),
            (Form::Real, Form::Int(least, _)) => Some(least.max(&1).to_string()),
            (Form::Int(low, high), Form::Int(least, most)) => {
                let one = *low.max(least).max(&1);
                let fits = u128::try_from(one).is_ok_and(|one| one <= *high.min(most));
                // Signed and unsigned ones share what is positive, if they share anything.
                fits.then(|| one.to_string())
            }
            (Form::Text(read), Form::Text(write)) => texts::shared(read, write),
            (Form::Many(_), Form::Many(_)) => Some("[]".to_owned()),
            (Form::Many(item), Form::Each(items, _)) => {
                let item = Content::Type(*item);
                let items = items.iter().map(|write| self.content_shared(&item, write, next));
                list(items)
            }
            (Form::Each(items, least), Form::Many(item)) => {
                let item = Content::Type(*item);
                list(items.iter().take(*least).map(|read| self.content_shared(read, &item, next)))
            }
            (Form::Each(read, least), Form::Each(write, _))
                if (*least..=read.len()).contains(&write.len()) =>
            {
                list(read.iter().zip(write).map(|(r, w)| self.content_shared(r, w, next)))
            }
            (Form::Object(read), Form::Object(write)) => self.object_shared(read, write, next),
            _ => None,
        }
    }

    fn object_shared(
        &mut self,
        read: &Object<'a>,
        write: &Object<'a>,
        depth: usize,
    ) -> Option<String> {
        let mut members = Vec::new();
        let takes = |name| read.members.iter().find(|member| member.names.contains(name));
        for member in &write.members {
            let name = &member.names[0];
            let needed = takes(name).is_some_and(|read| read.always);
            if !member.always && !needed {
                continue;
            }
            let value = match (takes(name), read.rest) {
                (Some(read), _) => self.content_shared(&read.content, &member.content, depth)?,
                (None, Some(rest)) => {
                    self.content_shared(&Content::Type(rest), &member.content, depth)?
                }
                (None, None) if read.denies => return None,
                (None, None) => self.sample_of(&member.content, depth)?,
            };
            members.push(format!("{name:?}:{value}"));
        }
        for member in read.members.iter().filter(|member| member.always) {
            if write.members.iter().any(|written| member.names.contains(&written.names[0])) {
                continue;
            }
            let rest = Content::Type(write.rest?);
            let value = self.content_shared(&member.content, &rest, depth)?;
            members.push(format!("{:?}:{value}", member.names[0]));
        }
        Some(format!("{{{}}}", members.join(",")))
    }

    fn sample_of(&mut self, content: &Content<'a>, depth: usize) -> Option<String> {
        if self.is_over(depth) {
            return None;
        }
        let forms = self.forms(content, Side::Write, 0);
        forms.iter().find_map(|form| self.sample(form, depth))
    }

    /// Some value that looks so.
    fn sample(&mut self, form: &Form<'a>, depth: usize) -> Option<String> {
        let next = depth + 1;
        Some(match form {
            Form::Unknown => return None,
            Form::Any | Form::Null => "null".to_owned(),
            Form::Bool => "true".to_owned(),
            Form::Int(least, _) => least.max(&1).to_string(),
            Form::Real => "0.5".to_owned(),
            Form::Text(words) => texts::shared(words, words)?,
            Form::Many(_) => "[]".to_owned(),
            Form::Each(items, _) => list(items.iter().map(|item| self.sample_of(item, next)))?,
            Form::Object(object) => {
                let mut members = Vec::new();
                for member in object.members.iter().filter(|member| member.always) {
                    let value = self.sample_of(&member.content, next)?;
                    members.push(format!("{:?}:{value}", member.names[0]));
                }
                format!("{{{}}}", members.join(","))
            }
        })
    }
}

fn list(items: impl Iterator<Item = Option<String>>) -> Option<String> {
    let items: Option<Vec<String>> = items.collect();
    items.map(|items| format!("[{}]", items.join(",")))
}
