//! How do arguments stand in a URL?

use percent_encoding::percent_decode_str;
use traitwire_schema::Method;

use crate::{Fault, FaultKind};

/// The arguments of a query string as the JSON object that a body would have been. An argument that
/// is always a string stands in the query as it is, any other as JSON.
///
/// # Errors
/// [`FaultKind::InvalidArgument`] if a value is no JSON or no UTF-8. Everything else is found out when the
/// arguments are decoded.
pub(super) fn arguments(
    query: &str,
    method: &Method,
    text_args: &[bool],
) -> Result<Vec<u8>, Fault> {
    let mut json = vec![b'{'];
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decode(name)?, decode(value)?);
        if json.len() > 1 {
            json.push(b',');
        }
        push_string(&mut json, &name);
        json.push(b':');
        let arg = method.args.iter().position(|arg| arg.name == name);
        if arg.is_some_and(|arg| text_args[arg]) {
            push_string(&mut json, &value);
        } else {
            // Checked, for what is not one whole value could close the object.
            if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(&value) {
                let message = format!("the argument `{name}` must be JSON in a URL: {error}");
                return Err(Fault::before(FaultKind::InvalidArgument, message).at(name));
            }
            json.extend_from_slice(value.as_bytes());
        }
    }
    json.push(b'}');
    Ok(json)
}

/// Decodes as a form does, but never puts a substitute in place of what is no UTF-8.
fn decode(text: &str) -> Result<String, Fault> {
    let spaced = text.replace('+', " ");
    match percent_decode_str(&spaced).decode_utf8() {
        Ok(decoded) => Ok(decoded.into_owned()),
        Err(_) => {
            let message = format!("`{}` in the URL is no UTF-8", text.escape_debug());
            Err(Fault::before(FaultKind::InvalidArgument, message))
        }
    }
}

fn push_string(json: &mut Vec<u8>, text: &str) {
    // Writing a string into memory cannot fail.
    let _ = serde_json::to_writer(json, text);
}
