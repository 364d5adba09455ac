//! What is a value that is nearly another?

use serde_json::{Map, Value as Json};

use crate::generate::Generator;

impl Generator<'_> {
    /// This value, with something else in one place.
    pub(crate) fn changed(&mut self, value: &Json) -> Json {
        let mut changed = value.clone();
        self.change(&mut changed);
        changed
    }

    fn change(&mut self, value: &mut Json) {
        let inner = match value {
            Json::Array(items) => items.len(),
            Json::Object(members) => members.len(),
            _ => 0,
        };
        if inner > 0 && !self.random.one_in(3) {
            let at = self.random.below(inner);
            match value {
                Json::Array(items) => return self.change(&mut items[at]),
                Json::Object(members) => {
                    if let Some(member) = members.values_mut().nth(at) {
                        return self.change(member);
                    }
                }
                _ => {}
            }
        }
        match value {
            Json::Object(members) if !self.random.one_in(4) => self.change_members(members),
            Json::Array(items) if !self.random.one_in(4) => {
                let item = items.first().cloned().unwrap_or_else(|| self.any());
                if items.is_empty() || self.random.one_in(2) {
                    items.push(item);
                } else {
                    items.remove(self.random.below(items.len()));
                }
            }
            _ => *value = self.any(),
        }
    }

    fn change_members(&mut self, members: &mut Map<String, Json>) {
        let keys: Vec<String> = members.keys().cloned().collect();
        let known = self.random.pick(&self.names).cloned();
        let new = known.filter(|_| !self.random.one_in(4)).unwrap_or_else(|| "unknown".to_owned());
        match (self.random.pick(&keys).cloned(), self.random.below(3)) {
            (Some(key), 0) => {
                members.remove(&key);
            }
            // Elsewhere, JSON Schema would take `1.0` for an integer.
            (Some(key), _) if has_whole_real(&members[&key]) => {
                members.remove(&key);
            }
            (Some(key), 1) => {
                let value = members.remove(&key).unwrap_or_default();
                members.insert(new, value);
            }
            (Some(key), _) if self.random.one_in(2) => {
                let value = members[&key].clone();
                members.insert(new, value);
            }
            _ => {
                let value = self.any();
                members.insert(new, value);
            }
        }
    }
}

fn has_whole_real(value: &Json) -> bool {
    match value {
        Json::Number(number) => {
            number.is_f64() && number.as_f64().is_some_and(|real| real.fract() == 0.0)
        }
        Json::Array(items) => items.iter().any(has_whole_real),
        Json::Object(members) => members.values().any(has_whole_real),
        _ => false,
    }
}
