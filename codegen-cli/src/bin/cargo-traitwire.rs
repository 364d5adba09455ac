//! The command `cargo traitwire`.

fn main() -> std::process::ExitCode {
    // Cargo passes the name of the subcommand as the first argument.
    let mut args: Vec<_> = std::env::args_os().collect();
    if args.get(1).is_some_and(|arg| arg == "traitwire") {
        args.remove(1);
    }
    traitwire_cli::main("cargo traitwire", args)
}
