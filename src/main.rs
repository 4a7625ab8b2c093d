//! The program: all of it is `verho::cli`; this file only hands the exit code to the system.

fn main() -> std::process::ExitCode {
    verho::cli::main()
}
