//! Time and processor between two moments.

use std::{
    fs,
    time::{Duration, Instant},
};

use crate::Failure;

/// Measures from its making on.
pub struct Meter {
    worker: u32,
    begun: Instant,
    worker_cpu: u64,
    database_cpu: u64,
}

impl Meter {
    /// Of one process and every PostgreSQL process of the machine.
    pub fn of(worker: u32) -> Result<Self, Failure> {
        Ok(Self {
            worker,
            begun: Instant::now(),
            worker_cpu: cpu(worker)?,
            database_cpu: database_cpu()?,
        })
    }

    /// Operations a second so far.
    pub fn per_second(&self, operations: u64) -> f64 {
        count(operations) / self.begun.elapsed().as_secs_f64()
    }

    /// Processor milliseconds an operation took, in words.
    pub fn cpu_each(&self, operations: u64) -> Result<String, Failure> {
        let worker = count(cpu(self.worker)? - self.worker_cpu) / count(operations);
        let database = count(database_cpu()? - self.database_cpu) / count(operations);
        Ok(if database > 0.0 {
            format!("CPU ms each: {worker:.3} own, {database:.3} database")
        } else {
            format!("CPU ms each: {worker:.3}")
        })
    }
}

/// Milliseconds of processor a process has used (proc(5), in 100ths of a second).
fn cpu(process: u32) -> Result<u64, Failure> {
    let [user, system, ..] = times(&fs::read_to_string(format!("/proc/{process}/stat"))?);
    Ok((user + system) * 10)
}

/// What all PostgreSQL processes have used, sessions that have ended included.
fn database_cpu() -> Result<u64, Failure> {
    let mut sum = 0;
    for entry in fs::read_dir("/proc")?.flatten() {
        let Ok(stat) = fs::read_to_string(entry.path().join("stat")) else {
            continue;
        };
        if stat.contains("(postgres)") {
            sum += times(&stat).iter().sum::<u64>() * 10;
        }
    }
    Ok(sum)
}

/// User and system time, then those of its ended children: fields 14 to 17.
fn times(stat: &str) -> [u64; 4] {
    let after_name = stat.rsplit(") ").next().unwrap_or_default();
    let fields: Vec<&str> = after_name.split(' ').collect();
    [11, 12, 13, 14].map(|index| {
        fields
            .get(index)
            .and_then(|field| field.parse().ok())
            .unwrap_or(0)
    })
}

/// The wait that this many of a hundred do not exceed, in milliseconds.
pub fn percentile(waits: &mut [Duration], percent: usize) -> f64 {
    waits.sort_unstable();
    let index = (waits.len() * percent / 100).min(waits.len().saturating_sub(1));
    waits
        .get(index)
        .map_or(0.0, |wait| wait.as_secs_f64() * 1000.0)
}

/// As a number to divide by.
pub fn count(number: u64) -> f64 {
    u32::try_from(number).map_or(f64::MAX, f64::from)
}
