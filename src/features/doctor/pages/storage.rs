//! StorageClasses, which of them is the default one, and the volumes of Kubeflow.

use askama::Template;
use axum::response::Response;

use super::finding::FixView;
use super::{age, look, why};
use crate::access::Access;
use crate::cluster::snapshot::{Claim, StorageClass};
use crate::domain::{Permission, Repair};
use crate::features::doctor::check::Case;
use crate::features::doctor::volumes;
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::view::{Link, When};
use crate::web::{page, paths};

#[derive(Template)]
#[template(path = "doctor/storage.html")]
struct StoragePage {
    frame: Frame,
    looked: When,
    repair: &'static str,
    classes: Vec<ClassView>,
    /// Why there are none; empty when they were read.
    classes_unknown: String,
    claims: Vec<ClaimView>,
    claims_unknown: String,
}

struct ClassView {
    name: String,
    provisioner: String,
    binding: String,
    reclaim: String,
    grows: &'static str,
    is_default: bool,
    make: Option<FixView>,
}

struct ClaimView {
    name: String,
    verdict: &'static str,
    phase: String,
    class: String,
    size: String,
    used_by: String,
    /// Why it waits; empty when it does not.
    why: String,
    renew: Vec<FixView>,
    grow: Option<Link>,
}

pub(in super::super) async fn show(access: Access, frame: Frame) -> Result<Response, Problem> {
    let snapshot = look(&access).await?;
    let case = Case::of(&snapshot);
    let unknown = |gap: &crate::cluster::snapshot::Gap| why(&gap.clone().into());
    let (classes, claims) = (snapshot.classes.all(), snapshot.claims.all());
    page::ok(&StoragePage {
        frame: frame.titled("Storage"),
        looked: age(&snapshot),
        repair: paths::REPAIR,
        classes_unknown: classes.as_ref().err().map(unknown).unwrap_or_default(),
        claims_unknown: claims.as_ref().err().map(unknown).unwrap_or_default(),
        classes: classes
            .unwrap_or_default()
            .iter()
            .map(|one| class(one, &access))
            .collect(),
        claims: volumes::of_installation(&case)
            .into_iter()
            .map(|one| claim(one, &case, &access))
            .collect(),
    })
}

fn class(class: &StorageClass, access: &Access) -> ClassView {
    let name = class.meta.name.clone();
    let repair = Repair::MakeDefaultClass {
        class: name.clone(),
    };
    ClassView {
        provisioner: class.provisioner.clone(),
        binding: if class.waits_for_pod() {
            "once a pod uses it".to_owned()
        } else {
            "at once".to_owned()
        },
        reclaim: class.reclaim_policy.clone(),
        grows: if class.expandable { "yes" } else { "no" },
        is_default: class.is_default(),
        make: (!class.is_default())
            .then(|| FixView::new(&repair.to_string(), "Make default", access)),
        name,
    }
}

fn renew_label(repair: &Repair) -> String {
    if let Repair::RecreateClaim { class, .. } = repair {
        format!("Make again with {class}")
    } else {
        repair.describe()
    }
}

fn grow(claim: &Claim, case: &Case<'_>, access: &Access) -> Option<Link> {
    let may = access.may(Permission::WriteInstallation);
    let place = volumes::place(claim).to_string();
    (may && volumes::can_grow(case.snapshot, claim))
        .then(|| Link::new("Grow", paths::fill(paths::CLAIM_GROW, &place)))
}

fn claim(claim: &Claim, case: &Case<'_>, access: &Access) -> ClaimView {
    let workloads = case.snapshot.workloads.visible().iter();
    let users: Vec<&str> = workloads
        .filter(|one| {
            one.meta.namespace == claim.meta.namespace && one.claims.contains(&claim.meta.name)
        })
        .map(|one| one.meta.name.as_str())
        .collect();
    ClaimView {
        name: claim.meta.path(),
        verdict: match claim.phase.as_str() {
            "Bound" => "Healthy",
            "Pending" => "Progressing",
            "Lost" => "Broken",
            _ => "Unknown",
        },
        phase: claim.phase.clone(),
        class: match claim.class.as_deref() {
            None => "the default one, once it is bound".to_owned(),
            Some("") => "none: a volume made by hand".to_owned(),
            Some(name) => name.to_owned(),
        },
        size: if claim.capacity.is_empty() {
            claim.requested.clone()
        } else {
            claim.capacity.clone()
        },
        used_by: users.join(", "),
        why: volumes::why(case, claim).unwrap_or_default(),
        renew: volumes::renewals(case, claim)
            .iter()
            .map(|one| FixView::new(&one.to_string(), &renew_label(one), access))
            .collect(),
        grow: grow(claim, case, access),
    }
}
