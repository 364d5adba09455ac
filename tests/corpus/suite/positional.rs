//! Does what the schema calls safe for positional encodings come back from postcard?

use traitwire_corpus::Case;

use crate::{none_wrong, say};

/// Why the type may not be written in a positional encoding, if so.
pub(crate) fn unsafe_because(case: &Case) -> Option<String> {
    let schema = case.schema().expect("a schema");
    schema.positional(&case.ty).err().map(|why| why.to_string())
}

#[test]
fn what_is_called_safe_comes_back_from_postcard() {
    let (mut wrong, mut safe, mut count) = (Vec::new(), 0, 0);
    let cases = crate::cases();
    for case in cases.iter().filter(|case| unsafe_because(case).is_none()) {
        safe += 1;
        for value in &case.values {
            count += 1;
            // What JSON does not carry, such as a skipped field, need not be carried here.
            let expected = value.json().and_then(|json| (case.read)(&json));
            let expected = expected.as_ref().map_or(&**value, |read| &**read);
            let came = value.postcard().and_then(|bytes| (case.read_postcard)(&bytes));
            let said = match came {
                Ok((read, 0)) if read.is(expected) => continue,
                Ok((read, left)) => format!("came back as {read:?}, {left} bytes left"),
                Err(error) => error,
            };
            wrong.push(format!("{}: {value:?}: {said}", case.id));
        }
    }
    none_wrong("values in postcard of types that are called safe", &wrong);
    say(&format!(
        "{safe} types called safe for positional encodings, {count} values in postcard, 0 wrong; {} called unsafe",
        cases.len() - safe
    ));
}
