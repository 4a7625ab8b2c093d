//! What a running process shows of itself: its arguments, environment, thread names, the files it holds
//! open, and the same of every process it starts.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// Looks until told to stop, and gives back every different thing seen.
pub(super) fn watch(process: u32, done: &AtomicBool) -> BTreeSet<Vec<u8>> {
    let mut seen = BTreeSet::new();
    while !done.load(Ordering::Relaxed) {
        look(process, 0, &mut seen);
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    seen
}

fn look(process: u32, depth: u8, seen: &mut BTreeSet<Vec<u8>>) {
    let folder = Path::new("/proc").join(process.to_string());
    for name in ["cmdline", "environ", "comm"] {
        seen.extend(std::fs::read(folder.join(name)));
    }
    for entry in std::fs::read_dir(folder.join("fd")).into_iter().flatten().flatten() {
        seen.extend(std::fs::read_link(entry.path()).map(|path| path.into_os_string().into_encoded_bytes()));
    }
    for thread in std::fs::read_dir(folder.join("task")).into_iter().flatten().flatten() {
        seen.extend(std::fs::read(thread.path().join("comm")));
        let children = std::fs::read_to_string(thread.path().join("children")).unwrap_or_default();
        // A process that starts itself again and again is not followed for ever.
        for child in children.split_whitespace().filter_map(|child| child.parse().ok()) {
            if depth < 3 {
                look(child, depth + 1, seen);
            }
        }
    }
}
