//! Rows of lists of people.

use kubeflow_admin::domain::{ImportRow, Stage, State};
use kubeflow_admin::store::Saved;

use super::fixtures::{operation, second};
use super::{Place, both};

both!(
    rows_are_kept_in_their_order_and_saved_by_the_holder_of_the_lease,
    whoever_has_a_password_keeps_it_and_others_begin_anew,
    a_wish_to_stop_is_heard_until_it_is_forgotten,
    rows_go_with_their_operation,
);

fn row(number: u32) -> ImportRow {
    ImportRow {
        number,
        email: format!("ana{number}@example.com").parse().unwrap(),
        username: "Ana".to_owned(),
        user_id: number.to_string(),
        profile: Some("ana".parse().unwrap()),
        joined: Vec::new(),
        holder: "a".to_owned(),
        stage: Stage::Waiting,
        failure: String::new(),
        handed_over: false,
    }
}

async fn rows_are_kept_in_their_order_and_saved_by_the_holder_of_the_lease(place: &Place) {
    let store = place.open().await;
    let work = operation(1, State::Running);
    let id = work.id;
    let rows: Vec<ImportRow> = (1..=12).map(row).collect();
    store.import_insert(&id, &rows, second(1)).await.unwrap();
    store.operation_insert(&work).await.unwrap();
    assert_eq!(store.import_rows(&id).await, Ok(rows));
    let claimed = store.operation_claim(&id, "a", second(1), second(20)).await;
    assert!(claimed.unwrap().is_some());
    let done = ImportRow {
        stage: Stage::Profile,
        failure: "no".to_owned(),
        ..row(2)
    };
    assert_eq!(
        store.import_save(&id, &done, "b").await,
        Ok(Saved::LeaseLost)
    );
    assert_eq!(store.import_rows(&id).await.unwrap()[1], row(2));
    assert_eq!(store.import_save(&id, &done, "a").await, Ok(Saved::Yes));
    assert_eq!(store.import_rows(&id).await.unwrap()[1], done);
}

async fn whoever_has_a_password_keeps_it_and_others_begin_anew(place: &Place) {
    let store = place.open().await;
    let id = operation(1, State::Running).id;
    let with_login = ImportRow {
        stage: Stage::Login,
        ..row(1)
    };
    let failed = ImportRow {
        failure: "no".to_owned(),
        ..row(2)
    };
    let rows = [with_login.clone(), failed];
    store.import_insert(&id, &rows, second(1)).await.unwrap();
    store.import_retry(&id).await.unwrap();
    let retried = store.import_rows(&id).await.unwrap();
    assert_eq!(retried, [with_login.clone(), row(2)]);
    store.import_hand_over(&id).await.unwrap();
    store.import_restart(&id).await.unwrap();
    let handed_over = ImportRow {
        handed_over: true,
        ..with_login
    };
    assert_eq!(store.import_rows(&id).await.unwrap(), [handed_over, row(2)]);
}

async fn a_wish_to_stop_is_heard_until_it_is_forgotten(place: &Place) {
    let store = place.open().await;
    let (one, two) = (
        operation(1, State::Running).id,
        operation(2, State::Running).id,
    );
    for _ in 0..2 {
        store.import_ask_to_stop(&one, second(1)).await.unwrap();
    }
    assert_eq!(store.import_shall_stop(&one).await, Ok(true));
    assert_eq!(store.import_shall_stop(&two).await, Ok(false));
    store.import_forget_stop(&one).await.unwrap();
    assert_eq!(store.import_shall_stop(&one).await, Ok(false));
}

async fn rows_go_with_their_operation(place: &Place) {
    let store = place.open().await;
    let (kept, gone) = (operation(1, State::Done), operation(2, State::Done));
    for work in [&kept, &gone] {
        store
            .import_insert(&work.id, &[row(1)], second(1))
            .await
            .unwrap();
    }
    store.operation_insert(&kept).await.unwrap();
    assert_eq!(store.import_sweep(second(1)).await, Ok(0));
    assert_eq!(store.import_sweep(second(2)).await, Ok(1));
    assert_eq!(store.import_rows(&kept.id).await.unwrap().len(), 1);
    assert_eq!(store.import_rows(&gone.id).await, Ok(Vec::new()));
}
