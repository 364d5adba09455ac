//! Where does the schema come from?

use crate::args::SchemaArgs;
use crate::cargo::{self, Loaded};
use crate::config::{Config, current_dir};
use crate::remote;
use crate::report::Failure;
use crate::sources::Folders;

/// Loads it: from `--from`, else from `from` of the configuration, else from the user's crates.
pub(crate) fn load(args: &SchemaArgs, config: Option<&Config>) -> Result<Loaded, Failure> {
    let configured =
        config.and_then(|config| config.schema.from.as_deref().zip(Some(&config.folder)));
    let (from, folder) = match (&args.from, configured) {
        (Some(from), _) => (from.as_str(), current_dir()?),
        (None, Some((from, folder))) => (from, folder.clone()),
        (None, None) => {
            if args.token_env.is_some() {
                return Err(Failure::usage("`--token-env` goes with a URL after `--from`"));
            }
            return cargo::load(&args.cargo, config);
        }
    };
    if args.cargo.chooses() {
        return Err(Failure::usage(format!(
            "the schema comes from `{}`, which options of cargo cannot change",
            remote::without_password(from)
        ))
        .help("leave out the options of cargo, or `from`"));
    }
    let schema = remote::load(from, &folder, args.token_env.as_deref())?;
    Ok(Loaded { schema, folders: Folders::new(&folder, []), complete: true })
}
