//! What metrics count.

use kubeflow_admin::domain::{Kind, Operation, State};

use super::fixtures::{operation, second, session};
use super::{Place, both};

both!(
    operations_are_counted_by_kind_and_state,
    sessions_that_expired_or_were_long_idle_are_not_counted,
);

async fn operations_are_counted_by_kind_and_state(place: &Place) {
    let store = place.open().await;
    assert_eq!(store.operations_tally().await, Ok(Vec::new()));
    for work in [
        operation(1, State::Done),
        operation(2, State::Done),
        operation(3, State::Running),
        Operation {
            kind: Kind::SetQuota,
            ..operation(4, State::Done)
        },
    ] {
        store.operation_insert(&work).await.unwrap();
    }
    let usual = operation(1, State::Done).kind;
    let tally = store.operations_tally().await.unwrap();
    assert_eq!(tally.len(), 3);
    for line in [
        (usual, State::Done, 2),
        (usual, State::Running, 1),
        (Kind::SetQuota, State::Done, 1),
    ] {
        assert!(tally.contains(&line), "{line:?} is not in {tally:?}");
    }
}

/// The fixtures' session `n` was used at second `n` and expires a hundred later.
async fn sessions_that_expired_or_were_long_idle_are_not_counted(place: &Place) {
    let store = place.open().await;
    for number in [1, 2, 3] {
        let session = session(number, "ana@example.com");
        store.session_insert(&session).await.unwrap();
    }
    let alive = |now, idle_since| store.sessions_alive(second(now), second(idle_since));
    assert_eq!(alive(10, 0).await, Ok(3));
    assert_eq!(alive(10, 2).await, Ok(1));
    assert_eq!(alive(102, 0).await, Ok(1));
    assert_eq!(alive(103, 0).await, Ok(0));
}
