//! Files that people send and fetch: flat memory, every byte checked, nothing
//! left behind.

use std::{ops::Range, path::Path, task::Poll, time::Duration};

use bytes::Bytes;
use clinic::blobs::api::{self as blobs, BlobInfo, Kind, Received};
use futures_util::{StreamExt as _, stream};
use kernel::{Clock, Problem};
use ports::BlobStore;
use store::{Sql, params};
use testkit::{
    clinic::{Setup, TestClinic},
    db::TestDb,
    on_both_engines,
};

const PIECE: usize = 256 * 1024;
const AGE: Sql =
    Sql::new("UPDATE blob SET month = 0, pieces = NULL WHERE tenant_id = $1 AND id = $2");

/// A PDF of this many bytes.
fn pdf(length: usize) -> Bytes {
    let tail = b"\nstartxref\n0\n%%EOF\n";
    let mut pdf = b"%PDF-1.7\n1 0 obj\n<<>>\nstream\n".to_vec();
    let numbers =
        (0_u32..).flat_map(|n| (n.wrapping_mul(2_654_435_761) | 0x8080_8080).to_be_bytes());
    pdf.extend(numbers.take(length - pdf.len() - tail.len()));
    pdf.extend(tail);
    pdf.into()
}

struct Scene {
    clinic: TestClinic,
    folder: tempfile::TempDir,
    clock: Clock,
}

async fn scene(db: &TestDb) -> Scene {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::fixed(Clock::system().now());
    let setup = Setup {
        blobs: BlobStore::local(folder.path()).unwrap(),
        clock: clock.clone(),
        ..Setup::default()
    };
    let clinic = TestClinic::with(db, setup).await;
    Scene {
        clinic,
        folder,
        clock,
    }
}

impl Scene {
    async fn receive(&self, content: &Bytes) -> Result<Received, Problem> {
        let chunks: Vec<_> = content
            .chunks(60_000)
            .map(|chunk| Ok(Bytes::copy_from_slice(chunk)))
            .collect();
        blobs::receive(
            &self.clinic.app,
            self.clinic.tenant,
            stream::iter(chunks),
            blobs::MAX_FILE,
        )
        .await
    }

    async fn kept(&self, content: &Bytes) -> BlobInfo {
        let received = self.receive(content).await.unwrap();
        let (app, tenant) = (self.clinic.app.clone(), self.clinic.tenant);
        let id = received.blob.id;
        let keep = self.clinic.app.store.write(tenant, move |tx| {
            Box::pin(async move { blobs::keep(tx, &app, tenant, &received).await })
        });
        keep.await.unwrap();
        let mut tx = self.clinic.app.store.read(tenant).await.unwrap();
        blobs::find(&mut tx, tenant, id).await.unwrap().unwrap()
    }

    async fn read(&self, blob: &BlobInfo, range: Range<u64>) -> Result<Vec<u8>, Vec<u8>> {
        let opened = blobs::stream(&self.clinic.app, self.clinic.tenant, blob, range).await;
        let mut pieces = opened.map_err(|_| Vec::new())?;
        let mut read = Vec::new();
        while let Some(piece) = pieces.next().await {
            match piece {
                Ok(piece) => read.extend(piece),
                Err(blobs::Damaged) => return Err(read),
            }
        }
        Ok(read)
    }

    /// Makes a file one of those from before folders of months and digests of pieces.
    async fn age(&self, blob: &BlobInfo) -> BlobInfo {
        let (tenant, id) = (self.clinic.tenant, blob.id);
        let change = self.clinic.app.store.write(tenant, move |tx| {
            Box::pin(async move { tx.execute_one(AGE, params![tenant, id]).await })
        });
        change.await.unwrap();
        std::fs::rename(
            self.path(blob),
            self.folder.path().join(format!("{tenant}/{id}")),
        )
        .unwrap();
        let mut tx = self.clinic.app.store.read(tenant).await.unwrap();
        blobs::find(&mut tx, tenant, id).await.unwrap().unwrap()
    }

    fn path(&self, blob: &BlobInfo) -> std::path::PathBuf {
        let (tenant, month) = (self.clinic.tenant, blob.month);
        let below = match month {
            0 => format!("{tenant}/{}", blob.id),
            month => format!("{tenant}/{:04}/{:02}/{}", month / 100, month % 100, blob.id),
        };
        self.folder.path().join(below)
    }
}

/// All files below a folder, also ones that are being written.
fn files(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .map(|path| if path.is_dir() { files(&path) } else { 1 })
        .sum()
}

on_both_engines! {
    async fn a_file_comes_back_as_it_went(db) {
        let scene = scene(&db).await;
        for length in [100, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 7, blobs::MAX_FILE] {
            let content = pdf(length);
            let blob = scene.kept(&content).await;
            assert_eq!((blob.size, blob.content_type.as_str()), (i64::try_from(length).unwrap(), "application/pdf"));
            assert_eq!(blob.sha256, ports::blob::sha256_hex(&content));
            assert!(scene.path(&blob).is_file(), "in its month's folder");
            assert!(blob.month > 202_000);
            assert!(scene.read(&blob, 0..length as u64).await.unwrap() == content);
            assert_eq!(blobs::bytes(&scene.clinic.app, scene.clinic.tenant, blob.id).await.unwrap(), content);
        }
    }

    async fn every_range_is_the_right_one(db) {
        let scene = scene(&db).await;
        let content = pdf(2 * PIECE + 100);
        let new = scene.kept(&content).await;
        let old = scene.kept(&content).await;
        let old = scene.age(&old).await;
        assert!(old.pieces.is_none() && old.month == 0);
        let piece = PIECE;
        let size = content.len();
        for range in [0..1, 0..size, 5..6, piece - 1..piece + 1, piece..2 * piece, 2 * piece..size, size - 1..size, 10..size - 10] {
            let asked = range.start as u64..range.end as u64;
            for blob in [&new, &old] {
                let read = scene.read(blob, asked.clone()).await.unwrap();
                assert!(read == content[range.clone()], "{range:?}");
            }
        }
    }

    async fn a_changed_byte_is_noticed(db) {
        let scene = scene(&db).await;
        let content = pdf(3 * PIECE + 100);
        let size = content.len() as u64;
        for at in [0, PIECE + 5, content.len() - 1] {
            for old in [false, true] {
                let mut blob = scene.kept(&content).await;
                if old {
                    blob = scene.age(&blob).await;
                }
                let mut changed = content.to_vec();
                changed[at] ^= 1;
                std::fs::write(scene.path(&blob), &changed).unwrap();
                let given = scene.read(&blob, 0..size).await.expect_err("noticed");
                assert!(given.len() <= at && content.starts_with(&given), "nothing wrong is given");
                let bytes = blobs::bytes(&scene.clinic.app, scene.clinic.tenant, blob.id).await;
                assert_eq!(bytes.unwrap_err().status(), 500);
                let near = at as u64..at as u64 + 1;
                scene.read(&blob, near).await.expect_err("noticed");
            }
        }
        // Cut off and grown.
        let blob = scene.kept(&content).await;
        std::fs::write(scene.path(&blob), &content[..content.len() - 1]).unwrap();
        scene.read(&blob, 0..size).await.expect_err("noticed");
        std::fs::write(scene.path(&blob), &content[..2 * PIECE]).unwrap();
        let given = scene.read(&blob, 0..size).await.expect_err("noticed");
        assert!(given == content[..2 * PIECE]);
        std::fs::remove_file(scene.path(&blob)).unwrap();
        let lost = blobs::stream(&scene.clinic.app, scene.clinic.tenant, &blob, 0..size).await;
        assert_eq!(lost.err().unwrap().status(), 404);
    }

    async fn what_is_refused_leaves_nothing(db) {
        let scene = scene(&db).await;
        let large = pdf(blobs::MAX_FILE + 1);
        let script = Bytes::from_static(b"<script>alert(1)</script>");
        let active: Bytes = String::from_utf8_lossy(b"%PDF-1.7\n<</S/JavaScript>>\nstartxref\n%%EOF").into_owned().into();
        for (content, status, code) in [
            (large, 413, "file-too-large"),
            (Bytes::new(), 400, "file-empty"),
            (script, 415, "file-kind"),
            (active, 415, "file-active"),
            (Bytes::from_static(b"%PDF-1.7 cut"), 415, "file-damaged"),
            (Bytes::from_static(b"\0\0\0\x18ftypheic\0\0\0\0"), 415, "file-heic"),
        ] {
            let problem = scene.receive(&content).await.unwrap_err();
            assert_eq!((problem.status(), problem.stable_code()), (status, code));
        }
        let problem = scene.receive(&pdf(blobs::MAX_FILE + 1)).await.unwrap_err();
        let limit = &problem.errors[0];
        assert_eq!((limit.field.as_str(), limit.args[0].1.as_str()), ("file", "10"));
        assert_eq!(files(scene.folder.path()), 0);
    }

    async fn beyond_the_limit_nothing_more_is_read(db) {
        let scene = scene(&db).await;
        let endless = stream::repeat_with(|| Ok(Bytes::from_static(&[b'x'; 1000])));
        let (app, tenant) = (&scene.clinic.app, scene.clinic.tenant);
        let problem = blobs::receive(app, tenant, endless, 100_000).await.unwrap_err();
        assert_eq!(problem.status(), 413);
    }

    async fn a_cut_connection_leaves_nothing(db) {
        let scene = scene(&db).await;
        let (app, tenant) = (&scene.clinic.app, scene.clinic.tenant);
        let content = pdf(PIECE);
        let cut = stream::iter([Ok(content.clone()), Err(Problem::new(kernel::ProblemKind::Malformed))]);
        let problem = blobs::receive(app, tenant, cut, blobs::MAX_FILE).await.unwrap_err();
        assert_eq!(problem.status(), 400);
        // Whoever waits for it goes away: the future is dropped between two chunks.
        let (tell, asked) = tokio::sync::oneshot::channel();
        let mut tell = Some(tell);
        let stalled = stream::poll_fn(move |_| {
            tell.take().map(|tell| tell.send(()));
            Poll::Pending
        });
        let stalled = stream::iter([Ok(content)]).chain(stalled);
        tokio::select! {
            _ = blobs::receive(app, tenant, stalled, blobs::MAX_FILE) => panic!("there is no end yet"),
            asked = asked => asked.unwrap(),
        }
        assert_eq!(files(scene.folder.path()), 0);
    }

    async fn the_sweep_knows_both_layouts(db) {
        let scene = scene(&db).await;
        let content = pdf(200);
        let new = scene.kept(&content).await;
        let old = scene.kept(&content).await;
        let old = scene.age(&old).await;
        let orphan = scene.receive(&content).await.unwrap().blob;
        // A copy in a folder that the row does not name.
        let stray = scene.folder.path().join(format!("{}/2001/02/{}", scene.clinic.tenant, new.id));
        std::fs::create_dir_all(stray.parent().unwrap()).unwrap();
        std::fs::write(&stray, b"x").unwrap();
        scene.clock.advance(Duration::from_secs(25 * 3600));
        let swept = blobs::sweep(&scene.clinic.app).await.unwrap();
        assert_eq!((swept.orphans, swept.lost), (2, 0));
        assert!(!scene.path(&orphan).exists() && !stray.exists());
        for blob in [&new, &old] {
            assert!(scene.read(blob, 0..200).await.unwrap() == content);
        }
    }

    async fn a_photo_has_its_pixels_and_a_small_picture(db) {
        let scene = scene(&db).await;
        let photo = testkit::files::photo(1200, 800, Some("GPS 14.6937"));
        let received = scene.receive(&photo).await.unwrap();
        assert_eq!(received.kind, Kind::Jpeg);
        assert!(received.thumbnail.is_some());
        let blob = scene.kept(&photo).await;
        assert_eq!((blob.width, blob.height), (Some(1200), Some(800)));
        let size = u64::try_from(blob.size).unwrap();
        let stored = scene.read(&blob, 0..size).await.unwrap();
        assert!(!stored.windows(3).any(|at| at == b"GPS") && stored.len() < photo.len());
        assert_eq!(blob.sha256, ports::blob::sha256_hex(&stored), "of what is kept, not of what came");
        let small = blob.thumbnail_id.expect("a small picture");
        let small = blobs::bytes(&scene.clinic.app, scene.clinic.tenant, small).await.unwrap();
        assert!(small.starts_with(b"\xff\xd8\xff") && small.len() < 40_000);
    }

    async fn another_clinic_has_no_such_file(db) {
        let scene = scene(&db).await;
        let blob = scene.kept(&pdf(200)).await;
        let other = scene.clinic.another("autre", "+221338210001").await;
        let problem = blobs::bytes(&scene.clinic.app, other, blob.id).await.unwrap_err();
        assert_eq!(problem.status(), 404);
        assert!(blobs::stream(&scene.clinic.app, other, &blob, 0..200).await.is_err());
    }
}
