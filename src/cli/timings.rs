//! `--timings`: how long each stage of a build took, by the process's own clocks. It listens to the
//! events with which the stages end, and knows nothing of what they do.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use serde_json::json;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

use super::talk::{Talk, count};

/// Where a stage says that it has ended.
pub(super) const TARGET: &str = "verho::stage";

/// Both clocks at one moment.
#[derive(Clone, Copy)]
struct Clocks {
    wall: Instant,
    cpu: Duration,
}

impl Clocks {
    fn now() -> Self {
        let cpu = clock_gettime(ClockId::ProcessCPUTime);
        // The kernel gives no negative time to a process.
        let cpu = Duration::new(cpu.tv_sec.try_into().unwrap_or(0), cpu.tv_nsec.try_into().unwrap_or(0));
        Self { wall: Instant::now(), cpu }
    }
}

/// A stage that has ended.
#[derive(Default, Clone)]
struct Stage {
    name: String,
    rows: u64,
    bytes: u64,
    cpu: Duration,
    wall: Duration,
}

static STAGES: Mutex<Option<(Clocks, Vec<Stage>)>> = Mutex::new(None);

/// Starts the clocks.
pub(super) fn start() {
    if let Ok(mut stages) = STAGES.lock() {
        *stages = Some((Clocks::now(), Vec::new()));
    }
}

/// Takes the ends of stages down. It is quick: a build has about ten.
pub(super) struct Timings;

impl<S: Subscriber> Layer<S> for Timings {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() != TARGET {
            return;
        }
        let Ok(mut stages) = STAGES.lock() else { return };
        let Some((last, stages)) = stages.as_mut() else { return };
        let now = Clocks::now();
        let mut stage =
            Stage { cpu: now.cpu.saturating_sub(last.cpu), wall: now.wall - last.wall, ..Stage::default() };
        event.record(&mut stage);
        stages.push(stage);
        *last = now;
    }
}

impl Visit for Stage {
    fn record_u64(&mut self, field: &Field, value: u64) {
        match field.name() {
            "rows" => self.rows = value,
            "bytes" => self.bytes = value,
            _ => {}
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "stage" {
            value.clone_into(&mut self.name);
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

/// Tells the stages so far, as a table or as an event each.
pub(super) fn tell(talk: Talk) {
    let Some((_, stages)) = STAGES.lock().ok().and_then(|mut stages| stages.take()) else { return };
    if talk.is_json_log() {
        for stage in &stages {
            let fields = json!({
                "stage": stage.name,
                "rows": stage.rows,
                "bytes": stage.bytes,
                "cpu_seconds": stage.cpu.as_secs_f64(),
                "wall_seconds": stage.wall.as_secs_f64(),
            });
            talk.say("stage", &stage.name, &fields);
        }
        return;
    }
    talk.say("timings", &table(&stages), &serde_json::Value::Null);
}

fn table(stages: &[Stage]) -> String {
    let total = Stage {
        name: "total".to_owned(),
        cpu: stages.iter().map(|stage| stage.cpu).sum(),
        wall: stages.iter().map(|stage| stage.wall).sum(),
        ..Stage::default()
    };
    let blank_or = |number: u64| if number == 0 { String::new() } else { count(number) };
    let line = |stage: &Stage| {
        format!(
            "{:<16}{:>14}{:>17}{:>10.3}{:>10.3}",
            stage.name,
            blank_or(stage.rows),
            blank_or(stage.bytes),
            stage.cpu.as_secs_f64(),
            stage.wall.as_secs_f64()
        )
    };
    let head = format!("{:<16}{:>14}{:>17}{:>10}{:>10}", "stage", "rows", "bytes", "CPU s", "wall s");
    let lines = stages.iter().chain([&total]).map(line);
    [String::new(), head].into_iter().chain(lines).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::{Stage, table};
    use std::time::Duration;

    #[test]
    fn stages_add_up_to_their_total() {
        let stage = |name: &str, rows, millis| Stage {
            name: name.to_owned(),
            rows,
            bytes: rows * 100,
            cpu: Duration::from_millis(2 * millis),
            wall: Duration::from_millis(millis),
        };
        let told = table(&[stage("customers", 1_000_000, 1_500), stage("closure", 0, 20)]);
        assert_eq!(
            told,
            "
stage                     rows            bytes     CPU s    wall s
customers            1,000,000      100,000,000     3.000     1.500
closure                                             0.040     0.020
total                                               3.040     1.520"
        );
    }
}
