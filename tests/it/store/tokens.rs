//! Sessions, links and sign-ins on their way.

use kubeflow_admin::domain::{PasswordLink, Session, SessionId, UserName};
use kubeflow_admin::store::{Error, Store};

use super::fixtures::{hash, link, password_link, pending, second, session};
use super::{Place, both};

both!(
    a_session_is_found_by_its_token_and_lives_until_it_is_deleted,
    sessions_are_listed_and_ended_by_person,
    expired_things_are_swept,
    sec_42_a_link_is_spent_once_however_many_try,
    sec_36_a_link_to_set_a_password_is_found_until_it_ends_or_is_replaced,
    sec_12_a_sign_in_on_its_way_comes_back_once,
    hostile_text_is_stored_and_searched_for_as_text,
);

async fn a_session_is_found_by_its_token_and_lives_until_it_is_deleted(place: &Place) {
    let store = place.open().await;
    store.ping().await.unwrap();
    let mut ana = session(1, "Ana@example.com");
    store.session_insert(&ana).await.unwrap();
    assert_eq!(store.session_insert(&ana).await, Err(Error::Exists));
    assert_eq!(store.session_find(&hash(2)).await, Ok(None));
    assert_eq!(store.session_find(&hash(1)).await, Ok(Some(ana.clone())));

    store.session_touch(&ana.id, second(50)).await.unwrap();
    store.session_touch(&ana.id, second(40)).await.unwrap();
    ana.last_seen_at = second(50);
    assert_eq!(store.session_find(&hash(1)).await, Ok(Some(ana.clone())));

    assert_eq!(store.session_delete(&ana.id).await, Ok(1));
    assert_eq!(store.session_delete(&ana.id).await, Ok(0));
    store.session_touch(&ana.id, second(60)).await.unwrap();
    assert_eq!(store.session_find(&hash(1)).await, Ok(None));
}

async fn sessions_are_listed_and_ended_by_person(place: &Place) {
    let store = place.open().await;
    let [one, two, three] = [
        session(1, "Ana@example.com"),
        session(2, "ana@EXAMPLE.com"),
        session(3, "bob@example.com"),
    ];
    for session in [&one, &two, &three] {
        store.session_insert(session).await.unwrap();
    }
    let ana = UserName::from_cluster("ANA@example.com");
    let of_ana = store.sessions_of(&ana).await;
    assert_eq!(of_ana, Ok(vec![two.clone(), one.clone()]));
    let page = |search: &'static str, limit, offset| store.sessions_page(search, limit, offset);
    let all = vec![three.clone(), two.clone(), one.clone()];
    assert_eq!(page("", 10, 0).await, Ok((all, 3)));
    assert_eq!(page("", 1, 1).await, Ok((vec![two.clone()], 3)));
    assert_eq!(page("", 10, 7).await, Ok((Vec::new(), 3)));
    assert_eq!(page("BOB@", 10, 0).await, Ok((vec![three.clone()], 1)));
    assert_eq!(page("0.0.2", 10, 0).await, Ok((vec![two], 1)));

    assert_eq!(store.sessions_delete_of(&ana).await, Ok(2));
    assert_eq!(page("", 10, 0).await, Ok((vec![three], 1)));
}

async fn expired_things_are_swept(place: &Place) {
    let store = place.open().await;
    store
        .session_insert(&session(1, "a@example.com"))
        .await
        .unwrap();
    store.link_insert(&link(1)).await.unwrap();
    store.pending_insert(&pending(1)).await.unwrap();
    assert_eq!(store.session_delete_expired(second(100)).await, Ok(0));
    assert_eq!(store.session_delete_expired(second(101)).await, Ok(1));
    assert_eq!(store.links_delete_expired(second(599)).await, Ok(0));
    assert_eq!(store.links_delete_expired(second(600)).await, Ok(1));
    assert_eq!(store.pending_delete_expired(second(599)).await, Ok(0));
    assert_eq!(store.pending_delete_expired(second(600)).await, Ok(1));
}

async fn sec_36_a_link_to_set_a_password_is_found_until_it_ends_or_is_replaced(place: &Place) {
    let store = place.open().await;
    let (one, other) = (password_link(1), password_link(2));
    for link in [&one, &other] {
        store.password_link_replace(link).await.unwrap();
    }
    let find = |number, at| {
        let (store, token) = (store.clone(), hash(number));
        async move { store.password_link_find(&token, second(at)).await }
    };
    assert_eq!(find(1, 599).await, Ok(Some(one.clone())));
    assert_eq!(find(1, 600).await, Ok(None));
    assert_eq!(find(3, 0).await, Ok(None));
    // Another one for the same login.
    let next = PasswordLink {
        token: hash(3),
        ..one
    };
    store.password_link_replace(&next).await.unwrap();
    assert_eq!(find(1, 0).await, Ok(None));
    assert_eq!(find(3, 0).await, Ok(Some(next)));
    assert_eq!(store.password_link_delete(&hash(3)).await, Ok(1));
    assert_eq!(store.password_link_delete(&hash(3)).await, Ok(0));
    assert_eq!(find(2, 0).await, Ok(Some(other)));
    assert_eq!(
        store.password_links_delete_expired(second(599)).await,
        Ok(0)
    );
    assert_eq!(
        store.password_links_delete_expired(second(600)).await,
        Ok(1)
    );
}

async fn sec_42_a_link_is_spent_once_however_many_try(place: &Place) {
    let store = place.open().await;
    store.link_insert(&link(1)).await.unwrap();
    assert_eq!(store.link_find(&hash(1), second(600)).await, Ok(None));
    assert_eq!(store.link_spend(&hash(1), second(600)).await, Ok(None));
    for _ in 0..2 {
        let found = store.link_find(&hash(1), second(599)).await;
        assert_eq!(found, Ok(Some(link(1))), "looking spends nothing");
    }
    let spent = twenty(&store, |store| async move {
        store.link_spend(&hash(1), second(1)).await.unwrap()
    })
    .await;
    assert_eq!(spent, vec![link(1)]);
    assert_eq!(store.link_find(&hash(1), second(1)).await, Ok(None));
}

async fn sec_12_a_sign_in_on_its_way_comes_back_once(place: &Place) {
    let store = place.open().await;
    store.pending_insert(&pending(1)).await.unwrap();
    assert_eq!(store.pending_take(&hash(2), second(1)).await, Ok(None));
    assert_eq!(store.pending_take(&hash(1), second(600)).await, Ok(None));
    let taken = twenty(&store, |store| async move {
        store.pending_take(&hash(1), second(1)).await.unwrap()
    })
    .await;
    assert_eq!(taken, vec![pending(1)]);
}

/// Twenty callers at once; what those got that got something.
async fn twenty<T, F>(store: &Store, attempt: impl Fn(Store) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = Option<T>> + Send + 'static,
{
    let tasks: Vec<_> = (0..20)
        .map(|_| tokio::spawn(attempt(store.clone())))
        .collect();
    let mut got = Vec::new();
    for task in tasks {
        got.extend(task.await.unwrap());
    }
    got
}

async fn hostile_text_is_stored_and_searched_for_as_text(place: &Place) {
    let store = place.open().await;
    let hostile = Session {
        user_agent: "'; DROP TABLE sessions; --\0".to_owned(),
        address: "100%_!\\".to_owned(),
        ..session(1, "o'neil_x@example.com")
    };
    store.session_insert(&hostile).await.unwrap();
    store
        .session_insert(&session(2, "oneilyx@example.com"))
        .await
        .unwrap();
    for (search, found) in [
        ("O'NEIL_", 1),
        ("_x@", 1),
        ("100%_!\\", 1),
        ("%", 1),
        ("!", 1),
        ("\\", 1),
        ("a\0b", 0),
    ] {
        let (_, total) = store.sessions_page(search, 10, 0).await.unwrap();
        assert_eq!(total, found, "{search:?}");
    }
    let nobody = SessionId::new("a\0b");
    assert_eq!(store.session_delete(&nobody).await, Ok(0));
    let kept = store.session_find(&hash(1)).await.unwrap().unwrap();
    assert_eq!(kept.user_agent, "'; DROP TABLE sessions; --\u{fffd}");
}
