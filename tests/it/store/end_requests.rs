//! Who asked that something ends at a date, and the claim that lets one replica bring it about.

use kubeflow_admin::domain::{Dated, EndRequest, ProfileName, Until};

use super::fixtures::{person, second};
use super::{Place, both};

both!(
    the_last_one_who_asks_is_the_one_who_asked,
    a_request_is_claimed_by_one_and_again_when_the_claim_has_run_out,
    another_date_is_not_claimed_and_what_is_noted_of_the_old_one_is_lost,
    requests_long_past_are_deleted,
);

fn date(number: i64) -> Until {
    second(number).to_string().parse().unwrap()
}

fn request(profile: &str, at: i64, who: &str) -> EndRequest {
    EndRequest {
        thing: Dated::Freeze {
            profile: ProfileName::from_cluster(profile),
        },
        until: date(at),
        actor: person(who),
        operation: None,
        trouble: String::new(),
    }
}

async fn the_last_one_who_asks_is_the_one_who_asked(place: &Place) {
    let store = place.open().await;
    let (ana, bob) = (request("a", 10, "ana@x.io"), request("a", 20, "bob@x.io"));
    assert_eq!(store.end_request_find(&ana.thing).await, Ok(None));
    store.end_request_put(&ana).await.unwrap();
    store.end_request_put(&bob).await.unwrap();
    store
        .end_request_put(&request("b", 5, "ana@x.io"))
        .await
        .unwrap();
    assert_eq!(
        store.end_request_find(&ana.thing).await,
        Ok(Some(bob.clone()))
    );
    assert_eq!(store.end_requests().await.unwrap().len(), 2);
    store.end_request_forget(&ana.thing).await.unwrap();
    assert_eq!(store.end_request_find(&ana.thing).await, Ok(None));
}

async fn a_request_is_claimed_by_one_and_again_when_the_claim_has_run_out(place: &Place) {
    let store = place.open().await;
    let ana = request("a", 10, "ana@x.io");
    store.end_request_put(&ana).await.unwrap();
    let claim = async |now| {
        let place = (&ana.thing, ana.until);
        store
            .end_request_claim(place, second(now), second(now + 30))
            .await
            .unwrap()
    };
    let claims = futures::future::join_all((0..20).map(|_| claim(10))).await;
    assert_eq!(claims.iter().flatten().count(), 1);
    assert_eq!(claim(39).await, None);
    assert_eq!(claim(40).await, Some(ana.clone()));
    let troubled = EndRequest {
        trouble: "Ana may not.".to_owned(),
        ..ana.clone()
    };
    store
        .end_request_note(&troubled, second(600))
        .await
        .unwrap();
    assert_eq!(claim(100).await, None);
    assert_eq!(claim(600).await, Some(troubled));
}

async fn another_date_is_not_claimed_and_what_is_noted_of_the_old_one_is_lost(place: &Place) {
    let store = place.open().await;
    let (ana, bob) = (request("a", 10, "ana@x.io"), request("a", 20, "bob@x.io"));
    store.end_request_put(&bob).await.unwrap();
    let old = (&ana.thing, ana.until);
    assert_eq!(
        store.end_request_claim(old, second(30), second(60)).await,
        Ok(None)
    );
    store.end_request_note(&ana, second(60)).await.unwrap();
    assert_eq!(store.end_request_find(&ana.thing).await, Ok(Some(bob)));
}

async fn requests_long_past_are_deleted(place: &Place) {
    let store = place.open().await;
    for (profile, at) in [("a", 10), ("b", 20)] {
        store
            .end_request_put(&request(profile, at, "ana@x.io"))
            .await
            .unwrap();
    }
    assert_eq!(store.end_requests_trim(second(20)).await, Ok(1));
    assert_eq!(
        store.end_requests().await,
        Ok(vec![request("b", 20, "ana@x.io")])
    );
}
