//! CPU time of this thread, best of N, both sides in turn: the machine's other work can only add to a
//! time, so the least is the nearest to the truth, and taking turns gives both the same weather.

use std::hint::black_box;

use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};

/// Rounds that are not counted.
const WARM_UP: usize = 3;

/// Something to time: `prepare` is not counted, `run` is.
pub struct Case<'a> {
    name: String,
    run: Box<dyn FnMut() -> f64 + 'a>,
    samples: Vec<f64>,
}

impl<'a> Case<'a> {
    /// Times `run` on a fresh value of `prepare`, in microseconds, divided by `per`.
    pub fn new<T, R>(
        name: &str,
        per: u32,
        mut prepare: impl FnMut() -> T + 'a,
        mut run: impl FnMut(T) -> R + 'a,
    ) -> Self {
        Self {
            name: name.to_owned(),
            run: Box::new(move || {
                let input = prepare();
                let start = cpu_micros();
                let output = black_box(run(black_box(input)));
                let spent = cpu_micros() - start;
                drop(output);
                spent / f64::from(per)
            }),
            samples: Vec::new(),
        }
    }
}

fn cpu_micros() -> f64 {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    now.tv_sec as f64 * 1e6 + now.tv_nsec as f64 / 1e3
}

/// Runs the cases in turn `rounds` times after a few rounds of warming up.
#[must_use]
pub fn measure(mut cases: Vec<Case<'_>>, rounds: usize) -> Value {
    for round in 0..rounds + WARM_UP {
        for case in &mut cases {
            let micros = (case.run)();
            if round >= WARM_UP {
                case.samples.push(micros);
            }
        }
    }
    Value::Array(cases.into_iter().map(summary).collect())
}

fn summary(mut case: Case<'_>) -> Value {
    case.samples.sort_by(f64::total_cmp);
    let at = |share: usize| {
        case.samples
            .get((case.samples.len() - 1) * share / 100)
            .copied()
    };
    json!({
        "name": case.name,
        "n": case.samples.len(),
        "min_us": at(0),
        "median_us": at(50),
        "p95_us": at(95),
    })
}
