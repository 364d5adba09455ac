use serde::{Deserialize, Serialize};
use traitwire::Wire;

#[derive(Clone, Serialize, Deserialize, Wire)]
#[serde(from = "String", into = "String")]
struct Name(String);

impl From<String> for Name {
    fn from(name: String) -> Name {
        Name(name)
    }
}

impl From<Name> for String {
    fn from(name: Name) -> String {
        name.0
    }
}

fn main() {}
