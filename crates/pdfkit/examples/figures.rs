//! Prints how long a record takes and how much memory a thousand of them leave.
//! With a folder as argument it also writes the samples there.
#![expect(clippy::print_stdout, reason = "printing is what it is for")]

#[path = "../tests/samples/mod.rs"]
mod samples;

use std::error::Error;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use pdfkit::Typesetter;
use serde_json::{Value, json};

const DOCUMENTS: usize = 1_000;

fn main() -> Result<(), Box<dyn Error>> {
    let started = Instant::now();
    let typesetter = Typesetter::new()?;
    println!("fonts and library   {}", milliseconds(started.elapsed()));
    let folder = std::env::args().nth(1).map(PathBuf::from);
    for name in samples::NAMES {
        let data = samples::data(name);
        let about = samples::about(&data);
        let started = Instant::now();
        let pdf = typesetter.pdf(samples::TEMPLATE, &data, &about)?;
        let took = milliseconds(started.elapsed());
        println!("{name:<15} {took}  first time, {} kB", pdf.len() / 1000);
        if let Some(folder) = &folder {
            std::fs::write(folder.join(format!("{name}.pdf")), pdf)?;
        }
    }
    many(&typesetter)
}

/// A thousand patients, each with another name, number and story.
fn many(typesetter: &Typesetter) -> Result<(), Box<dyn Error>> {
    let sample = samples::data("record_fr");
    let about = samples::about(&sample);
    let mut times = Vec::with_capacity(DOCUMENTS);
    for index in 1..=DOCUMENTS {
        let data = another(&sample, index);
        let started = Instant::now();
        typesetter.pdf(samples::TEMPLATE, &data, &about)?;
        times.push(started.elapsed());
        if index == 1 || index % 250 == 0 {
            println!(
                "after {index:>5} documents {:>6} MB resident",
                resident_mb()
            );
        }
    }
    times.sort_unstable();
    for (name, share) in [("median", 50), ("95 %", 95), ("99 %", 99)] {
        let time = times[(times.len() * share / 100).min(times.len() - 1)];
        println!("{name:<8} {}", milliseconds(time));
    }
    Ok(())
}

/// The same form of another patient: every value is new, the labels stay.
fn another(sample: &Value, index: usize) -> Value {
    let mut data = sample.clone();
    data["patient"]["name"] = json!(format!("PATIENT {index}"));
    data["record"]["number"] = json!(format!("CONS-20260312-{index:03}"));
    for rows in ["sections", "labs"] {
        renew(&mut data[rows], index);
    }
    data
}

fn renew(data: &mut Value, index: usize) {
    match data {
        Value::Array(items) => items.iter_mut().for_each(|item| renew(item, index)),
        Value::Object(entries) => {
            for (key, value) in entries.iter_mut() {
                match value {
                    Value::String(text) if matches!(key.as_str(), "value" | "text") => {
                        text.push_str(&format!(" {index}"));
                    }
                    _ => renew(value, index),
                }
            }
        }
        _ => {}
    }
}

fn milliseconds(time: Duration) -> String {
    format!("{:>7.1} ms", time.as_secs_f64() * 1000.0)
}

fn resident_mb() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.split_whitespace().next())
        .and_then(|kb| kb.parse::<usize>().ok())
        .unwrap_or_default()
        / 1000
}
