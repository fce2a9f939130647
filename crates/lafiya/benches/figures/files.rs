//! Papers and files of records, on a demo server in a process of its own, through
//! its socket.

use std::time::Instant;

use bytes::Bytes;
use futures_util::{StreamExt as _, future::try_join_all, stream};
use serde_json::Value;
use store::EngineKind;

use crate::{
    Failure,
    meter::{count, percentile},
    records, say,
    server::Server,
};

/// Records that are printed.
const PAPERS: u64 = 40;
/// Files at once.
const FILES: u64 = 20;
/// Times a single file goes up and down.
const TIMES: u64 = 10;
const HEAD: &str =
    "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n%PDF-1.7\n";
const TAIL: &str = "\nstartxref\n0\n%%EOF\n\r\n--x--\r\n";
const CHUNK: &[u8] = &[b'%'; 64 * 1024];
/// Of a file: with its head and tail a little less than 10 MiB, the most that is taken.
const CHUNKS: usize = 10 * 16 - 1;

/// Every figure of papers and files on this engine.
pub async fn figures(kind: EngineKind) -> Result<(), Failure> {
    say(&format!("papers and files on {kind:?}"));
    let server = Server::start(kind).await?;
    let desk = Desk {
        token: server.signed_in("medecin").await?,
        http: reqwest::Client::new(),
        server,
    };
    let mut records = Vec::new();
    for n in 0..PAPERS {
        records.push(desk.enter(n).await?);
    }
    desk.papers(&records).await?;
    let record = records.first().ok_or("no record")?;
    // The first of each warms the allocator and the pool.
    let first = desk.up(record, 0).await?;
    desk.down(&first).await?;
    desk.one(record).await?;
    desk.many(record).await
}

struct Desk {
    server: Server,
    http: reqwest::Client,
    token: String,
}

impl Desk {
    fn url(&self, path: &str) -> String {
        format!("{}/api/v1/{path}", self.server.base)
    }

    async fn enter(&self, n: u64) -> Result<String, Failure> {
        let request = self.http.post(self.url("fiche-consultation/"));
        let request = request.bearer_auth(&self.token).json(&records::input(n));
        let answer = request.send().await?;
        let status = answer.status();
        let body: Value = answer.json().await?;
        match body["id"].as_str() {
            Some(id) if status.is_success() => Ok(id.to_owned()),
            _ => Err(format!("a record was answered with {status}: {body}").into()),
        }
    }

    /// Each of another record, so that nothing of its text was set before.
    async fn papers(&self, records: &[String]) -> Result<(), Failure> {
        let (mut waits, mut size) = (Vec::new(), 0);
        for (n, record) in records.iter().enumerate() {
            let started = Instant::now();
            size = self
                .get(&format!("fiche-consultation/{record}/export/pdf/"))
                .await?;
            // The first one makes the fonts ready.
            if n > 0 {
                waits.push(started.elapsed());
            }
        }
        say(&format!(
            "  a record as PDF ({} kB): p50 {:.1} ms, p99 {:.1} ms (target 150)",
            size / 1000,
            percentile(&mut waits, 50),
            percentile(&mut waits, 99),
        ));
        Ok(())
    }

    /// Reads an answer to its end; gives its length.
    async fn get(&self, path: &str) -> Result<usize, Failure> {
        let request = self.http.get(self.url(path)).bearer_auth(&self.token);
        let answer = request.send().await?.error_for_status()?;
        let mut bytes = answer.bytes_stream();
        let mut length = 0;
        while let Some(piece) = bytes.next().await {
            length += piece?.len();
        }
        Ok(length)
    }

    /// Sends a file, another one for each number; gives its id.
    async fn up(&self, record: &str, number: u64) -> Result<String, Failure> {
        let fiche = format!(
            "--x\r\nContent-Disposition: form-data; name=\"fiche\"\r\n\r\n{record}\r\n{HEAD}{number:08}"
        );
        let parts = std::iter::once(Bytes::from(fiche))
            .chain(std::iter::repeat_n(Bytes::from_static(CHUNK), CHUNKS))
            .chain([Bytes::from_static(TAIL.as_bytes())])
            .map(Ok::<_, std::io::Error>);
        let answer = self
            .http
            .post(self.url("attachments/"))
            .bearer_auth(&self.token)
            .header("content-type", "multipart/form-data; boundary=x")
            .body(reqwest::Body::wrap_stream(stream::iter(parts)))
            .send()
            .await?;
        let status = answer.status();
        let body: Value = answer.json().await?;
        match body["id"].as_str() {
            Some(id) if status.is_success() => Ok(id.to_owned()),
            _ => Err(format!("a file was answered with {status}: {body}").into()),
        }
    }

    async fn down(&self, id: &str) -> Result<(), Failure> {
        let length = self.get(&format!("attachments/{id}/download/")).await?;
        match length > CHUNK.len() * CHUNKS {
            true => Ok(()),
            false => Err("a file came back short".into()),
        }
    }

    async fn one(&self, record: &str) -> Result<(), Failure> {
        let mut ids = Vec::new();
        let span = Span::begin(&self.server)?;
        for n in 0..TIMES {
            ids.push(self.up(record, 1 + n).await?);
        }
        span.end("upload, one after the other", TIMES)?;
        let span = Span::begin(&self.server)?;
        for id in &ids {
            self.down(id).await?;
        }
        span.end("download, one after the other", TIMES)
    }

    async fn many(&self, record: &str) -> Result<(), Failure> {
        let span = Span::begin(&self.server)?;
        let ids = try_join_all((0..FILES).map(|n| self.up(record, 100 + n))).await?;
        span.end("upload, 20 at once", FILES)?;
        let span = Span::begin(&self.server)?;
        try_join_all(ids.iter().map(|id| self.down(id))).await?;
        span.end("download, 20 at once", FILES)
    }
}

/// Time and the server's memory between two moments.
struct Span<'a> {
    server: &'a Server,
    resident: u64,
    begun: Instant,
}

impl<'a> Span<'a> {
    fn begin(server: &'a Server) -> Result<Self, Failure> {
        server.forget_peak()?;
        Ok(Self {
            resident: server.memory()?,
            server,
            begun: Instant::now(),
        })
    }

    fn end(&self, what: &str, files: u64) -> Result<(), Failure> {
        let seconds = self.begun.elapsed().as_secs_f64();
        let megabytes = count(files) * count(u64::try_from(CHUNK.len() * CHUNKS)?) / 1e6;
        let more = self.server.peak()?.saturating_sub(self.resident) / 1024;
        say(&format!(
            "  {what}: {:.0} MB/s (target 100), peak +{more} MiB (target 20)",
            megabytes / seconds
        ));
        Ok(())
    }
}
