//! How does a field tell "leave it" from "clear it"?

use serde::{Deserialize, Deserializer, Serialize, Serializer, ser};

/// Writes and reads an `Option<Option<T>>`, in which serde alone cannot tell `Some(None)` from `None`:
/// a field that is left out is `None`, and `null` is `Some(None)`.
///
/// ```
/// use serde::{Deserialize, Serialize};
///
/// /// What changes in a model.
/// #[derive(Debug, PartialEq, Serialize, Deserialize)]
/// struct Change {
///     /// Absent: it stays. `null`: it is removed.
///     #[serde(default, skip_serializing_if = "Option::is_none", with = "traitwire::double_option")]
///     title: Option<Option<String>>,
/// }
///
/// for (title, json) in [
///     (None, "{}"),
///     (Some(None), r#"{"title":null}"#),
///     (Some(Some("Bridge".to_owned())), r#"{"title":"Bridge"}"#),
/// ] {
///     let change = Change { title };
///     assert_eq!(serde_json::to_string(&change).unwrap(), json);
///     assert_eq!(serde_json::from_str::<Change>(json).unwrap(), change);
/// }
/// ```
///
/// All three parts of the attribute are needed: without `default` an absent field is an error, and
/// `None` cannot be written, which `skip_serializing_if` sees to. For `#[derive(Wire)]` the field has
/// `#[wire(as = Option<T>)]` as well.
///
/// # Errors
/// For `None`, which must be left out.
pub fn serialize<T, S>(value: &Option<Option<T>>, serializer: S) -> Result<S::Ok, S::Error>
where
    T: Serialize,
    S: Serializer,
{
    match value {
        Some(inner) => inner.serialize(serializer),
        None => Err(ser::Error::custom(
            "`None` of a double option has to be left out; \
             help: add `skip_serializing_if = \"Option::is_none\"`",
        )),
    }
}

/// The reverse of [`serialize`].
///
/// # Errors
/// Those of reading an `Option<T>`.
pub fn deserialize<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use serde::Serialize;

    #[test]
    fn an_absence_that_would_be_written_is_refused() {
        #[derive(Serialize)]
        #[allow(clippy::option_option, reason = "it is what the module is for")]
        struct Change {
            #[serde(with = "super")]
            title: Option<Option<u8>>,
        }
        let error = serde_json::to_string(&Change { title: None }).unwrap_err().to_string();
        assert!(error.contains("help: add `skip_serializing_if"), "{error}");
        assert_eq!(
            serde_json::to_string(&Change { title: Some(None) }).unwrap(),
            r#"{"title":null}"#
        );
    }
}
