//! Operations and their leases.

use kubeflow_admin::domain::{Kind, Operation, State};
use kubeflow_admin::store::{OperationFilter, Saved};

use super::fixtures::{operation, second};
use super::{Place, both};

both!(
    operations_are_listed_newest_first_and_by_filter,
    a_lease_lets_one_owner_work_and_fences_the_other,
    of_twenty_claims_one_succeeds,
    what_nobody_works_on_is_found,
    old_plans_and_old_results_are_deleted_and_active_ones_never,
    what_ended_lately_is_news_to_the_one_who_planned_it,
);

async fn operations_are_listed_newest_first_and_by_filter(place: &Place) {
    let store = place.open().await;
    let one = operation(1, State::Done);
    let two = Operation {
        kind: Kind::SetQuota,
        ..operation(2, State::Running)
    };
    store.operation_insert(&one).await.unwrap();
    store.operation_insert(&two).await.unwrap();
    assert_eq!(store.operation_find(&one.id).await, Ok(Some(one.clone())));
    let missing = operation(9, State::Done).id;
    assert_eq!(store.operation_find(&missing).await, Ok(None));

    let none = OperationFilter::default();
    let all = vec![two.clone(), one.clone()];
    assert_eq!(store.operations_page(&none, 10, 0).await, Ok((all, 2)));
    assert_eq!(store.operations_page(&none, 1, 1).await, Ok((vec![one], 2)));
    let filter = OperationFilter {
        state: Some(State::Running),
        kind: Some(Kind::SetQuota),
        subject: "ANA2".to_owned(),
        actor: "bob@".to_owned(),
    };
    assert_eq!(
        store.operations_page(&filter, 10, 0).await,
        Ok((vec![two], 1))
    );
    let other = OperationFilter {
        state: Some(State::Done),
        ..filter
    };
    assert_eq!(
        store.operations_page(&other, 10, 0).await,
        Ok((Vec::new(), 0))
    );
}

async fn a_lease_lets_one_owner_work_and_fences_the_other(place: &Place) {
    let store = place.open().await;
    let mut work = operation(1, State::Planned);
    let id = work.id;
    store.operation_insert(&work).await.unwrap();
    let unclaimed = store.operation_save(&work, "a", second(40)).await;
    assert_eq!(unclaimed, Ok(Saved::LeaseLost));

    let claim = |owner: &'static str, now, until| {
        store.operation_claim(&id, owner, second(now), second(until))
    };
    assert_eq!(claim("a", 10, 40).await, Ok(Some(work.clone())));
    assert_eq!(claim("b", 39, 69).await, Ok(None), "a holds it");
    assert_eq!(
        claim("a", 20, 50).await,
        Ok(Some(work.clone())),
        "prolonged"
    );
    work.state = State::Running;
    let saved = store.operation_save(&work, "a", second(60)).await;
    assert_eq!(saved, Ok(Saved::Yes));
    assert_eq!(claim("b", 59, 90).await, Ok(None), "saving prolonged it");

    assert_eq!(claim("b", 60, 90).await, Ok(Some(work.clone())), "expired");
    let late = operation(1, State::Failed);
    let fenced = store.operation_save(&late, "a", second(99)).await;
    assert_eq!(fenced, Ok(Saved::LeaseLost));
    store.operation_release(&id, "a").await.unwrap();
    assert_eq!(claim("a", 61, 90).await, Ok(None), "not a's to release");
    assert_eq!(store.operation_find(&id).await, Ok(Some(work.clone())));

    store.operation_release(&id, "b").await.unwrap();
    assert_eq!(claim("a", 61, 90).await, Ok(Some(work)));
}

async fn of_twenty_claims_one_succeeds(place: &Place) {
    let store = place.open().await;
    let work = operation(1, State::Running);
    store.operation_insert(&work).await.unwrap();
    let tasks: Vec<_> = (0..20)
        .map(|number| {
            let (store, id) = (store.clone(), work.id);
            tokio::spawn(async move {
                let owner = format!("owner-{number}");
                store
                    .operation_claim(&id, &owner, second(1), second(30))
                    .await
                    .unwrap()
            })
        })
        .collect();
    let mut claimed = 0;
    for task in tasks {
        claimed += usize::from(task.await.unwrap().is_some());
    }
    assert_eq!(claimed, 1);
}

async fn what_nobody_works_on_is_found(place: &Place) {
    let store = place.open().await;
    let [never, held, undoing, done] = [
        operation(1, State::Running),
        operation(2, State::Running),
        operation(3, State::Undoing),
        operation(4, State::Done),
    ];
    for work in [&never, &held, &undoing, &done] {
        store.operation_insert(work).await.unwrap();
    }
    store
        .operation_claim(&held.id, "a", second(0), second(30))
        .await
        .unwrap();
    let at = |now| store.operations_abandoned(second(now));
    assert_eq!(at(29).await, Ok(vec![never.id, undoing.id]));
    assert_eq!(at(30).await, Ok(vec![never.id, held.id, undoing.id]));
}

async fn old_plans_and_old_results_are_deleted_and_active_ones_never(place: &Place) {
    let store = place.open().await;
    let mut all = Vec::new();
    for (number, state) in (1..).zip(State::ALL) {
        let work = operation(number, state);
        store.operation_insert(&work).await.unwrap();
        all.push(work);
    }
    let claimed = operation(9, State::Planned);
    store.operation_insert(&claimed).await.unwrap();
    store
        .operation_claim(&claimed.id, "a", second(9), second(500))
        .await
        .unwrap();
    assert_eq!(store.operations_delete_planned(second(1)).await, Ok(0));
    assert_eq!(store.operations_delete_planned(second(100)).await, Ok(1));
    assert_eq!(store.operations_trim(second(4)).await, Ok(1));
    assert_eq!(store.operations_trim(second(100)).await, Ok(2));
    let (left, _) = store
        .operations_page(&OperationFilter::default(), 10, 0)
        .await
        .unwrap();
    let states: Vec<_> = left.iter().map(|work| work.state).collect();
    assert_eq!(states, [State::Planned, State::Undoing, State::Running]);
}

async fn what_ended_lately_is_news_to_the_one_who_planned_it(place: &Place) {
    let store = place.open().await;
    let ended = |number, state, at| Operation {
        updated_at: second(at),
        ..operation(number, state)
    };
    let done = ended(1, State::Done, 50);
    let failed = ended(2, State::Failed, 40);
    let of_others = Operation {
        actor: super::fixtures::person("eve@example.com"),
        ..ended(3, State::Done, 60)
    };
    let running = ended(4, State::Running, 60);
    // More than a day went by between its plan and its end.
    let ancient = ended(5, State::Done, 100_000);
    for operation in [&done, &failed, &of_others, &running] {
        store.operation_insert(operation).await.unwrap();
    }
    let bob = done.actor.user.clone();
    let news = |since| store.operations_ended_of(&bob, second(since));
    assert_eq!(news(0).await, Ok(vec![failed, done.clone()]));
    assert_eq!(news(40).await, Ok(vec![done]));
    assert_eq!(news(50).await, Ok(Vec::new()));
    store.operation_insert(&ancient).await.unwrap();
    assert_eq!(news(99_000).await, Ok(Vec::new()));
}
