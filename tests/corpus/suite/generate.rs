//! Which values does a JSON Schema admit?
//!
//! What comes may not fit after all, where keywords play together; the validator has the last word.

use serde_json::{Map, Number, Value as Json, json};

use crate::random::Random;

/// Deepest nesting that is asked for.
const DEPTH: usize = 7;

/// Makes values of one document.
pub(crate) struct Generator<'a> {
    root: &'a Json,
    pub(crate) random: Random,
    /// Texts that the type itself has written, for formats that have no pattern.
    texts: Vec<String>,
    /// All names of members that the document mentions.
    pub(crate) names: Vec<String>,
}

impl<'a> Generator<'a> {
    pub(crate) fn new(root: &'a Json, random: Random, written: &[Json]) -> Generator<'a> {
        let mut texts = Vec::new();
        for value in written {
            collect_texts(value, &mut texts);
        }
        let mut names = Vec::new();
        collect_names(root, &mut names);
        names.sort();
        names.dedup();
        Generator { root, random, texts, names }
    }

    /// A value, unless chance leads nowhere.
    pub(crate) fn value(&mut self) -> Option<Json> {
        self.of(vec![self.root], 0)
    }

    /// A value that meets all of these.
    fn of(&mut self, schemas: Vec<&'a Json>, depth: usize) -> Option<Json> {
        let mut leaves = Vec::new();
        for schema in schemas {
            self.flatten(schema, &mut leaves, 0)?;
        }
        if let Some(constant) = leaves.iter().find_map(|leaf| leaf.get("const")) {
            return Some(constant.clone());
        }
        if let Some(Json::Array(values)) = leaves.iter().find_map(|leaf| leaf.get("enum")) {
            return self.random.pick(values).cloned();
        }
        match self.kind(&leaves)? {
            "null" => Some(Json::Null),
            "boolean" => Some(self.random.one_in(2).into()),
            "integer" => self.integer(&leaves),
            "number" => self.number(&leaves),
            "string" => self.text(&leaves).map(Json::String),
            "array" => self.array(&leaves, depth),
            "object" => self.object(&leaves, depth),
            _ => Some(self.any()),
        }
    }

    /// Follows references and chooses among alternatives until only plain keywords are left.
    fn flatten(
        &mut self,
        schema: &'a Json,
        leaves: &mut Vec<&'a Map<String, Json>>,
        steps: usize,
    ) -> Option<()> {
        if steps > 40 {
            return None;
        }
        let object = match schema {
            Json::Bool(true) => return Some(()),
            Json::Object(object) => object,
            _ => return None,
        };
        if let Some(Json::String(reference)) = object.get("$ref") {
            let target = self.root.pointer(reference.strip_prefix('#')?)?;
            self.flatten(target, leaves, steps + 1)?;
        }
        if let Some(Json::Array(all)) = object.get("allOf") {
            for one in all {
                self.flatten(one, leaves, steps + 1)?;
            }
        }
        for keyword in ["anyOf", "oneOf"] {
            let Some(Json::Array(choices)) = object.get(keyword) else { continue };
            let mut choices: Vec<&Json> = choices.iter().collect();
            self.random.shuffle(&mut choices);
            let before = leaves.len();
            let fits = choices.into_iter().any(|choice| {
                leaves.truncate(before);
                self.flatten(choice, leaves, steps + 1).is_some()
            });
            fits.then_some(())?;
        }
        leaves.push(object);
        Some(())
    }

    /// Which type of JSON it has to be; empty if any will do.
    fn kind(&mut self, leaves: &[&'a Map<String, Json>]) -> Option<&'a str> {
        let mut types: Option<Vec<&str>> = None;
        for leaf in leaves {
            let stated: Vec<&str> = match leaf.get("type") {
                Some(Json::String(one)) => vec![one],
                Some(Json::Array(some)) => some.iter().filter_map(Json::as_str).collect(),
                _ => continue,
            };
            types = Some(match types {
                None => stated,
                Some(types) => types
                    .into_iter()
                    .filter_map(|one| match one {
                        "number" if stated.contains(&"integer") => Some("integer"),
                        "integer" if stated.contains(&"number") => Some("integer"),
                        _ => stated.contains(&one).then_some(one),
                    })
                    .collect(),
            });
        }
        if let Some(types) = types {
            return self.random.pick(&types).copied();
        }
        let has = |names: &[&str]| {
            leaves.iter().any(|leaf| names.iter().any(|name| leaf.contains_key(*name)))
        };
        Some(if has(&["properties", "required", "additionalProperties", "unevaluatedProperties"]) {
            "object"
        } else if has(&["items", "prefixItems"]) {
            "array"
        } else if has(&["pattern", "format", "contentEncoding"]) {
            "string"
        } else if has(&["minimum", "maximum"]) {
            "integer"
        } else {
            ""
        })
    }

    fn integer(&mut self, leaves: &[&Map<String, Json>]) -> Option<Json> {
        // More than serde_json's numbers can be is not asked for.
        let mut low = i128::from(i64::MIN);
        let mut high = i128::from(u64::MAX);
        for leaf in leaves {
            let bound = |name: &str| leaf.get(name).and_then(whole);
            low = low.max(bound("minimum").unwrap_or(low));
            low = low.max(bound("exclusiveMinimum").map_or(low, |bound| bound + 1));
            high = high.min(bound("maximum").unwrap_or(high));
            high = high.min(bound("exclusiveMaximum").map_or(high, |bound| bound - 1));
        }
        if low > high {
            return None;
        }
        let near = [0, 1, -1, 255, 256, 1 << 53, (1 << 53) + 1, i128::from(u32::MAX)];
        let chosen = match self.random.below(4) {
            0 => low,
            1 => high,
            2 => (*self.random.pick(&near)?).clamp(low, high),
            _ => low + i128::from(self.random.next()).rem_euclid(high - low + 1),
        };
        Number::from_i128(chosen).map(Json::Number)
    }

    fn number(&mut self, leaves: &[&Map<String, Json>]) -> Option<Json> {
        let largest = leaves.iter().find_map(|leaf| leaf.get("maximum")?.as_f64());
        let mut some = vec![0.0, -0.0, 1.0, -1.5, 0.1, 1e-9, 16_777_217.0];
        some.extend(
            largest.map_or_else(|| vec![f64::MAX, 5e-324, 1e21], |largest| vec![largest, -largest]),
        );
        if self.random.one_in(5) {
            return Some(json!(7));
        }
        self.random.pick(&some).map(|number| json!(number))
    }

    fn text(&mut self, leaves: &[&Map<String, Json>]) -> Option<String> {
        let word = |name: &str| leaves.iter().find_map(|leaf| leaf.get(name)?.as_str());
        let length = |name: &str| {
            leaves.iter().find_map(|leaf| usize::try_from(leaf.get(name)?.as_u64()?).ok())
        };
        if word("contentEncoding") == Some("base64") && self.random.one_in(2) {
            let some = ["", "AA==", "AAE=", "AAEC", "/+8="];
            return self.random.pick(&some).map(|&text| text.to_owned());
        }
        if let Some(pattern) = word("pattern")
            && !self.random.one_in(4)
            && let Some(text) = self.random.matching(pattern)
        {
            return Some(text);
        }
        if (word("pattern").is_some() || word("format").is_some()) && !self.texts.is_empty() {
            return self.random.pick(&self.texts).cloned();
        }
        let odd = ['a', '0', '"', '\\', '\0', 'é', '\u{2028}', '\u{1F980}'];
        let least = length("minLength").unwrap_or(0);
        let count = length("maxLength").unwrap_or(least + self.random.below(4));
        Some((0..count).filter_map(|_| self.random.pick(&odd).copied()).collect())
    }

    fn array(&mut self, leaves: &[&'a Map<String, Json>], depth: usize) -> Option<Json> {
        let bound = |name: &str| {
            leaves.iter().find_map(|leaf| usize::try_from(leaf.get(name)?.as_u64()?).ok())
        };
        let first: &[Json] = leaves
            .iter()
            .find_map(|leaf| leaf.get("prefixItems")?.as_array())
            .map_or(&[], Vec::as_slice);
        let rest: Vec<&Json> = leaves.iter().filter_map(|leaf| leaf.get("items")).collect();
        let least = bound("minItems").unwrap_or(0);
        let more = if depth > DEPTH { 0 } else { self.random.below(4) };
        let count = (least + more).max(first.len()).min(bound("maxItems").unwrap_or(usize::MAX));
        let mut items = Vec::new();
        for at in 0..count {
            let item = match first.get(at) {
                Some(schema) => self.of(vec![schema], depth + 1)?,
                None => match self.of(rest.clone(), depth + 1) {
                    Some(item) => item,
                    None if at >= least => break,
                    None => return None,
                },
            };
            items.push(item);
        }
        if leaves.iter().any(|leaf| leaf.get("uniqueItems") == Some(&Json::Bool(true))) {
            let mut seen: Vec<Json> = Vec::new();
            items.retain(|item| {
                !seen.contains(item) && {
                    seen.push(item.clone());
                    true
                }
            });
        }
        Some(Json::Array(items))
    }

    fn object(&mut self, leaves: &[&'a Map<String, Json>], depth: usize) -> Option<Json> {
        let mut known: Vec<(&str, Vec<&'a Json>)> = Vec::new();
        for (name, schema) in
            leaves.iter().filter_map(|leaf| leaf.get("properties")?.as_object()).flatten()
        {
            match known.iter_mut().find(|(other, _)| *other == name) {
                Some((_, schemas)) => schemas.push(schema),
                None => known.push((name, vec![schema])),
            }
        }
        let required: Vec<&str> = leaves
            .iter()
            .filter_map(|leaf| leaf.get("required")?.as_array())
            .flatten()
            .filter_map(Json::as_str)
            .collect();
        let mut members = Map::new();
        let chance = 1 + self.random.below(3);
        for (name, schemas) in &known {
            let is_required = required.contains(name);
            if is_required || (depth <= DEPTH && self.random.one_in(chance)) {
                match self.of(schemas.clone(), depth + 1) {
                    Some(value) => {
                        members.insert((*name).to_owned(), value);
                    }
                    None if is_required => return None,
                    None => {}
                }
            }
        }
        let of_others = |name: &str| leaves.iter().filter_map(|leaf| leaf.get(name)).collect();
        let others: Vec<&Json> = of_others("additionalProperties");
        let others = if others.is_empty() { of_others("unevaluatedProperties") } else { others };
        let names: Vec<&Json> = of_others("propertyNames");
        let free = known.is_empty() && !names.is_empty();
        let count = if free || self.random.one_in(3) { self.random.below(3) } else { 0 };
        for _ in 0..if depth > DEPTH { 0 } else { count } {
            let name = if names.is_empty() {
                self.text(&[])
            } else {
                self.of(names.clone(), depth + 1).and_then(|name| Some(name.as_str()?.to_owned()))
            };
            let value = if others.is_empty() {
                Some(self.any())
            } else {
                self.of(others.clone(), depth + 1)
            };
            if let (Some(name), Some(value)) = (name, value)
                && !known.iter().any(|(other, _)| *other == name)
            {
                members.insert(name, value);
            }
        }
        for name in required {
            if !members.contains_key(name) {
                let value = self.any();
                members.insert(name.to_owned(), value);
            }
        }
        Some(Json::Object(members))
    }

    /// Any JSON, but no `1.0`, which JSON Schema takes for an integer and serde does not.
    pub(crate) fn any(&mut self) -> Json {
        let some = [
            json!(null),
            json!(true),
            json!(0),
            json!(-1),
            json!(256),
            json!(u64::MAX),
            json!(i64::MIN),
            json!(0.5),
            json!(""),
            json!("a"),
            json!("1"),
            json!([]),
            json!([null, 1]),
            json!({}),
            json!({ "a": 1, "unknown": "é" }),
        ];
        let from_texts = self.random.pick(&self.texts).cloned().filter(|_| self.random.one_in(6));
        from_texts
            .map(Json::String)
            .or_else(|| self.random.pick(&some).cloned())
            .unwrap_or_default()
    }
}

/// A whole number that a bound states, as far as it goes.
#[allow(clippy::cast_possible_truncation, reason = "it saturates")]
fn whole(bound: &Json) -> Option<i128> {
    let number = bound.as_number()?;
    number.as_i128().or_else(|| number.as_f64().map(|real| real as i128))
}

fn collect_texts(value: &Json, texts: &mut Vec<String>) {
    match value {
        Json::String(text) => texts.push(text.clone()),
        Json::Array(items) => items.iter().for_each(|item| collect_texts(item, texts)),
        Json::Object(members) => members.iter().for_each(|(name, value)| {
            texts.push(name.clone());
            collect_texts(value, texts);
        }),
        _ => {}
    }
}

fn collect_names(schema: &Json, names: &mut Vec<String>) {
    match schema {
        Json::Array(items) => items.iter().for_each(|item| collect_names(item, names)),
        Json::Object(members) => {
            for (keyword, inner) in members {
                match (keyword.as_str(), inner) {
                    ("properties", Json::Object(properties)) => {
                        names.extend(properties.keys().cloned());
                    }
                    ("required", Json::Array(required)) => {
                        names.extend(required.iter().filter_map(Json::as_str).map(str::to_owned));
                    }
                    _ => {}
                }
                collect_names(inner, names);
            }
        }
        _ => {}
    }
}
