//! The command `traitwire`.

fn main() -> std::process::ExitCode {
    traitwire_cli::main("traitwire", std::env::args_os())
}
