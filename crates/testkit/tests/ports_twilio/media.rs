use ports::twilio::{
    Account,
    media::{MediaError, MediaFetcher},
};

use crate::support::{self, account, closed_port, fake, within};

#[tokio::test]
async fn media_are_fetched_with_credentials_and_a_limit() {
    let fake = fake().await;
    let fetcher = MediaFetcher::new(account(&fake)).unwrap();
    let content = vec![7; 100_000];
    let url = fake.add_media("image/jpeg", content.clone());

    let media = within(fetcher.fetch(&url, 100_000)).await.unwrap();
    assert_eq!(media.bytes, content);
    assert_eq!(media.content_type.as_deref(), Some("image/jpeg"));
    assert!(
        fake.media_requests()[0]
            .as_ref()
            .unwrap()
            .starts_with("Basic ")
    );

    let error = within(fetcher.fetch(&url, 99_999)).await.unwrap_err();
    assert_eq!(error, MediaError::TooLarge { limit: 99_999 });

    let wrong = Account::new(fake.account_sid(), "wrong", fake.base_url()).unwrap();
    let wrong = MediaFetcher::new(wrong).unwrap();
    let error = within(wrong.fetch(&url, 100_000)).await.unwrap_err();
    assert_eq!(error, MediaError::Refused { status: 401 });
}

#[tokio::test]
async fn media_that_cannot_be_had_say_whether_to_try_again() {
    let fake = fake().await;
    let fetcher = MediaFetcher::new(account(&fake)).unwrap();
    for (status, again) in [
        (404, false),
        (410, false),
        (500, true),
        (503, true),
        (429, true),
    ] {
        let url = fake.add_broken_media(status);
        let error = within(fetcher.fetch(&url, 10)).await.unwrap_err();
        assert_eq!(error.can_retry(), again, "{status}: {error}");
    }
    let (base, _closed) = closed_port();
    let account = Account::new(fake.account_sid(), "t", &base).unwrap();
    let nobody = MediaFetcher::new(account).unwrap();
    let error = within(nobody.fetch(&format!("{base}/x"), 10)).await;
    let error = error.unwrap_err();
    assert!(matches!(error, MediaError::Unavailable(_)), "{error}");
}

#[tokio::test]
async fn media_redirects_stay_with_twilio() {
    let fake = fake().await;
    let fetcher = MediaFetcher::new(account(&fake)).unwrap();
    let file = fake.add_media("text/plain", "content");
    let path = file.strip_prefix(fake.base_url()).unwrap();

    // Up to three steps, absolute or relative.
    let one = fake.add_redirect(path);
    let two = fake.add_redirect(&one);
    let three = fake.add_redirect(&two);
    let four = fake.add_redirect(&three);
    assert_eq!(
        within(fetcher.fetch(&three, 10)).await.unwrap().bytes,
        "content"
    );
    let error = within(fetcher.fetch(&four, 10)).await.unwrap_err();
    assert_eq!(error, MediaError::ForbiddenAddress);

    // Another server on this machine is as foreign as any.
    let inside = support::fake().await;
    let secret = inside.add_media("text/plain", "inside");
    let same_port_other_name = file.replace("127.0.0.1", "localhost");
    for target in [
        secret.as_str(),
        &same_port_other_name,
        "http://169.254.169.254/latest/meta-data/",
        "https://example.com/",
        "file:///etc/passwd",
        "https://api.twilio.com@127.0.0.1/",
    ] {
        let url = fake.add_redirect(target);
        let error = within(fetcher.fetch(&url, 10)).await.unwrap_err();
        assert_eq!(error, MediaError::ForbiddenAddress, "{target}");
        let error = within(fetcher.fetch(target, 10)).await.unwrap_err();
        assert_eq!(error, MediaError::ForbiddenAddress, "{target}");
    }
    assert!(inside.media_requests().is_empty());
}
