//! What is the JSON of a default?

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::Serialize;
use traitwire_schema::Value;

use crate::rpc::exact::Exact;

/// The JSON of the default of this type.
pub fn default_of<T: Default + Serialize>() -> Value {
    default_json(T::default)
}

/// The JSON of what this gives, if it is the same each time and can be written without loss.
///
/// A panic in it is caught; what its hook prints is not held back, for other threads may panic, too.
pub fn default_json<T: Serialize>(value: fn() -> T) -> Value {
    json_of(value).map_or(Value::Unknown, |json| Value::Json(json.into()))
}

/// The same, of a field that is left out where this says so.
pub fn default_skipped<T: Serialize>(value: fn() -> T, skips: fn(&T) -> bool) -> Value {
    let Some(json) = json_of(value) else { return Value::Unknown };
    match catch_unwind(|| skips(&value())) {
        Ok(false) => Value::Kept(json.into()),
        Ok(true) | Err(_) => Value::Json(json.into()),
    }
}

fn json_of<T: Serialize>(value: fn() -> T) -> Option<String> {
    let json = || {
        let written =
            catch_unwind(AssertUnwindSafe(|| serde_json::to_string(&Exact::new(&value())).ok()));
        written.ok().flatten()
    };
    // A time, a random id, and what has no order are others in the next moment.
    let first = json()?;
    (json()? == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn what_is_always_the_same_is_known() {
        let json = |json: &'static str| Value::Json(json.into());
        assert_eq!(default_json(|| 7), json("7"));
        assert_eq!(default_json(String::new), json("\"\""));
        assert_eq!(default_json(|| None::<u8>), json("null"));
        assert_eq!(default_json(HashSet::<u8>::new), json("[]"));
        assert_eq!(default_skipped(|| 0, |n| *n == 0), json("0"));
        assert_eq!(default_skipped(|| true, |yes| !yes), Value::Kept("true".into()));
        assert_eq!(default_of::<Vec<u8>>(), json("[]"));
    }

    #[test]
    fn what_differs_or_fails_is_not() {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        assert_eq!(default_json(|| NEXT.fetch_add(1, Ordering::Relaxed)), Value::Unknown);
        assert_eq!(default_json(|| (0..1000).collect::<HashSet<u32>>()), Value::Unknown);
        assert_eq!(default_json(|| f64::NAN), Value::Unknown);
        assert_eq!(default_json(|| Some(())), Value::Unknown);
        assert_eq!(default_json::<u8>(|| panic!("on purpose")), Value::Unknown);
        let keys = || std::collections::BTreeMap::from([((1, 2), 3)]);
        assert_eq!(default_json(keys), Value::Unknown);
    }
}
