use super::*;

fn stores() -> (tempfile::TempDir, [BlobStore; 2]) {
    let folder = tempfile::tempdir().unwrap();
    let local = BlobStore::local(&folder.path().join("new/blobs")).unwrap();
    (folder, [local, BlobStore::memory()])
}

#[tokio::test]
async fn keeps_replaces_and_removes() {
    let (_folder, stores) = stores();
    for store in stores {
        let key = "t1/ab/photo_1.jpg";
        assert!(matches!(store.get(key).await, Err(BlobError::NotFound)));
        assert!(!store.exists(key).await.unwrap());
        store.put(key, Bytes::from_static(b"one")).await.unwrap();
        store.put(key, Bytes::from_static(b"two")).await.unwrap();
        assert_eq!(store.get(key).await.unwrap(), "two");
        assert!(store.exists(key).await.unwrap());
        store.delete(key).await.unwrap();
        store.delete(key).await.unwrap();
        assert!(!store.exists(key).await.unwrap());
        store.put("empty", Bytes::new()).await.unwrap();
        assert!(store.get("empty").await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn lists_what_is_kept_below_a_folder() {
    let (_folder, stores) = stores();
    let begun = kernel::Clock::system().now();
    for store in stores {
        assert!(store.list("t1").await.unwrap().is_empty());
        for key in ["t1/a", "t1/b", "t10/c"] {
            store.put(key, Bytes::from_static(b"x")).await.unwrap();
        }
        let mut kept = store.list("t1").await.unwrap();
        kept.sort_by(|a, b| a.key.cmp(&b.key));
        let keys: Vec<_> = kept.iter().map(|kept| kept.key.as_str()).collect();
        assert_eq!(keys, ["t1/a", "t1/b"]);
        // File systems may round times down.
        let earliest = begun.minus(std::time::Duration::from_secs(2));
        assert!(kept.iter().all(|kept| kept.written >= earliest));
        assert!(matches!(store.list("../x").await, Err(BlobError::BadKey)));
    }
}

#[tokio::test]
async fn only_old_unfinished_files_are_removed() {
    let (folder, [store, memory]) = stores();
    store.put("t1/a", Bytes::from_static(b"x")).await.unwrap();
    let kept = folder.path().join("new/blobs/t1");
    fs::write(kept.join("b#1"), "half").unwrap();
    fs::write(kept.join("c#x"), "not ours").unwrap();
    let now = kernel::Clock::system().now();
    let hour = std::time::Duration::from_secs(3600);
    assert_eq!(store.remove_unfinished(now.minus(hour)).await.unwrap(), 0);
    assert!(kept.join("b#1").exists(), "it may still be written");
    assert_eq!(store.remove_unfinished(now.plus(hour)).await.unwrap(), 1);
    assert!(!kept.join("b#1").exists() && kept.join("c#x").exists());
    assert!(store.exists("t1/a").await.unwrap());
    assert_eq!(memory.remove_unfinished(now.plus(hour)).await.unwrap(), 0);
}

#[tokio::test]
async fn no_key_leads_out_of_the_folder() {
    let (folder, stores) = stores();
    fs::write(folder.path().join("secret"), "s").unwrap();
    let long = "a".repeat(513);
    for key in [
        "",
        "/",
        "/etc/passwd",
        "..",
        "../secret",
        "a/../../secret",
        "a//b",
        "a/",
        "./a",
        "a/./b",
        "a\\..\\b",
        "a\0b",
        "%2e%2e/secret",
        "a b",
        "é",
        "..%2fsecret",
        &long,
    ] {
        for store in &stores {
            assert!(
                matches!(store.get(key).await, Err(BlobError::BadKey)),
                "{key}"
            );
            let put = store.put(key, Bytes::from_static(b"x")).await;
            assert!(matches!(put, Err(BlobError::BadKey)), "{key}");
        }
    }
    assert_eq!(fs::read(folder.path().join("secret")).unwrap(), b"s");
}

/// Sixteen writers at once: a reader only ever sees one of them whole.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_never_half_written() {
    let (_folder, [store, _]) = stores();
    let content = |n: u8| Bytes::from(vec![n; 200_000]);
    store.put("k", content(0)).await.unwrap();
    let writers: Vec<_> = (1..=16)
        .map(|n| {
            let store = store.clone();
            tokio::spawn(async move { store.put("k", content(n)).await })
        })
        .collect();
    for writer in writers {
        let seen = store.get("k").await.unwrap();
        assert_eq!(seen.len(), 200_000);
        assert!(seen.iter().all(|b| *b == seen[0]));
        writer.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_folder_that_is_a_file_is_said_to_be_unusable() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let error = BlobStore::local(&file).unwrap_err();
    assert_eq!(kernel::Problem::from(error).status(), 503);
}

#[test]
fn looks_into_the_content() {
    for (content, mime) in [
        (&b"\x89PNG\r\n\x1a\n"[..], "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"%PDF-1.7", "application/pdf"),
        ("Température : 38,5 °C\r\n".as_bytes(), "text/plain"),
        (b"\0\x01\x02", "application/octet-stream"),
        (b"\xff\xfe\xfd", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ] {
        assert_eq!(sniff(content), mime, "{content:?}");
    }
    assert_eq!(
        sha256_hex(b"abc"),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
}

/// Against a server with a bucket `lafiya`, e.g. moto's:
/// `LAFIYA_TEST_S3=http://127.0.0.1:5000`.
#[tokio::test]
#[ignore = "needs an S3-compatible server in LAFIYA_TEST_S3"]
async fn a_bucket_does_what_a_folder_does() {
    crate::install_tls();
    let folder = tempfile::tempdir().unwrap();
    let settings = S3 {
        bucket: "lafiya".into(),
        prefix: "clinic/files".into(),
        endpoint: Some(std::env::var("LAFIYA_TEST_S3").unwrap()),
        region: "us-east-1".into(),
        access_key_id: "name".into(),
        secret_access_key: kernel::Redacted("key".into()),
    };
    let store = BlobStore::s3(&settings, folder.path()).unwrap();
    let key = format!("t1/2026/11/{}", std::process::id());
    assert!(matches!(store.get(&key).await, Err(BlobError::NotFound)));
    let content: Vec<u8> = (0..10_000_000_u32).map(|n| (n % 253) as u8).collect();
    let parts = content.chunks(3_000_000).map(Bytes::copy_from_slice);
    store.put_parts(&key, parts.collect()).await.unwrap();
    assert!(store.get(&key).await.unwrap() == content);
    let pieces: Vec<Bytes> = store
        .read(&key, 5..9_999_999, 256 * 1024)
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    assert!(
        pieces[..pieces.len() - 1]
            .iter()
            .all(|piece| piece.len() == 256 * 1024)
    );
    assert!(pieces.concat() == content[5..9_999_999]);
    let listed = store.list("t1").await.unwrap();
    assert!(
        listed.iter().any(|kept| kept.key == key),
        "keys are without the prefix"
    );
    store.delete(&key).await.unwrap();
    store.delete(&key).await.unwrap();
    assert!(!store.exists(&key).await.unwrap());
    let wrong = S3 {
        bucket: "nobodys".into(),
        ..settings
    };
    let store = BlobStore::s3(&wrong, folder.path()).unwrap();
    let put = store.put(&key, Bytes::from_static(b"x")).await;
    assert!(put.is_err(), "there is no such bucket");
}

#[tokio::test]
async fn pieces_have_one_length_wherever_they_come_from() {
    let (_folder, stores) = stores();
    let content: Vec<u8> = (0..1000_u32).map(|n| (n % 251) as u8).collect();
    for store in stores {
        store.put("k", content.clone().into()).await.unwrap();
        let read = async |range: std::ops::Range<u64>| -> Vec<Bytes> {
            store
                .read("k", range, 300)
                .await
                .unwrap()
                .try_collect()
                .await
                .unwrap()
        };
        let pieces = read(0..1000).await;
        let lengths: Vec<_> = pieces.iter().map(Bytes::len).collect();
        assert_eq!(
            (lengths, pieces.concat()),
            (vec![300, 300, 300, 100], content.clone())
        );
        assert_eq!(read(7..9).await.concat(), content[7..9]);
        assert_eq!(
            read(900..5000).await.concat(),
            content[900..],
            "it ends early"
        );
        assert!(read(5..5).await.is_empty());
        let none = store.read("none", 0..1, 300).await;
        assert!(matches!(none, Err(BlobError::NotFound)));
    }
}

#[tokio::test]
async fn what_arrives_has_no_name() {
    let (folder, [local, memory]) = stores();
    for store in [local, memory] {
        let mut spool = store.spool().await.unwrap();
        assert!(spool.is_empty());
        for part in ["one ", "two"] {
            spool.write(part.as_bytes()).await.unwrap();
        }
        assert_eq!(spool.len(), 7);
        assert_eq!(
            fs::read_dir(folder.path().join("new/blobs"))
                .unwrap()
                .count(),
            0
        );
        assert_eq!(spool.into_bytes().await.unwrap(), "one two");
    }
}
