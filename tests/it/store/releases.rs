//! Objects of releases.

use kubeflow_admin::domain::{Fate, Kind, ReleaseBody, ReleaseRow, RowState, State, Wave};
use kubeflow_admin::store::Saved;
use serde_json::json;

use super::fixtures::{operation, person, second};
use super::{Place, both};

both!(
    objects_are_kept_in_their_order_and_saved_by_the_holder_of_the_lease,
    fields_are_forgotten_when_the_release_is_done_or_failed_long_ago,
    objects_go_with_their_operation,
    the_end_of_the_last_operation_is_known,
);

fn row(number: u32) -> ReleaseRow {
    let object: kubeflow_admin::domain::ObjectRef = format!("v1/ConfigMap/kubeflow/map-{number}")
        .parse()
        .unwrap();
    ReleaseRow {
        number,
        written: object.clone(),
        object,
        plural: "configmaps".to_owned(),
        wave: Wave::Basics,
        line: 7,
        fate: Fate::Changed(vec![".data.key".to_owned()]),
        state: RowState::Waiting,
        detail: String::new(),
    }
}

fn body(number: u32) -> ReleaseBody {
    ReleaseBody {
        number,
        body: json!({"data": {"key": "a\u{0}b"}}),
    }
}

fn numbers(bodies: &[ReleaseBody]) -> Vec<u32> {
    bodies.iter().map(|one| one.number).collect()
}

async fn objects_are_kept_in_their_order_and_saved_by_the_holder_of_the_lease(place: &Place) {
    let store = place.open().await;
    let work = operation(1, State::Running);
    let id = work.id;
    let rows: Vec<ReleaseRow> = (0..12).map(row).collect();
    let bodies = [body(3), body(11)];
    store
        .release_insert(&id, &rows, &bodies, second(1))
        .await
        .unwrap();
    store.operation_insert(&work).await.unwrap();
    assert_eq!(store.release_rows(&id).await, Ok(rows));
    let kept = store.release_bodies(&id).await.unwrap();
    assert_eq!(numbers(&kept), [3, 11]);
    assert_eq!(kept[0].body, body(3).body);
    let claimed = store.operation_claim(&id, "a", second(1), second(20)).await;
    assert!(claimed.unwrap().is_some());
    let failed = ReleaseRow {
        state: RowState::Failed,
        detail: "no".to_owned(),
        ..row(2)
    };
    let (some, all) = ([failed.clone()], [failed.clone(), row(3)]);
    assert_eq!(
        store.release_save(&id, &all, "b").await,
        Ok(Saved::LeaseLost)
    );
    assert_eq!(store.release_rows(&id).await.unwrap()[2], row(2));
    assert_eq!(store.release_save(&id, &some, "a").await, Ok(Saved::Yes));
    assert_eq!(store.release_rows(&id).await.unwrap()[2], failed);
    store.release_retry(&id).await.unwrap();
    assert_eq!(store.release_rows(&id).await.unwrap()[2], row(2));
}

async fn fields_are_forgotten_when_the_release_is_done_or_failed_long_ago(place: &Place) {
    let store = place.open().await;
    let states = [State::Running, State::Failed, State::Done];
    for (number, state) in (1..).zip(states) {
        let work = operation(number, state);
        store.operation_insert(&work).await.unwrap();
        let rows = [row(0)];
        store
            .release_insert(&work.id, &rows, &[body(0)], second(1))
            .await
            .unwrap();
    }
    let kept = async |number: u128| {
        let id = operation(number, State::Done).id;
        store.release_bodies(&id).await.unwrap().len()
    };
    store.release_forget(second(-1000)).await.unwrap();
    assert_eq!((kept(1).await, kept(2).await, kept(3).await), (1, 1, 0));
    store.release_forget(second(100_000)).await.unwrap();
    assert_eq!((kept(1).await, kept(2).await, kept(3).await), (1, 0, 0));
}

async fn objects_go_with_their_operation(place: &Place) {
    let store = place.open().await;
    let (gone, stays) = (operation(1, State::Planned), operation(2, State::Planned));
    store.operation_insert(&stays).await.unwrap();
    for work in [&gone, &stays] {
        store
            .release_insert(&work.id, &[row(0)], &[], second(1))
            .await
            .unwrap();
    }
    store.release_sweep(second(10)).await.unwrap();
    assert_eq!(store.release_rows(&gone.id).await.unwrap().len(), 0);
    assert_eq!(store.release_rows(&stays.id).await.unwrap().len(), 1);
    store.release_delete(&stays.id).await.unwrap();
    assert_eq!(store.release_rows(&stays.id).await.unwrap().len(), 0);
    let actor = person("nobody@example.com");
    let planned = store
        .operations_planned_of(&actor.user, Kind::ApplyRelease)
        .await;
    assert_eq!(planned.unwrap(), []);
    let planned = store
        .operations_planned_of(&stays.actor.user, stays.kind)
        .await;
    assert_eq!(planned.unwrap(), [stays.id]);
}

async fn the_end_of_the_last_operation_is_known(place: &Place) {
    let store = place.open().await;
    assert_eq!(store.operations_last_end(second(10)).await, Ok(None));
    let running = operation(1, State::Running);
    store.operation_insert(&running).await.unwrap();
    assert_eq!(store.operations_last_end(second(10)).await, Ok(None));
    let mut done = operation(2, State::Done);
    done.updated_at = second(5);
    store.operation_insert(&done).await.unwrap();
    assert_eq!(
        store.operations_last_end(second(10)).await,
        Ok(Some(second(5)))
    );
}
