//! The activity record and the settings.

use kubeflow_admin::domain::{AuditEvent, AuditFilter, OperationId, Outcome};
use kubeflow_admin::store::{Error, Store};
use uuid::Uuid;

use super::fixtures::{event, second};
use super::{Place, both};

both!(
    the_record_is_read_newest_first_and_by_filter,
    old_lines_of_the_record_are_trimmed,
    a_setting_is_what_was_set_last,
    no_change_of_a_setting_is_lost_between_two_programs,
    a_setting_that_cannot_be_changed_stays,
);

fn events() -> [AuditEvent; 3] {
    let refused = AuditEvent {
        outcome: Outcome::Refused,
        operation: Some(OperationId(Uuid::from_u128(7))),
        before: Some(serde_json::json!("old")),
        after: None,
        ..event(2, "bob@example.com", "login.removed")
    };
    [
        event(1, "Ana@example.com", "login.created"),
        refused,
        event(3, "ana@example.com", "session.ended"),
    ]
}

async fn the_record_is_read_newest_first_and_by_filter(place: &Place) {
    let store = place.open().await;
    let [one, two, three] = events();
    for event in [&one, &two, &three] {
        store.audit_append(event).await.unwrap();
    }
    let none = AuditFilter::default();
    let all = vec![three.clone(), two.clone(), one.clone()];
    assert_eq!(store.audit_page(&none, 10, 0).await, Ok((all, 3)));
    assert_eq!(
        store.audit_page(&none, 1, 2).await,
        Ok((vec![one.clone()], 3))
    );
    let by_actor = AuditFilter {
        actor: "ANA".to_owned(),
        action: "login.".to_owned(),
        ..none.clone()
    };
    assert_eq!(
        store.audit_page(&by_actor, 10, 0).await,
        Ok((vec![one.clone()], 1))
    );
    let by_outcome = AuditFilter {
        subject: "Ana2@".to_owned(),
        outcome: Some(Outcome::Refused),
        operation: Some(OperationId(Uuid::from_u128(7))),
        ..none.clone()
    };
    assert_eq!(
        store.audit_page(&by_outcome, 10, 0).await,
        Ok((vec![two], 1))
    );
    let pattern = AuditFilter {
        action: "%ended".to_owned(),
        ..none
    };
    assert_eq!(store.audit_page(&pattern, 10, 0).await, Ok((Vec::new(), 0)));
    assert_eq!(store.audit_find("event-1").await, Ok(Some(one)));
    assert_eq!(store.audit_find("event-9\0").await, Ok(None));
}

async fn old_lines_of_the_record_are_trimmed(place: &Place) {
    let store = place.open().await;
    for event in &events() {
        store.audit_append(event).await.unwrap();
    }
    assert_eq!(store.audit_trim(second(3)).await, Ok(2));
    let (left, _) = store
        .audit_page(&AuditFilter::default(), 10, 0)
        .await
        .unwrap();
    assert_eq!(left, [events()[2].clone()]);
}

async fn a_setting_is_what_was_set_last(place: &Place) {
    let store = place.open().await;
    assert_eq!(store.setting_get("retention").await, Ok(None));
    set(&store, "retention", "90").await;
    set(&store, "retention", "30").await;
    set(&store, "other", "").await;
    let retention = store.setting_get("retention").await;
    assert_eq!(retention, Ok(Some("30".to_owned())));
    assert_eq!(store.setting_get("other").await, Ok(Some(String::new())));
}

/// Whatever it was before.
pub(super) async fn set(store: &Store, name: &str, value: &str) {
    let new = |_: Option<&str>| Ok(value.to_owned());
    store.setting_change(name, new).await.unwrap();
}

async fn no_change_of_a_setting_is_lost_between_two_programs(place: &Place) {
    const EACH: usize = 20;
    let mut tasks = Vec::new();
    for program in ["a", "b"] {
        let store = place.open().await;
        for number in 0..EACH {
            let store = store.clone();
            tasks.push(tokio::spawn(async move {
                let add = |text: Option<&str>| {
                    Ok(format!("{} {program}{number}", text.unwrap_or_default()))
                };
                store.setting_change("words", add).await.unwrap();
            }));
        }
    }
    for task in tasks {
        task.await.unwrap();
    }
    let text = place.open().await.setting_get("words").await.unwrap();
    let text = text.unwrap();
    let mut found: Vec<&str> = text.split_whitespace().collect();
    found.sort_unstable();
    let mut wanted: Vec<String> = (0..EACH)
        .flat_map(|number| [format!("a{number}"), format!("b{number}")])
        .collect();
    wanted.sort_unstable();
    assert_eq!(found, wanted);
}

async fn a_setting_that_cannot_be_changed_stays(place: &Place) {
    let store = place.open().await;
    set(&store, "words", "before").await;
    let refuse = |_: Option<&str>| Err(Error::Corrupt("no".to_owned()));
    let refused = store.setting_change("words", refuse).await;
    assert_eq!(refused, Err(Error::Corrupt("no".to_owned())));
    let left = store.setting_get("words").await;
    assert_eq!(left, Ok(Some("before".to_owned())));
}
