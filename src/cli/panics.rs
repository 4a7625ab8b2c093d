//! A fault of verho itself: its place is told, never its message, which could quote a row.

use std::sync::atomic::{AtomicBool, Ordering};

use super::talk::{Message, error_anywhere};

/// One panic on a worker is carried on by others: the first place is the one to know.
static TOLD: AtomicBool = AtomicBool::new(false);

/// Puts our words in place of the standard ones.
pub(super) fn install() {
    std::panic::set_hook(Box::new(|panic| {
        if TOLD.swap(true, Ordering::Relaxed) {
            return;
        }
        let place = panic.location().map_or_else(
            || "an unknown place".to_owned(),
            |place| format!("{}:{}", place.file(), place.line()),
        );
        error_anywhere(&Message::new(
            "internal-error",
            format!("verho has a fault at {place}; nothing was published"),
            format!(
                "please report that place with the version {}; leave out any data",
                env!("CARGO_PKG_VERSION")
            ),
        ));
    }));
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    /// Panics as a fault of ours would, in a process of its own, since the hook is the process's.
    fn panics(which: &str) {
        let cell = "quokka@example.com".to_owned();
        match which {
            "message" => panic!("cannot read {cell}"),
            "inside a letter" => drop(format!("{cell}ä")[..=cell.len()].to_owned()),
            "unwrap" => {
                let row: Result<String, String> = if cell.is_empty() { Ok(cell) } else { Err(cell) };
                drop(row.expect("a row"));
            }
            "equal" => assert_eq!(cell, ""),
            _ => std::thread::scope(|scope| {
                let threads = [(); 3].map(|()| scope.spawn(|| panic!("cannot read {cell}")));
                threads.into_iter().for_each(|thread| {
                    drop(thread.join().expect_err("it panics"));
                });
                panic!("{cell}");
            }),
        }
    }

    #[test]
    fn a_panic_tells_its_place_and_never_its_message() {
        if let Some(which) = std::env::var_os("VERHO_TEST_PANIC") {
            super::install();
            return panics(&which.to_string_lossy());
        }
        for which in ["message", "inside a letter", "unwrap", "equal", "threads"] {
            let name = "cli::panics::tests::a_panic_tells_its_place_and_never_its_message";
            let ran = Command::new(std::env::current_exe().expect("this test"))
                .args(["--exact", "--nocapture", name])
                .env("VERHO_TEST_PANIC", which)
                .output()
                .expect("starts");
            let said =
                String::from_utf8_lossy(&ran.stderr).into_owned() + &String::from_utf8_lossy(&ran.stdout);
            assert!(!ran.status.success(), "{which} does not panic");
            assert_eq!(said.matches("verho has a fault at ").count(), 1, "{which}: {said}");
            assert!(!said.contains("quokka"), "{which}: {said}");
        }
    }
}
