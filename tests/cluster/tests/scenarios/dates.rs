//! Things that end at a date: set, changed, taken away, brought about, and refused when nobody may.

use std::time::Duration;

use kube::Api;
use kube::api::{DeleteParams, DynamicObject, Patch, PatchParams};
use lab::Lab;
use lab::browser::{Browser, Page};
use lab::dashboard::{Dashboard, run_operation, undo_operation, wait_for_operation};
use lab::killable::Killable;
use lab::proxy::Moment;
use lab::stand_in::kfam::Binding;
use lab::waiting;
use serde_json::json;

use crate::reach::eventually;
use crate::repairs::{bindings, policies};
use crate::world::{ADMIN, PASSWORD, add_user, admin, admin_named, make_admin, world};

const UNTIL: &str = "kubeflow-admin/until";
const LIMIT: Duration = Duration::from_secs(40);

/// A moment some seconds from now, as the field takes it.
#[expect(
    clippy::disallowed_methods,
    reason = "the dashboard goes by the time of day"
)]
fn in_seconds(seconds: i64) -> String {
    let at = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(seconds);
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn profile_path(profile: &str) -> String {
    format!("/kubeflow-admin/profiles/of/{profile}")
}

/// Fills in the form of the profile's page.
async fn plan_contributor(
    browser: &mut Browser,
    (profile, person): (&str, &str),
    until: &str,
) -> Page {
    let path = profile_path(profile);
    let form = browser.get(&path).await.unwrap();
    let fields = [("email", person), ("role", "edit"), ("until", until)];
    browser
        .submit(&form, &format!("{path}/contributors"), &fields)
        .await
        .unwrap()
}

async fn done(browser: &mut Browser, plan: &Page) -> Page {
    let done = run_operation(browser, plan).await.unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    done
}

async fn let_in(browser: &mut Browser, place: (&str, &str), until: &str) -> Page {
    let plan = plan_contributor(browser, place, until).await;
    done(browser, &plan).await
}

/// Changes the date on its own page, once the watches have seen the contributor.
async fn change_date(browser: &mut Browser, (profile, person): (&str, &str), until: &str) -> Page {
    let path = format!("{}/contributors/date", profile_path(profile));
    let asked = format!("{path}?user={person}&role=edit");
    let form = eventually(browser, &asked, "both halves of the access").await;
    let fields = [("user", person), ("role", "edit"), ("until", until)];
    browser.submit(&form, &path, &fields).await.unwrap()
}

fn object_of(person: &str) -> String {
    Binding::new(person, "any", "edit").object_name()
}

/// What the RoleBinding says, if there is one.
async fn written(lab: &Lab, profile: &str, person: &str) -> Option<Option<String>> {
    let found = bindings(lab, profile).get_opt(&object_of(person)).await;
    let binding = found.unwrap()?;
    let mut annotations = binding.metadata.annotations.unwrap_or_default();
    Some(annotations.remove(UNTIL))
}

async fn halves(lab: &Lab, profile: &str, person: &str) -> (bool, bool) {
    let name = object_of(person);
    let there = async |api: Api<DynamicObject>| api.get_opt(&name).await.unwrap().is_some();
    (
        there(bindings(lab, profile)).await,
        there(policies(lab, profile)).await,
    )
}

/// Waits for what a date brings about.
async fn in_time(browser: &mut Browser, path: &str, wanted: &str) -> Page {
    let limit = tokio::time::Instant::now() + LIMIT;
    loop {
        let page = browser.get(path).await.unwrap();
        if page.text().contains(wanted) {
            return page;
        }
        let late = tokio::time::Instant::now() > limit;
        assert!(!late, "{path} never says {wanted:?}: {}", page.text());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn until_gone(lab: &Lab, profile: &str, person: &str) {
    waiting::until("both halves are gone", LIMIT, async || {
        Ok((halves(lab, profile, person).await == (false, false)).then_some(()))
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn access_with_a_date_is_gone_when_the_date_has_passed_and_undoing_gives_it_back_without() {
    let (lab, _) = world().await;
    let mut browser = admin_named("dt-setter@example.com").await;
    add_user(&mut browser, "dt-owner@example.com", "dt-team").await;
    let until = in_seconds(8);
    let_in(&mut browser, ("dt-team", "dt-guest@example.com"), &until).await;
    assert_eq!(
        written(lab, "dt-team", "dt-guest@example.com").await,
        Some(Some(until))
    );
    until_gone(lab, "dt-team", "dt-guest@example.com").await;
    let path = "/kubeflow-admin/operations?q=dt-guest@example.com&kind=end-on-date&state=done";
    let list = in_time(&mut browser, path, "1–1 of 1 operations").await;
    list.expect_text("dt-setter@example.com").unwrap();
    let record = "/kubeflow-admin/activity?q=dt-guest@example.com";
    let record = eventually(&mut browser, record, "Contributor ended on the date").await;
    record.expect_text("dt-setter@example.com").unwrap();
    // It was done in the setter's name, not in ours.
    let removal = lab
        .audit_entry(|entry| {
            entry.verb == "delete" && entry.name == object_of("dt-guest@example.com")
        })
        .await
        .unwrap();
    assert_eq!(
        removal.impersonated_user.as_deref(),
        Some("dt-setter@example.com")
    );
    let operation = list
        .body
        .split("/kubeflow-admin/operations/")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .find(|id| id.len() == 36)
        .unwrap()
        .to_owned();
    let path = format!("/kubeflow-admin/operations/{operation}");
    let page = browser.get(&path).await.unwrap();
    let undone = undo_operation(&mut browser, &page).await.unwrap();
    undone
        .expect_text("again, without an end: its date has passed")
        .unwrap();
    assert_eq!(
        written(lab, "dt-team", "dt-guest@example.com").await,
        Some(None)
    );
}

#[tokio::test]
async fn a_date_is_checked_at_its_field_shown_everywhere_and_no_trouble_to_kfam() {
    let (lab, dashboard) = world().await;
    let mut browser = admin().await;
    add_user(&mut browser, "ds-owner@example.com", "ds-team").await;
    lab.add_password("ds-guest@example.com", PASSWORD)
        .await
        .unwrap();
    let place = ("ds-team", "ds-guest@example.com");
    for (typed, why) in [
        ("2020-01-31", "This date has passed"),
        ("soon", "Enter a date such as"),
    ] {
        let page = plan_contributor(&mut browser, place, typed).await;
        assert_eq!(page.status, 422, "{}", page.text());
        page.expect_text(why).unwrap();
        assert_eq!(page.input("email").as_deref(), Some(place.1));
        assert_eq!(page.input("until").as_deref(), Some(typed));
        assert_eq!(halves(lab, place.0, place.1).await, (false, false));
    }
    let plan = plan_contributor(&mut browser, place, "2094-03-31").await;
    plan.expect_text("until 31 Mar 2094, 23:59 UTC").unwrap();
    done(&mut browser, &plan).await;
    let told = "until 31 Mar 2094, 23:59 UTC";
    eventually(&mut browser, &profile_path(place.0), told).await;
    for path in [
        "/kubeflow-admin/access?q=ds-guest@example.com",
        "/kubeflow-admin/access?by=lines&q=ds-guest@example.com",
        "/kubeflow-admin/users/of/ds-guest@example.com",
        "/kubeflow-admin/access/as?email=ds-guest@example.com",
    ] {
        eventually(&mut browser, path, told).await;
    }
    let dates = "/kubeflow-admin/access/dates?q=ds-guest@example.com";
    let dates = eventually(&mut browser, dates, "31 Mar 2094, 23:59 UTC").await;
    dates.expect_text("1–1 of 1 dates").unwrap();
    let export = "/kubeflow-admin/access/export.csv?q=ds-guest@example.com";
    let export = browser.get(export).await.unwrap();
    assert!(export.body.contains(",2094-03-31,"), "{}", export.body);
    let mut guest = dashboard.signed_in(place.1, PASSWORD).await.unwrap();
    eventually(&mut guest, "/kubeflow-admin/mine", told).await;
    let kfam = lab.kfam();
    let listed = kfam.list_bindings(Some(place.1), None, None).await.unwrap();
    assert_eq!(listed, [Binding::new(place.1, place.0, "edit")]);
    kfam.delete_binding("ds-owner@example.com", &listed[0])
        .await
        .unwrap();
    assert_eq!(halves(lab, place.0, place.1).await, (false, false));
}

#[tokio::test]
async fn a_date_is_changed_and_taken_away_and_undoing_puts_the_former_one_back() {
    let (lab, _) = world().await;
    let mut browser = admin().await;
    add_user(&mut browser, "dc-owner@example.com", "dc-team").await;
    let place = ("dc-team", "dc-guest@example.com");
    let_in(&mut browser, place, &in_seconds(12)).await;
    let plan = change_date(&mut browser, place, "2094-05-31").await;
    done(&mut browser, &plan).await;
    // The first date passes and ends nothing.
    tokio::time::sleep(Duration::from_secs(15)).await;
    assert_eq!(halves(lab, place.0, place.1).await, (true, true));
    let plan = change_date(&mut browser, place, "").await;
    plan.expect_text("without an end").unwrap();
    let ended = done(&mut browser, &plan).await;
    assert_eq!(written(lab, place.0, place.1).await, Some(None));
    undo_operation(&mut browser, &ended).await.unwrap();
    let former = Some(Some("2094-05-31T23:59:59Z".to_owned()));
    assert_eq!(written(lab, place.0, place.1).await, former);
    // And it is somebody's again.
    let dates = "/kubeflow-admin/access/dates?q=dc-guest@example.com&state=well";
    eventually(&mut browser, dates, "1–1 of 1 dates").await;
    // Removing by hand and undoing that keeps the date as well.
    let path = profile_path(place.0);
    let page = eventually(&mut browser, &path, "31 May 2094").await;
    let who = [("user", place.1), ("role", "edit")];
    let removal = format!("{path}/contributors/remove");
    let plan = browser.submit(&page, &removal, &who).await.unwrap();
    let removed = done(&mut browser, &plan).await;
    assert_eq!(halves(lab, place.0, place.1).await, (false, false));
    undo_operation(&mut browser, &removed).await.unwrap();
    assert_eq!(written(lab, place.0, place.1).await, former);
}

#[tokio::test]
async fn sec_21_whoever_lost_their_rights_ends_nothing_and_it_is_somebody_elses_to_do() {
    let (lab, _) = world().await;
    let mut leaving = admin_named("dl-leaving@example.com").await;
    let mut staying = admin().await;
    add_user(&mut staying, "dl-owner@example.com", "dl-team").await;
    let place = ("dl-team", "dl-guest@example.com");
    let_in(&mut leaving, place, &in_seconds(8)).await;
    let binding = "test-dl-leaving-at-example.com";
    Api::<k8s_openapi::api::rbac::v1::ClusterRoleBinding>::all(lab.client())
        .delete(binding, &DeleteParams::default())
        .await
        .unwrap();
    let dates = "/kubeflow-admin/access/dates?q=dl-guest@example.com&state=stuck";
    let page = in_time(&mut staying, dates, "could not bring it about").await;
    page.expect_text("dl-leaving@example.com").unwrap();
    assert_eq!(halves(lab, place.0, place.1).await, (true, true));
    let overview = "/kubeflow-admin/";
    let overview = eventually(
        &mut staying,
        overview,
        "Dates that end nothing by themselves",
    )
    .await;
    assert!(
        overview
            .body
            .contains("/kubeflow-admin/access/dates?state=stuck"),
        "no way to all of them"
    );
    let record = "/kubeflow-admin/activity?action=date.&actor=dl-leaving@example.com";
    eventually(&mut staying, record, "Not ended on the date").await;
    // The next step: somebody who may asks for it.
    let plan = change_date(&mut staying, place, &in_seconds(4)).await;
    done(&mut staying, &plan).await;
    until_gone(lab, place.0, place.1).await;
}

#[tokio::test]
async fn sec_24_a_date_that_kubectl_wrote_lends_nobodys_rights_until_somebody_takes_it() {
    let (lab, _) = world().await;
    let mut browser = admin().await;
    add_user(&mut browser, "dk-owner@example.com", "dk-team").await;
    let place = ("dk-team", "dk-guest@example.com");
    let binding = Binding::new(place.1, place.0, "edit");
    lab.kfam()
        .create_binding("dk-owner@example.com", &binding)
        .await
        .unwrap();
    let patch = json!({ "metadata": { "annotations": { UNTIL: "2020-01-31" } } });
    bindings(lab, place.0)
        .patch(
            &object_of(place.1),
            &PatchParams::default(),
            &Patch::Merge(&patch),
        )
        .await
        .unwrap();
    let dates = "/kubeflow-admin/access/dates?q=dk-guest@example.com";
    eventually(&mut browser, dates, "nobody to act as").await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(halves(lab, place.0, place.1).await, (true, true));
    let plan = change_date(&mut browser, place, &in_seconds(4)).await;
    done(&mut browser, &plan).await;
    until_gone(lab, place.0, place.1).await;
}

#[tokio::test]
async fn a_date_on_what_flux_keeps_is_set_as_temporary_and_ends_nothing_by_itself() {
    let (lab, _) = world().await;
    let mut browser = admin().await;
    add_user(&mut browser, "dg-owner@example.com", "dg-team").await;
    let place = ("dg-team", "dg-guest@example.com");
    let_in(&mut browser, place, "").await;
    let label = json!({ "kustomize.toolkit.fluxcd.io/name": "people" });
    let patch = json!({ "metadata": { "labels": label } });
    let params = PatchParams::default();
    let name = object_of(place.1);
    let all = bindings(lab, place.0);
    all.patch(&name, &params, &Patch::Merge(&patch))
        .await
        .unwrap();
    let plan = change_date(&mut browser, place, &in_seconds(8)).await;
    plan.expect_text("Flux keeps what this changes").unwrap();
    plan.expect_text("kubeflow-admin/until:").unwrap();
    let start = format!("{}/start", plan.path);
    let started = browser.submit(&plan, &start, &[("temporary", "Flux")]);
    let going = started.await.unwrap();
    let set = wait_for_operation(&mut browser, going.path).await.unwrap();
    assert!(set.body.contains("data-state=\"done\""), "{}", set.text());
    let dates = "/kubeflow-admin/access/dates?q=dg-guest@example.com&state=stuck";
    in_time(&mut browser, dates, "Flux keeps what would change").await;
    assert_eq!(halves(lab, place.0, place.1).await, (true, true));
}

#[tokio::test]
async fn a_freeze_thaws_on_its_date_and_can_be_given_another() {
    let (_, _) = world().await;
    let mut browser = admin().await;
    add_user(&mut browser, "df-owner@example.com", "df-team").await;
    let path = format!("{}/freeze", profile_path("df-team"));
    let form = browser.get(&path).await.unwrap();
    let wrong = [("reason", "vacation"), ("until", "2020-01-31")];
    let page = browser.submit(&form, &path, &wrong).await.unwrap();
    assert_eq!(page.status, 422);
    page.expect_text("This date has passed").unwrap();
    assert_eq!(page.input("reason").as_deref(), Some("vacation"));
    let right = [("reason", "vacation"), ("until", "2094-07-31")];
    let plan = browser.submit(&form, &path, &right).await.unwrap();
    done(&mut browser, &plan).await;
    let profile = profile_path("df-team");
    let told = "vacation · until 31 Jul 2094, 23:59 UTC";
    eventually(&mut browser, &profile, told).await;
    let form = eventually(&mut browser, &path, "Change freeze of df-team").await;
    assert_eq!(form.input("until").as_deref(), Some("2094-07-31"));
    let soon = in_seconds(3);
    let other = [("reason", "vacation"), ("until", soon.as_str())];
    let plan = browser.submit(&form, &path, &other).await.unwrap();
    let ended = done(&mut browser, &plan).await;
    let dates = "/kubeflow-admin/operations?q=df-team&kind=end-on-date&state=done";
    in_time(&mut browser, dates, "1–1 of 1 operations").await;
    let page = browser.get(&profile).await.unwrap();
    assert!(!page.text().contains("is frozen"), "{}", page.text());
    // Undoing the change of the freeze puts back what was there before it: frozen until July.
    undo_operation(&mut browser, &ended).await.unwrap();
    eventually(&mut browser, &profile, told).await;
}

#[tokio::test]
async fn a_date_that_passed_while_nothing_ran_is_brought_about_at_the_next_start() {
    let (lab, _) = world().await;
    make_admin(lab, "dw-setter@example.com").await;
    let mut dashboard = Dashboard::start(lab).await.unwrap();
    let mut browser = dashboard
        .signed_in("dw-setter@example.com", PASSWORD)
        .await
        .unwrap();
    add_user(&mut browser, "dw-owner@example.com", "dw-team").await;
    let place = ("dw-team", "dw-guest@example.com");
    let_in(&mut browser, place, &in_seconds(8)).await;
    dashboard.kill();
    tokio::time::sleep(Duration::from_secs(10)).await;
    // The shared dashboard runs all the while; nobody asked it.
    assert_eq!(halves(lab, place.0, place.1).await, (true, true));
    dashboard.start_again().await.unwrap();
    until_gone(lab, place.0, place.1).await;
}

/// Kills it at every request that it makes in somebody's name, from the plan to the second half.
#[tokio::test]
async fn killed_while_an_end_is_brought_about_it_is_brought_about_once() {
    let (lab, _) = world().await;
    let mut world = Killable::start(lab, ADMIN, PASSWORD).await.unwrap();
    add_user(&mut world.browser, "dx-owner@example.com", "dx-team").await;
    for number in 0..60 {
        let person = format!("dx-{number}@example.com");
        let place = ("dx-team", person.as_str());
        let_in(&mut world.browser, place, &in_seconds(5)).await;
        let moment = if u32::is_multiple_of(number, 2) {
            Moment::BeforeRequest
        } else {
            Moment::BeforeAnswer
        };
        world.arm(number, moment).unwrap();
        let limit = tokio::time::Instant::now() + LIMIT;
        let ended = format!("/kubeflow-admin/operations?q={person}&kind=end-on-date&state=done");
        let struck = loop {
            match world.browser.get(&ended).await {
                Err(_) => break true,
                Ok(page) if page.text().contains("1–1 of 1 operations") => break false,
                Ok(_) => assert!(tokio::time::Instant::now() < limit, "at {number}"),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        };
        world.disarm();
        if struck {
            world.dashboard.start_again().await.unwrap();
        }
        until_gone(lab, place.0, place.1).await;
        eventually(&mut world.browser, &ended, "1–1 of 1 operations").await;
        let record =
            format!("/kubeflow-admin/activity?q={person}&action=contributor.ended&outcome=done");
        eventually(&mut world.browser, &record, "1–1 of 1 entries").await;
        if !struck {
            assert!(number > 5, "only {number} requests were seen");
            return;
        }
    }
    panic!("an end of more than 60 requests");
}
