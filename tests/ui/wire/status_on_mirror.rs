use serde::{Deserialize, Serialize};
use traitwire::Wire;

enum Problem {
    Gone,
}

#[derive(Serialize, Deserialize, Wire)]
#[serde(remote = "Problem")]
enum ProblemDef {
    #[wire(status = 410)]
    Gone,
}

fn main() {}
