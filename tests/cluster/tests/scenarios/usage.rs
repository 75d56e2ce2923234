//! Usage over time: what the job notes of a quota, and who may see it.

use std::time::Duration;

use lab::dashboard::Dashboard;
use lab::waiting;

use crate::world::{PASSWORD, add_user, make_admin, world};

/// A pod that nobody runs takes from the quota all the same.
const POD: &str = "{apiVersion: v1, kind: ServiceAccount, metadata: {name: default, namespace: used-here}}
---
{apiVersion: v1, kind: Pod, metadata: {name: works, namespace: used-here}, spec: {automountServiceAccountToken: false, \
    containers: [{name: main, image: none, resources: {requests: {cpu: '3', memory: 6Gi}, limits: {cpu: '3', memory: 6Gi}}}]}}";

#[tokio::test]
async fn a_profile_is_recorded_and_shown_to_its_owner_and_to_nobody_else_without_the_right() {
    let (lab, _) = world().await;
    make_admin(lab, "recorder@example.com").await;
    let dashboard = Dashboard::start(lab).await.unwrap();
    let mut browser = dashboard
        .signed_in("recorder@example.com", PASSWORD)
        .await
        .unwrap();
    let password = add_user(&mut browser, "used-here@example.com", "used-here").await;
    drop(dashboard);
    lab.apply_yaml(POD).await.unwrap();
    // A new one takes its first sample as soon as it has seen the quotas.
    let dashboard = Dashboard::start(lab).await.unwrap();
    let mut owner = dashboard
        .signed_in("used-here@example.com", &password)
        .await
        .unwrap();
    let path = "/kubeflow-admin/profiles/of/used-here/usage?range=day";
    let page = waiting::until("the first sample", Duration::from_mins(1), || {
        let mut owner = owner.clone();
        async move {
            let page = owner.get(path).await?;
            Ok(
                (page.body.contains("<svg") && page.text().contains("3 on average"))
                    .then_some(page),
            )
        }
    })
    .await
    .unwrap();
    // One sample of five minutes: 3 CPUs are 0.25 CPU-hours, 6 GiB are half a GiB-hour.
    for wanted in [
        "3 on average, 3 at most; 0.2 CPU-hours in all. Nothing was recorded in 287 of 288 parts.",
        "6 GiB on average, 6 GiB at most; 0.5 GiB-hours in all.",
        "not recorded",
    ] {
        page.expect_text(wanted).unwrap();
    }
    let mut plain = dashboard
        .signed_in("plain@example.com", PASSWORD)
        .await
        .unwrap();
    assert_eq!(plain.get(path).await.unwrap().status, 404);
    let report = owner.get("/kubeflow-admin/capacity/usage").await.unwrap();
    assert_eq!(report.status, 403, "{}", report.text());
    let mut admin = dashboard
        .signed_in("recorder@example.com", PASSWORD)
        .await
        .unwrap();
    let csv = admin
        .get("/kubeflow-admin/capacity/usage.csv")
        .await
        .unwrap();
    let line = csv
        .body
        .lines()
        .find(|line| line.contains(",used-here,cpu,"))
        .unwrap_or_else(|| panic!("{}", csv.body));
    assert!(line.contains(",0.250,CPU-hours,3,1,"), "{line}");
}
