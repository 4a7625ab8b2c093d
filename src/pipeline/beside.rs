//! Tasks that do not wait for one another, a few at a time. It does not know what they are.

use std::sync::{Mutex, PoisonError};

/// Tasks that run at once: a task is mostly one thread that writes, beside threads that make ready what it
/// writes, and each holds what is ready, so that more would take memory and no less time.
const AT_ONCE: usize = 2;

/// Runs every task and tells what each came to, in their order; of several errors the first task's. Once one
/// has failed no other begins.
pub(crate) fn side_by_side<T: Send, R: Send, E: Send>(
    tasks: Vec<T>,
    threads: usize,
    run: impl Fn(T) -> Result<R, E> + Sync,
) -> Result<Vec<R>, E> {
    if threads.min(tasks.len()) < 2 {
        return tasks.into_iter().map(run).collect();
    }
    let mut done: Vec<Option<Result<R, E>>> = tasks.iter().map(|_| None).collect();
    let (waiting, finished) = (Mutex::new(tasks.into_iter().enumerate()), Mutex::new(&mut done));
    std::thread::scope(|scope| {
        let work = || {
            loop {
                let task = waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some((place, task)) = task else { break };
                let result = run(task);
                if result.is_err() {
                    waiting.lock().unwrap_or_else(PoisonError::into_inner).by_ref().for_each(drop);
                }
                finished.lock().unwrap_or_else(PoisonError::into_inner)[place] = Some(result);
            }
        };
        let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            // A panic goes on here; the program's hook has already told its place.
            worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        }
    });
    // Tasks begin in order, so that before the first that failed none is missing.
    done.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::side_by_side;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn results_stand_in_the_order_of_their_tasks() {
        for threads in [1, 2, 8] {
            for tasks in [0, 1, 2, 3, 50] {
                let told = side_by_side((0..tasks).collect(), threads, |task: usize| {
                    std::thread::sleep(std::time::Duration::from_micros(((tasks - task) * 10) as u64));
                    Ok::<_, ()>(task * 2)
                });
                assert_eq!(told, Ok((0..tasks).map(|task| task * 2).collect()), "{threads} {tasks}");
            }
        }
    }

    #[test]
    fn the_first_error_is_told_and_what_waits_does_not_begin() {
        for threads in [1, 2] {
            let begun = AtomicUsize::new(0);
            let told = side_by_side((0..100).collect(), threads, |task: usize| {
                begun.fetch_add(1, Ordering::Relaxed);
                std::thread::sleep(std::time::Duration::from_millis(1));
                if task >= 10 { Err(task) } else { Ok(task) }
            });
            assert_eq!(told, Err(10), "{threads}");
            assert!(begun.into_inner() < 20, "{threads}");
        }
    }
}
